/** What every reader of files answers: rows as texts by column, in the order of the file, and what could not be read. */
export type Cells = Readonly<Record<string, string>>;
export interface GoodRow {
  /** Line or row of the file on which it starts, from 1. */
  readonly line: number;
  readonly cells: Cells;
  /** What was odd about it and did no harm. */
  readonly note?: string;
}
export interface BadRow {
  readonly line: number;
  /** Why it could not be read, as a whole sentence. */
  readonly bad: string;
}
export type ReadRow = GoodRow | BadRow;
export const isBad = (row: ReadRow): row is BadRow => "bad" in row;

/** One table of a file: a CSV, a sheet, a list in a JSON, the cards of a vCard file. Read anew at each call, never held. */
export interface ReadTable {
  /** Sheet, list or object; for a CSV the name of the file without its ending. */
  readonly name: string;
  readonly columns: readonly string[];
  rows(): AsyncIterable<ReadRow>;
}

/** A file as bytes that can be read again and again: a `File`, a file on disk, a part of an archive. */
export interface Bytes {
  readonly name: string;
  readonly size: number;
  read(): AsyncIterable<Uint8Array>;
}

/** Names for all columns: none is empty and none stands twice, whatever the header row says. */
export function columnNames(header: readonly string[]): string[] {
  const taken = new Set<string>();
  return header.map((cell, index) => {
    const wanted = cell.trim() === "" ? `Column ${index + 1}` : cell.trim();
    let name = wanted;
    for (let n = 2; taken.has(name); n++) name = `${wanted} (${n})`;
    taken.add(name);
    return name;
  });
}

/** A row of cells under its columns; ragged ones are filled or refused, and say so. */
export function underColumns(columns: readonly string[], cells: readonly string[], line: number): ReadRow {
  const over = cells.slice(columns.length);
  if (over.some((cell) => cell.trim() !== ""))
    return { line, bad: `It has ${cells.length} cells, but there are ${columns.length} columns.` };
  const row = Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? ""]));
  return cells.length < columns.length && !(cells.length === 0)
    ? { line, cells: row, note: `It has ${cells.length} cells of ${columns.length}; the rest was taken as empty.` }
    : { line, cells: row };
}
