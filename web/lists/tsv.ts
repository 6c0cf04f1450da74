/**
 * Cells as spreadsheets copy and paste them: tabs between cells, line breaks between rows, quotes around what holds
 * either. Pure.
 */
const runnable = /^[=+\-@]/;

export function parseTsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  for (;;) {
    const quoted = text[at] === '"' ? readQuoted(text, at) : undefined;
    let end = quoted?.end ?? at;
    if (!quoted) while (end < text.length && !/[\t\r\n]/.test(text[end] ?? "")) end += 1;
    row.push(quoted?.cell ?? text.slice(at, end));
    at = end + 1;
    if (text[end] === "\t") continue;
    rows.push(row);
    row = [];
    if (text[end] === "\r" && text[at] === "\n") at += 1;
    if (at >= text.length) return rows; // the break at the end begins no row
  }
}
/** A quote that is never closed, or goes on after its end, is a quote somebody wrote. */
function readQuoted(text: string, from: number): { readonly cell: string; readonly end: number } | undefined {
  let cell = "";
  for (let at = from + 1; ;) {
    const close = text.indexOf('"', at);
    if (close < 0) return undefined;
    cell += text.slice(at, close);
    at = close + 1;
    if (text[at] !== '"') return at >= text.length || /[\t\r\n]/.test(text[at] ?? "") ? { cell, end: at } : undefined;
    cell += '"';
    at += 1;
  }
}

export const tsvText = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => row.map((cell) => (/["\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join("\t")).join("\r\n"); // prettier-ignore

/** A text that a spreadsheet would run gets an apostrophe, as in files (`writeCsv`); coming back it is taken off. */
export const asText = (text: string): string => (runnable.test(text) ? `'${text}` : text);
export const plainText = (cell: string): string => (cell.startsWith("'") && runnable.test(cell.slice(1)) ? cell.slice(1) : cell); // prettier-ignore

/** A rectangle of cells by their places, both ends within. */
export interface Area {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}
export interface Landing {
  readonly cells: readonly { readonly row: number; readonly column: number; readonly text: string }[];
  /** What is beyond the last row or column. */
  readonly lost: { readonly rows: number; readonly columns: number };
}
/**
 * Where what is pasted comes to lie: from the first cell of the area on. Where the area is several times what is pasted, it
 * is filled with it.
 */
export function landing(table: readonly (readonly string[])[], area: Area, rows: number, columns: number): Landing {
  const tall = table.length;
  const wide = Math.max(0, ...table.map((row) => row.length));
  const fill = (size: number, one: number): number => (one > 0 && size % one === 0 ? size : one);
  const [height, width] = [fill(area.bottom - area.top + 1, tall), fill(area.right - area.left + 1, wide)];
  const cells: { row: number; column: number; text: string }[] = [];
  for (let down = 0; down < height && area.top + down < rows; down += 1)
    for (let across = 0; across < width && area.left + across < columns; across += 1) {
      const text = table[down % tall]?.[across % wide];
      if (text !== undefined) cells.push({ row: area.top + down, column: area.left + across, text });
    }
  return {
    cells,
    lost: { rows: Math.max(0, area.top + height - rows), columns: Math.max(0, area.left + width - columns) },
  };
}
