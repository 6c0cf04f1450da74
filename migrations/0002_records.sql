-- The cell's records, keys, changes and sync state. Columns of records are those of shared/records/entities.ts.
CREATE TABLE "member" (
  "name" TEXT,
  "handle" TEXT,
  "email" TEXT,
  "base" TEXT,
  "duties" TEXT,
  "teams" TEXT,
  "regions" TEXT,
  "locale" TEXT,
  "zone" TEXT,
  "employment" TEXT,
  "cohort" TEXT,
  "manager" TEXT,
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
CREATE INDEX "member_anchor" ON "member" ("anchor", "id");

CREATE TABLE "team" (
  "name" TEXT,
  "parent" TEXT,
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
CREATE INDEX "team_anchor" ON "team" ("anchor", "id");

CREATE TABLE "region" (
  "name" TEXT,
  "zone" TEXT,
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
CREATE INDEX "region_anchor" ON "region" ("anchor", "id");

CREATE TABLE "pipeline" (
  "name" TEXT,
  "order" TEXT,
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
CREATE INDEX "pipeline_anchor" ON "pipeline" ("anchor", "id");

CREATE TABLE "stage" (
  "name" TEXT,
  "pipeline" TEXT,
  "order" TEXT,
  "outcome" TEXT,
  "probability_pct" INTEGER,
  "next" TEXT,
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
CREATE INDEX "stage_anchor" ON "stage" ("anchor", "id");

CREATE TABLE "account" (
  "name" TEXT,
  "type" TEXT,
  "industry" TEXT,
  "health" TEXT,
  "health_reason" TEXT,
  "next_action" TEXT,
  "next_action_day" TEXT,
  "next_action_zone" TEXT,
  "website" TEXT,
  "phone" TEXT,
  "street" TEXT,
  "city" TEXT,
  "state" TEXT,
  "postcode" TEXT,
  "country" TEXT,
  "employees" INTEGER,
  "description" TEXT,
  "shared_picture" TEXT,
  "annual_revenue_minor" INTEGER,
  "currency" TEXT,
  "billing_status" TEXT,
  "payment_terms" TEXT,
  "contract_end_day" TEXT,
  "contract_terms" TEXT,
  "internal_note" TEXT,
  "custom_shared" TEXT,
  "custom_billing" TEXT,
  "custom_contract" TEXT,
  "custom_internal" TEXT,
  "custom_unclassified" TEXT,
  "source" TEXT,
  "unresolved" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "account_anchor" ON "account" ("anchor", "id");

CREATE TABLE "account_team" (
  "member" TEXT,
  "role" TEXT,
  "from" INTEGER,
  "until" INTEGER,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "account_team_anchor" ON "account_team" ("anchor", "id");

CREATE TABLE "contact" (
  "name" TEXT,
  "given" TEXT,
  "family" TEXT,
  "title" TEXT,
  "department" TEXT,
  "email" TEXT,
  "phone" TEXT,
  "role" TEXT,
  "mobile" TEXT,
  "birthday" TEXT,
  "home_address" TEXT,
  "assistant" TEXT,
  "marketing_consent" TEXT,
  "locale" TEXT,
  "lead_source" TEXT,
  "description" TEXT,
  "owner" TEXT,
  "custom_shared" TEXT,
  "custom_personal" TEXT,
  "custom_unclassified" TEXT,
  "source" TEXT,
  "unresolved" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "contact_anchor" ON "contact" ("anchor", "id");

CREATE TABLE "lead" (
  "name" TEXT,
  "company" TEXT,
  "status" TEXT,
  "lead_source" TEXT,
  "need" TEXT,
  "budget_minor" INTEGER,
  "currency" TEXT,
  "timeline" TEXT,
  "email" TEXT,
  "phone" TEXT,
  "marketing_consent" TEXT,
  "owner" TEXT,
  "custom_shared" TEXT,
  "custom_qualification" TEXT,
  "custom_unclassified" TEXT,
  "source" TEXT,
  "unresolved" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "lead_anchor" ON "lead" ("anchor", "id");

CREATE TABLE "opportunity" (
  "name" TEXT,
  "pipeline" TEXT,
  "stage" TEXT,
  "order" TEXT,
  "close_day" TEXT,
  "close_zone" TEXT,
  "next_action" TEXT,
  "next_action_day" TEXT,
  "next_action_zone" TEXT,
  "blockers" TEXT,
  "decision_maker" TEXT,
  "outcome_reason" TEXT,
  "need" TEXT,
  "amount_minor" INTEGER,
  "currency" TEXT,
  "discount_pct" INTEGER,
  "legal_note" TEXT,
  "commission_minor" INTEGER,
  "owner" TEXT,
  "custom_shared" TEXT,
  "custom_terms" TEXT,
  "custom_unclassified" TEXT,
  "source" TEXT,
  "unresolved" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "opportunity_anchor" ON "opportunity" ("anchor", "id");

CREATE TABLE "case" (
  "number" TEXT,
  "name" TEXT,
  "status" TEXT,
  "severity" TEXT,
  "next_action" TEXT,
  "next_action_day" TEXT,
  "next_action_zone" TEXT,
  "category" TEXT,
  "queue" TEXT,
  "opened_at" INTEGER,
  "resolved_at" INTEGER,
  "sla_met" INTEGER,
  "reopened" INTEGER,
  "cause" TEXT,
  "fix" TEXT,
  "internal_note" TEXT,
  "owner" TEXT,
  "custom_shared" TEXT,
  "custom_unclassified" TEXT,
  "source" TEXT,
  "unresolved" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "case_anchor" ON "case" ("anchor", "id");

CREATE TABLE "task" (
  "name" TEXT,
  "about" TEXT,
  "done" INTEGER,
  "done_at" INTEGER,
  "due_day" TEXT,
  "due_zone" TEXT,
  "priority" TEXT,
  "status" TEXT,
  "description" TEXT,
  "internal_note" TEXT,
  "owner" TEXT,
  "custom_shared" TEXT,
  "source" TEXT,
  "unresolved" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "task_anchor" ON "task" ("anchor", "id");

CREATE TABLE "handoff" (
  "name" TEXT,
  "about" TEXT,
  "state" TEXT,
  "handoff_kind" TEXT,
  "from_member" TEXT,
  "to_member" TEXT,
  "from_queue" TEXT,
  "to_queue" TEXT,
  "offered_at" INTEGER,
  "accepted_at" INTEGER,
  "lag_ms" INTEGER,
  "promised" TEXT,
  "risks" TEXT,
  "return_reason" TEXT,
  "next_action" TEXT,
  "next_action_day" TEXT,
  "next_action_zone" TEXT,
  "source" TEXT,
  "unresolved" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "handoff_anchor" ON "handoff" ("anchor", "id");

CREATE TABLE "activity" (
  "name" TEXT,
  "activity_kind" TEXT,
  "about" TEXT,
  "at" INTEGER,
  "duration_min" INTEGER,
  "outcome" TEXT,
  "body" TEXT,
  "internal_note" TEXT,
  "owner" TEXT,
  "custom_shared" TEXT,
  "source" TEXT,
  "unresolved" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "activity_anchor" ON "activity" ("anchor", "id");

CREATE TABLE "comment" (
  "body" TEXT,
  "about" TEXT,
  "section" TEXT,
  "gen" INTEGER,
  "position" TEXT,
  "quote" TEXT,
  "group" TEXT,
  "at" INTEGER,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "comment_anchor" ON "comment" ("anchor", "id");

CREATE TABLE "approval" (
  "name" TEXT,
  "about" TEXT,
  "approval_kind" TEXT,
  "asked" TEXT,
  "state" TEXT,
  "requester" TEXT,
  "reason" TEXT,
  "decided_by" TEXT,
  "decided_at" INTEGER,
  "expires_at" INTEGER,
  "binds" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "approval_anchor" ON "approval" ("anchor", "id");

CREATE TABLE "file" (
  "name" TEXT,
  "about" TEXT,
  "media_type" TEXT,
  "bytes" INTEGER,
  "sha256" TEXT,
  "state" TEXT,
  "group" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "file_anchor" ON "file" ("anchor", "id");

CREATE TABLE "section" (
  "title" TEXT,
  "section_kind" TEXT,
  "about" TEXT,
  "gen" INTEGER,
  "schema" INTEGER,
  "group" TEXT,
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "ver" INTEGER NOT NULL,
  "created_at" INTEGER NOT NULL,
  "created_by" TEXT NOT NULL,
  "updated_at" INTEGER NOT NULL,
  "deleted_at" INTEGER
);
CREATE INDEX "section_anchor" ON "section" ("anchor", "id");

CREATE TABLE "anchor" (
  "no" INTEGER PRIMARY KEY,
  "id" TEXT NOT NULL,
  "owner" TEXT,
  "team" TEXT,
  "region" TEXT,
  "restricted" INTEGER NOT NULL,
  "deleted_at" INTEGER,
  "ver" INTEGER NOT NULL
);
CREATE UNIQUE INDEX "anchor_id" ON "anchor" ("id");
CREATE INDEX "anchor_owner" ON "anchor" ("owner", "id");
CREATE INDEX "anchor_team" ON "anchor" ("team", "id");
CREATE INDEX "anchor_region" ON "anchor" ("region", "id");

CREATE TABLE "share" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "record" TEXT,
  "to_kind" TEXT NOT NULL,
  "to_id" TEXT NOT NULL,
  "groups" INTEGER NOT NULL,
  "recipe" TEXT NOT NULL,
  "from_t" INTEGER,
  "until_t" INTEGER,
  "ended_at" INTEGER,
  "cause" TEXT NOT NULL
);
CREATE INDEX "share_to" ON "share" ("to_id", "anchor");
CREATE INDEX "share_anchor" ON "share" ("anchor");

CREATE TABLE "change" (
  "seq" INTEGER PRIMARY KEY,
  "anchor" TEXT NOT NULL,
  "compartment" TEXT NOT NULL,
  "entity" TEXT NOT NULL,
  "record" TEXT NOT NULL,
  "op" TEXT NOT NULL,
  "actor" TEXT NOT NULL,
  "client" TEXT NOT NULL,
  "n" INTEGER NOT NULL,
  "at" INTEGER NOT NULL,
  "mutation" TEXT NOT NULL,
  "patch" TEXT
);
CREATE INDEX "change_key" ON "change" ("anchor", "compartment", "seq");

CREATE TABLE "was" (
  "seq" INTEGER NOT NULL,
  "kind" TEXT NOT NULL,
  "id" TEXT NOT NULL,
  "anchor" TEXT,
  "member" TEXT,
  "before" TEXT,
  PRIMARY KEY ("seq", "kind", "id")
) WITHOUT ROWID;

CREATE TABLE "client" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "member" TEXT NOT NULL,
  "device" TEXT NOT NULL,
  "n" INTEGER NOT NULL,
  "ok" INTEGER NOT NULL CHECK (ok = 1)
) WITHOUT ROWID;

CREATE TABLE "outcome" (
  "client" TEXT NOT NULL,
  "n" INTEGER NOT NULL,
  "body" TEXT NOT NULL,
  PRIMARY KEY ("client", "n")
) WITHOUT ROWID;

CREATE TABLE "device" (
  "id" TEXT PRIMARY KEY NOT NULL,
  "member" TEXT NOT NULL,
  "secret" TEXT NOT NULL,
  "seen_at" INTEGER NOT NULL
);

CREATE TABLE "follow" (
  "device" TEXT NOT NULL,
  "v" INTEGER NOT NULL,
  "anchor" TEXT NOT NULL,
  "kind" TEXT NOT NULL,
  PRIMARY KEY ("device", "v")
) WITHOUT ROWID;

CREATE TABLE "policy" (
  "version" INTEGER PRIMARY KEY,
  "body" TEXT NOT NULL,
  "author" TEXT NOT NULL,
  "approver" TEXT,
  "why" TEXT NOT NULL,
  "at" INTEGER NOT NULL
);

CREATE TABLE "meta" (
  "k" TEXT PRIMARY KEY NOT NULL,
  "v" INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX "account_team_member" ON "account_team" ("member", "anchor");
CREATE INDEX "account_name" ON "account" ("name");
CREATE INDEX "member_email" ON "member" ("email");
INSERT INTO "meta" ("k", "v") VALUES ('directory', 1), ('shape', 1);
