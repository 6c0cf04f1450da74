import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readCsv } from "../exchange/csv.ts";
import { incidentRows } from "../exchange/incidents.ts";
import { handoffReport, type HandoffRow } from "./report.ts";

const hour = 3_600_000;
const one = (id: string, from: string, to: string, at: number, more: Partial<HandoffRow> = {}): HandoffRow => ({
  id, anchor: "acc", about: "case", state: "accepted", fromQueue: from, toQueue: to, offeredAt: at, acceptedAt: at + hour, ...more,
}); // prettier-ignore
const nobody = (): null => null;

describe("[HAND-7] the report of handovers", () => {
  it("has the reference numbers of the incident log: handovers, cases, ping-pongs, lags, who to whom", () => {
    const read = readCsv(readFileSync(new URL("../../demo/sources/incidents/incident-events.csv", import.meta.url), "utf8")); // prettier-ignore
    if (!read.ok) throw new Error(read.error.detail);
    const log = incidentRows(read.value.rows.map(({ cells }) => cells), () => "x:account:1"); // prettier-ignore
    const rows = log
      .filter(({ entity }) => entity === "handoff")
      .map((row) => ({ id: row.source, anchor: "acc", source: row.source, about: row.refs?.["about"], ...row.fields }) as HandoffRow); // prettier-ignore
    const report = handoffReport(
      rows.toSorted((a, b) => (a.id.slice(-4) < b.id.slice(-4) ? 1 : -1)),
      nobody,
    );
    expect([report.handovers.length, report.records, report.most, report.pingPongs]).toEqual([834, 381, 18, 150]);
    const { median, mean, p90 } = report.lag;
    expect([median, mean, p90].map((ms) => Number(((ms ?? 0) / hour).toFixed(4)))).toEqual([5.275, 29.8667, 53.25]);
    expect(report.pairs[0]).toEqual({ from: "Group 70", to: "Group 20", count: 58 });
    const of = (name: string) => report.groups.find(({ group }) => group === name);
    expect([of("Group 70")?.given, of("Group 70")?.count, of("Group 25")?.count]).toEqual([320, 155, 78]);
    expect(report.groups.reduce((sum, { pingPongs }) => sum + pingPongs, 0)).toBe(150);
  });
  it("counts what was taken alone, a record by itself, and going back at once as a ping-pong", () => {
    const rows = [
      one("1", "A", "B", 0),
      one("2", "B", "A", 2 * hour),
      one("3", "A", "B", 4 * hour, { about: "another" }),
      one("4", "A", "C", 6 * hour),
      one("5", "C", "B", 8 * hour),
      one("6", "B", "A", 9 * hour, { state: "offered", acceptedAt: null }),
      one("7", "B", "A", 9 * hour, { state: "returned" }),
    ];
    const report = handoffReport(rows.toReversed(), nobody);
    expect([report.handovers.length, report.records, report.most]).toEqual([5, 2, 4]);
    expect(report.handovers.filter(({ pingPong }) => pingPong).map(({ row }) => row.id)).toEqual(["2"]);
    expect(report.lag).toEqual({ count: 5, median: hour, mean: hour, p90: hour });
  });
  it("goes by the team of a member where no queue is named, and by the member where there is no team", () => {
    const people = { fromQueue: null, toQueue: null, fromMember: "ana", toMember: "bo" };
    const report = handoffReport([one("1", "", "", 0, people)], (member) => (member === "bo" ? "europe" : null));
    expect(report.groups.map(({ group, count, given }) => [group, count, given])).toEqual([["europe", 1, 0], ["ana", 0, 1]]); // prettier-ignore
    expect(handoffReport([], nobody)).toMatchObject({ records: 0, most: 0, lag: { count: 0, median: null } });
  });
});
