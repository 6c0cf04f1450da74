/** The SQL of the audit: events, counts, seals, and the pages of both sources of the stream. */
import { sql, type SQL } from "drizzle-orm";
import type { AuditClass, EventKind } from "../../shared/audit/kinds.ts";
import type { ChangeRow, EventRow, Seal } from "../../shared/audit/seal.ts";
import { batch, type Db, type Query } from "../db/db.ts";
import { inIds } from "../db/rows.ts";
import * as tables from "../db/schema.ts";

const { change } = tables;

// --- events

export interface EventToWrite {
  readonly kind: EventKind;
  readonly actor: string;
  readonly subject: string | null;
  readonly what: string | null;
  readonly n: number | null;
  readonly at: number;
  readonly detail: string | null;
  readonly once: string | null;
}
export const insertEvent = (db: Db, event: EventToWrite): Query =>
  db.run(sql`insert or ignore into audit_event (kind, actor, subject, what, n, at, detail, once)
    values (${event.kind}, ${event.actor}, ${event.subject}, ${event.what}, ${event.n}, ${event.at}, ${event.detail}, ${event.once})`);
export const writeEvent = async (db: Db, event: EventToWrite): Promise<void> => void (await batch(db, [insertEvent(db, event)])); // prettier-ignore

/** One row a member, route and minute, however often it is added to. */
export async function addCount(db: Db, one: { kind: EventKind; actor: string; what: string; minute: number; n: number }): Promise<void> {
  await batch(db, [
    db.run(sql`insert into audit_count (kind, actor, what, minute, n) values (${one.kind}, ${one.actor}, ${one.what}, ${one.minute}, ${one.n})
      on conflict (kind, actor, what, minute) do update set n = audit_count.n + excluded.n`),
  ]);
} // prettier-ignore
/** Counts of minutes that are over become events, once: the same batch takes them out of the count. */
export async function closeCounts(db: Db, before: number): Promise<void> {
  const [rows] = (await batch(db, [
    db.all<{ n: number }>(sql`select count(*) as n from audit_count where minute < ${before}`),
  ])) as [{ n: number }[]];
  if ((rows[0]?.n ?? 0) === 0) return;
  await batch(db, [
    db.run(sql`insert into audit_event (kind, actor, what, n, at) select kind, actor, what, n, minute * 60000 from audit_count where minute < ${before} order by minute, actor, kind, what`),
    db.run(sql`delete from audit_count where minute < ${before}`),
  ]);
} // prettier-ignore

const eventColumns = sql.raw("seq, kind, actor, subject, what, n, at, detail");

// --- seals

interface RawSeal extends Omit<Seal, "dropped"> {
  readonly dropped: string;
}
const sealColumns = sql.raw(
  `n, change_from as "changeFrom", change_to as "changeTo", event_from as "eventFrom", event_to as "eventTo", first_at as "firstAt", last_at as "lastAt", at, lines, prev, hash, signature, dropped`,
);
const sealOf = (row: RawSeal): Seal => ({ ...row, dropped: JSON.parse(row.dropped) as AuditClass[] });

export async function lastSeal(db: Db): Promise<Seal | null> {
  const [rows] = (await batch(db, [db.all<RawSeal>(sql`select ${sealColumns} from audit_seal order by n desc limit 1`)])) as [RawSeal[]]; // prettier-ignore
  return rows[0] ? sealOf(rows[0]) : null;
}
/** In order, from the one before `after` on, so that the first can be compared with it. */
export async function sealsFrom(db: Db, after: number, limit: number): Promise<Seal[]> {
  const query = sql`select ${sealColumns} from audit_seal where n >= ${after} order by n limit ${limit}`;
  const [rows] = (await batch(db, [db.all<RawSeal>(query)])) as [RawSeal[]];
  return rows.map(sealOf);
}
/** Seals in which rows of such numbers would lie; for the state of a page of the stream. */
export async function newestSeals(db: Db, limit: number): Promise<Seal[]> {
  const [rows] = (await batch(db, [db.all<RawSeal>(sql`select ${sealColumns} from audit_seal order by n desc limit ${limit}`)])) as [RawSeal[]]; // prettier-ignore
  return rows.map(sealOf);
}
/** False: another run closed this range meanwhile. */
export async function writeSeal(db: Db, seal: Seal): Promise<boolean> {
  const [rows] = (await batch(db, [
    db.all<{
      n: number;
    }>(sql`insert or ignore into audit_seal (n, change_from, change_to, event_from, event_to, first_at, last_at, at, lines, prev, hash, signature, dropped)
      values (${seal.n}, ${seal.changeFrom}, ${seal.changeTo}, ${seal.eventFrom}, ${seal.eventTo}, ${seal.firstAt}, ${seal.lastAt}, ${seal.at}, ${seal.lines}, ${seal.prev}, ${seal.hash}, ${seal.signature}, ${JSON.stringify(seal.dropped)})
      returning n`),
  ])) as [{ n: number }[]];
  return rows.length > 0;
}
export async function sealsToDrop(db: Db, kind: AuditClass, before: number, limit: number): Promise<Seal[]> {
  const query = sql`select ${sealColumns} from audit_seal where last_at < ${before}
    and not exists (select 1 from json_each(dropped) d where d.value = ${kind}) order by n limit ${limit}`;
  const [rows] = (await batch(db, [db.all<RawSeal>(query)])) as [RawSeal[]];
  return rows.map(sealOf);
}
/** The words of these kinds go from the database; never the newest row, whose number would be given again. */
export async function dropEvents(db: Db, seal: Seal, kinds: readonly string[], dropped: readonly AuditClass[]): Promise<void> {
  await batch(db, [
    db.run(sql`delete from audit_event where seq between ${seal.eventFrom} and ${seal.eventTo} and seq < (select max(seq) from audit_event)
      and kind in (select value from json_each(${JSON.stringify(kinds)}))`),
    db.run(sql`update audit_seal set dropped = ${JSON.stringify(dropped)} where n = ${seal.n}`),
  ]);
} // prettier-ignore

// --- what is sealed

type StoredChange = typeof change.$inferSelect;

/** Both sources from a number on, in order. */
export async function rowsAfter(
  db: Db,
  from: { readonly change: number; readonly event: number },
  limit: number,
): Promise<{ changes: readonly ChangeRow[]; events: readonly EventRow[] }> {
  const [changes, events] = (await batch(db, [
    db
      .select()
      .from(change)
      .where(sql`${change.seq} > ${from.change}`)
      .orderBy(change.seq)
      .limit(limit),
    db.all<EventRow>(
      sql`select ${eventColumns} from audit_event where seq > ${from.event} order by seq limit ${limit}`,
    ),
  ])) as [StoredChange[], EventRow[]];
  return { changes, events };
}
/** Both sources between two numbers, both included. */
export async function rowsBetween(
  db: Db,
  { changeFrom, changeTo, eventFrom, eventTo }: Pick<Seal, "changeFrom" | "changeTo" | "eventFrom" | "eventTo">,
): Promise<{ changes: readonly ChangeRow[]; events: readonly EventRow[] }> {
  const [changes, events] = (await batch(db, [
    db
      .select()
      .from(change)
      .where(sql`${change.seq} between ${changeFrom} and ${changeTo}`)
      .orderBy(change.seq),
    db.all<EventRow>(
      sql`select ${eventColumns} from audit_event where seq between ${eventFrom} and ${eventTo} order by seq`,
    ),
  ])) as [StoredChange[], EventRow[]];
  return { changes, events };
}
/** How many rows wait to be sealed. */
export async function unsealed(db: Db): Promise<number> {
  const query = sql`select (select count(*) from change where seq > coalesce((select max(change_to) from audit_seal), 0))
    + (select count(*) from audit_event where seq > coalesce((select max(event_to) from audit_seal), 0)) as n`;
  const [rows] = (await batch(db, [db.all<{ n: number }>(query)])) as [{ n: number }[]];
  return rows[0]?.n ?? 0;
}
/** Records of which an erasure is in the stream. */
export async function erasedRecords(db: Db, records: readonly string[]): Promise<Set<string>> {
  if (records.length === 0) return new Set();
  const [rows] = (await batch(db, [
    db.all<{ subject: string }>(sql`select distinct subject from audit_event where kind = 'erase' and ${inIds(sql`subject`, records)}`),
  ])) as [{ subject: string }[]]; // prettier-ignore
  return new Set(rows.map(({ subject }) => subject));
}

// --- the stream

export interface Wanted {
  readonly actor: string | null;
  readonly record: string | null;
  readonly entity: string | null;
  readonly mutation: string | null;
  readonly kinds: readonly string[] | null;
  /** Null: changes are not wanted. */
  readonly changes: "all" | "access" | "work" | null;
  readonly from: number;
  readonly until: number;
}
/**
 * The next rows of each source, newest first, below a place in both; of each no more than `scan` numbers are looked at.
 * `end`: where looking stopped; `ended`: nothing that could be wanted lies below it.
 */
export async function pageOf(
  db: Db,
  wanted: Wanted,
  at: { readonly change: number; readonly event: number },
  limit: number,
  scan: number,
): Promise<{ changes: readonly ChangeRow[]; events: readonly EventRow[]; end: { change: number; event: number }; ended: boolean }> {
  const [heads] = (await batch(db, [
    db.all<{ change: number; event: number; firstChange: number; firstEvent: number }>(sql`select (select coalesce(max(seq), 0) from change) as change, (select coalesce(max(seq), 0) from audit_event) as event,
      (select coalesce(min(seq), 1) from change) as "firstChange", (select coalesce(min(seq), 1) from audit_event) as "firstEvent"`),
  ])) as [{ change: number; event: number; firstChange: number; firstEvent: number }[]];
  const head = heads[0] ?? { change: 0, event: 0, firstChange: 1, firstEvent: 1 };
  const from = { change: Math.min(at.change, head.change + 1), event: Math.min(at.event, head.event + 1) };
  const low = { change: Math.max(head.firstChange, from.change - scan), event: Math.max(head.firstEvent, from.event - scan) };
  const whole = (parts: readonly (SQL | null)[]): SQL => sql.join([sql`1`, ...parts.filter((part) => part !== null)], sql` and `);
  const changes = db.select().from(change).where(whole([
    wanted.changes === null ? sql`0` : null,
    sql`${change.seq} < ${from.change} and ${change.seq} >= ${low.change}`,
    sql`${change.at} >= ${wanted.from} and ${change.at} < ${wanted.until}`,
    wanted.actor === null ? null : sql`${change.actor} = ${wanted.actor}`,
    wanted.record === null ? null : sql`(${change.record} = ${wanted.record} or ${change.anchor} = ${wanted.record})`,
    wanted.entity === null ? null : sql`${change.entity} = ${wanted.entity}`,
    wanted.mutation === null ? null : sql`${change.mutation} = ${wanted.mutation}`,
    wanted.changes === "all" || wanted.changes === null ? null : rightsSql(wanted.changes === "access"),
  ])).orderBy(sql`${change.seq} desc`).limit(limit);
  const events = db.all<EventRow>(sql`select ${eventColumns} from audit_event where ${whole([
    wanted.kinds === null ? null : wanted.kinds.length === 0 ? sql`0` : inIds(sql`kind`, wanted.kinds),
    sql`seq < ${from.event} and seq >= ${low.event}`,
    sql`at >= ${wanted.from} and at < ${wanted.until}`,
    wanted.actor === null ? null : sql`actor = ${wanted.actor}`,
    wanted.record === null ? null : sql`subject = ${wanted.record}`,
    wanted.entity === null ? null : sql`what = ${wanted.entity}`,
  ])} order by seq desc limit ${limit}`);
  const before = (seq: SQL, table: SQL) => db.all<{ at: number }>(sql`select at from ${table} where seq = ${seq}`);
  const found = await batch(db, [changes, events, before(sql`${low.change}`, sql`change`), before(sql`${low.event}`, sql`audit_event`)]);
  const [some, told, lowChange, lowEvent] = found as [StoredChange[], EventRow[], { at: number }[], { at: number }[]];
  // A page that is full stopped where it is full, one that is not at the end of what was looked at.
  const end = {
    change: some.length === limit ? (some.at(-1)?.seq ?? low.change) : low.change,
    event: told.length === limit ? (told.at(-1)?.seq ?? low.event) : low.event,
  };
  // What is written down late is so by minutes: an hour before the wanted time nothing more can be.
  const isPast = (rows: readonly { at: number }[]): boolean => rows.every((row) => row.at < wanted.from - 3_600_000);
  const changesEnd = wanted.changes === null || (some.length < limit && (low.change <= head.firstChange || isPast(lowChange)));
  const eventsEnd = wanted.kinds?.length === 0 || (told.length < limit && (low.event <= head.firstEvent || isPast(lowEvent)));
  return { changes: some, events: told, end, ended: changesEnd && eventsEnd };
} // prettier-ignore
/** As `classOfChange` says it. */
const rightsSql = (access: boolean): SQL => {
  const rights = sql`(entity in ('member', 'team', 'region', 'account_team', 'share', 'grant', 'cover', 'policy', 'pipeline', 'stage')
    or mutation like 'account.restrict%' or mutation like 'account.reassign%' or mutation like 'section.tighten%' or mutation like 'glass.%')`;
  return access ? rights : sql`not ${rights}`;
};

// --- what alarms are made of

export interface DaySum {
  readonly actor: string;
  readonly kind: EventKind;
  readonly day: number;
  readonly n: number;
  readonly times: number;
}
/** Rows read, pulled and taken out, by member and day (UTC); bounded by the days. */
export async function sumsByDay(db: Db, since: number): Promise<DaySum[]> {
  const [rows] = (await batch(db, [
    db.all<DaySum>(sql`select actor, kind, at / 86400000 as day, coalesce(sum(n), 0) as n, count(*) as times from audit_event
      where at >= ${since} and kind in ('read', 'pull', 'export') group by actor, kind, day`),
  ])) as [DaySum[]]; // prettier-ignore
  return rows;
}
/** Events of some kinds since an instant. */
export async function eventsSince(
  db: Db,
  kinds: readonly EventKind[],
  since: number,
  limit: number,
): Promise<EventRow[]> {
  const [rows] = (await batch(db, [
    db.all<EventRow>(sql`select ${eventColumns} from audit_event where at >= ${since} and ${inIds(sql`kind`, kinds)} order by seq desc limit ${limit}`),
  ])) as [EventRow[]]; // prettier-ignore
  return rows;
}
/** Whether somebody announced a look through another's eyes since an instant. */
export async function lookedSince(db: Db, actor: string, subject: string, since: number): Promise<boolean> {
  const query = sql`select 1 as found from audit_event where kind = 'view_as' and actor = ${actor} and subject = ${subject} and at >= ${since} limit 1`;
  const [rows] = (await batch(db, [db.all<{ found: number }>(query)])) as [{ found: number }[]];
  return rows.length > 0;
}
export async function readEvent(db: Db, seq: number): Promise<EventRow | null> {
  const [rows] = (await batch(db, [db.all<EventRow>(sql`select ${eventColumns} from audit_event where seq = ${seq}`)])) as [EventRow[]]; // prettier-ignore
  return rows[0] ?? null;
}
/** Time zones of members, as they keep them. */
export async function zonesOf(db: Db, members: readonly string[]): Promise<Map<string, string>> {
  const query = sql`select id, zone from member where ${inIds(sql`id`, members)}`;
  const [rows] = (await batch(db, [db.all<{ id: string; zone: string | null }>(query)])) as [
    { id: string; zone: string | null }[],
  ];
  return new Map(rows.map(({ id, zone }) => [id, zone ?? "UTC"]));
}
