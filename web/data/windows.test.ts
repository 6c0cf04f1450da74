import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entityOfId, type EntityName, type Row } from "../../shared/records/entities.ts";
import { Collation, collatorOf } from "./collate.ts";
import { atOnce, Slices, sliceMs, type Jobs } from "./jobs.ts";
import { SortedList, sortedByKeys, sortedNumbers } from "./sorted.ts";
import { account, contact, idOf } from "./testing/bench.ts";
import type { ListQuery } from "./types.ts";
import { Windows, type Changed } from "./windows.ts";

const runs = Number(process.env["RUNS"] ?? 100);
const timeout = 60_000; // many random lists, on whatever machine

/** Rows by hand: what a replica is to the windows. */
class Held {
  readonly rows = new Map<string, Row>();
  readonly record = (id: string): Row | undefined => this.rows.get(id);
  set(id: string, row: Row | undefined): Changed {
    const before = this.rows.get(id);
    if (row) this.rows.set(id, row);
    else this.rows.delete(id);
    return { id, entity: entityOfId(id) ?? "account", before };
  }
  *records(entity: EntityName, anchor?: string): IterableIterator<Row> {
    for (const row of this.rows.values())
      if (entityOfId(row.id) === entity && (anchor === undefined || row.anchor === anchor)) yield row;
  }
}
/** Jobs of which each step waits to be asked for. */
class ByHand implements Jobs {
  private readonly waiting: (() => boolean)[] = [];
  run(...[steps, done]: Parameters<Jobs["run"]>): () => void {
    let over = false;
    this.waiting.push(() => {
      if (over) return true;
      if (!steps.next().done) return false;
      over = true;
      done();
      return true;
    });
    return () => {
      over = true;
    };
  }
  step(): boolean {
    const [first] = this.waiting;
    if (first?.()) this.waiting.splice(this.waiting.indexOf(first), 1);
    return this.waiting.length > 0;
  }
}

type Value = string | number | null;
interface Field {
  readonly of: (row: Row) => unknown;
  readonly down: boolean;
}
/** The naive window: filter, sort, cut, each time. */
function resorted(rows: readonly Row[], fields: readonly Field[], compare: (a: string, b: string) => number): string[] {
  const value = ({ of }: Field, row: Row): Value => {
    const found = of(row);
    return found === undefined || found === null || found === "" ? null : (found as Value);
  };
  // Of a single field that goes down, ties go down too: it is the same order, read backwards.
  const alone = fields.length === 1 && fields[0]?.down;
  return [...rows]
    .sort((a, b) => {
      for (const field of fields) {
        const [x, y] = [value(field, a), value(field, b)];
        if (x === null || y === null) {
          if (x !== y) return x === null ? 1 : -1;
          continue;
        }
        const side =
          typeof x === "string" && typeof y === "string"
            ? compare(x, y)
            : typeof x === typeof y
              ? Number(x) - Number(y)
              : typeof x === "number"
                ? -1
                : 1;
        if (side !== 0) return field.down ? -side : side;
      }
      const ids = a.id < b.id ? -1 : 1;
      return alone && value(fields[0] as Field, a) !== null ? -ids : ids;
    })
    .map((row) => row.id);
}
const fieldsOf = (sort: string): readonly Field[] =>
  sort
    .split(",")
    .filter(Boolean)
    .map((name) => ({ of: (row) => row[name.replace("-", "")], down: name.startsWith("-") }));

const words = fc.oneof(
  fc.constantFrom(
    "anna",
    "Ánna",
    "Bo",
    "bo",
    "zoë",
    "Zoe",
    "王伟",
    "李娜",
    "王",
    "Case 9",
    "Case 10",
    "Case 09",
    "",
    "Öz",
  ),
  fc.constantFrom(
    "Strasse",
    "Straße",
    "Ærø",
    "a\u0301b",
    "áb",
    "北京一号",
    "北京二号",
    "ｱ",
    "ｆｕｌｌ",
    "A-1",
    "A 1",
    "(a)",
  ),
  fc.stringMatching(/^[A-Ca-céÉ 0-2王李-]{0,12}$/),
);
const value = fc.oneof(
  { weight: 4, arbitrary: words },
  fc.constant(null),
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const act = fc.record({
  id: fc.integer({ min: 1, max: 25 }),
  under: fc.integer({ min: 1, max: 3 }),
  name: words,
  title: value,
  gone: fc.boolean(),
});
const acts = (max: number) => fc.array(act, { minLength: 1, maxLength: max });
const sorts = fc.constantFrom(
  "name",
  "-name",
  "title",
  "-title",
  "title,name",
  "-title,name",
  "title,-name",
  "-name,-title",
  "",
);

function apply(
  held: Held,
  { id, under, name, title, gone }: { id: number; under: number; name: string; title: Value; gone: boolean },
): Changed {
  const row = contact(id, { anchor: idOf("acc", under), name, title });
  return held.set(row.id, gone ? undefined : row);
}

describe("live windows", { timeout }, () => {
  it("[SYNC-L1] kept up to date row by row, a window equals the same list sorted anew", () => {
    fc.assert(
      fc.property(
        acts(40),
        fc.array(acts(60), { maxLength: 10 }),
        sorts,
        fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
        fc.constantFrom("en", "zh-CN"),
        fc.boolean(),
        fc.option(fc.constant(idOf("acc", 2)), { nil: undefined }),
        (initial, batches, sort, limit, locale, filtered, anchor) => {
          const held = new Held();
          for (const one of initial) apply(held, one);
          const windows = new Windows(held, atOnce);
          const where = (row: { readonly name?: string | null }): boolean => row.name !== "Bo";
          const query: ListQuery<"contact"> = {
            sort,
            ...(filtered ? { where } : {}),
            ...(limit === undefined ? {} : { limit }),
            ...(anchor ? { anchor } : {}),
          };
          let told = 0;
          const window = windows.open("contact", query, locale, () => (told += 1));
          const { compare } = collatorOf(locale);
          const check = (): void => {
            const passing = [...held.records("contact", anchor)].filter((row) => !filtered || where(row as never));
            const expected = resorted(passing, fieldsOf(sort), compare);
            expect(window.total).toBe(expected.length);
            expect(window.rows.map((row) => row.id)).toEqual(expected.slice(0, limit));
            for (const [place, row] of window.rows.entries()) {
              expect(row).toBe(held.record(row.id));
              expect(window.at(place)).toBe(row);
              expect(window.indexOf(row.id)).toBe(place);
            }
            expect(window.slice(2, 5)).toEqual(window.rows.slice(2, 5));
            expect(window.at(window.length)).toBeUndefined();
          };
          check();
          for (const batch of batches) {
            const [before, total, tolds] = [window.rows, window.total, told];
            windows.changed(batch.map((one) => apply(held, one)));
            check();
            if (told === tolds) expect([window.rows, window.total]).toEqual([before, total]);
          }
          window.close();
        },
      ),
      { numRuns: runs },
    );
  });

  it("[SYNC-L1] whatever changes while a window is being sorted in slices is in it, and nobody sees a row that is gone", () => {
    fc.assert(
      fc.property(
        acts(40),
        fc.array(fc.tuple(acts(30), fc.integer({ min: 0, max: 30 }), fc.boolean()), { maxLength: 8 }),
        sorts,
        fc.boolean(),
        (initial, batches, sort, filtered) => {
          const held = new Held();
          for (const one of initial) apply(held, one);
          const jobs = new ByHand();
          const windows = new Windows(held, jobs);
          const where = (row: { readonly name?: string | null }): boolean => row.name !== "Bo";
          let told: readonly unknown[] = [];
          const window = windows.open("contact", { sort, ...(filtered ? { where } : {}) }, "zh-CN", () => (told = window.rows)); // prettier-ignore
          told = window.rows;
          for (const [batch, steps, on] of batches) {
            windows.hold(on); // as while the copy is being read
            for (let step = 0; step < steps; step += 1) jobs.step();
            windows.changed(
              batch.map((one) => apply(held, one)),
              on,
            );
            for (const row of window.rows) expect(row).toBe(held.record(row.id));
          }
          windows.hold(false);
          while (jobs.step());
          expect(told).toEqual(window.rows); // at the end the screen knows all, however seldom it was told
          const passing = [...held.records("contact")].filter((row) => !filtered || where(row as never));
          expect(window.rows.map((row) => row.id)).toEqual(
            resorted(passing, fieldsOf(sort), collatorOf("zh-CN").compare),
          );
        },
      ),
      { numRuns: runs },
    );
  });

  it("[SYNC-L1] many changes at once are sorted anew; until that is done, what is shown is as it is now", () => {
    const held = new Held();
    for (let number = 1; number <= 3000; number += 1) held.rows.set(contact(number).id, contact(number));
    const jobs = new ByHand();
    const windows = new Windows(held, jobs);
    const window = windows.open("contact", { sort: "name", limit: 20 }, "en", () => undefined);
    while (jobs.step());
    expect(window.rows.map((row) => row.name).slice(0, 3)).toEqual(["Contact 1", "Contact 2", "Contact 3"]);
    const gone = contact(1).id;
    const changes = [held.set(gone, undefined)];
    for (let number = 2; number <= 3000; number += 1) {
      const row = contact(number, { name: `Contact ${5000 - number}` });
      changes.push(held.set(row.id, row));
    }
    windows.changed(changes);
    expect(window.rows.some((row) => row.id === gone)).toBe(false);
    expect(window.rows[0]?.name).toBe("Contact 4998");
    while (jobs.step());
    expect(window.rows[0]?.name).toBe("Contact 2000");
    expect(window.total).toBe(2999);
  });

  it("[SYNC-L1] while the copy is being read, it is sorted anew when it has doubled, and once more at the end", () => {
    const held = new Held();
    const jobs = new ByHand();
    const windows = new Windows(held, jobs);
    const part = (from: number, count: number): Changed[] =>
      Array.from({ length: count }, (_, at) => held.set(contact(from + at).id, contact(from + at)));
    windows.changed(part(0, 1500));
    windows.hold(true);
    const window = windows.open("contact", { sort: "name" }, "en", () => undefined);
    while (jobs.step());
    windows.changed(part(1500, 1200));
    while (jobs.step());
    expect(window.total).toBe(1500); // not yet as much again
    windows.changed(part(2700, 1200));
    while (jobs.step());
    expect(window.total).toBe(3900);
    windows.changed(part(3900, 1100));
    while (jobs.step());
    expect(window.total).toBe(3900);
    windows.hold(false);
    while (jobs.step());
    expect(window.total).toBe(5000);
    expect(window.rows.map((row) => row.id)).toEqual(
      resorted([...held.rows.values()], fieldsOf("name"), collatorOf("en").compare),
    );
  });

  it("[SYNC-L1] sorted and filtered by what a row points at, and moved when that changes", () => {
    fc.assert(
      fc.property(
        acts(30),
        fc.array(fc.oneof(acts(8), fc.tuple(fc.integer({ min: 1, max: 3 }), words)), { maxLength: 12 }),
        fc.boolean(),
        (initial, steps, down) => {
          const held = new Held();
          const name = (under: number, text: string): Changed => {
            const row = { ...account({ name: text }), id: idOf("acc", under), anchor: idOf("acc", under) };
            return held.set(row.id, row);
          };
          for (const one of initial) apply(held, one);
          const windows = new Windows(held, atOnce);
          const sort = `${down ? "-" : ""}anchor.name`;
          const window = windows.open(
            "contact",
            { sort, refs: ["anchor"], where: (row, look) => look(row.anchor)?.["name"] !== "Bo" },
            "en",
            () => undefined,
          );
          for (const step of steps) {
            if (typeof step[1] === "string") windows.changed([name(step[0] as number, step[1])]);
            else windows.changed((step as typeof initial).map((one) => apply(held, one)));
            const nameOf = (row: Row): unknown => held.record(row.anchor)?.["name"];
            const passing = [...held.records("contact")].filter((row) => nameOf(row) !== "Bo");
            expect(window.rows.map((row) => row.id)).toEqual(
              resorted(passing, [{ of: nameOf, down }], collatorOf("en").compare),
            );
          }
        },
      ),
      { numRuns: runs },
    );
  });

  it("[SYNC-L1] counts by group and the latest of each equal a count anew", () => {
    fc.assert(
      fc.property(acts(40), fc.array(acts(20), { maxLength: 8 }), (initial, batches) => {
        const held = new Held();
        for (const one of initial) apply(held, one);
        const windows = new Windows(held, atOnce);
        const latest = (row: object): number | null => {
          const { title } = row as { title?: unknown };
          return typeof title === "number" ? title : null;
        };
        const tally = windows.tally(
          "contact",
          { by: "anchor", where: (row) => (row as { name?: string }).name !== "Bo", latest },
          () => undefined,
        );
        for (const batch of [[], ...batches]) {
          tally.apply(batch.map((one) => apply(held, one).id));
          for (const group of [1, 2, 3].map((number) => idOf("acc", number))) {
            const rows = [...held.records("contact", group)].filter((row) => row["name"] !== "Bo");
            const moments = rows.map(latest).filter((at) => at !== null);
            expect(tally.get(group)).toEqual({
              count: rows.length,
              latest: moments.length > 0 ? Math.max(...moments) : null,
            });
          }
        }
      }),
      { numRuns: runs },
    );
  });

  it("a row outside of the shown part leaves the shown list the same object", () => {
    const held = new Held();
    for (const number of [1, 2, 3]) held.rows.set(contact(number).id, contact(number));
    const windows = new Windows(held, atOnce);
    const window = windows.open("contact", { sort: "name", limit: 1 }, "en", () => undefined);
    const before = window.rows;
    windows.changed([held.set(contact(3).id, contact(3, { title: "Changed" }))]);
    expect(window.rows).toBe(before);
  });

  it("a window that is told of another row than it has shows what is there all the same", () => {
    const held = new Held();
    for (const number of [1, 2, 3]) held.set(contact(number).id, contact(number));
    const windows = new Windows(held, atOnce);
    const window = windows.open("contact", { sort: "name" }, "en", () => undefined);
    const change = held.set(contact(2).id, contact(2, { name: "A" }));
    windows.changed([{ ...change, before: contact(2, { name: "Never seen" }) }]);
    expect(window.rows.map((row) => row.name)).toEqual(["A", "Contact 1", "Contact 3"]);
  });

  it("an order that was there before is there at once, also the other way round", () => {
    const held = new Held();
    for (let number = 1; number <= 300; number += 1) held.rows.set(contact(number).id, contact(number));
    const jobs = new ByHand();
    const windows = new Windows(held, jobs);
    const first = windows.open("contact", { sort: "name" }, "en", () => undefined);
    expect(first.ready).toBe(false);
    while (jobs.step());
    first.close();
    const second = windows.open("contact", { sort: "-name", limit: 2 }, "en", () => undefined);
    expect([second.ready, second.rows.map((row) => row.name)]).toEqual([true, ["Contact 300", "Contact 299"]]);
  });
});

describe("the order of text", { timeout }, () => {
  it("[SYNC-L1] is the collator's own, whatever the texts", () => {
    for (const locale of ["en", "zh-CN", "de", "sv"]) {
      const collation = new Collation(locale);
      const collator = collatorOf(locale);
      fc.assert(
        fc.property(
          fc.array(
            fc.oneof(
              words,
              fc.string({ unit: "grapheme", maxLength: 12 }),
              fc.string({ unit: "binary-ascii", maxLength: 30 }),
            ),
            { minLength: 2, maxLength: 12 },
          ),
          (texts) => {
            const fresh = new Set<number>();
            for (const text of texts.slice(1)) collation.unknown(text, fresh); // one may hold characters not learnt
            collation.learn(fresh);
            const order = collation.current;
            const keys = texts.map((text) => ({ text, known: order.pack(text), hi: order.hi, lo: order.lo }));
            for (const a of keys)
              for (const b of keys) {
                const known = a.known && b.known;
                const side = (known && (a.hi - b.hi || a.lo - b.lo)) || order.compare(a.text, b.text, known);
                expect(Math.sign(side)).toBe(Math.sign(collator.compare(a.text, b.text)));
              }
          },
        ),
        { numRuns: runs },
      );
    }
  });
});

describe("sorted lists and sorts that pause", { timeout }, () => {
  it("a list in pieces equals an array", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 3000 }), { maxLength: 3000, size: "max" }), (numbers) => {
        const list = new SortedList<number>((a, b) => a - b);
        const set = new Set<number>();
        for (const number of numbers) {
          const place = list.place(number);
          if (set.has(number)) {
            expect(list.remove(number)).toBe(place);
            set.delete(number);
          } else {
            expect([place, list.remove(number)]).toEqual([-1, -1]);
            set.add(number);
            list.add(number);
          }
        }
        const sorted = [...set].sort((a, b) => a - b);
        expect([...list]).toEqual(sorted);
        expect([list.size, list.slice(3, 900)]).toEqual([sorted.length, sorted.slice(3, 900)]);
        for (const place of [0, 1, 511, 512, 513, sorted.length]) expect(list.at(place)).toBe(sorted[place]);
      }),
      { numRuns: 20 },
    );
  });
  it("sorts like the engine's own sort", () => {
    const end = <T>(steps: Generator<void, T, void>): T => {
      for (;;) {
        const step = steps.next();
        if (step.done) return step.value;
      }
    };
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2 ** 30 - 1), fc.nat(20)), { maxLength: 300 }), (pairs) => {
        const expected = pairs
          .map((_, at) => at)
          .sort(
            (a, b) =>
              (pairs[a]?.[0] ?? 0) - (pairs[b]?.[0] ?? 0) || (pairs[a]?.[1] ?? 0) - (pairs[b]?.[1] ?? 0) || a - b,
          );
        expect([...end(sortedByKeys(new Uint32Array(pairs.flat()), pairs.length, 2))]).toEqual(expected);
        const compare = (a: number, b: number): number => expected.indexOf(a) - expected.indexOf(b);
        expect([...end(sortedNumbers(pairs.length, compare))]).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
  it("a slice ends when its time is over, and an error in one job does not stop the next", () => {
    let now = 0;
    const waiting: (() => void)[] = [];
    const jobs = new Slices(
      () => now,
      (run) => void waiting.push(run),
    );
    const done: string[] = [];
    // eslint-disable-next-line -- steps that cost three milliseconds each
    function* work(steps: number, fails = false): Generator<void, void, void> {
      for (let step = 0; step < steps; step += 1) {
        now += 3;
        if (fails && step === 4) throw new Error("a bug");
        yield;
      }
    }
    jobs.run(work(1), () => done.push("small"));
    expect(done).toEqual(["small"]);
    jobs.run(work(9, true), () => done.push("broken"));
    jobs.run(work(9), () => done.push("large"));
    expect(done).toEqual(["small"]);
    let longest = 0;
    for (let turns = 0; waiting.length > 0 && turns < 50; turns += 1) {
      const start = now;
      try {
        waiting.shift()?.();
      } catch {
        // the broken one
      }
      longest = Math.max(longest, now - start);
    }
    expect(done).toEqual(["small", "large"]);
    expect(longest).toBeLessThanOrEqual(sliceMs + 3);
  });
});
