import { auditClasses, eventClasses, keepMs } from "../../shared/audit/kinds.ts";
import { forgotten, hashRange, linesOf, signedText, verifyRange, type Finding, type Line, type Range, type Seal } from "../../shared/audit/seal.ts"; // prettier-ignore
import { edgeLimits } from "../../shared/kernel/limits.ts";
import { sha256 } from "../auth/secrets.ts";
import { openDb, type Db } from "../db/db.ts";
import type { Env } from "../env.ts";
import { raiseAlarms } from "./alarms.ts";
import { linesName, prunedChanges, putRows, readLines, readSalts, saltsName } from "./segments.ts";
import { isSigned, sign } from "./signature.ts";
import * as store from "./store.ts";

/**
 * Closes ranges behind the commit (AUDIT-2): no commit waits for it or writes a row more for it. One D1 row a range; its
 * lines and salts go to R2 first, so that a run which is killed leaves nothing that is sealed and not there.
 */
export async function sealRanges(env: Env, now: number): Promise<number> {
  const db = openDb(env.DB);
  await store.closeCounts(db, closedMinute(now));
  let sealed = 0;
  for (let run = 0; run < edgeLimits.auditRangesPerRun; run += 1) {
    const closed = await sealNext(env, db, now);
    if (closed === 0) break;
    sealed += closed;
  }
  return sealed;
}
/** Minutes before this one are over, and a little more: what was counted in them is on its way no longer than a request is. */
const closedMinute = (now: number): number => Math.floor((now - 30_000) / 60_000);
async function sealNext(env: Env, db: Db, now: number): Promise<number> {
  const before = await store.lastSeal(db);
  const { changes, events } = await store.rowsAfter(db, { change: before?.changeTo ?? 0, event: before?.eventTo ?? 0 }, edgeLimits.auditRangeRows); // prettier-ignore
  const times = [...changes, ...events].map(({ at }) => at);
  if (times.length === 0) return 0;
  const salts = changes.map(() => hex(crypto.getRandomValues(new Uint8Array(16))));
  const lines = await linesOf(changes, events, salts, sha256);
  const [firstChange, firstEvent] = [before ? before.changeTo + 1 : (changes[0]?.seq ?? 1), before ? before.eventTo + 1 : (events[0]?.seq ?? 1)]; // prettier-ignore
  const range: Range = {
    n: (before?.n ?? 0) + 1,
    changeFrom: firstChange,
    changeTo: changes.at(-1)?.seq ?? firstChange - 1,
    eventFrom: firstEvent,
    eventTo: events.at(-1)?.seq ?? firstEvent - 1,
    firstAt: times.reduce((one, other) => Math.min(one, other)),
    lastAt: times.reduce((one, other) => Math.max(one, other)),
    at: now,
    lines: lines.length,
    prev: before?.hash ?? "",
  };
  const hash = await hashRange(range, lines, sha256);
  await putRows(env.SEGMENTS, saltsName({ ...range, hash }), salts);
  await putRows(env.SEGMENTS, linesName({ ...range, hash }), lines);
  const signature = await sign(env, signedText(env.CELL, { ...range, hash }));
  return (await store.writeSeal(db, { ...range, hash, signature, dropped: [] })) ? lines.length : 0;
}
/** Number of the last change that is sealed. */
export const sealedUpTo = async (db: Db): Promise<number> => (await store.lastSeal(db))?.changeTo ?? 0;
const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Compares some ranges from `after` on with what lies in the database and in R2 now. */
export async function verifyFrom(
  env: Env,
  db: Db,
  after: number,
  ranges: number,
  now: number,
): Promise<{ readonly findings: Finding[]; readonly seals: readonly Seal[]; readonly more: boolean }> {
  const found = await store.sealsFrom(db, after, ranges + 2);
  const has = found[0]?.n === after && after > 0;
  const before = has ? (found[0] ?? null) : null;
  const seals = (has ? found.slice(1) : found).slice(0, ranges);
  const findings: Finding[] = [];
  // The one that was seen last is gone: nothing after it can be compared with it.
  if (after > 0 && !has) findings.push({ fault: "seal_missing", range: after });
  for (const [index, seal] of seals.entries()) {
    const last = seals[index - 1] ?? before;
    const hot = await store.rowsBetween(db, seal);
    const count = seal.changeTo - seal.changeFrom + 1;
    const here = new Set(hot.changes.map(({ seq }) => seq));
    const old = hot.changes.length < count ? await prunedChanges(env.SEGMENTS, seal.changeFrom, seal.changeTo) : [];
    const changes = [...hot.changes, ...old.filter(({ seq }) => !here.has(seq))];
    const [lines, salts] = [await readLines(env.SEGMENTS, seal), await readSalts(env.SEGMENTS, seal)];
    const erasedRecords = await store.erasedRecords(db, [...new Set(changes.map(({ record }) => record))]);
    const signed = await isSigned(env, signedText(env.CELL, seal), seal.signature);
    findings.push(...(await verifyRange({ seal, before: last, signed, lines, salts, changes, events: hot.events, erasedRecords, now }, sha256))); // prettier-ignore
  }
  return { findings, seals, more: found.length > seals.length + (has ? 1 : 0) };
}

/** Words of a class whose time is over go, in R2 and in the database; the hash of each line stays in its place (AUDIT-8). */
export async function forgetOld(env: Env, now: number): Promise<number> {
  const db = openDb(env.DB);
  let gone = 0;
  for (const kind of auditClasses) {
    const keep = keepMs[kind];
    if (keep === null) continue;
    const kinds = Object.entries(eventClasses).flatMap(([name, of]) => (of === kind ? [name] : []));
    for (const seal of await store.sealsToDrop(db, kind, now - keep, edgeLimits.auditRangesPerRun)) {
      const lines = await readLines(env.SEGMENTS, seal);
      if (!lines) continue; // verification says so
      const left: Line[] = await Promise.all(
        lines.map(async (line) => (line.c === kind ? forgotten(line, sha256) : line)),
      );
      gone += left.filter((line, index) => line !== lines[index]).length;
      if (left.some((line, index) => line !== lines[index])) await putRows(env.SEGMENTS, linesName(seal), left);
      await store.dropEvents(db, seal, kinds, [...seal.dropped, kind]);
    }
  }
  return gone;
}

/** By cron, in every cell. */
export async function keepAudit(env: Env): Promise<void> {
  const now = Date.now();
  await store.closeCounts(openDb(env.DB), closedMinute(now));
  await raiseAlarms(openDb(env.DB), now);
  await sealRanges(env, now);
  await forgetOld(env, now);
}
