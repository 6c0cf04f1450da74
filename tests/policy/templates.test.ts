import { describe, expect, test } from "vitest";
import demo from "../../demo/members.json" with { type: "json" };
import {
  bind,
  bindNothing,
  bindSlice,
  explain,
  slice,
  type Anchor,
  type Bound,
  type Decision,
  type Facts,
  type Place,
  type State,
} from "../../shared/access/engine.ts";
import { examples } from "../../shared/access/examples.ts";
import { withGives } from "../../shared/access/gives.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { zh } from "../../shared/access/templates.zh.ts";
import { validatePolicy } from "../../shared/access/policy.ts";
import type { Action } from "../../shared/kernel/actions.ts";
import { limits } from "../../shared/kernel/limits.ts";
import type { EntityName, Row } from "../../shared/records/entities.ts";
import { groupsIn, maskOf, type Group } from "../../shared/records/groups.ts";
import { modeOf } from "../../shared/sections/mode.ts";

/** The twelve members of the demo organisation, by handle, in words of the demo's own file. */
const factsOf = new Map(
  demo.members.map((member): [string, Facts] => [
    member.handle,
    {
      member: member.handle,
      base: member.base,
      duties: member.duties,
      teams: member.teams,
      regions: member.regions,
      employment: "active",
    },
  ]),
);
const facts = (handle: string): Facts => factsOf.get(handle) ?? { ...none, member: handle };
const none: Facts = { member: "nobody", base: "", duties: [], teams: [], regions: [], employment: "active" };
const bound = (handle: string): Bound => bind(shippedPolicy, facts(handle));

const now = 1_000;
const at = (anchor: Partial<Anchor> & { id: string }, more: Partial<Place> = {}): Place => ({
  anchor: { owner: null, team: null, region: null, restricted: false, ...anchor },
  accountTeam: [],
  shares: [],
  ...more,
});
const forever = { from: null, until: null };
// prettier-ignore
const places = {
  "ana's account": at({ id: "acc_ana", owner: "ana", team: "west", region: "americas" }),
  "west's account": at({ id: "acc_west", owner: "carl", team: "west", region: "americas" }),
  "bo's account": at({ id: "acc_bo", owner: "bo", team: "europe", region: "europe" }),
  "bo's, with me on its team": at({ id: "acc_bo", owner: "bo", team: "europe", region: "europe" }, { accountTeam: [forever] }),
  "bo's, with me on its team until now": at({ id: "acc_bo", owner: "bo", team: "europe", region: "europe" }, { accountTeam: [{ from: null, until: now }] }),
  "apac's account": at({ id: "acc_apac", owner: "lee", team: "apac", region: "apac" }),
  "lina's queue": at({ id: "q_lina", owner: "lina", team: "apac", region: "apac" }),
  "west's account, restricted": at({ id: "acc_west", owner: "carl", team: "west", region: "americas", restricted: true }),
  "ana's account, restricted": at({ id: "acc_ana", owner: "ana", team: "west", region: "americas", restricted: true }),
  "restricted, with me on its team": at({ id: "acc_west", owner: "carl", team: "west", region: "americas", restricted: true }, { accountTeam: [forever] }),
  "bo's, escalated to me": at({ id: "acc_bo", owner: "bo", team: "europe", region: "europe" }, {
    shares: [{ ...forever, id: "s", anchor: "acc_bo", compartment: "service", groups: maskOf(["identity", "shared", "resolution", "terms"]), recipe: "sh.escalate" }],
  }),
  "ana's own place": at({ id: "mem_ana", owner: "ana" }),
  "the organisation": at({ id: "local_org_00000000000000000000" }),
} satisfies Record<string, Place>;
type PlaceName = keyof typeof places;
const homes: Partial<Record<EntityName, string>> = {
  opportunity: "sales",
  lead: "sales",
  case: "service",
  handoff: "handoff",
  approval: "sales",
};
const homeOf = (entity: EntityName): string => homes[entity] ?? "core";

// prettier-ignore
const short: Record<string, Group> = { i: "identity", s: "shared", q: "qualification", t: "terms", b: "billing", c: "contract", p: "personal", k: "consent", r: "resolution", h: "handoff", n: "internal", m: "compensation", v: "private" };
const mask = (letters: string): Group[] => groupsIn(maskOf([...letters].flatMap((letter) => short[letter] ?? [])));

describe("[ACCESS-R13] who of the demo organisation sees what (what may also stay on a device)", () => {
  // i identity · s shared · q qualification · t terms · b billing · c contract · p personal · k consent · r resolution · h handoff · n internal · m compensation
  // prettier-ignore
  const table: [handle: string, entity: EntityName | `${EntityName}@${string}`, place: PlaceName, sees: string, holds: string][] = [
    ["ana", "account", "ana's account", "iscpkn", "iskn"],
    ["ana", "opportunity", "ana's account", "isqt", "isqt"],
    ["ana", "contact", "ana's account", "iscpkn", "iskn"],
    ["ana", "account", "west's account", "is", "is"],
    ["ana", "opportunity", "west's account", "is", "is"],
    ["ana", "account", "bo's account", "", ""],
    ["ana", "opportunity", "bo's account", "", ""],
    ["ana", "opportunity", "bo's, with me on its team", "isqkn", "isqkn"],
    ["ana", "account", "bo's, with me on its team", "isqkn", "isqkn"],
    ["ana", "account", "bo's, with me on its team until now", "", ""],
    ["ana", "account", "west's account, restricted", "", ""],
    ["ana", "account", "ana's account, restricted", "iscpkn", "iskn"],
    ["ana", "account", "restricted, with me on its team", "isqkn", "isqkn"],
    ["ana", "case", "ana's account", "is", "is"],
    ["ana", "task", "ana's own place", "iscpkn", "iskn"],
    ["bo", "opportunity", "bo's account", "isqt", "isqt"],
    ["bo", "opportunity", "ana's account", "", ""],
    ["marcus", "opportunity", "ana's account", "isqtmckn", "is"],
    ["marcus", "opportunity", "bo's account", "", ""],
    ["lina", "account", "apac's account", "is", "is"],
    ["lina", "opportunity", "apac's account", "", ""],
    ["lina", "lead", "lina's queue", "isqpk", "isqk"],
    ["lina", "account", "ana's account", "", ""],
    ["sofia", "case", "ana's account", "isrn", "isrn"],
    ["sofia", "account", "ana's account", "is", "is"],
    ["sofia", "opportunity", "ana's account", "", ""],
    ["sofia", "case", "bo's account", "", ""],
    ["sofia", "account", "west's account, restricted", "", ""],
    ["priya", "case", "ana's account", "", ""],
    ["sofia", "case", "bo's, escalated to me", "isr", "isr"],
    ["femi", "account", "ana's account", "isbc", ""],
    ["femi", "opportunity", "ana's account", "", ""],
    ["femi", "account", "apac's account", "", ""],
    ["femi", "activity", "ana's account", "", ""],
    ["yuki", "lead", "lina's queue", "isk", "isk"],
    ["yuki", "opportunity", "apac's account", "", ""],
    ["helen", "opportunity", "bo's account", "ist", ""],
    ["helen", "account", "apac's account", "ist", ""],
    ["helen", "contact", "apac's account", "", ""],
    ["helen", "account", "west's account, restricted", "", ""],
    ["omar", "account", "bo's account", "", ""],
    ["omar", "case", "bo's account", "", ""],
    ["greta", "account", "bo's account", "is", ""],
    ["greta", "opportunity", "bo's account", "is", ""],
    ["tomas", "opportunity", "bo's account", "isqtmckn", "is"],
    ["helen", "member", "the organisation", "is", "is"],
    ["ana", "stage", "the organisation", "is", "is"],
    ["ana", "pipeline", "the organisation", "is", "is"],
    ["omar", "member", "the organisation", "isp", "is"],
    ["ana", "section@private", "ana's own place", "iv", "iv"],
    ["marcus", "section@private", "ana's own place", "", ""],
    ["greta", "section@private", "ana's own place", "", ""],
    ["nobody", "account", "ana's account", "", ""],
    ["nobody", "member", "the organisation", "", ""],
  ];
  test.each(table)("%s, %s, %s: sees %j, holds %j", (handle, what, place, sees, holds) => {
    const [entity, home] = what.split("@") as [EntityName, string | undefined];
    const key = home ?? homeOf(entity);
    expect(groupsIn(bound(handle).readMask(entity, key, places[place], now))).toEqual(mask(sees));
    expect(groupsIn(bound(handle).holdMask(entity, key, places[place], now))).toEqual(mask(holds));
  });
});

const row = (place: Place, compartment: string, more: Partial<Row> = {}): Row => ({
  id: "rec",
  anchor: place.anchor.id,
  compartment,
  createdAt: 0,
  createdBy: "ana",
  owner: null,
  requester: "ana",
  approvalKind: "discount",
  fromMember: "ana",
  toMember: "bo",
  toTeam: null,
  late: null,
  sectionKind: "shared",
  group: "shared",
  ...more,
});

describe("[ACCESS-R14] who of the demo organisation may do what", () => {
  // prettier-ignore
  const table: [handle: string, action: Action, what: EntityName, place: PlaceName, may: "yes" | "no", more?: Partial<Row>][] = [
    ["ana", "edit", "account", "ana's account", "yes"],
    ["ana", "create", "account", "ana's account", "yes"],
    ["ana", "create", "account", "west's account", "no"],
    ["ana", "edit", "account", "west's account", "yes"],
    ["ana", "edit", "account", "bo's account", "no"],
    ["ana", "edit", "account", "ana's account, restricted", "yes"],
    ["ana", "edit", "account", "west's account, restricted", "no"],
    ["ana", "create", "contact", "west's account", "yes"],
    ["ana", "create", "opportunity", "ana's account", "yes"],
    ["ana", "advance", "opportunity", "ana's account", "yes"],
    ["ana", "advance", "opportunity", "ana's account", "no", { owner: "carl" }],
    ["ana", "advance", "opportunity", "west's account", "yes", { owner: "ana" }],
    ["ana", "advance", "opportunity", "west's account", "no"],
    ["ana", "reassign", "account", "ana's account", "yes"],
    ["ana", "reassign", "account", "west's account", "no"],
    ["ana", "create", "comment", "ana's account", "yes"],
    ["ana", "hand_off", "handoff", "ana's account", "yes"],
    ["ana", "accept_handoff", "handoff", "bo's account", "no"],
    ["bo", "accept_handoff", "handoff", "ana's account", "yes"],
    ["ana", "manage_account_team", "account_team", "ana's account", "yes"],
    ["ana", "approve_discount", "approval", "ana's account", "no"],
    ["marcus", "reassign", "account", "ana's account", "yes"],
    ["marcus", "advance", "opportunity", "west's account", "yes"],
    ["marcus", "advance", "opportunity", "bo's account", "no"],
    ["tomas", "approve_discount", "approval", "bo's account", "yes"],
    ["tomas", "approve_discount", "approval", "bo's account", "no", { requester: "tomas" }],
    ["tomas", "approve_discount", "approval", "ana's account", "no"],
    ["lina", "qualify", "lead", "lina's queue", "yes"],
    ["lina", "create", "contact", "apac's account", "yes"],
    ["lina", "edit", "account", "apac's account", "no"],
    ["sofia", "resolve", "case", "ana's account", "yes"],
    ["sofia", "resolve", "case", "bo's account", "no"],
    ["sofia", "edit", "account", "ana's account", "no"],
    ["priya", "resolve", "case", "bo's account", "yes"],
    ["femi", "edit", "account", "bo's account", "yes"],
    ["femi", "create", "opportunity", "bo's account", "no"],
    ["yuki", "edit", "lead", "lina's queue", "no"],
    ["helen", "edit", "account", "bo's account", "no"],
    ["helen", "export", "account", "bo's account", "no"],
    ["omar", "create", "stage", "the organisation", "yes"],
    ["omar", "edit_policy", "stage", "the organisation", "yes"],
    ["ana", "edit_policy", "stage", "the organisation", "no"],
    ["omar", "manage_member", "member", "the organisation", "yes"],
    ["omar", "manage_member", "member", "the organisation", "no", { id: "omar" }],
    ["omar", "import", "account", "ana's account", "no"],
    ["greta", "import", "account", "ana's account", "yes"],
    ["greta", "import", "opportunity", "ana's account", "yes"],
    ["greta", "assign_duty", "member", "the organisation", "yes", { id: "ana" }],
    ["ana", "manage_member", "member", "the organisation", "no"],
    ["ana", "edit", "member", "the organisation", "yes", { id: "ana" }],
    ["ana", "edit", "member", "the organisation", "no", { id: "bo" }],
  ];
  test.each(table)("%s: %s %s, %s -> %s", (handle, action, entity, place, may, more) => {
    const key = homeOf(entity);
    const decision: Decision = bound(handle).decide(
      action,
      entity,
      key,
      places[place],
      now,
      row(places[place], key, { ...(action === "create" ? { createdBy: handle } : {}), ...more }),
    );
    expect(decision.allowed).toBe(may === "yes");
  });
});

describe("[ACCESS-R15] sections: mode follows from read and write", () => {
  // prettier-ignore
  const table: [handle: string, compartment: string, group: Group, kind: string, place: PlaceName, mode: string][] = [
    ["ana", "core", "shared", "shared", "ana's account", "write"],
    ["ana", "core", "shared", "shared", "west's account", "write"],
    ["ana", "core", "shared", "shared", "bo's account", "none"],
    ["ana", "core", "shared", "shared", "bo's, with me on its team", "write"],
    ["ana", "core", "shared", "scratch", "ana's account", "write"],
    ["ana", "sales", "internal", "internal:sales", "ana's account", "write"],
    ["ana", "service", "internal", "internal:service", "ana's account", "none"],
    ["ana", "finance", "internal", "internal:finance", "ana's account", "none"],
    ["ana", "core", "internal", "shared", "ana's account", "write"], // one that was made narrower
    ["sofia", "core", "internal", "shared", "ana's account", "none"],
    ["marcus", "sales", "internal", "internal:sales", "ana's account", "write"],
    ["sofia", "core", "shared", "shared", "ana's account", "read"],
    ["sofia", "sales", "internal", "internal:sales", "ana's account", "none"],
    ["sofia", "service", "internal", "internal:service", "ana's account", "write"],
    ["sofia", "service", "internal", "internal:service", "bo's account", "none"],
    ["femi", "finance", "internal", "internal:finance", "ana's account", "write"],
    ["femi", "core", "shared", "shared", "ana's account", "none"],
    ["helen", "core", "shared", "shared", "ana's account", "none"],
    ["greta", "core", "shared", "shared", "ana's account", "read"],
    ["ana", "private", "private", "private", "ana's own place", "write"],
    ["bo", "private", "private", "private", "ana's own place", "none"],
  ];
  test.each(table)("%s, %s, %s, %s, %s -> %s", (handle, compartment, group, sectionKind, place, mode) => {
    expect(modeOf(bound(handle), row(places[place], compartment, { group, sectionKind }), places[place], now)).toBe(
      mode,
    );
  });
});

describe("the shipped policy", () => {
  test("[ACCESS-R36] every role and every rule says why in English and in Chinese, and every role has an example person", () => {
    const {
      roles,
      allow,
      forbid,
      shares = [],
      stages = [],
      approvals = [],
      breakGlass = [],
      masks = {},
    } = shippedPolicy;
    const masked = Object.values(masks).flatMap((rules) => Object.values(rules ?? {}));
    const parts = [
      ...Object.values(roles),
      ...allow,
      ...forbid,
      ...shares,
      ...stages,
      ...approvals,
      ...breakGlass,
      ...masked,
    ];
    const reasons = new Set(parts.map((part) => part.why));
    expect([...reasons].filter((why) => !/\p{Script=Han}/u.test(zh[why] ?? ""))).toEqual([]);
    expect(Object.keys(zh).filter((why) => !reasons.has(why))).toEqual([]);
    expect(examples.map(({ role }) => role).sort()).toEqual(Object.keys(roles).sort());
    for (const { role, says, facts: known } of examples) {
      expect([known.base, ...known.duties], role).toContain(role);
      expect(shippedPolicy.roles[known.base]?.kind, role).toBe("base");
      expect(says.en.length, role).toBeGreaterThan(20);
      expect(says.zh, role).toMatch(/\p{Script=Han}/u);
    }
  });

  test("[ACCESS-R16] is valid, as JSON, by its own strict reader", () => {
    const read = validatePolicy(JSON.parse(JSON.stringify(shippedPolicy)));
    expect(read.ok ? [] : read.error.fields).toEqual([]);
  });

  test("[ACCESS-R17] every role has rules, and every rule says why in a line", () => {
    for (const role of Object.keys(shippedPolicy.roles))
      expect(
        shippedPolicy.allow.some((rule) => rule.to.includes(role)),
        role,
      ).toBe(true);
    for (const rule of shippedPolicy.allow) expect(rule.why.length, rule.id).toBeLessThan(80);
  });

  test("[ACCESS-R18] a member's slice is small, and names no other role's rule and no group that is secret to them", () => {
    for (const [handle, known] of factsOf) {
      const own = slice(shippedPolicy, known);
      expect(JSON.stringify(own).length, handle).toBeLessThanOrEqual(limits.sliceBytesMax);
      const mine = new Set([known.base, ...known.duties]);
      for (const { id } of own.allow)
        expect(
          shippedPolicy.allow.find((rule) => rule.id === id)?.to.some((role) => mine.has(role)),
          id,
        ).toBe(true);
      const pay = maskOf(["compensation"]);
      const has = own.allow.some((rule) => (rule.groups & pay) !== 0);
      expect(has).toBe(known.base === "sales_manager");
      if (!has)
        expect(
          [...own.forbid, ...own.shares].filter(
            (rule) => (rule.groups & pay) !== 0 && rule.groups !== maskOf(Object.values(short)),
          ),
        ).toEqual([]);
    }
  });

  test("[ACCESS-R18] no base with three duties more has a slice above the limit", () => {
    const named = (kind: string): string[] =>
      Object.entries(shippedPolicy.roles).flatMap(([name, role]) => (role.kind === kind ? [name] : []));
    const duties = named("duty");
    for (const base of named("base")) {
      for (const [index] of duties.entries()) {
        const three = [0, 1, 2].map((step) => duties[(index + step) % duties.length] ?? "");
        const own = slice(shippedPolicy, { ...facts("ana"), base, duties: three });
        expect(JSON.stringify(own).length, `${base} ${three.join(" ")}`).toBeLessThanOrEqual(limits.sliceBytesMax);
      }
    }
  });

  test("[ACCESS-R19] in the browser, after a trip as JSON, the slice decides as the edge does", () => {
    for (const [handle, known] of factsOf) {
      const client = bindSlice(JSON.parse(JSON.stringify(slice(shippedPolicy, known))));
      for (const place of Object.values(places)) {
        for (const entity of ["account", "opportunity", "case", "task", "section"] as const) {
          expect(client.readMask(entity, homeOf(entity), place, now), handle).toBe(
            bound(handle).readMask(entity, homeOf(entity), place, now),
          );
          const there = row(place, homeOf(entity));
          expect(client.decide("edit", entity, homeOf(entity), place, now, there)).toEqual(
            bound(handle).decide("edit", entity, homeOf(entity), place, now, there),
          );
        }
      }
    }
  });

  test("[ACCESS-2] suspended, left, without policy, unknown entity, unknown compartment: nothing", () => {
    const place = places["ana's account"];
    const blind = [
      bind(shippedPolicy, { ...facts("ana"), employment: "suspended" }),
      bind(shippedPolicy, { ...facts("ana"), employment: "left" }),
      bind(null, facts("ana")),
      bindNothing,
    ];
    for (const nobody of blind) {
      expect(nobody.readMask("account", "core", place, now)).toBe(0);
      expect(nobody.decide("create", "account", "core", place, now, row(place, "core")).allowed).toBe(false);
      expect(nobody.visibleSql("account", { anchor: "a", record: "r" }, now)).toEqual({ kind: "none" });
      expect([...nobody.readReaches("account", "core")]).toEqual([]);
    }
    expect(bound("ana").readMask("account", "sales", place, now)).toBe(0);
    expect(bound("ana").readMask("secret" as EntityName, "core", place, now)).toBe(0);
    expect(bound("ana").readMask("account", "elsewhere", place, now)).toBe(0);
    expect(bound("ana").decide("fly" as Action, "account", "core", place, now, row(place, "core")).allowed).toBe(false);
  });

  test("[ACCESS-R20] [LEAK-35] a column that is not loaded means no, and an alarm, whichever column it is", () => {
    const place = places["ana's account"];
    for (const column of ["id", "owner", "team", "region", "restricted"] as const) {
      const alarms: string[] = [];
      const watched = bind(shippedPolicy, facts("ana"), (fact) => alarms.push(fact));
      const { [column]: _gone, ...rest } = place.anchor;
      const broken: Place = { ...place, anchor: rest as Anchor };
      expect(watched.readMask("account", "core", broken, now)).toBe(0);
      expect(watched.holdMask("account", "core", broken, now)).toBe(0);
      expect(watched.decide("edit", "account", "core", broken, now, row(place, "core")).allowed).toBe(false);
      expect(alarms).toContain(`not_loaded anchor.${column}`);
    }
    const alarms: string[] = [];
    const watched = bind(shippedPolicy, facts("ana"), (fact) => alarms.push(fact));
    const { owner: _gone, ...ownerless } = row(place, "sales");
    expect(watched.decide("advance", "opportunity", "sales", place, now, ownerless as Row).allowed).toBe(false);
    expect(
      watched.decide("advance", "opportunity", "sales", place, now, { ...row(place, "sales"), anchor: "acc_bo" })
        .allowed,
    ).toBe(false);
    expect(alarms).toEqual(["not_loaded opportunity.owner", "not_loaded opportunity.anchor"]);
  });

  test("[ACCESS-2] a condition that this engine does not know means no, and an alarm, in a rule as in a guardrail", () => {
    const place = places["ana's account"];
    const own = slice(shippedPolicy, facts("ana"), "whole");
    for (const strange of [
      { reach: "galaxy" },
      { op: "like", column: "region", value: "a%" },
      { reach: "galaxy", not: true },
    ]) {
      const when = strange as unknown as (typeof own.allow)[number]["when"];
      const alarms: string[] = [];
      const guarded = bindSlice({ ...own, forbid: [...own.forbid.map((rule) => ({ ...rule, when }))] }, (fact) =>
        alarms.push(fact),
      );
      const allowed = bindSlice({ ...own, allow: own.allow.map((rule) => ({ ...rule, when })) }, (fact) =>
        alarms.push(fact),
      );
      for (const blind of [guarded, allowed]) {
        expect(blind.readMask("account", "core", place, now)).toBe(0);
        expect(blind.decide("edit", "account", "core", place, now, row(place, "core")).allowed).toBe(false);
      }
      expect(alarms).toHaveLength(4);
    }
    const alarms: string[] = [];
    const when = { like: ["region", "a%"] } as unknown as (typeof shippedPolicy.allow)[number]["when"];
    const unread = bind(
      { ...shippedPolicy, allow: shippedPolicy.allow.map((rule) => ({ ...rule, when })) },
      facts("ana"),
      (fact) => alarms.push(fact),
    );
    expect(unread.readMask("account", "core", place, now)).toBe(0);
    expect(alarms).toEqual(["policy_unreadable"]);
  });

  test("[ACCESS-R21] [SYNC-H4] [SYNC-H5] rights end at the very instant, per group, at the last thing that gives the group", () => {
    const place: Place = {
      ...places["bo's account"],
      accountTeam: [{ from: null, until: 3_000 }],
      shares: [
        {
          id: "s",
          anchor: "acc_bo",
          compartment: "core",
          groups: maskOf(["identity", "shared"]),
          recipe: "sh.hand",
          from: null,
          until: 5_000,
        },
      ],
    };
    expect(bound("ana").holdRights("account", "core", place, now)).toEqual({
      identity: 5_000,
      shared: 5_000,
      qualification: 3_000,
      consent: 3_000,
      internal: 3_000,
    });
    expect(bound("ana").holdRights("account", "core", place, 4_999)).toEqual({ identity: 5_000, shared: 5_000 });
    expect(bound("ana").holdRights("account", "core", place, 5_000)).toEqual({});
  });

  test("[ACCESS-R22] an explanation says what would help, in words without record, role or number; of the invisible, one sentence", () => {
    const place = places["west's account"];
    const said = explain(bound("ana"), "advance", "opportunity", "sales", place, now, row(place, "sales"));
    expect(said).toEqual({
      allowed: false,
      because: ["A sale is worked by its owner."],
      wouldNeed: ["To be the one who answers for it."],
      askTo: ["sales_manager"],
    });
    const field = explain(bound("ana"), "read", "opportunity", "sales", place, now, null, "amountMinor");
    expect(field.allowed).toBe(false);
    expect(field.wouldNeed).toEqual(["To be the one who answers for it."]);
    expect(
      explain(bound("ana"), "read", "opportunity", "sales", places["ana's account"], now, null, "amountMinor").allowed,
    ).toBe(true);
    const unseen = explain(bound("ana"), "edit", "account", "core", places["bo's account"], now, null);
    expect(unseen).toEqual({
      allowed: false,
      because: ["There is nothing here that you can open."],
      wouldNeed: [],
      askTo: [],
    });
  });
});

describe("writes by the shipped policy", () => {
  const state = (place: Place, compartment: string, more: Partial<Row> = {}): State => ({
    compartment,
    place,
    row: row(place, compartment, more),
  });
  const ana = places["ana's account"];
  const mine = state(ana, "core");

  test("[ACCESS-R3] policy-bearing fields move by their own act alone", () => {
    for (const field of ["owner", "team", "region", "restricted"])
      expect(bound("ana").decideWrite("edit", "account", mine, mine, [field], now).allowed, field).toBe(false);
    expect(bound("ana").decideWrite("edit", "account", mine, mine, ["healthReason", "internalNote"], now).allowed).toBe(
      true,
    );
    expect(bound("ana").decideWrite("edit", "account", mine, mine, ["billingStatus"], now).allowed).toBe(false);
    expect(bound("ana").decideWrite("edit", "account", mine, mine, ["anchor"], now).allowed).toBe(false);
    const deal = state(ana, "sales");
    expect(bound("ana").decideWrite("edit", "opportunity", deal, deal, ["stage"], now).allowed).toBe(false);
    expect(bound("ana").decideWrite("advance", "opportunity", deal, deal, ["stage", "order"], now).allowed).toBe(true);
    expect(
      bound("ana").decideWrite("advance", "opportunity", deal, deal, ["stage", "commissionMinor"], now).allowed,
    ).toBe(false);
    expect(
      bound("ana").decideWrite(
        "edit",
        "member",
        state(places["the organisation"], "core", { id: "ana" }),
        state(places["the organisation"], "core", { id: "ana" }),
        ["duties"],
        now,
      ).allowed,
    ).toBe(false);
  });

  test("[ACCESS-R23] giving away is asked of the state before, and taking is asked of it too", () => {
    const after = state(at({ ...ana.anchor, owner: "bo", team: "europe", region: "europe" }), "core");
    expect(bound("ana").decideWrite("reassign", "account", mine, after, ["owner", "team", "region"], now).allowed).toBe(
      true,
    );
    const bos = state(places["bo's account"], "core");
    const taken = state(at({ ...places["bo's account"].anchor, owner: "ana" }), "core");
    expect(bound("ana").decideWrite("reassign", "account", bos, taken, ["owner"], now).allowed).toBe(false);
    const wests = state(places["west's account"], "core");
    expect(
      bound("ana").decideWrite(
        "reassign",
        "account",
        wests,
        state(at({ ...places["west's account"].anchor, owner: "ana" }), "core"),
        ["owner"],
        now,
      ).allowed,
    ).toBe(false);
  });

  test("[ACCESS-R24] nothing is put where its maker could not see it, and the answer is that of a missing place", () => {
    const task = (place: Place): State => state(place, "core", { owner: "ana" });
    expect(bound("ana").decideWrite("create", "task", null, task(ana), ["name"], now).allowed).toBe(true);
    const hidden = bound("ana").decideWrite("create", "task", null, task(places["bo's account"]), ["name"], now);
    expect(hidden).toEqual({ allowed: false, why: "There is nothing here that you can open." });
    expect(
      bound("ana").decideWrite(
        "create",
        "comment",
        null,
        state(places["west's account, restricted"], "core"),
        ["body"],
        now,
      ),
    ).toEqual(hidden);
  });

  test("[ACCESS-4] opening a restricted account, or joining it, is never one person's act; closing it is", () => {
    const closed = state(places["ana's account, restricted"], "core");
    expect(bound("ana").decideWrite("restrict", "account", mine, closed, ["restricted"], now).allowed).toBe(true);
    expect(bound("ana").decideWrite("restrict", "account", closed, mine, ["restricted"], now).allowed).toBe(false);
    // Where the act is judged at the place as it was, the record itself still tells.
    const judgedBefore = (from: boolean, to: boolean): boolean => {
      const place = places["ana's account"];
      return bound("ana").decideWrite(
        "restrict",
        "account",
        state(place, "core", { restricted: from }),
        state(place, "core", { restricted: to }),
        ["restricted"],
        now,
      ).allowed;
    };
    expect([judgedBefore(false, true), judgedBefore(true, false)]).toEqual([true, false]);
    const joining = state(places["ana's account, restricted"], "core", { member: "bo" });
    expect(
      bound("ana").decideWrite("manage_account_team", "account_team", null, joining, ["member"], now).allowed,
    ).toBe(false);
    expect(bound("ana").decideWrite("create", "account_team", null, joining, ["member"], now).allowed).toBe(false);
    expect(bound("ana").decideWrite("delete", "account_team", joining, null, [], now).allowed).toBe(true);
    const open = state(ana, "core", { member: "bo" });
    expect(bound("ana").decideWrite("manage_account_team", "account_team", null, open, ["member"], now).allowed).toBe(
      true,
    );
  });
});

describe("[CASE-6] what a slice says of whom its member's acts would let in", () => {
  const gives = (handle: string) =>
    withGives(shippedPolicy, slice(shippedPolicy, facts(handle))).shares.flatMap((share) => share.gives ?? []);
  test("is said to who may do it: whom, to what, for how long", () => {
    expect(gives("sofia").filter(({ on }) => on === "case.escalate")).toEqual([
      { on: "case.escalate", give: "key", in: ["core", "service", "sales"], holds: "escalation_lead", maxDays: 14 },
    ]);
    expect(gives("ana").map(({ on }) => on)).not.toContain("case.escalate");
    expect(gives("femi")).toEqual([]);
  });
  test("and leaves the slice small enough, and without groups that are secret to its member", () => {
    for (const handle of ["ana", "sofia", "priya"]) {
      const whole = withGives(shippedPolicy, slice(shippedPolicy, facts(handle)));
      expect(JSON.stringify(whole).length).toBeLessThan(limits.sliceBytesMax);
      for (const { groups } of whole.shares) expect(groups & maskOf(["legal", "private"])).toBe(0);
    }
  });
});
