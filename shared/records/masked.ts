import { entity, type EntityName } from "./entities.ts";
import type { Value } from "./field.ts";
import { groupNames, type Group } from "./groups.ts";

/**
 * What a policy lets a wider group know of a field that is hidden from it: the band that an amount lies in, the last
 * characters of a text, or whether there is anything. Computed at the edge (ACCESS-R39), so the value never travels.
 */
export const maskKinds = ["band", "last", "set"] as const;
export interface MaskRule {
  readonly kind: (typeof maskKinds)[number];
  /** Of a band: where the next one begins, ascending. */
  readonly steps?: readonly number[] | undefined;
  /** Of `last`: how many characters. */
  readonly count?: number | undefined;
  /** Whoever reads this group of the record gets the masked value. */
  readonly group: Group;
  readonly why: string;
}
/** By entity and field. */
export type Masks = { readonly [entity in EntityName]?: { readonly [field: string]: MaskRule } | undefined };

/**
 * The masked value is a field of its own, `amountMinor_shared`: the amount, as those who read `shared` may know it. Its
 * name says its group, so that whoever holds a row can cut it by rights without the policy that made it.
 */
export const maskedName = (field: string, group: Group): string => `${field}_${group}`;

/** The group that a name on the wire hangs on: a field's own, or the one in the name of a masked value. */
export function groupOf(name: EntityName, key: string): Group | undefined {
  const { fields } = entity(name);
  if (Object.hasOwn(fields, key)) return fields[key]?.group;
  const at = key.indexOf("_"); // no field and no group has one
  return at > 0 && Object.hasOwn(fields, key.slice(0, at))
    ? groupNames.find((group) => group === key.slice(at + 1))
    : undefined;
}

/** A band names its ends, in the units of its field; null: open. Nothing of an empty value but that it is empty. */
export function masked(rule: MaskRule, value: Value): Value {
  const isEmpty = value === null || value === "";
  switch (rule.kind) {
    case "set":
      return !isEmpty;
    case "band": {
      if (typeof value !== "number") return null;
      const steps = rule.steps ?? [];
      const above = steps.findIndex((step) => value < step);
      const upper = above < 0 ? steps.length : above;
      return { from: steps[upper - 1] ?? null, to: steps[upper] ?? null };
    }
    case "last": {
      if (isEmpty || typeof value !== "string") return null;
      const [letters, count] = [[...value], rule.count ?? 0];
      // Of a text that is hardly longer, the end would be the most of it.
      return letters.length < 2 * count ? "" : letters.slice(letters.length - count).join("");
    }
  }
}

/** What a change from one value to the other is to those who see it masked: nothing, if the mask says the same of both. */
export const looksAlike = (rule: MaskRule, before: Value, after: Value): boolean =>
  JSON.stringify(masked(rule, before)) === JSON.stringify(masked(rule, after));

/** The band in which a hidden value of a row lies; null: the value is known to be empty; undefined: nothing is known. */
export function bandOf(
  row: { readonly [field: string]: Value | undefined },
  field: string,
): { readonly from: number | null; readonly to: number | null } | null | undefined {
  const key = Object.keys(row).find((one) => one.startsWith(`${field}_`));
  const value = key === undefined ? undefined : row[key];
  if (value === null || value === undefined) return value;
  if (typeof value !== "object" || !("from" in value)) return undefined; // masked in another way
  const end = (side: Value | undefined): number | null => (typeof side === "number" ? side : null);
  return { from: end(value["from"]), to: end(value["to"]) };
}
