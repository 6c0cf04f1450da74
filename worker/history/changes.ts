import { entity, entityOfId, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Field, Value } from "../../shared/records/field.ts";
import { allGroups, hasGroup, type Mask } from "../../shared/records/groups.ts";
import { readUnder, type DoorContext } from "../db/door.ts";
import type { StoredPlace } from "../db/rows.ts";
import { changesSince, teamSince } from "./store.ts";

/** Kinds whose fields are compared on an account's page. What is written around them is new there, or it is not. */
const compared = ["account", "contact", "opportunity", "case"] as const satisfies readonly EntityName[];

interface FieldChange {
  readonly record: string;
  readonly entity: EntityName;
  readonly field: string;
  readonly before: Value | null;
  readonly after: Value | null;
  readonly at: number;
  readonly by: string;
}

/**
 * What others changed in fields of an account since an instant, as this member may know it: of records that they see
 * now, fields that they read now, and changes whose history they might have looked into when they were made (LOOK-3).
 * Null: there is no such account for them.
 */
export async function changesOf(
  door: DoorContext,
  account: string,
  since: number,
): Promise<readonly FieldChange[] | null> {
  const { actor, db, now } = door;
  if (!(await readUnder(door, account, [account])).rows.has(account)) return null;
  const edits = (await changesSince(db, account, compared, since)).filter(({ op, actor: by }) => op === "edit" && by !== actor.member); // prettier-ignore
  const { place, rows } = await readUnder(door, account, [...new Set(edits.map(({ record }) => record))]);
  if (!place) return [];
  const then = thenOf(place, await teamSince(db, place.accountTeam.map(({ id }) => id)), now); // prettier-ignore
  return edits.flatMap(({ record, compartment, at, actor: by, patch }): FieldChange[] => {
    const row = rows.get(record);
    const name = compared.find((one) => one === entityOfId(record));
    if (!row || !name) return [];
    const may = historyMask(door, { name, row, compartment, at }, place, then);
    return Object.entries((patch ?? {}) as Patch).flatMap(([field, [before, after]]): FieldChange[] => {
      const about = (entity(name).fields as Record<string, Field>)[field];
      const isSeen = about && Object.hasOwn(row, field) && hasGroup(may, about.group);
      return isSeen ? [{ record, entity: name, field, before, after, at, by }] : [];
    });
  });
}
/** How a member stood to a place at earlier instants, at most: by every right that has a beginning. */
export const thenOf = (place: StoredPlace, certain: ReadonlyMap<string, number>, now: number): StoredPlace => ({
  ...place,
  accountTeam: place.accountTeam.map((one) => ({ ...one, from: Math.max(one.from ?? 0, certain.get(one.id) ?? now) })),
});
/** Field groups of a change into which a member may look: where they may now, and might have when it was made. */
export function historyMask(
  { actor, now }: Pick<DoorContext, "actor" | "now">,
  change: { readonly name: EntityName; readonly row: Row; readonly compartment: string; readonly at: number },
  place: StoredPlace,
  then: StoredPlace,
): Mask {
  const { name, row, compartment, at } = change;
  const may = [
    actor.bound.decide("read_history", name, row.compartment, place, now, row),
    actor.bound.decide("read_history", name, compartment, then, Math.min(at, now), row),
  ];
  return may.reduce<Mask>((mask, one) => (one.allowed ? mask & one.groups : 0), allGroups);
}
type Patch = { readonly [field: string]: readonly [before: Value | null, after: Value | null] };
