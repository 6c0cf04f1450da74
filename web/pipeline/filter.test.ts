import { expect, test } from "vitest";
import { pipelineEn } from "../i18n/en/pipeline.ts";
import { pipelineZh } from "../i18n/zh-CN/pipeline.ts";
import { closing, columnsOf, passes, type Opportunity, type Search, type Stage } from "./filter.ts";

const at = Date.parse("2026-11-22T10:00:00Z");
const stage = (id: string, outcome: "open" | "won" | "lost", limitDays: number | null = null): Stage =>
  ({ id, outcome, limitDays }) as Stage;
const stages = [stage("s1", "open", 10), stage("s2", "open"), stage("s3", "won")];
const row = (id: string, more: object = {}): Opportunity =>
  ({ id, anchor: "a1", createdAt: at, stage: "s1", stageSince: at, closeDay: "2026-12-01", ...more }) as Opportunity;
const accounts = new Map([
  ["a1", { owner: "ana", team: "west" }],
  ["a2", { owner: "bo", team: "europe" }],
]);
const rows = [
  row("mine"),
  row("given", { owner: "bo" }),
  row("theirs", { anchor: "a2" }),
  row("unknown", { anchor: "a3", closeDay: null }),
  row("old", { stageSince: at - 11 * 86_400_000 }),
  row("late", { closeDay: "2026-11-01", stage: "s2" }),
  row("won", { stage: "s3", closeDay: "2026-11-01" }),
  row("wonBefore", { stage: "s3", closeDay: "2026-10-01" }),
];
const found = (search: Search): string[] =>
  rows
    .filter((one) =>
      passes(one, search, {
        me: "ana",
        teams: ["west"],
        account: (anchor) => accounts.get(anchor),
        stageOf: ({ stage: id }) => stages.find((each) => each.id === id),
        at,
        today: "2026-11-22",
      }),
    )
    .map(({ id }) => id);

test("filters go by who answers for it, by month, and by how it gets on", () => {
  expect(found({ who: "mine" })).toEqual(["mine", "old", "late", "won", "wonBefore"]);
  expect(found({ who: "team" })).toEqual(["mine", "given", "old", "late", "won", "wonBefore"]);
  expect(found({ owner: "bo" })).toEqual(["given", "theirs"]);
  expect(found({ owner: "none" })).toEqual(["unknown"]);
  expect(found({ month: "2026-11" })).toEqual(["late", "won"]);
  expect(found({ month: "none" })).toEqual(["unknown"]);
  expect(found({ only: "stuck" })).toEqual(["old"]);
  expect(found({ only: "slipping" })).toEqual(["late"]);
  expect(found({ counted: "yes" })).not.toContain("wonBefore");
  expect(found({})).toHaveLength(rows.length);
});
test("by close day what is open comes first, then what is over, the latest of it first", () => {
  const order = rows.toSorted((a, b) => Number(closing(a, stages.find(({ id }) => id === a.stage))) - Number(closing(b, stages.find(({ id }) => id === b.stage)))); // prettier-ignore
  expect(order.map(({ id }) => id)).toEqual(["late", "mine", "given", "theirs", "old", "unknown", "won", "wonBefore"]);
});
test("columns stand in the order of the stages, and what has none stands before; an unchanged column stays the same", () => {
  const first = columnsOf([...rows, row("lost", { stage: "gone" })], stages);
  expect(first.map((column) => [column.stage?.id, column.rows.length])).toEqual([[undefined, 1], ["s1", 5], ["s2", 1], ["s3", 2]]); // prettier-ignore
  const moved = rows.map((one) => (one.id === "mine" ? row("mine", { stage: "s2" }) : one));
  const next = columnsOf(moved, stages, first);
  expect([next[0] === first[1], next[1] === first[2], next[2] === first[3]]).toEqual([false, false, true]);
});
test("the words of the screen are there in both languages", () => {
  expect(Object.keys(pipelineZh).sort()).toEqual(Object.keys(pipelineEn).sort());
});
