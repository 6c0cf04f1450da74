import { getTableName, is } from "drizzle-orm";
import { SQLiteTable } from "drizzle-orm/sqlite-core";
import { entityNames } from "../../shared/records/entities.ts";
import * as auth from "../auth/schema.ts";
import * as cell from "../db/schema.ts";

/** What migrations/ holds, in order; tests/tidy.test.ts compares. */
export const expectedMigrations: readonly string[] = [
  "0001_auth.sql",
  "0002_records.sql",
  "0003_directory.sql",
  "0004_governance.sql",
  "0005_approvals.sql",
  "0006_escalation.sql",
  "0007_address_moved.sql",
  "0008_prune.sql",
  "0009_reassigned.sql",
  "0010_section_comments.sql",
  "0011_brief.sql",
  "0012_section_text.sql",
  "0013_regen.sql",
  "0014_task_group.sql",
  "0015_pipeline.sql",
  "0016_service.sql",
  "0017_tasks_notices.sql",
  "0018_lists.sql",
  "0019_leads.sql",
  "0020_lead_rules.sql",
  "0021_section_mention.sql",
  "0022_exchange.sql",
  "0023_duplicates.sql",
  "0024_audit.sql",
  "0025_reviews.sql",
];
/** The last thing that each migration makes: wherever a file broke off, this is not there. tests/e2e/crash.test.ts compares. */
const probes = ["demo_mail", "member_email", "token_cut", "cover_changed", "approval_about", "case_escalated", "member_address_moved", "follow_anchor", "reassigned", "section_comment_section", "section_owner", "section_text", "regen", "task_group", "product_anchor", "service_level_anchor", "member_anchor_made", "view_anchor", "lead_became_opportunity", "lead_rule_anchor", "mention_member", "account_by_name", "twin_ask", "audit_seal", "review_item_review"]; // prettier-ignore

/** Tables known to SQL alone; the others are in the schemas. */
const plain = [
  "auth_code_ask",
  "api_token",
  "claim",
  "organisation",
  "directory_feed",
  "directory_cut",
  "grant",
  "cover",
  "proposal",
  "audit_event",
  "audit_count",
  "section_mention",
  "review",
  "review_item",
];
const inSchemas = [...Object.values(auth), ...Object.values(cell)].filter((value) => is(value, SQLiteTable));
const needed = new Set([...probes, ...plain, ...entityNames, ...inSchemas.map((table) => getTableName(table))]);

/** Names of the migrations that are not applied, and whether the schema holds all that they make. Throws without a schema. */
export async function readSchema(
  d1: D1Database,
): Promise<{ readonly lacking: readonly string[]; readonly whole: boolean }> {
  const [names, found] = await d1.batch<{ name: string }>([
    d1.prepare("select name from d1_migrations order by id"),
    d1
      .prepare("select name from sqlite_master where name in (select value from json_each(?))")
      .bind(JSON.stringify([...needed])),
  ]);
  const applied = new Set(names?.results.map((row) => row.name));
  return {
    lacking: expectedMigrations.filter((name) => !applied.has(name)),
    whole: found?.results.length === needed.size,
  };
}

export async function readDrift(d1: D1Database): Promise<number> {
  return (await d1.prepare("select v from meta where k = 'drift'").first<number>("v")) ?? 0;
}
