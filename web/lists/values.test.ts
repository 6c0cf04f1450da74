import { describe, expect, test } from "vitest";
import type { Listed } from "../../shared/lists/query.ts";
import type { Row } from "../../shared/records/entities.ts";
import { idOf } from "../data/testing/bench.ts";
import { readText, type Named } from "./values.ts";

const row = { id: "a", anchor: "a", compartment: "core", createdAt: 1, createdBy: "m", currency: "JPY" } as Row;
const people: Readonly<Record<string, readonly string[]>> = {
  "bo lindqvist": [idOf("mem", 2)],
  sam: ["1", "2"],
};
const named: Named = (_, name) => people[name.toLowerCase()] ?? [];
const read = (name: Listed, field: string, text: string): unknown => {
  const found = readText(name, field, text, row, named);
  return found.ok ? found.value : `! ${found.wrong}`;
};

describe("[LIST-8] what is typed or pasted, as a value", () => {
  test.each([
    ["account", "nextAction", "  Call\n them ", "Call them"],
    ["account", "nextAction", "=SUM(A1:A9)", "=SUM(A1:A9)"],
    ["account", "nextAction", " ", null],
    ["account", "nextAction", "x".repeat(501), "! long"],
    ["account", "description", "one\r\ntwo\n", "one\ntwo"],
    ["account", "name", "", "! required"],
    ["account", "health", "At Risk", "at_risk"],
    ["account", "health", "at_risk", "at_risk"],
    ["account", "health", "有风险", "at_risk"],
    ["account", "health", "poor", "! choice"],
    ["account", "owner", "BO LINDQVIST", people["bo lindqvist"]?.[0]],
    ["account", "owner", "Sam", "! twice"],
    ["account", "owner", "Nobody", "! name"],
    ["account", "owner", "", "! required"],
    ["account", "employees", "1,234", 1234],
    ["account", "employees", "1 234", 1234],
    ["account", "employees", "1,5", "! number"],
    ["account", "employees", "1.5", "! fit"],
    ["account", "employees", "-3", "! fit"],
    ["account", "employees", "many", "! number"],
    ["account", "annualRevenueMinor", "12,000", 12_000], // yen have no minor digits
    ["account", "nextActionDay", "2026-11-27", "2026-11-27"],
    ["account", "nextActionDay", "2026/1/7", "2026-01-07"],
    ["account", "nextActionDay", "27.11.2026", "2026-11-27"],
    ["account", "nextActionDay", "2026年11月27日", "2026-11-27"],
    ["account", "nextActionDay", "11/12/2026", "! day"],
    ["account", "nextActionDay", "2026-02-30", "! day"],
    ["contact", "email", "a@b.example", "a@b.example"],
    ["contact", "email", "a at b", "! email"],
    ["opportunity", "discountPct", "12 %", 12],
    ["opportunity", "discountPct", "112", "! fit"],
  ] as const)("%s.%s %j is %j", (name, field, text, value) => expect(read(name, field, text)).toEqual(value));
});
