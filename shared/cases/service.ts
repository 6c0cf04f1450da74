import { isDay, isZone } from "../kernel/clock.ts";
import type { RecordOf } from "../records/entities.ts";
import type { Value } from "../records/field.ts";
import { afterBusiness, businessBetween, minutesOf, type Calendar } from "./calendar.ts";
import { isOpen, pausesOf, type Pause } from "./waits.ts";

/**
 * What was promised about a case: how soon somebody answers, how soon it is solved, in business time of the account's
 * region. The region's service level counts, else the one for all regions, else what the product starts with (CASE-4).
 */
export const severities = ["critical", "high", "moderate", "low"] as const;
type Severity = (typeof severities)[number];
export type Targets = Readonly<Record<Severity, number>>; // minutes

export interface ServiceLevel {
  /** Null: nobody has written one down, and what the product starts with holds. */
  readonly id: string | null;
  readonly name: string;
  readonly calendar: Calendar;
  readonly response: Targets;
  readonly resolution: Targets;
}

/** What an organisation starts with: weekdays from nine to five, in the region's zone. */
export const startingTargets = {
  response: { critical: 30, high: 60, moderate: 240, low: 480 },
  resolution: { critical: 240, high: 480, moderate: 1_440, low: 2_400 },
} as const satisfies Record<string, Targets>;
const weekdays: ReadonlySet<number> = new Set([1, 2, 3, 4, 5]);
const [nine, five] = [540, 1_020];

type Level = RecordOf<"service_level">;
type Region = RecordOf<"region">;

/** The service level that holds in a region, of those that there are. */
export function levelFor(levels: readonly Level[], region: Region | null | undefined): ServiceLevel {
  const own = (of: string | null): Level | undefined =>
    levels.filter((one) => (one.region ?? null) === of).sort((a, b) => (a.id < b.id ? -1 : 1))[0];
  const row = (region && own(region.id)) ?? own(null);
  const zone = [row?.zone, region?.zone].find((one) => typeof one === "string" && isZone(one)) ?? "UTC";
  const opens = minutesOf(row?.opens) ?? nine;
  const closes = minutesOf(row?.closes) ?? five;
  const days = new Set((row?.days ?? []).map(Number).filter((day) => Number.isInteger(day) && day >= 1 && day <= 7));
  return {
    id: row?.id ?? null,
    name: row?.name ?? "",
    calendar: {
      zone,
      days: days.size > 0 ? days : weekdays,
      ...(opens < closes ? { opens, closes } : { opens: nine, closes: five }),
      holidays: new Set((row?.holidays ?? []).filter(isDay)),
    },
    response: targetsOf(row?.responseMinutes, startingTargets.response),
    resolution: targetsOf(row?.resolutionMinutes, startingTargets.resolution),
  };
}
function targetsOf(value: Value | undefined, otherwise: Targets): Targets {
  const said = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  const minutes = (severity: Severity): number => {
    const one = (said as Readonly<Record<string, unknown>>)[severity];
    return typeof one === "number" && one > 0 ? one : otherwise[severity];
  };
  return { critical: minutes("critical"), high: minutes("high"), moderate: minutes("moderate"), low: minutes("low") };
}

export interface Clock {
  /** When it has to be done; null while it waits for the customer, and where the calendar never opens. */
  readonly dueAt: number | null;
  /** Business time that is left; negative once it is late. */
  readonly leftMs: number;
  readonly state: "running" | "paused" | "met" | "missed";
  /** Since when it is late, or was when it was done. */
  readonly missedAt: number | null;
}
export interface Clocks {
  readonly response: Clock;
  readonly resolution: Clock;
}
export type TimedCase = Pick<
  RecordOf<"case">,
  "status" | "severity" | "openedAt" | "createdAt" | "respondedAt" | "resolvedAt" | "slaMet" | "waits"
>;

/** Nobody has said how severe it is: it is taken for the usual. */
const severityOf = (row: Pick<TimedCase, "severity">): Severity => row.severity ?? "moderate";

/** Both promises of a case, as they stand at `now`. */
export function clocksOf(row: TimedCase, level: ServiceLevel, now: number): Clocks {
  const { calendar } = level;
  const start = row.openedAt ?? row.createdAt;
  const severity = severityOf(row);
  const resolvedAt = isOpen(row.status) ? null : (row.resolvedAt ?? null);
  const answeredAt = row.respondedAt ?? resolvedAt;
  const response = clock(calendar, start, [], level.response[severity] * 60_000, answeredAt, now);
  const resolution = clock(calendar, start, pausesOf(row.waits), level.resolution[severity] * 60_000, resolvedAt, now);
  // What another system measured of a case that came from there is not measured again.
  const told = resolvedAt !== null && typeof row.slaMet === "boolean" ? row.slaMet : null;
  if (told === null) return { response, resolution };
  const state = told ? "met" : "missed";
  return {
    response,
    resolution: { ...resolution, state, missedAt: told ? null : (resolution.missedAt ?? resolvedAt) },
  };
}

function clock(
  calendar: Calendar,
  start: number,
  pauses: readonly Pause[],
  target: number,
  doneAt: number | null,
  now: number,
): Clock {
  const end = doneAt ?? now;
  let cursor = start;
  let left = target;
  let dueAt: number | null = null;
  let paused = false;
  for (const { from, until } of pauses) {
    if (from < cursor && (until === null || until <= cursor)) continue;
    const run = businessBetween(calendar, cursor, Math.max(cursor, from));
    if (run >= left) break; // it was late before it waited
    left -= run;
    if (until === null) {
      paused = true;
      break;
    }
    cursor = Math.max(cursor, until);
  }
  if (!paused) dueAt = afterBusiness(calendar, cursor, left);
  const late = dueAt !== null && dueAt < end;
  const leftMs = paused ? left : late ? -businessBetween(calendar, dueAt ?? end, end) : left - businessBetween(calendar, cursor, Math.max(cursor, end)); // prettier-ignore
  const state = doneAt !== null ? (late ? "missed" : "met") : paused ? "paused" : "running";
  return { dueAt, leftMs, state, missedAt: late ? dueAt : null };
}

/** The promise that comes first, of those that still run: what a queue is sorted by. Null: none runs. */
export function nextClock({ response, resolution }: Clocks): { readonly kind: "response" | "resolution"; readonly clock: Clock } | null {
  const running = ([["response", response], ["resolution", resolution]] as const).filter(([, { state }]) => state === "running"); // prettier-ignore
  const [first] = running.sort(([, a], [, b]) => (a.dueAt ?? Infinity) - (b.dueAt ?? Infinity));
  return first ? { kind: first[0], clock: first[1] } : null;
} // prettier-ignore

/** Whether a promise about an open case is broken by now. */
export const isLate = ({ response, resolution }: Clocks): boolean =>
  [response, resolution].some(({ state, missedAt }) => state === "running" && missedAt !== null);
