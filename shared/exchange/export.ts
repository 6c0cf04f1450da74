/** Records as a file that leaves the cell: a table for people and spreadsheets, or JSON; each says for whom it was made. */
import type { Field, Value } from "../records/field.ts";
import { entity, type EntityName, type Row } from "../records/entities.ts";
import { baseFields } from "../records/record.ts";
import { writeCsv } from "./csv.ts";

export const exportFormats = ["csv", "json"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** Names of the columns: what any of the rows has, in the order in which fields are declared. */
export function columnsOf(name: EntityName, present: ReadonlySet<string>): string[] {
  const fields = Object.keys(entity(name).fields).filter((field) => present.has(field));
  return ["id", "anchor", ...(name === "account" ? [] : ["account"]), ...fields, "createdAt", "createdBy"];
}
export const isField = (name: EntityName, key: string): boolean =>
  key in entity(name).fields || (baseFields as readonly string[]).includes(key);

function cellOf(name: EntityName, key: string, value: Value | undefined): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  const field: Field | undefined = entity(name).fields[key];
  if (key === "createdAt" || field?.type === "instant") return new Date(Number(value)).toISOString();
  if (typeof value !== "object") return value;
  const isPlain = Array.isArray(value) && value.every((one) => typeof one === "string" && !/[;\n[]/.test(one));
  return isPlain ? (value as readonly string[]).join(";") : JSON.stringify(value);
}

/** For whom and when, on every row: a part that is passed on still says whose it was. */
export const markOf = (who: string, at: number, id: string): string => `${who} · ${new Date(at).toISOString().slice(0, 16)}Z · ${id}`; // prettier-ignore

/** A piece of the table; with its header for the first one. What a spreadsheet would run is defused. */
export function csvPiece(
  name: EntityName,
  columns: readonly string[],
  rows: readonly Row[],
  accounts: ReadonlyMap<string, string>,
  mark: string,
  isFirst: boolean,
): string {
  const header = [...columns, "exportedFor"];
  const cells = rows.map((row) => [
    ...columns.map((key) => (key === "account" ? (accounts.get(row.anchor) ?? null) : cellOf(name, key, row[key]))),
    mark,
  ]);
  const text = writeCsv(header, cells, "quoted");
  return isFirst ? `\uFEFF${text}` : text.slice(text.indexOf("\r\n") + 2);
}

/** The record with its fields and nothing else: masked values are what they are shown as, not what they are. */
export const jsonOf = (name: EntityName, row: Row): Record<string, Value | undefined> =>
  Object.fromEntries(Object.entries(row).filter(([key]) => isField(name, key)));
