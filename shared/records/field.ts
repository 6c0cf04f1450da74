import type { Group, Keep } from "./groups.ts";

/**
 * A field as data. Columns, validation, projection and screens are derived from it, so that a field is declared once.
 * `act` names the only mutation that may move a policy-bearing field; `edit` and imports then leave it alone.
 */
export interface Field {
  readonly type: FieldType;
  readonly group: Group;
  readonly keep?: Keep;
  readonly required?: true;
  readonly values?: readonly string[];
  readonly to?: string;
  readonly act?: string;
  /** Written by mutations of its own, with the right to edit: `edit` and imports of what is there leave it alone. */
  readonly apart?: true;
  readonly max?: number;
  /** Never overwritten unseen: an edit must name the value it saw, and loses as a conflict if it moved (sync.md 7). */
  readonly careful?: true;
  /** Stored in the key's anchor row and shared by all its compartments: reassigning an account writes one row. */
  readonly of?: "anchor";
}
type FieldType =
  | "name" // short text that names something
  | "text"
  | "long" // text of several lines
  | "email"
  | "phone"
  | "url"
  | "int"
  | "money" // minor units; the record's `currency` says of what
  | "currency" // ISO 4217
  | "bool"
  | "day" // YYYY-MM-DD
  | "instant" // UTC ms
  | "zone" // IANA
  | "enum"
  | "ref" // id of another record
  | "order" // fractional order key
  | "custom" // custom fields of one group: {name: text | number | boolean | null}
  | "list" // of short texts
  | "lines"; // what is sold: product, name, quantity, price, discount

export type Custom = { readonly [name: string]: string | number | boolean | null };
/** One line of what is sold. `unitMinor` is of the record's currency, before the discount. */
export type Line = {
  /** Null: something that no list of products has. */
  readonly product: string | null;
  readonly name: string;
  readonly quantity: number;
  readonly unitMinor: number;
  readonly discountPct: number;
};
export type Value = string | number | boolean | null | Custom | readonly string[] | readonly Line[];

type ValueOf<F extends Field> = F["type"] extends "int" | "money" | "instant"
  ? number
  : F["type"] extends "bool"
    ? boolean
    : F["type"] extends "custom"
      ? Custom
      : F["type"] extends "list"
        ? readonly string[]
        : F["type"] extends "lines"
          ? readonly Line[]
          : F extends { values: readonly (infer V)[] }
            ? V
            : string;

/** What every record has besides its fields. `ver` never leaves the cell. */
export interface Base {
  readonly id: string;
  readonly anchor: string;
  readonly compartment: string;
  readonly createdAt: number;
  readonly createdBy: string;
}
export type FieldsOf<F extends Record<string, Field>> = { readonly [K in keyof F]: ValueOf<F[K]> | null };
export type FieldsShape = Record<string, Field>;
