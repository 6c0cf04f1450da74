import { sound } from "./letters.ts";
import { score, seen, type Reason, type Seen, type TwinKind, type TwinRow } from "./score.ts";

/**
 * Twins among many records without comparing all with all: only those that share a key are (blocking), and of a key that
 * too many share each only with its neighbours in the order of names. Pure. Source: docs/spec/duplicates.md DUP-1 to DUP-3.
 */

/** Bits from which on two are taken for one; measured in docs/spec/duplicates.md. */
export const thresholds = { automatic: 22, suggestion: 12 } as const;

export interface Twin {
  readonly a: string;
  readonly b: string;
  readonly bits: number;
  readonly by: readonly Reason[];
  readonly sure: boolean;
}

export interface Near {
  readonly id: string;
  readonly bits: number;
  readonly by: readonly Reason[];
  readonly sure: boolean;
}

const askMax = 300; // of one key: who shares it with more is found by another one, or is everywhere
const blockMax = 40;
const neighbours = 8;

const order = (a: string, b: string): number => (a < b ? -1 : 1);

/** Keys under which a row is found: two that are one share at least one, whatever else was misspelt. */
function keysOf(one: Seen): string[] {
  const keys: string[] = [];
  for (const mail of one.emails) keys.push(`m${mail}`);
  for (const phone of one.phones) keys.push(`p${phone}`);
  if (one.website) keys.push(`w${one.website}`);
  if (one.birthday) keys.push(`b${one.birthday}`);
  if (one.joined) keys.push(`n${one.joined}`, `n${[...one.names].toSorted(order).join("")}`);
  const sounds = one.names.filter((word) => word.length > 1).map(sound).slice(0, 4); // prettier-ignore
  for (let i = 0; i < sounds.length; i += 1)
    for (let j = i + 1; j < sounds.length; j += 1)
      keys.push(`s${[sounds[i] ?? "", sounds[j] ?? ""].toSorted(order).join("|")}`);
  for (const word of sounds) {
    if (one.postcode) keys.push(`c${one.postcode}|${word}`);
    if (one.city) keys.push(`t${sound(one.city)}|${word}`);
    for (const number of one.numbers.slice(0, 1)) keys.push(`h${number}|${word}`);
    if (one.company) keys.push(`g${one.company}|${word}`);
    if (one.birthday) keys.push(`y${one.birthday.slice(0, 4)}|${word}`);
  }
  for (const word of one.street.filter((each) => each.length > 3).slice(0, 4)) {
    for (const number of one.numbers.slice(0, 1)) keys.push(`a${number}|${sound(word)}`);
    if (one.postcode) keys.push(`q${one.postcode}|${sound(word)}`);
  }
  if (sounds.length === 1) keys.push(`o${sounds[0]}`);
  return [...new Set(keys)];
}

/** What is like a record that is being made, among many that are there. Rows come and go one by one; asking compares few. */
export class TwinIndex {
  private readonly kind: TwinKind;
  private readonly rows = new Map<string, { readonly of: Seen; readonly keys: readonly string[] }>();
  private readonly blocks = new Map<string, Set<string>>();

  constructor(kind: TwinKind) {
    this.kind = kind;
  }
  put(row: TwinRow): void {
    this.drop(row.id);
    const of = seen(row, this.kind);
    const keys = keysOf(of);
    this.rows.set(row.id, { of, keys });
    for (const key of keys) {
      const block = this.blocks.get(key);
      if (block) block.add(row.id);
      else this.blocks.set(key, new Set([row.id]));
    }
  }
  drop(id: string): void {
    for (const key of this.rows.get(id)?.keys ?? []) {
      const block = this.blocks.get(key);
      block?.delete(id);
      if (block?.size === 0) this.blocks.delete(key);
    }
    this.rows.delete(id);
  }
  /** The likest at most `most`, itself apart. */
  near(row: TwinRow, most = 5): Near[] {
    const one = seen(row, this.kind);
    const asked = new Set<string>();
    const found: Near[] = [];
    for (const key of keysOf(one)) {
      let left = askMax;
      for (const id of this.blocks.get(key) ?? []) {
        if (left-- === 0) break;
        const other = asked.has(id) || id === row.id ? undefined : this.rows.get(id);
        asked.add(id);
        if (!other) continue;
        const { bits, by, clash } = score(one, other.of, this.kind);
        if (bits >= thresholds.suggestion) found.push({ id, bits, by, sure: bits >= thresholds.automatic && !clash });
      }
    }
    return found.toSorted((p, q) => q.bits - p.bits || (p.id < q.id ? -1 : 1)).slice(0, most);
  }
}

/** Twins among `rows`, and of `rows` with `against`; never among `against` alone. The likeliest first. */
export function findTwins(
  rows: readonly TwinRow[],
  against: readonly TwinRow[] = [],
  kind: TwinKind = "person",
  least: number = thresholds.suggestion,
): Twin[] {
  const steps = lookForTwins(rows, against, kind, least);
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}
/** The same in small steps, between which something else may have the thread. */
export function* lookForTwins(
  rows: readonly TwinRow[],
  against: readonly TwinRow[],
  kind: TwinKind,
  least: number = thresholds.suggestion,
): Generator<void, Twin[], void> {
  const all: Seen[] = [];
  for (const row of [...rows, ...against]) if (all.push(seen(row, kind)) % 64 === 0) yield;
  const blocks = new Map<string, number[]>();
  for (const [at, one] of all.entries()) {
    if (at % 64 === 63) yield;
    for (const key of keysOf(one)) {
      const block = blocks.get(key);
      if (block) block.push(at);
      else blocks.set(key, [at]);
    }
  }
  const done = new Set<number>();
  const found: Twin[] = [];
  const compare = (i: number, j: number): void => {
    const [x, y] = i < j ? [i, j] : [j, i];
    const pair = x * all.length + y;
    if (x >= rows.length || done.has(pair)) return;
    done.add(pair);
    const [a, b] = [all[x], all[y]];
    if (!a || !b || a.row.id === b.row.id) return;
    const { bits, by, clash } = score(a, b, kind);
    if (bits >= least) found.push({ a: a.row.id, b: b.row.id, bits, by, sure: bits >= thresholds.automatic && !clash });
  };
  let count = 0;
  for (const block of blocks.values()) {
    if (block.length < 2) continue;
    if (++count % 16 === 0) yield;
    const few = block.length <= blockMax;
    const sorted = few ? block : block.toSorted((i, j) => ((all[i]?.joined ?? "") < (all[j]?.joined ?? "") ? -1 : 1));
    for (let i = 0; i < sorted.length; i += 1)
      for (let j = i + 1; j < (few ? sorted.length : Math.min(sorted.length, i + 1 + neighbours)); j += 1)
        compare(sorted[i] ?? 0, sorted[j] ?? 0);
  }
  return found.toSorted((p, q) => q.bits - p.bits || (p.a + p.b < q.a + q.b ? -1 : 1));
}
