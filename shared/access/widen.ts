import { seeActions, type Action } from "../kernel/actions.ts";
import { compartmentsOf, entityNames, type EntityName } from "../records/entities.ts";
import { groupBit, groupDefaults, groupNames, hasGroup, keeps, type Mask } from "../records/groups.ts";
import type { Compartment } from "../records/compartments.ts";
import type { MaskRule, Masks } from "../records/masked.ts";
import { holds, leavesOf, reduce, type Leaf, type Node, type Oracle } from "./condition.ts";
import type { Facts, Grant, Interval } from "./engine.ts";
import type { ApprovalRule, BreakGlassRule, Cond, Policy, Role, ShareRecipe, StageRule } from "./rules.ts";
import { rolesIn, slice, type BoundAllow, type BoundForbid, type Slice } from "./slice.ts";

/**
 * Would this change give anybody more? Exact for rules on reading, without looking at a record: they see the key alone,
 * so a finite set of classes of keys stands for all of them. Write rules and exceptions are compared by their form: what
 * is not plainly equal or stricter counts as wider. It may say "wider" too often, and "not wider" never wrongly.
 */
export interface Rights {
  readonly policy: Policy | null;
  /** Every member whom the act touches; who is in one list alone had nothing before, or has nothing after. */
  readonly facts: readonly Facts[];
}
export type Widening = "same" | "narrower" | "wider" | "unknown";

export function widens(before: Rights, after: Rights): Widening {
  try {
    if (grows(before, after)) return "wider";
    return grows(after, before) ? "narrower" : "same";
  } catch {
    return "unknown"; // a rule that can't be read here: nobody may take it for harmless
  }
}

function grows(before: Rights, after: Rights): boolean {
  if (!after.policy) return false;
  const samePolicy = before.policy === after.policy || isSame(before.policy, after.policy);
  if (!samePolicy && before.policy && policyGrows(before.policy, after.policy)) return true;
  const text = JSON.stringify(after.policy);
  const known = new Map(before.facts.map((facts) => [facts.member, facts]));
  const seen = new Set<string>();
  for (const now of after.facts) {
    const then = known.get(now.member) ?? null;
    if (samePolicy && isSame(then, now)) continue;
    const id = JSON.stringify([then && { ...then, member: "" }, { ...now, member: "" }]);
    if (seen.has(id) && !text.includes(now.member)) continue;
    seen.add(id);
    const was = then && before.policy ? slice(before.policy, then, "whole") : nobody;
    if (memberGrows(was, slice(after.policy, now, "whole"), after.policy)) return true;
  }
  return false;
}
const nobody: Slice = { v: 1, facts: { member: "", teams: [], regions: [] }, allow: [], forbid: [], shares: [] };
const isSame = (left: unknown, right: unknown): boolean => JSON.stringify(left) === JSON.stringify(right);
const isIn = <T>(less: readonly T[], more: readonly T[]): boolean => less.every((one) => more.includes(one));

// --- one member

function memberGrows(was: Slice, now: Slice, policy: Policy): boolean {
  if (now.allow.length + now.shares.length + (now.grants ?? []).length === 0) return false;
  // A share may let in a team, or a role of a region, by name, whatever the rules say.
  if (now.shares.length > 0 && !isIn(namesOf(now), namesOf(was))) return true;
  if (was.facts.member === "" && now.facts.member !== "" && (now.allow.length > 0 || now.shares.length > 0))
    return true;
  if ((now.grants ?? []).some((grant) => !(was.grants ?? []).some((old) => grantWithin(grant, old)))) return true;
  if (
    (now.covers ?? []).some((cover) => !(was.covers ?? []).some((old) => old.of === cover.of && isWithin(cover, old)))
  )
    return true;
  const sameRest = isSame(was.facts, now.facts) && isSame(was.shares, now.shares);
  for (const name of entityNames)
    for (const compartment of compartmentsOf(name)) {
      const keys: Keys = { was: rulesAt(was, name, compartment), now: rulesAt(now, name, compartment) };
      if (sameRest && isSame(keys.was, keys.now)) continue;
      if (readingGrows(was, now, keys, (policy.breakGlass ?? []).length > 0) || writingGrows(was, now, keys))
        return true;
    }
  return false;
}
const namesOf = ({ facts }: Slice): string[] => [...facts.teams, ...rolesIn(facts.roles ?? [], facts.regions)];
const isWithin = (inner: Interval, outer: Interval): boolean =>
  (outer.from === null || (inner.from !== null && inner.from >= outer.from)) &&
  (outer.until === null || (inner.until !== null && inner.until <= outer.until));
type Bounded = NonNullable<Slice["grants"]>[number];
function grantWithin(grant: Bounded, old: Bounded): boolean {
  const target = (to: Grant["to"]): readonly string[] =>
    "anchors" in to ? to.anchors : "records" in to ? to.records : "region" in to ? [to.region] : [to.team];
  return (
    grant.glass === old.glass &&
    isWithin(grant, old) &&
    isIn(grant.actions, old.actions) &&
    (old.entity === "*" || (grant.entity !== "*" && isIn(grant.entity, old.entity))) &&
    (!old.in || (!!grant.in && isIn(grant.in, old.in))) &&
    isSame(Object.keys(grant.to), Object.keys(old.to)) &&
    isIn(target(grant.to), target(old.to)) &&
    (grant.groups & ~old.groups) === 0 &&
    (grant.device & ~old.device) === 0
  );
}

interface Here {
  readonly allow: readonly BoundAllow[];
  readonly forbid: readonly BoundForbid[];
}
interface Keys {
  readonly was: Here;
  readonly now: Here;
}
function rulesAt(own: Slice, name: EntityName, compartment: Compartment): Here {
  const here = (rule: { entity: readonly EntityName[] | "*"; in?: readonly Compartment[] }): boolean =>
    (rule.entity === "*" || rule.entity.includes(name)) && (!rule.in || rule.in.includes(compartment));
  return { allow: own.allow.filter(here), forbid: own.forbid.filter(here) };
}
const allows = (rules: Here, action: Action): readonly BoundAllow[] =>
  rules.allow.filter((rule) => rule.actions.includes(action));
const forbids = (rules: Here, actions: readonly Action[]): readonly BoundForbid[] =>
  rules.forbid.filter((rule) => rule.actions === "*" || rule.actions.some((name) => actions.includes(name)));

/** A class of keys: whatever its anchor is called, rules on reading answer alike for all keys of a class. */
interface Class {
  readonly own: boolean;
  readonly accountTeam: boolean;
  readonly participant: boolean;
  readonly team: string | null;
  readonly region: string | null;
  readonly restricted: boolean;
}
const oracleFor = (at: Class, { facts }: Slice): Oracle => ({
  reach: (reach) =>
    reach === "own"
      ? at.own
      : reach === "account_team"
        ? at.accountTeam
        : reach === "participant"
          ? at.participant
          : reach === "team"
            ? at.team !== null && facts.teams.includes(at.team)
            : at.region !== null && facts.regions.includes(at.region),
  column: (column) => {
    if (column === "team" || column === "region" || column === "restricted") return at[column];
    throw new Error(`a rule on reading compares ${column}`);
  },
});

interface Answer {
  readonly given: Mask;
  readonly device: Mask;
  readonly cut: Mask;
  /** Taken even from a broken glass. */
  readonly hard: Mask;
}
/** The rules that one action is judged by; reading is judged by the guardrails of `find` too. */
const judged = (rules: Here, action: Action): Here => ({
  allow: allows(rules, action),
  forbid: forbids(rules, action === "read" ? ["read", "find"] : [action]),
});
function answer(own: Slice, rules: Here, at: Class): Answer {
  const oracle = oracleFor(at, own);
  let [given, device, cut, hard] = [0, 0, 0, 0];
  for (const rule of rules.allow)
    if (holds(rule.when, oracle)) {
      given |= rule.groups;
      device |= rule.device;
    }
  for (const rule of rules.forbid)
    if (holds(rule.when, oracle) && !holds(rule.except, oracle)) {
      cut |= rule.groups;
      if (rule.hard) hard |= rule.groups;
    }
  return { given, device, cut, hard };
}

function readingGrows(was: Slice, now: Slice, keys: Keys, glass: boolean): boolean {
  const exceptions = (now.grants ?? []).length > 0 || (now.covers ?? []).length > 0;
  const lent = (now.grants ?? []).reduce((mask, grant) => mask | grant.groups, 0);
  const looks = [keys.was, keys.now].flatMap(({ allow, forbid }) => [
    ...allow.filter(isSeeing).flatMap((rule) => leavesOf(rule.when)),
    ...forbid.filter(isSeeing).flatMap((rule) => [...leavesOf(rule.when), ...leavesOf(rule.except)]),
  ]);
  const reading = { was: judged(keys.was, "read"), now: judged(keys.now, "read") };
  const others = seeActions
    .filter(
      (action) =>
        action !== "read" && action !== "find" && keys.now.allow.some((rule) => rule.actions.includes(action)),
    )
    .map((action) => ({ action, was: judged(keys.was, action), now: judged(keys.now, action) }))
    .filter((one) => !isSame(one.was, one.now) || !isSame(reading.was, reading.now) || !isSame(was.facts, now.facts));
  for (const at of classes(looks, was, now)) {
    const [old, fresh] = [answer(was, reading.was, at), answer(now, reading.now, at)];
    const [oldMask, mask] = [old.given & ~old.cut, fresh.given & ~fresh.cut];
    if ((glass || exceptions) && (old.hard & ~fresh.hard) !== 0) return true;
    if ((lent & old.cut & ~fresh.cut) !== 0) return true;
    // Nothing is seen, and nothing stays, without identity: by a rule, by a share, or by what is lent.
    const alone = at.participant ? answer(now, reading.now, { ...at, participant: false }) : fresh;
    const recipes = at.participant ? now.shares.map((one) => ({ ...one, groups: one.groups & ~fresh.cut })) : [];
    for (const { action, ...one } of others) {
      const [then, next] = [answer(was, one.was, at), answer(now, one.now, at)];
      const most = recipes.reduce((all, recipe) => all | recipe.groups, mask);
      const reach = action === "see_label" || exceptions ? ~0 : most;
      if ((next.given & ~next.cut & ~(then.given & ~then.cut) & reach) !== 0) return true;
    }
    const isNamed = (groups: Mask): boolean => hasGroup(groups, "identity");
    const seen = exceptions || [fresh, alone].some((told) => isNamed(told.given & ~told.cut));
    if (!seen && !recipes.some((one) => isNamed(one.groups))) continue;
    const kept = exceptions || [fresh, alone].some((told) => isNamed(told.device & told.given & ~told.cut));
    const keeps = kept || recipes.some((one) => isNamed(one.groups & one.device));
    const holding = keeps ? ~0 : 0;
    if ((mask & ~oldMask) !== 0 || (mask & fresh.device & ~(oldMask & old.device) & holding) !== 0) return true;
    for (const recipe of recipes) {
      const before = was.shares.find((one) => one.id === recipe.id) ?? none;
      const had = (old.given | before.groups) & ~old.cut;
      const held = (old.device | before.device) & had;
      if ((recipe.groups & ~had) !== 0 || (recipe.groups & recipe.device & ~held & holding) !== 0) return true;
    }
  }
  return false;
}
const none = { id: "", groups: 0, device: 0 };
const isSeeing = (rule: { actions: readonly Action[] | "*" }): boolean =>
  rule.actions === "*" || rule.actions.some((name) => (seeActions as readonly string[]).includes(name));

/** Every class that the rules can tell apart, before or after. */
function classes(looks: readonly Leaf[], was: Slice, now: Slice): Class[] {
  const reach = new Set(looks.flatMap((leaf) => ("reach" in leaf ? [leaf.reach] : [])));
  const yes = (...when: boolean[]): boolean[] => (when.includes(true) ? [false, true] : [false]);
  const column = (name: string): boolean => looks.some((leaf) => "column" in leaf && leaf.column === name);
  const shared = reach.has("participant") || was.shares.length > 0 || now.shares.length > 0;
  const named = (name: "team" | "region"): (string | null)[] => {
    const literals = looks.flatMap((leaf) =>
      "column" in leaf && leaf.column === name && "value" in leaf ? [leaf.value].flat().map(String) : [],
    );
    const facts =
      name === "team"
        ? ([was.facts.teams, now.facts.teams] as const)
        : ([was.facts.regions, now.facts.regions] as const);
    const values = reach.has(name) ? [...literals, ...facts[0], ...facts[1]] : literals;
    // Values that no list tells apart are one.
    const lists = looks.flatMap((leaf) =>
      "column" in leaf && leaf.column === name && "value" in leaf ? [[leaf.value].flat().map(String)] : [],
    );
    const kinds = new Map(
      values.map((value) => [[...facts, ...lists].map((list) => list.includes(value)).join(), value]),
    );
    return [null, ...kinds.values()];
  };
  const [teams, regions] = [named("team"), named("region")];
  const found: Class[] = [];
  for (const own of yes(reach.has("own")))
    for (const accountTeam of yes(reach.has("account_team")))
      for (const participant of yes(shared))
        for (const restricted of yes(column("restricted")))
          for (const team of teams)
            for (const region of regions) found.push({ own, accountTeam, participant, restricted, team, region });
  return found;
}

// --- writing: by the form of the rules

function writingGrows(was: Slice, now: Slice, keys: Keys): boolean {
  const actions = new Set([...keys.now.allow, ...(now.grants ?? [])].flatMap((rule) => rule.actions));
  for (const action of actions) {
    if ((seeActions as readonly string[]).includes(action)) continue;
    const old = allows(keys.was, action);
    for (const rule of allows(keys.now, action))
      for (const group of groupNames) {
        const bit = groupBit(group);
        const covered = old.some(
          (one) =>
            (one.groups & bit) !== 0 &&
            (!rule.state || one.state === rule.state) &&
            implies(rule.when, one.when, now, was),
        );
        if ((rule.groups & bit) !== 0 && !covered) return true;
      }
    const cuts = forbids(keys.now, [action]);
    for (const rule of forbids(keys.was, [action]))
      for (const group of groupNames) {
        const bit = groupBit(group);
        const kept = cuts.some(
          (one) =>
            (one.groups & bit) !== 0 &&
            (!rule.hard || one.hard === true) &&
            implies(rule.when, one.when, was, now) &&
            implies(one.except, rule.except, now, was),
        );
        if ((rule.groups & bit) !== 0 && !kept) return true;
      }
  }
  return false;
}

/** Sound, not complete: true only if wherever `left` holds for one with these facts, `right` holds for one with those. */
function implies(left: Node, right: Node, of: Slice, by: Slice): boolean {
  if (left === false || right === true) return true;
  if (left === true || right === false) return false;
  if ("any" in left) return left.any.every((part) => implies(part, right, of, by));
  if ("all" in right) return right.all.every((part) => implies(left, part, of, by));
  if ("all" in left && left.all.some((part) => implies(part, right, of, by))) return true;
  if ("any" in right) return right.any.some((part) => implies(left, part, of, by));
  if ("all" in left) return false;
  return leafImplies(left, right, of, by);
}
function leafImplies(left: Leaf, right: Leaf, of: Slice, by: Slice): boolean {
  if ("reach" in left || "reach" in right) {
    if (!isSame(left, right) || !("reach" in left)) return false;
    const lists = left.reach === "team" ? "teams" : left.reach === "region" ? "regions" : null;
    if (lists === null) return true;
    return left.not ? isIn(by.facts[lists], of.facts[lists]) : isIn(of.facts[lists], by.facts[lists]);
  }
  if (isSame(left, right)) return true;
  if (left.column !== right.column || left.not || right.not) return false;
  if (right.op === "present") return true; // any comparison that holds has a value
  if (left.op === "present") return false;
  const values = [left.value].flat();
  switch (right.op) {
    case "eq":
      return left.op !== "gte" && left.op !== "lt" && values.every((value) => value === right.value);
    case "in":
      return left.op !== "gte" && left.op !== "lt" && values.every((value) => right.value.includes(value));
    case "gte":
      return left.op !== "lt" && values.every((value) => typeof value === typeof right.value && value >= right.value);
    case "lt":
      return left.op === "lt"
        ? typeof left.value === typeof right.value && left.value <= right.value
        : left.op !== "gte" && values.every((value) => typeof value === typeof right.value && value < right.value);
  }
}

// --- what of a policy is no rule of a member

function policyGrows(was: Policy, now: Policy): boolean {
  const setting = (policy: Policy, group: (typeof groupNames)[number]) =>
    policy.groups?.[group] ?? groupDefaults[group];
  return (
    groupNames.some((group) => {
      const [old, fresh] = [setting(was, group), setting(now, group)];
      return (
        keeps.indexOf(fresh.keep) > keeps.indexOf(old.keep) ||
        (old.existence === "secret" && fresh.existence === "shown")
      );
    }) ||
    !isSame(was.compartments ?? {}, now.compartments ?? {}) ||
    !isSame(was.sections ?? [], now.sections ?? []) ||
    masksGrow(was.masks ?? {}, now.masks ?? {}) ||
    Object.entries(now.roles).some(([name, role]) => {
      const old = Object.hasOwn(was.roles, name) ? was.roles[name] : undefined;
      return old !== undefined && (old.kind !== role.kind || givenByMore(role, old));
    }) ||
    Object.entries(was.lower ?? {}).some(
      ([name, value]) => (Object.entries(now.lower ?? {}).find(([key]) => key === name)?.[1] ?? Infinity) > value,
    ) ||
    (now.shares ?? []).some((recipe) => !(was.shares ?? []).some((old) => recipeWithin(recipe, old))) ||
    (now.breakGlass ?? []).some((rule) => !(was.breakGlass ?? []).some((old) => glassWithin(rule, old))) ||
    (was.approvals ?? []).some((rule) => !(now.approvals ?? []).some((fresh) => approvalWithin(fresh, rule))) ||
    (now.approvals ?? []).some(
      (rule) =>
        rule.on === "organisation" &&
        !(was.approvals ?? []).some((old) => old.kind === rule.kind && old.on === rule.on),
    ) ||
    stagesGrow(was.stages ?? [], now.stages ?? [])
  );
}
/** A mask that is new, of another group, or tells apart what the old one did not. */
const masksGrow = (was: Masks, now: Masks): boolean =>
  entityNames.some((name) =>
    Object.entries(now[name] ?? {}).some(([field, rule]) => {
      const own = was[name] ?? {};
      const old = Object.hasOwn(own, field) ? own[field] : undefined;
      return !old || !coarser(rule, old);
    }),
  );
const coarser = (now: MaskRule, was: MaskRule): boolean =>
  now.group === was.group &&
  (now.kind === "set" || // whether there is anything, every mask tells
    (now.kind === was.kind && isIn(now.steps ?? [], was.steps ?? []) && isSame(now.count, was.count)));
/** Who may give a role; absent: whoever gives roles at all. */
const givenByMore = ({ assignableBy: now }: Role, { assignableBy: was }: Role): boolean =>
  was !== undefined && (now === undefined || !isIn(now, was));
const recipeWithin = (now: ShareRecipe, was: ShareRecipe): boolean =>
  now.id === was.id &&
  now.on === was.on &&
  isSame(now.to, was.to) &&
  (now.give === was.give || now.give === "record") &&
  (!was.in || (!!now.in && isIn(now.in, was.in))) &&
  (!now.beyond || was.beyond === true) &&
  isIn(now.groups, was.groups) &&
  (now.keep === was.keep || now.keep === "online") &&
  isIn(was.ends, now.ends) &&
  (now.maxDays ?? Infinity) <= (was.maxDays ?? Infinity);
const glassWithin = (now: BreakGlassRule, was: BreakGlassRule): boolean =>
  (now.reach === was.reach || was.reach === "all") &&
  (!was.to || (!!now.to && isIn(now.to, was.to))) &&
  isIn(now.in, was.in) &&
  isIn(now.groups, was.groups);
/** Asked of the same people, at least as often, bound to at least as much, for no longer. */
const approvalWithin = (now: ApprovalRule, was: ApprovalRule): boolean =>
  now.kind === was.kind &&
  now.on === was.on &&
  isSame(now.asked, was.asked) &&
  isIn(now.sees, was.sees) &&
  isIn(was.binds, now.binds) &&
  asksMore(now.when, was.when) &&
  (now.expiresDays ?? 0) <= (was.expiresDays ?? Infinity);
const asksMore = (now: Cond | undefined, was: Cond | undefined): boolean => {
  if (now === undefined || isSame(now, was)) return true;
  if (was === undefined) return false;
  const bare = { member: "m", base: "b", duties: [], teams: ["t"], regions: ["r"] };
  return implies(reduce(was, bare, new Set(), true), reduce(now, bare, new Set(), true), nobody, nobody);
};
/** The first stage rules only take; from then on a rule must stay, with no more moves and no fewer gates. */
function stagesGrow(was: readonly StageRule[], now: readonly StageRule[]): boolean {
  if (was.length === 0 || isSame(was, now)) return false;
  return now.length !== was.length || now.some((rule) => !was.some((old) => stageWithin(rule, old)));
}
const stageWithin = (now: StageRule, was: StageRule): boolean =>
  now.id === was.id &&
  now.pipeline === was.pipeline &&
  now.reach === was.reach &&
  isSame(now.roles, was.roles) &&
  isSame(now.in, was.in) &&
  isIn(now.from ?? [], was.from ?? []) &&
  isSame(now.to, was.to) &&
  isIn(was.gates?.require ?? [], now.gates?.require ?? []) &&
  (!was.gates?.approval ||
    (now.gates?.approval?.kind === was.gates.approval.kind &&
      asksMore(now.gates.approval.when, was.gates.approval.when))) &&
  (was.gates?.handoff !== "accepted" || now.gates?.handoff === "accepted") &&
  isIn(was.after?.readOnlyFor ?? [], now.after?.readOnlyFor ?? []) &&
  isIn(was.after?.locks ?? [], now.after?.locks ?? []) &&
  isIn(now.edit ?? [], was.edit ?? []) &&
  (!now.create || was.create === true) &&
  (!now.delete || was.delete === true);
