/**
 * Excel workbooks in pieces: the archive by fflate, its XML by saxes. Besides the shared texts of the workbook, no more is
 * held than one row. What stands there counts, not how it looks; formulas are read as their last result.
 */
import { Unzip, UnzipInflate } from "fflate";
import { SaxesParser } from "saxes";
import { columnNames, underColumns, type Bytes, type ReadRow, type ReadTable } from "./rows.ts";

/** The file is none that can be read; its message is a whole sentence. */
export class Unreadable extends Error {}

const pieceBytes = 16_384; // what one piece of an archive can become is bounded by it: a thousand times as much at most
const sharedMax = 256_000_000; // characters of shared texts

interface Part {
  readonly name: string;
  readonly data: Uint8Array;
  readonly isLast: boolean;
}
/** The files of an archive in pieces, those that are wanted. */
async function* unzipped(bytes: Bytes, wanted: (name: string) => boolean): AsyncGenerator<Part> {
  let ready: Part[] = [];
  let failed: Error | null = null;
  const unzip = new Unzip((file) => {
    if (!wanted(file.name)) return;
    file.ondata = (error, data, isLast) => {
      if (error) failed ??= error;
      else ready.push({ name: file.name, data, isLast });
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  const push = (piece: Uint8Array, isLast: boolean): void => {
    try {
      unzip.push(piece, isLast);
    } catch (error) {
      failed ??= error instanceof Error ? error : new Error("damaged");
    }
    if (failed) throw new Unreadable("This archive is damaged: it can't be unpacked.");
  };
  let tail = new Uint8Array(0); // an archive ends with its directory; one that was cut off does not
  for await (const chunk of bytes.read()) {
    tail = joined(tail, chunk).slice(-70_000);
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      push(chunk.subarray(at, at + pieceBytes), false);
      const parts = ready;
      ready = [];
      yield* parts;
    }
  }
  if (!hasEnd(tail)) throw new Unreadable("This archive is damaged: its end is missing.");
  push(new Uint8Array(0), true);
  yield* ready;
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(left.length + right.length);
  both.set(left);
  both.set(right, left.length);
  return both;
}
function hasEnd(tail: Uint8Array): boolean {
  for (let at = tail.length - 22; at >= 0; at--)
    if (tail[at] === 0x50 && tail[at + 1] === 0x4b && tail[at + 2] === 5 && tail[at + 3] === 6) return true;
  return false;
}

type Attributes = Readonly<Record<string, string>>;
const local = (name: string): string => name.slice(name.indexOf(":") + 1);

interface Sax {
  readonly open?: (name: string, attributes: Attributes) => void;
  readonly close?: (name: string) => void;
  readonly text?: (text: string) => void;
}
/** Feeds the files of a workbook to a reader each, and answers after every piece. */
async function* readXml(bytes: Bytes, readers: Readonly<Record<string, Sax>>): AsyncGenerator<void> {
  const parsers = new Map<string, { write(data: Uint8Array, isLast: boolean): void }>();
  for await (const { name, data, isLast } of unzipped(bytes, (file) => Object.hasOwn(readers, file))) {
    let parser = parsers.get(name);
    if (!parser) {
      parser = parserOf(readers[name] ?? {});
      parsers.set(name, parser);
    }
    parser.write(data, isLast);
    yield;
  }
}
function parserOf(reader: Sax) {
  const sax = new SaxesParser();
  const decoder = new TextDecoder("utf-8");
  sax.on("error", () => {
    throw new Unreadable("This workbook is damaged: its contents are no XML.");
  });
  sax.on("opentag", ({ name, attributes }) => reader.open?.(local(name), attributes as Attributes));
  sax.on("closetag", ({ name }) => reader.close?.(local(name)));
  sax.on("text", (said) => reader.text?.(said));
  sax.on("cdata", (said) => reader.text?.(said));
  return {
    write(data: Uint8Array, isLast: boolean) {
      sax.write(decoder.decode(data, { stream: !isLast }));
      if (isLast) sax.close();
    },
  };
}

interface Workbook {
  readonly sheets: readonly { readonly name: string; readonly file: string }[];
  readonly shared: readonly string[];
  /** Whether numbers of a style are days or times. */
  readonly isTime: readonly boolean[];
  readonly since1904: boolean;
}

async function workbookOf(bytes: Bytes): Promise<Workbook> {
  const named: { name: string; rel: string; isHidden: boolean }[] = [];
  const targets = new Map<string, string>();
  const shared: string[] = [];
  const formats = new Map<number, string>();
  const isTime: boolean[] = [];
  let since1904 = false;
  let [entry, inText, inPhonetic, inXfs, sharedSize] = ["", false, false, false, 0];
  for await (const _ of readXml(bytes, {
    "xl/workbook.xml": {
      open: (tag, attributes) => {
        if (tag === "workbookPr") since1904 = ["1", "true"].includes(attributes["date1904"] ?? "");
        if (tag === "sheet")
          named.push({
            name: attributes["name"] ?? "",
            rel: attributes["r:id"] ?? Object.entries(attributes).find(([key]) => key.endsWith(":id"))?.[1] ?? "",
            isHidden: (attributes["state"] ?? "visible") !== "visible",
          });
      },
    },
    "xl/_rels/workbook.xml.rels": {
      open: (tag, attributes) => {
        if (tag === "Relationship") targets.set(attributes["Id"] ?? "", attributes["Target"] ?? "");
      },
    },
    "xl/sharedStrings.xml": {
      open: (tag) => {
        if (tag === "si") entry = "";
        if (tag === "t") inText = true;
        if (tag === "rPh") inPhonetic = true;
      },
      text: (said) => {
        if (inText && !inPhonetic) entry += said;
      },
      close: (tag) => {
        if (tag === "t") inText = false;
        if (tag === "rPh") inPhonetic = false;
        if (tag !== "si") return;
        shared.push(entry);
        sharedSize += entry.length;
        if (sharedSize > sharedMax)
          throw new Unreadable("This workbook is too large to be read here. Save it as CSV and choose that.");
      },
    },
    "xl/styles.xml": {
      open: (tag, attributes) => {
        if (tag === "numFmt") formats.set(Number(attributes["numFmtId"]), attributes["formatCode"] ?? "");
        if (tag === "cellXfs") inXfs = true;
        if (tag === "xf" && inXfs) isTime.push(isTimeFormat(Number(attributes["numFmtId"] ?? "0"), formats));
      },
      close: (tag) => {
        if (tag === "cellXfs") inXfs = false;
      },
    },
  }));
  if (named.length === 0) throw new Unreadable("This is no Excel workbook (.xlsx), or it is encrypted.");
  const sheets = named
    .filter(({ isHidden }) => !isHidden)
    .map(({ name, rel }) => ({ name, file: `xl/${(targets.get(rel) ?? "").replace(/^\/?xl\//, "")}` }));
  return { sheets, shared, isTime, since1904 };
}

/** Formats that Excel has without naming them, and those that name a part of a day or year outside of quotes. */
function isTimeFormat(id: number, formats: ReadonlyMap<number, string>): boolean {
  const code = formats.get(id);
  if (code === undefined) return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 58);
  return /[ymdhs年月日时]/i.test(code.replaceAll(/"[^"]*"|\\.|\[(?!h|m|s)[^\]]*\]|[_*]./gi, ""));
}

const dayMs = 86_400_000;
/** A day since 1900 (or 1904) as `2026-11-27`, with a time of day as `2026-11-27T10:42:00`. */
function timeText(serial: number, since1904: boolean): string {
  if (serial < 0 || serial > 2_958_466) return String(serial);
  const days = since1904 ? serial + 1_462 : serial < 60 ? serial + 1 : serial; // Excel has a 29 February 1900
  const text = new Date(Math.round((days - 25_569) * dayMs)).toISOString();
  if (serial < 1 && serial > 0) return text.slice(11, 19);
  return Number.isInteger(serial) ? text.slice(0, 10) : text.slice(0, 19);
}

/** `AB12` as the number of its column, from 0. */
function columnOf(ref: string): number {
  let at = 0;
  for (const letter of /^[A-Z]+/.exec(ref)?.[0] ?? "") at = at * 26 + letter.charCodeAt(0) - 64;
  return at - 1;
}
const columnsMax = 2_000;

interface SheetRow {
  readonly line: number;
  readonly cells: readonly string[];
}
async function* sheetRows(
  bytes: Bytes,
  file: string,
  { shared, isTime, since1904 }: Workbook,
): AsyncGenerator<SheetRow> {
  let ready: SheetRow[] = [];
  let cells: string[] = [];
  let [line, at, type, style, value, inValue] = [0, 0, "", 0, "", false];
  const textOf = (): string => {
    if (type === "s") return shared[Number(value)] ?? "";
    if (type === "b") return value === "1" ? "true" : "false";
    if (type === "str" || type === "inlineStr" || type === "d" || type === "e" || value === "") return value;
    const number = Number(value);
    if (isTime[style] && Number.isFinite(number)) return timeText(number, since1904);
    return /^-?\d+$/.test(value) || !Number.isFinite(number) ? value : String(number);
  };
  const reader: Sax = {
    open: (tag, attributes) => {
      if (tag === "row") {
        cells = [];
        line = Number(attributes["r"] ?? line + 1);
        at = 0;
      } else if (tag === "c") {
        if (attributes["r"] !== undefined) at = columnOf(attributes["r"]);
        type = attributes["t"] ?? "n";
        style = Number(attributes["s"] ?? "0");
        value = "";
      } else if (tag === "v" || tag === "t") inValue = true;
    },
    text: (said) => {
      if (inValue) value += said;
    },
    close: (tag) => {
      if (tag === "v" || tag === "t") inValue = false;
      else if (tag === "c") {
        if (at >= 0 && at < columnsMax) {
          while (cells.length < at) cells.push("");
          cells[at] = textOf();
        }
        at++;
      } else if (tag === "row" && cells.some((cell) => cell !== "")) ready.push({ line, cells });
    },
  };
  for await (const _ of readXml(bytes, { [file]: reader })) {
    const rows = ready;
    ready = [];
    yield* rows;
  }
  yield* ready;
}

/** The sheets of a workbook that are not hidden and hold anything, each with its first row as names of the columns. */
export async function xlsxTables(bytes: Bytes): Promise<ReadTable[]> {
  const workbook = await workbookOf(bytes);
  const tables: ReadTable[] = [];
  for (const { name, file } of workbook.sheets) {
    const first = await sheetRows(bytes, file, workbook).next();
    if (first.done) continue;
    const columns = columnNames(first.value.cells);
    const rows = async function* (): AsyncGenerator<ReadRow> {
      for await (const row of sheetRows(bytes, file, workbook))
        if (row.line !== first.value.line) yield underColumns(columns, padded(row.cells, columns.length), row.line);
    };
    tables.push({ name, columns, rows });
  }
  return tables;
}
/** A row of a sheet ends with its last cell that is not empty: that is no ragged row. */
const padded = (cells: readonly string[], length: number): readonly string[] =>
  cells.length >= length ? cells : [...cells, ...Array.from({ length: length - cells.length }, () => "")];
