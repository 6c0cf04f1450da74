-- The directory: who may sign in, with which facts, under which policy, and which sessions were cut. Triggers write it,
-- so that no path that changes a member or a policy can forget to. `version` is meta.directory after the change.
CREATE TABLE "directory_feed" (
  "version" INTEGER PRIMARY KEY,
  "at" INTEGER NOT NULL,
  "kind" TEXT NOT NULL, -- member | team | region | policy | cut
  "subject" TEXT NOT NULL,
  "body" TEXT NOT NULL
);

-- Sessions that the home cell ended: their tokens are refused here although they have not run out yet.
CREATE TABLE "directory_cut" (
  "session" TEXT PRIMARY KEY NOT NULL,
  "at" INTEGER NOT NULL
) WITHOUT ROWID;

-- home: version of the home cell that this copy has reached; at: when that was known; told: up to where cuts were spread.
INSERT INTO "meta" ("k", "v") VALUES ('directory_home', 0), ('directory_at', 0), ('directory_told', 0);

CREATE TRIGGER "member_made" AFTER INSERT ON "member" BEGIN
  UPDATE "meta" SET "v" = "v" + 1 WHERE "k" = 'directory';
  INSERT INTO "directory_feed" SELECT "v", CAST(unixepoch('subsec') * 1000 AS INTEGER), 'member', NEW."id", json_object(
    'id', NEW."id", 'name', NEW."name", 'handle', NEW."handle", 'email', NEW."email", 'base', NEW."base",
    'duties', NEW."duties", 'teams', NEW."teams", 'regions', NEW."regions", 'locale', NEW."locale", 'zone', NEW."zone",
    'employment', NEW."employment", 'cohort', NEW."cohort", 'manager', NEW."manager", 'anchor', NEW."anchor",
    'compartment', NEW."compartment", 'created_at', NEW."created_at", 'created_by', NEW."created_by",
    'updated_at', NEW."updated_at", 'deleted_at', NEW."deleted_at") FROM "meta" WHERE "k" = 'directory';
END;

CREATE TRIGGER "member_changed" AFTER UPDATE ON "member" BEGIN
  UPDATE "meta" SET "v" = "v" + 1 WHERE "k" = 'directory';
  INSERT INTO "directory_feed" SELECT "v", CAST(unixepoch('subsec') * 1000 AS INTEGER), 'member', NEW."id", json_object(
    'id', NEW."id", 'name', NEW."name", 'handle', NEW."handle", 'email', NEW."email", 'base', NEW."base",
    'duties', NEW."duties", 'teams', NEW."teams", 'regions', NEW."regions", 'locale', NEW."locale", 'zone', NEW."zone",
    'employment', NEW."employment", 'cohort', NEW."cohort", 'manager', NEW."manager", 'anchor', NEW."anchor",
    'compartment', NEW."compartment", 'created_at', NEW."created_at", 'created_by', NEW."created_by",
    'updated_at', NEW."updated_at", 'deleted_at', NEW."deleted_at") FROM "meta" WHERE "k" = 'directory';
END;

CREATE TRIGGER "team_made" AFTER INSERT ON "team" BEGIN
  UPDATE "meta" SET "v" = "v" + 1 WHERE "k" = 'directory';
  INSERT INTO "directory_feed" SELECT "v", CAST(unixepoch('subsec') * 1000 AS INTEGER), 'team', NEW."id", json_object(
    'id', NEW."id", 'name', NEW."name", 'parent', NEW."parent", 'anchor', NEW."anchor", 'compartment', NEW."compartment",
    'created_at', NEW."created_at", 'created_by', NEW."created_by", 'updated_at', NEW."updated_at",
    'deleted_at', NEW."deleted_at") FROM "meta" WHERE "k" = 'directory';
END;

CREATE TRIGGER "team_changed" AFTER UPDATE ON "team" BEGIN
  UPDATE "meta" SET "v" = "v" + 1 WHERE "k" = 'directory';
  INSERT INTO "directory_feed" SELECT "v", CAST(unixepoch('subsec') * 1000 AS INTEGER), 'team', NEW."id", json_object(
    'id', NEW."id", 'name', NEW."name", 'parent', NEW."parent", 'anchor', NEW."anchor", 'compartment', NEW."compartment",
    'created_at', NEW."created_at", 'created_by', NEW."created_by", 'updated_at', NEW."updated_at",
    'deleted_at', NEW."deleted_at") FROM "meta" WHERE "k" = 'directory';
END;

CREATE TRIGGER "region_made" AFTER INSERT ON "region" BEGIN
  UPDATE "meta" SET "v" = "v" + 1 WHERE "k" = 'directory';
  INSERT INTO "directory_feed" SELECT "v", CAST(unixepoch('subsec') * 1000 AS INTEGER), 'region', NEW."id", json_object(
    'id', NEW."id", 'name', NEW."name", 'zone', NEW."zone", 'anchor', NEW."anchor", 'compartment', NEW."compartment",
    'created_at', NEW."created_at", 'created_by', NEW."created_by", 'updated_at', NEW."updated_at",
    'deleted_at', NEW."deleted_at") FROM "meta" WHERE "k" = 'directory';
END;

CREATE TRIGGER "region_changed" AFTER UPDATE ON "region" BEGIN
  UPDATE "meta" SET "v" = "v" + 1 WHERE "k" = 'directory';
  INSERT INTO "directory_feed" SELECT "v", CAST(unixepoch('subsec') * 1000 AS INTEGER), 'region', NEW."id", json_object(
    'id', NEW."id", 'name', NEW."name", 'zone', NEW."zone", 'anchor', NEW."anchor", 'compartment', NEW."compartment",
    'created_at', NEW."created_at", 'created_by', NEW."created_by", 'updated_at', NEW."updated_at",
    'deleted_at', NEW."deleted_at") FROM "meta" WHERE "k" = 'directory';
END;

CREATE TRIGGER "policy_published" AFTER INSERT ON "policy" BEGIN
  UPDATE "meta" SET "v" = "v" + 1 WHERE "k" = 'directory';
  INSERT INTO "directory_feed" SELECT "v", CAST(unixepoch('subsec') * 1000 AS INTEGER), 'policy', NEW."version", json_object(
    'version', NEW."version", 'body', NEW."body", 'author', NEW."author", 'approver', NEW."approver", 'why', NEW."why",
    'at', NEW."at") FROM "meta" WHERE "k" = 'directory';
END;

-- A leaver, and whoever's address (by which one signs in) moved, is out at once, by whatever path it was written.
CREATE TRIGGER "member_left" AFTER UPDATE ON "member"
WHEN NEW."employment" IS NOT 'active' OR NEW."deleted_at" IS NOT NULL OR NEW."email" IS NOT OLD."email" BEGIN
  DELETE FROM "auth_session" WHERE "user_id" = NEW."id";
  DELETE FROM "api_token" WHERE "member" = NEW."id";
END;

CREATE TRIGGER "session_cut" AFTER DELETE ON "auth_session" BEGIN
  UPDATE "meta" SET "v" = "v" + 1 WHERE "k" = 'directory';
  INSERT INTO "directory_feed" SELECT "v", CAST(unixepoch('subsec') * 1000 AS INTEGER), 'cut', OLD."id", '{}'
    FROM "meta" WHERE "k" = 'directory';
END;

CREATE TRIGGER "token_cut" AFTER DELETE ON "api_token" BEGIN
  UPDATE "meta" SET "v" = "v" + 1 WHERE "k" = 'directory';
  INSERT INTO "directory_feed" SELECT "v", CAST(unixepoch('subsec') * 1000 AS INTEGER), 'cut', OLD."id", '{}'
    FROM "meta" WHERE "k" = 'directory';
END;
