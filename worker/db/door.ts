import { sql, type SQL } from "drizzle-orm";
import { orgAnchors } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import type { SqlPlan } from "../../shared/access/engine.ts";
import { compartmentsOf, configuration, entity, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";
import { isVisible, project } from "../../shared/records/record.ts";
import type { Actor } from "../context.ts";
import { batch, type Db } from "./db.ts";
import { namesOf } from "./lent.ts";
import { inIds, loadPlaces, loadRows } from "./rows.ts";
import { recordTables, snake } from "./schema.ts";

/**
 * The one door for reading records online. What comes out is decided, filtered and projected for one member; a field
 * that is hidden on a record behaves, in filters and in the order, exactly as if it were empty.
 */
export interface DoorContext {
  readonly db: Db;
  readonly actor: Actor;
  readonly now: number;
  readonly cell: string;
}
export interface Listing {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
  /** What the list shows, in words for people. */
  readonly note: string;
}
export interface ListAsk {
  readonly limit: number;
  readonly cursor: string | null;
  readonly sort: string | null;
  readonly q: string | null;
  readonly filters: readonly { readonly field: string; readonly op: Op; readonly value: string }[];
}
export const ops = ["eq", "ne", "lt", "lte", "gt", "gte", "in", "contains"] as const;
export type Op = (typeof ops)[number];

/** One record as the member may have it; null for missing and for hidden, which are one. */
export async function readRecord(context: DoorContext, name: EntityName, id: string): Promise<Row | null> {
  return (await readRecords(context, name, [id]))[0] ?? null;
}

async function readRecords({ db, actor, now }: DoorContext, name: EntityName, ids: readonly string[]): Promise<Row[]> {
  const rows = await loadRows(db, ids);
  const anchors = [...new Set([...rows.values()].map((stored) => stored.row.anchor))];
  const [, ...names] = namesOf(actor.facts);
  const places = await loadPlaces(db, anchors, actor.member, names);
  return ids.flatMap((id) => {
    const stored = rows.get(id);
    const place = stored && places.get(stored.row.anchor);
    if (!stored || !place || stored.entity !== name || stored.deletedAt !== null) return [];
    const mask = actor.bound.recordMask(name, stored.row, place, now);
    const row = isVisible(name, stored.row, mask) ? project(name, stored.row, mask) : null;
    return row ? [row] : [];
  });
}

const baseColumns: Readonly<Record<string, string>> = {
  id: "id",
  anchor: "anchor",
  compartment: "compartment",
  createdAt: "created_at",
};

/**
 * A page of a list. Without `sort` it goes by anchor and id and costs rows in the order of its limit, however many
 * records there are: the anchors that can be in sight are read in pages from their indexes. Sorting by a field reads
 * the member's whole visible part.
 */
export async function listRecords(context: DoorContext, name: EntityName, ask: ListAsk): Promise<Result<Listing>> {
  const { actor, now } = context;
  const visible = planSql(actor.bound.visibleSql(name, { anchor: "a", record: "r" }, now));
  const note = "All you may see, online";
  if (visible === null) return ok({ items: [], nextCursor: null, note });
  const where: SQL[] = [sql`r.deleted_at is null`, sql`a.deleted_at is null`, visible];
  for (const filter of ask.filters) {
    const made = filterSql(context, name, filter);
    if (!made.ok) return made;
    where.push(made.value);
  }
  if (ask.q) {
    const shown = shownSql(context, name, titleField(name));
    if (shown) where.push(sql`instr(lower(${shown}), lower(${ask.q})) > 0`);
  }
  const found =
    ask.sort === null ? await byAnchor(context, name, where, ask) : await bySort(context, name, where, ask, ask.sort);
  if (!found.ok) return found;
  const items = await readRecords(context, name, found.value.ids);
  return ok({ items, nextCursor: found.value.next, note });
}

interface Found {
  readonly ids: readonly string[];
  readonly next: string | null;
}
const pack = (parts: readonly unknown[]): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify(parts))))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
function unpack(text: string, length: number): unknown[] | null {
  try {
    const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) =>
      letter.charCodeAt(0),
    );
    const parts: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const sound =
      Array.isArray(parts) &&
      parts.length === length &&
      parts.every((part) => typeof part !== "object" || part === null);
    return sound ? (parts as unknown[]) : null;
  } catch {
    return null; // not one of our cursors
  }
}

async function byAnchor(
  context: DoorContext,
  name: EntityName,
  where: readonly SQL[],
  ask: ListAsk,
): Promise<Result<Found>> {
  const start = ask.cursor === null ? ["", ""] : unpack(ask.cursor, 2);
  if (!start) return fail("invalid", { fields: ["cursor"] });
  let [anchor, id] = start.map(String) as [string, string];
  const ids: { anchor: string; id: string }[] = [];
  const scope = scopeOf(context, name);
  const named = namedAnchor(ask);
  let width = ask.limit + 2; // the one where the last page ended, and one more than are shown
  for (;;) {
    const candidates = named ?? (scope === "all" ? null : await nextAnchors(context, scope, anchor, width));
    const inside = candidates === null ? sql`1` : inIds(sql`r.anchor`, candidates);
    const table = recordTables[name];
    const rest = ask.limit + 1 - ids.length;
    const [rows] = (await batch(context.db, [
      context.db.all(sql`select r.anchor as anchor, r.id as id from ${table} r join anchor a on a.id = r.anchor
        where (r.anchor, r.id) > (${anchor}, ${id}) and ${inside} and ${sql.join([...where], sql` and `)} order by r.anchor, r.id limit ${rest}`),
    ])) as [{ anchor: string; id: string }[]];
    ids.push(...rows);
    const lastCandidate = candidates?.at(-1);
    if (ids.length > ask.limit || candidates === null || candidates.length < width || lastCandidate === undefined)
      break;
    [anchor, id] = [lastCandidate, "~"]; // past every record of the last anchor looked at
    if (rows.length === 0) width = Math.min(width * 4, anchorsAtOnce); // many that hold nothing cost few round trips
  }
  return ok(pageOf(ids, ask.limit, (last) => [last.anchor, last.id]));
}

const anchorsAtOnce = 4_000;

/** The account that is asked for by name. Its index leads there; whether anything is in sight is decided as ever. */
function namedAnchor({ filters }: ListAsk): string[] | null {
  const filter = filters.find(({ field, op, value }) => field === "anchor" && op === "eq" && value !== "");
  return filter ? [filter.value] : null;
}

function pageOf<T extends { id: string }>(rows: readonly T[], limit: number, place: (row: T) => unknown[]): Found {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { ids: page.map((row) => row.id), next: rows.length > limit && last ? pack(place(last)) : null };
}

/** The ways in which records of the entity can be in sight: all, or lists of anchors that are read from their indexes. */
function scopeOf({ actor, cell, now }: DoorContext, name: EntityName): "all" | SQL[] {
  if (configuration.has(name)) return orgAnchors(cell, actor.member).map((id) => sql`select ${id} as id`);
  const reaches = new Set(
    compartmentsOf(name).flatMap((compartment) => [...actor.bound.readReaches(name, compartment)]),
  );
  if (reaches.has("all")) return "all";
  const { member, teams, regions } = actor.facts;
  const granted = actor.bound.granted(now);
  const lists: SQL[] = [];
  if (reaches.has("own"))
    for (const owner of actor.bound.ownNames(now)) lists.push(sql`select id from anchor where owner = ${owner}`);
  const inTeams = [...(reaches.has("team") ? teams : []), ...granted.teams];
  const inRegions = [...(reaches.has("region") ? regions : []), ...granted.regions];
  for (const team of new Set(inTeams)) lists.push(sql`select id from anchor where team = ${team}`);
  for (const region of new Set(inRegions)) lists.push(sql`select id from anchor where region = ${region}`);
  if (granted.anchors.length > 0) lists.push(sql`select id from anchor where ${inIds(sql`id`, granted.anchors)}`);
  if (granted.records.length > 0)
    lists.push(sql`select anchor as id from ${recordTables[name]} where ${inIds(sql`id`, granted.records)}`);
  if (reaches.has("account_team"))
    lists.push(sql`select anchor as id from account_team where member = ${member} and deleted_at is null`);
  if (reaches.has("participant"))
    for (const to of namesOf(actor.facts))
      lists.push(sql`select anchor as id from share where to_id = ${to} and ended_at is null`);
  return lists;
}

/** The next anchors of all lists. A statement each, in one batch: D1 takes at most five terms in one compound SELECT. */
async function nextAnchors(
  { db }: DoorContext,
  lists: readonly SQL[],
  after: string,
  limit: number,
): Promise<string[]> {
  const found = (await batch(
    db,
    lists.map((list) => db.all(sql`select distinct id from (${list}) where id >= ${after} order by id limit ${limit}`)),
  )) as { id: string }[][];
  const ids = new Set(found.flat().map((row) => row.id));
  return [...ids].sort((left, right) => (left < right ? -1 : 1)).slice(0, limit); // as SQLite orders ids: by bytes
}

async function bySort(
  context: DoorContext,
  name: EntityName,
  where: readonly SQL[],
  ask: ListAsk,
  sort: string,
): Promise<Result<Found>> {
  const down = sort.startsWith("-");
  const shown = shownSql(context, name, down ? sort.slice(1) : sort);
  if (!shown) return fail("invalid", { fields: ["sort"] });
  const after = ask.cursor === null ? null : unpack(ask.cursor, 2);
  if (ask.cursor !== null && !after) return fail("invalid", { fields: ["cursor"] });
  const named = namedAnchor(ask);
  const scope = scopeOf(context, name);
  const within = scope === "all" ? [sql`1`] : [sql`0`, ...scope.map((list) => sql`r.anchor in (${list})`)];
  const inside = named ? inIds(sql`r.anchor`, named) : sql`(${sql.join(within, sql` or `)})`;
  const [value, id] = after ?? [];
  // Empty (and hidden) values come last in both directions; ties go by id.
  const past = !after
    ? sql`1`
    : value === null
      ? sql`v is null and id > ${String(id)}`
      : sql`(${down ? sql`v < ${value}` : sql`v > ${value}`} or v is null or (v = ${value} and id > ${String(id)}))`;
  const order = down ? sql`v is null, v desc, id` : sql`v is null, v, id`;
  const table = recordTables[name];
  const [rows] = (await batch(context.db, [
    context.db
      .all(sql`select id, v from (select r.id as id, ${shown} as v from ${table} r join anchor a on a.id = r.anchor
      where ${inside} and ${sql.join([...where], sql` and `)}) where ${past} order by ${order} limit ${ask.limit + 1}`),
  ])) as [{ id: string; v: unknown }[]];
  return ok(pageOf(rows, ask.limit, (last) => [last.v, last.id]));
}

const titleField = (name: EntityName): string =>
  "name" in entity(name).fields ? "name" : "title" in entity(name).fields ? "title" : "body";

/** A plan's text with its one parameter bound; null: nothing can be in sight. */
function planSql(plan: SqlPlan): SQL | null {
  if (plan.kind !== "where") return plan.kind === "all" ? sql`1` : null;
  const parts = plan.sql.split("?");
  return sql.join(
    parts.map((part, index) => (index === 0 ? sql.raw(part) : sql`${plan.params[index - 1]}${sql.raw(part)}`)),
    sql``,
  );
}

/** A field as this member sees it: null where its group is hidden. Null: there is no such field for them. */
function shownSql({ actor, now }: DoorContext, name: EntityName, key: string): SQL | null {
  const base = Object.hasOwn(baseColumns, key) ? baseColumns[key] : undefined;
  if (base) return sql`r.${sql.identifier(base)}`;
  const fields: Readonly<Record<string, Field>> = entity(name).fields;
  const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (!field || field.type === "custom" || field.type === "list") return null;
  const column = field.of === "anchor" ? sql`a.${sql.identifier(snake(key))}` : sql`r.${sql.identifier(snake(key))}`;
  const group = planSql(actor.bound.groupSql(name, field.group, { anchor: "a", record: "r" }, now));
  return group === null ? sql`null` : sql`case when ${group} then ${column} end`;
}

function filterSql(
  context: DoorContext,
  name: EntityName,
  { field, op, value }: ListAsk["filters"][number],
): Result<SQL> {
  const shown = shownSql(context, name, field);
  if (!shown) return fail("invalid", { fields: [`filter.${field}`] });
  const type = entity(name).fields[field]?.type;
  const read = (text: string): string | number => {
    if (type === "bool") return Number(text === "true");
    return type === "int" || type === "money" || type === "instant" || field === "createdAt" ? Number(text) : text;
  };
  const literal = read(value);
  const literals = op === "in" ? value.split(",").slice(0, limits.listMax).map(read) : [literal];
  if (literals.some((one) => typeof one === "number" && !Number.isFinite(one)))
    return fail("invalid", { fields: [`filter.${field}`] });
  switch (op) {
    case "eq":
      return ok(sql`${shown} is ${value === "" ? null : literal}`);
    case "ne":
      return ok(sql`${shown} is not ${value === "" ? null : literal}`);
    case "lt":
      return ok(sql`coalesce(${shown} < ${literal}, 0)`);
    case "lte":
      return ok(sql`coalesce(${shown} <= ${literal}, 0)`);
    case "gt":
      return ok(sql`coalesce(${shown} > ${literal}, 0)`);
    case "gte":
      return ok(sql`coalesce(${shown} >= ${literal}, 0)`);
    case "in":
      return ok(sql`coalesce(${shown} in (select value from json_each(${JSON.stringify(literals)})), 0)`);
    case "contains":
      return ok(sql`coalesce(instr(lower(${shown}), lower(${value})), 0) > 0`);
  }
}
