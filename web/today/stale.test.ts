import { expect, test } from "vitest";
import type { RecordOf } from "../../shared/records/entities.ts";
import { staleOnes, touchedAt } from "./stale.ts";

const now = Date.UTC(2026, 10, 24, 12);
const dayMs = 86_400_000;
const account = (id: string, more: Partial<RecordOf<"account">> = {}): RecordOf<"account"> => ({
  id,
  anchor: id,
  compartment: "core",
  createdAt: 0,
  createdBy: "m",
  ...more,
});
const touch = (anchor: string, daysAgo: number): RecordOf<"activity"> => ({
  id: `${anchor}${daysAgo}`,
  anchor,
  compartment: "core",
  createdAt: 0,
  createdBy: "m",
  at: now - daysAgo * dayMs,
});
const found = (accounts: RecordOf<"account">[], touches: RecordOf<"activity">[]) =>
  staleOnes(
    accounts,
    (id) => {
      const moments = touches.filter((row) => row.anchor === id).flatMap((row) => touchedAt(row, now) ?? []);
      return moments.length > 0 ? Math.max(...moments) : null;
    },
    "2026-11-24",
  ).map((one) => [one.account.id, one.idleDays]);

test("an account without next action is stale after thirty days without a touch, or if nobody ever touched it", () => {
  expect(
    found(
      [account("new"), account("old"), account("fresh")],
      [touch("old", 31), touch("fresh", 30), touch("fresh", 90)],
    ),
  ).toEqual([
    ["new", null],
    ["old", 31],
  ]);
});
test("an account with a next action does not go stale: the action is due instead, also when its day has passed", () => {
  const late = account("late", { nextAction: "Call", nextActionDay: "2026-11-23" });
  expect(found([account("old"), late], [touch("old", 200), touch("late", 90)])).toEqual([["old", 200]]);
});
test("a meeting in the future is not a touch", () => {
  expect(found([account("a")], [touch("a", -5)])).toEqual([["a", null]]);
});
