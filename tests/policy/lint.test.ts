import { describe, expect, test } from "vitest";
import type { Facts } from "../../shared/access/engine.ts";
import { examples } from "../../shared/access/examples.ts";
import { lint } from "../../shared/access/lint.ts";
import type { Policy } from "../../shared/access/policy.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { limits } from "../../shared/kernel/limits.ts";

const at = { now: 1_000, today: "2026-11-24", organisation: "eu_org_x" };
const people: Facts[] = examples.flatMap(({ facts }) => [facts, { ...facts, member: `${facts.member}2` }]);
const said = (policy: Policy, members: readonly Facts[] = people, day = at): string[] =>
  lint(policy, members, day).map(({ path, says }) => `${path}: ${says}`);
const seller = (() => {
  const role = shippedPolicy.roles["seller"];
  if (!role) throw new Error("There is no seller.");
  return role;
})();
/** The shipped policy with one more role, that gets every rule of another. */
const twin = (name: string, of: string): Policy => ({
  ...shippedPolicy,
  roles: { ...shippedPolicy.roles, [name]: { ...seller, kind: shippedPolicy.roles[of]?.kind ?? "base" } },
  allow: shippedPolicy.allow.map((rule) => (rule.to.includes(of) ? { ...rule, to: [...rule.to, name] } : rule)),
});

describe("[ACCESS-R38] what drifts is said, and refuses nothing", () => {
  test("the shipped policy over its example people is clean", () => {
    expect(said(shippedPolicy)).toEqual([]);
  });
  test.each(["seller", "support", "data_steward", "auditor"])(
    "a role that gives what %s gives is one too many",
    (of) => {
      expect(said(twin("other", of)).filter((line) => line.startsWith("roles.other"))).toEqual([
        `roles.other: This gives nearly what ${of} gives: one would do.`,
      ]);
    },
  );
  test("a role that reads as another and writes otherwise is a role of its own", () => {
    const reader: Policy = {
      ...shippedPolicy,
      roles: { ...shippedPolicy.roles, reader: { ...seller, kind: "base" } },
      allow: shippedPolicy.allow.map((rule) =>
        rule.to.includes("seller") && rule.actions.includes("read") ? { ...rule, to: [...rule.to, "reader"] } : rule,
      ),
    };
    expect(said(reader).filter((line) => line.includes("nearly"))).toEqual([]);
  });
  test.each(["senior_seller", "head", "vp_sales", "sales_director"])("%s is a title", (name) => {
    expect(said(twin(name, "seller"))).toContain(
      `roles.${name}: This is a title. A role is named for what its holders do.`,
    );
  });
  test("a duty of one member hangs on them", () => {
    const alone = people.filter(({ member }) => member !== "priya2");
    expect(said(shippedPolicy, alone)).toEqual([
      "roles.escalation_lead: One member holds this duty: nobody does it while they are away.",
    ]);
  });
  test("a review gone by is said from the day after it", () => {
    expect(
      said(shippedPolicy, people, { ...at, today: seller.review }).filter((line) => line.includes("seller")),
    ).toEqual([]);
    expect(said(shippedPolicy, people, { ...at, today: "2999-01-01" })).toContain(
      `roles.seller.review: Its review was due on ${seller.review}.`,
    );
  });
  test("more policy admins than a few", () => {
    const dana = people.find(({ member }) => member === "dana");
    if (!dana) throw new Error("There is no Dana.");
    const admins = (count: number): Facts[] => [
      ...people.filter(({ duties }) => !(duties ?? []).includes("policy_admin")),
      ...Array.from({ length: count }, (_, index) => ({ ...dana, member: `d${index}` })),
    ];
    expect(said(shippedPolicy, admins(limits.policyAdminsSoft))).toEqual([]);
    expect(said(shippedPolicy, admins(limits.policyAdminsSoft + 1))).toEqual([
      `allow: ${limits.policyAdminsSoft + 1} members can change the policy and agree to changes: a few are enough.`,
    ]);
  });
  test("what is lent to one after another wants a rule; what has ended does not", () => {
    const lentTo = (count: number, until: number): Facts[] =>
      people.map((facts, index) =>
        index >= count
          ? facts
          : {
              ...facts,
              grants: [
                {
                  id: `g${index}`, kind: "grant" as const, actions: ["find" as const, "read" as const], entities: ["account" as const],
                  to: { anchors: [`a${index}`] }, groups: ["identity" as const, "billing" as const], keep: "online" as const, why: "Month end.", from: 0, until,
                },
              ],
            },
      ); // prettier-ignore
    expect(said(shippedPolicy, lentTo(2, 2_000))).toEqual([]);
    expect(said(shippedPolicy, lentTo(3, 2_000))).toEqual([
      "allow: 3 members were each lent identity, billing of account: a rule would say it once.",
    ]);
    expect(said(shippedPolicy, lentTo(3, 1_000))).toEqual([]);
  });
});
