/**
 * What an import would do: a pure plan of creates, updates, skips and errors. Every row has a `source`, for example
 * `salesforce:Account:0018a…`, and its id is derived from cell and source, so importing twice changes nothing and rows
 * may refer to each other across files and chunks. A reference that leads nowhere is kept in `unresolved` and listed.
 */
import { cellOf, isId, makeId, orgAnchor } from "../kernel/id.ts";
import type { ErrorCode } from "../kernel/result.ts";
import { type Compartment, isCompartment } from "../records/compartments.ts";
import {
  compartmentsOf,
  entities,
  entity,
  type EntityName,
  entityOfId,
  isEntity,
  type Row,
} from "../records/entities.ts";
import type { Custom, Field, Line, Value } from "../records/field.ts";
import type { Fields, NewRow } from "../records/mutation.ts";
import { groupDefaults } from "../records/groups.ts";
import { fieldSchema } from "../records/record.ts";

export interface ImportRow {
  readonly entity: EntityName;
  readonly source: string;
  readonly fields: Fields;
  /** Field -> the source (or id) of the record that it names; a list for list fields. */
  readonly refs?: Readonly<Record<string, string | readonly string[]>> | undefined;
  /** Source or id of the account under which the row is kept. Accounts and configuration need none. */
  readonly anchor?: string | undefined;
  readonly compartment?: Compartment | undefined;
  /** Under which account it lies if `anchor` leads nowhere. */
  readonly under?: string | undefined;
  /** Made if it is not there; one that is there is only referred to. */
  readonly only?: "create" | undefined;
  /** When and by whom it was made where it comes from (UTC ms; a source or id). */
  readonly origin?: { readonly at?: number | undefined; readonly by?: string | undefined } | undefined;
  /** Line of the file, for the report. */
  readonly line?: number | undefined;
}
export type PlannedWrite =
  | {
      readonly act: "create";
      readonly entity: EntityName;
      readonly row: NewRow;
      /** When and by whom it was made, where that is kept. */
      readonly origin?: { readonly at?: number; readonly by?: string };
    }
  | { readonly act: "update"; readonly entity: EntityName; readonly id: string; readonly set: Fields };
export interface ImportError {
  readonly source: string;
  readonly code: ErrorCode;
  readonly fields: readonly string[];
  /** A sentence, where there is more to say. */
  readonly detail?: string;
  /** Line of the file, of rows that have one. */
  readonly line?: number;
}
/** What would change on a record that is there: as it is, as far as the importer sees it, and as it would be. */
export interface Difference {
  readonly source: string;
  readonly entity: EntityName;
  readonly id: string;
  readonly fields: Readonly<Record<string, { readonly was?: Value; readonly now: Value }>>;
}
export interface Unresolved {
  readonly source: string;
  readonly field: string;
  readonly ref: string;
}
export interface ImportReport {
  readonly created: number;
  readonly updated: number;
  readonly skipped: number;
  readonly errors: readonly ImportError[];
  readonly unresolved: readonly Unresolved[];
  /** Where rows with `needs_approval` are decided, all together. */
  readonly approval?: string;
}
export interface ImportPlan extends ImportReport {
  readonly writes: readonly PlannedWrite[];
  /** Creates that must not happen, because a record that the importer can't see is there. They are judged all the same. */
  readonly withheld: readonly PlannedWrite[];
  readonly differences: readonly Difference[];
  /** Sources of rows that are as they were, and of those that nobody counts: they were only there to be referred to. */
  readonly same: readonly string[];
  readonly aside: readonly string[];
}

/** Rows of one request: with their longest texts they stay under the limit of a body. */
export const importRowsMax = 500;

/** Entities that describe the organisation and live under its own anchor. */
const configuration: readonly EntityName[] = [
  "member",
  "team",
  "region",
  "pipeline",
  "stage",
  "product",
  "queue",
  "lead_rule",
  "service_level",
];

const objectNames: Readonly<Record<string, EntityName>> = {
  Account: "account",
  Contact: "contact",
  Lead: "lead",
  Opportunity: "opportunity",
  Case: "case",
  Task: "task",
  Event: "activity",
  User: "member",
};

/** The entity that a source names by its middle part: one of ours, or a Salesforce object. Null: no valid source. */
export function entityOfSource(source: string): EntityName | null {
  const [system, object, ...key] = source.split(":");
  if (!system || !object || key.join(":") === "" || source.length > 200) return null;
  return objectNames[object] ?? (isEntity(object) ? object : null);
}

/** The id under which a record from this source is kept. `digest` is a hash of `seedOf(cell, source)`. */
export function idOfSource(cell: string, source: string, digest: Uint8Array): string | null {
  const name = entityOfSource(source);
  return name && makeId(cell, entities[name].kind, digest);
}
export const seedOf = (cell: string, source: string): string => `${cell}|${source}`;

/** Every source that the rows are or refer to: these need an id before the plan can be made. */
export function sourcesIn(rows: readonly ImportRow[]): string[] {
  const found = new Set<string>();
  for (const row of rows) {
    for (const text of [
      row.source,
      row.anchor,
      row.under,
      row.origin?.by,
      ...Object.values(row.refs ?? {}).flat(),
      ...productsOf(row),
    ]) {
      if (text !== undefined && !isId(text) && entityOfSource(text)) found.add(text);
    }
  }
  return [...found];
}

const linesOf = (row: ImportRow): readonly Line[] =>
  Array.isArray(row.fields["lines"]) ? (row.fields["lines"] as readonly Line[]) : [];
const productsOf = (row: ImportRow): string[] => linesOf(row).flatMap(({ product }) => product ?? []);

/**
 * `ids` gives the id of every source in the rows, `existing` the records that are there already, as the importer sees
 * them: a hidden field is absent and counts as different, so that the report tells nothing about its value. `hidden` are
 * ids of records that the importer can't see. `deleted` ones have to be restored first.
 */
export function planImport(
  rows: readonly ImportRow[],
  cell: string,
  ids: ReadonlyMap<string, string>,
  existing: ReadonlyMap<string, Row>,
  hidden: ReadonlySet<string> = new Set(),
  deleted: ReadonlySet<string> = new Set(),
  /** Sources that several records go by. */
  unclear: ReadonlySet<string> = new Set(),
): ImportPlan {
  const writes: PlannedWrite[] = [];
  const withheld: PlannedWrite[] = [];
  const errors: ImportError[] = [];
  const unresolved: Unresolved[] = [];
  const differences: Difference[] = [];
  const asTheyWere: string[] = [];
  const aside: string[] = [];

  const idOf = (text: string): string | undefined => (isId(text) ? text : ids.get(text));
  const taken = new Set<string>();
  const arriving = new Set<string>();
  const homes = new Map<string, string>();
  const sound = rows.filter((row) => {
    const id = idOf(row.source);
    if (row.only === "create" && id !== undefined && (taken.has(id) || existing.has(id))) {
      aside.push(row.source);
      return false;
    }
    if (unclear.has(row.source)) {
      errors.push({ source: row.source, code: "invalid", fields: ["name"], detail: "Several go by this name: name the one by its id." }); // prettier-ignore
      return false;
    }
    const wrong = wrongFields(row);
    const isOther = isId(row.source) && (cellOf(row.source) !== cell || entityOfId(row.source) !== row.entity);
    if (isOther || !id || taken.has(id)) wrong.push("source");
    if (wrong.length > 0 || !id) {
      const twice = id !== undefined && taken.has(id) ? { detail: "Another row here has the same key." } : {};
      const at = row.line === undefined ? {} : { line: row.line };
      errors.push({ source: row.source, code: "invalid", fields: wrong, ...twice, ...at });
      return false;
    }
    if (deleted.has(id)) {
      errors.push({ source: row.source, code: "deleted", fields: [] });
      return false;
    }
    taken.add(id);
    if (!hidden.has(id)) arriving.add(id);
    return true;
  });
  const find = (text: string): string | undefined => {
    const id = idOf(text);
    return id && (arriving.has(id) || existing.has(id)) ? id : undefined;
  };

  for (const row of sound) {
    const id = idOf(row.source) ?? "";
    const shape: Readonly<Record<string, Field>> = entity(row.entity).fields;
    const homeOf = (found: string): string | undefined =>
      entityOfId(found) === "account" ? found : (homes.get(found) ?? existing.get(found)?.anchor);
    const home = keyOf(row, id, cell, find, homeOf);
    if (!home) {
      errors.push({ source: row.source, code: "missing", fields: ["anchor"] });
      continue;
    }
    homes.set(id, home.anchor);
    const values: Record<string, Value> = {};
    for (const [name, value] of Object.entries(row.fields)) if (value !== undefined) values[name] = value;
    const lost: Unresolved[] = [];
    for (const [name, refs] of Object.entries(row.refs ?? {})) {
      const wanted = typeof refs === "string" ? [refs] : refs;
      for (const ref of wanted) if (!find(ref)) lost.push({ source: row.source, field: name, ref });
      const found = wanted.flatMap((ref) => find(ref) ?? []);
      values[name] = typeof refs === "string" ? (found[0] ?? null) : found;
    }
    const empty = lost.filter(({ field }) => shape[field]?.required).map(({ field }) => field);
    if (empty.length > 0) {
      errors.push({ source: row.source, code: "missing", fields: empty });
      continue;
    }
    unresolved.push(...lost);
    if (values["lines"]) {
      for (const ref of productsOf(row)) if (!find(ref)) lost.push({ source: row.source, field: "lines", ref });
      values["lines"] = linesOf(row).map((line) => ({
        ...line,
        product: (line.product && find(line.product)) ?? null,
      }));
    }
    // A record that is named by its own id, as in what left this cell, keeps where it once came from.
    const isOwn = isId(row.source);
    if (shape["source"] && !isOwn) values["source"] = row.source;
    if (shape["unresolved"] && (!isOwn || lost.length > 0))
      values["unresolved"] = custom(lost.map(({ field, ref }) => [field, ref]));

    const before = existing.get(id);
    if (!before) {
      const by = row.origin?.by === undefined ? undefined : find(row.origin.by);
      const at = row.origin?.at;
      const origin = { ...(at === undefined ? {} : { at }), ...(by === undefined ? {} : { by }) };
      if (row.origin?.by !== undefined && by === undefined)
        unresolved.push({ source: row.source, field: "createdBy", ref: row.origin.by });
      (hidden.has(id) ? withheld : writes).push({
        act: "create",
        entity: row.entity,
        row: { ...values, ...home, id },
        ...(Object.keys(origin).length > 0 ? { origin } : {}),
      });
      continue;
    }
    const set: Record<string, Value> = {};
    for (const [name, value] of Object.entries(values)) {
      // Owner, team, region, stage and their like move by their own acts only: a second import leaves them alone.
      const field = shape[name];
      if (!field || field.act || field.apart || same(before[name], value)) continue;
      if (name === "marketingConsent" && value === "unknown") continue; // what a file does not say takes no consent away
      // A hidden field that is secret does not exist for the importer: whether it is equal must not show.
      if (before[name] === undefined && groupDefaults[field.group].existence === "secret") continue;
      set[name] = value;
    }
    if (Object.keys(set).length === 0) {
      asTheyWere.push(row.source);
      continue;
    }
    writes.push({ act: "update", entity: row.entity, id, set });
    const fields = Object.entries(set).map(([name, now]) => [
      name,
      { ...(before[name] === undefined ? {} : { was: before[name] }), now: now ?? null },
    ]);
    differences.push({ source: row.source, entity: row.entity, id, fields: Object.fromEntries(fields) as Difference["fields"] }); // prettier-ignore
  }
  const created = writes.filter(({ act }) => act === "create").length;
  return { writes, withheld, created, updated: writes.length - created, skipped: asTheyWere.length, errors, unresolved, differences, same: asTheyWere, aside }; // prettier-ignore
}

const schemas = new WeakMap<Field, ReturnType<typeof fieldSchema>>();
function schemaOf(field: Field): ReturnType<typeof fieldSchema> {
  const known = schemas.get(field) ?? fieldSchema(field);
  schemas.set(field, known);
  return known;
}

/** Names of what is wrong with a row taken alone. */
function wrongFields(row: ImportRow): string[] {
  if (!isEntity(row.entity)) return ["entity"];
  const shape = entity(row.entity).fields;
  const wrong = new Set<string>();
  const at = row.origin?.at;
  if (at !== undefined && !(at >= -2_208_988_800_000 && at <= 7_258_118_400_000)) wrong.add("createdAt");
  if (!isId(row.source) && entityOfSource(row.source) !== row.entity) wrong.add("source");
  if (
    row.compartment !== undefined &&
    !(isCompartment(row.compartment) && compartmentsOf(row.entity).includes(row.compartment))
  ) {
    wrong.add("compartment");
  }
  for (const [name, value] of Object.entries(row.fields)) {
    const field: Field | undefined = shape[name];
    if (!field || name === "source" || name === "unresolved") wrong.add(name);
    else if (value !== undefined && !schemaOf(field).safeParse(value).success) wrong.add(name);
  }
  for (const [name, refs] of Object.entries(row.refs ?? {})) {
    const type = shape[name]?.type;
    if (type !== (typeof refs === "string" ? "ref" : "list")) wrong.add(name);
  }
  for (const [name, field] of Object.entries(shape)) {
    if (field.required && row.fields[name] === undefined && row.refs?.[name] === undefined) wrong.add(name);
  }
  return [...wrong];
}

function keyOf(
  row: ImportRow,
  id: string,
  cell: string,
  find: (text: string) => string | undefined,
  homeOf: (found: string) => string | undefined,
): { anchor: string; compartment: Compartment } | null {
  const compartment = row.compartment ?? compartmentsOf(row.entity)[0] ?? "core";
  if (configuration.includes(row.entity)) return { anchor: orgAnchor(cell), compartment };
  if (row.entity === "account") return { anchor: id, compartment };
  const anchor = [row.anchor, row.under].reduce<string | undefined>((found, text) => {
    const id = found === undefined && text !== undefined ? find(text) : undefined;
    return found ?? (id === undefined ? undefined : homeOf(id));
  }, undefined);
  return anchor ? { anchor, compartment } : null;
}

const custom = (pairs: readonly (readonly [string, string])[]): Custom | null =>
  pairs.length > 0 ? Object.fromEntries(pairs) : null;

/** Equal as values: absent is null, and the order of custom fields means nothing. */
function same(a: Value | undefined, b: Value | undefined): boolean {
  return canonical(a) === canonical(b);
}
function canonical(value: Value | undefined): string {
  if (value === undefined || value === null) return "null";
  if (typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return value.length > 0 ? JSON.stringify(value) : "null";
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length > 0 ? JSON.stringify(entries) : "null";
}
