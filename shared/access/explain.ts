import type { Action } from "../kernel/actions.ts";
import { entity as entityOf, type EntityName, type Row } from "../records/entities.ts";
import type { MaskRule } from "../records/masked.ts";
import { allGroups, groupsIn, hasGroup, type Group, type Mask } from "../records/groups.ts";
import { leavesOf, type BoundedReach } from "./condition.ts";
import { bind, bindSlice, nearer, type Explanation, type Facts, type Interval, type Place } from "./engine.ts";
import type { Policy } from "./rules.ts";
import { slice, type Slice } from "./slice.ts";

/**
 * Why somebody can or can't, for those who keep the policy: rules by id, shares with their recipe, guardrails, the facts
 * that counted, and what would have been enough. Members get `Bound.explain`, which names none of it.
 */
export interface Question {
  readonly action: Action;
  readonly entity: EntityName;
  readonly compartment: string;
  readonly at: number;
  readonly row: Row | null;
  readonly field?: string | undefined;
}
interface Reason {
  readonly kind: "rule" | "share" | "grant" | "break_glass" | "cover";
  /** Of the rule, the grant or the cover; of a share its recipe. */
  readonly id: string;
  readonly share?: string;
  /** The mutation that made the share. */
  readonly cause?: string;
  readonly groups: readonly Group[];
  readonly why: string;
  readonly until: number | null;
}
/** One thing that would have been enough by itself. */
type Need =
  | { readonly kind: "reach"; readonly rule: string; readonly reach: BoundedReach }
  | { readonly kind: "role"; readonly rule: string; readonly role: string };
export interface Because {
  readonly allowed: boolean;
  readonly groups: readonly Group[];
  readonly given: readonly Reason[];
  readonly cut: readonly { readonly id: string; readonly groups: readonly Group[]; readonly why: string }[];
  readonly facts: { readonly [name: string]: string | readonly string[] };
  /** Empty if allowed. Nearest first: what the member's own rules lack, then roles. */
  readonly wouldNeed: readonly Need[];
}

/** What somebody may do there, as a mask: 0 is no. Reading comes first, but for what is made and for bare labels. */
export function can(policy: Policy, facts: Facts, place: Place, question: Question): Mask {
  return canBy(slice(policy, facts, "whole"), place, question);
}
function canBy(own: Slice, place: Place, { action, entity, compartment, at, row, field }: Question): Mask {
  const bound = bindSlice(own);
  const isBare = action === "create" || action === "see_label";
  const seen = row ? bound.recordMask(entity, row, place, at) : bound.readMask(entity, compartment, place, at);
  if (!isBare && seen === 0) return 0;
  const decision = bound.decide(action, entity, compartment, place, at, row);
  if (!decision.allowed) return 0;
  if (field === undefined) return decision.groups;
  const group = Object.hasOwn(entityOf(entity).fields, field) ? entityOf(entity).fields[field]?.group : undefined;
  return group !== undefined && hasGroup(decision.groups, group) ? decision.groups : 0;
}

export function explainToAdmin(policy: Policy, facts: Facts, place: Place, question: Question): Because {
  const own = slice(policy, facts, "whole");
  const { action, entity, compartment, at, row } = question;
  const mask = canBy(own, place, question);
  const bare: Slice = { v: 1, facts: own.facts, allow: [], forbid: [], shares: [] };
  /** What a part of the member's rules gives by itself, without guardrails. */
  const alone = (part: Partial<Slice>, there: Place = place): Mask => {
    const bound = bindSlice({ ...bare, ...part });
    const decision = bound.decide(action, entity, compartment, there, at, row);
    return decision.allowed ? decision.groups : 0;
  };
  // A rule without identity shows nothing by itself, and still gives what it gives.
  const named = {
    id: "",
    entity: "*" as const,
    actions: [action, "read"] as const,
    to: { anchors: [place.anchor.id] },
  };
  const identity = { ...named, groups: 1, device: 0, from: null, until: null, why: "" };
  const adds = (part: Partial<Slice>, there?: Place): Mask => {
    const whole = alone({ ...part, grants: [...(part.grants ?? []), identity] }, there);
    return alone(part, there) || whole & ~1;
  };
  const given: Reason[] = [];
  const add = (
    kind: Reason["kind"],
    id: string,
    groups: Mask,
    why: string,
    until: number | null,
    more: Partial<Reason> = {},
  ): void => {
    if (groups !== 0) given.push({ kind, id, groups: groupsIn(groups), why, until, ...more });
  };
  const silent = { ...place, shares: place.shares.map((share) => ({ ...share, groups: 0 })) };
  for (const rule of own.allow) add("rule", rule.id, adds({ allow: [rule] }, silent), rule.why, null);
  for (const share of place.shares) {
    const recipe = policy.shares?.find((one) => one.id === share.recipe);
    if (!recipe || !isLive(share, at)) continue;
    const groups = adds({ shares: own.shares.filter((one) => one.id === recipe.id) }, { ...place, shares: [share] });
    add("share", recipe.id, groups, recipe.why, share.until, { share: share.id, cause: recipe.on });
  }
  for (const grant of own.grants ?? [])
    add(grant.glass ? "break_glass" : "grant", grant.id, adds({ grants: [grant] }), grant.why, grant.until);
  for (const cover of own.covers ?? []) {
    const { forbid: _cut, grants: _lent, ...rules } = own;
    const more = adds({ ...rules, covers: [cover] }) & ~adds({ ...rules, covers: [] });
    add("cover", cover.id, more, `Stands in for ${cover.of}.`, cover.until);
  }

  const all = own.allow
    .map((rule) => rule.groups)
    .concat(allGroups)
    .reduce((one, other) => one | other, 0);
  const open = { ...identity, groups: all };
  const cut = own.forbid.flatMap((rule) => {
    const left = alone({ grants: [open], forbid: [rule] });
    const taken = rule.groups & ~left;
    return taken === 0 ? [] : [{ id: rule.id, groups: groupsIn(taken), why: rule.why }];
  });
  const { member, base, duties, teams, regions } = facts;
  return {
    allowed: mask !== 0,
    groups: groupsIn(mask),
    given,
    cut,
    facts: { member, base, duties, teams, regions, employment: facts.employment },
    wouldNeed: mask === 0 ? needs(policy, facts, own, place, question) : [],
  };
}

/** Each of these, added, makes it true: tried, not guessed. */
function needs(policy: Policy, facts: Facts, own: Slice, place: Place, question: Question): Need[] {
  const found: Need[] = [];
  for (const rule of own.allow) {
    if (!rule.actions.includes(question.action)) continue;
    const reach = new Set(leavesOf(rule.when).flatMap((leaf) => ("reach" in leaf && !leaf.not ? [leaf.reach] : [])));
    for (const one of reach) {
      const worlds = nearer(one, own, { ...question, place });
      if (worlds.some((it) => canBy(own, it.place, { ...question, row: it.row }) !== 0))
        found.push({ kind: "reach", rule: rule.id, reach: one });
    }
  }
  for (const [role, { kind }] of Object.entries(policy.roles)) {
    if (facts.base === role || facts.duties.includes(role)) continue;
    const more: Facts = kind === "base" ? { ...facts, base: role } : { ...facts, duties: [...facts.duties, role] };
    const bound = bind(policy, more);
    const { action, entity, compartment, at, row } = question;
    if (can(policy, more, place, question) === 0) continue;
    const decision = bound.decide(action, entity, compartment, place, at, row);
    found.push({ kind: "role", rule: decision.allowed ? decision.rule : "", role });
  }
  return found;
}

const isLive = ({ from, until }: Interval, at: number): boolean =>
  (from === null || from <= at) && (until === null || at < until);

const maskedWords: { readonly [kind in MaskRule["kind"]]: string } = {
  band: "You see the range that it lies in, not the value.",
  last: "You see its last characters, not the whole.",
  set: "You see whether there is anything, not what.",
};
/**
 * An explanation that a field may not be read, with the masked form in which it is seen all the same, said first.
 * `seen`: the groups of the record that its member reads.
 */
export function withMask(
  said: Explanation,
  { masks }: Policy,
  seen: Mask,
  { action, entity, field }: Pick<Question, "action" | "entity" | "field">,
): Explanation {
  if (said.allowed || action !== "read" || field === undefined) return said;
  const rules = masks?.[entity];
  const rule = rules && Object.hasOwn(rules, field) ? rules[field] : undefined;
  return rule && hasGroup(seen, rule.group) ? { ...said, because: [maskedWords[rule.kind], ...said.because] } : said;
}

/** Who else can, of some members, each with their own view of the place. */
export function whoCan(
  policy: Policy,
  members: readonly Facts[],
  placeOf: (member: string) => Place | null,
  question: Question,
): { readonly member: string; readonly groups: readonly Group[] }[] {
  return members.flatMap((facts) => {
    const place = placeOf(facts.member);
    const mask = place && facts.employment === "active" ? can(policy, facts, place, question) : 0;
    return mask === 0 ? [] : [{ member: facts.member, groups: groupsIn(mask) }];
  });
}
