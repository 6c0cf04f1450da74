import { entity, type EntityName, type Row } from "../records/entities.ts";
import type { Custom, Value } from "../records/field.ts";
import type { Group } from "../records/groups.ts";
import type { Fields } from "../records/mutation.ts";

/**
 * The values that a yes is bound to, kept on the approval in a column of the group that each has on its subject. Equal
 * or not is asked of the values themselves: a hash of a discount is no secret to whoever can count to a hundred, and
 * whoever may not see the terms must not be able to try.
 */
type Column = "bound" | "proposed";
const suffix: Partial<Record<Group, string>> = {
  identity: "Shared",
  shared: "Shared",
  terms: "Terms",
  billing: "Billing",
  contract: "Contract",
};
const suffixes = ["Shared", "Terms", "Billing", "Contract"] as const;

export type Scalar = string | number | boolean | null;
const isScalar = (value: Value | undefined): value is Scalar =>
  value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** True if an approval can be bound to the field: a plain value, in a group that approvals have a column for. */
export function canBind(name: EntityName, field: string): boolean {
  const about = entity(name).fields[field];
  return about !== undefined && suffix[about.group] !== undefined && !["custom", "list", "lines"].includes(about.type);
}

/** Field values as the approval's columns. */
export function folded(name: EntityName, values: { readonly [field: string]: Scalar }, column: Column): Fields {
  const columns: Record<string, Record<string, Scalar>> = {};
  for (const [field, value] of Object.entries(values)) {
    const group = entity(name).fields[field]?.group;
    const key = `${column}${group ? (suffix[group] ?? "") : ""}`;
    (columns[key] ??= {})[field] = value;
  }
  return columns;
}

/** The values on an approval, as far as its reader sees them. */
export function unfolded(approval: Row, column: Column): Record<string, Scalar> {
  const values: Record<string, Scalar> = {};
  for (const each of suffixes) {
    const held = approval[`${column}${each}`];
    if (typeof held === "object" && held !== null && !Array.isArray(held)) Object.assign(values, held as Custom);
  }
  return values;
}

/** The names that an approval binds, whether its reader sees the values or not. */
export function bindsOf(approval: Row): readonly string[] {
  const names = approval["binds"];
  return typeof names === "string" && names !== "" ? names.split(",") : [];
}

export interface Compared {
  /** Fields whose value is not the one that was bound. */
  readonly moved: readonly string[];
  /** Fields of which one side or the other is not here: whoever compares does not see them, or does not hold them. */
  readonly unknown: readonly string[];
}
/** A record against the values that an approval binds. */
export function compare(approval: Row, subject: Row): Compared {
  const bound = unfolded(approval, "bound");
  const moved: string[] = [];
  const unknown: string[] = [];
  for (const field of bindsOf(approval)) {
    const now = subject[field];
    const then = bound[field];
    if (now === undefined || then === undefined) unknown.push(field);
    else if (now !== then) moved.push(field);
  }
  return { moved, unknown };
}

/** A record's values of some fields; null: one of them is not here, or is no plain value. */
export function valuesOf(row: Row, fields: readonly string[]): Record<string, Scalar> | null {
  const values: Record<string, Scalar> = {};
  for (const field of fields) {
    const value = row[field];
    if (!isScalar(value)) return null;
    values[field] = value;
  }
  return values;
}
