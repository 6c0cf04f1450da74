-- Reviews of what members hold: a campaign, and one line a duty or grant that somebody answers.
CREATE TABLE "review" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "scope" TEXT NOT NULL, -- sharp: what approves, exports or governs; all
  "by" TEXT, -- who opened it; null: the schedule
  "at" INTEGER NOT NULL,
  "due" INTEGER NOT NULL,
  "closed_at" INTEGER
);
CREATE TABLE "review_item" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "review" TEXT NOT NULL,
  "member" TEXT NOT NULL,
  "kind" TEXT NOT NULL, -- duty | grant
  "what" TEXT NOT NULL, -- the duty, or the grant's id
  "reason" TEXT NOT NULL, -- why it was given
  "last_use" INTEGER,
  "decision" TEXT, -- keep | remove | ended | escalated
  "why" TEXT,
  "decided_by" TEXT,
  "decided_at" INTEGER
);
CREATE INDEX "review_item_review" ON "review_item" ("review");
