-- Exceptions to the policy, apart from roles: temporary grants (break-glass too) and members who stand in for others. They
-- belong to the directory: the home cell writes them, the other cells copy them. Ended by the clock, never by a job;
-- `ended_at` is for those ended by hand. What each was before stands in `was` (kinds grant and cover).
CREATE TABLE "grant" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "member" TEXT NOT NULL,
  "kind" TEXT NOT NULL, -- grant | break_glass
  "body" TEXT NOT NULL, -- JSON: actions, entities, in, to, groups, keep
  "requested_by" TEXT NOT NULL,
  "approver" TEXT,
  "reason" TEXT NOT NULL,
  "from_t" INTEGER NOT NULL,
  "until_t" INTEGER NOT NULL,
  "ended_at" INTEGER,
  "renewals" INTEGER NOT NULL,
  "review_by" INTEGER
);
CREATE INDEX "grant_member" ON "grant" ("member", "until_t");

CREATE TABLE "cover" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "of" TEXT NOT NULL,
  "member" TEXT NOT NULL,
  "from_t" INTEGER NOT NULL,
  "until_t" INTEGER NOT NULL,
  "ended_at" INTEGER,
  "approver" TEXT,
  "reason" TEXT NOT NULL
);
CREATE INDEX "cover_member" ON "cover" ("member", "until_t");

-- What an approval of an act on rights would do when it is decided; `id` is the approval's. A draft of a policy is one too.
CREATE TABLE "proposal" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "kind" TEXT NOT NULL, -- widen | grant | cover | email | policy | draft
  "body" TEXT NOT NULL,
  "hash" TEXT NOT NULL, -- of what it rests on: if that has moved, the approval is stale
  "author" TEXT NOT NULL,
  "beneficiary" TEXT, -- the member whose rights it would widen, if it is one
  "at" INTEGER NOT NULL,
  "done_at" INTEGER
);
CREATE INDEX "proposal_author" ON "proposal" ("author", "at");
CREATE INDEX "proposal_beneficiary" ON "proposal" ("beneficiary", "kind", "done_at");

CREATE TRIGGER "grant_made" AFTER INSERT ON "grant" BEGIN
  UPDATE "meta" SET "v" = "v" + 1 WHERE "k" = 'directory';
  INSERT INTO "directory_feed" SELECT "v", CAST(unixepoch('subsec') * 1000 AS INTEGER), 'grant', NEW."id", json_object(
    'id', NEW."id", 'member', NEW."member", 'kind', NEW."kind", 'body', NEW."body", 'requested_by', NEW."requested_by",
    'approver', NEW."approver", 'reason', NEW."reason", 'from_t', NEW."from_t", 'until_t', NEW."until_t",
    'ended_at', NEW."ended_at", 'renewals', NEW."renewals", 'review_by', NEW."review_by")
    FROM "meta" WHERE "k" = 'directory';
END;

CREATE TRIGGER "grant_changed" AFTER UPDATE ON "grant" BEGIN
  UPDATE "meta" SET "v" = "v" + 1 WHERE "k" = 'directory';
  INSERT INTO "directory_feed" SELECT "v", CAST(unixepoch('subsec') * 1000 AS INTEGER), 'grant', NEW."id", json_object(
    'id', NEW."id", 'member', NEW."member", 'kind', NEW."kind", 'body', NEW."body", 'requested_by', NEW."requested_by",
    'approver', NEW."approver", 'reason', NEW."reason", 'from_t', NEW."from_t", 'until_t', NEW."until_t",
    'ended_at', NEW."ended_at", 'renewals', NEW."renewals", 'review_by', NEW."review_by")
    FROM "meta" WHERE "k" = 'directory';
END;

CREATE TRIGGER "cover_made" AFTER INSERT ON "cover" BEGIN
  UPDATE "meta" SET "v" = "v" + 1 WHERE "k" = 'directory';
  INSERT INTO "directory_feed" SELECT "v", CAST(unixepoch('subsec') * 1000 AS INTEGER), 'cover', NEW."id", json_object(
    'id', NEW."id", 'of', NEW."of", 'member', NEW."member", 'from_t', NEW."from_t", 'until_t', NEW."until_t",
    'ended_at', NEW."ended_at", 'approver', NEW."approver", 'reason', NEW."reason")
    FROM "meta" WHERE "k" = 'directory';
END;

CREATE TRIGGER "cover_changed" AFTER UPDATE ON "cover" BEGIN
  UPDATE "meta" SET "v" = "v" + 1 WHERE "k" = 'directory';
  INSERT INTO "directory_feed" SELECT "v", CAST(unixepoch('subsec') * 1000 AS INTEGER), 'cover', NEW."id", json_object(
    'id', NEW."id", 'of', NEW."of", 'member', NEW."member", 'from_t', NEW."from_t", 'until_t', NEW."until_t",
    'ended_at', NEW."ended_at", 'approver', NEW."approver", 'reason', NEW."reason")
    FROM "meta" WHERE "k" = 'directory';
END;
