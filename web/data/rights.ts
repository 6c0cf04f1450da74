/** Arithmetic of what a device may hold of a key: per entity its field groups, each with its end. */
import { isEntity, type EntityName } from "../../shared/records/entities.ts";
import { groupNames, maskOf, noGroups, type Group, type Mask } from "../../shared/records/groups.ts";
import { project } from "../../shared/records/record.ts";
import type { KeyRights } from "../../shared/sync/protocol.ts";
import type { Held, KeyBlob } from "./disk.ts";

const isGroup = (text: string): text is Group => (groupNames as readonly string[]).includes(text);

export function maskIn(rights: KeyRights, entity: EntityName): Mask {
  const own = rights[entity];
  return own ? maskOf(Object.keys(own).filter(isGroup)) : noGroups;
}
export const isNothing = (rights: KeyRights): boolean => Object.keys(rights).length === 0;

/** Groups that pass `keep`, which may answer another end. Entities without a group fall out. */
function sieve(
  rights: KeyRights,
  keep: (entity: string, group: string, until: number | null) => number | null | undefined,
): KeyRights {
  const out: Record<string, Record<string, number | null>> = {};
  for (const [entity, groups] of Object.entries(rights)) {
    for (const [group, until] of Object.entries(groups)) {
      const end = keep(entity, group, until);
      if (end !== undefined) (out[entity] ??= {})[group] = end;
    }
  }
  return out;
}
/** What may stay of `held` when `next` is what is allowed: fewer groups, the earlier end. Never more (SYNC-P3). */
export function narrow(held: KeyRights, next: KeyRights): KeyRights {
  return sieve(held, (entity, group, until) => {
    const end = next[entity]?.[group];
    if (end === undefined) return undefined;
    return until === null ? end : end === null ? until : Math.min(until, end);
  });
}
/** Without the groups that have ended. */
export const alive = (held: KeyRights, now: number): KeyRights =>
  sieve(held, (_e, _g, until) => (until !== null && until <= now ? undefined : until));

/** Does `next` have a group that is not held? Then the rows must come again. */
export function widens(held: KeyRights, next: KeyRights): boolean {
  return Object.entries(next).some(([entity, groups]) =>
    Object.keys(groups).some((group) => held[entity]?.[group] === undefined),
  );
}
export function equalRights(a: KeyRights, b: KeyRights): boolean {
  const same = (x: KeyRights, y: KeyRights) =>
    Object.entries(x).every(([entity, groups]) =>
      Object.entries(groups).every(([group, until]) => y[entity]?.[group] === until),
    );
  return same(a, b) && same(b, a);
}
export function firstEnd(rights: KeyRights): number {
  let end = Infinity;
  for (const groups of Object.values(rights))
    for (const until of Object.values(groups)) if (until !== null && until < end) end = until;
  return end;
}

/** The row as these rights allow it; null if nothing of it. The device never stores a field that it has no right line for. */
export function fit(rights: KeyRights, { e, row }: Held): Held | null {
  const seen = isEntity(e) ? project(e, row, maskIn(rights, e)) : null;
  return seen && { e, row: seen };
}
/** Rows of a key with narrower rights: some leave, others lose fields; a row that loses nothing stays the same object. */
export function strip(blob: KeyBlob, g: KeyRights): ReadonlyMap<string, Held> {
  const rows = new Map<string, Held>();
  for (const [id, held] of blob.rows) {
    const same = maskIn(blob.g, held.e) === maskIn(g, held.e);
    const next = same ? held : fit(g, held);
    if (next) rows.set(id, next);
  }
  return rows;
}
