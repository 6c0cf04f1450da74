-- Who writes the brief of a handoff (SHARE-9); NULL: the owner of the section's key. No other section has one.
ALTER TABLE "section" ADD COLUMN "owner" TEXT;
CREATE TRIGGER "section_owner" BEFORE UPDATE OF "owner" ON "section"
WHEN NEW."owner" IS NOT NULL AND NEW."section_kind" IS NOT 'handoff' BEGIN
  SELECT RAISE(ABORT, 'a section that is no brief has no owner');
END;
