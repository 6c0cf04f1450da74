import { describe, expect, it } from "vitest";
import type { RecordOf } from "../records/entities.ts";
import { clocksOf, isLate, levelFor, nextClock, startingTargets, type TimedCase } from "./service.ts";
import { escalated, escalationEnded, escalationsOf, pausesOf, waitFrom, waitUntil } from "./waits.ts";

const at = (iso: string): number => Date.parse(iso);
const base = { anchor: "local_org_00000000000000000000", compartment: "core", createdAt: 0, createdBy: "x" };
const level = (id: string, more: Partial<RecordOf<"service_level">>): RecordOf<"service_level"> => ({ ...base, id, ...more }); // prettier-ignore
const americas: RecordOf<"region"> = { ...base, id: "local_reg_americas", name: "Americas", zone: "America/New_York" };
const opened = at("2026-11-24T09:00-05:00"); // a Tuesday
const one = (more: Partial<TimedCase> = {}): TimedCase => ({ status: "open", severity: "critical", openedAt: opened, createdAt: opened, ...more }); // prettier-ignore
const iso = (instant: number | null): string | null => (instant === null ? null : new Date(instant).toISOString());
const hour = 3_600_000;

describe("[CASE-4] what was promised", () => {
  it("is the region's own, else that of all regions, else what the product starts with, in the region's zone", () => {
    const own = level("local_svl_a", { region: americas.id, opens: "08:00", closes: "20:00", resolutionMinutes: { critical: 60 } }); // prettier-ignore
    const all = level("local_svl_b", { name: "Everywhere", zone: "Asia/Kolkata", days: ["6", "7"] });
    expect(levelFor([all, own], americas)).toMatchObject({ id: own.id, calendar: { zone: "America/New_York", opens: 480, closes: 1_200 }, resolution: { critical: 60, high: 480 } }); // prettier-ignore
    expect(levelFor([all], americas)).toMatchObject({ name: "Everywhere", calendar: { zone: "Asia/Kolkata", days: new Set([6, 7]) } }); // prettier-ignore
    expect(levelFor([], americas)).toMatchObject({ id: null, calendar: { zone: "America/New_York", opens: 540, closes: 1_020 }, ...startingTargets }); // prettier-ignore
    expect(levelFor([level("local_svl_a", { opens: "18:00", closes: "07:00", days: ["nine"], zone: null })], null)).toMatchObject({ calendar: { zone: "UTC", opens: 540, closes: 1_020, days: new Set([1, 2, 3, 4, 5]) } }); // prettier-ignore
  });
  const start = levelFor([], americas);
  it("runs until it is answered and until it is solved; the one that comes first leads", () => {
    const clocks = clocksOf(one(), start, opened + 10 * 60_000);
    expect([iso(clocks.response.dueAt), iso(clocks.resolution.dueAt)]).toEqual(["2026-11-24T14:30:00.000Z", "2026-11-24T18:00:00.000Z"]); // prettier-ignore
    expect([clocks.response.leftMs, clocks.resolution.leftMs]).toEqual([20 * 60_000, 4 * hour - 10 * 60_000]);
    expect(nextClock(clocks)?.kind).toBe("response");
    const answered = clocksOf(one({ respondedAt: opened + hour }), start, opened + 2 * hour);
    expect([answered.response.state, answered.response.missedAt, nextClock(answered)?.kind]).toEqual(["missed", at("2026-11-24T14:30Z"), "resolution"]); // prettier-ignore
  });
  it("is late from its very end, by business time, and stays so when it is solved", () => {
    const due = at("2026-11-24T18:00Z");
    expect(isLate(clocksOf(one({ respondedAt: opened }), start, due))).toBe(false);
    expect(isLate(clocksOf(one({ respondedAt: opened }), start, due + 1))).toBe(true);
    expect(clocksOf(one({ respondedAt: opened }), start, at("2026-11-25T15:00Z")).resolution.leftMs).toBe(-5 * hour);
    const solved = one({ status: "resolved", respondedAt: opened, resolvedAt: due + 1 });
    expect(clocksOf(solved, start, due + 9 * hour)).toMatchObject({ resolution: { state: "missed", missedAt: due } });
    expect(isLate(clocksOf(solved, start, due + 9 * hour))).toBe(false); // nothing runs any more
  });
  it("stands still while the customer is asked, and goes on from there", () => {
    const waits = waitFrom(null, opened + hour);
    const waiting = clocksOf(one({ status: "waiting", respondedAt: opened, waits }), start, opened + 6 * hour);
    expect(waiting.resolution).toEqual({ dueAt: null, leftMs: 3 * hour, state: "paused", missedAt: null });
    expect(nextClock(waiting)).toBe(null);
    const back = clocksOf(one({ respondedAt: opened, waits: waitUntil(waits, opened + 6 * hour) }), start, opened + 7 * hour); // prettier-ignore
    // One hour before, one after; two are left at four o'clock, one of them tomorrow.
    expect(back.resolution).toMatchObject({ leftMs: 2 * hour, state: "running", dueAt: at("2026-11-25T10:00-05:00") });
  });
  it("stays late if it was late before it waited", () => {
    const late = clocksOf(one({ status: "waiting", respondedAt: opened, waits: waitFrom(null, opened + 5 * hour) }), start, opened + 6 * hour); // prettier-ignore
    expect(late.resolution).toMatchObject({ state: "running", missedAt: opened + 4 * hour });
  });
  it("takes what another system measured as it was measured", () => {
    const from = { status: "closed", resolvedAt: opened + 40 * hour, severity: "low" } as const;
    expect(clocksOf(one({ ...from, slaMet: false }), start, opened + 50 * hour).resolution.state).toBe("missed");
    expect(clocksOf(one({ ...from, severity: "critical", slaMet: true }), start, opened + 50 * hour).resolution).toMatchObject({ state: "met", missedAt: null }); // prettier-ignore
  });
});

describe("[CASE-5] what a case remembers of itself", () => {
  it("keeps every wait, and of very many the oldest as one", () => {
    let waits = waitFrom(null, 1_000);
    for (let n = 1; n < 150; n += 1) waits = waitFrom(waitUntil(waits, n * 2_000) ?? waits, n * 2_000 + 1_000);
    const all = pausesOf(waits);
    expect([all.length, all[0]?.from, all.at(-1)?.until]).toEqual([100, 1_000, null]);
    expect(JSON.stringify(waits).length).toBeLessThan(8_192);
    expect(waitUntil(null, 5)).toBe(null);
  });
  it("keeps who was called in by whom; what is no moment is passed over", () => {
    const first = escalated({ c4n: "c4n" }, 10, "ana", "priya");
    expect(escalationsOf(first)).toEqual([{ at: 10, by: "ana", to: "priya", ended: null }]);
    const again = escalated(escalationEnded(first, 20), 30, "sofia", "priya");
    expect(escalationsOf(again).map(({ by, ended }) => [by, ended])).toEqual([["ana", 20], ["sofia", null]]); // prettier-ignore
    expect(escalationEnded(null, 5)).toBe(null);
  });
});
