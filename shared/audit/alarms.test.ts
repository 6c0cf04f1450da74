import { describe, expect, it } from "vitest";
import { edgeLimits, limits } from "../kernel/limits.ts";
import { alarmsOf, type Sum, type Told } from "./alarms.ts";

const dayMs = 86_400_000;
const now = Date.UTC(2026, 10, 27, 12, 30);
const today = Math.floor(now / dayMs);
const noon = (): number => 12;
const read = (actor: string, day: number, n: number): Sum => ({ actor, kind: "read", day, n });
const told = (kind: string, actor: string, n: number | null, at = now): Told => ({ kind, actor, what: null, n, at });
const kinds = (sums: Sum[], recent: Told[], hour: (member: string, at: number) => number = noon): string[] =>
  alarmsOf(sums, recent, now, hour).map(({ kind, member }) => `${kind} ${member}`);

describe("[AUDIT-9] alarms", () => {
  const week = [1, 2, 3, 4, 5].map((back) => read("ana", today - back, 400));
  it("a bulk read is more than the number and than thrice the member's own median, all ways of reading together", () => {
    expect(kinds([...week, read("ana", today, 1_200)], [])).toEqual([]);
    expect(kinds([...week, read("ana", today, 1_000), { ...read("ana", today, 201), kind: "pull" }], [])).toEqual(["bulk_read ana"]); // prettier-ignore
    expect(kinds([...week.map((one) => ({ ...one, n: 10 })), read("ana", today, limits.bulkReadRowsADay)], [])).toEqual([]); // prettier-ignore
    expect(kinds([...week.map((one) => ({ ...one, n: 10 })), read("ana", today, limits.bulkReadRowsADay + 1)], [])).toEqual(["bulk_read ana"]); // prettier-ignore
  });
  it("who has no days behind them is compared with a first copy", () => {
    expect(kinds([read("bo", today, edgeLimits.bulkReadRowsNew)], [])).toEqual([]);
    expect(kinds([read("bo", today, edgeLimits.bulkReadRowsNew + 1)], [])).toEqual(["bulk_read bo"]);
  });
  it("many refusals and many exports within an hour, counted by their numbers, are told; the hour before last is over", () => {
    expect(kinds([], [told("denied", "ana", edgeLimits.alarmDenialsAnHour - 1)])).toEqual([]);
    expect(kinds([], [told("denied", "ana", 30), told("denied", "ana", 30)])).toEqual(["many_denials ana"]);
    expect(kinds([], [told("denied", "ana", 90, now - 2 * 3_600_000)])).toEqual([]);
    expect(kinds([], [told("export", "ana", 5), told("export", "ana", 5), told("export", "bo", 5)])).toEqual([]);
    expect(
      kinds(
        [],
        [1, 2, 3].map(() => told("export", "ana", 5)),
      ),
    ).toEqual(["export_burst ana"]);
  });
  it("what leaves at night by the member's own clock is told once a day; small reads are work", () => {
    const night = (member: string): number => (member === "ana" ? 23 : 12);
    expect(kinds([], [told("export", "ana", 5), told("export", "ana", 7), told("export", "bo", 5)], night)).toEqual(["off_hours ana"]); // prettier-ignore
    expect(kinds([], [told("read", "ana", limits.bulkReadRowsADay - 1), told("denied", "ana", 50)], night)).toEqual([]);
    expect(alarmsOf([], [told("pull", "ana", 4_000)], now, () => 2)).toMatchObject([{ kind: "off_hours", n: 4_000 }]);
  });
});
