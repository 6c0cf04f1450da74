import { describe, expect, it } from "vitest";
import { limits } from "../../shared/kernel/limits.ts";
import type { SectionCache } from "./disk.ts";
import { over } from "./prefetch.ts";

const text = (id: string, at: number, bytes: number, unsent = false): SectionCache => ({
  id, gen: 1, account: "a", state: new Uint8Array(bytes), stored: new Uint8Array([0]), unsent, at,
}); // prettier-ignore
const mega = 1_048_576;
const left = (held: readonly SectionCache[], fresh: readonly string[]): (string | undefined)[] =>
  over(new Map(held.map((cache) => [cache.id, cache])), new Set(fresh)).map(({ key }) => key);

describe("texts that a device holds", () => {
  it("[SECTION-6] [case 45] what was touched longest ago leaves, until the rest fits", () => {
    const held = [text("old", 1, 4 * mega), text("older", 0, 4 * mega), text("now", 9, 6 * mega), text("new", 5, 6 * mega)]; // prettier-ignore
    expect(left(held, ["now"])).toEqual(["older"]);
    expect(left([...held, text("more", 8, mega)], ["now", "more"])).toEqual(["older", "old"]);
    expect(left(held.slice(0, 3), [])).toEqual([]);
  });
  it("[SECTION-6] [case 45] words that no room has never leave, and there are no more texts than allowed", () => {
    expect(left([text("typed", 0, 20 * mega, true), text("read", 1, 1)], [])).toEqual(["read"]);
    const many = Array.from({ length: limits.heldTextsMax + 2 }, (_, at) => text(`s${at}`, at, 1));
    expect(left(many, ["s0"])).toEqual(["s1", "s2"]);
  });
});
