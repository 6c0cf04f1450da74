/**
 * CSV of our own making and under our own hands: read strictly, so that a damaged file is refused with its line, and
 * written. What others send is read row by row (`read/`).
 */
import { fail, ok, type Result } from "../kernel/result.ts";
import { brokenSays, CsvReader } from "./read/csv.ts";

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
}
/** One row: its cells by column name, and the line of the file on which it starts. */
interface CsvRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** Reads a table with a header row. Cells are kept byte for byte: no trimming, no guessing of types. */
export function readCsv(text: string): Result<Table> {
  if (text.includes("\0")) return bad("The file holds NUL characters, so it is not text. Save it as CSV in UTF-8.");
  const records = new CsvReader().push(text, true);
  const broken = records.find((record) => record.broken);
  if (broken) return bad(brokenSays(broken));
  const [head, ...rest] = records;
  if (!head) return bad("The file is empty: a header row with the names of the columns is needed.");
  const header = head.cells;
  const nameless = header.findIndex((name) => name.trim() === "");
  if (nameless >= 0) return bad(`Column ${nameless + 1} has no name in the header row.`);
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined) return bad(`The header row names the column "${twice}" twice.`);

  const rows: CsvRow[] = [];
  for (const { line, cells } of rest) {
    if (cells.length !== header.length) {
      return bad(`Line ${line} has ${cells.length} cells, but the header row names ${header.length} columns.`);
    }
    rows.push({ line, cells: Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ""])) });
  }
  return ok({ header, rows });
}

const bad = (detail: string) => fail("invalid", { fields: ["csv"], detail });

/** What a spreadsheet would run; and what we would have made of it, so that it can be told apart when it comes back. */
const isFormula = /^'*[=+\-@\t\r]/;
/** A cell as it was before it was defused. */
export const undefused = (text: string): string =>
  text.startsWith("'") && isFormula.test(text) ? text.slice(1) : text;

/**
 * Writes a table, CRLF between rows. `formulas: "quoted"` puts an apostrophe before cells that a spreadsheet would run
 * (`=`, `+`, `-`, `@`, tab); `"kept"` changes nothing, for programs that read the file again.
 */
export function writeCsv(
  header: readonly string[],
  rows: Iterable<readonly (string | number | boolean | null | undefined)[]>,
  formulas: "quoted" | "kept",
): string {
  const cell = (value: string | number | boolean | null | undefined): string => {
    const raw = value === null || value === undefined ? "" : String(value);
    const safe = formulas === "quoted" && typeof value === "string" && isFormula.test(raw) ? `'${raw}` : raw;
    return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  let text = `${header.map(cell).join(",")}\r\n`;
  for (const row of rows) {
    const line = row.map(cell).join(",");
    text += `${line === "" ? '""' : line}\r\n`; // a blank line would be no row
  }
  return text;
}
