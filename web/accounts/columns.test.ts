import { expect, test } from "vitest";
import { finder, passes, sorted, type Account } from "./columns.ts";

const row = (id: string, more: Partial<Account>): Account => ({
  id,
  anchor: id,
  compartment: "core",
  createdAt: 0,
  createdBy: "m",
  ...more,
});
const names = {
  memberName: (id: string | null | undefined) => ({ m1: "Zoë", m2: "Ana" })[id ?? ""] ?? "",
  regionName: () => "",
};
const rows = [
  row("a", { name: "Åsgard 10", owner: "m1", health: "good", nextAction: "Call", nextActionDay: "2026-12-01" }),
  row("b", { name: "Åsgard 9", owner: "m2", health: "at_risk" }),
  row("c", { name: "brightwater", owner: null, health: "watch", nextAction: "Send", nextActionDay: "2026-11-01" }),
];
const order = (sort: string) =>
  sorted(rows, sort, names, "en")
    .map((one) => one.id)
    .join("");

test("names are sorted as people read them: case aside, numbers by value", () => {
  expect(order("name")).toBe("bac");
  expect(order("-name")).toBe("cab");
});
test("owners are sorted by name, not by id, and empty ones come last both ways", () => {
  expect(order("owner")).toBe("bac");
  expect(order("-owner")).toBe("abc");
});
test("health goes from worst to best, next actions by their day", () => {
  expect(order("health")).toBe("bca");
  expect(order("nextAction")).toBe("cab");
});
test("an unknown sort is the one by name", () => {
  expect(order("__proto__")).toBe("bac");
});
test("finding looks for every word anywhere in the row, accents aside", () => {
  expect(rows.filter(finder("asgard zoe", names)).map((one) => one.id)).toEqual(["a"]);
  expect(rows.filter(finder("  ", names))).toHaveLength(3);
  expect(rows.filter(finder("nowhere", names))).toHaveLength(0);
});
test("filters keep what they say", () => {
  expect(rows.filter((one) => passes(one, "mine", "m2")).map((one) => one.id)).toEqual(["b"]);
  expect(rows.filter((one) => passes(one, "care", "m2")).map((one) => one.id)).toEqual(["b", "c"]);
  expect(rows.filter((one) => passes(one, "no-next", "m2")).map((one) => one.id)).toEqual(["b"]);
  expect(rows.filter((one) => passes(one, undefined, "m2"))).toHaveLength(3);
});
