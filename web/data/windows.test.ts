import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EntityName, Row } from "../../shared/records/entities.ts";
import { contact } from "./testing/bench.ts";
import { collatorOf, fold, LiveWindow, matches, type Source } from "./windows.ts";

const runs = Number(process.env["RUNS"] ?? 300);

/** The naive window: filter, sort, cut, each time. */
function resorted(
  rows: readonly Row[],
  where: (row: Row) => boolean,
  fields: readonly string[],
  limit: number,
  compare: (a: string, b: string) => number,
): string[] {
  const value = (row: Row, field: string): string | number | null => {
    const found = row[field.replace("-", "")];
    return found === undefined || found === null || found === "" ? null : (found as string | number);
  };
  return rows
    .filter(where)
    .sort((a, b) => {
      for (const field of fields) {
        const [x, y] = [value(a, field), value(b, field)];
        if (x === y) continue;
        if (x === null) return 1;
        if (y === null) return -1;
        const side = typeof x === "string" && typeof y === "string" ? compare(x, y) : Number(x) - Number(y);
        if (side !== 0) return field.startsWith("-") ? -side : side;
      }
      return a.id < b.id ? -1 : 1;
    })
    .slice(0, limit)
    .map((row) => row.id);
}

const words = fc.constantFrom("anna", "Ánna", "Bo", "bo", "zoë", "Zoe", "王伟", "李娜", "Case 9", "Case 10", "", "Öz");
const act = fc.record({
  id: fc.integer({ min: 1, max: 25 }),
  name: words,
  title: fc.option(words, { nil: null }),
  gone: fc.boolean(),
});

describe("live windows", () => {
  it("[SYNC-L1] kept up to date row by row, a window equals the same list sorted anew", () => {
    fc.assert(
      fc.property(
        fc.array(act, { maxLength: 30 }),
        fc.array(fc.array(act, { minLength: 1, maxLength: 90 }), { maxLength: 12 }),
        fc.constantFrom("name", "-name", "title,-name", "-title,name", ""),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom("en", "zh-CN"),
        (initial, batches, sort, limit, locale) => {
          const rows = new Map<string, Row>();
          const apply = ({ id, name, title, gone }: (typeof initial)[number]): string => {
            const row = contact(id, { name, title });
            if (gone) rows.delete(row.id);
            else rows.set(row.id, row);
            return row.id;
          };
          initial.forEach(apply);
          const source: Source = { record: (id) => rows.get(id), records: (_entity: EntityName) => rows.values() };
          const where = (row: Row): boolean => row["name"] !== "Bo";
          const collator = collatorOf(locale);
          const window = new LiveWindow<"contact">(source, "contact", { where: where as never, sort, limit }, collator);
          const check = (): void => {
            const fields = sort.split(",").filter(Boolean);
            expect(window.rows.map((row) => row.id)).toEqual(
              resorted([...rows.values()], where, fields, limit, collator.compare),
            );
            expect(window.total).toBe([...rows.values()].filter(where).length);
          };
          check();
          for (const acts of batches) {
            const before = window.rows;
            const moved = window.update(acts.map(apply));
            check();
            if (!moved) expect(window.rows).toBe(before);
          }
        },
      ),
      { numRuns: runs },
    );
  });

  it("a row outside of the shown part leaves the shown list the same object", () => {
    const rows = new Map([1, 2, 3].map((number) => [contact(number).id, contact(number)]));
    const window = new LiveWindow<"contact">(
      { record: (id) => rows.get(id), records: () => rows.values() },
      "contact",
      { sort: "name", limit: 1 },
      collatorOf("en"),
    );
    const before = window.rows;
    rows.set(contact(3).id, contact(3, { title: "Changed" }));
    window.update([contact(3).id]);
    expect(window.rows).toBe(before);
  });

  it("type-to-find ignores accents and case, in any order of words", () => {
    expect(fold("José Straße Ångström Łódź")).toBe("jose strasse angstrom lodz");
    expect(matches("Müller Maschinenbau GmbH", "maschinen mull")).toBe(true);
    expect(matches("王伟 上海", "上海")).toBe(true);
    expect(matches("Müller", "muler")).toBe(false);
  });
});
