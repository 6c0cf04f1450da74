import { expect, test } from "vitest";
import { scrollFor, shownOf } from "./fixed.ts";

const screen = { top: 36 * 1_000, tall: 392, head: 32, line: 36, count: 50_000 };
test("of 50,000 lines those on the screen and a few around are there, wherever one is", () => {
  expect(shownOf(screen)).toEqual([992, 1_018]);
  expect(shownOf({ ...screen, top: 0 })).toEqual([0, 18]);
  expect(shownOf({ ...screen, top: 50_000 * 36 - 360 })).toEqual([49_982, 50_000]);
  expect(shownOf({ ...screen, count: 3 })).toEqual([3, 3]); // scrolled beyond what is left: the browser comes back
  expect(shownOf({ ...screen, top: 0, count: 0 })).toEqual([0, 0]);
});
test("a line that is not to be seen is scrolled to by the shorter way, below the head", () => {
  expect(scrollFor(1_000, screen)).toBeNull();
  expect(scrollFor(1_009, screen)).toBeNull();
  expect(scrollFor(1_010, screen)).toBe(36 * 1_001);
  expect(scrollFor(999, screen)).toBe(36 * 999);
});
