import { governActions, seeActions, type Action } from "../kernel/actions.ts";
import type { Compartment } from "../records/compartments.ts";
import type { EntityName } from "../records/entities.ts";
import { groupBit, groupDefaults, groupNames, maskOf, type Group, type Mask } from "../records/groups.ts";
import type { Cover, Grant, Interval } from "./engine.ts";
import { isWide, reduce, type LooseFacts, type Node } from "./condition.ts";
import { entitiesOf, type ApprovalRule, type Policy } from "./rules.ts";

/**
 * The policy as one member's client has it: their own rules with their facts put in, what can never match left out.
 * It names no other role, no group whose existence is secret to them, and no threshold that they can't meet. The edge
 * decides again on every write, so what is missing here can cost a courtesy and never a right.
 */
export interface BoundAllow {
  readonly id: string;
  readonly entity: readonly EntityName[];
  readonly in?: readonly Compartment[];
  readonly actions: readonly Action[];
  readonly when: Node;
  readonly state?: "before";
  readonly groups: Mask;
  /** Of these groups, those that may stay on a device. */
  readonly device: Mask;
  readonly why: string;
  readonly askTo?: string;
}
export interface BoundForbid {
  readonly id: string;
  readonly entity: readonly EntityName[] | "*";
  readonly in?: readonly Compartment[];
  readonly actions: readonly Action[] | "*";
  readonly when: Node;
  readonly except: Node;
  readonly groups: Mask;
  /** Not even a broken glass lifts it. */
  readonly hard?: true;
  readonly why: string;
}
/** A grant of the member: one more allow, with an end. */
export interface BoundGrant extends Interval {
  readonly id: string;
  readonly entity: readonly EntityName[] | "*";
  readonly in?: readonly Compartment[];
  readonly actions: readonly Action[];
  readonly to: Grant["to"];
  readonly groups: Mask;
  readonly device: Mask;
  readonly glass?: true;
  readonly why: string;
}
interface BoundRecipe {
  readonly id: string;
  readonly groups: Mask;
  readonly device: Mask;
}
export interface Slice {
  readonly v: 1;
  readonly facts: { readonly member: string; readonly teams: readonly string[]; readonly regions: readonly string[] };
  readonly allow: readonly BoundAllow[];
  readonly forbid: readonly BoundForbid[];
  readonly shares: readonly BoundRecipe[];
  /** Where somebody else must say yes, of what this member may change or decide. */
  readonly approvals?: readonly ApprovalRule[];
  readonly grants?: readonly BoundGrant[];
  readonly covers?: readonly Cover[];
}
/** Facts as they may arrive. Only `employment` is certain: without it nothing is bound at all. */
export type SliceFacts = LooseFacts & {
  readonly employment: string;
  readonly grants?: readonly Grant[] | null | undefined;
  readonly covers?: readonly Cover[] | null | undefined;
};

const govern = new Set<string>(governActions);
const see = new Set<string>(seeActions);
const list = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];

/** What a cover never lends: pay, private words, and every yes that must be somebody's own. */
export const notLent: Mask = maskOf(["compensation", "private"]);
export const mayLend = (action: Action, at: { entity: EntityName; compartment: string; writing?: boolean }): boolean =>
  action !== "decide" && !govern.has(action) && at.compartment !== "private" && !(at.writing && at.entity === "member");

/** `audience`: the edge binds the whole of what concerns the member; a client gets it without what is secret to them. */
export function slice(policy: Policy, facts: SliceFacts, audience: "client" | "whole" = "client"): Slice {
  const member = typeof facts.member === "string" ? facts.member : "";
  const empty: Slice = { v: 1, facts: { member, teams: [], regions: [] }, allow: [], forbid: [], shares: [] };
  if (facts.employment !== "active") return empty;

  // A duty in the place of a base, or a base among the duties, gives nothing.
  const roles = new Set([
    ...list([facts.base]).filter((name) => roleKind(policy, name) === "base"),
    ...list(facts.duties).filter((name) => roleKind(policy, name) === "duty"),
  ]);
  const settings = (group: Group) => policy.groups?.[group] ?? groupDefaults[group];
  const may = (keep: "device" | "online" | undefined, wide: boolean, groups: Mask): Mask => {
    if ((keep ?? (wide ? "online" : undefined)) === "online") return 0;
    return (
      groups &
      maskOf(
        groupNames.filter((group) =>
          keep === "device" ? settings(group).keep !== "never" : settings(group).keep === "device",
        ),
      )
    );
  };

  const allow: BoundAllow[] = [];
  for (const rule of policy.allow) {
    if (!rule.to.some((name) => roles.has(name))) continue;
    const when = reduce(rule.when, facts, roles, false);
    if (when === false) continue;
    const groups = maskOf(rule.groups) & ~groupBit("unclassified");
    allow.push({
      id: rule.id,
      entity: entitiesOf(rule),
      ...(rule.in ? { in: rule.in } : {}),
      actions: rule.actions,
      when,
      ...(rule.state ? { state: rule.state } : {}),
      groups,
      device: may(rule.keep, isWide(when), groups),
      why: rule.why,
      ...(rule.askTo === undefined ? {} : { askTo: rule.askTo }),
    });
  }

  const grants = member === "" ? [] : (facts.grants ?? []).flatMap(bindGrant);
  function bindGrant(grant: Grant): BoundGrant[] {
    const glass = grant.kind === "break_glass";
    const groups = maskOf(grant.groups) & ~groupBit("unclassified");
    const actions = glass
      ? grant.actions.filter((action) => action !== "export" && !govern.has(action))
      : grant.actions;
    if (groups === 0 || actions.length === 0) return [];
    return [
      {
        id: grant.id,
        entity: grant.entities,
        ...(grant.in ? { in: grant.in } : {}),
        actions,
        to: grant.to,
        groups,
        device: may(glass ? "online" : grant.keep, false, groups),
        ...(glass ? { glass: true as const } : {}),
        from: grant.from,
        until: grant.until,
        why: grant.why,
      },
    ];
  }
  const covers = member === "" ? [] : (facts.covers ?? []).filter(({ of }) => of !== "" && of !== member);

  const given = [...allow, ...grants].reduce((mask, rule) => mask | rule.groups, 0);
  const secret = maskOf(groupNames.filter((group) => settings(group).existence === "secret"));
  const known = audience === "whole" ? ~0 : ~(secret & ~given);

  const forbid: BoundForbid[] = [];
  for (const rule of policy.forbid) {
    const when = reduce(rule.when, facts, roles, true);
    const groups = (rule.groups ? maskOf(rule.groups) : maskOf(groupNames)) & known;
    if (when === false || groups === 0) continue;
    const except = rule.except ? reduce(rule.except, facts, roles, false) : false;
    if (except === true) continue;
    forbid.push({
      id: rule.id,
      entity: rule.entity === "*" ? "*" : entitiesOf(rule),
      ...(rule.in ? { in: rule.in } : {}),
      actions: isAny(rule.actions) ? "*" : rule.actions,
      when,
      except,
      groups,
      ...(rule.unbreakable ? { hard: true as const } : {}),
      why: rule.why,
    });
  }
  const touched = new Set(
    allow.filter((rule) => rule.actions.some((action) => !see.has(action))).flatMap((rule) => rule.entity),
  );
  const approvals = (policy.approvals ?? []).filter(
    ({ on }) => audience === "whole" || on === "organisation" || touched.has(on),
  );
  const shares = (policy.shares ?? []).flatMap((recipe) => {
    const groups = maskOf(recipe.groups) & known & ~groupBit("unclassified");
    return member !== "" && groups !== 0 ? [{ id: recipe.id, groups, device: may(recipe.keep, false, groups) }] : [];
  });
  return {
    v: 1,
    facts: { member, teams: list(facts.teams), regions: list(facts.regions) },
    allow,
    forbid,
    shares,
    ...(approvals.length > 0 ? { approvals } : {}),
    ...(grants.length > 0 ? { grants } : {}),
    ...(covers.length > 0 ? { covers: covers.map(({ id, of, from, until }) => ({ id, of, from, until })) } : {}),
  };
}

function isAny(actions: readonly Action[] | readonly ["*"]): actions is readonly ["*"] {
  return actions[0] === "*";
}
const roleKind = (policy: Policy, name: string): string | null =>
  Object.hasOwn(policy.roles, name) ? (policy.roles[name]?.kind ?? null) : null;
