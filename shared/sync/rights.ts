import type { Bound, Facts, Interval, Place } from "../access/engine.ts";
import { compartments, type Compartment } from "../records/compartments.ts";
import { entitiesAt } from "../records/entities.ts";
import type { EntityRights, KeyRights } from "./protocol.ts";

/** What a device may hold of a key: policy ∩ keep, per entity and field group with its end (SYNC-H4, SYNC-H5). Empty: nothing. */
function keyRights(bound: Bound, place: Place, compartment: Compartment, at: number): KeyRights {
  const rights: Record<string, Readonly<Record<string, number | null>>> = {};
  for (const name of entitiesAt(place.anchor.id, compartment)) {
    const groups = bound.holdRights(name, compartment, place, at);
    if ("identity" in groups) rights[name] = groups;
  }
  return rights;
}

/** Rights on all keys of an anchor that the device follows, by compartment; keys of which nothing may be held are absent. */
export function anchorRights(bound: Bound, place: Place, at: number): Map<Compartment, KeyRights> {
  const rights = new Map<Compartment, KeyRights>();
  for (const compartment of compartments) {
    const key = keyRights(bound, place, compartment, at);
    if (Object.keys(key).length > 0) rights.set(compartment, key);
  }
  return rights;
}

/** Rights last no longer than the last reason to follow their anchor (SYNC-H5). */
export function endingAt(rights: ReadonlyMap<Compartment, KeyRights>, end: number | null): Map<Compartment, KeyRights> {
  if (end === null) return new Map(rights);
  const cut = (until: number | null): number => (until === null ? end : Math.min(until, end));
  const groups = (own: EntityRights): EntityRights =>
    Object.fromEntries(Object.entries(own).map(([group, until]) => [group, cut(until)]));
  const key = (all: KeyRights): KeyRights =>
    Object.fromEntries(Object.entries(all).map(([name, own]) => [name, groups(own)]));
  return new Map([...rights].map(([compartment, all]) => [compartment, key(all)]));
}

export const sameRights = (left: KeyRights, right: KeyRights): boolean => {
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => sameEntity(left[name] ?? {}, right[name] ?? {}));
};
const sameEntity = (
  left: Readonly<Record<string, number | null>>,
  right: Readonly<Record<string, number | null>>,
): boolean => {
  const groups = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...groups].every((group) => group in left && group in right && left[group] === right[group]);
};

const isLive = (interval: Interval, at: number): boolean =>
  (interval.from === null || interval.from <= at) && (interval.until === null || at < interval.until);

/** The newest choice of a device about an anchor. */
export type FollowChoice = "open" | "pin" | "unfollow" | undefined;

/** Whom a follow set is for: the member with what is lent to them. */
type Follower = Pick<Facts, "member" | "teams" | "grants" | "covers">;

/**
 * Whether a device follows an anchor: own, of a team of mine, on the account team, shared with me, the same for those
 * whom I stand in for, named by a grant, opened or pinned here. `unfollow` takes it away whatever the reason. The
 * organisation's anchor is always followed. (SYNC-H1)
 */
export function follows(place: Place, who: Follower, choice: FollowChoice, at: number): boolean {
  const { id, owner, team } = place.anchor;
  if (id.includes("_org_")) return true;
  if (choice === "unfollow") return false;
  if (choice === "open" || choice === "pin") return true;
  const { member, teams, grants = [], covers = [] } = who;
  const names = new Set([member, ...covers.filter((cover) => isLive(cover, at)).map(({ of }) => of)]);
  const mine = (to: string | undefined): boolean => to === undefined || names.has(to) || teams.includes(to);
  return (
    (owner !== null && names.has(owner)) ||
    (team !== null && teams.includes(team)) ||
    place.accountTeam.some((interval) => isLive(interval, at)) ||
    place.shares.some((share) => isLive(share, at) && mine(share.to)) ||
    grants.some((grant) => isLive(grant, at) && "anchors" in grant.to && grant.to.anchors.includes(id))
  );
}

/** When following ends if nothing is written; null: never. Asked only of anchors that are followed at `at`. */
export function followEnd(place: Place, who: Follower, choice: FollowChoice, at: number): number | null {
  const intervals = [...place.accountTeam, ...place.shares, ...(who.grants ?? []), ...(who.covers ?? [])];
  const ends = new Set(intervals.map(({ until }) => until));
  for (const end of [...ends].filter((until) => until !== null && until > at).sort((a, b) => Number(a) - Number(b))) {
    if (end !== null && !follows(place, who, choice, end)) return end;
  }
  return null;
}
