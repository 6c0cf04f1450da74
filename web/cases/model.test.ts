import { describe, expect, it } from "vitest";
import { levelFor } from "../../shared/cases/service.ts";
import { waitFrom } from "../../shared/cases/waits.ts";
import { orderOf, passes, readFilter, type Around, type Case } from "./model.ts";

const hour = 3_600_000;
const opened = Date.parse("2026-11-24T09:00Z");
const level = levelFor([], null);
const one = (id: string, more: Partial<Case> = {}): Case => ({
  id, anchor: "acc", compartment: "service", createdAt: opened, createdBy: "x", status: "open", severity: "high", openedAt: opened, respondedAt: opened, owner: null, queue: null, ...more,
}); // prettier-ignore
const around: Around = {
  me: { member: "sofia", teams: ["service"] },
  queueOf: (name) => (name === "Terminals" ? { id: "q", name, steward: "priya", team: "service" } : undefined),
  levelOf: () => level,
  accountOf: () => ({ region: "americas", owner: "ana" }),
};
const shown = (search: Parameters<typeof readFilter>[0], cases: readonly Case[], now = opened): string[] =>
  cases.filter((row) => passes(row, readFilter(search), around, now)).map(({ id }) => id);

describe("which cases a list shows", () => {
  const all = [
    one("mine", { owner: "sofia" }),
    one("queued", { queue: "Terminals" }),
    one("nobody", { queue: "Elsewhere", severity: "low" }),
    one("waits", { owner: "bo", status: "waiting", waits: waitFrom(null, opened + hour) }),
    one("solved", { owner: "sofia", status: "resolved", resolvedAt: opened + hour }),
  ];
  it("is what is not solved, of anybody, unless the address says otherwise", () => {
    expect(shown({}, all)).toEqual(["mine", "queued", "nobody", "waits"]);
    expect(shown({ status: "done" }, all)).toEqual(["solved"]);
    expect(shown({ status: "all", severity: "low" }, all)).toEqual(["nobody"]);
    expect(shown({ who: "no such", status: "nor this" }, all)).toHaveLength(4);
  });
  it("[CASE-1] is mine by its owner or its queue's steward, my queues' by their team", () => {
    expect(shown({ who: "mine" }, all)).toEqual(["mine"]);
    expect(all.filter((row) => passes(row, readFilter({ who: "mine" }), { ...around, me: { member: "priya", teams: [] } }, opened)).map(({ id }) => id)).toEqual(["queued"]); // prettier-ignore
    expect(all.filter((row) => passes(row, readFilter({ who: "mine" }), { ...around, me: { member: "ana", teams: [] } }, opened)).map(({ id }) => id)).toEqual(["nobody"]); // prettier-ignore
    expect(shown({ who: "queues" }, all)).toEqual(["queued"]);
    expect(shown({ who: "free", region: "americas" }, all)).toEqual(["queued", "nobody"]);
    expect(shown({ region: "europe" }, all)).toEqual([]);
  });
  it("[CASE-4] is late by the hours of its region, and what waits for the customer is not", () => {
    expect(shown({ late: "1" }, all, opened + 30 * hour)).toEqual(["mine", "queued"]);
  });
  it("[CASE-4] has what breaks first in front, then what waits, then what is done, newest first", () => {
    const order =
      [...all, one("older", { openedAt: opened - hour, severity: "critical" }), one("long ago", { status: "closed", resolvedAt: opened - hour })] // prettier-ignore
        .sort((a, b) => orderOf(a, level) - orderOf(b, level) || (a.id < b.id ? -1 : 1))
        .map(({ id }) => id);
    expect(order).toEqual(["older", "mine", "queued", "nobody", "waits", "solved", "long ago"]);
  });
});
