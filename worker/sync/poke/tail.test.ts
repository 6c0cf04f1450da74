import { describe, expect, it } from "vitest";
import { limits } from "../../../shared/kernel/limits.ts";
import { Gaps, Tail } from "./tail.ts";

const header = (key: string) => ({ key, entity: "account", bits: 1 }) as const;

describe("what the hub remembers of commits", () => {
  it("[SYNC-U1] a page is told what came after it, and no more", () => {
    const tail = new Tail();
    for (const at of [3, 5, 9]) tail.add({ at, keys: [header(`k${at}`)], anchors: [`a${at}`] });
    expect(tail.since(5)).toEqual({ keys: [header("k9")], anchors: ["a9"] });
    expect(tail.since(9)).toEqual({ keys: [], anchors: [] });
    expect(tail.since(0)?.anchors).toEqual(["a3", "a5", "a9"]);
  });
  it("[SYNC-U1] it is bounded, and says when it does not reach back", () => {
    const tail = new Tail();
    for (let at = 1; at <= 30; at += 1)
      tail.add({ at, keys: Array.from({ length: limits.hubTailMax / 10 }, () => header("k")), anchors: [] });
    expect(tail.since(19)).toBeNull();
    expect(tail.since(20)?.keys).toHaveLength(limits.hubTailMax);
  });
  it("[SYNC-U1] a word that never came is a gap; one that was overtaken is none", () => {
    const gaps = new Gaps(null);
    gaps.told({ after: 100, upTo: 102 });
    expect(gaps.missing).toEqual([]); // what was before its time was told before it
    gaps.told({ after: 104, upTo: 105 });
    expect(gaps.missing).toEqual([{ after: 102, upTo: 104 }]);
    gaps.told({ after: 103, upTo: 104 });
    expect(gaps.missing).toEqual([{ after: 102, upTo: 103 }]);
    gaps.told({ after: 102, upTo: 103 });
    expect([gaps.missing, gaps.head]).toEqual([[], 105]);
    gaps.seen(105);
    expect(gaps.missing).toEqual([]);
    gaps.seen(107);
    expect(gaps.missing).toEqual([{ after: 105, upTo: 107 }]);
  });
});
