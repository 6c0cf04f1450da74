import { alarmsOf } from "../../shared/audit/alarms.ts";
import { dayMs } from "../../shared/kernel/limits.ts";
import { batch, type Db } from "../db/db.ts";
import { recorded } from "./record.ts";
import * as store from "./store.ts";

const weeksMs = 28 * dayMs;
const recentMs = 2 * 3_600_000;
const recentMax = 5_000;

/** Looks at what was counted, and writes each alarm once, as an event of the stream itself. */
export async function raiseAlarms(db: Db, now: number): Promise<number> {
  const [sums, recent] = await Promise.all([
    store.sumsByDay(db, now - weeksMs),
    store.eventsSince(db, ["denied", "export", "read", "pull"], now - recentMs, recentMax),
  ]);
  const zones = await store.zonesOf(db, [...new Set(recent.map(({ actor }) => actor))]);
  const alarms = alarmsOf(sums, recent, now, (member, at) => hourIn(zones.get(member) ?? "UTC", at));
  await batch(
    db,
    alarms.map(({ kind, member, n, usual, once }) =>
      recorded(db, { kind: "alarm", actor: member, subject: member, what: kind, n, detail: { usual }, once }, now),
    ),
  );
  return alarms.length;
}

function hourIn(zone: string, at: number): number {
  try {
    return Number(new Intl.DateTimeFormat("en", { timeZone: zone, hour: "numeric", hourCycle: "h23" }).format(at));
  } catch {
    return new Date(at).getUTCHours(); // a zone that nobody knows
  }
}
