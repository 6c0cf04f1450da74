/** Leaks and escalations of the design's list that the engine itself closes, each by its number. */
import { describe, expect, test } from "vitest";
import { policyAdmins } from "../../shared/access/admins.ts";
import {
  bind,
  bindSlice,
  slice,
  type Facts,
  type Grant,
  type KeyShare,
  type Place,
  type State,
} from "../../shared/access/engine.ts";
import { examples } from "../../shared/access/examples.ts";
import { validatePolicy } from "../../shared/access/policy.ts";
import type { AllowRule, Cond, Policy, StageRule } from "../../shared/access/rules.ts";
import { gateFailures, type StageRef } from "../../shared/access/stages.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { widens } from "../../shared/access/widen.ts";
import { compartmentsOf, entity, entityNames, type Row } from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";
import { groupBit, groupDefaults, groupNames, groupsIn, hasGroup, maskOf } from "../../shared/records/groups.ts";

const people: readonly Facts[] = examples.map(({ facts }) => facts);
const at = 1_000;
const always = { from: null, until: null };
const places: readonly Place[] = people.flatMap(({ member, teams, regions }) =>
  [false, true].map((restricted) => ({
    anchor: { id: "acc", owner: member, team: teams[0] ?? "other", region: regions[0] ?? "other", restricted },
    accountTeam: restricted ? [always] : [],
    shares: [],
  })),
);
const keys = entityNames.flatMap((name) => compartmentsOf(name).map((compartment) => [name, compartment] as const));
const rowAt = (place: Place, compartment: string, more: Partial<Row> = {}): Row => ({
  id: "rec",
  anchor: place.anchor.id,
  compartment,
  createdAt: 0,
  createdBy: "somebody",
  ...more,
});
const withRule = (rule: Partial<AllowRule>): Policy => ({
  ...shippedPolicy,
  allow: [
    ...shippedPolicy.allow,
    {
      id: "x.more",
      to: ["seller"],
      entity: "opportunity",
      actions: ["find", "read"],
      when: { reach: "own" },
      groups: ["identity"],
      why: "For the test.",
      ...rule,
    },
  ],
});
const isValid = (policy: Policy): boolean => validatePolicy(JSON.parse(JSON.stringify(policy))).ok;

describe("leaks of the engine", () => {
  test("[LEAK-33] a fact that is missing takes rights and never gives them, whoever it is", () => {
    const more: string[] = [];
    for (const facts of people)
      for (const fact of ["member", "base", "duties", "teams", "regions"] as const) {
        const whole = bind(shippedPolicy, facts);
        const { [fact]: _gone, ...absent } = facts;
        for (const less of ([absent, { ...facts, [fact]: null }] as unknown as Facts[]).map((one) =>
          bind(shippedPolicy, one),
        ))
          for (const place of places)
            for (const [name, compartment] of keys)
              if ((less.readMask(name, compartment, place, at) & ~whole.readMask(name, compartment, place, at)) !== 0)
                more.push(`${facts.base} ${fact} ${name}`);
      }
    expect(more).toEqual([]);
  }, 30_000);

  test("[LEAK-34] a condition that SQL can't say is refused at publish, and in SQL it is an error, never all rows", () => {
    const conditions: Cond[] = [
      { gte: ["discountPct", 3] },
      { lt: ["discountPct", 3] },
      { present: "region" },
      { eq: ["name", "x"] },
      { in: ["stage", ["a"]] },
      { eq: ["owner", { $m: "member" }] },
    ];
    const ana = people.find(({ base }) => base === "seller") ?? people[0];
    if (!ana) throw new Error("there is a seller");
    for (const when of conditions) {
      expect(isValid(withRule({ when })), JSON.stringify(when)).toBe(false);
      expect(() => bind(withRule({ when }), ana).visibleSql("opportunity", { anchor: "a", record: "r" }, at)).toThrow();
    }
    expect(isValid(withRule({}))).toBe(true);
  });

  test("[LEAK-36] a literal of another type than its column is refused at publish", () => {
    for (const [column, good, bad] of [
      ["restricted", true, ["true", 1, "1"]],
      ["region", "north", [1, true]],
      ["team", "red", [0, false]],
    ] as const) {
      expect(isValid(withRule({ when: { eq: [column, good] } }))).toBe(true);
      for (const value of bad)
        for (const when of [{ eq: [column, value] }, { in: [column, [value]] }] as Cond[])
          expect(isValid(withRule({ when })), `${column} ${value}`).toBe(false);
    }
  });

  test("[LEAK-37] every field is in a group with a keep, and nobody reads what is not classified, however much they hold", () => {
    for (const name of entityNames)
      for (const [key, field] of Object.entries<Field>(entity(name).fields)) {
        expect(groupNames, `${name}.${key}`).toContain(field.group);
        expect(groupDefaults[field.group].keep, `${name}.${key}`).toBeTruthy();
      }
    const duties = Object.entries(shippedPolicy.roles).flatMap(([role, { kind }]) => (kind === "duty" ? [role] : []));
    for (const bound of people.map((facts) => bind(shippedPolicy, { ...facts, duties })))
      for (const place of places)
        for (const [name, compartment] of keys)
          expect(bound.readMask(name, compartment, place, at) & groupBit("unclassified")).toBe(0);
  });

  test("[LEAK-40] no edit moves a column on which somebody's sight hangs, whoever edits", () => {
    let tried = 0;
    const moved: string[] = [];
    for (const [bound, facts] of people.map((one) => [bind(shippedPolicy, one), one] as const))
      for (const place of places.filter(({ anchor }, index) => anchor.owner === facts.member || index % 9 === 0))
        for (const [name, compartment] of keys) {
          const empty = Object.fromEntries(Object.keys(entity(name).fields).map((key) => [key, null]));
          const state: State = { compartment, place, row: rowAt(place, compartment, empty) };
          const bearing = Object.entries<Field>(entity(name).fields).flatMap(([key, field]) =>
            field.act === undefined ? [] : [key],
          );
          for (const key of [...bearing, "anchor", "compartment"]) {
            tried += 1;
            for (const action of ["edit", "merge", "bulk_edit", "import"] as const)
              // A merge says what stands for what, on which nobody's sight hangs: that is its own act.
              if (
                entity(name).fields[key]?.act !== action &&
                bound.decideWrite(action, name, state, state, [key], at).allowed
              )
                moved.push(`${facts.base} ${action} ${name}.${key}`);
          }
        }
    expect(moved).toEqual([]);
    expect(tried).toBeGreaterThan(1_000);
  }, 30_000);

  test("[LEAK-43] nobody approves their own request, and a cover lends no approval", () => {
    const tomas = people.find(({ duties }) => duties.includes("discount_approver"));
    if (!tomas) throw new Error("there is an approver");
    const place: Place = {
      anchor: {
        id: "acc",
        owner: "somebody",
        team: tomas.teams[0] ?? null,
        region: tomas.regions[0] ?? null,
        restricted: false,
      },
      accountTeam: [],
      shares: [],
    };
    const asks = (requester: string): Row =>
      rowAt(place, "sales", {
        requester,
        approvalKind: "discount",
        asked: "discount_approver",
        state: "open",
        owner: null,
      });
    const may = (facts: Facts, requester: string): boolean =>
      bind(shippedPolicy, facts).decide("approve_discount", "approval", "sales", place, at, asks(requester)).allowed;
    expect([may(tomas, "ana"), may(tomas, tomas.member)]).toEqual([true, false]);
    const ana: Facts = {
      ...tomas,
      member: "ana",
      base: "seller",
      duties: [],
      covers: [{ id: "c", of: tomas.member, ...always }],
    };
    expect(may(ana, "carl")).toBe(false);
  });

  test("[LEAK-44] out of X by one's own role and into Y by somebody else's is no move, cover or not", () => {
    const stages: StageRule[] = [
      { id: "s.out", pipeline: "*", roles: ["seller"], reach: "all", from: ["x"], to: ["x"], why: "Out." },
      { id: "s.in", pipeline: "*", roles: ["sales_manager"], reach: "all", from: ["y"], to: ["y"], why: "In." },
    ];
    const place: Place = {
      anchor: { id: "acc", owner: "marcus", team: "west", region: "americas", restricted: false },
      accountTeam: [],
      shares: [],
    };
    const seller: Facts = {
      member: "ana",
      base: "seller",
      duties: [],
      teams: ["west"],
      regions: ["americas"],
      employment: "active",
    };
    const ref = (id: string): StageRef => ({ id, pipeline: "p" });
    const move = {
      entity: "opportunity",
      row: rowAt(place, "sales", { owner: null }),
      place,
      from: ref("x"),
      to: ref("y"),
      approved: null,
      handoff: null,
    } as const;
    const policy = { ...shippedPolicy, stages };
    for (const facts of [
      seller,
      { ...seller, covers: [{ id: "c", of: "marcus", ...always }] },
      { ...seller, base: "sales_manager" },
    ])
      expect(gateFailures(bind(policy, facts), move, at).state).toBe("shut");
    const both = {
      ...policy,
      roles: { ...policy.roles, sales_manager: { ...shippedPolicy.roles["sales_manager"], kind: "duty" } },
    } as Policy;
    expect(gateFailures(bind(both, { ...seller, duties: ["sales_manager"] }), move, at).state).toBe("open");
  });

  test("[LEAK-48] what is lent ends with its instant, one millisecond before and after", () => {
    const until = 5_000;
    const ana: Facts = { member: "ana", base: "seller", duties: [], teams: [], regions: [], employment: "active" };
    const place: Place = {
      anchor: { id: "acc", owner: "bo", team: "europe", region: "europe", restricted: false },
      accountTeam: [],
      shares: [],
    };
    const term = { from: null, until };
    const grant: Grant = {
      id: "g",
      kind: "grant",
      actions: ["find", "read"],
      entities: "*",
      to: { anchors: ["acc"] },
      groups: ["identity"],
      keep: "device",
      why: "For the test.",
      ...term,
    };
    const share: KeyShare = {
      id: "s",
      anchor: "acc",
      compartment: "sales",
      groups: maskOf(["identity"]),
      recipe: "sh.hand_key",
      ...term,
    };
    const lent: [Facts, Place][] = [
      [{ ...ana, grants: [grant] }, place],
      [{ ...ana, grants: [{ ...grant, kind: "break_glass" }] }, place],
      [{ ...ana, covers: [{ id: "c", of: "bo", ...term }] }, place],
      [ana, { ...place, shares: [share] }],
      [ana, { ...place, accountTeam: [term] }],
    ];
    for (const [facts, there] of lent) {
      const bound = bind(shippedPolicy, facts);
      const sees = [until - 1, until, until + 1].map((now) => bound.readMask("opportunity", "sales", there, now) !== 0);
      expect(sees).toEqual([true, false, false]);
    }
  });

  test("[LEAK-52] a slice holds no reason of another's rule, no secret group, and no field of one", () => {
    for (const facts of people) {
      const own = slice(shippedPolicy, facts);
      const text = JSON.stringify(own);
      const roles = new Set([facts.base, ...facts.duties]);
      const mine = new Set(
        shippedPolicy.allow.filter((rule) => rule.to.some((role) => roles.has(role))).map(({ why }) => why),
      );
      const told = new Set(
        [...shippedPolicy.forbid, ...(shippedPolicy.stages ?? []), ...(shippedPolicy.approvals ?? [])].map(
          ({ why }) => why,
        ),
      );
      for (const { why } of shippedPolicy.allow)
        if (!mine.has(why) && !told.has(why)) expect(text, facts.base).not.toContain(JSON.stringify(why));
      const given = own.allow.reduce((mask, rule) => mask | rule.groups, 0);
      const secret = groupNames.filter(
        (group) => groupDefaults[group].existence === "secret" && !hasGroup(given, group),
      );
      const bits = [...own.forbid, ...own.shares].reduce((mask, rule) => mask | rule.groups, 0);
      expect(
        groupsIn(bits).filter((group) => secret.includes(group)),
        facts.base,
      ).toEqual([]);
      for (const name of entityNames)
        for (const [key, field] of Object.entries<Field>(entity(name).fields))
          if (secret.includes(field.group)) expect(text, `${facts.base} ${name}.${key}`).not.toContain(`"${key}"`);
      expect(() => bindSlice(JSON.parse(text))).not.toThrow();
    }
  });

  test("[LEAK-55] a policy or a change that leaves nobody who can mend it is seen before it is published", () => {
    const org = "local_org_00000000000000000000";
    const dana = people.find(({ duties }) => duties.includes("policy_admin"));
    if (!dana) throw new Error("there is an admin");
    expect(policyAdmins(shippedPolicy, people, org)).toEqual([dana.member]);
    const closed: Policy = {
      ...shippedPolicy,
      forbid: [
        ...shippedPolicy.forbid,
        {
          id: "g.shut",
          entity: "member",
          actions: ["edit_policy"],
          when: { reach: "all" },
          unbreakable: true,
          why: "Shut.",
        },
      ],
    };
    expect(policyAdmins(closed, people, org)).toEqual([]);
  });

  test("[LEAK-70] a looser keep, a secret told, a group given to more: each is wider", () => {
    const facts = [...people];
    const loosened = groupNames.flatMap((group): Policy[] => {
      const { keep, existence } = groupDefaults[group];
      return [
        ...(keep === "online"
          ? [{ ...shippedPolicy, groups: { [group]: { keep: "device", existence } } } as Policy]
          : []),
        ...(existence === "secret" && group !== "unclassified"
          ? [{ ...shippedPolicy, groups: { [group]: { keep, existence: "shown" } } } as Policy]
          : []),
      ];
    });
    expect(loosened.length).toBeGreaterThan(8);
    for (const policy of [...loosened, withRule({ when: { reach: "team" }, groups: ["identity", "terms"] })])
      expect(widens({ policy: shippedPolicy, facts }, { policy, facts }), JSON.stringify(policy.groups)).toBe("wider");
  });

  test("[LEAK-77] a write rule, guardrail or gate that looks at a value its roles can't read says so, or is no policy", () => {
    const probe: Partial<AllowRule> = { actions: ["edit"], when: { gte: ["commissionMinor", 5] } };
    expect(isValid(withRule(probe))).toBe(false);
    expect(isValid(withRule({ ...probe, discloses: "Whether pay is above a sum." }))).toBe(true);
    const gate: StageRule = {
      id: "s.pay",
      pipeline: "*",
      roles: ["seller"],
      reach: "all",
      to: ["*"],
      gates: { require: ["commissionMinor"] },
      why: "Pay is set.",
    };
    expect(isValid({ ...shippedPolicy, stages: [gate] })).toBe(false);
    expect(isValid({ ...shippedPolicy, stages: [{ ...gate, discloses: "Whether pay is set." }] })).toBe(true);
  });
});
