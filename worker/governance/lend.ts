import type { Bound, Place } from "../../shared/access/engine.ts";
import type { Policy } from "../../shared/access/policy.ts";
import { entitiesOf } from "../../shared/access/rules.ts";
import { seeActions, workActions, type Action } from "../../shared/kernel/actions.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { compartmentsOf, type EntityName } from "../../shared/records/entities.ts";
import { maskOf, type Group } from "../../shared/records/groups.ts";
import type { GrantBody } from "../db/lent.ts";

/** What may be lent at all, by whom, and for how long. Pure. */
const never: ReadonlySet<string> = new Set([
  "export",
  "share",
  "manage_account_team",
  "restrict",
  "tighten",
  "decide",
  "ask",
  "import",
]);
export const lendable = [...seeActions, ...workActions].filter((action) => !never.has(action)) as [Action, ...Action[]];

/** Somewhere a grant would reach, as the one who approves it stands there. */
export interface Target {
  readonly place: Place;
  readonly entity: EntityName;
  readonly compartments: readonly string[];
}
const bare = (region: string | null, team: string | null): Place => ({
  anchor: { id: "", owner: null, team, region, restricted: false },
  accountTeam: [],
  shares: [],
});
/** Targets of a grant: by name the places that were loaded, else any place of that region or team. */
export function targetsOf(body: GrantBody, places: ReadonlyMap<string, Place>): Target[] {
  const entities = body.entities === "*" ? [] : body.entities;
  const spots =
    "region" in body.to
      ? [bare(body.to.region, null)]
      : "team" in body.to
        ? [bare(null, body.to.team)]
        : [...places.values()];
  const within = (entity: EntityName): readonly string[] =>
    compartmentsOf(entity).filter((compartment) => !body.in || body.in.includes(compartment));
  return spots
    .flatMap((place) => entities.map((entity) => ({ place, entity, compartments: within(entity) })))
    .filter(({ compartments }) => compartments.length > 0);
}
/** Nobody lends above what they may lend themselves: every group, everywhere that the grant reaches. */
export const lends = (bound: Bound, targets: readonly Target[], groups: readonly Group[], at: number): boolean =>
  targets.length > 0 &&
  targets.every(({ place, entity, compartments }) =>
    compartments.every((compartment) => {
      const decision = bound.decide("approve_grant", entity, compartment, place, at, null);
      return decision.allowed && (maskOf(groups) & ~decision.groups) === 0;
    }),
  );

/** Whom the policy names for help with an entity: the role of the first rule on reading that says one. */
export const helper = (policy: Policy, entity: EntityName): string | undefined =>
  policy.allow.find(
    (rule) => rule.askTo !== undefined && rule.actions.includes("read") && entitiesOf(rule).includes(entity),
  )?.askTo;

/** The role that may lend these groups of an entity, by the policy alone: whom the policy names for help if they may, else the first. */
export function lender(policy: Policy, entity: EntityName, groups: readonly Group[]): string | undefined {
  const able = policy.allow
    .filter((rule) => rule.actions.includes("approve_grant") && entitiesOf(rule).includes(entity))
    .filter((rule) => groups.every((group) => rule.groups.includes(group)))
    .flatMap((rule) => rule.to);
  const near = helper(policy, entity);
  return near !== undefined && able.includes(near) ? near : able[0];
}

const dayMs = 86_400_000;
export const daysOf = (policy: Policy | null, name: "grantDefaultDays" | "grantMaxDays" | "coverDays"): number => {
  const most = {
    grantDefaultDays: limits.grantDefaultDays,
    grantMaxDays: limits.grantMaxDays,
    coverDays: limits.coverDaysMax,
  }[name];
  return Math.min(most, policy?.lower?.[name] ?? most);
};
export const renewalsOf = (policy: Policy | null): number =>
  Math.min(limits.grantRenewalsMax, policy?.lower?.grantRenewals ?? limits.grantRenewalsMax);
/** The end of a stay of so many days; null: longer than the policy lets it be. */
export const endOf = (from: number, days: number, most: number): number | null =>
  days <= most ? from + days * dayMs : null;

/** Whether what begins then is of today's reasons: before they would be looked at again. */
export const isSoon = (from: number, now: number): boolean => from - now <= limits.reviewDays * dayMs;

/** After so many working days, Saturday and Sunday left out, at the same time of day (UTC). */
export function afterWorkingDays(from: number, days: number): number {
  let at = from;
  for (let left = days; left > 0;) {
    at += dayMs;
    const day = new Date(at).getUTCDay();
    if (day !== 0 && day !== 6) left -= 1;
  }
  return at;
}
