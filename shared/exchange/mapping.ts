/**
 * From the columns of a file to rows to import. A mapping is data: what a layout says (`layouts.ts`), what was guessed from
 * names, and what somebody changed. Whatever a column holds goes somewhere: into a field, into the record's own fields under
 * the column's name, or it is left out because somebody said so.
 */
import { isDay, isZone } from "../kernel/clock.ts";
import { isId } from "../kernel/id.ts";
import { limits } from "../kernel/limits.ts";
import { configuration, entity, isEntity, type EntityName } from "../records/entities.ts";
import type { Custom, Field, Value } from "../records/field.ts";
import { undefused } from "./csv.ts";
import { printOf } from "./hash.ts";
import { entityOfSource, type ImportRow } from "./import-plan.ts";
import type { Cells } from "./read/rows.ts";

/** How a cell names another record: by its key in the system that the file came from, by name, by address. */
export type By = "key" | "name" | "email";
export interface Target {
  readonly to: "field" | "ref" | "own" | "key" | "anchor" | "createdAt" | "createdBy" | "json" | "leave";
  /** Of `field` and `ref`: which. Of an `anchor` by name beside one by key: the account's name, if it is not there yet. Of `own`: under which name, if not the column's. */
  readonly field?: string;
  readonly by?: By;
  /** Of a reference: what it names. */
  readonly of?: EntityName;
  /** What cells mean: their text, without regard to case, to a value, an id or a source. */
  readonly values?: Readonly<Record<string, string>>;
  /** Beside the field, what stood there: for values that ours have fewer of. */
  readonly also?: string;
  /** Of an amount: it stands there in minor units, as we write them. */
  readonly minor?: true;
  /** A cell that can't be read as one is nothing to speak of: the column goes somewhere else as well. */
  readonly quiet?: true;
}
export interface Mapping {
  readonly layout: string;
  /** What keys are of: `salesforce`, `hubspot`, or the name of the file. */
  readonly system: string;
  readonly entity: EntityName;
  readonly columns: Readonly<Record<string, readonly Target[]>>;
  /** Under which account records lie that name none: an id or a source. */
  readonly under?: string;
  readonly decimal?: "." | ",";
  readonly dates?: "ymd" | "dmy" | "mdy";
  /** Values for all rows that say nothing. */
  readonly defaults?: Readonly<Record<string, string>>;
  /** Who owners of the file are here: their text to a member's id. */
  readonly members?: Readonly<Record<string, string>>;
  /** Columns without which a row is refused. */
  readonly requires?: readonly string[];
  /** What else a row holds, where a column says anything: a company and its one contact. */
  readonly besides?: { readonly column: string; readonly mapping: Mapping };
}

export interface Mapped {
  readonly rows: readonly ImportRow[];
  /** What was not taken as the column says, and where it is now. */
  readonly notes: readonly string[];
  /** Why there is no row. */
  readonly refused?: string;
}

/** The text by which a name or address is looked up: `name:account:Acme`. Found if the importer sees just one such. */
const bySaying = (by: "name" | "email", of: EntityName, text: string): string =>
  `${by}:${of}:${text.trim().slice(0, 150)}`;
/** Names are one whatever their case and blanks. */
export const folded = (text: string): string => text.trim().replaceAll(/\s+/gu, " ").normalize("NFC").toLowerCase();

const objects: Partial<Record<EntityName, string>> = { account: "Account", contact: "Contact", lead: "Lead", opportunity: "Opportunity", case: "Case", task: "Task", activity: "Event", member: "User" }; // prettier-ignore
const prefixes: Readonly<Record<string, string>> = { "001": "Account", "003": "Contact", "005": "User", "006": "Opportunity", "00Q": "Lead", "00T": "Task", "00U": "Event", "500": "Case" }; // prettier-ignore
/** The source of a record by its key. Three letters of a Salesforce id say what it is of; what we don't know keeps them. */
function sourceOf(system: string, of: EntityName | undefined, key: string): string {
  if (isId(key) || entityOfSource(key)) return key;
  if (system === "salesforce") {
    const isOne = /^[A-Za-z0-9]{15}([A-Za-z0-9]{3})?$/.test(key);
    return `salesforce:${(isOne ? (prefixes[key.slice(0, 3)] ?? key.slice(0, 3)) : of && objects[of]) ?? "record"}:${key}`;
  }
  return `${system}:${of ?? "record"}:${key}`;
}

// --- cells to values

const yes = new Set(["true", "yes", "y", "1", "x", "ja", "oui", "si", "sí", "да", "是", "有"]);
const no = new Set(["false", "no", "n", "0", "nein", "non", "нет", "否", "无"]);

/** A number as people write it: `1.234,5`, `1,234.5`, `$500M`, `12 %`. Null: it is none. */
export function numberIn(text: string, decimal: "." | ","): number | null {
  const bare = text.replaceAll(/[\s\u00a0\u202f'’]/g, "").replace(/^[^\d+\-.,(]+|[%€$£¥₽]$|[A-Z]{3}$/g, "");
  const [, open = "", body = "", unit = ""] = /^(\(?[+-]?)([\d.,]+)([kKmMbB]?)\)?$/.exec(bare) ?? [];
  if (body === "") return null;
  const thousands = decimal === "." ? "," : ".";
  const groups = body.split(decimal);
  if (groups.length > 2 || (groups[1] ?? "").includes(thousands)) return null;
  const whole = (groups[0] ?? "").split(thousands);
  if (whole.slice(1).some((group) => group.length !== 3)) return null;
  const value = Number(`${whole.join("") || "0"}.${groups[1] ?? "0"}`);
  const times = { k: 1e3, m: 1e6, b: 1e9 }[unit.toLowerCase()] ?? 1;
  return Number.isFinite(value) ? (/[-(]/.test(open) ? -1 : 1) * value * times : null;
}

const padded = (text: string | undefined): string => (text ?? "").padStart(2, "0");
/** A day in the order that the file has. Null: it is none. */
export function dayIn(text: string, order: "ymd" | "dmy" | "mdy"): string | null {
  const iso = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:$|[T ])/.exec(text.trim());
  if (iso) return real(`${iso[1]}-${padded(iso[2])}-${padded(iso[3])}`);
  const [, a, b, c] = /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})(?:$|[T ,])/.exec(text.trim()) ?? [];
  if (a === undefined || order === "ymd") return null;
  return real(order === "dmy" ? `${c}-${padded(b)}-${padded(a)}` : `${c}-${padded(a)}-${padded(b)}`);
}
const real = (day: string): string | null => (isDay(day) ? day : null);

/** An instant; without a zone it is taken as UTC. */
export function instantIn(text: string, order: "ymd" | "dmy" | "mdy"): number | null {
  const said = text.trim();
  if (/^\d{12,14}$/.test(said)) return Number(said);
  const day = dayIn(said, order);
  if (day === null) return null;
  if (/^\d{4}-\d{2}-\d{2}T.*(Z|[+-]\d{2}:?\d{2})$/.test(said)) {
    const at = Date.parse(said.replace(/\+(\d{2})$/, "+$1:00"));
    if (!Number.isNaN(at)) return at;
  }
  const [, hour = "0", minute = "0", second = "0", half] = /(?:[T ,]\s*)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?\s*([AaPp][Mm])?/.exec(said) ?? []; // prettier-ignore
  const hours = half === undefined ? Number(hour) : (Number(hour) % 12) + (/p/i.test(half) ? 12 : 0);
  const zone = /([+-])(\d{2}):?(\d{2})?$/.exec(said.slice(10));
  const offset = zone ? (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3] ?? "0")) : 0;
  const at = Date.parse(`${day}T00:00:00Z`) + ((hours * 60 + Number(minute) - offset) * 60 + Number(second)) * 1_000;
  return Number.isNaN(at) ? null : at;
}

/** The value of a field; null: the cell can't be read as one. */
function valueOf(field: Field, text: string, { decimal = ".", dates = "ymd" }: Mapping): Value {
  switch (field.type) {
    case "int": {
      const value = numberIn(text, decimal);
      return value === null ? null : Math.round(value);
    }
    case "money": {
      const exact = /^([+-]?)(\d+)(?:\.(\d{1,2})0*)?$/.exec(text.trim());
      if (exact && decimal === ".") return Number(`${exact[1] ?? ""}${exact[2]}${(exact[3] ?? "").padEnd(2, "0")}`);
      const value = numberIn(text, decimal);
      return value === null ? null : Math.round(value * 100);
    }
    case "instant":
      return instantIn(text, dates);
    case "day":
      return dayIn(text, dates);
    case "bool":
      return yes.has(text.trim().toLowerCase()) ? true : no.has(text.trim().toLowerCase()) ? false : null;
    case "enum": {
      const wanted = text
        .trim()
        .toLowerCase()
        .replaceAll(/[\s-]+/g, "_");
      return field.values?.find((value) => value === wanted) ?? null;
    }
    case "email":
      return /^[^\s@]+@[^\s@]+$/u.test(text.trim()) && text.trim().length <= 254 ? text.trim() : null;
    case "currency":
      return /^[A-Za-z]{3}$/.test(text.trim()) ? text.trim().toUpperCase() : null;
    case "zone":
      return isZone(text.trim()) ? text.trim() : null;
    case "list": {
      const list = text.startsWith("[") ? objectIn(text) : null;
      if (Array.isArray(list)) return list as readonly string[];
      const parts = text.split(/[;\n]/).map((part) => part.trim()).filter(Boolean); // prettier-ignore
      return parts.length <= 32 && parts.every((part) => part.length <= 80) ? parts : null;
    }
    case "order":
      return /^[0-9A-Za-z]{1,64}$/.test(text) ? text : null;
    case "name":
      return text.trim().length <= limits.nameMax ? text : null;
    case "long":
      return text.length <= limits.longTextMax ? text : null;
    case "custom":
    case "lines":
    case "ref":
      return null;
    default:
      return text.length <= (field.max ?? limits.textMax) ? text : null;
  }
}

const meaning = (target: Target, text: string): string | undefined =>
  target.values?.[folded(text)] ?? target.values?.[text.trim()];

/** The field that takes what has no field of its own, of an entity; null: it has none. */
const ownFieldOf = (name: EntityName): string | null => ("customShared" in entity(name).fields ? "customShared" : null);
const wordsFieldOf = (name: EntityName): string | null =>
  ["description", "body"].find((field) => entity(name).fields[field]?.type === "long") ?? null;

/** What our own exports write of fields that are no single value. */
function objectIn(text: string): Value | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Value) : null;
  } catch {
    return null;
  }
}
const asItIs: readonly Target[] = [{ to: "own" }];

/** One row of a file as rows to import: the record, and the account that it names if the file has no keys of accounts. */
export function mapRow(mapping: Mapping, cells: Cells, line: number): Mapped {
  const mapped = mapOne(mapping, cells, line);
  const { besides } = mapping;
  if (!besides || mapped.refused !== undefined || (cells[besides.column] ?? "").trim() === "") return mapped;
  const more = mapOne(besides.mapping, cells, line);
  return {
    rows: [...mapped.rows, ...more.rows],
    notes: [...mapped.notes, ...more.notes, ...(more.refused === undefined ? [] : [more.refused])],
  };
}

function mapOne(mapping: Mapping, cells: Cells, line: number): Mapped {
  const lacking = (mapping.requires ?? []).filter((column) => (cells[column] ?? "").trim() === "");
  if (lacking.length > 0) return { rows: [], notes: [], refused: `It has no ${lacking.join(", ")}.` };
  const shape: Readonly<Record<string, Field>> = entity(mapping.entity).fields;
  const fields: Record<string, Value> = {};
  const refs: Record<string, string> = {};
  const own: Record<string, string | number | boolean | null> = {};
  const spill: string[] = []; // what is too long for a field of one's own
  const notes: string[] = [];
  const extra: ImportRow[] = [];
  const parts: { given?: string; family?: string } = {}; // of a name, where it has no fields for them
  let key: string | undefined;
  let anchor: string | undefined;
  let company: string | undefined;
  let createdAt: number | null = null;
  let createdBy: string | undefined;

  const keep = (name: string, text: string, why?: string): void => {
    const at = name.slice(0, 64);
    const words = wordsFieldOf(mapping.entity);
    const fits =
      text.length <= limits.textMax && JSON.stringify({ ...own, [at]: text }).length <= limits.customBytesMax;
    if (ownFieldOf(mapping.entity) && fits) own[at] = text;
    else if (words) spill.push(`${name}: ${text}`);
    else notes.push(`${name} is left out: there is no place for it here.`);
    if (why) notes.push(`${name} ${why}; it is kept under its own name.`);
  };
  const reference = (target: Target, column: string, text: string): string => {
    const said = meaning(target, text) ?? (target.of === "member" ? mapping.members?.[text.trim()] : undefined);
    if (said !== undefined) return said;
    const by = target.by ?? "key";
    if (by === "key") return sourceOf(mapping.system, target.of, text.trim());
    if (isId(text.trim())) return text.trim();
    return bySaying(by === "name" && /^[^\s@]+@[^\s@]+$/u.test(text.trim()) && target.of === "member" ? "email" : by, target.of ?? "account", text);
  }; // prettier-ignore

  for (const [column, cell] of Object.entries(cells)) {
    if (cell.trim() === "") continue;
    const text = mapping.layout === "baton" ? undefused(cell) : cell;
    for (const target of mapping.columns[column] ?? asItIs) {
      switch (target.to) {
        case "leave":
          break;
        case "json": {
          const value = objectIn(text);
          if (value && target.field) fields[target.field] = value;
          else keep(column, text, "can't be read as JSON");
          break;
        }
        case "key":
          key ??= text.trim();
          break;
        case "own":
          keep(target.field ?? column, text);
          break;
        case "createdAt":
          createdAt = instantIn(text, mapping.dates ?? "ymd");
          if (createdAt === null) keep(column, text, "can't be read as a time");
          break;
        case "createdBy":
          createdBy ??= reference({ ...target, of: "member" }, column, text);
          break;
        case "anchor":
          if (target.by === "key") anchor ??= reference({ ...target, of: "account" }, column, text.split(";")[0] ?? "");
          else if (target.by === "email") anchor ??= bySaying("email", "contact", text);
          else company ??= text.trim();
          break;
        case "ref":
          refs[target.field ?? ""] ??= reference(target, column, text);
          break;
        case "field": {
          const name = target.field ?? "";
          const field = shape[name];
          if (!field && (name === "given" || name === "family")) {
            parts[name] = text.trim();
            break;
          }
          if (!field || fields[name] !== undefined) {
            if (fields[name] !== text) keep(column, text);
            break;
          }
          const said = meaning(target, text);
          const value = target.minor && /^-?\d+$/.test(text.trim()) ? Number(text) : valueOf(field, said ?? text, mapping);
          if (value === null && !target.quiet) keep(column, text, `can't be read as ${field.type === "enum" ? "one of the choices" : field.type}`);
          else if (value !== null) fields[name] = value;
          if (target.also !== undefined) keep(target.also, text);
        } // prettier-ignore
      }
    }
  }
  for (const [name, text] of Object.entries(mapping.defaults ?? {})) {
    const field = shape[name];
    if (field && fields[name] === undefined && refs[name] === undefined) fields[name] = valueOf(field, text, mapping);
  }
  complete(mapping.entity, fields, parts, key);
  const words = wordsFieldOf(mapping.entity);
  if (words && spill.length > 0) {
    const all = [fields[words], ...spill].filter((part) => typeof part === "string").join("\n");
    fields[words] = all.slice(0, limits.longTextMax);
    if (all.length > limits.longTextMax) notes.push("It is longer than a record can hold: the end of it is left out.");
  }
  const ownField = ownFieldOf(mapping.entity);
  if (ownField && Object.keys(own).length > 0) fields[ownField] = own as Custom;

  const isHome = configuration.has(mapping.entity) || mapping.entity === "account";
  if (company !== undefined && !isHome) {
    anchor ??= isId(company) ? company : bySaying("name", "account", company);
    if (!isId(anchor))
      extra.push({ entity: "account", source: anchor, only: "create", fields: { name: company.slice(0, limits.nameMax) }, line }); // prettier-ignore
  }
  // What is about something lies where that lies.
  if (!isHome) anchor ??= refs["about"] ?? mapping.under;
  if (!isHome && anchor === undefined)
    return { rows: [], notes, refused: "It names no account. Choose one under which such rows go." };
  const missing = Object.entries(shape).filter(([name, field]) => field.required && fields[name] === undefined);
  if (missing.length > 0) return { rows: [], notes, refused: `It has no ${missing.map(([name]) => name).join(", ")}.` };
  const named = key ?? `row-${digestOf(cells)}`;
  const row: ImportRow = {
    entity: mapping.entity,
    source: sourceOf(mapping.system, mapping.entity, named).slice(0, 200),
    fields,
    ...(Object.keys(refs).length > 0 ? { refs } : {}),
    ...(isHome || anchor === undefined ? {} : { anchor }),
    ...(isHome || mapping.under === undefined || anchor === mapping.under ? {} : { under: mapping.under }),
    ...(createdAt === null && createdBy === undefined ? {} : { origin: { ...(createdAt === null ? {} : { at: createdAt }), ...(createdBy === undefined ? {} : { by: createdBy }) } }),
    line,
  }; // prettier-ignore
  return { rows: [...extra, row], notes };
}

/** What follows from what is there: a name from its parts, a day's zone, how it is with consent. */
function complete(
  name: EntityName,
  fields: Record<string, Value>,
  parts: { readonly given?: string; readonly family?: string },
  key: string | undefined,
): void {
  const text = (field: string): string => (typeof fields[field] === "string" ? String(fields[field]).trim() : "");
  const { fields: shape } = entity(name);
  if (shape["name"] && fields["name"] === undefined) {
    const { given = text("given"), family = text("family") } = parts;
    const short =
      name === "member" && key !== undefined ? `Colleague ${key.length >= 15 ? key.slice(10, 15) : key}` : "";
    const full = [given, family].filter(Boolean).join(" ") || text("company") || text("email") || text("number") || short; // prettier-ignore
    if (full) fields["name"] = full.slice(0, limits.nameMax);
  }
  if (name === "case" && fields["number"] === undefined && text("name")) fields["number"] = text("name").slice(0, 40);
  if ("dueDay" in shape && fields["dueDay"] !== undefined) fields["dueZone"] ??= "Etc/UTC";
  if ("closeDay" in shape && fields["closeDay"] !== undefined) fields["closeZone"] ??= "Etc/UTC";
  if (name === "contact") fields["marketingConsent"] ??= "unknown"; // a file can't say that consent was given, unless it does
  if (name === "activity") fields["activityKind"] ??= "other";
  if (name === "task" && fields["doneAt"] !== undefined) fields["done"] ??= true;
  if (name === "member") fields["locale"] ??= "en";
}

/** What a row without a key is known by: all that it says. The same row is the same record, whatever stands around it. */
const digestOf = (cells: Cells): string =>
  printOf(JSON.stringify(Object.entries(cells).filter(([, cell]) => cell !== "")));

/** Entities that a file may hold: all that an import makes from cells. */
export const importable: readonly EntityName[] = ["account", "contact", "lead", "opportunity", "case", "task", "activity", "member", "product", "pipeline", "stage", "team", "region"]; // prettier-ignore

/** Where a column may go, for the screen and for what is checked: fields that a cell can say. */
export function settableFields(name: EntityName): { readonly field: string; readonly ref: EntityName | null }[] {
  return Object.entries<Field>(entity(name).fields).flatMap(
    ([field, { type, to }]): { field: string; ref: EntityName | null }[] => {
      if (["custom", "lines"].includes(type) || field === "source" || field === "cameFrom") return [];
      if (type !== "ref") return [{ field, ref: null }];
      return [{ field, ref: to && isEntity(to) ? to : "account" }]; // a record of any kind is named by its id
    },
  );
}
