import { expect, test } from "vitest";
import type { Row } from "../../shared/records/entities.ts";
import { atOnce } from "../data/jobs.ts";
import { Windows } from "../data/windows.ts";
import { finder, order, passes, type Account } from "./columns.ts";

const row = (id: string, more: Partial<Account>): Account => ({
  id,
  anchor: id,
  compartment: "core",
  createdAt: 0,
  createdBy: "m",
  ...more,
});
const people: { readonly [id: string]: Row } = Object.fromEntries(
  [
    ["m1", "Zoë"],
    ["m2", "Ana"],
  ].map(([id, name]) => [id, { id, anchor: "o", compartment: "core", createdAt: 0, createdBy: "m", name } as Row]),
);
const look = (id: string) => people[id];
const rows = [
  row("a", { name: "Åsgard 10", owner: "m1", health: "good", nextAction: "Call", nextActionDay: "2026-12-01" }),
  row("b", { name: "Åsgard 9", owner: "m2", health: "at_risk" }),
  row("c", { name: "brightwater", owner: null, health: "watch", nextAction: "Send", nextActionDay: "2026-11-01" }),
];
const sortedBy = (sort: string) => {
  const source = {
    record: (id: string) => rows.find((one) => one.id === id) as Row | undefined,
    records: () => rows as unknown as Row[],
  };
  const held = { record: (id: string) => source.record(id) ?? look(id), records: source.records };
  const window = new Windows(held, atOnce).open("account", { sort: order(sort) }, "en", () => undefined);
  return window.rows.map((one) => one.id).join("");
};
test("names are sorted as people read them: case aside, numbers by value", () => {
  expect(sortedBy("name")).toBe("bac");
  expect(sortedBy("-name")).toBe("cab");
});
test("owners are sorted by name, not by id, and empty ones come last both ways", () => {
  expect(sortedBy("owner")).toBe("bac");
  expect(sortedBy("-owner")).toBe("abc");
});
test("health goes from worst to best, next actions by their day", () => {
  expect(sortedBy("health")).toBe("bca");
  expect(sortedBy("nextAction")).toBe("cab");
});
test("an unknown sort is the one by name", () => {
  expect(sortedBy("__proto__")).toBe("bac");
});
const found = (text: string) => rows.filter((one) => finder(text)(one, look));
test("finding looks for every word anywhere in the row, accents aside", () => {
  expect(found("asgard zoe").map((one) => one.id)).toEqual(["a"]);
  expect(found("  ")).toHaveLength(3);
  expect(found("nowhere")).toHaveLength(0);
});
test("filters keep what they say", () => {
  expect(rows.filter((one) => passes(one, "mine", "m2")).map((one) => one.id)).toEqual(["b"]);
  expect(rows.filter((one) => passes(one, "care", "m2")).map((one) => one.id)).toEqual(["b", "c"]);
  expect(rows.filter((one) => passes(one, "no-next", "m2")).map((one) => one.id)).toEqual(["b"]);
  expect(rows.filter((one) => passes(one, undefined, "m2"))).toHaveLength(3);
});
