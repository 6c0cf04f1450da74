import { sql } from "drizzle-orm";
import { limits } from "../../shared/kernel/limits.ts";
import type { Outcome } from "../../shared/sync/protocol.ts";
import { dayOf } from "../db/commit.ts";
import { batch, type Db } from "../db/db.ts";
import { lentFrom, lentLists, type Lent, type LentOne } from "../db/lent.ts";
import { amongIds, inIds } from "../db/rows.ts";
import * as tables from "../db/schema.ts";

/** What the sync reads and writes besides records: positions, choices, outcomes. */
export interface ChangeHeader {
  readonly seq: number;
  readonly anchor: string;
  readonly compartment: string;
  readonly entity: string;
  readonly record: string;
  readonly op: "in" | "out" | "edit" | "del";
  readonly client: string;
  readonly n: number;
  readonly actor: string;
  readonly at: number;
  /** By field: before, after, and whose words were written over unseen. */
  readonly patch: Readonly<Record<string, readonly [before: unknown, after: unknown, loser?: string]>> | null;
}
export interface WasRow {
  readonly seq: number;
  readonly kind: "anchor" | "account_team" | "share" | "member" | "policy" | "grant" | "cover";
  readonly id: string;
  readonly anchor: string | null;
  readonly member: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
}
export interface Choice {
  readonly v: number;
  readonly anchor: string;
  readonly kind: "open" | "pin" | "unfollow";
}
export interface DeviceState {
  readonly head: number;
  readonly directory: number;
  readonly shape: number;
  readonly device: { member: string; secret: string; seenAt: number } | null;
  readonly client: { member: string; device: string; n: number } | null;
  readonly outcomes: readonly Outcome[];
  readonly choices: readonly Choice[];
  readonly was: readonly WasRow[];
  /** What is lent to the member and did not end before `t`. */
  readonly lent: Lent;
  readonly changes: readonly ChangeHeader[];
}

const headers = (({ seq, anchor, compartment, entity, record, op, client, n, actor, at, patch }) => ({
  seq, anchor, compartment, entity, record, op, client, n, actor, at, patch,
}))(tables.change); // prettier-ignore

/**
 * Everything that a pull decides by, of one instant. `a` and `p`: rights inputs and changes after these positions; `t`:
 * the time up to which the device was told what the clock does.
 */
export async function readDevice(
  db: Db,
  ask: { device: string; client: string; member: string; seen: number; a: number; p: number; t: number; scan: number },
): Promise<DeviceState> {
  const { client, outcome, device, follow, was, change, meta } = tables;
  const version = (k: string) => sql<number>`(select ${meta.v} from ${meta} where ${meta.k} = ${k})`;
  const [grants, covers] = lentLists(ask.member, ask.t);
  const [heads, devices, clients, outcomes, choices, wasRows, lentGrants, lentCovers, changes] = (await batch(db, [
    db.all<Heads>(sql`select coalesce((select max(seq) from change), 0) as seq, ${version("directory")} as directory, ${version("shape")} as shape`),
    db.select().from(device).where(sql`${device.id} = ${ask.device}`),
    db.select().from(client).where(sql`${client.id} = ${ask.client}`),
    db.select().from(outcome).where(sql`${outcome.client} = ${ask.client} and ${outcome.n} > ${ask.seen}`),
    db.select().from(follow).where(sql`${follow.device} = ${ask.device}`).orderBy(follow.v),
    db.select().from(was).where(sql`${was.seq} > ${ask.a}`).orderBy(was.seq),
    db.all<LentOne>(grants),
    db.all<LentOne>(covers),
    db
      .select(headers)
      .from(change)
      .where(sql`${change.seq} > ${ask.p}`)
      .orderBy(change.seq)
      .limit(ask.scan),
  ])) as [Heads[], DeviceRow[], ClientRow[], { body: Outcome }[], Choice[], WasRow[], LentOne[], LentOne[], ChangeHeader[]]; // prettier-ignore
  return {
    head: heads[0]?.seq ?? 0,
    directory: heads[0]?.directory ?? 0,
    shape: heads[0]?.shape ?? 0,
    device: devices[0] ?? null,
    client: clients[0] ?? null,
    outcomes: outcomes.map((row) => row.body),
    choices,
    was: wasRows,
    lent: lentFrom(lentGrants, lentCovers),
    changes,
  };
}
interface Heads {
  readonly seq: number;
  readonly directory: number | null;
  readonly shape: number | null;
}
/** Whose a client is that was not heard of for long: nobody's. Its number stays, so that nothing is done twice. */
export const retired = "";
type DeviceRow = { member: string; secret: string; seenAt: number };
type ClientRow = { member: string; device: string; n: number };

/** Number of the oldest change that is kept; asked by a seeded bug alone. */
export async function oldestChange(db: Db): Promise<number> {
  const [rows] = (await batch(db, [
    db.select({ seq: sql<number>`min(${tables.change.seq})` }).from(tables.change),
  ])) as [{ seq: number | null }[]];
  return rows[0]?.seq ?? 0;
}

/** What was written while a page was made. */
export const changesAfter = (db: Db, seq: number) =>
  db.select(headers).from(tables.change).where(sql`${tables.change.seq} > ${seq}`); // prettier-ignore

/** Devices found keys that differed from what they should hold: counted, for whoever watches the cell. */
export async function addDrift(db: Db, count: number): Promise<void> {
  const { meta } = tables;
  await batch(db, [
    db
      .insert(meta)
      .values({ k: "drift", v: count })
      .onConflictDoUpdate({ target: meta.k, set: { v: sql`${meta.v} + ${count}` } }),
  ]);
}

/** Position of the newest rights input. If it moves while a page is made, the page is made again. */
export const inputsHeadQuery = (db: Db) =>
  db.select({ seq: sql<number>`coalesce(max(${tables.was.seq}), 0)` }).from(tables.was);

export async function addDevice(db: Db, id: string, member: string, secret: string, now: number): Promise<void> {
  await batch(db, [db.insert(tables.device).values({ id, member, secret, seenAt: now }).onConflictDoNothing()]);
}
export async function seeDevice(db: Db, id: string, now: number): Promise<void> {
  await batch(db, [
    db
      .update(tables.device)
      .set({ seenAt: now })
      .where(sql`${tables.device.id} = ${id}`),
  ]);
}
/** What an older choice said about an account that was chosen again is of no use once the device knows it, `known`. */
export async function addChoices(
  db: Db,
  device: string,
  after: number,
  choices: readonly Omit<Choice, "v">[],
  known: number,
): Promise<void> {
  await batch(db, [
    db.run(sql`delete from follow where device = ${device} and v <= ${known} and exists
      (select 1 from follow newer where newer.device = follow.device and newer.anchor = follow.anchor and newer.v > follow.v and newer.v <= ${known})`),
    ...choices.map((choice, index) =>
      db
        .insert(tables.follow)
        .values({ device, v: after + index + 1, ...choice })
        .onConflictDoNothing(),
    ),
  ]);
}
export async function dropOutcomes(db: Db, client: string, seen: number): Promise<void> {
  await batch(db, [
    db.delete(tables.outcome).where(sql`${tables.outcome.client} = ${client} and ${tables.outcome.n} <= ${seen}`),
  ]);
}

/** Under which names anchors and shares are a member's: their own, their teams', of whom they stand in for. */
export interface Names {
  readonly member: string;
  readonly teams: readonly string[];
  readonly coveredFor: readonly string[];
}
/** Anchors that a member follows for any reason but this device's choices; now or by interval at another time. */
export async function candidateAnchors(db: Db, { member, teams, coveredFor }: Names): Promise<string[]> {
  const own = JSON.stringify([member, ...coveredFor]);
  const names = JSON.stringify([member, ...coveredFor, ...teams]);
  const [rows] = (await batch(db, [
    db.all(sql`select id from anchor where owner in (select value from json_each(${own}))
      union select id from anchor where team in (select value from json_each(${JSON.stringify(teams)}))
      union select anchor from account_team where member = ${member} and deleted_at is null
      union select anchor from share where to_id in (select value from json_each(${names})) and ended_at is null`),
  ])) as [{ id: string }[]];
  return rows.map((row) => row.id);
}

/** Anchors on which an interval of mine began or ended in (from, to] though nothing was written (SYNC-T2). */
export async function clockedAnchors(
  db: Db,
  { member, teams, coveredFor }: Names,
  from: number,
  to: number,
): Promise<string[]> {
  const names = [member, ...coveredFor, ...teams];
  const [rows] = (await batch(db, [
    db.all(sql`select anchor as id from account_team where member = ${member} and deleted_at is null
        and (("from" > ${from} and "from" <= ${to}) or ("until" > ${from} and "until" <= ${to}))
      union all select anchor from share where ${amongIds(sql`to_id`, names)} and ended_at is null
        and ((from_t > ${from} and from_t <= ${to}) or (until_t > ${from} and until_t <= ${to}))`),
  ])) as [{ id: string }[]];
  return rows.map((row) => row.id);
}
/** The first instant after `now` at which such an interval begins or ends. */
export async function nextTurn(db: Db, { member, teams, coveredFor }: Names, now: number): Promise<number> {
  const names = [member, ...coveredFor, ...teams];
  const soonest = (column: string) => sql.raw(`min(case when ${column} > ${Math.trunc(now)} then ${column} end)`);
  const [rows] = (await batch(db, [
    db.all(sql`select ${soonest(`"from"`)} as at from account_team where member = ${member} and deleted_at is null
      union all select ${soonest(`"until"`)} from account_team where member = ${member} and deleted_at is null
      union all select ${soonest("from_t")} from share where ${amongIds(sql`to_id`, names)} and ended_at is null
      union all select ${soonest("until_t")} from share where ${amongIds(sql`to_id`, names)} and ended_at is null`),
  ])) as [{ at: number | null }[]];
  return Math.min(noTurn, ...rows.flatMap(({ at }) => at ?? []));
}
const noTurn = Number.MAX_SAFE_INTEGER;

export async function anchorsByNumber(db: Db, numbers: readonly number[]): Promise<Map<number, string>> {
  if (numbers.length === 0) return new Map();
  const [rows] = (await batch(db, [
    db
      .select({ no: tables.anchor.no, id: tables.anchor.id })
      .from(tables.anchor)
      .where(inIds(sql`${tables.anchor.no}`, numbers.map(String))),
  ])) as [{ no: number; id: string }[]];
  return new Map(rows.map((row) => [row.no, row.id]));
}

export async function policyBody(db: Db, version: number): Promise<string | null> {
  const [rows] = (await batch(db, [
    db
      .select()
      .from(tables.policy)
      .where(sql`${tables.policy.version} = ${version}`),
  ])) as [{ body: string }[]];
  return rows[0]?.body ?? null;
}

export async function readClient(db: Db, id: string): Promise<{ member: string; device: string; n: number } | null> {
  const [rows] = (await batch(db, [
    db
      .select()
      .from(tables.client)
      .where(sql`${tables.client.id} = ${id}`),
  ])) as [{ member: string; device: string; n: number }[]];
  return rows[0] ?? null;
}
/** A client's watermark, and whose the device is that sends for it. */
export async function readSender(
  db: Db,
  ask: { readonly client: string; readonly device: string },
): Promise<{ client: { member: string; device: string; n: number } | null; holder: string | null }> {
  const { client, device } = tables;
  const [clients, devices] = (await batch(db, [
    db
      .select()
      .from(client)
      .where(sql`${client.id} = ${ask.client}`),
    db
      .select({ member: device.member })
      .from(device)
      .where(sql`${device.id} = ${ask.device}`),
  ])) as [{ member: string; device: string; n: number }[], { member: string }[]];
  return { client: clients[0] ?? null, holder: devices[0]?.member ?? null };
}
/** Accounts that a member gave to others on that day without a second person (ACCESS-R58). */
export async function reassignedOn(db: Db, member: string, at: number): Promise<number> {
  const { reassigned } = tables;
  const [rows] = (await batch(db, [
    db
      .select({ n: reassigned.n })
      .from(reassigned)
      .where(sql`${reassigned.actor} = ${member} and ${reassigned.day} = ${dayOf(at)}`),
  ])) as [{ n: number }[]];
  return rows[0]?.n ?? 0;
}
export async function readOutcomes(db: Db, client: string, numbers: readonly number[]): Promise<Map<number, Outcome>> {
  const { outcome } = tables;
  const query = db
    .select()
    .from(outcome)
    .where(
      sql`${outcome.client} = ${client} and ${outcome.n} in (select value from json_each(${JSON.stringify(numbers)}))`,
    );
  const [rows] = (await batch(db, [query])) as [{ n: number; body: Outcome }[]];
  return new Map(rows.map((row) => [row.n, row.body]));
}

/** A field of a record, or (null) its deletion. */
export interface WriterAsk {
  readonly anchor: string;
  readonly compartment: string;
  readonly record: string;
  readonly field: string | null;
}
/** Who wrote each last, among the newest changes of its key; one round trip for all. */
export async function lastWriters(
  db: Db,
  asks: readonly WriterAsk[],
): Promise<readonly ({ readonly actor: string; readonly at: number } | undefined)[]> {
  const { change } = tables;
  const queries = asks.map(({ anchor, compartment, record, field }) =>
    db.all(sql`select actor, at from (
        select seq, record, op, actor, at, patch from ${change}
        where anchor = ${anchor} and compartment = ${compartment} order by seq desc limit ${limits.historyRowsMax})
      where record = ${record} and ${field === null ? sql`op = 'del'` : sql`json_type(patch, ${`$.${field}`}) is not null`}
      order by seq desc limit 1`),
  );
  return ((await batch(db, queries)) as { actor: string; at: number }[][]).map(([row]) => row);
}
