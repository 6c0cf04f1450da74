import { describe, expect, it } from "vitest";
import { limits } from "../../../shared/kernel/limits.ts";
import { Waiting } from "./waiting.ts";

describe("when a device hears of a change", () => {
  it("[SYNC-U1] in front within a quarter of a second, in the background within five; what comes meanwhile goes along", () => {
    for (const [front, most] of [[true, limits.pokeCoalesceMs], [false, limits.pokeBackgroundMs]] as const) {
      const waiting = new Waiting();
      for (const at of [0, 1, 20]) waiting.add("a", front, at, 0.999);
      expect(waiting.take(0)).toEqual([]);
      expect(waiting.next).toBeLessThanOrEqual(most);
      expect(waiting.take(most)).toEqual(["a"]);
      expect([waiting.next, waiting.take(most * 2)]).toEqual([null, []]);
    }
  }); // prettier-ignore
  it("[SYNC-U1] those who follow one record do not pull in one moment", () => {
    const waiting = new Waiting();
    for (let n = 0; n < 10; n += 1) waiting.add(`d${n}`, true, 0, n / 10);
    expect(waiting.take(100)).toHaveLength(5);
    expect(waiting.take(limits.pokeCoalesceMs)).toHaveLength(5);
  });
  it("[SYNC-U1] case 25: while changes keep coming the pauses grow to five seconds, and shrink after a quiet time", () => {
    const waiting = new Waiting();
    let pokes = 0;
    for (let now = 0; now < 120_000; now += 50) {
      waiting.add("a", true, now, 0.5);
      pokes += waiting.take(now).length;
    }
    expect(pokes).toBeLessThan(120_000 / limits.pokeBackgroundMs + 8);
    expect(pokes).toBeGreaterThan(20);
    waiting.drop("a");
    const later = 400_000;
    waiting.add("a", true, later, 0.999);
    expect(waiting.next).toBeLessThanOrEqual(later + limits.pokeCoalesceMs);
  });
  it("who was told by another way waits for nothing", () => {
    const waiting = new Waiting();
    waiting.add("a", true, 0, 0);
    waiting.drop("a");
    expect(waiting.next).toBeNull();
  });
});
