import type { AuditEvent, EventKind } from "../../shared/audit/kinds.ts";
import { edgeLimits, limits } from "../../shared/kernel/limits.ts";
import type { AppContext } from "../context.ts";
import { openDb, type Db, type Query } from "../db/db.ts";
import * as store from "./store.ts";

const rowOf = (event: AuditEvent, now: number): store.EventToWrite => ({
  kind: event.kind,
  actor: event.actor,
  subject: event.subject ?? null,
  what: event.what ?? null,
  n: event.n ?? null,
  at: now,
  detail: event.detail ? JSON.stringify(event.detail) : null,
  once: event.once ?? null,
});

/**
 * Writes one event of the stream (AUDIT-1). Awaited before the answer leaves: what can't be written down is not done.
 * Changes of records need none of it, for they are in the stream by themselves.
 *
 *     await record(db, { kind: "export", actor: actor.member, what: "account", n: rows, detail: { format: "csv" } }, now);
 */
export const record = (db: Db, event: AuditEvent, now: number): Promise<void> => store.writeEvent(db, rowOf(event, now)); // prettier-ignore
/** The same as a statement, for the batch of what it tells of. */
export const recorded = (db: Db, event: AuditEvent, now: number): Query => store.insertEvent(db, rowOf(event, now));

/**
 * What comes often is counted: in the memory of the isolate, and in one row a member, route and minute. The first few
 * are written at once, then whenever the count has doubled, so that a flood costs a handful of writes. What an isolate
 * had not yet written when it ended is lost: less than was written.
 */
interface Tally {
  readonly minute: number;
  n: number;
  written: number;
}
const tallies = new Map<string, Tally>();
const talliesMax = 5_000;

function due(kind: EventKind, actor: string, what: string, now: number, more: number, first: number): number {
  const minute = Math.floor(now / 60_000);
  const key = `${kind}|${actor}|${what}`;
  const known = tallies.get(key);
  const tally = known?.minute === minute ? known : { minute, n: 0, written: 0 };
  if (tally !== known) {
    if (tallies.size >= talliesMax) tallies.clear();
    tallies.set(key, tally);
  }
  tally.n += more;
  const isDue = kind === "denied" ? tally.n <= first || tally.n >= 2 * tally.written : tally.n >= first && tally.n >= 2 * tally.written; // prettier-ignore
  if (!isDue) return 0;
  const n = tally.n - tally.written;
  tally.written = tally.n;
  return n;
}

/** Behind the answer, so that a refusal takes as long as one that is not counted. */
function count(c: AppContext, kind: EventKind, what: string, more: number, first: number): void {
  const now = Date.now();
  const { member: actor } = c.get("actor");
  const n = due(kind, actor, what, now, more, first);
  if (n === 0) return;
  const written = store.addCount(openDb(c.env.DB), { kind, actor, what, minute: Math.floor(now / 60_000), n });
  c.executionCtx.waitUntil(written.catch((error: unknown) => console.error("audit_count", String(error))));
}
/** Something was asked for that is not there or not theirs. Hidden and missing count alike (ACCESS-3). */
export const countDenied = (c: AppContext, what: string, tries = 1): void =>
  count(c, "denied", what, tries, limits.denialsPerMinute);
/** Rows that left by a list or a record: every one of a reader whose reach is all; of the others, what comes in masses. */
export const countRead = (c: AppContext, what: string, rows: number, wide: boolean): void => {
  if (rows > 0) count(c, "read", what, rows, wide ? 1 : edgeLimits.wideReadRows);
};
/** Rows that a device took as a whole. */
export const countPull = (c: AppContext, rows: number): void => {
  if (rows > 0) count(c, "pull", "sync", rows, edgeLimits.wideReadRows);
};
