/**
 * CSV as RFC 4180 says it, read strictly enough that a damaged file is refused with its line, and generously enough for
 * what real programs write: a byte order mark, any line ending, `;` or tab as separator, a quote inside a bare cell.
 */
import { fail, ok, type Result } from "../kernel/result.ts";

export interface Table {
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
}
/** One row: its cells by column name, and the line of the file on which it starts. */
export interface CsvRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

const bom = "\uFEFF";

/** Reads a table with a header row. Cells are kept byte for byte: no trimming, no guessing of types. */
export function readCsv(text: string): Result<Table> {
  if (text.includes("\0")) return bad("The file holds NUL characters, so it is not text. Save it as CSV in UTF-8.");
  const body = text.startsWith(bom) ? text.slice(1) : text;
  const records = readRecords(body, separatorOf(body));
  if (!records.ok) return records;
  const [head, ...rest] = records.value;
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

/** The separator that occurs most in the first line, outside quotes; a comma if none does. */
function separatorOf(text: string): string {
  const counts = new Map([[",", 0], [";", 0], ["\t", 0]]); // prettier-ignore
  let quoted = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    else if (!quoted && (char === "\n" || char === "\r")) break;
    else if (!quoted && counts.has(char)) counts.set(char, (counts.get(char) ?? 0) + 1);
  }
  return [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
}

interface Raw {
  readonly line: number;
  readonly cells: string[];
}

function readRecords(text: string, separator: string): Result<Raw[]> {
  const records: Raw[] = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const record: Raw = { line, cells: [] };
    const start = at;
    for (;;) {
      let cell: string;
      if (text[at] === '"') {
        const opened = line;
        cell = "";
        for (at++; ;) {
          const close = text.indexOf('"', at);
          if (close < 0) return bad(`The quote opened on line ${opened} is never closed.`);
          const part = text.slice(at, close);
          line += lineBreaks(part);
          cell += part;
          at = close + 1;
          if (text[at] !== '"') break;
          cell += '"';
          at++;
        }
        const after = text[at];
        if (after !== undefined && after !== separator && after !== "\n" && after !== "\r") {
          return bad(`On line ${line} a quoted cell is followed by "${after}" instead of a separator.`);
        }
      } else {
        const from = at;
        while (at < text.length && text[at] !== separator && text[at] !== "\n" && text[at] !== "\r") at++;
        cell = text.slice(from, at);
      }
      record.cells.push(cell);
      if (text[at] !== separator) break;
      at++;
    }
    if (at > start) records.push(record); // a blank line is no row
    if (text[at] === "\r" && text[at + 1] === "\n") at++;
    at++;
    line++;
  }
  return ok(records);
}

const lineBreaks = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0;
const bad = (detail: string) => fail("invalid", { fields: ["csv"], detail });

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
    const safe = formulas === "quoted" && typeof value === "string" && /^[=+\-@\t\r]/.test(raw) ? `'${raw}` : raw;
    return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  let text = `${header.map(cell).join(",")}\r\n`;
  for (const row of rows) {
    const line = row.map(cell).join(",");
    text += `${line === "" ? '""' : line}\r\n`; // a blank line would be no row
  }
  return text;
}
