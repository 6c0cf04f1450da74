import { sql, type SQL } from "drizzle-orm";
import { orgAnchors } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import type { SqlPlan } from "../../shared/access/engine.ts";
import { compartmentsOf, configuration, entity, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";
import { maskedName, type MaskRule } from "../../shared/records/masked.ts";
import { isVisible, project } from "../../shared/records/record.ts";
import type { Reach } from "../../shared/access/rules.ts";
import type { Actor } from "../context.ts";
import { batch, type Db, type Query } from "./db.ts";
import { namesOf } from "./lent.ts";
import {
  between,
  inIds,
  loadPlaces,
  loadRows,
  placesOf,
  standingBetween,
  stored,
  withAnchor,
  type RowWithAnchor,
  type Stored,
  type StoredPlace,
} from "./rows.ts";
import { recordTables, snake, type RecordTable } from "./schema.ts";
import { excerptsOf, saysAll, wordsOf } from "./section-text.ts";

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
  /** Of what was found by its text: a piece of it, by id. */
  readonly excerpts?: Readonly<Record<string, string>>;
  /** What the list shows, in words for people. */
  readonly note: string;
}
export interface ListAsk {
  readonly limit: number;
  readonly cursor: string | null;
  readonly sort: string | null;
  readonly q: string | null;
  readonly filters: readonly { readonly field: string; readonly op: Op; readonly value: string }[];
  /** Only what this member may take out of the cell: a right of its own, over what they may read. */
  readonly out?: true;
}
export const ops = ["eq", "ne", "lt", "lte", "gt", "gte", "in", "contains"] as const;
export type Op = (typeof ops)[number];

/** One record as the member may have it; null for missing and for hidden, which are one. */
export async function readRecord(context: DoorContext, name: EntityName, id: string): Promise<Row | null> {
  return (await readRecords(context, name, [id]))[0] ?? null;
}

/** Several, in the order of their ids; those that the member may not have are left out. */
export async function readRecords(
  { db, actor, now }: DoorContext,
  name: EntityName,
  ids: readonly string[],
  out?: true,
): Promise<Row[]> {
  const rows = await loadRows(db, ids);
  const anchors = [...new Set([...rows.values()].map((stored) => stored.row.anchor))];
  const [, ...names] = namesOf(actor.facts);
  const places = await loadPlaces(db, anchors, actor.member, names);
  return ids.flatMap((id) => {
    const row = rows.get(id);
    return row?.entity === name ? (seen(actor, now, row, places.get(row.row.anchor), out) ?? []) : [];
  });
}
/** Records of one account as the member may have them, whatever their kinds, with how they stand to it. */
export async function readUnder(
  { db, actor, now }: DoorContext,
  anchor: string,
  ids: readonly string[],
): Promise<{ readonly place: StoredPlace | undefined; readonly rows: ReadonlyMap<string, Row> }> {
  const [, ...names] = namesOf(actor.facts);
  const place = (await loadPlaces(db, [anchor], actor.member, names)).get(anchor);
  const found = [...(await loadRows(db, ids))].flatMap(([id, held]): [string, Row][] => {
    const row = held.row.anchor === anchor ? seen(actor, now, held, place) : null;
    return row ? [[id, row]] : [];
  });
  return { place, rows: new Map(found) };
}
/** The record as this member sees it; null: not at all. */
function seen(
  actor: Actor,
  now: number,
  { entity: name, row, deletedAt }: Stored,
  place?: StoredPlace,
  out?: true,
): Row | null {
  if (!place || deletedAt !== null) return null;
  const right = out ? actor.bound.decide("export", name, row.compartment, place, now, row) : null;
  if (right?.allowed === false) return null;
  const mask = actor.bound.recordMask(name, row, place, now) & (right?.allowed ? right.groups : -1);
  return isVisible(name, row, mask) ? project(name, row, mask, actor.bound.rules.masks ?? {}) : null;
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
  const words = name === "section" ? wordsOf(ask.q ?? "") : [];
  if (words.length > 0) where.push(saysAll(words));
  else if (ask.q) {
    const shown = shownSql(context, name, titleField(name));
    if (shown) where.push(sql`instr(lower(${shown}), lower(${ask.q})) > 0`);
  }
  const page =
    ask.sort === null ? await byAnchor(context, name, where, ask) : await bySort(context, name, where, ask, ask.sort);
  if (!page.ok) return page;
  const excerpts = await excerptsOf(context.db, page.value.items, words);
  return ok({ ...page.value, ...(Object.keys(excerpts).length > 0 ? { excerpts } : {}), note });
}

type Page = Omit<Listing, "note" | "excerpts">;

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

/**
 * Anchors lie in the order of their ids in the index of each way to them. Each way is read with its records until the
 * page is full; past the end of the first full one nothing is asked of the others. So about as many rows are read as
 * are shown, however many there are.
 */
async function byAnchor(
  context: DoorContext,
  name: EntityName,
  where: readonly SQL[],
  ask: ListAsk,
): Promise<Result<Page>> {
  const start = ask.cursor === null ? ["", ""] : unpack(ask.cursor, 2);
  if (!start) return fail("invalid", { fields: ["cursor"] });
  const [anchor, id] = start.map(String) as [string, string];
  const { db, actor, now } = context;
  const page = ({ from, order, inside }: Way, end: string | null): Query =>
    db
      .select(withAnchor(name))
      .from(from(recordTables[name]))
      .where(
        sql`${inside} and ${between(order[0], anchor, end)} and (r.anchor, r.id) > (${anchor}, ${id}) and ${sql.join([...where], sql` and `)}`,
      )
      .orderBy(...order)
      .limit(ask.limit + 1);
  const {
    ways: [first, ...others],
    through,
  } = waysTo(context, name, ask);
  const [widest = []] = (await batch(db, first ? [page(first, null)] : [])) as RowWithAnchor[][];
  const end = widest.length > ask.limit ? (widest.at(-1)?.r.anchor ?? null) : null;
  const [crew, shares, ...rest] = await batch(db, [
    ...standingBetween(db, actor.member, namesOf(actor.facts), anchor, end),
    ...others.map((way) => page(way, end)),
  ]);
  const byName =
    through && through([...(crew as AnchorPart[]), ...(shares as AnchorPart[])].map((part) => part.anchor));
  const [lent = []] = (await batch(db, byName ? [page(byName, end)] : [])) as RowWithAnchor[][];
  const found = new Map([widest, ...(rest as RowWithAnchor[][]), lent].flat().map((row) => [row.r.id, row]));
  const order = ({ r }: RowWithAnchor): string => `${r.anchor} ${r.id}`; // a blank comes before all that ids are made of
  const rows = [...found.values()].sort((left, right) => (order(left) < order(right) ? -1 : 1));
  const shown = rows.slice(0, ask.limit);
  const last = shown.at(-1)?.r;
  const places = placesOf([shown.map((row) => row.a), crew, shares]);
  return ok({
    items: shown.flatMap(
      (row) => seen(actor, now, stored(name, row.r, row.a), places.get(row.r.anchor), ask.out) ?? [],
    ),
    nextCursor: rows.length > ask.limit && last ? pack([last.anchor, last.id]) : null,
  });
}

/** The account that is asked for by name. Its index leads there; whether anything is in sight is decided as ever. */
function namedAnchor({ filters }: ListAsk): string[] | null {
  const filter = filters.find(({ field, op, value }) => field === "anchor" && op === "eq" && value !== "");
  return filter ? [filter.value] : null;
}

/** One way to records: the tables that lead there, in an order that an index has. */
interface Way {
  readonly from: (table: RecordTable) => SQL;
  readonly order: readonly [SQL, ...SQL[]];
  readonly inside: SQL;
}
interface Ways {
  readonly ways: readonly Way[];
  /** The way through account teams and shares, once it is known on which anchors they are. Null: not needed. */
  readonly through: ((anchors: readonly string[]) => Way | null) | null;
}
interface AnchorPart {
  readonly anchor: string;
}
/** All ways in which records of the entity can be in sight, the widest first. None of them decides: `visible` does. */
function waysTo(context: DoorContext, name: EntityName, ask: ListAsk): Ways {
  // Within an anchor this index has the order of ids. Asked for it, SQLite would sort, and count each row twice more.
  const index = sql.identifier(`${name}_anchor`);
  const byAnchorRow = (inside: SQL): Way =>
    name === "account" // one an anchor, and of the same id
      ? {
          from: (table) => sql`anchor a cross join ${table} r`,
          order: [sql`a.id`],
          inside: sql`r.id = a.id and ${inside}`,
        }
      : {
          from: (table) => sql`anchor a cross join ${table} r indexed by ${index}`,
          order: [sql`a.id`],
          inside: sql`r.anchor = a.id and ${inside}`,
        };
  const byList = (ids: readonly string[], inside: SQL): Way => ({
    from: (table) => sql`json_each(${JSON.stringify(ids)}) w cross join anchor a cross join ${table} r`,
    order: [sql`a.id`, sql`r.id`],
    inside: sql`a.id = w.value and r.anchor = a.id and ${inside}`,
  });
  const byRecord = (inside: SQL): Way => ({
    from: (table) => sql`${table} r cross join anchor a`,
    order: [sql`r.anchor`, sql`r.id`],
    inside: sql`a.id = r.anchor and ${inside}`,
  });
  const named = namedAnchor(ask);
  if (named) return { ways: [byList(named, sql`1`)], through: null };
  const { actor, cell, now } = context;
  if (configuration.has(name)) return { ways: [byList(orgAnchors(cell, actor.member), sql`1`)], through: null };
  const reaches = reachesOf(context, name);
  if (reaches.has("all")) return { ways: [byRecord(sql`1`)], through: null };
  const { teams, regions } = actor.facts;
  const granted = actor.bound.granted(now);
  const owners = reaches.has("own") ? actor.bound.ownNames(now) : [];
  const inRegions = [...new Set([...(reaches.has("region") ? regions : []), ...granted.regions])];
  const inTeams = [...new Set([...(reaches.has("team") ? teams : []), ...granted.teams])];
  const columns = [
    ...inRegions.map((id) => ["region", id] as const),
    ...inTeams.map((id) => ["team", id] as const),
    ...owners.map((id) => ["owner", id] as const),
  ];
  // What an earlier way leads to already is not read again: its records are not even looked for.
  const except = (count: number): SQL =>
    sql.join(
      [sql`1`, ...columns.slice(0, count).map(([column, id]) => sql`a.${sql.identifier(column)} is not ${id}`)],
      sql` and `,
    );
  const others = except(columns.length);
  return {
    ways: [
      ...columns.map(([column, id], index) =>
        byAnchorRow(sql`a.${sql.identifier(column)} = ${id} and ${except(index)}`),
      ),
      ...(granted.anchors.length > 0 ? [byList(granted.anchors, others)] : []),
      ...granted.records.map((id) => byRecord(sql`r.id = ${id} and ${others}`)),
    ],
    through: (anchors) => (anchors.length > 0 ? byList([...new Set(anchors)], others) : null),
  };
}
function reachesOf({ actor }: DoorContext, name: EntityName): ReadonlySet<Reach> {
  return new Set(compartmentsOf(name).flatMap((compartment) => [...actor.bound.readReaches(name, compartment)]));
}
/** The same as lists of anchors, for what is sorted and so read whole. */
function scopeOf(context: DoorContext, name: EntityName): "all" | SQL[] {
  const { actor, cell, now } = context;
  if (configuration.has(name)) return orgAnchors(cell, actor.member).map((id) => sql`select ${id} as id`);
  const reaches = reachesOf(context, name);
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

async function bySort(
  context: DoorContext,
  name: EntityName,
  where: readonly SQL[],
  ask: ListAsk,
  sort: string,
): Promise<Result<Page>> {
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
  const some = rows.slice(0, ask.limit);
  const last = some.at(-1);
  const items = await readRecords(
    context,
    name,
    some.map((row) => row.id),
  );
  return ok({ items, nextCursor: rows.length > ask.limit && last ? pack([last.v, last.id]) : null });
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
  const mask = field ? null : maskFor(actor, name, key);
  const of = field ?? mask?.of;
  if (!of || of.type === "custom" || of.type === "list" || of.type === "lines") return null;
  const columnName = sql.identifier(snake(mask ? mask.field : key));
  const column = of.of === "anchor" ? sql`a.${columnName}` : sql`r.${columnName}`;
  const group = planSql(
    actor.bound.groupSql(name, mask ? mask.rule.group : of.group, { anchor: "a", record: "r" }, now),
  );
  if (group === null) return sql`null`;
  return sql`case when ${group} then ${mask ? maskedSql(mask.rule, column) : column} end`;
}

function maskedType(actor: Actor, name: EntityName, key: string): Field["type"] | undefined {
  const kind = maskFor(actor, name, key)?.rule.kind;
  return kind && ({ band: "money", set: "bool", last: "text" } as const)[kind];
}

/** The mask whose value goes by this name. */
function maskFor({ bound }: Actor, name: EntityName, key: string): { of: Field; field: string; rule: MaskRule } | null {
  const fields: Readonly<Record<string, Field>> = entity(name).fields;
  for (const [field, rule] of Object.entries(bound.rules.masks?.[name] ?? {})) {
    const of = fields[field];
    if (of && maskedName(field, rule.group) === key) return { of, field, rule };
  }
  return null;
}
/** A number of the policy, which is an integer, as text: D1 takes a hundred parameters and no more. */
const number = (value: number): SQL => sql.raw(String(Math.trunc(value)));
/** What the mask lets through of a column, for order and comparison; a band is where it begins. Twin of `masked`. */
function maskedSql({ kind, steps = [], count = 0 }: MaskRule, column: SQL): SQL {
  switch (kind) {
    case "set":
      return sql`(${column} is not null and ${column} is not '')`;
    case "last":
      return sql`case when ${column} is not null and ${column} is not '' then case when length(${column}) < ${number(2 * count)} then '' else substr(${column}, ${number(-count)}) end end`;
    case "band": {
      const bands = steps.toReversed().map((step) => sql`when ${column} >= ${number(step)} then ${number(step)}`);
      return sql`case when ${column} is null then null ${sql.join(bands, sql` `)} else ${number(-limits.amountMinorMax)} end`;
    }
  }
}

function filterSql(
  context: DoorContext,
  name: EntityName,
  { field, op, value }: ListAsk["filters"][number],
): Result<SQL> {
  const shown = shownSql(context, name, field);
  if (!shown) return fail("invalid", { fields: [`filter.${field}`] });
  const type = entity(name).fields[field]?.type ?? maskedType(context.actor, name, field);
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
