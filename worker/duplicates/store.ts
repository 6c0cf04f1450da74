import { sql } from "drizzle-orm";
import type { TwinEntity } from "../../shared/duplicates/rows.ts";
import type { Row } from "../../shared/records/entities.ts";
import type { Value } from "../../shared/records/field.ts";
import { batch, type Db } from "../db/db.ts";
import { loadRows, type Stored } from "../db/rows.ts";
import { change, recordTables } from "../db/schema.ts";

export interface Wrote {
  readonly wrote: Readonly<Record<string, Value | null>>;
  readonly before: Readonly<Record<string, Value | null>>;
}
type Patch = { readonly [field: string]: readonly [before: Value | null, after: Value | null] };

/** What the merge of a record into another wrote there, by its history: merges of the same two come together. */
export async function wroteOf(db: Db, name: TwinEntity, goes: Row, into: Row): Promise<Wrote> {
  const mergesOf = (row: Row) =>
    db
      .select({ client: change.client, n: change.n, patch: change.patch })
      .from(change)
      .where(
        sql`anchor = ${row.anchor} and compartment = ${row.compartment} and record = ${row.id} and mutation = ${`${name}.merge@1`} and op = 'edit'`,
      )
      .orderBy(sql`seq desc`)
      .limit(mergesMost);
  const [mine, theirs] = (await batch(db, [mergesOf(goes), mergesOf(into)])) as [Merged[], Merged[]];
  const since = mine.findIndex(({ patch }) => patch?.["mergedInto"]?.[0] === null);
  const acts = new Set(mine.slice(0, since + 1).map(({ client, n }) => `${client} ${n}`));
  const wrote: Record<string, Value | null> = {};
  const before: Record<string, Value | null> = {};
  // The newest first: the oldest says what was there before all of them.
  for (const { client, n, patch } of theirs)
    if (acts.has(`${client} ${n}`))
      for (const [field, [was, is]] of Object.entries(patch ?? {})) {
        if (field === "mergedInto" || field === "mergedAt" || field === "apart") continue;
        wrote[field] ??= is;
        before[field] = was;
      }
  return { wrote, before };
}
interface Merged {
  readonly client: string;
  readonly n: number;
  readonly patch: Patch | null;
}
const mergesMost = 200;

/** Counts this ask and answers how many there were in this hour and in the last day, with it. Old counts go. */
export async function countAsk(
  db: Db,
  member: string,
  now: number,
): Promise<{ readonly hour: number; readonly day: number }> {
  const hour = Math.floor(now / 3_600_000);
  const [, , counts] = (await batch(db, [
    db.run(sql`delete from twin_ask where member = ${member} and hour < ${hour - 48}`),
    db.run(sql`insert into twin_ask (member, hour, n) values (${member}, ${hour}, 1) on conflict (member, hour) do update set n = n + 1`),
    db.all<{ hour: number; day: number }>(sql`select coalesce(sum(case when hour = ${hour} then n end), 0) as hour, coalesce(sum(n), 0) as day
      from twin_ask where member = ${member} and hour > ${hour - 24}`),
  ])) as [unknown, unknown, { hour: number; day: number }[]]; // prettier-ignore
  return counts[0] ?? { hour: 0, day: 0 };
}

const digits = (column: string) =>
  sql.raw(["' '", "'-'", "'('", "')'", "'.'", "'/'", "'+'"].reduce((text, one) => `replace(${text}, ${one}, '')`, `r.${column}`)); // prettier-ignore

/** Records that share a phone, a mail, a site or the longest word of the name: whoever may know of them is asked later. */
export async function candidates(
  db: Db,
  name: "account" | "contact",
  keys: { readonly phones: readonly string[]; readonly emails: readonly string[]; readonly site: string; readonly word: string },
): Promise<Stored[]> {
  const table = recordTables[name];
  const ways = [
    ...keys.phones.map((phone) => sql`${digits("phone")} like ${`%${phone}`}`),
    ...(name === "contact" ? keys.emails.map((mail) => sql`lower(trim(r.email)) = ${mail}`) : []),
    ...(name === "account" && keys.site ? [sql`instr(lower(r.website), ${keys.site}) > 0`] : []),
    ...(keys.word ? [sql`instr(lower(r.name), ${keys.word}) > 0`] : []),
  ];
  if (ways.length === 0) return [];
  const [found] = (await batch(db, [
    db.all<{ id: string }>(
      sql`select r.id as id from ${table} r where r.deleted_at is null and r.merged_into is null and (${sql.join(ways, sql` or `)}) order by r.id limit ${candidatesMost}`,
    ),
  ])) as [{ id: string }[]];
  return [...(await loadRows(db, found.map(({ id }) => id))).values()];
} // prettier-ignore
const candidatesMost = 300;
