import { expect, test } from "vitest";
import type { RecordOf } from "../../shared/records/entities.ts";
import { splitNote } from "./split-note.ts";
import { groups, timeline } from "./timeline-model.ts";

const base = (id: string) => ({
  id,
  anchor: "a",
  compartment: "core",
  createdAt: Date.UTC(2026, 9, 1),
  createdBy: "m",
});
const activity = (id: string, more: Partial<RecordOf<"activity">>): RecordOf<"activity"> => ({ ...base(id), ...more });
const task = (id: string, more: Partial<RecordOf<"task">>): RecordOf<"task"> => ({ ...base(id), ...more });
const sources = {
  activities: [activity("a1", { name: "Call", at: Date.UTC(2026, 10, 24, 9) }), activity("a2", { name: "No time" })],
  tasks: [
    task("t1", { name: "Later", done: false, dueDay: "2026-12-01" }),
    task("t2", { name: "Done", done: true, doneAt: Date.UTC(2026, 10, 23, 8), dueDay: "2026-12-09" }),
  ],
  comments: [{ ...base("c1"), body: "Look", at: Date.UTC(2026, 10, 24, 10) }],
};

test("records of three kinds are one line of events, newest first; a done task stands where it was done", () => {
  expect(timeline(sources, "all").map((entry) => entry.id)).toEqual(["t1", "c1", "a1", "t2", "a2"]);
  expect(timeline(sources, "tasks").map((entry) => entry.id)).toEqual(["t1", "t2"]);
});
test("it is cut into what is ahead, today, yesterday and months, by the member's zone", () => {
  expect(
    groups(timeline(sources, "all"), "2026-11-24", "UTC").map((group) => [group.key, group.entries.length]),
  ).toEqual([
    ["ahead", 1],
    ["today", 2],
    ["yesterday", 1],
    ["2026-10", 1],
  ]);
  // Ten in the morning in London is the next day on Kiritimati.
  expect(groups(timeline(sources, "comments"), "2026-11-25", "Pacific/Kiritimati").map((group) => group.key)).toEqual([
    "today",
  ]);
});
test("the first line of a note names it; one line alone has no body; a very long line is cut between characters", () => {
  expect(splitNote("Visit\nThey agreed. ")).toEqual({ name: "Visit", body: "They agreed." });
  expect(splitNote(" Call ")).toEqual({ name: "Call", body: null });
  const long = splitNote("好".repeat(300));
  expect([...long.name]).toHaveLength(121);
  expect(long.body).toHaveLength(300);
});

test("[SECTION-15] typing in a note is one line a writer and a day of the reader's; filtered like the others", () => {
  const wrote = (by: string, at: number, section = "n1") => ({
    section,
    title: "Plan",
    by,
    at,
    line: "Renewal hinges",
  });
  const past = {
    ...sources,
    zone: "Asia/Shanghai",
    wrote: [
      wrote("ana", Date.UTC(2026, 10, 24, 1)),
      wrote("ana", Date.UTC(2026, 10, 23, 23)), // the same day in Shanghai, another one in UTC
      wrote("bo", Date.UTC(2026, 10, 24, 1)),
      wrote("ana", Date.UTC(2026, 10, 22, 1)),
    ],
    around: [{ id: "shared:1", at: Date.UTC(2026, 10, 24, 2), text: "Ana let Bo see this account" }],
  };
  expect(timeline(past, "notes").map(({ who, at, section, body }) => [who, at, section, body])).toEqual([
    ["bo", Date.UTC(2026, 10, 24, 1), "n1", "Renewal hinges"],
    ["ana", Date.UTC(2026, 10, 24, 1), "n1", "Renewal hinges"],
    ["ana", Date.UTC(2026, 10, 22, 1), "n1", "Renewal hinges"],
  ]);
  expect(timeline(past, "access").map(({ title }) => title)).toEqual(["Ana let Bo see this account"]);
  expect(timeline(past, "all")).toHaveLength(9);
});
