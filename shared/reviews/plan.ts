import type { Facts } from "../access/engine.ts";
import type { Policy } from "../access/rules.ts";
import { governActions } from "../kernel/actions.ts";
import { dayMs, limits } from "../kernel/limits.ts";

/** Reviews of what members hold (docs/spec/administration.md). Pure. */
export type Scope = "sharp" | "all";
export interface Held {
  readonly member: string;
  readonly kind: "duty" | "grant";
  readonly what: string;
  readonly reason: string;
}
export interface LiveGrant {
  readonly id: string;
  readonly member: string;
  readonly reason: string;
}
const sharpActions = new Set<string>([...governActions, "export"]);

/** Whether a role approves, exports or governs: it is looked at oftener. */
export const isSharp = (policy: Policy, role: string): boolean =>
  policy.allow.some((rule) => rule.to.includes(role) && rule.actions.some((action) => sharpActions.has(action)));

/** Every duty that somebody holds, and every live grant; of a sharp review the sharp duties alone. */
export function heldNow(policy: Policy, people: readonly Facts[], grants: readonly LiveGrant[], scope: Scope): Held[] {
  const duties = people.flatMap(({ member, duties: own }) =>
    own.flatMap((what): Held[] =>
      policy.roles[what] && (scope === "all" || isSharp(policy, what)) ? [{ member, kind: "duty", what, reason: policy.roles[what].why }] : [],
    ),
  ); // prettier-ignore
  return scope === "sharp" ? duties : [...duties, ...grants.map(({ id, member, reason }): Held => ({ member, kind: "grant", what: id, reason }))]; // prettier-ignore
}

/** Which review is due by the schedule, given when the last of each began; one of all holds the sharp ones too. */
export function dueScope(policy: Policy | null, last: { readonly [scope in Scope]: number | null }, now: number): Scope | null {
  const days = Math.min(policy?.lower?.reviewDays ?? limits.reviewDays, limits.reviewDays);
  if ((last.all ?? 0) + days * dayMs <= now) return "all";
  return Math.max(last.sharp ?? 0, last.all ?? 0) + Math.min(days, limits.reviewSharpDays) * dayMs <= now ? "sharp" : null;
} // prettier-ignore
/** What no answer means: what is lent ends; of a duty somebody else is told. */
export const unanswered = (kind: Held["kind"]): "ended" | "escalated" => (kind === "grant" ? "ended" : "escalated");
