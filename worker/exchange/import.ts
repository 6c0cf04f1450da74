import { idBytes, isId, orgAnchor } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import {
  idOfSource,
  type Difference,
  type ImportError,
  type ImportReport,
  type ImportRow,
  type PlannedWrite,
  planImport,
  seedOf,
  sourcesIn,
} from "../../shared/exchange/import-plan.ts";
import { folded } from "../../shared/exchange/mapping.ts";
import { entity, entityOfId, isEntity, type Row } from "../../shared/records/entities.ts";
import { amountIsOfLines, lineFields } from "../../shared/pipeline/lines.ts";
import { project } from "../../shared/records/record.ts";
import { recorded } from "../audit/record.ts";
import type { Actor } from "../context.ts";
import { commit, GuardFailed } from "../db/commit.ts";
import type { Db } from "../db/db.ts";
import { heldBack } from "../governance/second.ts";
import { maskOn, planMutation, type Planned, type World, type Write } from "../sync/plan.ts";
import { announce, type Announcement, type PushContext } from "../sync/push.ts";
import { loadWorld } from "../sync/world.ts";
import { bringIn } from "./bring-in.ts";
import * as store from "./store.ts";

export interface Imported {
  readonly report: ImportReport;
  readonly announcement: Announcement | null;
  /** What became of each row, in their order. */
  readonly fates: readonly Fate[];
  readonly differences: readonly Difference[];
}
/** Of one row: where it stands in the file, what it is, what became of it and why. */
interface Fate {
  readonly line: number | null;
  readonly source: string;
  readonly fate: "created" | "updated" | "same" | "refused" | "waits" | "unread";
  readonly id?: string;
  readonly code?: string;
  readonly fields?: readonly string[];
  readonly detail?: string;
}
/** A portion of a run: its number, and what its reader could not make rows of. */
export interface Part {
  readonly run: string;
  readonly n: number;
  readonly unread: readonly Unread[];
  readonly notes: readonly Unread[];
}
interface Unread {
  readonly line: number;
  readonly detail: string;
}
/** What is kept of a portion. */
export interface PartBody {
  readonly report: ImportReport;
  readonly fates: readonly Fate[];
  readonly notes: readonly Unread[];
}
export const clientOfRun = (run: string): string => `import_${run}`;

/**
 * Imports rows through the same decisions and the same commit as every other write: each row is judged alone, and those
 * that are allowed are written in one batch. Without `write` nothing is written and the report is the same.
 */
export async function importRows(
  context: PushContext,
  rows: readonly ImportRow[],
  write: boolean,
  part: Part | null = null,
): Promise<Result<Imported>> {
  for (let tries = 0; tries < limits.guardTries; tries += 1) {
    try {
      const before = part && (await portionBefore(context, part));
      if (before) return before;
      return ok(await tryImport(context, rows, write, part));
    } catch (error) {
      if (!(error instanceof GuardFailed)) throw error;
    }
  }
  return fail("busy");
}

/** Why this portion is not carried out now: it was before, and is answered the same, or it is not its turn. */
async function portionBefore({ db, actor }: PushContext, { run: id, n }: Part): Promise<Result<Imported> | null> {
  const run = await store.readRun(db, actor.member, id);
  if (!run) return fail("missing");
  if (n <= run.parts) {
    const [kept] = await store.readParts<PartBody>(db, id, n, n);
    return kept ? ok({ report: kept.body.report, fates: kept.body.fates, differences: [], announcement: null }) : fail("missing"); // prettier-ignore
  }
  if (run.state !== "open") return fail("transition_unknown", { fields: ["run"], detail: "This import has ended." });
  return n === run.parts + 1 ? null : fail("out_of_order", { fields: ["n"] });
}

async function tryImport(
  { db, actor, now, cell }: PushContext,
  rows: readonly ImportRow[],
  write: boolean,
  part: Part | null,
): Promise<Imported> {
  const sources = sourcesIn(rows);
  const [ids, maybe] = await Promise.all([recordIds(db, cell, sources), meant(db, sources)]);
  const named = rows.flatMap((row) => [row.source, row.anchor ?? "", row.under ?? "", row.origin?.by ?? "", ...Object.values(row.refs ?? {}).flat()]); // prettier-ignore
  const wanted = [...ids.values(), ...maybe, ...named, orgAnchor(cell)];
  const world = await loadWorld(db, actor, wanted, [], null, rows.some(leaves) ? now : null);
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
  const unclear = byWhatIsSeen(ids, existing);
  const plan = planImport(rows, cell, ids, existing, hidden, deleted, unclear);

  for (const { source } of rows) if (isId(source)) ids.set(source, source);
  const sourceOf = new Map([...ids].map(([source, id]) => [id, source]));
  const errors: ImportError[] = [...plan.errors];
  const planned: Planned[] = [];
  const done = { create: 0, update: 0, withheld: 0 };
  const became = new Map<string, Fate["fate"]>(plan.same.map((source) => [source, "same"]));
  const refused = new Set<string>();
  const held: PlannedWrite[] = []; // a second person is asked for these, once for all of them
  const judge = (one: PlannedWrite, where: World): Planned | null => {
    const allowed = one.act === "create" ? ok(undefined) : mayUpdate(actor, where, one, now);
    const result = allowed.ok ? planMutation(actor, where, bringIn, withoutCounted(one, where), now, cell) : allowed;
    if (result.ok) return result.value;
    const id = idOfWrite(one);
    const source = sourceOf.get(id) ?? id;
    refused.add(source);
    if (where === world && result.error.code === "needs_approval") held.push(one);
    const { code, fields = [], detail } = result.error;
    errors.push({ source, code, fields, ...(detail === undefined || code === "missing" ? {} : { detail }) });
    return null;
  };
  // What is withheld deals no turn: nothing comes of it.
  // Judged in a world without what is hidden, so that a refusal is the same whether such a record is there or not (ACCESS-3).
  const seen: World = { rows: without(world.rows, hidden), places: without(world.places, hidden) };
  for (const one of plan.withheld)
    if (judge(one, seen)) {
      done.withheld += 1;
      became.set(sourceOf.get(idOfWrite(one)) ?? "", "same");
    }
  for (const one of plan.writes) {
    const each = judge(one, world);
    if (!each) continue;
    done[one.act] += 1;
    became.set(sourceOf.get(idOfWrite(one)) ?? "", one.act === "create" ? "created" : "updated");
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
  const fates = fatesOf(rows, ids, plan.aside, became, errors, part?.unread ?? []);
  const answer = { report, fates, differences: plan.differences.filter(({ source }) => !refused.has(source)) };
  if (!write || (writes.length === 0 && !part)) return { ...answer, announcement: null };
  // Each portion is a mutation of its run; one without a run is a client with one mutation (SYNC-W7).
  const client = part ? clientOfRun(part.run) : `import-${crypto.randomUUID()}`;
  const body: PartBody = { report, fates, notes: part?.notes ?? [] };
  const waits = errors.filter(({ code }) => code === "needs_approval").length;
  const counts = { created: report.created, updated: report.updated, same: report.skipped, refused: errors.length - waits + (part?.unread.length ?? 0), waits }; // prettier-ignore
  const kinds = [...new Set(rows.map(({ entity: kind }) => kind))];
  const event = { kind: "import" as const, actor: actor.member, what: kinds.length === 1 ? (kinds[0] ?? null) : null, n: report.created + report.updated, detail: { created: report.created, updated: report.updated, kinds } }; // prettier-ignore
  const audit = report.created + report.updated > 0 ? [recorded(db, event, now)] : [];
  const kept = part ? store.keepPart(db, part.run, part.n, writes.length, body, counts) : [];
  const item = {
    client,
    device: client,
    member: actor.member,
    n: part?.n ?? 1,
    mutation: bringIn.name,
    directory: actor.directory,
  };
  const span = await commit(
    db,
    [{ ...item, planned: together(planned, writes, versions), also: [...(waiting?.also ?? []), ...kept, ...audit] }],
    now,
  );
  if (writes.length === 0) return { ...answer, announcement: null };
  const what = announce(
    writes,
    actor.bound.rules.masks,
    planned.flatMap((each) => each.shares ?? []),
  );
  const members = [...what.rights.members, ...(waiting?.told ?? [])];
  return { ...answer, announcement: { ...what, rights: { ...what.rights, members }, span } };
}
const idOfWrite = (one: PlannedWrite): string => (one.act === "create" ? one.row.id : one.id);

function fatesOf(
  rows: readonly ImportRow[],
  ids: ReadonlyMap<string, string>,
  aside: readonly string[],
  became: ReadonlyMap<string, Fate["fate"]>,
  errors: readonly ImportError[],
  unread: readonly Unread[],
): Fate[] {
  // Of two rows of one key the first may be taken: an error with a line is of just that row.
  const wrong = new Map(errors.map((error) => [`${error.line ?? ""} ${error.source}`, error]));
  const idle = new Set(aside);
  const fates = rows.flatMap((row): Fate[] => {
    const { source, line = null } = row;
    const error = wrong.get(`${line ?? ""} ${source}`) ?? wrong.get(` ${source}`);
    const fate = error ? (error.code === "needs_approval" ? "waits" : "refused") : became.get(source);
    if (row.only === "create" && (fate === undefined || idle.has(source))) return [];
    if (error) return [{ line, source, fate: fate ?? "refused", code: error.code, fields: error.fields, ...(error.detail === undefined ? {} : { detail: error.detail }) }]; // prettier-ignore
    const id = fate === "created" || fate === "updated" ? ids.get(source) : undefined;
    return [{ line, source, fate: fate ?? "same", ...(id === undefined ? {} : { id }) }];
  });
  return [...fates, ...unread.map(({ line, detail }): Fate => ({ line, source: "", fate: "unread", detail }))];
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
  const pairs = await Promise.all(sources.map(async (source) => [source, await idOf(cell, source, "")] as const));
  return new Map(pairs);
}
async function idOf(cell: string, source: string, more: string): Promise<string> {
  const seed = seedOf(cell, oneSource(source)) + more;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(seed)));
  return idOfSource(cell, source, digest.subarray(0, idBytes)) ?? "";
}
/** Names are one whatever their case and blanks. */
const oneSource = (source: string): string => (/^(name|email):/.test(source) ? folded(source) : source);

/** The same, with what an undo took back made anew: its next record is another one. */
export async function recordIds(db: Db, cell: string, sources: readonly string[]): Promise<Map<string, string>> {
  const ids = await idsOf(cell, sources);
  const again = await store.generations(db, [...ids.values()]);
  if (again.size > 0)
    for (const [source, id] of ids) {
      const n = again.get(id);
      if (n !== undefined) ids.set(source, await idOf(cell, source, `|${n}`));
    }
  return ids;
}

const lookup = /^(name|email):([a-z_]+):(.+)$/s;
/** What a source by name or address asks for; null: it is one by key. */
function lookupsIn(source: string): store.Lookup[] {
  const [, by, of = "", text = ""] = lookup.exec(source) ?? [];
  if (!by || !isEntity(of)) return [];
  if (by === "email") return entity(of).fields["email"] ? text.split(/[\s,;]+/).filter(Boolean).map((one) => ({ by: "email", of, text: one })) : []; // prettier-ignore
  return entity(of).fields["name"] ? [{ by: "name", of, text }] : [];
}
const meant = (db: Db, sources: readonly string[]): Promise<string[]> =>
  store.candidates(db, sources.flatMap(lookupsIn));

/**
 * Points sources by name to the one record that the importer sees under it. Answers those of which there are several:
 * these point nowhere. A record that is hidden from them is not looked at: its name must not show by being found.
 */
function byWhatIsSeen(ids: Map<string, string>, existing: ReadonlyMap<string, Row>): Set<string> {
  const unclear = new Set<string>();
  const known = new Map<string, Set<string>>();
  const asked = [...ids.keys()].filter((source) => lookup.test(source));
  if (asked.length === 0) return unclear;
  for (const [id, row] of existing)
    for (const field of ["name", "email"]) {
      const value = row[field];
      if (typeof value !== "string") continue;
      const at = `${field}:${entityOfId(id)}:${folded(value)}`;
      known.set(at, (known.get(at) ?? new Set()).add(id));
    }
  for (const source of asked) {
    const found = new Set(
      lookupsIn(source).flatMap(({ by, of, text }) => [...(known.get(`${by}:${of}:${folded(text)}`) ?? [])]),
    );
    const [first, ...more] = found;
    if (first === undefined) continue;
    // Of several addresses of one mail the first that is known counts.
    if (more.length > 0 && source.startsWith("name:")) {
      unclear.add(source);
      ids.delete(source);
    } else ids.set(source, first);
  }
  return unclear;
}
