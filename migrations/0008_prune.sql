-- When a client's watermark last moved: what nobody will ask about again is swept (SYNC-D5).
ALTER TABLE "client" ADD COLUMN "at" INTEGER NOT NULL DEFAULT 0;

-- How far a sweep has come that reads a little of a table at a time; then it begins anew.
CREATE TABLE "sweep" (
  "k" TEXT PRIMARY KEY NOT NULL,
  "past" TEXT NOT NULL
) WITHOUT ROWID;

-- What a device chose about one account, without reading all that it ever chose.
CREATE INDEX "follow_anchor" ON "follow" ("device", "anchor");
