import { dayMs, edgeLimits, limits } from "../../shared/kernel/limits.ts";
import { idBytes, makeId } from "../../shared/kernel/id.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import { entity, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Custom, Field, Value } from "../../shared/records/field.ts";
import { project } from "../../shared/records/record.ts";
import { recorded } from "../audit/record.ts";
import { commit, GuardFailed, type CommitItem } from "../db/commit.ts";
import { maskOn, planMutation, sameValue, type Planned } from "../sync/plan.ts";
import { announce, type Announcement, type PushContext } from "../sync/push.ts";
import { loadWorld } from "../sync/world.ts";
import { bringIn, takeBack, type TakeBack } from "./bring-in.ts";
import { clientOfRun, idsOf, recordIds, type PartBody } from "./import.ts";
import * as store from "./store.ts";

/**
 * An import as a whole: begun, gone on with after a break, settled, undone. Its portions are sent by who has the file
 * (`import.ts`); here each call does a bounded piece, and what it did is in the same batch as how far it came.
 */
export interface RunAsk {
  readonly name: string;
  /** Of the file and what is made of it: an import that broke off is found by it. */
  readonly print: string;
  readonly mapping: string;
}
export async function startRun({ db, actor, now, cell }: PushContext, ask: RunAsk): Promise<store.Run> {
  const open = await store.openRun(db, actor.member, ask.print);
  if (open) return open;
  const run: store.Run = {
    id: makeId(cell, "imp", crypto.getRandomValues(new Uint8Array(idBytes))),
    member: actor.member,
    ...ask,
    state: "open",
    at: now,
    endedAt: null,
    parts: 0,
    settled: 0,
    undone: null,
    created: 0,
    updated: 0,
    same: 0,
    refused: 0,
    waits: 0,
    taken: 0,
    kept: 0,
  };
  await store.writeRuns(db, [store.newRun(db, run)]);
  return run;
}

interface Step {
  readonly run: store.Run;
  /** False: there is more of it to do. */
  readonly done: boolean;
  readonly announcement: Announcement | null;
}
/** Tries again where something moved under it, as every write does. */
async function tried<T>(step: () => Promise<Result<T>>): Promise<Result<T>> {
  for (let tries = 0; tries < limits.guardTries; tries += 1) {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof GuardFailed)) throw error;
    }
  }
  return fail("busy");
}

// --- settling: what a later portion brought

const settlePartsMax = 20;
/**
 * Looks once more at references that led nowhere when their row came: what they name may stand further down in the file.
 * One portion of findings a call, which an undo takes back like every other.
 */
export const finishRun = (context: PushContext, id: string): Promise<Result<Step>> =>
  tried<Step>(async () => {
    const { db, actor, now } = context;
    const run = await store.readRun(db, actor.member, id);
    if (!run) return fail("missing");
    if (run.state !== "open") return ok({ run, done: true, announcement: null });
    const parts = await store.readParts<PartBody>(db, id, run.settled + 1, run.settled + settlePartsMax);
    let settled = run.settled;
    for (const { n, body } of parts) {
      settled = n;
      const planned = await found(context, body);
      if (planned.length === 0) continue;
      const writes = planned.flatMap((one) => one.writes);
      const n2 = run.parts + 1;
      const counts = { created: 0, updated: 0, same: 0, refused: 0, waits: 0, settled };
      const kept: PartBody = { report: { created: 0, updated: 0, skipped: 0, errors: [], unresolved: [] }, fates: [], notes: [] };
      const item = itemOf(context, clientOfRun(id), n2, bringIn.name, planned, store.keepPart(db, id, n2, writes.length, kept, counts));
      const span = await commit(db, [item], now);
      return ok({ run: { ...run, parts: n2, settled }, done: false, announcement: { ...announce(writes, actor.bound.rules.masks), span } });
    } // prettier-ignore
    // Portions that only settled have nothing to settle themselves; they are passed like the others.
    const done = settled >= run.parts;
    await store.writeRuns(db, [done ? store.endRun(db, id, settled, now) : store.settledTo(db, id, settled)]);
    return ok({ run: { ...run, settled, ...(done ? { state: "done" as const, endedAt: now } : {}) }, done, announcement: null }); // prettier-ignore
  });

/** The references of a portion that lead somewhere by now, as edits of their records. */
async function found(context: PushContext, { report }: PartBody): Promise<Planned[]> {
  const { db, actor, now, cell } = context;
  const open = report.unresolved.filter(({ field }) => field !== "createdBy");
  if (open.length === 0) return [];
  const ids = await recordIds(db, cell, [...new Set(open.flatMap(({ source, ref }) => [source, ref]))].filter((text) => text.includes(":"))); // prettier-ignore
  const world = await loadWorld(db, actor, [...new Set(ids.values())]);
  const seen = (id: string): Row | null => {
    const stored = world.rows.get(id);
    if (!stored || stored.deletedAt !== null) return null;
    return project(stored.entity, stored.row, maskOn(actor, world, stored, now));
  };
  const sets = new Map<string, { name: EntityName; set: Record<string, Value>; lost: Record<string, Value> }>();
  for (const { source, field, ref } of open) {
    const [id, to] = [ids.get(source) ?? "", ids.get(ref) ?? ""];
    const [stored, row] = [world.rows.get(id), seen(id)];
    const of: Field | undefined = stored && entity(stored.entity).fields[field];
    if (!stored || !row || !of || of.type !== "ref" || of.act || of.apart || row[field] !== null || !seen(to)) continue;
    const lost = { ...(row["unresolved"] as Custom | null | undefined) };
    const one = sets.get(id) ?? { name: stored.entity, set: {}, lost };
    one.set[field] = to;
    delete one.lost[field];
    sets.set(id, one);
  }
  return [...sets].flatMap(([id, { name, set, lost }]) => {
    const left = Object.keys(lost).length > 0 ? (lost as Custom) : null;
    const update = { act: "update" as const, entity: name, id, set: { ...set, ...("unresolved" in entity(name).fields ? { unresolved: left } : {}) } }; // prettier-ignore
    const planned = planMutation(actor, world, bringIn, update, now, cell);
    return planned.ok ? [planned.value] : [];
  });
}

// --- undo

/** What an undo left as it is, and why. */
interface Kept {
  readonly id: string;
  readonly entity: EntityName;
  readonly source: string | null;
  readonly name: string | null;
  readonly why: "changed" | "in_use" | "denied" | "missing";
  readonly fields?: readonly string[];
}

/**
 * Takes back the newest portion that is not taken back yet: what it made goes, what it changed is as it was. What people
 * changed since stays and is listed, by field; so does an account under which work lies that this import did not bring.
 */
export const undoRun = (context: PushContext, id: string): Promise<Result<Step>> =>
  tried<Step>(async () => {
    const { db, actor, now, cell } = context;
    const run = await store.readRun(db, actor.member, id);
    if (!run) return fail("missing");
    const n = run.undone ?? run.parts;
    if (run.state === "undone") return ok({ run, done: true, announcement: null });
    if (now - run.at > edgeLimits.importUndoDays * dayMs)
      return fail("denied", { detail: `An import can be undone for ${edgeLimits.importUndoDays} days.` });
    if (n === 0) {
      await store.writeRuns(db, [store.nothingToUndo(db, id, now)]);
      return ok({ run: { ...run, state: "undone", undone: 0 }, done: true, announcement: null });
    }
    const [part] = await store.readParts<PartBody>(db, id, n, n);
    if (!part) return fail("missing");
    const client = clientOfRun(id);
    const undo = `undo_${id}`;
    const changes = await store.changesOf(db, client, n, part);
    const world = await loadWorld(db, actor, changes.map(({ record }) => record));
    const keys = new Map<string, readonly [string, string]>();
    for (const { row } of world.rows.values()) keys.set(`${row.anchor}|${row.compartment}`, [row.anchor, row.compartment]);
    const made = changes.filter(({ op }) => op === "in").map(({ record }) => record);
    const changed = await store.changedSince(db, made, [...keys.values()], part.upto, [client, undo]);
    const going = made.filter((record) => !changed.has(record));
    const busy = await store.inUse(db, going.filter((record) => world.rows.get(record)?.entity === "account"), going);

    const kept: Kept[] = [];
    const planned: Planned[] = [];
    const removed: { readonly id: string; readonly source: string | null }[] = [];
    const names = new Map<string, { readonly source: string | null; readonly name: string | null }>();
    // Names are told as far as this member sees the records now, and taken before the records are.
    for (const { record } of changes) {
      const stored = world.rows.get(record);
      const row = stored && project(stored.entity, stored.row, maskOn(actor, world, stored, now));
      const text = (value: Value | undefined): string | null => (typeof value === "string" ? value : null);
      names.set(record, { source: text(row?.["source"]), name: text(row?.["name"] ?? row?.["title"]) });
    }
    const keep = (record: string, name: EntityName, why: Kept["why"], fields?: readonly string[]): void =>
      void kept.push({ id: record, entity: name, ...(names.get(record) ?? { source: null, name: null }), why, ...(fields ? { fields } : {}) });
    const run1 = (one: TakeBack, name: EntityName): boolean => {
      const result = planMutation(actor, world, takeBack, one, now, cell);
      if (result.ok) planned.push(result.value);
      else keep(one.id, name, result.error.code === "missing" ? "missing" : "denied");
      return result.ok;
    };
    // The last change first, and records before the accounts under which they lie.
    const isHome = (record: string): boolean => world.rows.get(record)?.entity === "account";
    const steps = changes.toReversed().sort((a, b) => Number(isHome(a.record)) - Number(isHome(b.record)));
    for (const { record, op, patch } of steps) {
      const stored = world.rows.get(record);
      if (!stored || stored.deletedAt !== null) continue; // it is gone already
      if (op === "in") {
        if (changed.has(record)) keep(record, stored.entity, "changed");
        else if (busy.has(record)) keep(record, stored.entity, "in_use");
        else if (run1({ act: "remove", id: record }, stored.entity)) removed.push({ id: record, source: typeof stored.row["source"] === "string" ? stored.row["source"] : null });
        continue;
      }
      const moved: string[] = [];
      const set: Record<string, Value> = {};
      for (const [field, [before, after]] of Object.entries(patch ?? {}))
        if (sameValue(stored.row[field], after)) set[field] = before;
        else if (!sameValue(stored.row[field], before)) moved.push(field);
      const visible = world.places.has(stored.row.anchor) ? project(stored.entity, stored.row, maskOn(actor, world, stored, now)) : null;
      if (Object.keys(set).length > 0) run1({ act: "edit", id: record, set }, stored.entity);
      if (moved.length > 0) keep(record, stored.entity, "changed", moved.filter((field) => visible?.[field] !== undefined));
    }
    // An account whose contents could not go stays with them.
    const again = await basesOf(cell, removed);
    const writes = planned.flatMap((one) => one.writes);
    const also = store.keepUndone(db, { run: id, n, taken: writes.length, kept, again }, now);
    const event = { kind: "import" as const, actor: actor.member, n: writes.length, detail: { undone: writes.length, kept: kept.length } };
    const item = itemOf(context, undo, run.parts - n + 1, takeBack.name, planned, [...also, recorded(db, event, now)]);
    const span = await commit(db, [item], now);
    const after = { ...run, undone: n - 1, taken: run.taken + writes.length, kept: run.kept + kept.length, state: n === 1 ? ("undone" as const) : ("undoing" as const) };
    const announcement = writes.length > 0 ? { ...announce(writes, actor.bound.rules.masks), span } : null;
    return ok({ run: after, done: n === 1, announcement });
  }); // prettier-ignore

/** Ids that the sources have before anything was taken back: by them the next record is told to be another one. */
async function basesOf(cell: string, removed: readonly { readonly id: string; readonly source: string | null }[]): Promise<string[]> {
  const bases = await idsOf(cell, removed.flatMap(({ source }) => source ?? []));
  return removed.map(({ id, source }) => (source === null ? id : (bases.get(source) ?? id)));
} // prettier-ignore

function itemOf(
  { actor }: PushContext,
  client: string,
  n: number,
  mutation: string,
  planned: readonly Planned[],
  also: CommitItem["also"],
): CommitItem {
  const first = new Map<string, number>();
  const anchors = new Map<string, number>();
  for (const one of planned) {
    for (const [id, ver] of one.guards) if (!first.has(id)) first.set(id, ver);
    for (const [id, ver] of one.anchors) if (!anchors.has(id)) anchors.set(id, ver);
  }
  return {
    client,
    device: client,
    member: actor.member,
    n,
    mutation,
    planned: { writes: planned.flatMap((one) => one.writes), guards: first, anchors },
    directory: actor.directory,
    ...(also ? { also } : {}),
  };
}
