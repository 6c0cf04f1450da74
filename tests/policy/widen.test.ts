import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { differences, type Located, type World } from "../../shared/access/differences.ts";
import { bind, type Bound, type Facts, type Grant, type KeyShare, type Place } from "../../shared/access/engine.ts";
import type { AllowRule, Cond, Policy } from "../../shared/access/rules.ts";
import { slice } from "../../shared/access/slice.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { widens, type Widening } from "../../shared/access/widen.ts";
import type { Action } from "../../shared/kernel/actions.ts";
import type { EntityName, Row } from "../../shared/records/entities.ts";
import { groupsIn, maskOf } from "../../shared/records/groups.ts";
import * as arbitrary from "./arbitrary.ts";
import type { LooseFacts } from "./oracle.ts";

vi.setConfig({ testTimeout: arbitrary.runs(60_000) });

const asFacts = (facts: LooseFacts): Facts => ({
  ...facts,
  member: facts.member ?? "",
  base: facts.base ?? "",
  duties: facts.duties ?? [],
  teams: facts.teams ?? [],
  regions: facts.regions ?? [],
  employment: facts.employment === "active" ? "active" : "left",
});
const people: fc.Arbitrary<Facts> = arbitrary.facts.map(asFacts);
const plain = (facts: Facts): Facts => ({ ...facts, grants: [], covers: [] });

/** Small steps from one policy to the next, as people make them: some cut, some widen, some do nothing. */
type Step = (policy: Policy) => Policy;
const onAllow =
  (index: number, change: (rule: AllowRule) => AllowRule): Step =>
  (policy) => ({
    ...policy,
    allow: policy.allow.map((rule, at) => (at === index % policy.allow.length ? change(rule) : rule)),
  });
const steps = (other: Policy): fc.Arbitrary<Step> =>
  fc.nat(5).chain((index) =>
    fc.constantFrom<Step>(
      (policy) => policy,
      (policy) => ({ ...policy, allow: policy.allow.filter((_, at) => at !== index) }),
      onAllow(index, (rule) => ({ ...rule, when: { all: [rule.when, { reach: "own" }] } })),
      onAllow(index, (rule) => ({ ...rule, when: { any: [rule.when, { reach: "team" }] } })),
      onAllow(index, (rule) => ({ ...rule, groups: rule.groups.slice(1).concat("identity") })),
      onAllow(index, (rule) => ({ ...rule, keep: "online" })),
      onAllow(index, (rule) => ({ ...rule, to: rule.to.slice(1).concat("seller") })),
      (policy) => ({ ...policy, forbid: policy.forbid.slice(1) }),
      (policy) => ({
        ...policy,
        forbid: [...policy.forbid, ...other.forbid].map((rule, at) => ({ ...rule, id: `f${at}` })),
      }),
      (policy) => ({
        ...policy,
        allow: [...policy.allow, ...other.allow.slice(0, 1)].map((rule, at) => ({ ...rule, id: `a${at}` })),
      }),
      (policy) => ({
        ...policy,
        shares: (policy.shares ?? []).map((one) => ({ ...one, groups: one.groups.slice(0, 1) })),
      }),
      (policy) => ({ ...policy, forbid: policy.forbid.map((rule) => ({ ...rule, unbreakable: !rule.unbreakable })) }),
    ),
  );
const changes = fc
  .tuple(arbitrary.policies, arbitrary.policies)
  .chain(([policy, other]) =>
    fc
      .array(steps(other), { minLength: 1, maxLength: 2 })
      .map((some) => ({ before: policy, after: some.reduce((at, step) => step(at), policy) })),
  );
const lessFacts = (facts: Facts): fc.Arbitrary<Facts> =>
  fc.constantFrom<Facts>(
    facts,
    facts,
    { ...facts, teams: facts.teams.slice(1) },
    { ...facts, duties: facts.duties.slice(1) },
    { ...facts, regions: ["north", "south"] },
    { ...facts, teams: ["red"] },
    { ...facts, grants: (facts.grants ?? []).slice(1) },
    { ...facts, covers: [] },
    { ...facts, employment: "left" },
  );

const asked: readonly Action[] = ["export", "see_label", "edit", "create", "reassign", "write"];
interface Key {
  readonly entity: EntityName;
  readonly compartment: string;
  readonly place: Place;
  readonly at: number;
  readonly row: Row;
}
/** What one has of a key and its record, as sets of bits that must never grow. */
function rights(bound: Bound, { entity, compartment, place, at, row }: Key): number[] {
  return [
    bound.readMask(entity, compartment, place, at),
    bound.holdMask(entity, compartment, place, at),
    bound.recordMask(entity, row, place, at),
    bound.holdMask(entity, compartment, place, at, row.id),
    ...asked.map((action) => {
      const decision = bound.decide(action, entity, compartment, place, at, row);
      return decision.allowed ? decision.groups : 0;
    }),
  ];
}
const gains = (before: Bound, after: Bound, key: Key): boolean => {
  const old = rights(before, key);
  return rights(after, key).some((mask, index) => (mask & ~(old[index] ?? 0)) !== 0);
};

describe("[ACCESS-R33] what is said not to be wider gives nobody anything", () => {
  test("no world shows a gain: reading, keeping, every way of seeing, every write", () => {
    const worlds = fc.array(
      fc
        .record({ home: arbitrary.homes, place: arbitrary.places, at: arbitrary.instants })
        .chain(({ home, place, at }) =>
          arbitrary.rowOf(place, home.compartment).map((row): Key => ({ ...home, place, at, row })),
        ),
      { minLength: 10, maxLength: 10 },
    );
    const counted: Record<Widening, number> = { same: 0, narrower: 0, wider: 0, unknown: 0 };
    fc.assert(
      fc.property(
        changes,
        people.chain((then) => fc.tuple(fc.constant(then), lessFacts(then))),
        worlds,
        ({ before, after }, [then, now], keys) => {
          const verdict = widens({ policy: before, facts: [then] }, { policy: after, facts: [now] });
          counted[verdict] += 1;
          if (verdict === "wider" || verdict === "unknown") return;
          const [old, fresh] = [bind(before, then), bind(after, now)];
          for (const key of keys) {
            expect(gains(old, fresh, key)).toBe(false);
            if (verdict === "same") expect(gains(fresh, old, key)).toBe(false);
          }
        },
      ),
      { numRuns: arbitrary.runs(800), seed: 31 },
    );
    for (const verdict of ["same", "narrower", "wider"] as const) expect(counted[verdict], verdict).toBeGreaterThan(40);
    expect(counted.unknown).toBe(0);
  });

  test("of rules on reading it is exact: what is said to be wider gives something in some small world", () => {
    const bools = [false, true];
    const live = { from: null, until: null };
    const everywhere: Place[] = ["ann", "bo", null].flatMap((owner) =>
      ["red", "blue", "green"].flatMap((team) =>
        ["north", "south", "east"].flatMap((region) =>
          bools.flatMap((restricted) =>
            bools.map((crew) => ({
              anchor: { id: "acc1", owner, team, region, restricted },
              accountTeam: crew ? [live] : [],
              shares: [],
            })),
          ),
        ),
      ),
    );
    const share = (compartment: string, recipe: string, groups = ~0): KeyShare => ({
      id: "s",
      anchor: "acc1",
      compartment,
      groups,
      recipe,
      ...live,
    });
    const shares = (compartment: string): KeyShare[][] => [
      [],
      [share(compartment, "sh.one", 0)],
      [share(compartment, "sh.one", maskOf(["identity"]))],
      [share(compartment, "sh.two", maskOf(["identity"]))],
      [share(compartment, "sh.one", maskOf(["identity"])), share(compartment, "sh.two", maskOf(["identity"]))],
      [share(compartment, "sh.one")],
      [share(compartment, "sh.two")],
      [share(compartment, "sh.one"), share(compartment, "sh.two")],
    ];
    const homes: readonly [EntityName, string][] = [
      ["account", "core"],
      ["opportunity", "sales"],
      ["task", "core"],
      ["task", "sales"],
      ["section", "core"],
      ["section", "sales"],
      ["task", "service"],
    ];
    const reading = (policy: Policy): Policy => ({
      ...policy,
      allow: policy.allow
        .filter((rule) => rule.actions.includes("read"))
        .map((rule) => ({ ...rule, actions: ["find", "read"] })),
      forbid: policy.forbid.filter((rule) =>
        rule.actions.some((name) => name === "*" || name === "read" || name === "find"),
      ),
    });
    let wider = 0;
    fc.assert(
      fc.property(changes, people, ({ before, after }, someone) => {
        const [old, fresh] = [reading(before), reading(after)];
        const facts = plain({ ...someone, member: "ann" });
        // Recipes and settings are compared as they stand; here the rules are what counts.
        const given = { ...fresh, shares: old.shares };
        if (widens({ policy: old, facts: [facts] }, { policy: given, facts: [facts] }) !== "wider") return;
        wider += 1;
        const [was, now] = [bind(old, facts), bind(given, facts)];
        const found = homes.some(([entity, compartment]) =>
          everywhere.some((place) =>
            shares(compartment).some((some) => {
              const there = { ...place, shares: some };
              return (
                (now.readMask(entity, compartment, there, 0) & ~was.readMask(entity, compartment, there, 0)) !== 0 ||
                (now.holdMask(entity, compartment, there, 0) & ~was.holdMask(entity, compartment, there, 0)) !== 0
              );
            }),
          ),
        );
        expect(found).toBe(true);
      }),
      { numRuns: arbitrary.runs(700), seed: 32 },
    );
    expect(wider).toBeGreaterThan(40);
  });
});

const roleGivenBy = (name: string, assignableBy: readonly string[] | undefined): Policy => {
  const { assignableBy: _was, ...role } = shippedPolicy.roles[name] ?? { kind: "base", owner: "", review: "", why: "" };
  return {
    ...shippedPolicy,
    roles: { ...shippedPolicy.roles, [name]: assignableBy ? { ...role, assignableBy } : role },
  };
};
describe("[ACCESS-R33] acts that widen, by name", () => {
  const ana: Facts = {
    member: "ana",
    base: "seller",
    duties: [],
    teams: ["west"],
    regions: ["americas"],
    employment: "active",
  };
  const change = (index: string, more: Partial<AllowRule>): Policy => ({
    ...shippedPolicy,
    allow: shippedPolicy.allow.map((rule) => (rule.id === index ? { ...rule, ...more } : rule)),
  });
  const whenOf = (id: string): Cond => shippedPolicy.allow.find((rule) => rule.id === id)?.when ?? { all: [] };
  const grant: Grant = {
    id: "g",
    kind: "grant",
    actions: ["find", "read"],
    entities: ["account"],
    to: { anchors: ["a"] },
    groups: ["identity"],
    keep: "online",
    why: "For a while.",
    from: 0,
    until: 10,
  };
  // prettier-ignore
  const table: [act: string, says: Widening, policy: Policy, facts: Facts, was?: Facts][] = [
    ["nothing", "same", { ...shippedPolicy, version: 2, why: "The same in other words." }, ana],
    ["a team more", "wider", shippedPolicy, { ...ana, teams: ["west", "apac"] }],
    ["a team less", "narrower", shippedPolicy, { ...ana, teams: [] }],
    ["a region more, for one whose rules use it", "wider", shippedPolicy, { ...ana, base: "support", regions: ["americas", "apac"] }, { ...ana, base: "support" }],
    ["a duty more", "wider", shippedPolicy, { ...ana, duties: ["data_steward"] }],
    ["a duty less", "narrower", shippedPolicy, ana, { ...ana, duties: ["data_steward"] }],
    ["back to work", "wider", shippedPolicy, ana, { ...ana, employment: "suspended" }],
    ["leaving", "narrower", shippedPolicy, { ...ana, employment: "left" }],
    ["another base", "wider", shippedPolicy, { ...ana, base: "finance" }],
    ["a grant", "wider", shippedPolicy, { ...ana, grants: [grant] }],
    ["a grant that ends sooner", "narrower", shippedPolicy, { ...ana, grants: [{ ...grant, until: 5 }] }, { ...ana, grants: [grant] }],
    ["a grant renewed", "wider", shippedPolicy, { ...ana, grants: [{ ...grant, until: 20 }] }, { ...ana, grants: [grant] }],
    ["a cover", "wider", shippedPolicy, { ...ana, covers: [{ id: "c", of: "bo", from: 0, until: 10 }] }],
    ["a cover that ends sooner", "narrower", shippedPolicy, { ...ana, covers: [{ id: "c", of: "bo", from: 0, until: 5 }] }, { ...ana, covers: [{ id: "c", of: "bo", from: 0, until: 10 }] }],
    ["a group more to read", "wider", change("account.team", { groups: ["identity", "shared", "contract"] }), ana],
    ["a group less to read", "narrower", change("sales.own", { groups: ["identity", "shared"] }), ana],
    ["a rule of another role", "same", change("support.case", { groups: ["identity", "shared", "resolution", "internal", "legal"] }), ana],
    ["a write condition and more", "narrower", change("own.restrict", { when: { all: [whenOf("own.restrict"), { reach: "team" }] } }), ana],
    ["another write condition", "wider", change("own.restrict", { when: { reach: "team" } }), ana],
    ["no guardrail", "wider", { ...shippedPolicy, forbid: shippedPolicy.forbid.filter(({ id }) => id !== "g.restricted") }, ana],
    ["an exception of a guardrail more", "wider", { ...shippedPolicy, forbid: shippedPolicy.forbid.map((rule) => (rule.id === "g.restricted" ? { ...rule, except: { any: [rule.except ?? { all: [] }, { reach: "team" }] } as Cond } : rule)) }, ana],
    ["a looser keep", "wider", { ...shippedPolicy, groups: { terms: { keep: "device", existence: "shown" } } }, ana],
    ["a secret told", "wider", { ...shippedPolicy, groups: { legal: { keep: "online", existence: "shown" } } }, ana],
    ["a stricter keep", "narrower", { ...shippedPolicy, groups: { shared: { keep: "online", existence: "shown" } } }, ana],
    ["a recipe more", "wider", { ...shippedPolicy, shares: [...(shippedPolicy.shares ?? []), { id: "sh.more", on: "task.done", give: "record", groups: ["identity"], to: { member: true }, ends: [], maxDays: 1, why: "More." }] }, ana],
    ["a recipe for longer", "wider", { ...shippedPolicy, shares: (shippedPolicy.shares ?? []).map((one) => (one.id === "sh.hand" ? { ...one, maxDays: 90 } : one)) }, ana],
    ["a recipe less", "narrower", { ...shippedPolicy, shares: (shippedPolicy.shares ?? []).filter(({ id }) => id !== "sh.hand") }, ana],
    ["a glass to break", "wider", { ...shippedPolicy, breakGlass: [...(shippedPolicy.breakGlass ?? []), { id: "bg.more", reach: "all", in: ["legal"], groups: ["legal"], why: "In need." }] }, ana],
    ["a gate less", "wider", { ...shippedPolicy, stages: (shippedPolicy.stages ?? []).map(({ gates: _none, ...rule }) => rule) }, ana],
    ["a second person less", "wider", { ...shippedPolicy, approvals: (shippedPolicy.approvals ?? []).slice(1) }, ana],
    ["a role that anybody may give", "wider", roleGivenBy("auditor", undefined), ana],
    ["a role that fewer may give", "narrower", roleGivenBy("seller", ["policy_admin"]), ana],
    ["a higher limit", "wider", { ...shippedPolicy, lower: {} }, ana],
  ];
  test.each(table)("%s: %s", (act, says, policy, facts, was = ana) => {
    const before = act === "a higher limit" ? { ...shippedPolicy, lower: { grantMaxDays: 5 } } : shippedPolicy;
    expect(widens({ policy: before, facts: [was] }, { policy, facts: [facts] })).toBe(says);
  });
  test("[SYNC-L3] a device's lock is asked for in each member's part of the policy; asking no more, or later, is wider", () => {
    const asks = (lockMinutes?: number): Policy => ({
      ...shippedPolicy,
      lower: lockMinutes === undefined ? {} : { lockMinutes },
    });
    const of = (policy: Policy, facts: readonly Facts[] = [ana]) => ({ policy, facts });
    expect([slice(shippedPolicy, ana), slice(asks(5), ana)].map((part) => part.lockMinutes)).toEqual([undefined, 5]);
    expect(widens(of(asks(5)), of(asks()))).toBe("wider");
    expect(widens(of(asks(5)), of(asks(10)))).toBe("wider");
    expect(widens(of(asks(10)), of(asks(5)))).not.toBe("wider");
    expect(widens(of(asks()), of(asks(5)))).not.toBe("wider");
  });
  test("a new member is wider, one who is gone is narrower, and of many one is enough", () => {
    const at = (facts: readonly Facts[]) => ({ policy: shippedPolicy, facts });
    expect(widens(at([]), at([ana]))).toBe("wider");
    expect(widens(at([ana]), at([]))).toBe("narrower");
    expect(
      widens(at([ana, { ...ana, member: "bo" }]), at([ana, { ...ana, member: "bo", teams: ["west", "apac"] }])),
    ).toBe("wider");
    expect(widens({ policy: null, facts: [ana] }, at([ana]))).toBe("wider");
  });
});

describe("[ACCESS-R34] the preview of a change equals what a look at every record finds after it", () => {
  const located = fc.record({ home: arbitrary.homes, anchor: fc.constantFrom("acc1", "acc2", "acc3") });
  test("differences: per member, entity and group, how many records are gained and lost, which, and by how many together", () => {
    let some = 0;
    fc.assert(
      fc.property(
        changes,
        fc.uniqueArray(people, { maxLength: 3, selector: ({ member }) => member }),
        fc.array(arbitrary.places, { minLength: 9, maxLength: 9 }),
        fc.array(located, { maxLength: 12 }),
        arbitrary.instants,
        ({ before, after }, facts, drawn, homes, at) => {
          const records = homes.map(({ home, anchor }, index): Located => ({
            id: index === 0 ? "rec" : String(index),
            ...home,
            anchor,
          }));
          const at3 = ["acc1", "acc2", "acc3"];
          const place = (member: string, anchor: string): Place | null => {
            const base = drawn[at3.indexOf(anchor)];
            const own = drawn[3 + ((at3.indexOf(anchor) + facts.findIndex((one) => one.member === member)) % 6)];
            return base && own
              ? {
                  ...own,
                  anchor: { ...base.anchor, id: anchor },
                  shares: own.shares.map((one) => ({ ...one, anchor })),
                }
              : null;
          };
          const world: World = { place, records };
          const found = differences({ policy: before, facts }, { policy: after, facts }, world, at);
          const expected = new Map<string, number>();
          const together = new Map<string, Set<string>>();
          for (const who of facts)
            for (const { id, entity, compartment, anchor } of records) {
              const there = place(who.member, anchor);
              if (!there) continue;
              const row: Row = { id, anchor, compartment, createdAt: 0, createdBy: "" };
              const [old, fresh] = [bind(before, who), bind(after, who)].map((bound) =>
                bound.recordMask(entity, row, there, at),
              );
              for (const [kind, mask] of [
                ["gain", (fresh ?? 0) & ~(old ?? 0)],
                ["loss", (old ?? 0) & ~(fresh ?? 0)],
              ] as const)
                for (const group of groupsIn(mask)) {
                  const key = `${who.member} ${entity} ${group} ${kind}`;
                  expected.set(key, (expected.get(key) ?? 0) + 1);
                  const union = `${kind} ${entity} ${group}`;
                  together.set(union, (together.get(union) ?? new Set()).add(id));
                }
            }
          const got = new Map(
            found.changes.flatMap(({ member, entity, group, gains: more, losses: less, gained, lost }) => {
              expect(gained).toHaveLength(Math.min(more, 3));
              expect(lost).toHaveLength(Math.min(less, 3));
              return [
                ...(more > 0 ? [[`${member} ${entity} ${group} gain`, more] as const] : []),
                ...(less > 0 ? [[`${member} ${entity} ${group} loss`, less] as const] : []),
              ];
            }),
          );
          expect(Object.fromEntries(got)).toEqual(Object.fromEntries(expected));
          expect(
            Object.fromEntries(
              found.summary.map((line) => [`${line.kind} ${line.entity} ${line.group}`, line.records]),
            ),
          ).toEqual(Object.fromEntries([...together].map(([key, ids]) => [key, ids.size])));
          some += found.changes.length;
        },
      ),
      { numRuns: arbitrary.runs(400), seed: 33 },
    );
    expect(some).toBeGreaterThan(50);
  });

  test("in words, and for fifty members and twenty thousand records while somebody waits", () => {
    const bases = ["seller", "sales_manager", "support", "finance", "qualifier"];
    const teams = ["west", "europe", "apac", "north", "south"];
    const facts = Array.from({ length: 50 }, (_, index): Facts => ({
      member: `m${index}`,
      base: bases[index % 5] ?? "",
      duties: [],
      teams: [teams[index % 5] ?? ""],
      regions: [teams[(index + 1) % 5] ?? ""],
      employment: "active",
    }));
    const kinds: readonly [EntityName, string][] = [
      ["account", "core"],
      ["contact", "core"],
      ["opportunity", "sales"],
      ["task", "core"],
      ["activity", "sales"],
      ["case", "service"],
      ["section", "core"],
      ["handoff", "handoff"],
    ];
    const records = Array.from({ length: 20_000 }, (_, index): Located => {
      const [entity, compartment] = kinds[index % kinds.length] ?? ["account", "core"];
      return { id: `r${index}`, entity, compartment, anchor: `a${index % 1_499}` };
    });
    const places = new Map(
      Array.from({ length: 1_500 }, (_, index): [string, Place] => [
        `a${index}`,
        {
          anchor: {
            id: `a${index}`,
            owner: `m${index % 60}`,
            team: teams[index % 5] ?? null,
            region: teams[index % 4] ?? null,
            restricted: index % 40 === 0,
          },
          accountTeam: [],
          shares: [],
        },
      ]),
    );
    const after: Policy = {
      ...shippedPolicy,
      allow: shippedPolicy.allow.map((rule) =>
        rule.id === "sales.own" ? { ...rule, groups: ["identity", "shared"] } : rule,
      ),
    };
    const found = differences(
      { policy: shippedPolicy, facts },
      { policy: after, facts },
      { records, place: (_, anchor) => places.get(anchor) ?? null },
      0,
    );
    const terms = found.summary.find(({ group }) => group === "terms");
    expect(terms).toMatchObject({ kind: "loss", entity: "opportunity", members: 10 });
    expect(terms?.says).toBe(`10 members lose terms of ${terms?.records} opportunities`);
    expect(found.summary.every(({ kind }) => kind === "loss")).toBe(true);
  });
});
