-- Rules that give a new lead to somebody, what they ask of it, and the line that it carries afterwards (LEAD-6 to LEAD-10).
ALTER TABLE "lead" ADD COLUMN "country" TEXT;
ALTER TABLE "lead" ADD COLUMN "region" TEXT;
ALTER TABLE "lead" ADD COLUMN "industry" TEXT;
ALTER TABLE "lead" ADD COLUMN "employees" INTEGER;
ALTER TABLE "lead" ADD COLUMN "queue" TEXT;
ALTER TABLE "lead" ADD COLUMN "assigned" TEXT;
ALTER TABLE "queue" ADD COLUMN "intake" INTEGER;
-- Who does, decides, is asked and is told in a stage (PIPE-9).
ALTER TABLE "stage" ADD COLUMN "duties" TEXT;

CREATE TABLE "lead_rule" (
  "name" TEXT,
  "keeper" TEXT,
  "order" TEXT,
  "paused" INTEGER,
  "where" TEXT,
  "to_member" TEXT,
  "to_team" TEXT,
  "to_queue" TEXT,
  "source" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);

-- Whose turn it was, by rule. No record: nobody is told of it, so that leads that one can't see make no beat.
CREATE TABLE "lead_turn" (
  "rule" TEXT PRIMARY KEY NOT NULL,
  "n" INTEGER NOT NULL,
  "last" TEXT
);
CREATE INDEX "lead_rule_anchor" ON "lead_rule" ("anchor", "id");
