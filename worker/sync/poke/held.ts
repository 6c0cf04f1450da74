/**
 * What a device holds, as the hub has it: what the last page or the last comparison said. A device is poked about rights
 * only if what it may hold now differs from that (SYNC-U2), so that a change which it can't see is silence.
 */
import type { KeyRights } from "../../../shared/sync/protocol.ts";
import { maskOf, type Group, type Mask } from "../../../shared/records/groups.ts";
import { holdingOf, type FollowChoice } from "../../../shared/sync/rights.ts";
import type { Env } from "../../env.ts";
import { readHolders } from "./store.ts";

/** A key (`anchor|compartment`) or a record let in by name (`anchor|compartment|record`), with its rights; {}: dropped. */
export interface Interest {
  readonly key: string;
  readonly rights: KeyRights;
}
/**
 * A key that is none: the device has no place for all that its member follows (SYNC-H1). Who has one only a pull knows;
 * until then an account that it was told nothing of has none, or a change that the member can't see would poke.
 */
export const fullKey = "|";
export interface Holder {
  /** `member/device`: a device is its member's. */
  readonly device: string;
  readonly member: string;
}

export const masksOf = (rights: KeyRights): Readonly<Record<string, Mask>> =>
  Object.fromEntries(Object.entries(rights).map(([name, groups]) => [name, maskOf(Object.keys(groups) as Group[])]));

/** The first instant at which something of it ends; null: nothing does. */
export function firstEnd(rights: KeyRights): number | null {
  const ends = Object.values(rights).flatMap((groups) => Object.values(groups).filter((end) => end !== null));
  return ends.length === 0 ? null : Math.min(...ends);
}
/** What a device keeps of it by its own timer. */
export function alive(rights: KeyRights, at: number): KeyRights {
  const kept = Object.entries(rights).map(([name, groups]) => {
    const own = Object.entries(groups).filter(([, until]) => until === null || until > at);
    return [name, Object.fromEntries(own)] as const;
  });
  return Object.fromEntries(kept.filter(([, groups]) => "identity" in groups));
}

/**
 * What these devices may hold of these anchors at this instant, by device and key. A device that is not there has none;
 * null: this cell's copy of the directory is too old to say.
 */
export async function heldNow(
  env: Env,
  holders: readonly Holder[],
  anchors: readonly string[],
  at: number,
  seated: (device: string, anchor: string) => boolean = () => true,
): Promise<Map<string, Map<string, KeyRights>> | null> {
  const read = await readHolders(env, holders, anchors, at);
  if (!read) return null;
  const out = new Map<string, Map<string, KeyRights>>();
  for (const { device, member } of holders) {
    const who = read.members.get(member);
    const choices = read.choices.get(device);
    if (!who || !choices) continue;
    const own = new Map<string, KeyRights>();
    for (const anchor of anchors) {
      const place = who.places.get(anchor);
      if (!place || place.deleted) continue;
      const choice = choices.get(anchor) as FollowChoice;
      const granted = who.granted.get(anchor) ?? new Map<string, string>();
      const held = holdingOf(who.bound, place, { ...who.facts, choice }, at, granted, seated(device, anchor));
      for (const [compartment, rights] of held.keys) own.set(`${anchor}|${compartment}`, rights);
      for (const [record, { compartment, rights }] of held.records)
        own.set(`${anchor}|${compartment}|${record}`, rights);
    }
    out.set(device, own);
  }
  return out;
}
