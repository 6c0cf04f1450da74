-- What became of a lead, and why it came to nothing (LEAD-2, LEAD-3).
ALTER TABLE "lead" ADD COLUMN "lost_reason" TEXT;
ALTER TABLE "lead" ADD COLUMN "outcome_reason" TEXT;
ALTER TABLE "lead" ADD COLUMN "became_account" TEXT;
ALTER TABLE "lead" ADD COLUMN "became_contact" TEXT;
ALTER TABLE "lead" ADD COLUMN "became_opportunity" TEXT;
CREATE INDEX "lead_became_opportunity" ON "lead" ("became_opportunity") WHERE "became_opportunity" IS NOT NULL;
