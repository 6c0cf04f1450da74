import { entityNames, type Row } from "../../shared/records/entities.ts";
import { dayMs } from "../../shared/kernel/limits.ts";
import { readUnder, type DoorContext } from "../db/door.ts";
import { namesOf } from "../db/lent.ts";
import { loadRows } from "../db/rows.ts";
import { maySomewhere } from "../governance/problems.ts";
import { historyMask, thenOf } from "./changes.ts";
import { changesSince, endedGrants, sharesById, teamSince } from "./store.ts";

/** What happened around an account beside its own records: somebody was let in, access ended, an import came. */
export type Happening = {
  readonly at: number;
  /** Whose act it was; null: the clock's. */
  readonly by: string | null;
} & (
  | { readonly what: "shared" | "share_ended"; readonly to: string; readonly record: string | null; readonly until: number | null }
  | { readonly what: "grant_ended"; readonly to: string }
  | { readonly what: "imported"; readonly count: number }
); // prettier-ignore
const backMs = 60 * dayMs;
const importing = "record.import@1";
const byHand = new Set(["record.share@1", "account.share@1", "share.end@1", "comment.add@1"]);

/**
 * The newest first, over sixty days, as this member may know it. Of shares by hand: who may share the record, who was let
 * in, who did it. Of grants: whose it was, and who looks after members or reads the audit. Of imports: how many of the
 * records that they see now came or were changed, where they may look into that. Null: there is no such account for them.
 */
export async function happenedTo(door: DoorContext, account: string): Promise<readonly Happening[] | null> {
  const { actor, db, now, cell } = door;
  if (!(await readUnder(door, account, [account])).rows.has(account)) return null;
  const since = now - backMs;
  const changes = await changesSince(db, account, ["share", ...entityNames], since);
  const shared = changes.filter(({ entity, mutation }) => entity === "share" && byHand.has(mutation));
  const imported = changes.filter(({ mutation, op }) => mutation === importing && (op === "in" || op === "edit"));
  const shares = await sharesById(db, [...new Set(shared.map(({ record }) => record))]);
  const about = (record: string): string | null => {
    const share = shares.get(record);
    return share ? (share.record ?? account) : null;
  };
  const ids = [...shared.flatMap(({ record }) => about(record) ?? []), ...imported.map(({ record }) => record)];
  const { place, rows } = await readUnder(door, account, [...new Set(ids)]);
  if (!place) return [];
  const names = namesOf(actor.facts);
  const whole = await loadRows(db, [...new Set(shared.flatMap(({ record }) => about(record) ?? []))]);
  const mayShare = (record: string): boolean => {
    const held = whole.get(record);
    const state = held && { compartment: held.row.compartment, place, row: held.row };
    return state !== undefined && actor.bound.decideWrite("share", held?.entity ?? "account", state, state, [], now).allowed; // prettier-ignore
  };
  const found: Happening[] = [];
  for (const { record, op, at, actor: by } of shared) {
    const share = shares.get(record);
    const on = about(record);
    if (!share || on === null || !rows.has(on) || !(names.includes(share.to) || by === actor.member || mayShare(on))) continue; // prettier-ignore
    found.push({ what: op === "del" ? "share_ended" : "shared", at, by, to: share.to, record: share.record, until: op === "del" ? null : share.until }); // prettier-ignore
  }
  const all = (["read_audit", "manage_member"] as const).some((act) => maySomewhere(actor.bound, act, cell, now));
  for (const { member, at } of await endedGrants(db, account, all ? null : actor.member, since, now))
    found.push({ what: "grant_ended", at, by: null, to: member });
  const then = thenOf(place, await teamSince(db, place.accountTeam.map(({ id }) => id)), now); // prettier-ignore
  const days = new Map<string, { at: number; by: string; records: Set<string> }>();
  for (const { record, op, at, actor: by, entity: name, compartment } of imported) {
    const row: Row | undefined = rows.get(record);
    const kind = entityNames.find((one) => one === name);
    if (!row || !kind) continue;
    if (op === "edit" && historyMask(door, { name: kind, row, compartment, at }, place, then) === 0) continue;
    const key = `${by} ${Math.floor(at / dayMs)}`;
    const day = days.get(key) ?? { at, by, records: new Set<string>() };
    days.set(key, { at: Math.max(day.at, at), by, records: day.records.add(record) });
  }
  for (const { at, by, records } of days.values()) found.push({ what: "imported", at, by, count: records.size });
  return found.sort((a, b) => b.at - a.at);
}
