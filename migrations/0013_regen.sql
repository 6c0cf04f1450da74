-- Why a section is in its generation: the last restore or squash, beside the record and in the batch that raises `gen`
-- (ROOM-14). The room follows with the version that is named here.
CREATE TABLE "regen" (
  "section" TEXT PRIMARY KEY NOT NULL,
  "gen" INTEGER NOT NULL,
  "why" TEXT NOT NULL,
  "version" TEXT,
  "by" TEXT NOT NULL,
  "at" INTEGER NOT NULL
) WITHOUT ROWID;
