import { sql, type SQL } from "drizzle-orm";
import { batch, type Db } from "../db/db.ts";
import { dayOf } from "../db/commit.ts";
import { inIds } from "../db/rows.ts";
import * as tables from "../db/schema.ts";
import { retired } from "../sync/store.ts";

/** What leaves the hot tables, and what nobody will ask about again. */
type ChangeRow = typeof tables.change.$inferSelect;
type WasRow = typeof tables.was.$inferSelect;

const { change, was, share, client, outcome, device, follow, sweep, reassigned } = tables;

/** The instant of the `n`th oldest change, where it is not the newest; null: there are not so many. Three rows read. */
export async function nthOldest(db: Db, n: number, withNewest: boolean): Promise<number | null> {
  const last = sql`(select min(seq) from change) + ${n - 1}`;
  const [rows] = (await batch(db, [
    db.all<{ at: number }>(
      sql`select at from change where seq = ${last} ${withNewest ? sql`` : sql`and seq < (select max(seq) from change)`}`,
    ),
  ])) as [{ at: number }[]];
  return rows[0]?.at ?? null;
}

/** The oldest changes and the rights inputs written with them, as they lie in D1. */
export async function readOldest(
  db: Db,
  n: number,
): Promise<{ changes: readonly ChangeRow[]; was: readonly WasRow[] }> {
  const [changes, inputs] = (await batch(db, [
    db.select().from(change).orderBy(change.seq).limit(n),
    db
      .select()
      .from(was)
      .where(sql`${was.seq} < (select min(seq) from change) + ${n}`)
      .orderBy(was.seq),
  ])) as [ChangeRow[], WasRow[]];
  return { changes, was: inputs };
}

/** Changes of these kinds of an account since an instant, newest first, as far as they are in the hot table. */
export async function changesSince(
  db: Db,
  anchor: string,
  entities: readonly string[],
  since: number,
): Promise<readonly ChangeRow[]> {
  const found: ChangeRow[] = [];
  // By time alone, never by count: how many there are that a member does not see must change nothing for them.
  for (let before = Number.MAX_SAFE_INTEGER, left = pagesMost; left > 0; left--) {
    const [rows] = (await batch(db, [
      db
        .select()
        .from(change)
        .where(sql`${change.anchor} = ${anchor} and ${change.seq} < ${before}`)
        .orderBy(sql`${change.seq} desc`)
        .limit(pageRows),
    ])) as [ChangeRow[]];
    found.push(...rows.filter(({ at, entity }) => at > since && entities.includes(entity)));
    const last = rows.at(-1);
    if (!last || rows.length < pageRows || last.at <= since) break;
    before = last.seq;
  }
  return found;
}
const pageRows = 500;
const pagesMost = 20;

/** Shares by their ids, ended ones too, as long as they are kept. */
export async function sharesById(
  db: Db,
  ids: readonly string[],
): Promise<
  ReadonlyMap<string, { readonly record: string | null; readonly to: string; readonly until: number | null }>
> {
  if (ids.length === 0) return new Map();
  const [rows] = (await batch(db, [
    db.all<{ id: string; record: string | null; to: string; until: number | null }>(
      sql`select id, record, to_id as "to", until_t as until from share where ${inIds(sql`id`, ids)}`,
    ),
  ])) as [{ id: string; record: string | null; to: string; until: number | null }[]];
  return new Map(rows.map(({ id, ...share }) => [id, share]));
}

/** Grants on an account by name that ended since, by hand or by the clock; of one member, or (null) of all. */
export async function endedGrants(
  db: Db,
  account: string,
  member: string | null,
  since: number,
  now: number,
): Promise<readonly { readonly member: string; readonly at: number }[]> {
  const ended = sql`min(coalesce(ended_at, until_t), until_t)`;
  const [rows] = (await batch(db, [
    db.all<{ member: string; at: number }>(
      sql`select member, ${ended} as at from "grant" where ${member === null ? sql`1` : sql`member = ${member}`}
        and ${ended} > ${since} and ${ended} <= ${now}
        and exists (select 1 from json_each(body, '$.to.anchors') one where one.value = ${account})`,
    ),
  ])) as [{ member: string; at: number }[]];
  return rows;
}

/** Since when somebody is on account teams, at the latest: when it was written down. */
export async function teamSince(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map();
  const { account_team: team } = tables.recordTables;
  const [rows] = (await batch(db, [
    db.all<{ id: string; at: number }>(sql`select id, created_at as at from ${team} where ${inIds(sql`id`, ids)}`),
  ])) as [{ id: string; at: number }[]];
  return new Map(rows.map(({ id, at }) => [id, at]));
}

export async function deleteUpTo(db: Db, seq: number): Promise<void> {
  await batch(db, [
    db.delete(was).where(sql`${was.seq} <= ${seq}`),
    db.delete(change).where(sql`${change.seq} <= ${seq}`),
  ]);
}

/** Where a sweep goes on, and what it finds in the next stretch of a table. Empty: it has come to the end. */
async function stretch<T extends { id: string }>(db: Db, rows: SQL): Promise<T[]> {
  return ((await batch(db, [db.all<T>(rows)])) as [T[]])[0];
}
async function pastOf(db: Db, k: string): Promise<string> {
  const [rows] = (await batch(db, [
    db
      .select()
      .from(sweep)
      .where(sql`${sweep.k} = ${k}`),
  ])) as [{ past: string }[]];
  return rows[0]?.past ?? "";
}
const wentPast = (db: Db, k: string, past: string) =>
  db.insert(sweep).values({ k, past }).onConflictDoUpdate({ target: sweep.k, set: { past } });

/** Shares that ended, by hand or by the clock, before `end`. */
export async function sweepShares(db: Db, end: number, rows: number): Promise<void> {
  const past = await pastOf(db, "share");
  const found = await stretch<{ id: string; ended: number }>(
    db,
    sql`select id, coalesce(ended_at < ${end}, 0) or coalesce(until_t < ${end}, 0) as ended from share where id > ${past} order by id limit ${rows}`,
  );
  const ended = found.filter((row) => row.ended === 1).map(({ id }) => id);
  await batch(db, [
    ...(ended.length > 0 ? [db.delete(share).where(inIds(sql`${share.id}`, ended))] : []),
    wentPast(db, "share", found.length < rows ? "" : (found.at(-1)?.id ?? "")),
  ]);
}

/** Counts of days that are over: only today's is asked for. Two days are left, for clocks and for a look back. */
export async function sweepReassigned(db: Db, now: number): Promise<void> {
  await batch(db, [db.delete(reassigned).where(sql`${reassigned.day} < ${dayOf(now) - 2}`)]);
}

/** Devices that were not heard of since `end`, with what they chose to follow. */
export async function sweepDevices(db: Db, end: number, rows: number): Promise<void> {
  const past = await pastOf(db, "device");
  const found = await stretch<{ id: string; dead: number }>(
    db,
    sql`select id, seen_at < ${end} as dead from device where id > ${past} order by id limit ${rows}`,
  );
  const dead = found.filter((row) => row.dead === 1).map(({ id }) => id);
  await batch(db, [
    ...(dead.length > 0
      ? [
          db.delete(follow).where(inIds(sql`${follow.device}`, dead)),
          db.delete(device).where(inIds(sql`${device.id}`, dead)),
        ]
      : []),
    wentPast(db, "device", found.length < rows ? "" : (found.at(-1)?.id ?? "")),
  ]);
}

/**
 * Clients whose watermark did not move since `end`. One that made a single request is forgotten; one of a device that is
 * gone is retired: what it was refused goes, its number stays, for what it sent may still lie in its queue.
 */
export async function sweepClients(db: Db, end: number, rows: number): Promise<void> {
  const past = await pastOf(db, "client");
  const found = await stretch<{ id: string; dead: number; once: number }>(
    db,
    sql`select c.id as id, c.at < ${end} and d.id is null as dead, c.device in ('http', c.id) as once
      from (select id, device, at from client where id > ${past} order by id limit ${rows}) c left join device d on d.id = c.device order by c.id`,
  );
  const dead = found.filter((row) => row.dead === 1);
  const ids = (some: typeof dead): string[] => some.map(({ id }) => id);
  const [once, more] = [dead.filter((row) => row.once === 1), dead.filter((row) => row.once !== 1)];
  await batch(db, [
    ...(dead.length > 0 ? [db.delete(outcome).where(inIds(sql`${outcome.client}`, ids(dead)))] : []),
    ...(once.length > 0 ? [db.delete(client).where(inIds(sql`${client.id}`, ids(once)))] : []),
    ...(more.length > 0
      ? [
          db
            .update(client)
            .set({ member: retired })
            .where(sql`${inIds(sql`${client.id}`, ids(more))} and ${client.member} <> ${retired}`),
        ]
      : []),
    wentPast(db, "client", found.length < rows ? "" : (found.at(-1)?.id ?? "")),
  ]);
}
