/**
 * Live windows over the local copy: filtered, sorted, limited, and kept up to date by moving single rows, so that a
 * change costs a binary search and not a sort. Shown is the first `limit` of what passes; the rest stays ready behind.
 */
import type { EntityName, RecordOf, Row } from "../../shared/records/entities.ts";
import type { ListQuery } from "./types.ts";

export interface Source {
  record(id: string): Row | undefined;
  records(entity: EntityName, anchor?: string): Iterable<Row>;
}
interface Item {
  readonly row: Row;
  readonly keys: readonly (string | number | null)[];
}
interface Order {
  readonly field: string;
  readonly down: boolean;
}

/** Rebuilt from the source when that is cheaper than moving rows one by one. */
const rebuildShare = 0.3;

export class LiveWindow<E extends EntityName> {
  private readonly source: Source;
  private readonly entity: E;
  private readonly query: ListQuery<E>;
  private readonly order: readonly Order[];
  private readonly compareText: (a: string, b: string) => number;
  private readonly items: Item[] = [];
  private readonly byId = new Map<string, Item>();
  private shown: readonly RecordOf<E>[] = [];

  constructor(source: Source, entity: E, query: ListQuery<E>, collator: Intl.Collator) {
    this.source = source;
    this.entity = entity;
    this.query = query;
    this.compareText = collator.compare;
    this.order = (query.sort ?? "")
      .split(",")
      .filter(Boolean)
      .map((name) => (name.startsWith("-") ? { field: name.slice(1), down: true } : { field: name, down: false }));
    this.build();
  }

  get rows(): readonly RecordOf<E>[] {
    return this.shown;
  }
  /** How many pass the filter. */
  get total(): number {
    return this.items.length;
  }

  /** Takes in changed records. True if what is shown differs now. */
  update(ids: Iterable<string>): boolean {
    const list = [...ids];
    const before = this.items.length;
    if (list.length > 64 && list.length > before * rebuildShare) this.build();
    else for (const id of list) this.move(id);
    return this.show() || this.items.length !== before;
  }

  private build(): void {
    this.items.length = 0;
    this.byId.clear();
    for (const row of this.source.records(this.entity, this.query.anchor))
      if (this.passes(row)) this.items.push(this.item(row));
    this.items.sort((a, b) => this.compare(a, b));
    for (const item of this.items) this.byId.set(item.row.id, item);
    this.show();
  }

  private move(id: string): void {
    const row = this.source.record(id);
    const old = this.byId.get(id);
    if (old && old.row === row) return;
    if (old) {
      this.items.splice(this.find(old), 1);
      this.byId.delete(id);
    }
    if (!row || !this.passes(row)) return;
    const item = this.item(row);
    this.items.splice(this.find(item), 0, item);
    this.byId.set(id, item);
  }

  private passes(row: Row): boolean {
    const { anchor, where } = this.query;
    return (anchor === undefined || row.anchor === anchor) && (where === undefined || where(row as RecordOf<E>));
  }
  private item(row: Row): Item {
    return { row, keys: this.order.map(({ field }) => sortValue(row[field])) };
  }
  /** First place whose item does not come before `item`. The order is total (ids break ties), so it finds the item itself. */
  private find(item: Item): number {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = this.items[middle];
      if (at && this.compare(at, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  private compare(a: Item, b: Item): number {
    for (let index = 0; index < this.order.length; index += 1) {
      const x = a.keys[index] ?? null;
      const y = b.keys[index] ?? null;
      if (x === y) continue;
      if (x === null) return 1; // empty ones last, whichever the direction
      if (y === null) return -1;
      const side = typeof x === "string" && typeof y === "string" ? this.compareText(x, y) : Number(x) - Number(y);
      if (side !== 0) return this.order[index]?.down ? -side : side;
    }
    return a.row.id < b.row.id ? -1 : a.row.id > b.row.id ? 1 : 0;
  }

  private show(): boolean {
    const { limit } = this.query;
    const count = Math.min(limit ?? this.items.length, this.items.length);
    const same = this.shown.length === count && this.shown.every((row, index) => row === this.items[index]?.row);
    if (!same) this.shown = this.items.slice(0, count).map(({ row }) => row as RecordOf<E>);
    return !same;
  }
}

function sortValue(value: Row[string]): string | number | null {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "string" || typeof value === "number") return value;
  return JSON.stringify(value);
}

/** One collator a locale; digits inside text count as numbers ("Case 9" before "Case 10"). */
export const collatorOf = (locale: string): Intl.Collator => new Intl.Collator(locale, { numeric: true });

/** Text for type-to-find: without accents and case, so that "jose" finds "José" and "strasse" finds "Straße". */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/ø/g, "o")
    .replace(/đ/g, "d")
    .replace(/ł/g, "l")
    .replace(/æ/g, "ae")
    .replace(/œ/g, "oe");
}
/** Does every word of the query occur somewhere in the text? */
export function matches(text: string, query: string): boolean {
  const folded = fold(text);
  return fold(query)
    .split(/\s+/)
    .every((word) => folded.includes(word));
}
