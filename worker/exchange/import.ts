import { idBytes, orgAnchor } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import {
  idOfSource,
  type ImportError,
  type ImportReport,
  type ImportRow,
  type PlannedWrite,
  planImport,
  seedOf,
  sourcesIn,
} from "../../shared/exchange/import-plan.ts";
import type { Row } from "../../shared/records/entities.ts";
import { amountIsOfLines, lineFields } from "../../shared/pipeline/lines.ts";
import { project } from "../../shared/records/record.ts";
import type { Actor } from "../context.ts";
import { commit, GuardFailed } from "../db/commit.ts";
import { heldBack } from "../governance/second.ts";
import { maskOn, planMutation, type Planned, type World, type Write } from "../sync/plan.ts";
import { announce, type Announcement, type PushContext } from "../sync/push.ts";
import { loadWorld } from "../sync/world.ts";
import { bringIn } from "./bring-in.ts";

export interface Imported {
  readonly report: ImportReport;
  readonly announcement: Announcement | null;
}

/**
 * Imports rows through the same decisions and the same commit as every other write: each row is judged alone, and those
 * that are allowed are written in one batch. Without `write` nothing is written and the report is the same.
 */
export async function importRows(
  context: PushContext,
  rows: readonly ImportRow[],
  write: boolean,
): Promise<Result<Imported>> {
  for (let tries = 0; tries < limits.guardTries; tries += 1) {
    try {
      return ok(await tryImport(context, rows, write));
    } catch (error) {
      if (!(error instanceof GuardFailed)) throw error;
    }
  }
  return fail("busy");
}

async function tryImport(
  { db, actor, now, cell }: PushContext,
  rows: readonly ImportRow[],
  write: boolean,
): Promise<Imported> {
  const ids = await idsOf(cell, sourcesIn(rows));
  const named = rows.flatMap((row) => [row.anchor ?? "", ...Object.values(row.refs ?? {}).flat()]);
  const world = await loadWorld(
    db,
    actor,
    [...ids.values(), ...named, orgAnchor(cell)],
    [],
    null,
    rows.some(leaves) ? now : null,
  );
  const versions: Versions = {
    rows: new Map([...world.rows].map(([id, stored]) => [id, stored.ver])),
    places: new Map([...world.places].map(([id, place]) => [id, place.ver])),
  };
  const existing = new Map<string, Row>();
  const hidden = new Set<string>();
  const deleted = new Set<string>();
  for (const [id, stored] of world.rows) {
    const visible = project(stored.entity, stored.row, maskOn(actor, world, stored, now));
    if (!visible) hidden.add(id);
    else if (stored.deletedAt !== null) deleted.add(id);
    else existing.set(id, visible);
  }
  const plan = planImport(rows, cell, ids, existing, hidden, deleted);

  const sourceOf = new Map([...ids].map(([source, id]) => [id, source]));
  const errors: ImportError[] = [...plan.errors];
  const planned: Planned[] = [];
  const done = { create: 0, update: 0, withheld: 0 };
  const refused = new Set<string>();
  const held: PlannedWrite[] = []; // a second person is asked for these, once for all of them
  const judge = (one: PlannedWrite, where: World): Planned | null => {
    const allowed = one.act === "create" ? ok(undefined) : mayUpdate(actor, where, one, now);
    const result = allowed.ok ? planMutation(actor, where, bringIn, withoutCounted(one, where), now, cell) : allowed;
    if (result.ok) return result.value;
    const id = one.act === "create" ? one.row.id : one.id;
    const source = sourceOf.get(id) ?? id;
    refused.add(source);
    if (where === world && result.error.code === "needs_approval") held.push(one);
    errors.push({ source, code: result.error.code, fields: result.error.fields ?? [] });
    return null;
  };
  // What is withheld deals no turn: nothing comes of it.
  // Judged in a world without what is hidden, so that a refusal is the same whether such a record is there or not (ACCESS-3).
  const seen: World = { rows: without(world.rows, hidden), places: without(world.places, hidden) };
  for (const one of plan.withheld) if (judge(one, seen)) done.withheld += 1;
  for (const one of plan.writes) {
    const each = judge(one, world);
    if (!each) continue;
    done[one.act] += 1;
    planned.push(each);
  }
  const waiting = write ? await heldBack({ db, actor, now, cell }, world, held) : null;
  const report: ImportReport = {
    created: done.create,
    updated: done.update,
    skipped: plan.skipped + done.withheld,
    errors,
    unresolved: plan.unresolved.filter(({ source }) => !refused.has(source)),
    ...(waiting ? { approval: waiting.approval } : {}),
  };
  const writes = [...planned.flatMap((each) => each.writes), ...(waiting?.planned.writes ?? [])];
  if (!write || writes.length === 0) return { report, announcement: null };
  const client = `import-${crypto.randomUUID()}`; // each chunk is a client with one mutation (SYNC-W7)
  const item = {
    client,
    device: client,
    member: actor.member,
    n: 1,
    mutation: bringIn.name,
    directory: actor.directory,
  };
  const span = await commit(
    db,
    [{ ...item, planned: together(planned, writes, versions), also: waiting?.also ?? [] }],
    now,
  );
  const what = announce(
    writes,
    actor.bound.rules.masks,
    planned.flatMap((each) => each.shares ?? []),
  );
  const members = [...what.rights.members, ...(waiting?.told ?? [])];
  return { report, announcement: { ...what, rights: { ...what.rights, members }, span } };
}

/**
 * Decided over all fields that the row brings, not only those that differ: else a refusal would tell whether the value
 * of a hidden field was guessed (ACCESS-3).
 */
function mayUpdate(
  actor: Actor,
  world: World,
  { id, set }: PlannedWrite & { act: "update" },
  now: number,
): Result<void> {
  const stored = world.rows.get(id);
  const place = stored && world.places.get(stored.row.anchor);
  if (!place) return fail("missing");
  if (actor.capabilities && !actor.capabilities.has("import")) return fail("denied");
  const { compartment } = stored.row;
  const before = { compartment, place, row: stored.row };
  const after = { compartment, place, row: { ...stored.row, ...set } };
  return actor.bound.decideWrite("import", stored.entity, before, after, Object.keys(set), now).allowed
    ? ok(undefined)
    : fail("denied");
}

/** An amount that follows from lines stays, whether its importer sees them or not, and is answered for the same (PIPE-6). */
function withoutCounted(one: PlannedWrite, world: World): PlannedWrite {
  const there = one.act === "update" ? world.rows.get(one.id)?.row : undefined;
  if (one.act !== "update" || !there || !amountIsOfLines(there)) return one;
  return { ...one, set: Object.fromEntries(Object.entries(one.set).filter(([name]) => !lineFields.includes(name))) };
}

/** A lead that nobody owns, so that the rules are asked. */
const leaves = ({ entity, refs }: ImportRow): boolean => entity === "lead" && refs?.["owner"] === undefined;

const without = <T>(map: ReadonlyMap<string, T>, ids: ReadonlySet<string>): Map<string, T> =>
  new Map([...map].filter(([id]) => !ids.has(id)));

interface Versions {
  readonly rows: ReadonlyMap<string, number>;
  readonly places: ReadonlyMap<string, number>;
}
/**
 * All rows as one mutation. It is guarded at what was loaded: a row planned after another saw that one's effect, which
 * is not in the tables yet.
 */
function together(planned: readonly Planned[], writes: readonly Write[], versions: Versions): Planned {
  const loaded = (seen: Iterable<string>, at: ReadonlyMap<string, number>): Map<string, number> =>
    new Map([...seen].flatMap((id) => (at.has(id) ? [[id, at.get(id) ?? 0] as const] : [])));
  return {
    writes,
    shares: planned.flatMap(({ shares }) => shares ?? []),
    turns: planned.flatMap(({ turns }) => turns ?? []),
    guards: loaded(planned.flatMap(({ guards }) => [...guards.keys()]), versions.rows),
    anchors: loaded(planned.flatMap(({ anchors }) => [...anchors.keys()]), versions.places),
  }; // prettier-ignore
}

/** The id of each source: what is imported twice is one record. */
export async function idsOf(cell: string, sources: readonly string[]): Promise<Map<string, string>> {
  const encoder = new TextEncoder();
  const pairs = await Promise.all(
    sources.map(async (source) => {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(seedOf(cell, source))));
      return [source, idOfSource(cell, source, digest.subarray(0, idBytes)) ?? ""] as const;
    }),
  );
  return new Map(pairs);
}
