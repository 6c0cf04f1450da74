import type { Bound } from "../access/engine.ts";
import { limits } from "../kernel/limits.ts";
import type { FollowChoice } from "./rights.ts";

/** How much a device may follow (SYNC-H1): the product's bounds, or less where the organisation says so. */
export interface FollowCaps {
  readonly accounts: number;
  readonly recent: number;
  readonly pinned: number;
}
export function capsOf(bound: Bound): FollowCaps {
  const { lower = {} } = bound.rules;
  const wide = bound.readReaches("account", "core").has("all");
  const least = (name: "followAccounts" | "followRecent" | "followPinned"): number =>
    Math.min(lower[name] ?? limits[name], limits[name]);
  return {
    accounts: Math.min(least("followAccounts"), wide ? limits.followAccountsWide : Infinity),
    recent: least("followRecent"),
    pinned: least("followPinned"),
  };
}

export interface Chosen {
  readonly kind: Exclude<FollowChoice, undefined>;
  /** When it was chosen, by the device's own counter. */
  readonly v: number;
}
/**
 * What a device's choices come to, oldest first: the newest about each account, of pins as many as fit, newest first, of
 * opened ones likewise. A pin that does not fit counts as opened. It hangs on the member's own acts alone.
 */
export function chosenOf(
  choices: readonly (Chosen & { readonly anchor: string })[],
  caps: FollowCaps,
): ReadonlyMap<string, Chosen> {
  const newest = new Map(choices.map(({ anchor, kind, v }) => [anchor, { kind, v }]));
  const byAge = [...newest].sort(([, left], [, right]) => right.v - left.v);
  const out = new Map(byAge.filter(([, { kind }]) => kind === "unfollow"));
  const pinned = byAge.filter(([, { kind }]) => kind === "pin").slice(0, caps.pinned);
  for (const [anchor, chosen] of pinned) out.set(anchor, chosen);
  const opened = byAge.filter(([anchor]) => !out.has(anchor)).slice(0, caps.recent);
  for (const [anchor, { v }] of opened) out.set(anchor, { kind: "open", v });
  return out;
}

/**
 * Which account leaves first where not all have a place: the lower number stays. Pinned, own, shared by key, account team,
 * recently opened, team; within that the newest choice, else the number of the anchor, which nobody's work moves.
 */
const reasons = ["pinned", "own", "shared", "account_team", "opened", "team"] as const;
export type Reason = (typeof reasons)[number];
const room = 2 ** 40; // of choices and anchors; ranks stay within what a cursor holds
export const rankOf = (reason: Reason, no: number, v: number): number =>
  (reasons.indexOf(reason) + 1) * room + (reason === "pinned" || reason === "opened" ? room - 1 - v : no);

/** The rank of the last that has a place; 0: all have. */
export function cutOf(ranks: readonly number[], most: number): number {
  if (ranks.length <= most) return 0;
  return [...ranks].sort((left, right) => left - right)[most - 1] ?? 1; // none at all: no rank is as low as 1
}
