import { getTableColumns, sql, type SQL } from "drizzle-orm";
import type { SQLiteColumn } from "drizzle-orm/sqlite-core";
import type { Anchor, Interval, KeyShare, Place } from "../../shared/access/engine.ts";
import { ownAnchors } from "../../shared/records/anchors.ts";
import { entityOfId, type EntityName, type Row } from "../../shared/records/entities.ts";
import { batch, type Db, type Query } from "./db.ts";
import * as tables from "./schema.ts";

/** A record as the cell has it, with every column; never leaves `worker/db` and the sync without a projection. */
export interface Stored {
  readonly entity: EntityName;
  readonly row: Row;
  readonly ver: number;
  readonly deletedAt: number | null;
}
/** A place with what a push guards: `ver` rises with the anchor row, its account team and its shares. */
export interface StoredPlace extends Place {
  readonly no: number;
  readonly ver: number;
  /** Deleted with its account: visible to nobody, but then-versus-now still asks what it was. */
  readonly deleted: boolean;
  readonly accountTeam: readonly StoredInterval[];
  readonly shares: readonly StoredShare[];
}
export interface StoredShare extends KeyShare {
  /** The member or team that it lets in. */
  readonly to: string;
}
/** A share with the record that it was given for, and ends with. */
export interface HeldShare extends StoredShare {
  readonly cause: string;
}
interface StoredInterval extends Interval {
  readonly id: string;
}

/** One JSON parameter for a list of ids: D1 allows 100 parameters a statement, and 5,000 ids in one JSON work. */
export const inIds = (column: SQL | { name: string }, ids: readonly string[]): SQL =>
  sql`${column} in (select value from json_each(${JSON.stringify(ids)}))`;

/**
 * The same where few are asked for. D1 counts an element of a list as a row read, of JSON once more; so a small pull asks
 * for one row at a time, in one batch.
 */
export const amongIds = (column: SQL | { name: string }, ids: readonly string[]): SQL =>
  ids.length === 0 || ids.length > parametersMax ? inIds(column, ids) : sql`${column} in (${sql.join(ids.map((id) => sql`${id}`), sql`, `)})`; // prettier-ignore
const parametersMax = 40; // two lists fit into a statement
const byId = (column: SQL, ids: readonly string[]): SQL[] =>
  ids.length > parametersMax ? [inIds(column, ids)] : ids.map((id) => sql`${column} = ${id}`);

/** Loads records by id, of any entities, deleted ones too. Ids of no entity are ignored. */
export async function loadRows(db: Db, ids: readonly string[]): Promise<Map<string, Stored>> {
  const byEntity = new Map<EntityName, string[]>();
  for (const id of new Set(ids)) {
    const name = entityOfId(id);
    if (name) byEntity.set(name, [...(byEntity.get(name) ?? []), id]);
  }
  const asked: { readonly name: EntityName | "anchor"; readonly query: Query }[] = [];
  for (const [name, some] of byEntity) {
    const table = tables.recordTables[name];
    for (const where of byId(sql`${table.id}`, some)) asked.push({ name, query: db.select().from(table).where(where) });
  }
  const own = [...ownAnchors].flatMap((name) => byEntity.get(name) ?? []);
  for (const where of byId(sql`${tables.anchor.id}`, own))
    asked.push({ name: "anchor", query: db.select().from(tables.anchor).where(where) });
  const found = await batch(
    db,
    asked.map(({ query }) => query),
  );
  const anchors = new Map(
    asked.flatMap(({ name }, index) =>
      name === "anchor" ? (found[index] as AnchorRow[]).map((row) => [row.id, row] as const) : [],
    ),
  );
  const rows = new Map<string, Stored>();
  for (const [index, { name }] of asked.entries())
    if (name !== "anchor")
      for (const raw of found[index] as RawRow[]) rows.set(raw.id, stored(name, raw, anchors.get(raw.id)));
  return rows;
}

/** The columns of a record `r` and of its anchor `a` in one row. D1 answers by name, so each gets one of its own. */
export function withAnchor(name: EntityName) {
  const columns = (of: Readonly<Record<string, SQLiteColumn>>, prefix: string) =>
    Object.fromEntries(
      Object.entries(of).map(([key, column]) => [
        key,
        sql`${sql.identifier(prefix)}.${sql.identifier(column.name)}`.mapWith(column).as(`${prefix}_${key}`),
      ]),
    );
  return {
    r: columns(getTableColumns(tables.recordTables[name]), "r"),
    a: columns(getTableColumns(tables.anchor), "a"),
  };
}
export interface RowWithAnchor {
  readonly r: RawRow;
  readonly a: AnchorRow;
}

export type AnchorRow = typeof tables.anchor.$inferSelect;
type RawRow = {
  id: string;
  anchor: string;
  compartment: string;
  ver: number;
  createdAt: number;
  createdBy: string;
  updatedAt: number;
  deletedAt: number | null;
};

/** Joins what the anchor's row holds for its own record (owner, team and, of an account, region and restriction). */
export function stored(name: EntityName, raw: RawRow, anchorRow?: AnchorRow): Stored {
  const { ver, deletedAt, updatedAt: _cellOnly, ...row } = raw;
  const fields: Row = row;
  if (!ownAnchors.has(name)) return { entity: name, row: fields, ver, deletedAt };
  const whose = { owner: anchorRow?.owner ?? null, team: anchorRow?.team ?? null };
  const own =
    name === "account"
      ? { ...whose, region: anchorRow?.region ?? null, restricted: anchorRow?.restricted ?? false }
      : whose;
  return { entity: name, row: { ...fields, ...own }, ver, deletedAt };
}

/** Loads the records of whole keys: every record under these anchors, of the entities asked for, undeleted. */
export async function loadUnder(db: Db, anchors: readonly string[], names: readonly EntityName[]): Promise<Stored[]> {
  const queries: Query[] = names.map((name) => {
    const table = tables.recordTables[name];
    return db
      .select()
      .from(table)
      .where(sql`${inIds(sql`${table.anchor}`, anchors)} and ${table.deletedAt} is null`);
  });
  const withAnchors = names.some((name) => ownAnchors.has(name));
  if (withAnchors)
    queries.push(
      db
        .select()
        .from(tables.anchor)
        .where(inIds(sql`${tables.anchor.id}`, anchors)),
    );
  const found = await batch(db, queries);
  const anchorRows = new Map(((withAnchors ? found[names.length] : []) as AnchorRow[]).map((row) => [row.id, row]));
  return names.flatMap((name, index) =>
    (found[index] as RawRow[]).map((raw) => stored(name, raw, anchorRows.get(raw.id))),
  );
}

/** What a member's places are made of: account team, shares, and the anchors' own rows. */
const placeQueries = (
  db: Db,
  anchors: readonly string[],
  member: string,
  teams: readonly string[],
): [Query, Query, ...Query[]] => {
  const team = tables.recordTables.account_team;
  return [
    db
      .select()
      .from(team)
      .where(
        sql`${sql.identifier("member")} = ${member} and ${amongIds(sql`${team.anchor}`, anchors)} and ${team.deletedAt} is null`,
      ),
    db
      .select()
      .from(tables.share)
      .where(
        sql`${amongIds(sql`${tables.share.toId}`, [member, ...teams])} and ${amongIds(sql`${tables.share.anchor}`, anchors)} and ${tables.share.endedAt} is null`,
      ),
    ...byId(sql`${tables.anchor.id}`, anchors).map((where) => db.select().from(tables.anchor).where(where)),
  ];
};

export const between = (column: SQL | SQLiteColumn, first: string, last: string | null): SQL =>
  last === null ? sql`${column} >= ${first}` : sql`${column} between ${first} and ${last}`;

/** What a member's places need besides the anchors' rows, for a range of anchors: it lies together in two indexes. */
export function standingBetween(
  db: Db,
  member: string,
  names: readonly string[],
  first: string,
  last: string | null,
): [Query, Query] {
  const team = tables.recordTables.account_team;
  const { share } = tables;
  return [
    db
      .select()
      .from(team)
      .where(
        sql`${sql.identifier("member")} = ${member} and ${between(team.anchor, first, last)} and ${team.deletedAt} is null`,
      ),
    db
      .select()
      .from(share)
      .where(
        sql`${inIds(sql`${share.toId}`, names)} and ${between(share.anchor, first, last)} and ${share.endedAt} is null`,
      ),
  ];
}

/** Where a member stands to anchors: the rows that read rules may look at. A deleted anchor has no place: nobody sees it. */
export async function loadPlaces(
  db: Db,
  anchors: readonly string[],
  member: string,
  teams: readonly string[],
): Promise<Map<string, StoredPlace>> {
  const places = await loadAllPlaces(db, anchors, member, teams);
  for (const [id, place] of places) if (place.deleted) places.delete(id);
  return places;
}
export async function loadAllPlaces(
  db: Db,
  anchors: readonly string[],
  member: string,
  teams: readonly string[],
): Promise<Map<string, StoredPlace>> {
  if (anchors.length === 0) return new Map();
  const [members, shares, ...rows] = await batch(db, placeQueries(db, anchors, member, teams));
  return placesOf([rows.flat(), members, shares]);
}
export function placesOf([anchors, members, shares]: unknown[]): Map<string, StoredPlace> {
  const places = new Map<
    string,
    { no: number; ver: number; deleted: boolean; anchor: Anchor; accountTeam: StoredInterval[]; shares: StoredShare[] }
  >();
  for (const row of anchors as AnchorRow[]) {
    places.set(row.id, {
      no: row.no,
      ver: row.ver,
      deleted: row.deletedAt !== null,
      anchor: anchorOf(row),
      accountTeam: [],
      shares: [],
    });
  }
  for (const row of members as { id: string; anchor: string; from: number | null; until: number | null }[]) {
    places.get(row.anchor)?.accountTeam.push({ id: row.id, from: row.from, until: row.until });
  }
  for (const row of shares as (typeof tables.share.$inferSelect)[]) places.get(row.anchor)?.shares.push(shareOf(row));
  return places;
}
/** Shares that some records have caused, to whomever, under the anchors where they lie. */
export async function loadShares(
  db: Db,
  anchors: readonly string[],
  causes: readonly string[],
): Promise<Map<string, HeldShare>> {
  if (causes.length === 0 || anchors.length === 0) return new Map();
  const { share } = tables;
  const [rows] = (await batch(db, [
    db
      .select()
      .from(share)
      .where(
        sql`${inIds(sql`${share.anchor}`, anchors)} and ${inIds(sql`${share.cause}`, causes)} and ${share.endedAt} is null`,
      ),
  ])) as [(typeof share.$inferSelect)[]];
  return new Map(rows.map((row) => [row.id, { ...shareOf(row), cause: row.cause }]));
}
export const anchorOf = (row: Omit<AnchorRow, "no" | "ver" | "deletedAt">): Anchor => ({
  id: row.id,
  owner: row.owner,
  team: row.team,
  region: row.region,
  restricted: row.restricted,
});
export const shareOf = (row: typeof tables.share.$inferSelect): StoredShare => ({
  id: row.id,
  to: row.toId,
  anchor: row.anchor,
  compartment: row.compartment,
  record: row.record,
  groups: row.groups,
  recipe: row.recipe,
  from: row.from,
  until: row.until,
});
