import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { begun, edgeOrder, nextPage, type CellPage } from "./merge.ts";

interface R {
  readonly id: string;
  readonly name: string | null;
  readonly [field: string]: unknown;
}
/** Cells as the edge serves them: sorted, in pages. */
function cells(lists: Readonly<Record<string, readonly R[]>>, sort: string, pageRows: number, away: string[] = []) {
  const before = edgeOrder(sort);
  const asked: string[] = [];
  return {
    asked,
    ask: (cell: string, cursor: string | null): Promise<CellPage<R>> => {
      asked.push(`${cell}@${cursor ?? ""}`);
      if (away.includes(cell)) return Promise.reject(new Error(`${cell} is away`));
      const rows = [...(lists[cell] ?? [])].sort((a, b) => (before(a, b) ? -1 : 1));
      const from = Number(cursor ?? 0);
      const to = from + pageRows;
      return Promise.resolve({ items: rows.slice(from, to), nextCursor: to < rows.length ? String(to) : null });
    },
  };
}
async function all(lists: Readonly<Record<string, readonly R[]>>, sort: string, pageRows: number, away?: string[]) {
  const { ask, asked } = cells(lists, sort, pageRows, away);
  const ids: string[] = [];
  const missing = new Set<string>();
  let parts: ReturnType<typeof begun<R>> | null = begun<R>(Object.keys(lists));
  while (parts) {
    const page: Awaited<ReturnType<typeof nextPage<R>>> = await nextPage(parts, ask, edgeOrder(sort));
    ids.push(...page.items.map(({ id }) => id));
    for (const cell of page.away) missing.add(cell);
    parts = page.parts as typeof parts;
  }
  return { ids, missing: [...missing], asked };
}
const rowsOf = (cell: string) =>
  fc.uniqueArray(fc.record({ id: fc.nat(500).map((n) => `${cell}_${n}`), name: fc.option(fc.constantFrom("a", "b", "c", "d")) }), { selector: ({ id }) => id, maxLength: 25 }); // prettier-ignore

describe("a list out of several cells", () => {
  it("[SYNC-H2] is, page by page, what one sorted list of all would be: nothing twice, nothing left out", async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsOf("eu"), rowsOf("us"), rowsOf("apac"), fc.constantFrom("name", "-name"), fc.integer({ min: 1, max: 7 }),
        async (eu, us, apac, sort, pageRows) => {
          const before = edgeOrder(sort);
          const whole = [...eu, ...us, ...apac].sort((a, b) => (before(a, b) ? -1 : 1)).map(({ id }) => id);
          expect((await all({ eu, us, apac }, sort, pageRows)).ids).toEqual(whole);
        },
      ), { numRuns: 200 },
    ); // prettier-ignore
  });

  const two = { eu: [{ id: "eu_1", name: "a" }], us: [{ id: "us_1", name: "b" }] };
  it("[SYNC-H2] leaves out a cell that is away, names it, and does not ask it again", async () => {
    const got = await all({ ...two, eu: [...two.eu, { id: "eu_2", name: "c" }] }, "name", 1, ["us"]);
    expect(got).toMatchObject({ ids: ["eu_1", "eu_2"], missing: ["us"] });
    expect(got.asked.filter((one) => one.startsWith("us"))).toEqual(["us@"]);
  });
  it("[SYNC-H2] fails only if no cell answers", async () => {
    await expect(all(two, "name", 1, ["eu", "us"])).rejects.toThrow("away");
  });
});
