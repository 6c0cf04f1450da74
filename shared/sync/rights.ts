import type { Bound, Facts, Grant, Interval, Place } from "../access/engine.ts";
import { compartments, type Compartment } from "../records/compartments.ts";
import { entitiesAt, entityOfId, isPersonal, isView } from "../records/entities.ts";
import type { Reason } from "./follow.ts";
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
const follows = (place: Place, who: Follower, at: number, record?: string): boolean =>
  isOrg(place) || reasonOf(place, who, at, record) !== null;
/** Where the account has no place among those of the device, a record is followed by what names just it. */
const followsAlone = (place: Place, who: Follower, at: number, record: string): boolean =>
  isOrg(place) || (who.choice !== "unfollow" && isLetIn(place, who, at, (one) => one === record));
const isOrg = (place: Place): boolean => place.anchor.id.includes("_org_");
/** Places are counted in accounts: what is no account takes none. */
const takesNone = (place: Place): boolean => isOrg(place) || isPersonal(place.anchor.id) || isView(place.anchor.id);

/** The best of the reasons; null: not followed. */
function reasonOf(place: Place, who: Follower, at: number, record?: string): Reason | null {
  const { owner, team } = place.anchor;
  const { choice, teams } = who;
  if (choice === "unfollow") return null;
  if (choice === "pin") return "pinned";
  if (owner !== null && namesAt(who, at).has(owner)) return "own";
  if (isLetIn(place, who, at, (one) => one === null || one === record)) return "shared";
  if (place.accountTeam.some((interval) => isLive(interval, at))) return "account_team";
  if (choice === "open") return "opened";
  return team !== null && teams.includes(team) ? "team" : null;
}
const namesAt = ({ member, covers = [] }: Follower, at: number): ReadonlySet<string> =>
  new Set([member, ...covers.filter((cover) => isLive(cover, at)).map(({ of }) => of)]);
/** By a share or grant of a key (null) or of a record. */
function isLetIn(place: Place, who: Follower, at: number, of: (record: string | null) => boolean): boolean {
  const names = namesAt(who, at);
  const mine = (to: string | undefined): boolean => to === undefined || names.has(to) || who.teams.includes(to);
  const granted = ({ to }: { to: Grant["to"] }): boolean =>
    "anchors" in to ? to.anchors.includes(place.anchor.id) && of(null) : "records" in to && to.records.some(of);
  return (
    place.shares.some((share) => of(share.record ?? null) && isLive(share, at) && mine(share.to)) ||
    (who.grants ?? []).some((grant) => isLive(grant, at) && granted(grant))
  );
}

/** When following ends if nothing is written; null: never. Asked only of what is followed at `at`. */
function followEnd(place: Place, who: Follower, at: number, goesOn: (end: number) => boolean): number | null {
  const intervals = [...place.accountTeam, ...place.shares, ...(who.grants ?? []), ...(who.covers ?? [])];
  const ends = new Set(intervals.map(({ until }) => until));
  const coming = [...ends].filter((until) => until !== null && until > at).sort((a, b) => Number(a) - Number(b));
  return coming.find((end) => end !== null && !goesOn(end)) ?? null;
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
  /** Why its keys are held; null: none is, or they take no place among the accounts. */
  readonly reason: Reason | null;
}
export const noHolding: Holding = { keys: new Map(), records: new Map(), reason: null };

/**
 * `granted`: in which compartments of the anchor records are that a grant names. `seated`: whether the account has a place
 * among those that the device follows; without one only what is let in by name is held.
 */
export function holdingOf(
  bound: Bound,
  place: Place,
  follower: Follower,
  at: number,
  granted: ReadonlyMap<string, string>,
  seated = true,
): Holding {
  const follow = (when: number, record?: string): boolean =>
    seated || record === undefined
      ? seated && follows(place, follower, when, record)
      : followsAlone(place, follower, when, record);
  const ending = (rights: ReadonlyMap<Compartment, KeyRights>, record?: string): Map<Compartment, KeyRights> =>
    endingAt(
      rights,
      followEnd(place, follower, at, (end) => follow(end, record)),
    );
  const keys = follow(at) ? ending(anchorRights(bound, place, at)) : noHolding.keys;
  const named = new Map(granted);
  for (const share of place.shares) if (share.record && isLive(share, at)) named.set(share.record, share.compartment);
  const records = new Map<string, RecordKey>();
  for (const [record, where] of named) {
    const name = entityOfId(record);
    const compartment = compartments.find((one) => one === where);
    if (!name || !compartment || !follow(at, record)) continue;
    const groups = bound.holdRights(name, compartment, place, at, record);
    if (!("identity" in groups)) continue;
    const rights = ending(new Map([[compartment, { [name]: groups }]]), record).get(compartment) ?? {};
    records.set(record, { compartment, rights });
  }
  const reason = keys.size === 0 || takesNone(place) ? null : reasonOf(place, follower, at);
  return { keys, records, reason };
}
