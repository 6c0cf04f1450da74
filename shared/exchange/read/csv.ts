/**
 * CSV in pieces, by Papa Parse: RFC 4180 and what real programs write (`;`, tab and `|` as separator, any line ending, a
 * quote inside a bare cell, `sep=;` in front). No more is held than the row that is not complete yet.
 */
import Papa from "papaparse";

export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
  /** Its quotes don't match: the cells are what was made of them. */
  readonly broken?: "open" | "malformed";
}
/** A quote that nobody closes would take the whole file into one cell. */
const heldMax = 4_000_000;
const headMax = 65_536;

const separators = [",", ";", "\t", "|"];
interface Dialect {
  readonly separator: string;
  readonly newline: "\r\n" | "\n" | "\r";
  /** Line endings are mixed: a carriage return at the end of a row belongs to its end. */
  readonly mixed: boolean;
}

/** By what stands outside of quotes: the separator of the first line, the line endings of the first lines. */
function dialectOf(head: string): Dialect {
  const counts = new Map(separators.map((one) => [one, 0]));
  const ends = { "\r\n": 0, "\n": 0, "\r": 0 };
  let quoted = false;
  let isFirst = true;
  for (let at = 0; at < head.length; at++) {
    const char = head[at] ?? "";
    if (char === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (char === "\r" && head[at + 1] === "\n") {
      ends["\r\n"]++;
      at++;
      isFirst = false;
    } else if (char === "\n" || char === "\r") {
      ends[char]++;
      isFirst = false;
    } else if (isFirst && counts.has(char)) counts.set(char, (counts.get(char) ?? 0) + 1);
  }
  const separator = [...counts].reduce((best, next) => (next[1] > best[1] ? next : best))[0];
  if (ends["\r\n"] > 0 && ends["\n"] === 0) return { separator, newline: "\r\n", mixed: false };
  if (ends["\n"] === 0 && ends["\r"] > 0) return { separator, newline: "\r", mixed: false };
  return { separator, newline: "\n", mixed: ends["\r\n"] > 0 };
}

/** Takes the text of a file piece by piece and answers the rows that are complete. */
export class CsvReader {
  #held = "";
  #line = 1;
  #dialect: Dialect | null = null;
  #hint: string | null = null;
  #started = false;

  push(text: string, isLast: boolean): CsvRecord[] {
    this.#held += text;
    if (!this.#started) {
      if (!isLast && this.#held.length < headMax) return [];
      this.#started = true;
      if (this.#held.startsWith("\uFEFF")) this.#held = this.#held.slice(1);
      const hint = /^sep=(.)(\r\n|\n|\r)/.exec(this.#held);
      if (hint) {
        this.#hint = hint[1] ?? null;
        this.#held = this.#held.slice(hint[0].length);
        this.#line = 2;
      }
    }
    this.#dialect ??= dialectOf(this.#held.slice(0, headMax));
    const { separator, newline, mixed } = this.#dialect;
    const records: CsvRecord[] = [];
    let from = 0;
    const step = ({ data, errors, meta }: Papa.ParseStepResult<string[]>): void => {
      const raw = this.#held.slice(from, meta.cursor);
      const cells = data.length > 0 && Array.isArray(data[0]) ? (data[0] as unknown as string[]) : data;
      const isBlank = /^[\r\n]*$/.test(raw);
      const wrong = errors.find(({ type }) => type === "Quotes");
      if (mixed) cells.push((cells.pop() ?? "").replace(/\r$/, ""));
      if (!isBlank)
        records.push({
          line: this.#line,
          cells,
          ...(wrong ? { broken: wrong.code === "MissingQuotes" ? "open" : "malformed" } : {}),
        });
      this.#line += breaks(raw);
      from = meta.cursor;
    };
    const config = { delimiter: this.#hint ?? separator, newline, quoteChar: '"', escapeChar: '"', step };
    new (Papa.Parser as unknown as PapaParser)(config).parse(this.#held, 0, !isLast);
    this.#held = isLast ? "" : this.#held.slice(from);
    if (this.#held.length > heldMax) {
      records.push({ line: this.#line, cells: [], broken: "open" });
      this.#held = "";
      this.stopped = true;
    }
    return records;
  }
  /** A quote was opened that nothing closes: what comes after its row can't be told from what is in it. */
  stopped = false;
}
type PapaParser = new (config: object) => { parse(input: string, base: number, ignoreLast: boolean): unknown };
const breaks = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0;

export const brokenSays = ({ line, broken }: CsvRecord): string =>
  broken === "open"
    ? `The quote opened on line ${line} is never closed.`
    : `The quotes on line ${line} don't match: a quoted cell goes on after its end.`;
