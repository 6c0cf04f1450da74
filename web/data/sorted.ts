/** A sorted list in pieces: a change moves one short piece and not the whole list; and sorting that can be interrupted. */

const pieceMax = 512;

/** Holds each item once; `compare` never answers 0 for two different items. */
export class SortedList<T> {
  size = 0;
  private pieces: T[][] = [];
  private readonly compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.compare = compare;
  }
  /** Starts anew from items that are in order already. */
  fill(sorted: readonly T[]): void {
    this.pieces = [];
    for (let at = 0; at < sorted.length; at += pieceMax / 2) this.pieces.push(sorted.slice(at, at + pieceMax / 2));
    this.size = sorted.length;
  }
  /** Answers its place. */
  add(item: T): number {
    const at = this.pieceOf(item);
    let piece = this.pieces[at];
    if (!piece) this.pieces.push((piece = []));
    const inside = this.placeIn(piece, item);
    piece.splice(inside, 0, item);
    this.size += 1;
    const place = this.before(at) + inside;
    if (piece.length > pieceMax) this.pieces.splice(at + 1, 0, piece.splice(pieceMax / 2));
    return place;
  }
  /** Answers the place where it was; -1 if it was not there. */
  remove(item: T): number {
    const at = this.pieceOf(item);
    const piece = this.pieces[at];
    const inside = piece ? this.placeIn(piece, item) : 0;
    const found = piece?.[inside];
    if (!piece || found === undefined || this.compare(found, item) !== 0) return -1;
    piece.splice(inside, 1);
    this.size -= 1;
    const place = this.before(at) + inside;
    if (piece.length === 0) this.pieces.splice(at, 1);
    return place;
  }
  /** The place of an item; -1 if it is not there. */
  place(item: T): number {
    const at = this.pieceOf(item);
    const piece = this.pieces[at];
    const inside = piece ? this.placeIn(piece, item) : 0;
    const found = piece?.[inside];
    return found !== undefined && this.compare(found, item) === 0 ? this.before(at) + inside : -1;
  }
  /** The place that an item has or would have. */
  near(item: T): number {
    const at = this.pieceOf(item);
    return this.before(at) + this.placeIn(this.pieces[at] ?? [], item);
  }
  /** The one that it holds of an item: what compares equal. */
  find(item: T): T | undefined {
    const piece = this.pieces[this.pieceOf(item)];
    const found = piece?.[this.placeIn(piece, item)];
    return found !== undefined && this.compare(found, item) === 0 ? found : undefined;
  }
  at(place: number): T | undefined {
    let rest = place;
    for (const piece of this.pieces) {
      if (rest < piece.length) return piece[rest];
      rest -= piece.length;
    }
    return undefined;
  }
  slice(from: number, to: number): T[] {
    const out: T[] = [];
    let start = 0;
    for (const piece of this.pieces) {
      if (start >= to) break;
      if (start + piece.length > from)
        for (let at = Math.max(0, from - start); at < piece.length && start + at < to; at += 1)
          out.push(piece[at] as T);
      start += piece.length;
    }
    return out;
  }
  *[Symbol.iterator](): IterableIterator<T> {
    for (const piece of this.pieces) yield* piece;
  }
  private before(piece: number): number {
    let count = 0;
    for (let at = 0; at < piece; at += 1) count += this.pieces[at]?.length ?? 0;
    return count;
  }
  /** The first piece whose last item does not come before `item`; the last piece, if there is none. */
  private pieceOf(item: T): number {
    let low = 0;
    let high = this.pieces.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const piece = this.pieces[middle] as T[];
      if (this.compare(piece[piece.length - 1] as T, item) < 0) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low);
  }
  private placeIn(piece: readonly T[], item: T): number {
    let low = 0;
    let high = piece.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare(piece[middle] as T, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Steps of a job after which another thing may have the thread. */
export type Steps<T> = Generator<void, T, void>;
const runLength = 16;
const stepLength = 2048;

/** Numbers 0 to count - 1 in the order of `compare`: a merge sort that pauses. */
export function* sortedNumbers(count: number, compare: (a: number, b: number) => number): Steps<Uint32Array> {
  let from = new Uint32Array(count);
  let to = new Uint32Array(count);
  for (let start = 0; start < count; start += runLength) {
    const end = Math.min(count, start + runLength);
    for (let at = start; at < end; at += 1) {
      let place = at;
      for (; place > start && compare(from[place - 1] as number, at) > 0; place -= 1)
        from[place] = from[place - 1] as number;
      from[place] = at;
    }
    if ((start & (stepLength - 1)) === 0) yield;
  }
  let since = 0;
  for (let width = runLength; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(count, start + width);
      const end = Math.min(count, start + 2 * width);
      let a = start;
      let b = middle;
      for (let at = start; at < end; at += 1) {
        if (a < middle && (b >= end || compare(from[a] as number, from[b] as number) <= 0))
          to[at] = from[a++] as number;
        else to[at] = from[b++] as number;
        if ((since += 1) >= stepLength) {
          since = 0;
          yield;
        }
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

const digitBits = 10;
const buckets = 1 << digitBits;
export const wordBits = 30;

/**
 * Numbers 0 to count - 1 in the order of their keys: `words` integers each, the first one weighs most. Equal ones stay
 * in order. A radix sort: no comparisons, the same time whatever the texts have in common.
 */
export function* sortedByKeys(keys: Uint32Array, count: number, words: number): Steps<Uint32Array> {
  let from = new Uint32Array(count);
  let to = new Uint32Array(count);
  for (let at = 0; at < count; at += 1) from[at] = at;
  const starts = new Uint32Array(buckets);
  for (let word = words - 1; word >= 0; word -= 1) {
    for (let shift = 0; shift < wordBits; shift += digitBits) {
      starts.fill(0);
      const digit = (number: number): number => ((keys[number * words + word] as number) >>> shift) & (buckets - 1);
      for (let at = 0; at < count; at += 1) (starts[digit(at)] as number) += 1;
      if (count === 0 || starts[digit(0)] === count) continue; // the same in all
      let start = 0;
      for (let at = 0; at < buckets; at += 1) {
        const next = start + (starts[at] as number);
        starts[at] = start;
        start = next;
      }
      for (let at = 0; at < count; at += 1) {
        const number = from[at] as number;
        const place = digit(number);
        to[starts[place] as number] = number;
        (starts[place] as number) += 1;
      }
      [from, to] = [to, from];
      if (count >= stepLength) yield;
    }
  }
  return from;
}
