-- Records that are one with another of their kind: which one stands for them, since when, and which they are not (DUP-6, DUP-7).
ALTER TABLE "account" ADD COLUMN "merged_into" TEXT;
ALTER TABLE "account" ADD COLUMN "merged_at" INTEGER;
ALTER TABLE "account" ADD COLUMN "apart" TEXT;
ALTER TABLE "contact" ADD COLUMN "merged_into" TEXT;
ALTER TABLE "contact" ADD COLUMN "merged_at" INTEGER;
ALTER TABLE "contact" ADD COLUMN "apart" TEXT;
ALTER TABLE "lead" ADD COLUMN "merged_into" TEXT;
ALTER TABLE "lead" ADD COLUMN "merged_at" INTEGER;
ALTER TABLE "lead" ADD COLUMN "apart" TEXT;
-- How often a member asked whether a colleague has something similar, by the hour (DUP-10). Nothing of what was asked.
CREATE TABLE "twin_ask" (
  "member" TEXT NOT NULL,
  "hour" INTEGER NOT NULL,
  "n" INTEGER NOT NULL,
  PRIMARY KEY ("member", "hour")
) WITHOUT ROWID;
