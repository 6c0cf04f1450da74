-- Tasks have a time, come again, remind and have steps; an activity knows what was left out when it was logged.
ALTER TABLE "task" ADD COLUMN "due_min" INTEGER;
ALTER TABLE "task" ADD COLUMN "repeat" TEXT;
ALTER TABLE "task" ADD COLUMN "done_days" TEXT;
ALTER TABLE "task" ADD COLUMN "remind_min" INTEGER;
ALTER TABLE "task" ADD COLUMN "checklist" TEXT;
ALTER TABLE "activity" ADD COLUMN "left" TEXT;

-- What is a member's own: what became of notices, and choices. Under the member as anchor.
CREATE TABLE "notice" (
  "notice_kind" TEXT,
  "about" TEXT,
  "shown_at" INTEGER,
  "opened_at" INTEGER,
  "snooze_day" TEXT,
  "gone_at" INTEGER,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "notice_anchor" ON "notice" ("anchor", "id");
CREATE TABLE "preference" (
  "modes" TEXT,
  "quiet_from" INTEGER,
  "quiet_to" INTEGER,
  "steps" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "preference_anchor" ON "preference" ("anchor", "id");

-- Each member is an anchor of their own, with nobody but themselves in reach. Devices that hold a copy start again with it.
INSERT INTO "anchor" ("id", "owner", "restricted", "ver") SELECT "id", "id", 0, 1 FROM "member" WHERE true ON CONFLICT DO NOTHING;
UPDATE "meta" SET "v" = "v" + 1 WHERE "k" = 'shape';
CREATE TRIGGER "member_anchor_made" AFTER INSERT ON "member" BEGIN
  INSERT INTO "anchor" ("id", "owner", "restricted", "ver") SELECT NEW."id", NEW."id", 0, 1 WHERE NOT EXISTS (SELECT 1 FROM "anchor" WHERE "id" = NEW."id");
END;
