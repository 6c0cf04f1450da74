/**
 * An import from its file's side: rows are read, mapped and sent in portions, one after the other, and nothing but the
 * portion at hand is held. Who calls brings the transport and the clock; the screen and the command line do the same.
 */
import { edgeLimits, limits } from "../kernel/limits.ts";
import { bytesMax, utf8Bytes } from "./chunks.ts";
import { Hashes } from "./hash.ts";
import { importRowsMax, type Difference, type ImportError, type ImportReport, type ImportRow, type Unresolved } from "./import-plan.ts"; // prettier-ignore
import { mapRow, type Mapping } from "./mapping.ts";
import { isBad, type ReadTable } from "./read/rows.ts";

interface Said {
  readonly line: number;
  readonly detail: string;
}
interface Portion {
  readonly n: number;
  readonly rows: readonly ImportRow[];
  readonly unread: readonly Said[];
  readonly notes: readonly Said[];
}
export interface Job {
  readonly table: ReadTable;
  readonly mapping: Mapping;
}
type Item = { readonly row: ImportRow } | { readonly unread: Said } | { readonly note: Said };

async function* itemsOf({ table, mapping }: Job): AsyncGenerator<Item> {
  const cut = (detail: string): string => detail.slice(0, limits.textMax);
  for await (const read of table.rows()) {
    if (isBad(read)) {
      yield { unread: { line: read.line, detail: cut(read.bad) } };
      continue;
    }
    const { line, cells, note } = read;
    if (note !== undefined) yield { note: { line, detail: cut(note) } };
    const mapped = mapRow(mapping, cells, line);
    for (const detail of mapped.notes) yield { note: { line, detail: cut(detail) } };
    if (mapped.refused !== undefined) yield { unread: { line, detail: cut(mapped.refused) } };
    for (const row of mapped.rows) yield { row };
  }
}
async function* rowsAsItems(rows: readonly ImportRow[]): AsyncGenerator<Item> {
  for (const row of rows) yield { row };
}

/** The same file and mapping make the same portions: by number and size, as one request may hold. */
async function* portionsOf(items: AsyncIterable<Item>, first: number): AsyncGenerator<Portion> {
  let n = first;
  let rows: ImportRow[] = [];
  let unread: Said[] = [];
  let notes: Said[] = [];
  let bytes = 0;
  for await (const item of items) {
    const size = utf8Bytes(JSON.stringify(item)) + 1;
    const isFull =
      rows.length === importRowsMax ||
      unread.length === edgeLimits.importUnreadMax ||
      notes.length === edgeLimits.importUnreadMax ||
      bytes + size > bytesMax;
    if (isFull) {
      yield { n: n++, rows, unread, notes };
      [rows, unread, notes, bytes] = [[], [], [], 0];
    }
    if ("row" in item) rows.push(item.row);
    else if ("unread" in item) unread.push(item.unread);
    else notes.push(item.note);
    bytes += size;
  }
  if (rows.length + unread.length > 0) yield { n, rows, unread, notes };
}

export interface RunState {
  readonly id: string;
  readonly state: "open" | "done" | "undoing" | "undone";
  readonly parts: number;
  readonly created: number;
  readonly updated: number;
  readonly same: number;
  readonly refused: number;
  readonly waits: number;
  readonly taken: number;
  readonly kept: number;
}
export interface PortionAnswer extends ImportReport {
  readonly differences?: readonly Difference[];
}
export interface Transport {
  start(ask: { readonly name: string; readonly print: string; readonly mapping: string }): Promise<RunState>;
  send(body: Record<string, unknown>): Promise<PortionAnswer>;
  /** One step; `left`: how much is to come. */
  finish(id: string): Promise<RunState & { readonly left: number }>;
}
export interface Progress {
  /** Rows that were read and looked at. */
  readonly rows: number;
  readonly refused: number;
  readonly phase: "reading" | "sending" | "settling";
}
export interface Outcome {
  readonly run: RunState | null;
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly skipped: number;
  readonly waits: number;
  readonly refused: number;
  readonly unresolvedCount: number;
  /** The first of each; all of them are in the report of an import. */
  readonly errors: readonly (ImportError & { readonly line?: number })[];
  readonly unresolved: readonly Unresolved[];
  readonly unread: readonly Said[];
  readonly notes: readonly Said[];
  readonly noteCount: number;
  readonly differences: readonly Difference[];
  readonly approvals: readonly string[];
  /** It went on where an earlier one broke off, after so many portions. */
  readonly resumed: number;
}
export interface Wanted {
  readonly name: string;
  readonly print: string;
  readonly commit: boolean;
  /** How many of each list are kept; the rest is counted. */
  readonly shown?: number;
}

/** Carries out an import, or tries it. `stopped` is asked before each portion; a stopped import can be gone on with. */
export async function carryOut(
  jobs: readonly Job[] | readonly ImportRow[],
  wanted: Wanted,
  transport: Transport,
  told: (progress: Progress) => void,
  stopped: () => boolean = () => false,
): Promise<Outcome> {
  const { commit, shown = 200 } = wanted;
  const isRows = (list: readonly (Job | ImportRow)[]): list is readonly ImportRow[] => list.length > 0 && !("table" in (list[0] ?? {})); // prettier-ignore
  const mapping = isRows(jobs) ? "" : JSON.stringify(jobs.map((job) => job.mapping));
  const run = commit ? await transport.start({ name: wanted.name, print: wanted.print, mapping }) : null;
  const before = run?.parts ?? 0;
  const sum = { rows: 0, created: 0, updated: 0, skipped: 0, waits: 0, refused: 0, unresolvedCount: 0, noteCount: 0 };
  const errors: (ImportError & { line?: number })[] = [];
  const unresolved: Unresolved[] = [];
  const lists = { unread: [] as Said[], notes: [] as Said[], differences: [] as Difference[] };
  const approvals = new Set<string>();
  const coming = new Hashes();
  const keep = <T>(list: T[], more: readonly T[]): void => void list.push(...more.slice(0, Math.max(0, shown - list.length))); // prettier-ignore
  let next = 1;
  const sources: AsyncIterable<Item>[] = isRows(jobs) ? [rowsAsItems(jobs)] : jobs.map(itemsOf);
  for (const items of sources) {
    for await (const { n, rows, unread, notes } of portionsOf(items, next)) {
      next = n + 1;
      sum.rows += rows.filter(({ only }) => only === undefined).length + unread.length;
      sum.refused += unread.length;
      sum.noteCount += notes.length;
      keep(lists.unread, unread);
      keep(lists.notes, notes);
      if (run && n <= before) continue; // done before it broke off
      if (stopped()) return { run, ...sum, errors, unresolved, ...lists, approvals: [...approvals], resumed: before };
      const body = run ? { rows, commit: true, run: run.id, n, unread, notes } : { rows, unread, whole: true };
      const answer = await transport.send(body);
      const seen = run ? answer : foreseen(rows, answer, coming);
      sum.created += seen.created;
      sum.updated += seen.updated;
      sum.skipped += seen.skipped;
      const lines = new Map(rows.flatMap(({ source, line }) => (line === undefined ? [] : [[source, line] as const])));
      const named = seen.errors.map((error) => ({ ...error, ...(lines.has(error.source) ? { line: lines.get(error.source) ?? 0 } : {}) })); // prettier-ignore
      sum.waits += named.filter(({ code }) => code === "needs_approval").length;
      sum.refused += named.filter(({ code }) => code !== "needs_approval").length;
      sum.unresolvedCount += seen.unresolved.length;
      keep(errors, named);
      keep(unresolved, seen.unresolved);
      keep(lists.differences, answer.differences ?? []);
      if (seen.approval) approvals.add(seen.approval);
      told({ rows: sum.rows, refused: sum.refused, phase: run ? "sending" : "reading" });
    }
  }
  let last: RunState | null = run;
  if (run)
    for (let left = 1; left > 0;) {
      const step = await transport.finish(run.id);
      left = step.left;
      last = step;
      told({ rows: sum.rows, refused: sum.refused, phase: "settling" });
    }
  const whole = last ? { created: last.created, updated: last.updated, skipped: last.same, refused: last.refused, waits: last.waits } : {}; // prettier-ignore
  return { run: last, ...sum, ...whole, errors, unresolved, ...lists, approvals: [...approvals], resumed: before };
}

/**
 * A dry run leaves nothing behind for the portions after it. What they miss only for that reason, because it was found good
 * in this one or an earlier one, would be there in a real import.
 */
function foreseen(rows: readonly ImportRow[], report: ImportReport, coming: Hashes): ImportReport {
  const refused = new Map(report.errors.map((error) => [error.source, error]));
  const bySource = new Map(rows.map((row) => [row.source, row]));
  const comes = (source: string, depth = 0): boolean => {
    if (coming.has(source)) return true;
    const row = bySource.get(source);
    if (!row || depth > 8) return false; // a chain that long is a circle
    const error = refused.get(source);
    return (
      !error ||
      (error.code === "missing" && error.fields.length > 0 && missed(row, error).every((ref) => comes(ref, depth + 1)))
    );
  };
  const errors = report.errors.filter(({ source }) => !comes(source));
  const wrong = new Set(errors.map(({ source }) => source));
  // What a row names besides is not looked at where it missed its account: what the file does not bring is said to be open.
  const saved = report.errors
    .filter(({ source }) => !wrong.has(source))
    .flatMap(({ source }): Unresolved[] => {
      const entries = Object.entries(bySource.get(source)?.refs ?? {});
      return entries.flatMap(([field, refs]) => [refs].flat().map((ref) => ({ source, field, ref }))).filter(({ ref }) => !/^(name|email):|^[a-z]+_/.test(ref)); // prettier-ignore
    });
  const unresolved = [...report.unresolved, ...saved].filter(({ ref }) => !comes(ref));
  for (const { source } of rows) if (!wrong.has(source)) coming.add(source);
  return { ...report, created: report.created + report.errors.length - errors.length, errors, unresolved };
}
const missed = (row: ImportRow, { fields }: ImportError): string[] =>
  fields.flatMap((field) => (field === "anchor" ? (row.anchor ?? row.under ?? "") : (row.refs?.[field] ?? "")));
