-- Saved views of lists, each an anchor of its own: owner and team stand in its row of "anchor". What a view is narrowed
-- by stands in the columns of the field groups that it names (LIST-6).
CREATE TABLE "view" (
  "name" TEXT,
  "of" TEXT,
  "layout" TEXT,
  "where" TEXT,
  "where_qualification" TEXT,
  "where_terms" TEXT,
  "where_billing" TEXT,
  "where_contract" TEXT,
  "where_personal" TEXT,
  "where_consent" TEXT,
  "where_resolution" TEXT,
  "where_internal" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "view_anchor" ON "view" ("anchor", "id");
-- Who people are to one another.
ALTER TABLE "contact" ADD COLUMN "reports_to" TEXT;
ALTER TABLE "contact" ADD COLUMN "buyer_role" TEXT;
