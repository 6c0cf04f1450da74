import { edgeLimits, limits } from "../kernel/limits.ts";

/** What somebody should look at. Worked out from events alone; each is said once. */
type AlarmKind = "bulk_read" | "many_denials" | "export_burst" | "off_hours";
export interface Alarm {
  readonly kind: AlarmKind;
  readonly member: string;
  readonly n: number;
  /** What it was compared with. */
  readonly usual: number;
  /** It is said once for this. */
  readonly once: string;
}
export interface Sum {
  readonly actor: string;
  readonly kind: string;
  readonly day: number; // UTC days since 1970
  readonly n: number;
}
export interface Told {
  readonly actor: string;
  readonly kind: string;
  readonly what: string | null;
  readonly n: number | null;
  readonly at: number;
}

/**
 * `sums`: rows read, pulled and exported by member and day, of some weeks; `recent`: refusals, exports and wide reads of
 * the last hours; `hourOf`: the hour in a member's own zone. Source of the numbers: docs/spec/access.md, limits.
 */
export function alarmsOf(
  sums: readonly Sum[],
  recent: readonly Told[],
  now: number,
  hourOf: (member: string, at: number) => number,
): Alarm[] {
  const today = Math.floor(now / 86_400_000);
  const hour = Math.floor(now / 3_600_000);
  return [
    ...bulkReads(sums, today),
    ...burst(recent, "denied", "many_denials", edgeLimits.alarmDenialsAnHour, hour, (told) => told.n ?? 1),
    ...burst(recent, "export", "export_burst", edgeLimits.alarmExportsAnHour, hour, () => 1),
    ...offHours(recent, hourOf),
  ];
}

/** More than a number, and than thrice the median of the member's own days; who has no days yet, more than a device holds. */
function bulkReads(sums: readonly Sum[], today: number): Alarm[] {
  const days = new Map<string, Map<number, number>>();
  for (const { actor, day, n } of sums) {
    const own = days.get(actor) ?? new Map<number, number>();
    days.set(actor, own.set(day, (own.get(day) ?? 0) + n));
  }
  return [...days].flatMap(([member, own]): Alarm[] => {
    const n = own.get(today) ?? 0;
    const before = [...own].flatMap(([day, rows]) => (day < today ? [rows] : [])).sort((a, b) => a - b);
    const usual = before.length >= edgeLimits.alarmDaysMin ? (before[Math.floor(before.length / 2)] ?? 0) : null;
    const most = Math.max(limits.bulkReadRowsADay, usual === null ? edgeLimits.bulkReadRowsNew : limits.bulkReadTimesMedian * usual); // prettier-ignore
    return n > most ? [{ kind: "bulk_read", member, n, usual: usual ?? 0, once: `bulk_read|${member}|${today}` }] : [];
  });
}
/** Of one hour by the clock and the one before it, so that nothing falls between two runs. */
function burst(recent: readonly Told[], of: string, kind: AlarmKind, most: number, hour: number, weigh: (told: Told) => number): Alarm[] {
  const sums = new Map<string, number>();
  for (const told of recent) {
    const at = Math.floor(told.at / 3_600_000);
    if (told.kind !== of || at < hour - 1) continue;
    const key = `${told.actor}|${at}`;
    sums.set(key, (sums.get(key) ?? 0) + weigh(told));
  }
  return [...sums].flatMap(([key, n]): Alarm[] =>
    n >= most ? [{ kind, member: key.slice(0, key.lastIndexOf("|")), n, usual: most, once: `${kind}|${key}` }] : [],
  );
} // prettier-ignore
/** What leaves, or is pulled as a whole, while its member is asleep. Small reads at night are work. */
function offHours(recent: readonly Told[], hourOf: (member: string, at: number) => number): Alarm[] {
  const found = new Map<string, Alarm>();
  for (const { actor: member, kind, n, at } of recent) {
    if (kind === "denied" || (kind !== "export" && (n ?? 0) < limits.bulkReadRowsADay)) continue;
    const hour = hourOf(member, at);
    if (hour < edgeLimits.alarmQuietFrom && hour >= edgeLimits.alarmQuietUntil) continue;
    const once = `off_hours|${member}|${Math.floor(at / 86_400_000)}`;
    const known = found.get(once);
    found.set(once, { kind: "off_hours", member, n: (known?.n ?? 0) + (n ?? 0), usual: 0, once });
  }
  return [...found.values()];
}
