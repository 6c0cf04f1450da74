import { isDay } from "../kernel/clock.ts";
import { entity, type EntityName } from "../records/entities.ts";
import type { Field } from "../records/field.ts";
import type { Group } from "../records/groups.ts";

/**
 * What a list of records shows, as data: columns, order, groups and conditions. It is in an address, in a saved view and
 * in what is asked online; what it means for a row is said in `web/lists/match.ts`. Rules: docs/spec/lists.md.
 */
export const listed = ["account", "contact", "lead", "opportunity", "case"] as const satisfies readonly EntityName[];
export type Listed = (typeof listed)[number];
export const isListed = (name: string): name is Listed => (listed as readonly string[]).includes(name);

/** What kind of value a condition is about. `quiet`: for how long nobody has been in touch. */
export type Kind = "text" | "choice" | "ref" | "number" | "money" | "day" | "instant" | "flag" | "quiet";
export const ops = [
  "is", "not", "has", "lacks", "gt", "lt", "before", "after", "next", "last", "over", "quiet", "empty", "filled",
] as const; // prettier-ignore
export type Op = (typeof ops)[number];

const given = ["empty", "filled"] as const;
export const opsOf: Readonly<Record<Kind, readonly Op[]>> = {
  text: ["has", "lacks", "is", "not", ...given],
  choice: ["is", "not", ...given],
  ref: ["is", "not", ...given],
  number: ["gt", "lt", "is", ...given],
  money: ["gt", "lt", ...given],
  day: ["next", "last", "over", "before", "after", "is", ...given],
  instant: ["last", "before", "after"],
  flag: ["is"],
  quiet: ["quiet", "last"],
};
/** How many values an operator takes: none, one, or some. */
export const valuesOf = (op: Op, kind: Kind): "none" | "one" | "some" =>
  op === "empty" || op === "filled" || op === "over"
    ? "none"
    : (op === "is" || op === "not") && (kind === "choice" || kind === "ref")
      ? "some"
      : "one";

const kinds: Partial<Record<Field["type"], Kind>> = {
  name: "text", text: "text", long: "text", email: "text", phone: "text", url: "text", zone: "text", currency: "text",
  enum: "choice", ref: "ref", int: "number", money: "money", day: "day", instant: "instant", bool: "flag",
}; // prettier-ignore

/** Something to sort, group and filter by that is no field of the record itself. */
export interface Derived {
  readonly kind: Kind;
  /** What a `ref` leads to. */
  readonly to?: EntityName;
  /** The field that leads to another record, and which of its fields is meant; without `of` the record itself. */
  readonly via?: { readonly field: string; readonly of?: string };
}
const made: Derived = { kind: "instant" };
const ofAccount = (of: string, to: EntityName): Derived => ({ kind: "ref", to, via: { field: "anchor", of } });
const underAccount = {
  anchor: { kind: "ref", to: "account", via: { field: "anchor" } },
  accountOwner: ofAccount("owner", "member"),
  accountTeam: ofAccount("team", "team"),
  createdAt: made,
} satisfies Record<string, Derived>;
export const derived: Readonly<Record<Listed, Readonly<Record<string, Derived>>>> = {
  account: { touched: { kind: "quiet" }, createdAt: made },
  contact: underAccount,
  lead: underAccount,
  opportunity: underAccount,
  case: underAccount,
};

/** Fields that mean nothing to people who look for records. */
const left = new Set(["source", "order", "locale", "stage", "pipeline", "nextActionZone", "closeZone", "restricted"]);
/** Fields of an entity that lists know, with those that are derived. */
export function fieldsOf(name: Listed): readonly string[] {
  const own = Object.entries<Field>(entity(name).fields)
    .filter(([key, field]) => kinds[field.type] && !left.has(key))
    .map(([key]) => key);
  return [...own, ...Object.keys(derived[name])];
}
export function kindOf(name: Listed, key: string): Kind | null {
  const other = Object.hasOwn(derived[name], key) ? derived[name][key] : undefined;
  if (other) return other.kind;
  const { fields } = entity(name);
  const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
  return (field && kinds[field.type]) ?? null;
}
/** Whose readers may know of it. What is derived is made of what its reader sees anyway. */
export function groupOf(name: Listed, key: string): Group {
  return Object.hasOwn(derived[name], key) ? "identity" : (entity(name).fields[key]?.group ?? "unclassified");
}
/** The entity that a `ref` leads to. */
export function targetOf(name: Listed, key: string): EntityName | null {
  const to = derived[name][key]?.to ?? entity(name).fields[key]?.to;
  return to === undefined || to === "record" ? null : (to as EntityName);
}

export const listLimits = {
  filters: 20,
  values: 50,
  columns: 30,
  textMax: 200, // of one value
  daysMax: 3_650,
  widthMin: 48,
  widthMax: 640,
} as const;

export interface Filter {
  readonly field: string;
  readonly op: Op;
  /** Words, numbers, days or ids as text. Of members `me` is whoever looks, of teams `mine` is theirs. */
  readonly values: readonly string[];
}
export interface ListColumn {
  readonly field: string;
  readonly width?: number | undefined;
}
export interface Layout {
  /** Absent: those that the list comes with. */
  readonly columns?: readonly ListColumn[] | undefined;
  readonly sort?: string | undefined;
  readonly group?: string | undefined;
}
export interface ListQuery extends Layout {
  readonly where: readonly Filter[];
}

export const me = "me";
export const mine = "mine";

/** Whether a condition says something that this version can judge: a known field, an operator of its kind, values that fit. */
export function isSound(name: Listed, { field, op, values }: Filter): boolean {
  const kind = kindOf(name, field);
  if (!kind || !opsOf[kind].includes(op)) return false;
  const wanted = valuesOf(op, kind);
  if (wanted === "none" ? values.length > 0 : wanted === "one" ? values.length !== 1 : values.length === 0)
    return false;
  const [value = ""] = values;
  if (wanted === "none") return true;
  if (op === "next" || op === "last" || op === "quiet") return /^\d{1,4}$/.test(value) && Number(value) <= listLimits.daysMax; // prettier-ignore
  switch (kind) {
    case "choice":
      return values.every((one) => entity(name).fields[field]?.values?.includes(one));
    case "number":
    case "money":
      return /^-?\d{1,15}$/.test(value);
    case "day":
    case "instant":
      return isDay(value);
    case "flag":
      return value === "true" || value === "false";
    case "text":
    case "ref":
    case "quiet":
      return true;
  }
}
