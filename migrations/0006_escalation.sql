-- Who was called in to help with a case; nobody yet, on any.
ALTER TABLE "case" ADD COLUMN "escalated_to" TEXT;
CREATE INDEX "case_escalated" ON "case" ("escalated_to") WHERE "escalated_to" IS NOT NULL;
