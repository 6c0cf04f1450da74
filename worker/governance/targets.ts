import type { Bound } from "../../shared/access/engine.ts";
import { entityOfId } from "../../shared/records/entities.ts";
import type { Db } from "../db/db.ts";
import type { GrantBody } from "../db/lent.ts";
import { loadPlaces, loadRows } from "../db/rows.ts";
import { lends, targetsOf, type Target } from "./lend.ts";
import { maySomewhere } from "./problems.ts";
import type { Context } from "./second.ts";

/** Where a grant would reach, whoever asks: places by name, a region, a team. One name that leads nowhere, and it is nowhere. */
export async function targetsFor({ db, actor }: Pick<Context, "db" | "actor">, body: GrantBody): Promise<Target[]> {
  const { to } = body;
  const named = "anchors" in to ? to.anchors : "records" in to ? to.records : [];
  const rows = await loadRows(db, named);
  const anchors = named.flatMap((one) => rows.get(one)?.row.anchor ?? (entityOfId(one) === null ? one : []));
  if (anchors.length < named.length) return [];
  const places = await loadPlaces(db, [...new Set(anchors)], actor.member, []);
  if ("records" in to)
    return [...rows.values()].flatMap(({ entity, row }) => {
      const place = places.get(row.anchor);
      const meant = body.entities !== "*" && body.entities.includes(entity);
      return place && meant
        ? [{ place: { anchor: place.anchor, accountTeam: [], shares: [] }, entity, compartments: [row.compartment] }]
        : [];
    });
  const bare = [...places].map(([key, { anchor }]) => [key, { anchor, accountTeam: [], shares: [] }] as const);
  return targetsOf(body, new Map(bare));
}

/** The teams of somebody, in office or not. */
export async function teamsOf(db: Db, member: string): Promise<string[]> {
  const teams = (await loadRows(db, [member])).get(member)?.row["teams"];
  return Array.isArray(teams) ? teams.map(String) : [];
}
/** Whether somebody may agree that a third one stands in for a member of these teams. */
export function agreesToCover(bound: Bound, teams: readonly string[], cell: string, now: number): boolean {
  const targets = teams.flatMap((team) =>
    targetsOf(
      { actions: ["read"], entities: ["account"], to: { team }, groups: ["identity"], keep: "online" },
      new Map(),
    ),
  );
  return maySomewhere(bound, "manage_member", cell, now) || lends(bound, targets, ["identity"], now);
}
