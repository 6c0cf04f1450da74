-- What the text of a section says, for its readers to search and see. No key and no group of its own: it is only ever
-- read beside the section's record, of the same generation, so that nobody can read the words who may not read that.
CREATE TABLE "section_text" (
  "section" TEXT PRIMARY KEY,
  "gen" INTEGER NOT NULL,
  "upto" INTEGER NOT NULL, -- the row of the room's log up to which it was read
  "text" TEXT NOT NULL,
  "mentions" TEXT NOT NULL, -- JSON [{kind, id}]
  "tasks" TEXT NOT NULL, -- JSON [{text, checked, task}]
  "links" TEXT NOT NULL -- JSON [address]
);
