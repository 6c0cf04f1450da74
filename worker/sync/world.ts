import { entityOfId } from "../../shared/records/entities.ts";
import type { Actor } from "../context.ts";
import type { Db } from "../db/db.ts";
import { namesOf } from "../db/lent.ts";
import { loadAllPlaces, loadRows, loadShares } from "../db/rows.ts";
import type { World } from "./plan.ts";

/**
 * Records and places for all mutations of a push: two round trips, whatever their number. `causes`: records whose shares
 * may be given or ended, which costs one more.
 */
export async function loadWorld(
  db: Db,
  actor: Actor,
  ids: readonly string[],
  causes: readonly string[] = [],
): Promise<World> {
  const rows = await loadRows(db, ids);
  const anchors = new Set<string>();
  for (const stored of rows.values()) anchors.add(stored.row.anchor);
  for (const id of ids) if (entityOfId(id) === null || entityOfId(id) === "account") anchors.add(id);
  const [, ...lends] = namesOf(actor.facts);
  const places = await loadAllPlaces(db, [...anchors], actor.member, lends);
  return { rows, places, shares: await loadShares(db, [...anchors], causes) };
}
