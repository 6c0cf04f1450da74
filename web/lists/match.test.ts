import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { entities, type Row } from "../../shared/records/entities.ts";
import { filtersSchema } from "../../shared/lists/schema.ts";
import { fieldsOf, groupOf, isSound, kindOf, listed, opsOf, type Filter, type Listed } from "../../shared/lists/query.ts"; // prettier-ignore
import { maskOf } from "../../shared/records/groups.ts";
import { dayIn } from "../i18n/format.ts";
import { columnsFrom, columnsText, filtersFrom, filtersText, isChanged, none, queryFrom, saidOver, shutFrom, shutText } from "./address.ts"; // prettier-ignore
import { isKnown } from "./known.ts";
import { conditions, matcher, span, startOf, type Looker } from "./match.ts";

const base = { anchor: "a", compartment: "core", createdBy: "m" } as const;
const row = (id: string, more: Record<string, unknown> = {}): Row => ({ ...base, id, createdAt: Date.UTC(2026, 10, 20), ...more }) as Row; // prettier-ignore
const looker: Looker = {
  me: "m1",
  teams: ["t1", "t2"],
  today: "2026-11-24",
  zone: "Asia/Shanghai",
  touchedWithin: (days) => new Set(days >= 30 ? ["a", "b"] : ["a"]),
};
const people: Readonly<Record<string, Row>> = { acc: row("acc", { owner: "m1", team: "t2" }) };
const look = (id: string): Row | undefined => people[id];
const passes = (name: Listed, filter: Filter, one: Row): boolean => matcher(name, [filter], looker).test(one, look);
const account = (field: string, op: Filter["op"], values: string[], value: unknown): boolean =>
  passes("account", { field, op, values }, row("a", { [field]: value }));

describe("[LIST-1] conditions", () => {
  test.each([
    ["name", "has", ["ASGARD"], "Åsgard Öl", true],
    ["name", "has", ["oil"], null, false],
    ["name", "lacks", ["oil"], null, true],
    ["name", "lacks", ["oil"], "Oil & Gas", false],
    ["name", "is", ["acme"], "ACME", true],
    ["name", "not", ["acme"], "ACME 2", true],
    ["health", "is", ["watch", "at_risk"], "watch", true],
    ["health", "is", ["watch"], null, false],
    ["health", "not", ["good"], null, true],
    ["owner", "is", ["me"], "m1", true],
    ["owner", "is", ["me"], "m2", false],
    ["team", "is", ["mine"], "t2", true],
    ["team", "not", ["mine"], "t3", true],
    ["employees", "gt", ["10"], 11, true],
    ["employees", "gt", ["10"], null, false],
    ["employees", "lt", ["10"], 10, false],
    ["nextActionDay", "next", ["7"], "2026-12-01", true],
    ["nextActionDay", "next", ["7"], "2026-12-02", false],
    ["nextActionDay", "next", ["7"], "2026-11-23", false],
    ["nextActionDay", "last", ["2"], "2026-11-22", true],
    ["nextActionDay", "over", [], "2026-11-23", true],
    ["nextActionDay", "over", [], "2026-11-24", false],
    ["nextActionDay", "over", [], null, false],
    ["nextActionDay", "before", ["2026-11-24"], "2026-11-23", true],
    ["nextActionDay", "after", ["2026-11-24"], "2026-11-24", false],
    ["nextAction", "empty", [], "", true],
    ["nextAction", "filled", [], "Call", true],
  ] as const)("%s %s %j of %j is %s", (field, op, values, value, is) => {
    expect(account(field, op, [...values], value)).toBe(is);
  });
  test("of an instant go by the whole days of the member's zone", () => {
    const at = (iso: string) => row("a", { createdAt: Date.parse(iso) });
    const last = (iso: string) => passes("account", { field: "createdAt", op: "last", values: ["1"] }, at(iso));
    expect(last("2026-11-22T16:00:00Z")).toBe(true); // the 23rd begins in Shanghai
    expect(last("2026-11-22T15:59:59Z")).toBe(false);
    expect(last("2026-11-24T15:59:59Z")).toBe(true);
    expect(last("2026-11-24T16:00:00Z")).toBe(false);
  });
  test("the first instant of a day is the first whose day it is, in every zone", () => {
    for (const zone of ["UTC", "Asia/Kathmandu", "Pacific/Kiritimati", "America/St_Johns", "Europe/Berlin", "Australia/Lord_Howe"])
      for (const day of ["2026-03-29", "2026-10-25", "2026-11-24"]) {
        const at = startOf(day, zone);
        expect([dayIn(at, zone), dayIn(at - 1, zone) < day], `${zone} ${day}`).toEqual([day, true]);
      }
  }); // prettier-ignore
  test("who was touched lately is asked of the accounts", () => {
    const quiet = (id: string, days: string) => passes("account", { field: "touched", op: "quiet", values: [days] }, row(id));
    expect([quiet("a", "7"), quiet("b", "7"), quiet("b", "30"), quiet("c", "30")]).toEqual([false, true, false, true]);
  }); // prettier-ignore
  test("of a contact look at its account, and name the field through which they look", () => {
    const filter: Filter = { field: "accountOwner", op: "is", values: ["me"] };
    expect(matcher("contact", [filter], looker).refs).toEqual(["anchor"]);
    expect(passes("contact", filter, row("c", { anchor: "acc" }))).toBe(true);
    expect(passes("contact", filter, row("c", { anchor: "gone" }))).toBe(false);
    expect(passes("contact", { field: "anchor", op: "is", values: ["acc"] }, row("c", { anchor: "acc" }))).toBe(true);
  });
  test("[LEAK-4] a hidden value passes and fails as an empty one does, whatever is asked", () => {
    for (const name of listed)
      for (const field of fieldsOf(name)) {
        const kind = kindOf(name, field);
        if (!kind || !(field in entities[name].fields)) continue;
        for (const op of opsOf[kind]) {
          const values = kind === "choice" ? [...(entities[name].fields as Record<string, { values?: readonly string[] }>)[field]?.values ?? []].slice(0, 1) : kind === "day" && (op === "before" || op === "after" || op === "is") ? ["2026-11-24"] : ["5"];
          const filter: Filter = { field, op, values };
          const [hidden, empty] = [row("x"), row("x", { [field]: null })];
          expect(passes(name, filter, hidden), `${name}.${field} ${op}`).toBe(passes(name, filter, empty));
        }
      }
  }); // prettier-ignore
  test("[LIST-4] every condition that the edge is asked for means there what it means here; what it can't be asked for is said", () => {
    const all: Filter[] = [
      { field: "health", op: "is", values: ["watch", "at_risk"] },
      { field: "owner", op: "not", values: ["me"] },
      { field: "nextActionDay", op: "next", values: ["7"] },
      { field: "touched", op: "quiet", values: ["30"] },
      { field: "name", op: "lacks", values: ["x"] },
      { field: "team", op: "is", values: ["mine"] },
      { field: "nextAction", op: "empty", values: [] },
    ];
    const { asked, left } = conditions("account", all, looker);
    expect(asked).toEqual([
      ["health", "in", "watch,at_risk"],
      ["owner", "ne", "m1"],
      ["nextActionDay", "gte", "2026-11-24"],
      ["nextActionDay", "lte", "2026-12-01"],
      ["team", "in", "t1,t2"],
      ["nextAction", "eq", ""],
    ]);
    expect(left.map(({ field }) => field)).toEqual(["touched", "name"]);
    const many: Filter[] = Array.from({ length: 12 }, () => ({ field: "city", op: "has", values: ["a"] }));
    expect(conditions("account", many, looker).asked).toHaveLength(10);
    expect(conditions("account", many, looker).left).toHaveLength(2);
    expect(conditions("contact", [{ field: "accountOwner", op: "is", values: ["me"] }], looker).left).toHaveLength(1);
  });
  test("spans have both ends within", () => {
    expect(span("next", "0", "2026-12-31")).toEqual({ from: "2026-12-31", to: "2026-12-31" });
    expect(span("last", "1", "2026-01-01")).toEqual({ from: "2025-12-31", to: "2026-01-01" });
  });
});

describe("[LIST-2] a list's address", () => {
  const text = fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" });
  test("says any condition and reads it back, whatever is typed", () => {
    const filter = fc.oneof(
      fc.record({ field: fc.constantFrom("name", "city", "nextAction"), op: fc.constantFrom("has", "lacks", "is"), values: text.map((one) => [one]) }),
      fc.record({ field: fc.constant("owner"), op: fc.constantFrom("is", "not"), values: fc.array(fc.constantFrom("me", "local_mem_0123456789abcdefghjk"), { minLength: 1, maxLength: 3 }) }),
      fc.record({ field: fc.constant("health"), op: fc.constantFrom("empty", "filled"), values: fc.constant([]) }),
      fc.record({ field: fc.constant("nextActionDay"), op: fc.constant("next"), values: fc.constantFrom(["7"], ["30"]) }),
    ) as fc.Arbitrary<Filter>; // prettier-ignore
    fc.assert(
      fc.property(fc.array(filter, { maxLength: 6 }), (filters) => {
        const typed = new URLSearchParams({ f: filtersText(filters) }).toString();
        expect(filtersFrom("account", new URLSearchParams(typed).get("f") ?? "")).toEqual(filters);
      }),
    );
  });
  test("drops what is no condition", () => {
    for (const bad of ["name", "name.has", "name.gt.5", "nobody.is.x", "__proto__.is.x", "health.is.purple", "employees.gt.many", "nextActionDay.before.2026-13-01", "internalNote..x", ";;.;"])
      expect(filtersFrom("account", bad), bad).toEqual([]);
  }); // prettier-ignore
  test("says only what differs from its view, also that something of it is gone", () => {
    const mine = { where: [{ field: "owner", op: "is", values: ["me"] }], group: "region" } as const;
    expect(saidOver(mine, { ...mine })).toEqual({ f: undefined, sort: undefined, group: undefined, cols: undefined });
    const said = saidOver(mine, { where: [], sort: "-health" });
    expect(said).toEqual({ f: none, sort: "-health", group: none, cols: undefined });
    const read = (address: object) => Object.fromEntries(Object.entries(address).filter(([, value]) => value !== undefined));
    expect(queryFrom("account", mine, read(said))).toEqual({ where: [], sort: "-health", group: undefined, columns: undefined });
    expect(queryFrom("account", mine, {})).toEqual({ ...mine, columns: undefined, sort: undefined });
    expect([isChanged({}), isChanged({ view: "x", q: "y", part: "online" }), isChanged({ sort: "name" })]).toEqual([false, false, true]);
  }); // prettier-ignore
  test("columns keep their order and widths, within bounds; shut groups any text", () => {
    const columns = [{ field: "name" }, { field: "owner", width: 120 }];
    expect(columnsFrom(columnsText(columns))).toEqual(columns);
    expect(columnsFrom("name:9,owner:99999,x y,<b>")).toEqual([{ field: "name" }, { field: "owner" }]);
    expect([...shutFrom(shutText(["", "Bonaire, Saba", "a~b;c"]))]).toEqual(["", "Bonaire, Saba", "a~b;c"]);
  });
});

test("[LIST-3] what a member reads nowhere is not offered; what no device keeps is offered online alone", () => {
  const data = { sees: () => ({ here: maskOf(["identity", "shared"]), online: maskOf(["identity", "shared", "billing"]) }) };
  const known = (field: string) => [isKnown(data, "account", field, false), isKnown(data, "account", field, true)];
  expect(known("health")).toEqual([true, true]);
  expect(known("paymentTerms")).toEqual([false, true]);
  for (const field of ["contractTerms", "internalNote", "customUnclassified", "nobody", "__proto__"]) expect(known(field), field).toEqual([false, false]);
}); // prettier-ignore

test("every field that a list knows has a kind and a group, and secrets are among no entity's first ones", () => {
  for (const name of listed)
    for (const field of fieldsOf(name)) {
      expect(kindOf(name, field), `${name}.${field}`).not.toBeNull();
      expect(groupOf(name, field), `${name}.${field}`).not.toBe("unclassified");
    }
});
test("conditions of a view are read strictly, and judged one by one", () => {
  const good = [{ field: "health", op: "is", values: ["good"] }];
  expect(filtersSchema.safeParse(good).success).toBe(true);
  for (const bad of [[{ ...good[0], more: 1 }], [{ field: "health", op: "like", values: [] }], [{ field: "a b", op: "is", values: [] }], Array.from({ length: 21 }, () => good[0]), "x"])
    expect(filtersSchema.safeParse(bad).success).toBe(false);
  expect(isSound("account", { field: "health", op: "is", values: ["good"] })).toBe(true);
  expect(isSound("contact", { field: "health", op: "is", values: ["good"] })).toBe(false);
}); // prettier-ignore
