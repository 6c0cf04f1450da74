import { governActions, seeActions, type Action } from "../kernel/actions.ts";
import type { Compartment } from "../records/compartments.ts";
import { entity, entityNames, type EntityName } from "../records/entities.ts";
import { groupBit, groupDefaults, groupNames, maskOf, type Group, type Mask } from "../records/groups.ts";
import type { Masks } from "../records/masked.ts";
import type { Cover, Grant, Interval } from "./engine.ts";
import { isWide, leavesOf, reduce, type LooseFacts, type Node } from "./condition.ts";
import {
  entitiesOf,
  isAnchorColumn,
  type ApprovalRule,
  type Policy,
  type Reach,
  type StageNames,
  type StageRule,
} from "./rules.ts";

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
  /** Whom an act of this member would let in, to say so before it is done. */
  readonly gives?: Gives;
}
export interface Gives {
  readonly on: string;
  readonly give: "record" | "key";
  readonly in?: readonly Compartment[];
  /** The role that whoever is let in must hold. */
  readonly holds?: string;
  readonly maxDays?: number;
}
/** A stage rule of the member's own roles. */
export interface BoundStage {
  readonly id: string;
  readonly pipeline: string;
  readonly reach: Reach;
  readonly from?: StageNames;
  readonly to?: StageNames;
  /** Fields that must hold a value; `more`: how many besides, of which this member may not know the names. */
  readonly require?: readonly string[];
  readonly more?: number;
  /** For each group of the required fields, a role that can fill it. */
  readonly heldBy?: { readonly [group: string]: string };
  /** `when` null: it hangs on a value that this member may not know of. */
  readonly approval?: { readonly kind: string; readonly when: Node | null; readonly askTo: string | null };
  readonly handoff?: true;
  readonly in?: StageNames;
  readonly edit: Mask;
  readonly create?: true;
  readonly delete?: true;
  readonly why: string;
  readonly askTo?: string;
}
/** What a stage keeps from everyone, or (`*`) from this member. */
interface BoundLock {
  readonly pipeline: string;
  readonly in: StageNames;
  readonly fields: readonly string[] | "*";
  readonly why: string;
}
export interface Slice {
  readonly v: 1;
  readonly facts: {
    readonly member: string;
    readonly teams: readonly string[];
    readonly regions: readonly string[];
    /** Base and duties: a share may let in all who hold a role in a region. */
    readonly roles?: readonly string[];
  };
  readonly allow: readonly BoundAllow[];
  readonly forbid: readonly BoundForbid[];
  readonly shares: readonly BoundRecipe[];
  /** Where somebody else must say yes, of what this member may change or decide. */
  readonly approvals?: readonly ApprovalRule[];
  readonly grants?: readonly BoundGrant[];
  readonly covers?: readonly Cover[];
  /** The edge's alone: how much a device may follow, where the organisation says less than the product. */
  readonly lower?: Policy["lower"];
  readonly stages?: {
    /** Pipelines in which somebody has a rule on moving, so that others need one too. */
    readonly ruled: readonly string[];
    readonly rules: readonly BoundStage[];
    readonly locks: readonly BoundLock[];
  };
  /** The organisation asks for a lock on devices, which closes after so many idle minutes. */
  readonly lockMinutes?: number;
  /** Of the whole policy, for the edge alone: what comes out of a mask names its group. */
  readonly masks?: Masks;
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

/** What is said of a whole is said of its parts. */
const parts = entityNames.filter((name) => entity(name).part !== undefined);
const withParts = (names: readonly EntityName[]): readonly EntityName[] => [
  ...names,
  ...parts.filter((name) => names.includes(entity(name).part ?? name) && !names.includes(name)),
];

/** Under which names of roles in regions a share can let these facts in. */
export const rolesIn = (roles: readonly string[], regions: readonly string[]): string[] =>
  regions.flatMap((region) => roles.map((role) => `${role}@${region}`));

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
      entity: rule.actions.some((action) => see.has(action)) ? withParts(entitiesOf(rule)) : entitiesOf(rule),
      ...(rule.in ? { in: rule.in } : {}),
      actions: rule.actions,
      when,
      ...(rule.state ? { state: rule.state } : {}),
      groups,
      // A missing fact that hides how wide a rule is lets nothing more stay.
      device: may(rule.keep, isWide(when) || isWide(reduce(rule.when, facts, roles, true)), groups),
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
        entity: grant.entities === "*" ? "*" : withParts(grant.entities),
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
      entity: rule.entity === "*" ? "*" : withParts(entitiesOf(rule)),
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
  const shares = (policy.shares ?? []).flatMap((recipe) => {
    const groups = maskOf(recipe.groups) & known & ~groupBit("unclassified");
    return member !== "" && groups !== 0 ? [{ id: recipe.id, groups, device: may(recipe.keep, false, groups) }] : [];
  });
  const groupOf = (name: EntityName, field: string): Mask => {
    const { fields } = entity(name);
    return Object.hasOwn(fields, field) ? groupBit(fields[field]?.group ?? "unclassified") : 0;
  };
  /** Fields whose names this audience may know. */
  const knows = (name: EntityName, fields: readonly string[]): string[] =>
    fields.filter((field) => (groupOf(name, field) & known) !== 0);
  const columnsOf = (when: Node): string[] =>
    leavesOf(when).flatMap((leaf) => ("column" in leaf && !isAnchorColumn(leaf.column) ? [leaf.column] : []));
  /** On a device a threshold over a field that this member never reads stays unsaid. */
  const tells = (name: EntityName, when: Node): boolean =>
    audience === "whole" || columnsOf(when).every((column) => (groupOf(name, column) & given) !== 0);

  function bindStage(rule: StageRule): BoundStage {
    const { gates = {}, why, askTo } = rule;
    const require = knows("opportunity", gates.require ?? []);
    const more = (gates.require?.length ?? 0) - require.length;
    const when = gates.approval && reduce(gates.approval.when ?? { all: [] }, facts, roles, true);
    const kind = gates.approval?.kind;
    const asked = policy.approvals?.find((one) => one.kind === kind && one.on === "opportunity")?.asked.holds;
    return {
      id: rule.id,
      pipeline: rule.pipeline,
      reach: rule.reach,
      ...(rule.from ? { from: rule.from } : {}),
      ...(rule.to ? { to: rule.to } : {}),
      ...(require.length > 0 ? { require, heldBy: holders(policy, require) } : {}),
      ...(more > 0 ? { more } : {}),
      ...(kind !== undefined && when !== undefined && when !== false
        ? { approval: { kind, when: tells("opportunity", when) ? when : null, askTo: asked ?? null } }
        : {}),
      ...(gates.handoff === "accepted" ? { handoff: true as const } : {}),
      ...(rule.in ? { in: rule.in } : {}),
      edit: maskOf(rule.edit ?? []),
      ...(rule.create ? { create: true as const } : {}),
      ...(rule.delete ? { delete: true as const } : {}),
      why,
      ...(askTo === undefined ? {} : { askTo }),
    };
  }
  const stageRules = policy.stages ?? [];
  const locks = stageRules.flatMap(({ pipeline, to, after, why }): BoundLock[] => {
    if (!to || !after) return [];
    const all = after.readOnlyFor?.some((name) => roles.has(name));
    const fields = all ? ("*" as const) : knows("opportunity", after.locks ?? []);
    return fields.length > 0 ? [{ pipeline, in: to, fields, why }] : [];
  });
  const stages = {
    ruled: [...new Set(stageRules.flatMap((rule) => (rule.from || rule.to ? [rule.pipeline] : [])))],
    rules: stageRules.filter((rule) => rule.roles.some((name) => roles.has(name))).map(bindStage),
    locks,
  };
  const approvals = (policy.approvals ?? []).flatMap((rule): ApprovalRule[] => {
    const { on, when } = rule;
    if (audience === "whole" || on === "organisation") return [rule];
    if (!touched.has(on)) return [];
    return when && !tells(on, reduce(when, facts, roles, true)) ? [] : [{ ...rule, binds: knows(on, rule.binds) }];
  });

  return {
    v: 1,
    ...(audience === "whole" && policy.lower ? { lower: policy.lower } : {}),
    facts: { member, teams: list(facts.teams), regions: list(facts.regions), roles: [...roles] },
    allow,
    forbid,
    shares,
    ...(approvals.length > 0 ? { approvals } : {}),
    ...(grants.length > 0 ? { grants } : {}),
    ...(covers.length > 0 ? { covers: covers.map(({ id, of, from, until }) => ({ id, of, from, until })) } : {}),
    ...(policy.lower?.lockMinutes === undefined ? {} : { lockMinutes: Math.max(1, policy.lower.lockMinutes) }),
    ...(stageRules.length > 0 && (audience === "whole" || touched.has("opportunity")) ? { stages } : {}),
    ...(audience === "whole" && policy.masks ? { masks: policy.masks } : {}),
  };
}

/** For each group of some fields a role that may fill them in: whom to ask for a field that one can't see. */
function holders(policy: Policy, fields: readonly string[]): { readonly [group: string]: string } {
  const found: Record<string, string> = {};
  for (const field of fields) {
    const group = entity("opportunity").fields[field]?.group;
    const rule = policy.allow.find(
      (one) =>
        entitiesOf(one).includes("opportunity") && one.actions.includes("edit") && group && one.groups.includes(group),
    );
    if (group && rule?.to[0] !== undefined) found[group] = rule.to[0];
  }
  return found;
}

function isAny(actions: readonly Action[] | readonly ["*"]): actions is readonly ["*"] {
  return actions[0] === "*";
}
const roleKind = (policy: Policy, name: string): string | null =>
  Object.hasOwn(policy.roles, name) ? (policy.roles[name]?.kind ?? null) : null;
