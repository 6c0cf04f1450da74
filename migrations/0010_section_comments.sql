-- Comments on a place in a section's text: records of their own, read by who reads the section.
CREATE TABLE "section_comment" (
  "section" TEXT,
  "parent" TEXT,
  "body" TEXT,
  "gen" INTEGER,
  "range_start" TEXT,
  "range_end" TEXT,
  "quote" TEXT,
  "group" TEXT,
  "at" INTEGER,
  "edited_at" INTEGER,
  "resolved_at" INTEGER,
  "resolved_by" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "section_comment_anchor" ON "section_comment" ("anchor", "id");
CREATE INDEX "section_comment_section" ON "section_comment" ("section");
