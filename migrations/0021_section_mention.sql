-- Who is named in the text of a section, since when, and by whose hand, so that they are told once. No key and no group of
-- its own: it is only ever read beside the section's record, by who may read that.
CREATE TABLE "section_mention" (
  "section" TEXT NOT NULL,
  "member" TEXT NOT NULL,
  "by" TEXT, -- null: not known, as after the room carried the text into a new generation
  "at" INTEGER NOT NULL,
  PRIMARY KEY ("section", "member")
) WITHOUT ROWID;
CREATE INDEX "mention_member" ON "section_mention" ("member", "at");
