import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dayMs, edgeLimits, limits } from "../kernel/limits.ts";
import { heeded, heededSpan, type Counted } from "./heeded.ts";

const line = (more: Partial<Counted> = {}): Counted => ({ kind: "mention", shown: 10, acted: 6, putOff: 1, ...more });
const crowd = (count: number, more: Partial<Counted> = {}): Counted[] =>
  Array.from({ length: count }, () => line(more));

describe("[NOTICE-9] how notices of a kind are heeded", () => {
  it("is one line a kind, in rounded numbers", () => {
    expect(heeded(crowd(5))).toEqual([{ kind: "mention", shown: 50, acted: 30, putOff: 5, ignored: 15 }]);
    expect(heeded(crowd(5, { shown: 1, acted: 0, putOff: 0 }))).toEqual([
      { kind: "mention", shown: 5, acted: 0, putOff: 0, ignored: 5 },
    ]);
  });
  it("is not told of fewer than five, nor where one met more than half of them", () => {
    expect(heeded(crowd(4))).toEqual([]);
    expect(heeded([...crowd(4), line({ shown: 0, acted: 0, putOff: 0 })])).toEqual([]); // who met none is nobody
    expect(heeded([...crowd(5), line({ shown: 51 })])).toEqual([]);
    expect(heeded([...crowd(5), line({ shown: 50 })])).toHaveLength(1);
    expect(heeded(crowd(9, { kind: "nonsense" }))).toEqual([]);
  });
  it("does not tell one notice more or less, but by a step", () => {
    const counts = fc.record({ shown: fc.integer({ min: 1, max: 40 }), acted: fc.integer({ min: 0, max: 10 }), putOff: fc.integer({ min: 0, max: 10 }) }); // prettier-ignore
    fc.assert(
      fc.property(fc.array(counts, { minLength: 5, maxLength: 30 }), (all) => {
        for (const one of heeded(all.map((each) => line(each))))
          for (const number of [one.shown, one.acted, one.putOff, one.ignored])
            expect(Math.abs(number % edgeLimits.heededStep)).toBe(0);
      }),
    );
  });
  it("is over weeks that are closed: the same bytes from one day to the next, and none that may still be heeded", () => {
    const now = Date.parse("2026-11-27T12:00:00Z");
    for (let at = now; at < now + 30 * dayMs; at += dayMs / 3) {
      const { from, until } = heededSpan(at);
      expect(at - until).toBeGreaterThanOrEqual(limits.noticeIgnoredMs);
      expect(at - until).toBeLessThan(limits.noticeIgnoredMs + 7 * dayMs);
      expect(at - from).toBeLessThanOrEqual(limits.noticeWindowMs + dayMs); // what is swept is not missed
    }
    expect(heededSpan(now)).toEqual(heededSpan(now + dayMs));
  });
});
