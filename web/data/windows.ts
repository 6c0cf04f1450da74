/**
 * Live windows over the local copy: filtered, sorted, limited. Windows of the same sort share one index; a change costs
 * each of them a binary search and not a sort, and an index that was built once stays for the next window, in either
 * direction. Rules: docs/spec/sync.md (SYNC-L1).
 */
import { entityOfId, type EntityName, type RecordOf, type Row } from "../../shared/records/entities.ts";
import { Collation, type TextOrder } from "./collate.ts";
import type { Jobs } from "./jobs.ts";
import { sortedByKeys, SortedList, sortedNumbers, wordBits, type Steps } from "./sorted.ts";
import { Tally } from "./tally.ts";
import type { ListQuery, Look, SortKey, TallyQuery } from "./types.ts";

export interface Source {
  record(id: string): Row | undefined;
  records(entity: EntityName, anchor?: string): Iterable<Row>;
}

/** `other`: text that the alphabet does not know, told by the collator alone. */
const Kind = { number: 0, text: 1, other: 2, none: 3 } as const;
interface Key {
  readonly kind: (typeof Kind)[keyof typeof Kind];
  readonly value: string | number | null;
  readonly hi: number;
  readonly lo: number;
}
/**
 * A row in an index, with the key of the first field; those of further fields are `more`. An index and the filtered lists
 * over it hold the same item, so that a row whose place stays is changed once for all of them.
 */
interface Item extends Key {
  row: Row;
  readonly more: readonly Key[] | null;
}
interface Order {
  readonly key: string;
  readonly of: (row: Row, look: Look) => SortValue;
  readonly refs: readonly string[];
  readonly down: boolean;
}
type SortValue = string | number | null;

const numberWords = 3;
const keyWords = 6; // 24 characters or more tell almost all names apart; the rest is asked of the collator
const lookEvery = 512;
/** Indexes over a whole entity that are kept although no window uses them: for the way back. */
const spareIndexes = 6;
/** More changes at once than this, and than this share of the rows, are sorted anew and not moved one by one. */
const bulk = 1000;
const bulkShare = 0.1;
/** Of what changed while an index was built, so many are moved one by one. */
const lateMax = 250;

function ordersOf(sort: string | readonly SortKey[] | undefined): readonly Order[] {
  if (typeof sort === "object")
    return sort.map(({ key, of, refs = [], down = false }) => ({
      key: `=${key}`,
      of: (row, look) => sortValue(of(row as never, look)),
      refs,
      down,
    }));
  return (sort ?? "")
    .split(",")
    .filter(Boolean)
    .map((name) => {
      const down = name.startsWith("-");
      const key = down ? name.slice(1) : name;
      const [field = "", of] = key.split(".");
      if (of === undefined) return { key, of: (row) => sortValue(row[field]), refs: [], down };
      return { key, of: (row, look) => sortValue(look(String(row[field] ?? ""))?.[of]), refs: [field], down };
    });
}
function sortValue(value: unknown): SortValue {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "string" || typeof value === "number") return value;
  return JSON.stringify(value);
}

const bits = new DataView(new ArrayBuffer(8));
/** Three integers that are ordered as the number is. */
function spreadNumber(value: number, keys: Uint32Array, from: number): void {
  bits.setFloat64(0, value === 0 ? 0 : value); // -0 is 0
  const negative = bits.getUint8(0) >= 128;
  const high = (negative ? ~bits.getUint32(0) : bits.getUint32(0) ^ 0x80000000) >>> 0;
  const low = (negative ? ~bits.getUint32(4) : bits.getUint32(4)) >>> 0;
  keys[from] = high >>> 2;
  keys[from + 1] = ((high & 3) << 28) | (low >>> 4);
  keys[from + 2] = low & 15;
}

const noKey: Key = { kind: Kind.none, value: null, hi: 0, lo: 0 };

/** What an index is of. */
interface Of {
  readonly entity: EntityName;
  /** Only rows under this one. */
  readonly anchor: string | undefined;
  readonly orders: readonly Order[];
}
/** Records by id, as they were before: undefined if they are new. */
type Changes = ReadonlyMap<string, Row | undefined>;
const noChanges: Changes = new Map();
export interface Changed {
  readonly id: string;
  readonly entity: EntityName;
  readonly before?: Row | undefined;
}
interface Move {
  readonly old: Item | undefined;
  readonly next: Item | undefined;
  /** Its place may be another one. */
  readonly keys: boolean;
}

/** Rows in one order, with their keys. */
class Sorted {
  readonly list: SortedList<Item>;
  /** Rows with a value in the first field: they are turned round for the other direction, the empty ones stay last. */
  filled = 0;
  private readonly source: Source;
  private readonly of: Of;
  private readonly look: Look;
  private text: TextOrder;
  private readonly collation: Collation;
  /**
   * The items by id, if some order looks through a field: what a row's key was can't be told from the row alone then.
   * Else it can, and nothing is kept.
   */
  private readonly items: Map<string, Item> | null;
  /** Who points at a record, by the fields that some order or filter looks through. */
  private readonly refs = new Map<string, Map<string, Set<string>>>();

  constructor(source: Source, of: Of, collation: Collation) {
    this.source = source;
    this.of = of;
    this.look = (id) => source.record(id);
    this.collation = collation;
    this.text = collation.current;
    this.list = new SortedList(this.compare);
    this.items = of.orders.some(({ refs }) => refs.length > 0) ? new Map() : null;
  }
  item(id: string): Item | undefined {
    if (this.items) return this.items.get(id);
    const row = this.present(id);
    return row && this.itemOf(row);
  }
  /** From now on a change of what these fields point at is a change of the rows that point. */
  watch(fields: Iterable<string>): void {
    for (const field of fields) {
      if (this.refs.has(field)) continue;
      this.refs.set(field, new Map());
      for (const { row } of this.list) this.point(field, row);
    }
  }
  pointingAt(ids: readonly string[]): Set<string> {
    const found = new Set<string>();
    for (const by of this.refs.values()) for (const id of ids) for (const from of by.get(id) ?? []) found.add(from);
    return found;
  }

  /** Takes in one record as it is now. `before`: as it was taken in; `again`: what it points at is different. */
  move(id: string, before: Row | undefined, again: boolean): Move | "unknown" | null {
    const row = this.present(id);
    const known = before && this.holds(before) ? before : undefined;
    if (known === row && !again) return null;
    const old = this.items ? this.items.get(id) : known && this.itemOf(known);
    const next = row && this.itemOf(row);
    if (old && next && this.compare(old, next) === 0) {
      const held = this.list.find(old);
      if (!held) return "unknown";
      this.unpoint(old.row);
      held.row = next.row;
      this.pointAll(held.row);
      return { old: held, next: held, keys: false };
    }
    if (old) {
      if (this.list.remove(old) < 0) return "unknown";
      if (old.kind !== Kind.none) this.filled -= 1;
      this.items?.delete(id);
      this.unpoint(old.row);
    }
    if (next) {
      this.list.add(next);
      if (next.kind !== Kind.none) this.filled += 1;
      this.items?.set(id, next);
      this.pointAll(next.row);
    }
    return { old, next, keys: true };
  }
  private present(id: string): Row | undefined {
    const row = entityOfId(id) === this.of.entity ? this.source.record(id) : undefined;
    return row && this.holds(row) ? row : undefined;
  }
  private holds(row: Row): boolean {
    return this.of.anchor === undefined || row.anchor === this.of.anchor;
  }
  private pointAll(row: Row): void {
    for (const field of this.refs.keys()) this.point(field, row);
  }
  private point(field: string, row: Row): void {
    const to = row[field];
    if (typeof to !== "string") return;
    const by = this.refs.get(field);
    const from = by?.get(to);
    if (from) from.add(row.id);
    else by?.set(to, new Set([row.id]));
  }
  private unpoint(row: Row): void {
    for (const [field, by] of this.refs) {
      const to = row[field];
      if (typeof to !== "string") continue;
      const from = by.get(to);
      from?.delete(row.id);
      if (from?.size === 0) by.delete(to);
    }
  }

  // --- order

  private itemOf(row: Row): Item {
    const { orders } = this.of;
    const first = orders[0];
    const { kind, value, hi, lo } = first ? this.key(first.of(row, this.look)) : noKey;
    const more = orders.length > 1 ? orders.slice(1).map(({ of }) => this.key(of(row, this.look))) : null;
    return { kind, value, hi, lo, row, more };
  }
  private key(value: SortValue): Key {
    if (value === null) return noKey;
    if (typeof value === "number") return { kind: Kind.number, value, hi: 0, lo: 0 };
    const kind = this.text.pack(value) ? Kind.text : Kind.other;
    return { kind, value, hi: this.text.hi, lo: this.text.lo };
  }
  /** Empty ones last, whichever the direction; numbers before texts; ids break ties. */
  readonly compare = (a: Item, b: Item): number => {
    const { orders } = this.of;
    for (let at = 0; at < orders.length; at += 1) {
      const down = orders[at]?.down ?? false;
      const side =
        at === 0 ? this.side(a, b, down) : this.side(a.more?.[at - 1] ?? noKey, b.more?.[at - 1] ?? noKey, down);
      if (side !== 0) return side;
    }
    return a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0;
  };
  private side(a: Key, b: Key, down: boolean): number {
    if (a.kind === Kind.none || b.kind === Kind.none) return a.kind === b.kind ? 0 : a.kind === Kind.none ? 1 : -1;
    let side: number;
    if (a.kind === Kind.number || b.kind === Kind.number)
      side =
        a.kind !== b.kind
          ? a.kind - b.kind
          : Number(Number(a.value) > Number(b.value)) - Number(Number(a.value) < Number(b.value));
    else if (a.kind === Kind.text && b.kind === Kind.text)
      side = a.hi - b.hi || a.lo - b.lo || this.text.compare(a.value as string, b.value as string, true);
    else side = this.text.compare(a.value as string, b.value as string, false);
    return down ? -side : side;
  }

  // --- building

  /** The rows are those of this instant, though the work comes later: what changes meanwhile is told apart. */
  build(fields: Iterable<string>): Steps<void> {
    const rows: Row[] = [];
    for (const row of this.source.records(this.of.entity, this.of.anchor)) if (this.holds(row)) rows.push(row);
    return this.sort(rows, fields);
  }
  private *sort(rows: readonly Row[], fields: Iterable<string>): Steps<void> {
    const keys = new Uint32Array(rows.length * keyWords);
    // Texts with characters that have no rank yet: these are given one, and the keys are made once more.
    let groups = yield* this.keyed(rows, keys);
    const fresh = new Set<number>();
    for (const { value } of groups.others) this.collation.unknown(String(value), fresh);
    if (fresh.size > 0) {
      this.collation.learn(fresh);
      this.text = this.collation.current;
      groups = yield* this.keyed(rows, keys);
    }
    this.filled = rows.length - groups.none.length;
    const down = this.of.orders[0]?.down ?? false;
    const numbers = yield* this.byKeys(groups.numbers, numberWords, down, numberKeys(groups.numbers));
    const texts = yield* this.byKeys(groups.texts, keyWords, down, keys);
    const parts = [numbers, merged(texts, yield* this.ordered(groups.others), this.compare)];
    if (down) parts.reverse();
    const sorted = parts[0]?.concat(parts[1] ?? [], yield* this.ordered(groups.none)) ?? [];
    yield;
    this.list.fill(sorted);
    yield;
    if (this.items) for (const item of this.list) this.items.set(item.row.id, item);
    for (const field of fields) {
      yield;
      this.watch([field]);
    }
  }
  /** Rows with their keys; those of texts also stand in `keys`, in the same order. */
  private *keyed(rows: readonly Row[], keys: Uint32Array): Steps<Groups> {
    const groups: Groups = { numbers: [], texts: [], others: [], none: [] };
    const [first, ...rest] = this.of.orders;
    for (let at = 0; at < rows.length; at += 1) {
      if (at % lookEvery === lookEvery - 1) yield;
      const row = rows[at] as Row;
      const more = rest.length > 0 ? rest.map(({ of }) => this.key(of(row, this.look))) : null;
      const value = first ? first.of(row, this.look) : null;
      if (typeof value === "string") {
        const place = groups.texts.length * keyWords;
        if (this.text.spread(value, keys, place, keyWords))
          groups.texts.push({ kind: Kind.text, value, hi: keys[place] ?? 0, lo: keys[place + 1] ?? 0, row, more });
        else groups.others.push({ kind: Kind.other, value, hi: -1, lo: -1, row, more });
      } else if (value === null) groups.none.push({ kind: Kind.none, value, hi: 0, lo: 0, row, more });
      else groups.numbers.push({ kind: Kind.number, value, hi: 0, lo: 0, row, more });
    }
    return groups;
  }
  private *byKeys(items: readonly Item[], words: number, down: boolean, keys: Uint32Array): Steps<readonly Item[]> {
    if (down) for (let at = 0; at < items.length * words; at += 1) keys[at] = 2 ** wordBits - 1 - (keys[at] as number);
    const numbers = yield* sortedByKeys(keys, items.length, words);
    const same = (a: number, b: number): boolean => {
      for (let word = 0; word < words; word += 1) if (keys[a * words + word] !== keys[b * words + word]) return false;
      return true;
    };
    const out: Item[] = [];
    for (let start = 0, end = 1; start < items.length; start = end, end += 1) {
      const first = numbers[start] as number;
      while (end < items.length && same(first, numbers[end] as number)) end += 1;
      if (end - start === 1) out.push(items[first] as Item);
      else {
        const run = Array.from(numbers.subarray(start, end), (number) => items[number] as Item);
        for (const item of yield* this.ordered(run)) out.push(item);
      }
      if (start % lookEvery === 0) yield;
    }
    return out;
  }
  private *ordered(items: readonly Item[]): Steps<readonly Item[]> {
    if (items.length < 2) return items;
    if (items.length <= 64) return [...items].sort(this.compare);
    const numbers = yield* sortedNumbers(items.length, (a, b) => this.compare(items[a] as Item, items[b] as Item));
    return Array.from(numbers, (number) => items[number] as Item);
  }
}

interface Groups {
  readonly numbers: Item[];
  readonly texts: Item[];
  readonly others: Item[];
  readonly none: Item[];
}
function numberKeys(items: readonly Item[]): Uint32Array {
  const keys = new Uint32Array(items.length * numberWords);
  for (const [at, { value }] of items.entries()) spreadNumber(Number(value), keys, at * numberWords);
  return keys;
}
/** Two sorted lists as one. The second is short, and comparing its texts is dear: each looks for its place. */
function merged(many: readonly Item[], few: readonly Item[], compare: (a: Item, b: Item) => number): readonly Item[] {
  if (few.length === 0) return many;
  const out: Item[] = [];
  let from = 0;
  for (const item of few) {
    let low = from;
    let high = many.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compare(many[middle] as Item, item) < 0) low = middle + 1;
      else high = middle;
    }
    for (; from < low; from += 1) out.push(many[from] as Item);
    out.push(item);
  }
  for (; from < many.length; from += 1) out.push(many[from] as Item);
  return out;
}

/** One order, the windows that show it, and its building: what was there before stays readable meanwhile. */
class Index {
  readonly of: Of;
  readonly windows = new Set<AnyWindow>();
  sorted: Sorted | null = null;
  private readonly make: () => Sorted;
  private readonly look: Look;
  private readonly jobs: Jobs;
  private readonly fields: Set<string>;
  /** Records that changed while it was being built, as they were before. */
  private late: Map<string, Row | undefined> | null = null;
  private running = false;
  private readonly isHeld: () => boolean;
  private stop: () => void = () => undefined;

  constructor(jobs: Jobs, of: Of, look: Look, isHeld: () => boolean, make: () => Sorted) {
    this.jobs = jobs;
    this.isHeld = isHeld;
    this.look = look;
    this.of = of;
    this.make = make;
    this.fields = new Set(of.orders.flatMap(({ refs }) => refs));
    this.build();
  }
  get building(): boolean {
    return this.late !== null;
  }
  private build(): void {
    const late = (this.late = new Map<string, Row | undefined>());
    const next = this.make();
    this.running = true;
    this.stop = this.jobs.run(next.build(this.fields), () => {
      this.running = false;
      this.sorted = next;
      if (late.size === 0) this.late = null;
      for (const window of this.windows) window.build();
      this.catchUp();
    });
  }
  /** What came late is taken in; while the copy is being read only when it is as much as there is, or all would be
   * sorted again for each part. */
  catchUp(): void {
    const { late, sorted } = this;
    if (!late || !sorted || this.running) return;
    if (late.size > 0 && this.isHeld() && late.size < sorted.list.size) return;
    this.late = null;
    // One by one they would hold the thread; sorted anew it is done in slices, and what was there stays meanwhile.
    if (late.size > lateMax) this.build();
    else this.apply(late, [...late.keys()]);
    late.clear(); // whoever can stop the job keeps what it closed over: rows as they were must not stay there (SYNC-E3)
  }
  close(): void {
    this.stop();
  }
  watch(fields: readonly string[]): void {
    for (const field of fields) this.fields.add(field);
    this.sorted?.watch(fields);
  }
  /** Takes in changed records: those of its entity, as they were; and all of them, since its rows may point at others. */
  apply(own: Changes, all: readonly string[], part = false): void {
    const { sorted } = this;
    if (this.late || !sorted) {
      for (const [id, before] of own) if (!this.late?.has(id)) this.late?.set(id, before);
      if (this.fields.size > 0) for (const id of all) if (!this.late?.has(id)) this.late?.set(id, undefined);
      for (const window of this.windows) window.touch(); // rows that are shown are looked up meanwhile
      this.catchUp();
    } else if (own.size > bulk && own.size > sorted.list.size * bulkShare) {
      if (this.isHeld()) {
        this.late = new Map();
        return this.apply(own, all, part);
      }
      this.build();
      for (const window of this.windows) window.touch();
    } else {
      let told = true;
      for (const [id, before] of own) told = told && this.tell(sorted.move(id, before, false));
      if (this.fields.size > 0)
        for (const id of sorted.pointingAt(all)) told = told && this.tell(sorted.move(id, this.look(id), true));
      if (!told) {
        // It was told of another row than it has: whatever the reason, the rows themselves are right.
        this.build();
        for (const window of this.windows) window.touch();
      }
    }
    for (const window of this.windows) window.settle(part);
  }
  private tell(move: Move | "unknown" | null): boolean {
    if (move === "unknown") return false;
    if (move) for (const window of this.windows) window.change(move);
    return true;
  }
}

/** One list on a screen. Places count from 0, in its own direction, up to its limit. */
export interface LiveWindow<E extends EntityName> {
  /** False until it is sorted for the first time. */
  readonly ready: boolean;
  /** How many pass the filter, whatever the limit. */
  readonly total: number;
  /** How many are shown. */
  readonly length: number;
  /** All that are shown; the same array until something of it is different. */
  readonly rows: readonly RecordOf<E>[];
  at(place: number): RecordOf<E> | undefined;
  slice(from: number, to: number): readonly RecordOf<E>[];
  /** The place of a record; -1 if it is not shown. */
  indexOf(id: string): number;
  close(): void;
}

interface AnyQuery {
  readonly where: ((row: Row, look: Look) => boolean) | undefined;
  readonly limit: number | undefined;
  readonly refs: readonly string[] | undefined;
  readonly back: boolean;
}
/** Of whatever entity; `open` knows which. */
class AnyWindow {
  private readonly index: Index;
  private readonly jobs: Jobs;
  private readonly where: AnyQuery["where"];
  private readonly limit: number;
  private readonly back: boolean;
  private readonly look: Look;
  private readonly onChange: () => void;
  /** What it reads: the index's rows, or those of them that pass. */
  private sorted: Sorted | null = null;
  private list: SortedList<Item> | null = null;
  private filled = 0;
  private late: Move[] | null = null;
  private moved = false;
  /** How many there were when the screen was told last. */
  private told = 0;
  private shown: readonly Row[] | null = null;
  private stop: () => void = () => undefined;
  private over: (() => void) | null;

  constructor(index: Index, jobs: Jobs, query: AnyQuery, look: Look, onChange: () => void, over: () => void) {
    this.index = index;
    this.jobs = jobs;
    this.where = query.where;
    this.limit = query.limit ?? Number.POSITIVE_INFINITY;
    this.back = query.back;
    this.look = look;
    this.onChange = onChange;
    this.over = over;
    index.windows.add(this);
    if (query.refs) index.watch(query.refs);
    this.build();
  }
  close(): void {
    this.stop();
    this.index.windows.delete(this);
    this.over?.();
    this.over = null;
  }

  get ready(): boolean {
    return this.list !== null;
  }
  get total(): number {
    return this.list?.size ?? 0;
  }
  get length(): number {
    return Math.min(this.total, this.limit);
  }
  get rows(): readonly Row[] {
    return (this.shown ??= this.slice(0, this.length));
  }
  at(place: number): Row | undefined {
    const found = place >= 0 && place < this.length ? this.list?.at(this.turn(place))?.row : undefined;
    return found && this.present(found);
  }
  slice(from: number, to: number): readonly Row[] {
    const end = Math.min(to, this.length);
    const turned = this.back ? this.full : 0;
    const found: Item[] = [];
    if (from < Math.min(end, turned))
      found.push(...(this.list?.slice(turned - Math.min(end, turned), turned - from) ?? []).reverse());
    if (Math.max(from, turned) < end) found.push(...(this.list?.slice(Math.max(from, turned), end) ?? []));
    return found.flatMap(({ row }) => this.present(row) ?? []);
  }
  indexOf(id: string): number {
    const item = this.sorted?.item(id);
    const place = item ? (this.list?.place(item) ?? -1) : -1;
    const shown = place < 0 ? -1 : this.turn(place);
    return shown < this.length ? shown : -1;
  }
  /** While it is sorted anew, rows may be of an instant ago: nobody sees one that is gone, or what it was. */
  private present(row: Row): Row | undefined {
    const settled = this.late === null && !this.index.building && this.sorted === this.index.sorted;
    return settled ? row : this.look(row.id);
  }
  private get full(): number {
    return this.where ? this.filled : (this.sorted?.filled ?? 0);
  }
  /** Read backwards, those with a value are turned round; the empty ones stay last. */
  private turn(place: number): number {
    return this.back && place < this.full ? this.full - 1 - place : place;
  }

  /** From the index as it is now: at once if nothing is filtered. */
  build(): void {
    const { sorted } = this.index;
    if (!sorted) return;
    this.stop();
    if (!this.where) {
      this.sorted = sorted;
      this.list = sorted.list;
      return this.opened();
    }
    const late: Move[] = (this.late = []);
    const list = new SortedList<Item>(sorted.compare);
    const result = { filled: 0 };
    this.stop = this.jobs.run(this.filter(sorted.list.slice(0, sorted.list.size), list, result), () => {
      this.late = null;
      this.sorted = sorted;
      this.list = list;
      this.filled = result.filled;
      for (const move of late.splice(0)) this.change(move); // kept with the job otherwise (SYNC-E3)
      this.opened();
    });
  }
  private *filter(items: readonly Item[], into: SortedList<Item>, result: { filled: number }): Steps<void> {
    const passing: Item[] = [];
    for (let at = 0; at < items.length; at += 1) {
      const item = items[at] as Item;
      if (this.passes(item)) {
        passing.push(item);
        if (item.kind !== Kind.none) result.filled += 1;
      }
      if (at % 256 === 255) yield;
    }
    into.fill(passing);
  }
  private passes({ row }: Item): boolean {
    return this.where === undefined || this.where(row, this.look);
  }
  private opened(): void {
    this.touch();
    this.settle();
  }

  /** A row of the index is another one now. */
  change(move: Move): void {
    const { old, next, keys } = move;
    const { list, limit } = this;
    if (this.late) {
      this.late.push(move);
      return this.touch();
    }
    if (!list) return;
    if (!this.where) {
      // The index has moved it already: something is different if its place is shown, before or now.
      const near = (item: Item | undefined): number => {
        if (!item) return Number.POSITIVE_INFINITY;
        const place = list.near(item);
        return this.back && item.kind !== Kind.none ? this.full - 1 - place : place;
      };
      if (!old !== !next || Math.min(near(old), near(next)) < limit) this.touch();
      return;
    }
    const before = old ? list.place(old) : -1;
    const passes = next !== undefined && this.passes(next);
    if (before < 0 && !passes) return;
    const was = this.turn(before);
    if (before >= 0 && passes && !keys) {
      if (was < limit) this.touch();
      return;
    }
    if (before >= 0 && old) {
      list.remove(old);
      if (old.kind !== Kind.none) this.filled -= 1;
    }
    let is = Number.POSITIVE_INFINITY;
    if (passes) {
      const after = list.add(next);
      if (next.kind !== Kind.none) this.filled += 1;
      is = this.turn(after);
    }
    if (before < 0 || !passes || Math.min(was, is) < limit) this.touch();
  }
  touch(): void {
    this.moved = true;
    this.shown = null;
  }
  /**
   * After a round of changes: tells the screen once. Of a part of a copy that is being read, only when there is twice as
   * much as it was told of: whoever reads all rows would do it for each part, and what is looked at would move each time.
   */
  settle(part = false): void {
    if (!this.moved || (part && this.index.of.anchor === undefined && this.told > 0 && this.total < 2 * this.told))
      return;
    this.moved = false;
    this.told = this.total;
    if (this.ready) this.onChange();
  }
}

/** All windows of a tab, and what is under them. */
export class Windows {
  private readonly source: Source;
  private readonly jobs: Jobs;
  private readonly look: Look;
  private readonly collations = new Map<string, Collation>();
  /** The one used last stands last. */
  private readonly indexes = new Map<string, Index>();
  private readonly tallies = new Set<Tally>();
  private held = false;

  constructor(source: Source, jobs: Jobs) {
    this.source = source;
    this.jobs = jobs;
    this.look = (id) => source.record(id);
  }
  /** Ready in the same turn if it is small or its order is known already; else `onChange` says when. */
  open<E extends EntityName>(entity: E, query: ListQuery<E>, locale: string, onChange: () => void): LiveWindow<E> {
    let orders = ordersOf(query.sort);
    const [first] = orders;
    // One index serves both directions of a single field.
    const back = orders.length === 1 && first !== undefined && first.down;
    if (back) orders = [{ ...first, down: false }];
    const name = [entity, query.anchor ?? "", locale, ...orders.map(({ key, down }) => (down ? `-${key}` : key))].join(
      " ",
    );
    const of: Of = { entity, anchor: query.anchor, orders };
    const index =
      this.indexes.get(name) ??
      new Index(
        this.jobs,
        of,
        this.look,
        () => this.held,
        () => new Sorted(this.source, of, this.collation(locale)),
      );
    this.indexes.delete(name);
    this.indexes.set(name, index);
    const where = query.where as AnyQuery["where"];
    const any: AnyQuery = { where, limit: query.limit, refs: query.refs, back };
    const window: unknown = new AnyWindow(index, this.jobs, any, this.look, onChange, () => this.tidy());
    return window as LiveWindow<E>; // rows of the index are of its entity
  }
  /** `onChange`: these groups are different; `onMoved`: some are, told once for many. */
  tally(
    entity: EntityName,
    query: TallyQuery,
    onChange: (groups: ReadonlySet<string>) => void,
    onMoved = (): void => undefined,
  ): Tally {
    const tally = new Tally(this.source, entity, query, onChange, onMoved, () => this.tallies.delete(tally));
    this.tallies.add(tally);
    tally.start(this.jobs);
    return tally;
  }
  private collation(locale: string): Collation {
    const known = this.collations.get(locale) ?? new Collation(locale);
    this.collations.set(locale, known);
    return known;
  }

  /** While the copy is being read, part after part. */
  hold(on: boolean): void {
    if (this.held === on) return;
    this.held = on;
    if (on) return;
    for (const index of this.indexes.values()) {
      index.catchUp();
      for (const window of index.windows) window.settle();
    }
    for (const tally of this.tallies) tally.settle();
  }
  /**
   * Records that are different now, with what they were; of one that is named twice the first counts. `part`: they are
   * a part of a copy that is being read, and more is coming.
   */
  changed(changes: readonly Changed[], part = false): void {
    const byEntity = new Map<EntityName, Map<string, Row | undefined>>();
    const all: string[] = [];
    for (const { id, entity, before } of changes) {
      let own = byEntity.get(entity);
      if (!own) byEntity.set(entity, (own = new Map()));
      if (own.has(id)) continue;
      own.set(id, before);
      all.push(id);
    }
    for (const index of this.indexes.values()) index.apply(byEntity.get(index.of.entity) ?? noChanges, all, part);
    for (const tally of this.tallies) tally.apply([...(byEntity.get(tally.entity) ?? noChanges).keys()], part);
  }
  /** An order that nobody looks at is kept for the next one who asks for it, as long as it is one of the last few. */
  private tidy(): void {
    const idle = [...this.indexes].filter(([, { windows }]) => windows.size === 0);
    const spare = idle.filter(([, { of }]) => of.anchor === undefined);
    for (const [name, index] of idle) {
      const place = spare.findIndex(([other]) => other === name);
      if (place >= 0 && place >= spare.length - spareIndexes) continue;
      index.close();
      this.indexes.delete(name);
    }
  }
}
