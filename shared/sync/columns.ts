/**
 * The snapshots of a page as columns: what stands in many rows is said once, so that a row costs a tenth of what it
 * costs as an object. Only the form on the wire: both sides work with whole rows. Form: docs/spec/sync.md, SYNC-P6.
 */
import * as z from "zod/mini";
import { isId } from "../kernel/id.ts";
import type { Row } from "../records/entities.ts";
import type { Value } from "../records/field.ts";
import type { PullLine } from "./protocol.ts";

type Snap = Extract<PullLine, { t: "snap" }>;
/** Custom fields and lists are values too. */
const cell = z.custom<Value>((value) => value !== undefined);
const column = z.union([
  z.strictObject({ c: cell, r: z.optional(z.literal(1)) }), // the same in every row
  z.strictObject({ d: z.array(cell), i: z.string(), r: z.optional(z.literal(1)) }), // choices, and which: a character a row
  // Texts: how all of them begin, and how each goes on, with a tab between; `n`: always so long, nothing between. Empty: null.
  z.strictObject({ p: z.string(), t: z.string(), n: z.optional(z.int()), r: z.optional(z.literal(1)) }),
  z.strictObject({ v: z.array(cell) }),
]);
type Column = z.infer<typeof column>;
const table = z.strictObject({
  e: z.string(),
  n: column, // rows of each key
  cols: z.array(z.tuple([z.string(), column])), // in the order in which they lean on each other
});
export const packedSnaps = z.strictObject({
  t: z.literal("cols"),
  keys: z.int().check(z.gte(0)),
  w: column, // each key's place among the request's wishes, as a step from the one before
  from: column,
  to: column,
  anchor: column, // null: of a key without rows, for its handle says all that may be known
  compartment: column,
  tables: z.array(table),
});
export type PackedSnaps = z.infer<typeof packedSnaps>;

const choicesShare = 0.34; // more different values than this are told one by one
const choiceBase = 48; // the character of the first choice
const mark = "^"; // `^a`: here stands the row's first text before this one; `^A`: in small letters; `^@`: its anchor
const leanMin = 3;
const leanMax = 120; // longer texts quote nothing worth looking for
const leansMax = 26;
const plain = /^[\x20-\x7e]+$/; // small letters of other scripts may differ from one engine to the next
const quotedShare = 0.9; // a column that quotes less than this saves is told as it is

/** All snapshots of a page in one line. `wanted`: the handles of the request, in its order. */
export function packSnaps(snaps: readonly Snap[], wanted: readonly string[]): PackedSnaps {
  const place = new Map(wanted.map((h, index) => [h, index]));
  let last = -1;
  const steps = snaps.map(({ h }) => {
    const at = place.get(h);
    if (at === undefined) throw new Error("a snapshot that nobody asked for");
    const step = at - last;
    last = at;
    return step;
  });
  const groups = new Map<string, { e: string; rows: Row[]; counts: number[] }>();
  snaps.forEach(({ rows }, key) => {
    for (const [e, row] of rows) {
      const form = `${e} ${Object.keys(row).sort().join(" ")}`; // hidden fields are absent, not null: rows alike share a table
      let group = groups.get(form);
      if (!group) groups.set(form, (group = { e, rows: [], counts: snaps.map(() => 0) }));
      group.rows.push(row);
      group.counts[key] = (group.counts[key] ?? 0) + 1;
    }
  });
  const ofKey = (name: "anchor" | "compartment") => columnOf(snaps.map(({ rows }) => rows[0]?.[1][name] ?? null));
  return {
    t: "cols",
    keys: snaps.length,
    w: columnOf(steps),
    from: columnOf(snaps.map(({ from }) => from)),
    to: columnOf(snaps.map(({ to }) => to)),
    anchor: ofKey("anchor"),
    compartment: ofKey("compartment"),
    tables: [...groups.values()].map(({ e, rows, counts }) => ({ e, n: columnOf(counts), cols: packRows(rows) })),
  };
}

function packRows(rows: readonly Row[]): [string, Column][] {
  const names = Object.keys(rows[0] ?? {}).filter((name) => name !== "anchor" && name !== "compartment");
  const columns = names.map((name) => {
    const values = rows.map((row) => row[name] ?? null);
    return { name, values, length: lengthOf(values) };
  });
  const anchors = rows.map(({ anchor }) => anchor);
  const leans: (readonly Value[])[] = [];
  // Short texts first: long ones are made of them (a name of given and family name, an address of a name).
  return columns
    .sort((a, b) => a.length - b.length)
    .map(({ name, values, length }) => {
      const quoted = quoting(values, leans, anchors);
      const short = quoted && lengthOf(quoted) < length * quotedShare ? columnOf(quoted) : { v: [] };
      const made: Column = "v" in short ? columnOf(values) : { ...short, r: 1 };
      if ("t" in made && leans.length < leansMax) leans.push(values);
      return [name, made];
    });
}
const lengthOf = (values: readonly Value[]): number =>
  values.reduce<number>((sum, value) => sum + (typeof value === "string" ? value.length : 0), 0);

/** The texts, with a sign for what they repeat of their row's texts before. Null: this column is told as it is. */
function quoting(
  values: readonly Value[],
  leans: readonly (readonly Value[])[],
  anchors: readonly string[],
): Value[] | null {
  const told = (value: Value): value is string | null =>
    value === null || (typeof value === "string" && !value.includes(mark));
  if (!values.every(told)) return null;
  return values.map((value, row) => {
    if (value === null || value.length > leanMax) return value;
    let text: string = value;
    const quote = (part: string, sign: string): void => {
      if (part.length < leanMin || part.includes(mark)) return;
      let at = text.indexOf(part);
      if (text[at - 1] === mark) at = text.indexOf(part, at + 1); // it began with the sign of a quote
      if (at >= 0 && text[at - 1] !== mark) text = text.slice(0, at) + mark + sign + text.slice(at + part.length);
    };
    quote(anchors[row] ?? "", "@");
    leans.forEach((lean, index) => {
      const part = lean[row];
      if (typeof part !== "string") return;
      quote(part, signOf(index));
      if (plain.test(part)) quote(part.toLowerCase(), signOf(index).toUpperCase());
    });
    return text;
  });
}
const signOf = (index: number): string => String.fromCharCode(97 + index);

function columnOf(values: readonly Value[]): Column {
  const told = values.map((value) => JSON.stringify(value));
  const seen = new Map<string, number>();
  for (const text of told) if (!seen.has(text)) seen.set(text, seen.size);
  if (seen.size <= 1) return { c: values[0] ?? null };
  if (seen.size <= values.length * choicesShare)
    return {
      d: [...seen.keys()].map((text) => JSON.parse(text) as Value),
      i: told.map((text) => String.fromCharCode(choiceBase + (seen.get(text) ?? 0))).join(""),
    };
  // A tab or an empty text would be taken for what stands between texts, or for none.
  const isPlain = (value: Value): value is string | null =>
    value === null || (typeof value === "string" && value !== "" && !value.includes("\t"));
  if (!values.every(isPlain)) return { v: [...values] };
  const texts = values.filter((value) => value !== null);
  let p = texts[0] ?? "";
  for (const text of texts) while (!text.startsWith(p)) p = p.slice(0, -1);
  if (texts.some((text) => text === p)) p = p.slice(0, -1);
  const n = (texts[0]?.length ?? 0) - p.length;
  const even = texts.length === values.length && texts.every((text) => text.length === p.length + n);
  const rest = values.map((value) => (value === null ? "" : value.slice(p.length)));
  return even ? { p, n, t: rest.join("") } : { p, t: rest.join("\t") };
}

export type WireLine = Exclude<PullLine, Snap> | PackedSnaps;
/** A page as it goes out: its snapshots together, in one line. */
export function wireLines(lines: readonly PullLine[], wanted: readonly string[]): WireLine[] {
  const snaps = lines.filter((line) => line.t === "snap");
  const first = lines.findIndex((line) => line.t === "snap");
  return lines.flatMap((line, index): WireLine[] => {
    if (line.t !== "snap") return [line];
    return index === first ? [packSnaps(snaps, wanted)] : [];
  });
}

/** The snapshots again. Null: columns that do not fit together, or speak of keys that were not wanted. */
export function unpackSnaps(packed: PackedSnaps, wanted: readonly string[]): Snap[] | null {
  const { keys } = packed;
  const read = (column: Column, count: number): readonly Value[] | null => valuesOf(column, count);
  const [steps, from, to, anchors, compartments] = [packed.w, packed.from, packed.to, packed.anchor, packed.compartment].map((column) => read(column, keys)); // prettier-ignore
  if (!steps || !from || !to || !anchors || !compartments) return null;
  const snaps: { h: string; from: string; to: string | null; rows: [string, Row][] }[] = [];
  let at = -1;
  for (let key = 0; key < keys; key += 1) {
    at += Number(steps[key]);
    const [h, first, last] = [wanted[at], from[key], to[key]];
    if (h === undefined || typeof first !== "string" || (last !== null && typeof last !== "string")) return null;
    snaps.push({ h, from: first, to: last, rows: [] });
  }
  for (const { e, n, cols } of packed.tables) {
    const counts = read(n, keys)?.map(Number);
    if (!counts) return null;
    const owners = counts.flatMap((count, key) => Array.from({ length: Math.min(count, rowsMax) }, () => key));
    const rows: Record<string, Value>[] = owners.map((key) => ({ anchor: anchors[key] ?? null, compartment: compartments[key] ?? null })); // prettier-ignore
    const leans: (readonly Value[])[] = [];
    for (const [name, column] of cols) {
      const told = read(column, rows.length);
      if (!told) return null;
      const values = "r" in column && column.r ? told.map((text, row) => unquote(text, row, leans, rows)) : told;
      if ("t" in column && leans.length < leansMax) leans.push(values);
      rows.forEach((row, index) => {
        row[name] = values[index] ?? null;
      });
    }
    owners.forEach((key, index) => snaps[key]?.rows.push([e, rows[index] as unknown as Row])); // checked by who holds them
  }
  return snaps.map((snap) => ({ t: "snap", ...snap }));
}
const rowsMax = 100_000; // more rows than any page holds: a count that is nonsense

/**
 * Texts of their own. A part of a text keeps all of it in the engine's memory: one row would hold on to what stood in
 * every other row of its page, also after it was forgotten (SYNC-E3).
 */
const owned = (values: readonly Value[]): readonly Value[] => JSON.parse(JSON.stringify(values)) as readonly Value[];

function valuesOf(column: Column, count: number): readonly Value[] | null {
  let values: readonly Value[];
  if ("c" in column) values = Array.from({ length: count }, () => column.c);
  else if ("v" in column) values = column.v;
  else if ("d" in column)
    values = Array.from(
      { length: column.i.length },
      (_, row) => column.d[column.i.charCodeAt(row) - choiceBase] ?? null,
    );
  else if (column.n !== undefined) {
    const { p, t, n } = column;
    values = owned(Array.from({ length: t.length / n }, (_, row) => p + t.slice(row * n, (row + 1) * n)));
  } else values = count === 0 ? [] : owned(column.t.split("\t").map((text) => (text === "" ? null : column.p + text)));
  return values.length === count ? values : null;
}

function unquote(
  text: Value,
  row: number,
  leans: readonly (readonly Value[])[],
  rows: readonly Readonly<Record<string, Value>>[],
): Value {
  if (typeof text !== "string") return text;
  return text.replaceAll(/\^(.)/g, (_, sign: string) => {
    if (sign === "@") return String(rows[row]?.["anchor"]);
    const small = sign.toLowerCase();
    const part = String(leans[small.charCodeAt(0) - 97]?.[row]);
    return sign === small ? part : part.toLowerCase();
  });
}

/**
 * About how many bytes a row adds to a page, before compression: what the page has said already costs a character, and
 * ids begin alike. A page ends by it (SYNC-P5), so it counts nothing but what this device is sent.
 */
export function weigher(): (e: string, row: Row) => number {
  const said = new Set<string>();
  return (e, row) => {
    let bytes = 0;
    for (const [name, value] of Object.entries(row)) {
      const text = JSON.stringify(value);
      const known = `${e} ${name} ${text}`;
      if (said.has(known)) bytes += 1;
      else bytes += typeof value === "string" && isId(value) ? 20 : text.length;
      said.add(known);
    }
    return bytes;
  };
}
