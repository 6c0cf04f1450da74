/**
 * One list out of several cells. Each is asked page by page with its own cursor; rows go out in the one order as long
 * as every cell's next row is known. A cell that does not answer is left out, and named.
 */
export interface CellPart<R> {
  readonly cell: string;
  /** Fetched, and not shown yet. */
  readonly rows: readonly R[];
  /** Where it goes on; undefined: not asked yet; null: that was all. */
  readonly next: string | null | undefined;
  readonly away: boolean;
}
export interface MergedPage<R> {
  readonly items: readonly R[];
  readonly away: readonly string[];
  readonly parts: readonly CellPart<R>[] | null; // null: nothing is left
}
export interface CellPage<R> {
  readonly items: readonly R[];
  readonly nextCursor: string | null;
}

export const begun = <R>(cells: readonly string[]): CellPart<R>[] =>
  cells.map((cell) => ({ cell, rows: [], next: undefined, away: false }));

export async function nextPage<R>(
  parts: readonly CellPart<R>[],
  ask: (cell: string, cursor: string | null) => Promise<CellPage<R>>,
  before: (a: R, b: R) => boolean,
): Promise<MergedPage<R>> {
  const failures: unknown[] = [];
  const filled = await Promise.all(
    parts.map(async (part): Promise<CellPart<R>> => {
      if (part.away || part.rows.length > 0 || part.next === null) return part;
      try {
        const page = await ask(part.cell, part.next ?? null);
        return { ...part, rows: page.items, next: page.nextCursor };
      } catch (error) {
        failures.push(error);
        return { ...part, away: true };
      }
    }),
  );
  if (filled.every((part) => part.away)) throw failures[0];
  const heads = filled.map(({ rows }) => rows).map((rows) => ({ rows, at: 0 }));
  const items: R[] = [];
  for (;;) {
    let least: { readonly rows: readonly R[]; at: number; row: R } | undefined;
    let isUnknown = false;
    for (const [index, head] of heads.entries()) {
      const row = head.rows[head.at];
      const part = filled[index];
      if (row === undefined) isUnknown ||= part !== undefined && !part.away && part.next !== null;
      else if (!least || before(row, least.row)) least = Object.assign(head, { row });
    }
    if (!least || isUnknown) break;
    items.push(least.row);
    least.at += 1;
  }
  const left = filled.map((part, index) => ({ ...part, rows: part.rows.slice(heads[index]?.at ?? 0) }));
  const isOver = left.every((part) => part.away || (part.rows.length === 0 && part.next === null));
  return { items, away: left.filter((part) => part.away).map(({ cell }) => cell), parts: isOver ? null : left };
}

/** The edge's order of lists: by value, empty and hidden ones last in both directions, ties by id. */
export function edgeOrder<R extends { readonly id: string }>(sort: string): (a: R, b: R) => boolean {
  const down = sort.startsWith("-");
  const key = down ? sort.slice(1) : sort;
  const valueOf = (row: R): string | number | null =>
    ((row as Readonly<Record<string, unknown>>)[key] ?? null) as string | number | null;
  return (a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)];
    if (left === right) return a.id < b.id;
    if (left === null || right === null) return right === null;
    return down ? left > right : left < right;
  };
}
