/** What this device chose to hold (SYNC-F1): its own memory of the choices, why an account is here, and what goes. */
import type { Row } from "../../shared/records/entities.ts";
import type { FollowChoice, Write } from "./disk.ts";
import { placeHere } from "./gates.ts";
import { Draft, type Replica } from "./replica.ts";

export type Choice = FollowChoice["kind"];
/** Why an account is on this device; the first that holds, in the order in which they fill it. */
export const reasons = ["pinned", "own", "shared", "account_team", "opened", "team"] as const;
export type Reason = (typeof reasons)[number];

/** The choice's place in `meta`: the edge has the list of choices, this device the newest of each account. */
export const choiceKey = (anchor: string): string => `choice:${anchor}`;
export const choiceOf = (replica: Replica, anchor: string): Choice | undefined =>
  replica.table("meta").get(choiceKey(anchor)) as Choice | undefined;

/** `names`: the member, and those whom they stand in for. */
export function reasonOf(
  replica: Replica,
  account: Row,
  me: { readonly member: string; readonly teams: readonly string[]; readonly names: readonly string[] },
  now: number,
): Reason {
  const choice = choiceOf(replica, account.id);
  const { anchor, accountTeam } = placeHere(replica, account.id, me.member);
  if (choice === "pin") return "pinned";
  if (anchor.owner !== null && me.names.includes(anchor.owner)) return "own";
  if (accountTeam.some(({ from, until }) => (from ?? 0) <= now && now < (until ?? Infinity))) return "account_team";
  if (choice === "open") return "opened";
  return anchor.team !== null && me.teams.includes(anchor.team) ? "team" : "shared";
}

/**
 * Unfollowed accounts go from this device at once, also without a network; the edge is asked about their keys, so that
 * one that is followed again comes back whole. Not a revocation: queued edits keep the values they saw.
 */
export function leaving(replica: Replica): Write[] {
  const newest = new Map([...replica.table("follow")].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => [one.anchor, one.kind])); // prettier-ignore
  const left = new Set([...newest].flatMap(([anchor, kind]) => (kind === "unfollow" ? [anchor] : [])));
  if (left.size === 0) return [];
  const draft = new Draft(replica);
  for (const [h, { rows }] of replica.table("keys")) {
    const [first] = rows.values();
    if (!first || !left.has(first.row.anchor)) continue;
    draft.dropKey(h, false);
    draft.ask(h);
  }
  return draft.writes();
}
