-- Since when an opportunity is in its stage, how often its close day went back, why it was won or lost, and what it
-- sells (PIPE-1 to PIPE-6). A stage says how long is long; products are the organisation's.
ALTER TABLE "opportunity" ADD COLUMN "stage_since" INTEGER;
ALTER TABLE "opportunity" ADD COLUMN "came_from" TEXT;
ALTER TABLE "opportunity" ADD COLUMN "close_moves" INTEGER;
ALTER TABLE "opportunity" ADD COLUMN "outcome_code" TEXT;
ALTER TABLE "opportunity" ADD COLUMN "lines" TEXT;
ALTER TABLE "stage" ADD COLUMN "limit_days" INTEGER;
CREATE TABLE "product" (
  "name" TEXT,
  "code" TEXT,
  "unit" TEXT,
  "price_minor" INTEGER,
  "currency" TEXT,
  "active" INTEGER,
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
CREATE INDEX "product_anchor" ON "product" ("anchor", "id");
