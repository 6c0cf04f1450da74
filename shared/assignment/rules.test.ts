import { describe, expect, test } from "vitest";
import type { Row } from "../records/entities.ts";
import { assignedOf, keptLine } from "../leads/assigned.ts";
import { between } from "./order.ts";
import { choose, conditionsOf, fits, inOrder, meets, ruledFields, ruleOf, type AssignmentRule, type Roster, type Turn } from "./rules.ts"; // prettier-ignore

const lead = (fields: Partial<Row>): Row => ({ id: "local_lea_1", anchor: "local_acc_1", compartment: "sales", createdAt: 0, createdBy: "", ...fields } as Row); // prettier-ignore
const rule = (id: string, order: string, more: Partial<AssignmentRule> = {}): AssignmentRule => ({
  id, order, name: `Rule ${id}`, keeper: "tomas", paused: false, where: [], target: { kind: "member", id: "bo" }, ...more,
}); // prettier-ignore
const teams: Readonly<Record<string, readonly string[]>> = { europe: ["ana", "bo", "cy"] };
const roster: Roster = {
  team: (id) => teams[id] ?? [],
  acting: (member) => ({ away: "bo", gone: null })[member as "away"] ?? (member === "gone" ? null : member),
  queue: (id) => (id === "q" ? { id, name: "New leads", steward: "priya" } : null),
  intake: null,
};
const noTurn = (): Turn => ({ n: 0, last: null });
const anybody = (): boolean => true;
const pick = (
  rules: readonly AssignmentRule[],
  more: Partial<Parameters<typeof choose>[2]> = {},
  may: Parameters<typeof choose>[4] = anybody,
  turnOf = noTurn,
) =>
  // prettier-ignore
  choose(rules, lead({ country: "Sweden", employees: 250 }), { ...roster, ...more }, turnOf, may);

test("[LEAD-8] a place between two others is found again and again, at both ends too", () => {
  let keys = ["a1", "a2"];
  for (let n = 0; n < 40; n += 1) {
    const at = (n * 7) % (keys.length + 1);
    keys = keys.toSpliced(at, 0, between(keys[at - 1] ?? null, keys[at] ?? null));
    expect(keys, `after ${n}`).toEqual([...new Set(keys)].toSorted((a, b) => (a < b ? -1 : 1)));
  }
  for (const key of keys) expect(key).toMatch(/^[0-9A-Za-z]{1,64}$/);
  expect(between("a1", "a1") > "a1").toBe(true);
  expect(between(null, null)).toBe("V");
});

describe("conditions", () => {
  test("[LEAD-8] are those of lists, on what everybody who sees a lead may know: no budget, no mail, no owner", () => {
    expect(ruledFields.toSorted()).toEqual(["company", "country", "employees", "industry", "leadSource", "name", "region"]); // prettier-ignore
    const kept = (where: unknown) => conditionsOf(JSON.stringify(where));
    expect(kept([{ field: "country", op: "is", values: ["Sweden", "Norway"] }])).toHaveLength(1);
    for (const wrong of [
      [{ field: "budgetMinor", op: "gt", values: ["1"] }],
      [{ field: "email", op: "has", values: ["x"] }],
      [{ field: "country", op: "over", values: [] }],
      [{ field: "employees", op: "gt", values: ["many"] }],
      [{ field: "region", op: "is", values: [] }],
      [{ field: "constructor", op: "is", values: ["x"] }],
      Array.from({ length: 9 }, () => ({ field: "country", op: "filled", values: [] })),
      "x", {}, [null], [{ field: "country", op: "is", values: ["x".repeat(121)] }],
    ]) expect(kept(wrong), JSON.stringify(wrong)).toBe(null); // prettier-ignore
    expect(conditionsOf("no json")).toBe(null);
    expect(conditionsOf(null)).toEqual([]);
  });
  test("[LEAD-8] texts are one whatever their case and accents; any of several; what is empty is not anything", () => {
    const is = (op: "is" | "not" | "has" | "lacks", ...values: string[]) => ({ field: "country", op, values });
    expect(meets(lead({ country: "ÖSTERREICH " }), is("is", "Norway", "österreich"))).toBe(true);
    expect(meets(lead({ country: null }), is("is", "Norway"))).toBe(false);
    expect(meets(lead({ country: null }), is("not", "Norway"))).toBe(true);
    expect(meets(lead({ country: "Norway" }), is("lacks", "way"))).toBe(false);
    expect(meets(lead({}), { field: "country", op: "empty", values: [] })).toBe(true);
    expect(meets(lead({ employees: 100 }), { field: "employees", op: "gt", values: ["100"] })).toBe(false);
    expect(meets(lead({ employees: null }), { field: "employees", op: "lt", values: ["100"] })).toBe(false);
    expect(meets(lead({ region: "r1" }), { field: "region", op: "not", values: ["r1"] })).toBe(false);
  });
  test("[LEAD-8] a rule without conditions fits every lead, one that can't be read none", () => {
    expect(fits({ where: [] }, lead({}))).toBe(true);
    expect(fits({ where: null }, lead({}))).toBe(false);
    expect(ruleOf({ id: "r", anchor: "", compartment: "core", createdAt: 0, createdBy: "", name: "x", where: "{", toTeam: "t" }).where).toBe(null); // prettier-ignore
  });
});

describe("the first rule that fits", () => {
  test("[LEAD-6] counts, in their order, and by id where two have one place; without rules nothing is done", () => {
    const rules = [rule("b", "a2"), rule("c", "a1", { target: { kind: "member", id: "cy" } }), rule("a", "a2")];
    expect(inOrder(rules).map(({ id }) => id)).toEqual(["c", "a", "b"]);
    expect(pick(rules)).toMatchObject({ kind: "rule", rule: "c", to: "cy" });
    expect(pick([])).toBe(null);
    expect(pick([rule("a", "a1", { paused: true })])).toBe(null);
  });
  test("[LEAD-7] says which, whose, and what the lead said to each condition", () => {
    const where = [
      { field: "country", op: "is", values: ["Norway", "Sweden"] },
      { field: "employees", op: "gt", values: ["100"] },
      { field: "employees", op: "lt", values: ["999"] },
    ] as const;
    const found = pick([rule("a", "a1", { where })]);
    expect(found).toMatchObject({ rule: "a", name: "Rule a", keeper: "tomas", why: [["country", "Sweden"], ["employees", 250]] }); // prettier-ignore
    const { turn: _turn, ...line } = found ?? ({} as never);
    expect(assignedOf(keptLine({ ...line, at: 7 }))).toEqual({ ...line, at: 7 });
    expect(assignedOf(null)).toBe(null);
    expect(assignedOf({ kind: "rule", at: "x" })).toBe(null);
    expect(assignedOf({ kind: "rule", at: 1, why: "{" })?.why).toEqual([]);
  });
  test("[LEAD-9] nobody gets one who left, is on cover or may not hold it: then who stands in, the next of the team, the next rule", () => {
    const to = (id: string) => rule(id, "a1", { target: { kind: "member", id } });
    expect(pick([to("away")])).toMatchObject({ to: "bo", cover: "away" });
    expect(pick([to("gone"), rule("z", "a2")])).toMatchObject({ rule: "z" });
    const team = [rule("t", "a1", { target: { kind: "team", id: "europe" } }), rule("z", "a2", { target: { kind: "member", id: "zoe" } })]; // prettier-ignore
    expect(pick(team, {}, (member) => member === "cy")).toMatchObject({ to: "cy", turn: "cy" });
    expect(pick(team, {}, (member) => member === "zoe")).toMatchObject({ rule: "z", to: "zoe" });
  });
  test("[LEAD-9] a team takes turns: in a thousand everybody has as many, whoever comes or leaves", () => {
    const dealt = new Map<string, number>();
    let turn: Turn = { n: 0, last: null };
    for (let n = 0; n < 999; n += 1) {
      const found = pick([rule("t", "a1", { target: { kind: "team", id: "europe" } })], {}, anybody, () => turn);
      turn = { n: n + 1, last: found?.turn ?? null };
      dealt.set(found?.to ?? "", (dealt.get(found?.to ?? "") ?? 0) + 1);
    }
    expect([...dealt.values()]).toEqual([333, 333, 333]);
    const after = (last: string) => pick([rule("t", "a1", { target: { kind: "team", id: "europe" } })], {}, anybody, () => ({ n: 1, last }))?.to; // prettier-ignore
    expect([after("ana"), after("az"), after("cy"), after("zz")]).toEqual(["bo", "bo", "ana", "ana"]);
  });
  test("[LEAD-10] what no rule fits waits in the intake queue with its steward; without one it stays where it is, and says so", () => {
    const intake = { id: "q", name: "New leads", steward: "priya" };
    const none = [rule("a", "a1", { where: [{ field: "country", op: "is", values: ["Peru"] }] })];
    expect(pick(none, { intake })).toMatchObject({ kind: "waits", to: "priya", queue: "q", rule: null });
    expect(pick([], { intake })).toMatchObject({ kind: "waits", to: "priya" });
    expect(pick(none)).toMatchObject({ kind: "none", to: null, queue: null });
    expect(pick(none, { intake: { ...intake, steward: "gone" } })).toMatchObject({ kind: "none", to: null });
    expect(pick([rule("q", "a1", { target: { kind: "queue", id: "q" } })])).toMatchObject({ kind: "rule", to: "priya", queue: "q" }); // prettier-ignore
    expect(pick([rule("q", "a1", { target: { kind: "queue", id: "q" } })], {}, (_member, act) => act === "qualify")).toMatchObject({ kind: "none" }); // prettier-ignore
  });
});
