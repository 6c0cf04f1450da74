import type { Bound, Facts, Grant, Interval, Place } from "../access/engine.ts";
import { compartments, type Compartment } from "../records/compartments.ts";
import { entitiesAt, entityOfId } from "../records/entities.ts";
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

/** Rights on all keys of an anchor, by compartment; keys of which nothing may be held are absent. */
function anchorRights(bound: Bound, place: Place, at: number): Map<Compartment, KeyRights> {
  const rights = new Map<Compartment, KeyRights>();
  for (const compartment of compartments) {
    const key = keyRights(bound, place, compartment, at);
    if (Object.keys(key).length > 0) rights.set(compartment, key);
  }
  return rights;
}

/** Rights last no longer than the last reason to follow their anchor (SYNC-H5). */
function endingAt(rights: ReadonlyMap<Compartment, KeyRights>, end: number | null): Map<Compartment, KeyRights> {
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

/** Whose device it is: the member with what is lent to them, and what the device chose about the anchor. */
type Follower = Pick<Facts, "member" | "teams" | "grants" | "covers"> & { readonly choice: FollowChoice };

/**
 * Whether a device follows an anchor: own, of a team of mine, on the account team, a key of it shared with me, the same
 * for those whom I stand in for, named by a grant, opened or pinned here. `unfollow` takes it away whatever the reason.
 * The organisation's anchor is always followed. A record that is let in by name, by a share or a grant, is followed by
 * itself, whatever becomes of the rest of its account. (SYNC-H1)
 */
function follows(place: Place, who: Follower, at: number, record?: string): boolean {
  const { id, owner, team } = place.anchor;
  if (id.includes("_org_")) return true;
  const { member, teams, grants = [], covers = [], choice } = who;
  if (choice === "unfollow") return false;
  if (choice === "open" || choice === "pin") return true;
  const names = new Set([member, ...covers.filter((cover) => isLive(cover, at)).map(({ of }) => of)]);
  const mine = (to: string | undefined): boolean => to === undefined || names.has(to) || teams.includes(to);
  const granted = ({ to }: { to: Grant["to"] }): boolean =>
    "anchors" in to ? to.anchors.includes(id) : "records" in to && record !== undefined && to.records.includes(record);
  return (
    (owner !== null && names.has(owner)) ||
    (team !== null && teams.includes(team)) ||
    place.accountTeam.some((interval) => isLive(interval, at)) ||
    place.shares.some((share) => (!share.record || share.record === record) && isLive(share, at) && mine(share.to)) ||
    grants.some((grant) => isLive(grant, at) && granted(grant))
  );
}

/** When following ends if nothing is written; null: never. Asked only of what is followed at `at`. */
function followEnd(place: Place, who: Follower, at: number, record?: string): number | null {
  const intervals = [...place.accountTeam, ...place.shares, ...(who.grants ?? []), ...(who.covers ?? [])];
  const ends = new Set(intervals.map(({ until }) => until));
  const coming = [...ends].filter((until) => until !== null && until > at).sort((a, b) => Number(a) - Number(b));
  return coming.find((end) => end !== null && !follows(place, who, end, record)) ?? null;
}

/** A record that is let in by name: a key of its own, with one row. The rest of its key is held without it. */
interface RecordKey {
  readonly compartment: Compartment;
  readonly rights: KeyRights;
}
/** What a device may hold of an anchor. */
export interface Holding {
  readonly keys: ReadonlyMap<Compartment, KeyRights>;
  readonly records: ReadonlyMap<string, RecordKey>;
}
export const noHolding: Holding = { keys: new Map(), records: new Map() };

/** `granted`: in which compartments of the anchor records are that a grant names. */
export function holdingOf(
  bound: Bound,
  place: Place,
  follower: Follower,
  at: number,
  granted: ReadonlyMap<string, string>,
): Holding {
  const keys = follows(place, follower, at)
    ? endingAt(anchorRights(bound, place, at), followEnd(place, follower, at))
    : noHolding.keys;
  const named = new Map(granted);
  for (const share of place.shares) if (share.record && isLive(share, at)) named.set(share.record, share.compartment);
  const records = new Map<string, RecordKey>();
  for (const [record, where] of named) {
    const name = entityOfId(record);
    const compartment = compartments.find((one) => one === where);
    if (!name || !compartment || !follows(place, follower, at, record)) continue;
    const groups = bound.holdRights(name, compartment, place, at, record);
    if (!("identity" in groups)) continue;
    const ending = endingAt(new Map([[compartment, { [name]: groups }]]), followEnd(place, follower, at, record));
    records.set(record, { compartment, rights: ending.get(compartment) ?? {} });
  }
  return { keys, records };
}
