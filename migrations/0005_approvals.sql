-- Approvals: who may not decide, what was asked back, who was asked before, and the values that a yes is bound to, each in
-- a column of the field group that it has on its subject. No record had any of it before.
ALTER TABLE "approval" ADD COLUMN "parties" TEXT;
ALTER TABLE "approval" ADD COLUMN "question" TEXT;
ALTER TABLE "approval" ADD COLUMN "answer" TEXT;
ALTER TABLE "approval" ADD COLUMN "note" TEXT;
ALTER TABLE "approval" ADD COLUMN "path" TEXT;
ALTER TABLE "approval" ADD COLUMN "again" TEXT;
ALTER TABLE "approval" ADD COLUMN "bound_shared" TEXT;
ALTER TABLE "approval" ADD COLUMN "bound_terms" TEXT;
ALTER TABLE "approval" ADD COLUMN "bound_billing" TEXT;
ALTER TABLE "approval" ADD COLUMN "bound_contract" TEXT;
ALTER TABLE "approval" ADD COLUMN "proposed_shared" TEXT;
ALTER TABLE "approval" ADD COLUMN "proposed_terms" TEXT;
ALTER TABLE "approval" ADD COLUMN "proposed_billing" TEXT;
ALTER TABLE "approval" ADD COLUMN "proposed_contract" TEXT;
ALTER TABLE "approval" ADD COLUMN "used_at" INTEGER;
CREATE INDEX "approval_about" ON "approval" ("about");
