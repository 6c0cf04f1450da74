/** The SQL of imports and exports: runs, portions, names that are looked up, and what came after a portion. */
import { sql } from "drizzle-orm";
import { entityNames, type EntityName } from "../../shared/records/entities.ts";
import type { Value } from "../../shared/records/field.ts";
import { batch, type Db, type Query } from "../db/db.ts";
import { inIds } from "../db/rows.ts";
import * as tables from "../db/schema.ts";

const { importRun, importPart, sourceAgain, change, recordTables } = tables;
export type Run = typeof importRun.$inferSelect;
export type Counts = Pick<Run, "created" | "updated" | "same" | "refused" | "waits">;

// --- runs

/** A run of just this member's: to everybody else there is none. */
export async function readRun(db: Db, member: string, id: string): Promise<Run | null> {
  const [rows] = (await batch(db, [
    db
      .select()
      .from(importRun)
      .where(sql`${importRun.id} = ${id} and ${importRun.member} = ${member}`),
  ])) as [Run[]];
  return rows[0] ?? null;
}
export async function openRun(db: Db, member: string, print: string): Promise<Run | null> {
  const [rows] = (await batch(db, [
    db
      .select()
      .from(importRun)
      .where(sql`${importRun.member} = ${member} and ${importRun.print} = ${print} and ${importRun.state} = 'open'`)
      .orderBy(sql`${importRun.at} desc`)
      .limit(1),
  ])) as [Run[]];
  return rows[0] ?? null;
}
export async function listRuns(db: Db, member: string, limit: number): Promise<Run[]> {
  const [rows] = (await batch(db, [
    db.select().from(importRun).where(sql`${importRun.member} = ${member}`).orderBy(sql`${importRun.at} desc`).limit(limit), // prettier-ignore
  ])) as [Run[]];
  return rows;
}
export const newRun = (db: Db, run: Run): Query => db.insert(importRun).values(run);
export const writeRuns = (db: Db, queries: readonly Query[]): Promise<unknown> => batch(db, queries);
export const endRun = (db: Db, id: string, settled: number, now: number): Query =>
  db
    .update(importRun)
    .set({ state: "done", endedAt: now, settled })
    .where(sql`${importRun.id} = ${id} and ${importRun.state} = 'open'`);

export const settledTo = (db: Db, id: string, settled: number): Query =>
  db
    .update(importRun)
    .set({ settled })
    .where(sql`${importRun.id} = ${id}`);

// --- portions

export interface PartRow<Body> {
  readonly n: number;
  readonly upto: number;
  readonly changes: number;
  readonly body: Body;
  readonly kept: unknown;
}
export async function readParts<Body>(db: Db, run: string, from: number, to: number): Promise<PartRow<Body>[]> {
  const [rows] = (await batch(db, [
    db
      .select()
      .from(importPart)
      .where(sql`${importPart.run} = ${run} and ${importPart.n} between ${from} and ${to}`)
      .orderBy(importPart.n),
  ])) as [PartRow<Body>[]];
  return rows;
}
/** A portion with what it was answered, in the batch that writes its records: after them, so that it knows where they stand. */
export function keepPart(db: Db, run: string, n: number, changes: number, body: unknown, more: Counts & { readonly settled?: number }): Query[] {
  const { created, updated, same, refused, waits, settled } = more;
  return [
    db.run(sql`insert into ${importPart} (run, n, upto, changes, body)
      values (${run}, ${n}, (select coalesce(max(seq), 0) from ${change}), ${changes}, ${JSON.stringify(body)})`),
    db.run(sql`update ${importRun} set parts = ${n}, created = created + ${created}, updated = updated + ${updated}, same = same + ${same},
      refused = refused + ${refused}, waits = waits + ${waits}, settled = coalesce(${settled ?? null}, settled) where id = ${run}`),
  ];
} // prettier-ignore

export interface Undone {
  readonly run: string;
  readonly n: number;
  readonly taken: number;
  readonly kept: readonly unknown[];
  /** Base ids of the sources whose records are taken back. */
  readonly again: readonly string[];
}
export function keepUndone(db: Db, { run, n, taken, kept, again }: Undone, now: number): Query[] {
  const state = n === 1 ? "undone" : "undoing";
  const queries: Query[] = [
    db.run(sql`update ${importPart} set kept = ${JSON.stringify(kept)} where run = ${run} and n = ${n}`),
    db.run(sql`update ${importRun} set undone = ${n - 1}, state = ${state}, ended_at = ${now}, taken = taken + ${taken}, kept = kept + ${kept.length} where id = ${run}`),
  ]; // prettier-ignore
  if (again.length > 0)
    queries.push(
      db.run(sql`insert into ${sourceAgain} (id, n) select value, 1 from json_each(${JSON.stringify(again)}) where true
        on conflict (id) do update set n = source_again.n + 1`),
    );
  return queries;
}
export const nothingToUndo = (db: Db, id: string, now: number): Query =>
  db
    .update(importRun)
    .set({ state: "undone", undone: 0, endedAt: now })
    .where(sql`${importRun.id} = ${id}`);

export interface ChangeRow {
  readonly record: string;
  readonly op: string;
  readonly patch: Readonly<Record<string, readonly [Value, Value]>> | null;
}
/** The changes of one portion, and the records of them that others have changed since. */
export async function changesOf(
  db: Db,
  client: string,
  n: number,
  part: { readonly upto: number; readonly changes: number },
): Promise<ChangeRow[]> {
  const [rows] = (await batch(db, [
    db
      .select({ record: change.record, op: change.op, patch: change.patch })
      .from(change)
      .where(
        sql`${change.seq} > ${part.upto - part.changes} and ${change.seq} <= ${part.upto} and ${change.client} = ${client} and ${change.n} = ${n}`,
      )
      .orderBy(change.seq),
  ])) as [ChangeRow[]];
  return rows;
}
export async function changedSince(
  db: Db,
  records: readonly string[],
  keys: readonly (readonly [anchor: string, compartment: string])[],
  after: number,
  own: readonly string[],
): Promise<Set<string>> {
  if (records.length === 0) return new Set();
  const [rows] = (await batch(db, [
    db.all<{ record: string }>(sql`select distinct c.record as record from json_each(${JSON.stringify(keys)}) g
      cross join ${change} c where c.anchor = g.value ->> 0 and c.compartment = g.value ->> 1 and c.seq > ${after}
      and c.client not in (select value from json_each(${JSON.stringify(own)})) and c.record in (select value from json_each(${JSON.stringify(records)}))`),
  ])) as [{ record: string }[]];
  return new Set(rows.map(({ record }) => record));
}
/** Of these accounts, those under which anything else lies than `besides`. */
export async function inUse(db: Db, accounts: readonly string[], besides: readonly string[]): Promise<Set<string>> {
  if (accounts.length === 0) return new Set();
  const found = (await batch(
    db,
    entityNames
      .filter((name) => name !== "account")
      .map((name) => {
        const table = recordTables[name];
        return db.all<{ anchor: string }>(sql`select distinct r.anchor as anchor from ${table} r
          where ${inIds(sql`r.anchor`, accounts)} and r.deleted_at is null and not ${inIds(sql`r.id`, besides)}`);
      }),
  )) as { anchor: string }[][];
  return new Set(found.flat().map(({ anchor }) => anchor));
}

// --- names and generations

export interface Lookup {
  readonly by: "name" | "email";
  readonly of: EntityName;
  readonly text: string;
}
/** Ids that may be meant, of whatever is there: who asks sees only their own. By lower case of Latin letters. */
export async function candidates(db: Db, lookups: readonly Lookup[]): Promise<string[]> {
  const groups = new Map<string, { readonly by: Lookup["by"]; readonly of: EntityName; readonly texts: Set<string> }>();
  for (const { by, of, text } of lookups) {
    const at = `${by}:${of}`;
    const group = groups.get(at) ?? { by, of, texts: new Set<string>() };
    groups.set(at, group);
    group.texts.add(
      text
        .trim()
        .replaceAll(/\s+/g, " ")
        .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()),
    );
  }
  const queries = [...groups.values()].map(({ by, of, texts }) => {
    const column = sql.identifier(by === "email" ? "email" : "name");
    return db.all<{ id: string }>(sql`select r.id as id from json_each(${JSON.stringify([...texts])}) g
      cross join ${recordTables[of]} r where lower(r.${column}) = g.value and r.deleted_at is null limit ${candidatesMax}`);
  });
  const found = (await batch(db, queries)) as { id: string }[][];
  return found.flat().map(({ id }) => id);
}
const candidatesMax = 2_000;

/** How often the records of these ids were taken back. */
export async function generations(db: Db, ids: readonly string[]): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const [rows] = (await batch(db, [
    db
      .select()
      .from(sourceAgain)
      .where(inIds(sql`${sourceAgain.id}`, ids)),
  ])) as [{ id: string; n: number }[]];
  return new Map(rows.map(({ id, n }) => [id, n]));
}

// --- exports

const { exportRun } = tables;
export type Export = typeof exportRun.$inferSelect;
export const newExport = (db: Db, run: Export): Query => db.insert(exportRun).values(run);
export async function readExport(db: Db, member: string, id: string): Promise<Export | null> {
  const [rows] = (await batch(db, [
    db
      .select()
      .from(exportRun)
      .where(sql`${exportRun.id} = ${id} and ${exportRun.member} = ${member}`),
  ])) as [Export[]];
  return rows[0] ?? null;
}
export async function listExports(db: Db, member: string, limit: number): Promise<Export[]> {
  const [rows] = (await batch(db, [
    db.select().from(exportRun).where(sql`${exportRun.member} = ${member}`).orderBy(sql`${exportRun.at} desc`).limit(limit), // prettier-ignore
  ])) as [Export[]];
  return rows;
}
/** Rows that a member asked for alone since an instant: each counts once, fetched or not. */
export async function exportedSince(db: Db, member: string, since: number): Promise<number> {
  const [rows] = (await batch(db, [
    db.all<{ n: number }>(sql`select coalesce(sum(rows), 0) as n from ${exportRun} where member = ${member} and at > ${since} and approval is null`), // prettier-ignore
  ])) as [{ n: number }[]];
  return rows[0]?.n ?? 0;
}
export const sentExport = (db: Db, id: string, until: number): Query =>
  db.run(sql`update ${exportRun} set sent = sent + 1, until = ${until} where id = ${id}`);
