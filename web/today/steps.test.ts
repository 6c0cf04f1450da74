import { expect, test } from "vitest";
import { shippedPolicy } from "../../shared/access/templates.ts";
import type { RecordOf } from "../../shared/records/entities.ts";
import { hasSample, stepNames, stepsDone, stepsOf, type Step, type Traces } from "./steps.ts";

const since = 1_000;
const made = { anchor: "a", compartment: "core", createdAt: 2_000, createdBy: "me" };
const none: Traces = {
  me: "me", since, sample: undefined, activities: [], contacts: [], comments: [], tasks: [], opportunities: [],
  firstStages: new Set(["first"]), pinned: false, chose: false,
}; // prettier-ignore
const task = (more: Partial<RecordOf<"task">>): RecordOf<"task"> => ({ ...made, id: "t", ...more });

test("each base role has four first steps, and only who opens accounts and restricts them gets a sample", () => {
  const bases = Object.entries(shippedPolicy.roles).filter(([, role]) => role.kind === "base").map(([name]) => name); // prettier-ignore
  for (const base of bases) expect([base, new Set(stepsOf(base)).size]).toEqual([base, 4]);
  const may = (act: "create" | "restrict") =>
    new Set(shippedPolicy.allow.filter((rule) => rule.entity === "account" && rule.actions.includes(act)).flatMap((rule) => rule.to)); // prettier-ignore
  // The sample is restricted to its maker.
  expect(bases.filter(hasSample).sort()).toEqual([...may("create").intersection(may("restrict"))].sort());
});
test("the policy lets each base role do each of its four steps", () => {
  // What a step takes: an act on a kind of record. A task of one's own, a pin and one's choices take no rule.
  const takes: Readonly<Partial<Record<Step, readonly [act: string, entity: string]>>> = {
    log: ["create", "activity"],
    next: ["edit", "account"],
    move: ["advance", "opportunity"],
    give: ["create", "task"],
    contact: ["create", "contact"],
    comment: ["create", "comment"],
  };
  const may = (base: string, act: string, entity: string) =>
    shippedPolicy.allow.some((rule) => rule.to.includes(base) && rule.actions.some((one) => one === act) && [rule.entity].flat().map(String).includes(entity)); // prettier-ignore
  const bases = Object.entries(shippedPolicy.roles).filter(([, role]) => role.kind === "base").map(([name]) => name); // prettier-ignore
  const not = bases.flatMap((base) =>
    stepsOf(base).flatMap((step) => {
      const [act, entity] = takes[step] ?? [];
      return act && entity && !may(base, act, entity) ? [`${base} ${step}`] : [];
    }),
  );
  expect(not).toEqual([]);
  // Who pins has an account to pin.
  expect(bases.filter((base) => stepsOf(base).includes("pin") && !may(base, "read", "account"))).toEqual([]);
});
test("a step is done by what it leaves behind, made by the member and since they began", () => {
  const all = [...stepNames];
  expect([...stepsDone(all, none)]).toEqual([]);
  const sample = { ...made, id: "a", nextAction: "Call" };
  const full: Traces = {
    ...none, sample, pinned: true, chose: true,
    activities: [{ ...made, id: "x" }], contacts: [{ ...made, id: "c" }], comments: [made],
    tasks: [task({ done: true, doneAt: 3_000 }), task({ owner: "other", repeat: "FREQ=WEEKLY" })],
    opportunities: [{ ...made, id: "o", stage: "second" }],
  }; // prettier-ignore
  expect([...stepsDone(all, full)]).toEqual(all);
  const before: Traces = {
    ...none, sample: { ...made, id: "a" },
    activities: [{ ...made, id: "x", createdAt: 1 }, { ...made, id: "y", createdBy: "other" }],
    tasks: [task({ done: true, doneAt: 1, createdAt: 1 }), task({ done: true, doneAt: 3_000, owner: "other", createdBy: "other" })],
    opportunities: [{ ...made, id: "o", stage: "first" }, { ...made, id: "p", anchor: "else", stage: "second" }],
  }; // prettier-ignore
  expect([...stepsDone(all, before)]).toEqual([]);
});
