-- Who signs in. auth_* belong to better-auth (worker/auth/schema.ts); auth_user.id is the member's id.
CREATE TABLE "auth_user" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "name" TEXT NOT NULL,
  "email" TEXT NOT NULL UNIQUE,
  "email_verified" INTEGER NOT NULL,
  "image" TEXT,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL
);

CREATE TABLE "auth_session" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "user_id" TEXT NOT NULL REFERENCES "auth_user" ("id") ON DELETE CASCADE,
  "token" TEXT NOT NULL UNIQUE,
  "expires_at" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "ip_address" TEXT,
  "user_agent" TEXT
);
CREATE INDEX "auth_session_user" ON "auth_session" ("user_id");

CREATE TABLE "auth_account" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "account_id" TEXT NOT NULL,
  "provider_id" TEXT NOT NULL,
  "user_id" TEXT NOT NULL REFERENCES "auth_user" ("id") ON DELETE CASCADE,
  "access_token" TEXT,
  "refresh_token" TEXT,
  "id_token" TEXT,
  "access_token_expires_at" INTEGER,
  "refresh_token_expires_at" INTEGER,
  "scope" TEXT,
  "password" TEXT,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL
);
CREATE UNIQUE INDEX "auth_account_provider" ON "auth_account" ("provider_id", "account_id");
CREATE INDEX "auth_account_user" ON "auth_account" ("user_id");

CREATE TABLE "auth_verification" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "identifier" TEXT NOT NULL,
  "value" TEXT NOT NULL,
  "expires_at" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL
);
CREATE INDEX "auth_verification_identifier" ON "auth_verification" ("identifier");

-- Asked-for codes, known address or not, so that nobody can make us send mail without end or guess on and on.
CREATE TABLE "auth_code_ask" (
  "address" TEXT NOT NULL, -- SHA-256
  "at" INTEGER NOT NULL
);
CREATE INDEX "auth_code_ask_address" ON "auth_code_ask" ("address", "at");

-- API tokens: only the hash is here. A revoked token is deleted.
CREATE TABLE "api_token" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "member" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "hash" TEXT NOT NULL UNIQUE,
  "capabilities" TEXT NOT NULL, -- JSON list of actions beyond reading
  "created_at" INTEGER NOT NULL,
  "expires_at" INTEGER NOT NULL
);
CREATE INDEX "api_token_member" ON "api_token" ("member");

-- One-use links for the first admin of an empty organisation.
CREATE TABLE "claim" (
  "code" TEXT PRIMARY KEY NOT NULL,
  "hash" TEXT NOT NULL, -- of the secret in the link's fragment
  "expires_at" INTEGER NOT NULL,
  "used_by" TEXT -- the member whom it made
);

CREATE TABLE "organisation" (
  "cell" TEXT PRIMARY KEY NOT NULL,
  "name" TEXT NOT NULL,
  "created_at" INTEGER NOT NULL
);

-- Mail that the demo would have sent; empty in every deployed cell.
CREATE TABLE "demo_mail" (
  "no" INTEGER PRIMARY KEY,
  "at" INTEGER NOT NULL,
  "to" TEXT NOT NULL,
  "subject" TEXT NOT NULL,
  "text" TEXT NOT NULL
);
