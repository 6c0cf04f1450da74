import { ownAnchors } from "../../shared/records/anchors.ts";
import { entityOfId, type EntityName } from "../../shared/records/entities.ts";
import { keepsInStages } from "../../shared/approvals/gates.ts";
import type { Actor } from "../context.ts";
import { loadAssignments } from "../assignment/store.ts";
import type { Db } from "../db/db.ts";
import { namesOf } from "../db/lent.ts";
import { loadAllPlaces, loadRows, loadShares, type Stored } from "../db/rows.ts";
import type { World } from "./plan.ts";
import { reassignedOn } from "./store.ts";

/**
 * Records and places for all mutations of a push: two round trips, whatever their number. `causes`: records whose shares
 * may be given or ended, which costs one more, as does `givingAt`: accounts may change hands, so how many did so today is
 * read. `leadsAt`: leads may be made that nobody owns, so the rules that give them to somebody are read.
 */
export async function loadWorld(
  db: Db,
  actor: Actor,
  ids: readonly string[],
  causes: readonly string[] = [],
  givingAt: number | null = null,
  leadsAt: number | null = null,
): Promise<World> {
  const rows = await loadRows(db, ids);
  for (const asked of [stagesAsked, pipelinesAsked]) {
    const lacking = asked(actor, rows).filter((id) => !rows.has(id));
    if (lacking.length > 0) for (const [id, stored] of await loadRows(db, lacking)) rows.set(id, stored);
  }
  const anchors = new Set<string>();
  for (const stored of rows.values()) anchors.add(stored.row.anchor);
  for (const id of ids) {
    const name = entityOfId(id);
    if (name === null || ownAnchors.has(name) || id === actor.member) anchors.add(id);
  }
  const [, ...lends] = namesOf(actor.facts);
  const places = await loadAllPlaces(db, [...anchors], actor.member, lends);
  const shares = await loadShares(db, [...anchors], causes);
  return {
    rows,
    places,
    shares,
    ...(givingAt === null ? {} : { reassigned: await reassignedOn(db, actor.member, givingAt) }),
    ...(leadsAt === null ? {} : { assignments: await loadAssignments(db, leadsAt) }),
  };
}

/**
 * Stages and pipelines that the policy's rules on stages look at. None where no rule asks, which is what costs nothing;
 * but what is deleted may be about to be restored, and goes back into its stage by that stage's gate.
 */
function stagesAsked({ bound }: Actor, rows: ReadonlyMap<string, Stored>): string[] {
  if (keepsInStages(bound)) return textsOf(rows, "opportunity", "stage");
  return textsOf(new Map([...rows].filter(([, { deletedAt }]) => deletedAt !== null)), "opportunity", "stage");
}
function pipelinesAsked({ bound }: Actor, rows: ReadonlyMap<string, Stored>): string[] {
  return bound.rules.stages?.ruled.some((name) => name !== "*") ? textsOf(rows, "stage", "pipeline") : [];
}
const textsOf = (rows: ReadonlyMap<string, Stored>, name: EntityName, field: string): string[] =>
  [...rows.values()].flatMap(({ entity, row }) => {
    const value = entity === name ? row[field] : undefined;
    return typeof value === "string" ? [value] : [];
  });
