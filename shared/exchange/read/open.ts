/** A file as tables, whatever it is: told by its first bytes, then by its name. */
import { brokenSays, CsvReader } from "./csv.ts";
import { jsonTables } from "./json.ts";
import { mailTable } from "./mail.ts";
import { columnNames, underColumns, type Bytes, type ReadRow, type ReadTable } from "./rows.ts";
import { encodingOf, textOf, type Encoding } from "./text.ts";
import { vcardTable } from "./vcard.ts";
import { Unreadable, xlsxTables } from "./xlsx.ts";

export { Unreadable } from "./xlsx.ts";
type FileKind = "csv" | "xlsx" | "vcard" | "json" | "mail";
export interface ReadFile {
  readonly kind: FileKind;
  readonly encoding: Encoding;
  /** False: it was guessed. */
  readonly sure: boolean;
  readonly tables: readonly ReadTable[];
}

const stem = (name: string): string => (name.split(/[/\\]/).at(-1) ?? name).replace(/\.[^.]*$/, "");

/** Throws `Unreadable` with a whole sentence for what no reader takes. `encoding`: as somebody chose, instead of the guess. */
export async function openFile(bytes: Bytes, encoding?: Encoding): Promise<ReadFile> {
  if (bytes.size === 0) throw new Unreadable("The file is empty.");
  const head = await headOf(bytes);
  if (head[0] === 0x50 && head[1] === 0x4b)
    return { kind: "xlsx", encoding: "utf-8", sure: true, tables: await xlsxTables(bytes) };
  if (head[0] === 0xd0 && head[1] === 0xcf)
    throw new Unreadable("This is an old or encrypted Excel file. Save it as .xlsx or CSV and choose that.");
  const guess = encoding ? { encoding, sure: true } : await encodingOf(bytes);
  const kind = kindOf(bytes.name, new TextDecoder(guess.encoding).decode(head));
  const name = stem(bytes.name);
  switch (kind) {
    case "vcard":
      return { kind, ...guess, tables: [vcardTable(bytes, guess.encoding)] };
    case "mail":
      return { kind, ...guess, tables: [mailTable(bytes)] };
    case "json":
      return { kind, ...guess, tables: await jsonTables(bytes, guess.encoding, name) };
    default:
      return { kind: "csv", ...guess, tables: [await csvTable(bytes, guess.encoding, name)] };
  }
}

async function headOf(bytes: Bytes): Promise<Uint8Array> {
  const head = new Uint8Array(4_096);
  let length = 0;
  for await (const part of bytes.read()) {
    const more = part.subarray(0, head.length - length);
    head.set(more, length);
    length += more.length;
    if (length === head.length) break;
  }
  return head.subarray(0, length);
}

function kindOf(name: string, head: string): FileKind {
  const start = head.replace(/^\uFEFF/, "").trimStart();
  if (/^BEGIN:VCARD/i.test(start) || /\.vcf$/i.test(name)) return "vcard";
  if (/\.(eml|mail)$/i.test(name)) return "mail";
  if (/\.(json|ndjson|jsonl)$/i.test(name) || /^(\{\s*"|\[\s*[{\]])/.test(start)) return "json";
  return "csv";
}

async function* csvRecords(bytes: Bytes, encoding: Encoding) {
  const reader = new CsvReader();
  for await (const text of textOf(bytes, encoding)) {
    yield* reader.push(text, false);
    if (reader.stopped) return;
  }
  yield* reader.push("", true);
}

async function csvTable(bytes: Bytes, encoding: Encoding, name: string): Promise<ReadTable> {
  const first = await csvRecords(bytes, encoding).next();
  if (first.done) throw new Unreadable("The file is empty: a first row with the names of the columns is needed.");
  const head = first.value;
  if (head.broken) throw new Unreadable(brokenSays(head));
  if (head.cells.some((cell) => cell.includes("\0")))
    throw new Unreadable("The file is no text: it holds bytes that no letter has.");
  const columns = columnNames(head.cells);
  const rows = async function* (): AsyncGenerator<ReadRow> {
    let isFirst = true;
    for await (const record of csvRecords(bytes, encoding)) {
      if (isFirst) {
        isFirst = false;
        continue;
      }
      if (record.broken) yield { line: record.line, bad: brokenSays(record) };
      else yield underColumns(columns, record.cells, record.line);
    }
  };
  return { name, columns, rows };
}
