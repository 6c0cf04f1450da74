import { beforeEach, describe, expect, it, vi } from "vitest";
import { limits } from "../../shared/kernel/limits.ts";
import { dropLock, hasLock, isPin, makeLock, openByPin } from "./keyring.ts";

const kept = new Map<string, string>(); // Node has no storage of a browser's
beforeEach(() => {
  kept.clear();
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  });
});
const me = "local_mem_1";
const pin = "271828";

describe("a lock by PIN", () => {
  it("[SYNC-L3] opens with its PIN and no other, and what lies on the device is neither PIN nor key", async () => {
    const raw = await makeLock(me, pin);
    const stored = [...kept.values()].join();
    expect(stored).not.toContain(pin);
    expect(stored).not.toContain(btoa(String.fromCharCode(...raw)));
    expect(await openByPin(me, "271829")).toMatchObject({ ok: false, left: limits.pinTriesMax - 1 });
    expect(await openByPin(me, pin)).toEqual({ ok: true, raw });
    expect((await makeLock("local_mem_2", pin)).join()).not.toBe(raw.join()); // another member's copy: another key
  });

  it("[SYNC-L3] lets one try a few times, then less and less often, then never", async () => {
    await makeLock(me, pin);
    let now = 1_000_000;
    const waits: number[] = [];
    for (let tries = 1; tries <= limits.pinTriesMax; tries += 1) {
      const tried = await openByPin(me, "000111", now);
      if (tried.ok) throw new Error("opened");
      expect(tried.left).toBe(limits.pinTriesMax - tries);
      waits.push(tried.waitMs);
      const early = await openByPin(me, pin, now + Math.max(0, tried.waitMs - 1));
      if (tried.waitMs > 0) expect(early).toMatchObject({ ok: false, left: tried.left }); // not even looked at
      else if (tries < limits.pinTriesFree) await makeAgain(tries);
      now += tried.waitMs;
    }
    expect(waits).toEqual([0, 0, 5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 640_000]);
    expect(await openByPin(me, pin, now + 1)).toMatchObject({ ok: false, left: 0 });
  });
  /** The right PIN sets the count back; here the count goes on as it was. */
  async function makeAgain(tries: number): Promise<void> {
    const name = `baton.lock:${me}`;
    kept.set(name, JSON.stringify({ ...JSON.parse(kept.get(name) ?? "{}"), tries }));
    return Promise.resolve();
  }

  it("[SYNC-L3] counts a try before it looks at it, and forgets the count with the right one", async () => {
    await makeLock(me, pin);
    const given = openByPin(me, "000111");
    expect(JSON.parse(kept.get(`baton.lock:${me}`) ?? "{}")).toMatchObject({ tries: 1 });
    await given;
    await openByPin(me, pin);
    expect(JSON.parse(kept.get(`baton.lock:${me}`) ?? "{}")).toMatchObject({ tries: 0, until: 0 });
    dropLock(me);
    expect(hasLock(me)).toBe(false);
  });

  it("[SYNC-L3] takes six digits or more, not all the same and not in a row", () => {
    expect(["271828", "0000001", "13579135"].filter(isPin)).toHaveLength(3);
    expect(["27182", "27182a", "111111", "123456", "890123", "987654", "", "２７１８２８"].filter(isPin)).toEqual([]);
  });
});
