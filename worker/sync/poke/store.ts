/** What the hub asks the database: what members may hold of some anchors, how far the cell is, what was not told. */
import { sql } from "drizzle-orm";
import { bind, type Bound, type Facts } from "../../../shared/access/engine.ts";
import { validatePolicy, type Policy } from "../../../shared/access/policy.ts";
import { limits } from "../../../shared/kernel/limits.ts";
import type { Masks } from "../../../shared/records/masked.ts";
import { batch, openDb } from "../../db/db.ts";
import type { Span } from "../../db/commit.ts";
import { lentOf, lentQuery, namesOf, nothingLent, withLent, type LentRow } from "../../db/lent.ts";
import { inIds, loadRows, placesOf, type Stored, type StoredPlace } from "../../db/rows.ts";
import * as tables from "../../db/schema.ts";
import type { Env } from "../../env.ts";
import type { Holder } from "./held.ts";

interface MemberRow {
  readonly id: string;
  readonly base: string | null;
  readonly duties: readonly string[] | null;
  readonly teams: readonly string[] | null;
  readonly regions: readonly string[] | null;
}
interface Standing {
  readonly facts: Facts;
  readonly bound: Bound;
  readonly places: ReadonlyMap<string, StoredPlace>;
  /** Records that a grant names, by anchor, with the compartment that they lie in. */
  readonly granted: ReadonlyMap<string, ReadonlyMap<string, string>>;
}
export interface Holders {
  readonly members: ReadonlyMap<string, Standing>;
  /** Newest follow choices by device; none for a device that is not its member's. */
  readonly choices: ReadonlyMap<string, ReadonlyMap<string, string>>;
}
/** Kept between reads of an isolate: the text of a policy comes only when it is another one. */
let held: { readonly version: number; readonly at: number; readonly policy: Policy | null } | null = null;

export async function readHolders(
  env: Env,
  holders: readonly Holder[],
  anchors: readonly string[],
  at: number,
): Promise<Holders | null> {
  const db = openDb(env.DB);
  const { anchor, share, device, follow, recordTables } = tables;
  const { member, account_team: team } = recordTables;
  const members = [...new Set(holders.map((holder) => holder.member))];
  const devices = holders.map((holder) => holder.device.slice(holder.member.length + 1));
  type State = { checkedAt: number; policy: number | null; policyAt: number | null; body: string | null };
  const state = sql<State>`select (select v from meta where k = 'directory_at') as checkedAt, p.version as policy, p.at as policyAt,
    case when p.version = ${held?.version ?? null} and p.at = ${held?.at ?? null} then null else p.body end as body
    from (select 1) left join (select * from policy order by version desc limit 1) p`;
  const [states, rows, lent, anchorRows, teams, shares, known, choices] = (await batch(db, [
    db.all<State>(state),
    db
      .select()
      .from(member)
      .where(sql`${inIds(sql`${member.id}`, members)} and ${member.deletedAt} is null and employment = 'active'`),
    db.all<LentRow>(lentQuery(members, at)),
    db
      .select()
      .from(anchor)
      .where(inIds(sql`${anchor.id}`, anchors)),
    db
      .select()
      .from(team)
      .where(
        sql`${inIds(sql`${team.anchor}`, anchors)} and ${inIds(sql`${sql.identifier("member")}`, members)} and ${team.deletedAt} is null`,
      ),
    db
      .select()
      .from(share)
      .where(sql`${inIds(sql`${share.anchor}`, anchors)} and ${share.endedAt} is null`),
    db
      .select()
      .from(device)
      .where(inIds(sql`${device.id}`, devices)),
    db
      .select()
      .from(follow)
      .where(sql`${inIds(sql`${follow.device}`, devices)} and ${inIds(sql`${follow.anchor}`, anchors)}`)
      .orderBy(follow.device, follow.v),
  ])) as [
    State[],
    MemberRow[],
    LentRow[],
    unknown[],
    { member: string }[],
    { toId: string }[],
    { id: string; member: string }[],
    { device: string; anchor: string; kind: string }[],
  ];
  const [now] = states;
  if (!now || (env.CELL !== env.HOME && at - now.checkedAt > limits.directoryStaleMs)) return null;
  const policy = policyOf(now);
  const lentTo = new Map(lent.map((row) => [row.id, lentOf(row)]));
  const factsOf = (row: MemberRow): Facts =>
    withLent(
      { member: row.id, base: row.base ?? "", duties: row.duties ?? [], teams: row.teams ?? [], regions: row.regions ?? [], employment: "active" },
      lentTo.get(row.id) ?? nothingLent,
    ); // prettier-ignore
  const named = await loadRows(db, rows.flatMap((row) => grantedBy(factsOf(row)))); // prettier-ignore
  const found = new Map<string, Standing>();
  for (const row of rows) {
    const facts = factsOf(row);
    const names = namesOf(facts);
    const granted = new Map<string, Map<string, string>>();
    for (const id of grantedBy(facts)) {
      const record = named.get(id)?.row;
      if (!record) continue;
      const under = granted.get(record.anchor) ?? new Map<string, string>();
      granted.set(record.anchor, under.set(id, record.compartment));
    }
    const own = teams.filter((entry) => entry.member === row.id);
    found.set(row.id, {
      facts,
      bound: bind(policy, facts, (fact) => console.error("rights_input_broken", fact)),
      places: placesOf([anchorRows, own, shares.filter(({ toId }) => names.includes(toId))]),
      granted,
    });
  }
  const of = new Map<string, Map<string, string>>();
  for (const holder of holders) {
    const id = holder.device.slice(holder.member.length + 1);
    if (!known.some((one) => one.id === id && one.member === holder.member)) continue;
    of.set(holder.device, new Map(choices.filter((one) => one.device === id).map((one) => [one.anchor, one.kind])));
  }
  return { members: found, choices: of };
}

const grantedBy = ({ grants = [] }: Facts): readonly string[] =>
  grants.flatMap(({ to }) => ("records" in to ? to.records : []));

function policyOf(state: { policy: number | null; policyAt: number | null; body: string | null }): Policy | null {
  const { policy: version, policyAt: at, body } = state;
  if (version === null || at === null) return null;
  if (body !== null) {
    const valid = validatePolicy(JSON.parse(body));
    if (!valid.ok) console.error("policy_unreadable", version, valid.error.fields);
    held = { version, at, policy: valid.ok ? valid.value : null };
  }
  return held?.version === version && held.at === at ? held.policy : null;
}

/** The names that shares and anchors know these members by. */
export async function readNames(env: Env, members: readonly string[], at: number): Promise<Map<string, string[]>> {
  const read = await readHolders(env, members.map((member) => ({ device: `${member}/`, member })), [], at); // prettier-ignore
  return new Map([...(read?.members ?? [])].map(([member, { facts }]) => [member, namesOf(facts)]));
}

/** How far the cell is: one row. */
export async function readHead(env: Env): Promise<number> {
  const db = openDb(env.DB);
  const [rows] = (await batch(db, [
    db.select({ seq: sql<number>`coalesce(max(${tables.change.seq}), 0)` }).from(tables.change),
  ])) as [{ seq: number }[]];
  return rows[0]?.seq ?? 0;
}

/** What was committed in a range and whose rights it moved: read when the word of it did not come. */
export interface Untold {
  readonly changes: readonly {
    readonly record: string;
    readonly op: string;
    readonly patch: Readonly<Record<string, readonly [unknown, unknown]>> | null;
  }[];
  readonly was: readonly { readonly kind: string; readonly anchor: string | null; readonly member: string | null }[];
  readonly masks: Masks | undefined;
  readonly rows: ReadonlyMap<string, Stored>;
}
/** Of a policy that was read strictly before it was published. */
const masksOf = (text: string | null | undefined): Masks | undefined =>
  text ? (JSON.parse(text) as Masks) : undefined;
export async function readUntold(env: Env, { after, upTo }: Span): Promise<Untold> {
  const db = openDb(env.DB);
  const { change, was } = tables;
  const [changes, inputs, newest] = (await batch(db, [
    db
      .select({ record: change.record, op: change.op, patch: change.patch })
      .from(change)
      .where(sql`${change.seq} > ${after} and ${change.seq} <= ${upTo}`)
      .orderBy(sql`${change.seq} desc`)
      .limit(limits.hubTailMax),
    db
      .select({ kind: was.kind, anchor: was.anchor, member: was.member })
      .from(was)
      .where(sql`${was.seq} > ${after} and ${was.seq} <= ${upTo}`)
      .limit(limits.hubTailMax),
    db.all(sql`select json_extract(body, '$.masks') as masks from ${tables.policy} order by version desc limit 1`),
  ])) as [Untold["changes"], Untold["was"], { masks: string | null }[]];
  return {
    changes,
    was: inputs,
    masks: masksOf(newest[0]?.masks),
    rows: await loadRows(db, [...new Set(changes.map(({ record }) => record))]),
  };
}
