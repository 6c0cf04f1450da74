import { sql } from "drizzle-orm";
import type { Facts } from "../../shared/access/engine.ts";
import {
  inOrder,
  ruleLimits,
  ruleOf,
  type AssignmentRule,
  type Queue,
  type Turn,
} from "../../shared/assignment/rules.ts";
import type { Row } from "../../shared/records/entities.ts";
import { batch, type Db } from "../db/db.ts";
import { inIds, stored, type Stored } from "../db/rows.ts";
import * as tables from "../db/schema.ts";

/** What a push that makes leads knows of rules, queues and people: as of one moment, with the turns that it deals itself. */
export interface Assignments {
  readonly rules: readonly AssignmentRule[];
  readonly queues: ReadonlyMap<string, Queue & { readonly intake: boolean }>;
  /** Members who work here, of those that a rule or queue could give to, and who stands in for them. */
  readonly people: ReadonlyMap<string, Person>;
  /** Who stands in now, by whom they stand in for. */
  readonly covers: ReadonlyMap<string, string>;
  readonly turns: Map<string, Turn>;
}
interface Person {
  readonly facts: Facts;
  /** As a share looks at whom it names. */
  readonly stored: Stored;
}

type Raw = Parameters<typeof stored>[1];
const rowOf = (name: "lead_rule" | "queue" | "member", raw: unknown): Stored => stored(name, raw as Raw);
const listOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** Two round trips where there are rules, one where there are none. */
export async function loadAssignments(db: Db, now: number): Promise<Assignments | null> {
  const { lead_rule: rule, queue, member } = tables.recordTables;
  const [ruleRows, queueRows, turnRows] = (await batch(db, [
    db.select().from(rule).where(sql`${rule.deletedAt} is null`).orderBy(sql`"order"`, sql`id`).limit(ruleLimits.rulesMax),
    db.select().from(queue).where(sql`${queue.deletedAt} is null`),
    db.select().from(tables.leadTurn),
  ])) as [unknown[], unknown[], (typeof tables.leadTurn.$inferSelect)[]];
  const rules = inOrder(ruleRows.map((raw) => ruleOf(rowOf("lead_rule", raw).row)));
  const queues = new Map(queueRows.map((raw) => queueOf(rowOf("queue", raw).row)).map((one) => [one.id, one]));
  if (rules.length === 0 && ![...queues.values()].some(({ intake }) => intake)) return null;

  const aimed = (kind: string): string[] =>
    rules.flatMap(({ target, paused }) => (target?.kind === kind && !paused ? [target.id] : []));
  const named = [...aimed("member"), ...[...queues.values()].flatMap(({ steward }) => steward ?? [])];
  const teams = aimed("team");
  // Who may be asked, by name or with a team; then who stands in for any of them.
  const asked = sql`select m.id from member m where m.deleted_at is null and (${inIds(sql`m.id`, named)}
    or exists (select 1 from json_each(m.teams) t where ${inIds(sql`t.value`, teams)}))`;
  const standing = sql`from cover c where c.ended_at is null and c.from_t <= ${now} and c.until_t > ${now} and c."of" in (${asked})`;
  const [covers, people] = (await batch(db, [
    db.all<CoverRow>(sql`select c."of" as "for", c.member as "by" ${standing} order by c.id`),
    db.select().from(member).where(sql`${member.deletedAt} is null and "employment" = 'active'
      and (${member.id} in (${asked}) or ${member.id} in (select c.member ${standing}))`),
  ])) as [CoverRow[], unknown[]];
  return {
    rules,
    queues,
    people: new Map(people.map((raw) => rowOf("member", raw)).map((one) => [one.row.id, { facts: factsOf(one.row), stored: one }])),
    covers: new Map(covers.map((row) => [row.for, row.by])),
    turns: new Map(turnRows.map(({ rule: id, n, last }) => [id, { n, last }])),
  };
} // prettier-ignore
interface CoverRow {
  readonly for: string;
  readonly by: string;
}

const queueOf = (row: Row): Queue & { readonly intake: boolean } => ({
  id: row.id,
  name: text(row["name"]) ?? "",
  steward: text(row["steward"]),
  intake: row["intake"] === true,
});
const factsOf = (row: Row): Facts => ({
  member: row.id,
  base: text(row["base"]) ?? "",
  duties: listOf(row["duties"]),
  teams: listOf(row["teams"]),
  regions: listOf(row["regions"]),
  employment: "active",
});
