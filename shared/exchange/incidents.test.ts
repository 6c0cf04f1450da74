import { expect, it } from "vitest";
import type { ImportRow } from "./import-plan.ts";
import { incidentRows } from "./incidents.ts";

const event = (sys_updated_at: string, assignment_group: string, more: Record<string, string> = {}) => ({
  number: "INC1",
  incident_state: "Active",
  reassignment_count: "0",
  reopen_count: "0",
  made_sla: "TRUE",
  opened_at: "29-02-2016 01:16",
  sys_updated_at,
  category: "Category 9",
  priority: "3 - Moderate",
  assignment_group,
  assigned_to: "?",
  resolved_at: "?",
  ...more,
});
const handoffs = (rows: readonly ImportRow[]) => rows.filter(({ entity }) => entity === "handoff");

it("a handover is a change of group between neighbours, after events without a group were left out", () => {
  const rows = incidentRows(
    [
      event("01-03-2016 10:00", "A"),
      event("01-03-2016 11:00", "?"),
      event("01-03-2016 12:30", "B"),
      event("01-03-2016 12:40", "B"),
    ],
    () => "x:account:1",
  );
  expect(handoffs(rows)).toHaveLength(1);
  expect(handoffs(rows)[0]?.fields).toMatchObject({ fromQueue: "A", toQueue: "B", lagMs: 2.5 * 3_600_000 });
});
it("events are ordered by their time, and those of one minute by the file", () => {
  const rows = incidentRows(
    [event("02-03-2016 08:00", "C"), event("01-03-2016 09:00", "A"), event("01-03-2016 09:00", "B")],
    () => "x:account:1",
  );
  expect(handoffs(rows).map(({ fields }) => [fields["fromQueue"], fields["toQueue"]])).toEqual([["A", "B"], ["B", "C"]]); // prettier-ignore
});
it("days come first in a date, and a date that is none is left for validation to refuse", () => {
  const [record] = incidentRows([event("01-03-2016 10:00", "A", { resolved_at: "2016/03/01" })], () => "x:account:1");
  expect(record?.fields["openedAt"]).toBe(Date.UTC(2016, 1, 29, 1, 16));
  expect(record?.fields["resolvedAt"]).toBeNaN();
});
