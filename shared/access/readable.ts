import { governActions, seeActions, type Action } from "../kernel/actions.ts";
import {
  compartmentsOf,
  configuration,
  entityNames,
  personal,
  wholeEntities,
  type EntityName,
} from "../records/entities.ts";
import { groupNames, type Group } from "../records/groups.ts";
import { entitiesOf, reaches, type AllowRule, type Cond, type Policy, type Reach, type StageRule } from "./rules.ts";

/**
 * The policy as tables that people read: what a role sees, changes and approves of each kind of record, how far, and why;
 * who covers what; and stages against roles. Pure, and nothing that decides.
 */
const columns = ["see", "change", "approve"] as const;
type Column = (typeof columns)[number];
export interface Right {
  readonly reaches: readonly Reach[];
  readonly actions: readonly Action[];
  readonly groups: readonly Group[];
  readonly rules: readonly { readonly id: string; readonly why: string }[];
}
export interface RoleRow {
  readonly entity: EntityName;
  readonly rights: { readonly [column in Column]?: Right };
}

const [sees, governs] = [new Set<string>(seeActions), new Set<string>(governActions)];
const columnOf = (action: string): Column =>
  sees.has(action) ? "see" : action.startsWith("approve_") || governs.has(action) || action === "decide" ? "approve" : "change"; // prettier-ignore

/** The reaches of a condition that widen it; none where it goes by values alone. */
function reachesIn(cond: Cond): Reach[] {
  if ("reach" in cond) return [cond.reach];
  if ("all" in cond) return cond.all.flatMap(reachesIn);
  if ("any" in cond) return cond.any.flatMap(reachesIn);
  return [];
}
const inOrder = <T extends string>(order: readonly T[], found: Iterable<string>): T[] => {
  const all = new Set(found);
  return order.filter((one) => all.has(one));
};

function rightOf(rules: readonly AllowRule[], actions: readonly Action[]): Right {
  return {
    reaches: inOrder(reaches, rules.flatMap(({ when }) => reachesIn(when))), // prettier-ignore
    actions,
    groups: inOrder(groupNames, rules.flatMap(({ groups }) => groups)), // prettier-ignore
    rules: rules.map(({ id, why }) => ({ id, why })),
  };
}
/** What a role gives, one row a kind of record that it is about. */
export function roleTable(policy: Policy, role: string): RoleRow[] {
  const mine = policy.allow.filter(({ to }) => to.includes(role));
  return entityNames.flatMap((entity): RoleRow[] => {
    const about = mine.filter((rule) => entitiesOf(rule).includes(entity));
    const rights = Object.fromEntries(
      columns.flatMap((column) => {
        const rules = about.filter(({ actions }) => actions.some((action) => columnOf(action) === column));
        const actions = [...new Set(rules.flatMap((rule) => rule.actions))].filter((action) => columnOf(action) === column); // prettier-ignore
        return rules.length === 0 ? [] : [[column, rightOf(rules, actions)] as const];
      }),
    );
    return Object.keys(rights).length === 0 ? [] : [{ entity, rights }];
  });
}

// --- who covers what

interface Cell {
  readonly role: string;
  /** Farthest level: nothing, sees, changes, approves. */
  readonly level: "" | Column;
}
export interface Coverage {
  readonly entity: EntityName;
  readonly cells: readonly Cell[];
  /** Nobody in office sees it, or changes it. */
  readonly gap: "see" | "change" | null;
  /** As many roles that are held change it beyond what is their own. */
  readonly changedBy: number;
}
const covered = (entity: EntityName): boolean =>
  wholeEntities.includes(entity) &&
  compartmentsOf(entity).length > 0 &&
  !configuration.has(entity) &&
  !personal.has(entity);

/** `held`: how many members in office hold a role. */
export function coverage(policy: Policy, held: ReadonlyMap<string, number>): Coverage[] {
  const roles = Object.keys(policy.roles);
  const tables = new Map(roles.map((role) => [role, new Map(roleTable(policy, role).map((row) => [row.entity, row]))]));
  return entityNames.filter(covered).map((entity) => {
    const rows = roles.map((role) => ({ role, rights: tables.get(role)?.get(entity)?.rights ?? {} }));
    const cells = rows.map(({ role, rights }): Cell => ({ role, level: rights.approve ? "approve" : rights.change ? "change" : rights.see ? "see" : "" })); // prettier-ignore
    const some = (column: Column): boolean => rows.some(({ role, rights }) => rights[column] && (held.get(role) ?? 0) > 0); // prettier-ignore
    const wide = ({ reaches: far }: Right): boolean => far.some((one) => one === "team" || one === "region" || one === "all"); // prettier-ignore
    return {
      entity,
      cells,
      gap: some("see") ? (some("change") ? null : "change") : "see",
      changedBy: rows.filter(({ role, rights }) => rights.change && wide(rights.change) && (held.get(role) ?? 0) > 0).length, // prettier-ignore
    };
  });
}

// --- stages against roles

export interface StageSpot {
  readonly id: string;
  readonly name: string;
  readonly outcome: string;
}
export interface StageCell {
  readonly role: string;
  readonly out: boolean;
  readonly into: boolean;
  readonly gates: readonly string[];
  readonly why: readonly string[];
}
/** For each stage of a pipeline who may move out of it and into it, and what is asked first. */
export function stageMatrix(
  rules: readonly StageRule[],
  pipeline: { readonly id: string; readonly name: string },
  stages: readonly StageSpot[],
): { readonly stage: StageSpot; readonly cells: readonly StageCell[] }[] {
  const mine = rules.filter((rule) => ["*", pipeline.id, pipeline.name].includes(rule.pipeline));
  const roles = [...new Set(mine.flatMap((rule) => rule.roles))];
  const meant = (names: readonly string[] | undefined, stage: StageSpot): boolean =>
    (names ?? []).some((name) => name === "*" || name === stage.id || name === stage.name || name === `outcome:${stage.outcome}`); // prettier-ignore
  return stages.map((stage) => ({
    stage,
    cells: roles.map((role) => {
      const own = mine.filter((rule) => rule.roles.includes(role));
      const into = own.filter((rule) => meant(rule.to, stage));
      const out = own.filter((rule) => meant(rule.from, stage));
      return {
        role,
        out: out.length > 0,
        into: into.length > 0,
        gates: [...new Set(into.flatMap(({ gates }) => [...(gates?.require ?? []), ...(gates?.approval ? [gates.approval.kind] : [])]))], // prettier-ignore
        why: [...new Set([...into, ...out].map((rule) => rule.why))],
      };
    }),
  }));
}
