import fc from "fast-check";
import { expect, test } from "vitest";
import type { Row } from "../../shared/records/entities.ts";
import { healthOrder, nextOrder, type Account } from "../accounts/columns.ts";
import { atOnce } from "../data/jobs.ts";
import { Windows } from "../data/windows.ts";
import type { ListKind } from "./kind.ts";
import { groupedLines, plainLines, runsOf } from "./lines.ts";
import { finder, onlineSort, orderOf } from "./order.ts";

const label = (): string => "";
const kind = {
  entity: "account",
  plural: "accounts",
  columns: [
    { field: "name", label, min: 1, grow: 1, online: "name" },
    { field: "health", label, min: 1, grow: 1, sort: healthOrder, online: "health" },
    { field: "nextAction", label, min: 1, grow: 1, sort: nextOrder, online: "nextActionDay" },
    { field: "owner", label, min: 1, grow: 1 },
  ],
  find: { texts: ["name", "city", "nextAction"], refs: ["owner", "region"] },
} as unknown as ListKind;

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
    ["m3", "Ana"],
  ].map(([id, name]) => [id, { id, anchor: "o", compartment: "core", createdAt: 0, createdBy: "m", name } as Row]),
);
const look = (id: string) => people[id];
const rows = [
  row("a", { name: "Åsgard 10", owner: "m1", health: "good", nextAction: "Call", nextActionDay: "2026-12-01" }),
  row("b", { name: "Åsgard 9", owner: "m2", health: "at_risk" }),
  row("c", { name: "brightwater", owner: null, health: "watch", nextAction: "Send", nextActionDay: "2026-11-01" }),
];
function sorted(all: readonly Account[], sort: string, group?: string): string {
  const source = {
    record: (id: string) => (all.find((one) => one.id === id) as Row | undefined) ?? look(id),
    records: () => all as unknown as Row[],
  };
  const query = { sort: orderOf(kind, sort, group) as string };
  const window = new Windows(source, atOnce).open("account", query, "en", () => undefined);
  return window.rows.map((one) => one.id).join("");
}
test("names are sorted as people read them: case aside, numbers by value", () => {
  expect(sorted(rows, "name")).toBe("bac");
  expect(sorted(rows, "-name")).toBe("cab");
});
test("owners are sorted by name, not by id, and empty ones come last both ways", () => {
  expect(sorted(rows, "owner")).toBe("bac");
  expect(sorted(rows, "-owner")).toBe("abc");
});
test("health goes from worst to best, next actions by their day", () => {
  expect(sorted(rows, "health")).toBe("bca");
  expect(sorted(rows, "nextAction")).toBe("cab");
});
test("an unknown sort is the one by name, here and at the edge", () => {
  expect(sorted(rows, "__proto__")).toBe("bac");
  expect([onlineSort(kind, "__proto__"), onlineSort(kind, "-nextAction"), onlineSort(kind, "owner")]).toEqual(["name", "-nextActionDay", "name"]); // prettier-ignore
});
test("[LIST-5] a group's rows stand together, also where two groups have one name, each in the order that was asked for", () => {
  const more = ["m2", "m3", "m2", "m3", null].map((owner, at) => row(String(at), { name: `n${9 - at}`, owner }));
  expect(sorted(more, "name", "owner")).toBe("20314");
  expect(sorted(more, "-name", "owner")).toBe("02134");
});
const found = (text: string) => rows.filter((one) => finder(kind, text)(one as Row, look));
test("finding looks for every word anywhere in the row, accents aside", () => {
  expect(found("asgard zoe").map((one) => one.id)).toEqual(["a"]);
  expect(found("  ")).toHaveLength(3);
  expect(found("nowhere")).toHaveLength(0);
});

test("[LIST-5] lines are heads and rows; a shut group has its head alone; every row is found again", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 6 }), { maxLength: 60 }), fc.array(fc.nat({ max: 6 }), { maxLength: 4 }), (keys, closed) => {
      const list = [...keys].sort((a, b) => a - b).map(String);
      const runs = runsOf(list.length, (place) => list[place] ?? "");
      expect(runs.flatMap(({ key, from, to }) => Array.from({ length: to - from }, () => key))).toEqual(list);
      const shut = new Set(closed.map(String));
      const lines = groupedLines(runs, shut);
      const shown: string[] = [];
      for (const { key, from, to } of runs) {
        shown.push(`#${key}`);
        if (!shut.has(key)) for (let at = from; at < to; at += 1) shown.push(String(at));
      }
      const read = Array.from({ length: lines.count }, (_, at) => lines.at(at));
      expect(read.map((line) => (line === undefined ? "" : "head" in line ? `#${line.head.key}` : String(line.place)))).toEqual(shown);
      for (const [at, line] of read.entries())
        if (line) expect("head" in line ? lines.lineOfHead(line.head.key) : lines.lineOf(line.place)).toBe(at);
      expect([lines.at(-1), lines.at(lines.count), lines.lineOf(list.length)]).toEqual([undefined, undefined, -1]);
    }),
  );
  expect([plainLines(3).at(2), plainLines(3).at(3), plainLines(3).lineOf(1)]).toEqual([{ place: 2 }, undefined, 1]);
}); // prettier-ignore
