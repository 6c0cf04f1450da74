-- What was promised about cases, and the queues in which they wait (CASE-1 to CASE-8); to whom a handoff may go besides
-- one member, and what goes along (HAND-1 to HAND-8).
ALTER TABLE "case" ADD COLUMN "responded_at" INTEGER;
ALTER TABLE "case" ADD COLUMN "waits" TEXT;
ALTER TABLE "case" ADD COLUMN "escalations" TEXT;
ALTER TABLE "handoff" ADD COLUMN "to_team" TEXT;
ALTER TABLE "handoff" ADD COLUMN "late" TEXT;
ALTER TABLE "handoff" ADD COLUMN "moves" TEXT;
ALTER TABLE "handoff" ADD COLUMN "done_at" INTEGER;

CREATE TABLE "queue" (
  "name" TEXT,
  "steward" TEXT,
  "team" TEXT,
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
CREATE INDEX "queue_anchor" ON "queue" ("anchor", "id");

CREATE TABLE "service_level" (
  "name" TEXT,
  "region" TEXT,
  "zone" TEXT,
  "days" TEXT,
  "opens" TEXT,
  "closes" TEXT,
  "holidays" TEXT,
  "response_minutes" TEXT,
  "resolution_minutes" TEXT,
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
CREATE INDEX "service_level_anchor" ON "service_level" ("anchor", "id");
