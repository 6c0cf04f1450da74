/** From files on disk to rows to import. Every bad file gets a sentence with its name and, where there is one, its line. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { type CsvRow, readCsv, type Table } from "../../shared/exchange/csv.ts";
import { fieldRows } from "../../shared/exchange/fields-csv.ts";
import type { ImportRow } from "../../shared/exchange/import-plan.ts";
import { incidentRows } from "../../shared/exchange/incidents.ts";
import { northwindRows } from "../../shared/exchange/northwind.ts";
import { salesforceObjects, salesforceRow, type SalesforceObject } from "../../shared/exchange/salesforce.ts";
import { entityOfPlural, isEntity } from "../../shared/records/entities.ts";
import { Refused } from "./api.ts";

const salesforceForms = new Map<string, SalesforceObject>(
  salesforceObjects.map((object) => [`salesforce-${object.toLowerCase()}s`, object]),
);
export const forms = ["salesforce", ...salesforceForms.keys(), "northwind", "incidents", "csv"];

export interface Asked {
  readonly as: string;
  readonly entity: string | undefined;
  readonly under: string | undefined;
}

export function readSource(path: string, { as, entity, under }: Asked): ImportRow[] {
  if (as === "salesforce") return salesforceFolder(path);
  const object = salesforceForms.get(as);
  if (object) return salesforceFile(path, object);
  const table = tableOf(path);
  switch (as) {
    case "northwind":
      need(path, table, "CustomerID", "CompanyName");
      return cells(table).flatMap(northwindRows);
    case "incidents":
      need(path, table, "number", "sys_updated_at", "assignment_group");
      if (!under)
        throw new Refused(
          "An incident log names no accounts: say --under and the id or source of the account that the cases belong to.",
        );
      return incidentRows(cells(table), () => under);
    default: {
      const name = entity === undefined ? null : (entityOfPlural(entity) ?? (isEntity(entity) ? entity : null));
      if (!name)
        throw new Refused(
          `--as csv needs --entity with a kind of record, such as contacts${entity ? `; there is no "${entity}"` : ""}.`,
        );
      const rows = fieldRows(name, table);
      if (!rows.ok) throw new Refused(`${path}: ${rows.error.detail}`);
      return under ? rows.value.map((row) => ({ ...row, anchor: row.anchor ?? under })) : rows.value;
    }
  }
}

/** A folder of an export: every object that we know, users first, so that references lead somewhere. */
function salesforceFolder(path: string): ImportRow[] {
  if (!statSync(existing(path)).isDirectory())
    throw new Refused(
      `${path} is a file; --as salesforce takes the folder of an export. For one file there is ${[...salesforceForms.keys()].join(", ")}.`,
    );
  const present = new Set(readdirSync(path));
  const found = salesforceObjects.filter((object) => present.has(`${object}.csv`));
  if (found.length === 0)
    throw new Refused(`${path} holds none of ${salesforceObjects.map((object) => `${object}.csv`).join(", ")}.`);
  return found.flatMap((object) => salesforceFile(join(path, `${object}.csv`), object));
}
function salesforceFile(path: string, object: SalesforceObject): ImportRow[] {
  const table = tableOf(path);
  need(path, table, "Id");
  return cells(table).map((row) => salesforceRow(object, row));
}

function tableOf(path: string): Table {
  if (statSync(existing(path)).isDirectory()) throw new Refused(`${path} is a folder; this form takes one CSV file.`);
  const table = readCsv(decode(readFileSync(path), path));
  if (!table.ok) throw new Refused(`${path}: ${table.error.detail}`);
  return table.value;
}
function existing(path: string): string {
  try {
    statSync(path);
    return path;
  } catch {
    throw new Refused(`There is no file ${path}.`);
  }
}

/** Text of a file: UTF-8, UTF-16 with its mark, or else Windows-1252, which is said, because it is a guess. */
function decode(bytes: Buffer, path: string): string {
  const mark = bytes.subarray(0, 2).toString("hex");
  if (mark === "fffe") return new TextDecoder("utf-16le").decode(bytes);
  if (mark === "feff") return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    process.stderr.write(
      `${basename(path)} is not UTF-8; it is read as Windows-1252. Look at its accents before you commit.\n`,
    );
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

function need(path: string, { header }: Table, ...columns: readonly string[]): void {
  const gone = columns.filter((column) => !header.includes(column));
  if (gone.length > 0) throw new Refused(`${path} has no column ${gone.join(", ")}; it names ${header.join(", ")}.`);
}
const cells = ({ rows }: Table): CsvRow["cells"][] => rows.map((row) => row.cells);
