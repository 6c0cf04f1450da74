import { limits } from "../../shared/kernel/limits.ts";
import { sealRanges, sealedUpTo } from "../audit/seal.ts";
import { openDb, type Db } from "../db/db.ts";
import type { Env } from "../env.ts";
import * as store from "./store.ts";

/**
 * Old changes leave D1 (SYNC-D3): a full piece of the oldest goes to R2 under a name made of its first and last number,
 * and only then is deleted, with what rights were. Killed anywhere, the next run writes the same object again. Devices
 * need no word of it: what they are told from ends at an instant (`hotMs`), whether anything was pruned or not, and what
 * is deleted is older than that by `hotSlackMs`.
 */
export interface PruneContext {
  readonly db: Db;
  readonly segments: Segments;
  readonly now: number;
  /** What is not sealed yet stays (AUDIT-2): the number of the last change that is. Absent: all may go. */
  readonly sealed?: number;
  /** Seeded bugs of the simulation's harness; never set elsewhere. */
  readonly bug?: string;
}
interface Segments {
  put(name: string, body: Uint8Array<ArrayBuffer>): Promise<unknown>;
}

/** Returns how many changes left. */
export async function prune({ db, segments, now, sealed = Infinity, bug }: PruneContext): Promise<number> {
  const end = bug === "prune_early" ? now : now - limits.hotMs - limits.hotSlackMs;
  const whole = bug === "newest_pruned";
  let gone = 0;
  for (let run = 0; run < limits.segmentsPerRun; run += 1) {
    const at = await store.nthOldest(db, limits.segmentRows, whole);
    if (at === null || at >= end) break;
    const { changes, was } = await store.readOldest(db, limits.segmentRows);
    const [first, last] = [changes[0], changes.at(-1)];
    if (!first || !last || last.seq > sealed || changes.some((row) => row.at >= end)) break;
    const lines = [...changes.map((row) => ({ t: "change", ...row })), ...was.map((row) => ({ t: "was", ...row }))];
    await segments.put(
      segmentName(first.seq, last.seq),
      await zipped(lines.map((line) => `${JSON.stringify(line)}\n`).join("")),
    );
    await store.deleteUpTo(db, last.seq);
    gone += changes.length;
  }
  await store.sweepShares(db, end, limits.sweepRows);
  return gone;
}

/** What dead devices and clients leave behind (SYNC-D5): a bounded stretch each time, so that nothing grows for ever. */
export async function sweepDead(db: Db, now: number): Promise<void> {
  const end = now - limits.deviceDeadMs;
  await store.sweepDevices(db, end, limits.sweepRows);
  await store.sweepClients(db, end, limits.sweepRows);
  await store.sweepReassigned(db, now);
}

/** By cron, in every cell. */
export async function keepHistory(env: Env): Promise<void> {
  const db = openDb(env.DB);
  const now = Date.now();
  await sealRanges(env, now);
  await prune({ db, segments: env.SEGMENTS, now, sealed: await sealedUpTo(db) });
  await sweepDead(db, now);
}

/** In the order of their numbers when listed by name. */
export const segmentName = (from: number, to: number): string =>
  `segments/${String(from).padStart(16, "0")}-${String(to).padStart(16, "0")}.ndjson.gz`;

async function zipped(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
