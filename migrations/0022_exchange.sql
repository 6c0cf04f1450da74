-- What an import did, portion by portion: the fate of every row, and where its changes stand (EXCH-3, EXCH-6).
CREATE TABLE "import_run" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "member" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "print" TEXT NOT NULL,
  "mapping" TEXT NOT NULL,
  "state" TEXT NOT NULL,
  "at" INTEGER NOT NULL,
  "ended_at" INTEGER,
  "parts" INTEGER NOT NULL,
  "settled" INTEGER NOT NULL,
  "undone" INTEGER,
  "created" INTEGER NOT NULL,
  "updated" INTEGER NOT NULL,
  "same" INTEGER NOT NULL,
  "refused" INTEGER NOT NULL,
  "waits" INTEGER NOT NULL,
  "taken" INTEGER NOT NULL,
  "kept" INTEGER NOT NULL
);
CREATE INDEX "import_run_member" ON "import_run" ("member", "at");
CREATE TABLE "import_part" (
  "run" TEXT NOT NULL,
  "n" INTEGER NOT NULL,
  "upto" INTEGER NOT NULL,
  "changes" INTEGER NOT NULL,
  "body" TEXT NOT NULL,
  "kept" TEXT,
  PRIMARY KEY ("run", "n")
);
-- How often the record of a source was taken back by an undo: the next one is another record (EXCH-6).
CREATE TABLE "source_again" ("id" TEXT PRIMARY KEY NOT NULL, "n" INTEGER NOT NULL);
-- Who took what out of the cell, when and how much: the quota counts it, and it is the line of the audit (EXCH-10).
CREATE TABLE "export_run" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "member" TEXT NOT NULL,
  "what" TEXT NOT NULL,
  "format" TEXT NOT NULL,
  "rows" INTEGER NOT NULL,
  "sent" INTEGER NOT NULL,
  "approval" TEXT,
  "at" INTEGER NOT NULL,
  "until" INTEGER NOT NULL
);
CREATE INDEX "export_run_member" ON "export_run" ("member", "at");
-- Imports find accounts by name and people by address.
CREATE INDEX "contact_by_email" ON "contact" (lower("email")) WHERE "email" IS NOT NULL;
CREATE INDEX "account_by_name" ON "account" (lower("name"));
