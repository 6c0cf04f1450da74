import fc from "fast-check";
import type { Anchor, Cover, Grant, KeyShare, Place } from "../../shared/access/engine.ts";
import type { AllowRule, Cond, ForbidRule, Policy, ShareRecipe } from "../../shared/access/policy.ts";
import type { Action } from "../../shared/kernel/actions.ts";
import type { EntityName, Row } from "../../shared/records/entities.ts";
import { groupNames, maskOf, type Group } from "../../shared/records/groups.ts";
import type { LooseFacts } from "./oracle.ts";

/** Ten times as many worlds where there is time for it: `CRM_LONG=1`. */
export const runs = (count: number): number => (process.env["CRM_LONG"] === "1" ? 10 * count : count);

/** Small worlds, so that rules, facts and places meet often: three members, two teams, two regions, six instants. */
export const lastInstant = 6;
const pick = <const T extends readonly string[]>(...of: T): fc.Arbitrary<T[number]> => fc.constantFrom(...of);
const members = pick("ann", "bo", "cy");
const teams = pick("red", "blue");
const regions = pick("north", "south");
const bases = ["seller", "support"] as const;
const duties = ["lead", "steward"] as const;
const testEntities = ["account", "opportunity", "task", "section"] as const satisfies readonly EntityName[];
const compartments = pick("core", "sales");
const groups = fc.subarray<Group>(["identity", "shared", "terms", "internal", "compensation"], { minLength: 1 });
const recipes = ["sh.one", "sh.two", "sh.gone"] as const;

const reach = pick("own", "team", "region", "account_team", "participant", "all").map((name): Cond => ({
  reach: name,
}));
const anchorLeaf: fc.Arbitrary<Cond> = fc.oneof(
  fc.boolean().map((value): Cond => ({ eq: ["restricted", value] })),
  regions.map((value): Cond => ({ eq: ["region", value] })),
  fc.uniqueArray(regions, { minLength: 1 }).map((value): Cond => ({ in: ["region", value] })),
  teams.map((value): Cond => ({ eq: ["team", value] })),
  fc.constant<Cond>({ in: ["team", { $m: "teams" }] }),
  pick("seller", "lead").map((value): Cond => ({ holds: value })),
);
const columnLeaf: fc.Arbitrary<Cond> = fc.oneof(
  fc.integer({ min: 0, max: 4 }).map((value): Cond => ({ lt: ["discountPct", value] })),
  fc.integer({ min: 0, max: 4 }).map((value): Cond => ({ gte: ["discountPct", value] })),
  fc.integer({ min: 0, max: 4 }).map((value): Cond => ({ eq: ["discountPct", value] })),
  fc.constant<Cond>({ present: "discountPct" }),
  fc.constant<Cond>({ eq: ["owner", { $m: "member" }] }),
);
function tree(leaf: fc.Arbitrary<Cond>): fc.Arbitrary<Cond> {
  return fc.letrec<{ cond: Cond }>((tie) => ({
    cond: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      { weight: 5, arbitrary: leaf },
      { weight: 1, arbitrary: fc.array(tie("cond"), { minLength: 1, maxLength: 3 }).map((all): Cond => ({ all })) },
      { weight: 1, arbitrary: fc.array(tie("cond"), { minLength: 1, maxLength: 3 }).map((any): Cond => ({ any })) },
      { weight: 1, arbitrary: tie("cond").map((not): Cond => ({ not })) },
    ),
  })).cond;
}
const readCond = tree(fc.oneof({ weight: 2, arbitrary: reach }, { weight: 1, arbitrary: anchorLeaf }));
const writeCond = tree(
  fc.oneof({ weight: 2, arbitrary: reach }, { weight: 1, arbitrary: anchorLeaf }, { weight: 2, arbitrary: columnLeaf }),
);

const within = fc.option(fc.uniqueArray(compartments, { minLength: 1 }), { nil: undefined });
const entityList = fc.subarray<EntityName>([...testEntities], { minLength: 1 });
const to = fc.subarray<string>([...bases, ...duties], { minLength: 1 });
const keep = fc.option(pick("online", "device"), { nil: undefined });
const readActions = fc.constantFrom<readonly Action[]>(
  ["find", "read"],
  ["find", "read", "export"],
  ["find"],
  ["see_label"],
  ["find", "read", "edit"],
);
const writes = ["edit", "create", "reassign", "write"] as const satisfies readonly Action[];

/** Accounts live in one compartment and opportunities in another, so a list with both names no compartment. */
const fitting = <R extends { entity: readonly EntityName[]; in?: ("core" | "sales")[] | undefined }>(rule: R): R =>
  rule.entity.every(
    (name) =>
      !rule.in || (name === "account" ? rule.in.includes("core") : name !== "opportunity" || rule.in.includes("sales")),
  )
    ? rule
    : { ...rule, in: undefined };
const readAllow: fc.Arbitrary<AllowRule> = fc
  .record({
    id: fc.constant("a.read"),
    to,
    entity: entityList,
    in: within,
    actions: readActions,
    when: readCond,
    groups,
    keep,
    why: fc.constant("Because."),
  })
  .map(fitting);
const writeAllow: fc.Arbitrary<AllowRule> = fc
  .record({
    id: fc.constant("a.write"),
    to,
    in: fc.constantFrom<["sales"] | undefined>(undefined, ["sales"]),
    actions: fc.subarray<Action>([...writes], { minLength: 1 }),
    when: writeCond,
    groups,
    why: fc.constant("Because."),
    before: fc.boolean(),
  })
  .map(({ before, ...rule }) => ({
    ...rule,
    entity: "opportunity",
    discloses: "For the test.",
    ...(before && !rule.actions.includes("create") ? { state: "before" } : {}),
  }));
const forbid: fc.Arbitrary<ForbidRule> = fc
  .record({
    id: fc.constant("f"),
    entity: fc.constantFrom<EntityName | "*">("*", ...testEntities),
    in: fc.option(fc.constantFrom<("core" | "sales")[]>(["core"], ["sales"]), { nil: undefined, freq: 3 }),
    actions: fc.constantFrom<readonly Action[] | readonly ["*"]>(
      ["*"],
      ["*"],
      ["read"],
      ["find"],
      ["export"],
      ["edit", "read"],
      ["edit", "reassign"],
    ),
    groups: fc.option(groups, { nil: undefined }),
    when: readCond,
    except: fc.option(readCond, { nil: undefined }),
    unbreakable: fc.boolean(),
    why: fc.constant("Because not."),
  })
  .map((rule) => (rule.entity === "account" || rule.entity === "opportunity" ? { ...rule, in: undefined } : rule));
const recipe = (id: string): fc.Arbitrary<ShareRecipe> =>
  fc.record({
    id: fc.constant(id),
    on: fc.constant("record.share"),
    give: fc.constant("key" as const),
    groups,
    keep,
    to: fc.constant({ member: true as const }),
    ends: fc.constant(["share.end"]),
    why: fc.constant("Because."),
  });

const role = { owner: "policy_admin", review: "2027-02-01", why: "For the test." };
export const policies: fc.Arbitrary<Policy> = fc
  .record({
    reads: fc.array(readAllow, { minLength: 1, maxLength: 4 }),
    writes: fc.array(writeAllow, { maxLength: 2 }),
    forbid: fc.array(forbid, { maxLength: 2 }),
    shares: fc.tuple(recipe("sh.one"), recipe("sh.two")),
    groups: fc.constantFrom<Policy["groups"]>(
      undefined,
      { shared: { keep: "online", existence: "shown" } },
      { identity: { keep: "device", existence: "shown" }, terms: { keep: "never", existence: "shown" } },
    ),
  })
  .map(({ reads, writes: changes, forbid: cuts, shares, groups: settings }) => ({
    $schema: "policy/v1",
    version: 1,
    parent: null,
    author: "m",
    approver: null,
    effectiveAt: "2026-11-01T00:00:00Z",
    why: "For the test.",
    roles: {
      seller: { ...role, kind: "base" },
      support: { ...role, kind: "base" },
      lead: { ...role, kind: "duty" },
      steward: { ...role, kind: "duty" },
    },
    allow: [...reads, ...changes].map((rule, index) => ({ ...rule, id: `allow.n${index}` })),
    forbid: cuts.map((rule, index) => ({ ...rule, id: `forbid.n${index}` })),
    shares,
    ...(settings ? { groups: settings } : {}),
  }));

const often = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null, freq: 12 });
const instant = fc.integer({ min: 0, max: lastInstant });
export const instants = instant;
const interval = fc.record({ from: fc.option(instant, { nil: null }), until: fc.option(instant, { nil: null }) });
const grants: fc.Arbitrary<Grant[]> = fc.array(
  fc
    .record({
      kind: pick("grant", "grant", "break_glass"),
      actions: fc.constantFrom<readonly Action[]>(
        ["find", "read"],
        ["find", "read"],
        ["find", "read", "export", "edit"],
        ["edit"],
      ),
      entities: fc.oneof(fc.constant("*" as const), entityList),
      within,
      to: fc.oneof(
        fc.uniqueArray(pick("acc1", "acc2", "a0", "a1"), { minLength: 1 }).map((anchors) => ({ anchors })),
        regions.map((region) => ({ region })),
        teams.map((team) => ({ team })),
        fc.uniqueArray(pick("rec", "0", "1", "2"), { minLength: 1 }).map((records) => ({ records })),
      ),
      groups,
      keep: pick("online", "device"),
      interval,
    })
    .map(({ interval: { from, until }, within: compartment, ...grant }): Grant => ({
      id: "grant.one",
      ...grant,
      ...(compartment ? { in: compartment } : {}),
      from,
      until,
      why: "For the test.",
    })),
  { minLength: 1, maxLength: 2 },
);
const covers: fc.Arbitrary<Cover[]> = fc.array(
  fc
    .record({ of: members, interval })
    .map(({ of, interval: { from, until } }) => ({ id: "cover.one", of, from, until })),
  { minLength: 1, maxLength: 2 },
);
const sometimes = <T>(value: fc.Arbitrary<T[]>): fc.Arbitrary<T[]> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant<T[]>([]) }, { weight: 1, arbitrary: value });
export const facts: fc.Arbitrary<LooseFacts> = fc.record({
  member: often(members),
  base: often(fc.constantFrom<string>(...bases, ...bases, ...bases, "lead", "nobody")),
  duties: often(fc.subarray<string>([...duties, "seller"])),
  teams: often(fc.subarray(["red", "blue"])),
  regions: often(fc.subarray(["north", "south"])),
  employment: fc.oneof(
    { weight: 20, arbitrary: fc.constant("active") },
    { weight: 1, arbitrary: pick("suspended", "left") },
  ),
  grants: sometimes(grants),
  covers: sometimes(covers),
});
const anchors = fc.constantFrom("acc1", "acc2");
export const places: fc.Arbitrary<Place> = fc.record({
  anchor: fc.record<Anchor>({
    id: anchors,
    owner: fc.option(members, { nil: null }),
    team: fc.option(teams, { nil: null }),
    region: fc.option(regions, { nil: null }),
    restricted: fc.boolean(),
  }),
  accountTeam: fc.array(interval, { maxLength: 2 }),
  shares: fc.array(
    fc
      .record({
        id: fc.constant("s"),
        anchor: anchors,
        compartment: compartments,
        groups: groups.map(maskOf),
        recipe: fc.constantFrom(...recipes),
        record: fc.constantFrom(null, null, "rec", "other"),
        to: fc.constantFrom(undefined, undefined, "ann", "bo", "red", "blue", "seller@north"),
        interval,
      })
      .map(({ interval: { from, until }, to, ...share }): KeyShare => ({
        ...share,
        ...(to === undefined ? {} : { to }),
        from,
        until,
      })),
    { maxLength: 2 },
  ),
});
export const entities = fc.constantFrom(...testEntities);
/** Mostly where the entity lives; now and then where it doesn't. */
export const homes: fc.Arbitrary<{ entity: EntityName; compartment: string }> = fc
  .record({
    entity: entities,
    subject: pick("core", "sales"),
    stray: fc.constantFrom(null, null, null, null, null, null, null, "core", "sales", "service"),
  })
  .map(({ entity, subject, stray }) => {
    const home = entity === "account" ? "core" : entity === "opportunity" ? "sales" : subject;
    return { entity, compartment: stray === null ? home : stray };
  });
export const asked = fc.constantFrom<Action>(
  "find",
  "read",
  "export",
  "see_label",
  "edit",
  "reassign",
  "create",
  "write",
  "delete",
);
export const rowOf = (place: Place, compartment: string): fc.Arbitrary<Row> =>
  fc
    .record({
      owner: fc.option(members, { nil: null }),
      discountPct: fc.option(fc.integer({ min: 0, max: 4 }), { nil: null }),
    })
    .map((fields) => ({
      id: "rec",
      anchor: place.anchor.id,
      compartment,
      createdAt: 0,
      createdBy: "ann",
      name: "x",
      ...fields,
    }));
export const groupName = fc.constantFrom(...groupNames);
