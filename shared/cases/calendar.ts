/**
 * Business time: the hours of the week that count, in a zone, without holidays. Instants are UTC milliseconds; what
 * counts between two of them is the part that lies inside open hours as a clock on the wall of that zone shows them, so
 * that changes of the clock, weekends and zones with half hours come out right. Pure.
 */
export interface Calendar {
  readonly zone: string;
  /** Days of the week: 1 is Monday, 7 Sunday. */
  readonly days: ReadonlySet<number>;
  /** Minutes since midnight; `closes` may be 1,440. */
  readonly opens: number;
  readonly closes: number;
  /** Calendar days, `2026-12-25`. */
  readonly holidays: ReadonlySet<string>;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;
const quarterMs = 15 * minuteMs; // no zone changes its offset inside one
/** Twenty years: longer ago, nothing is asked; a calendar that never opens ends there. */
const daysMax = 7_300;

const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();

/** How far the wall clock of a zone is ahead of UTC at an instant. */
function offsetAt(zone: string, at: number): number {
  let known = offsets.get(zone);
  if (!known) offsets.set(zone, (known = new Map()));
  const quarter = Math.floor(at / quarterMs);
  const found = known.get(quarter);
  if (found !== undefined) return found;
  let format = formats.get(zone);
  if (!format) {
    const parts = { year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric" } as const; // prettier-ignore
    format = new Intl.DateTimeFormat("en-US", { timeZone: zone, hourCycle: "h23", era: "short", ...parts });
    formats.set(zone, format);
  }
  const start = quarter * quarterMs;
  const part = Object.fromEntries(format.formatToParts(start).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  const offset = Date.UTC(year, month - 1, day, hour, minute, second) - start;
  if (known.size > 50_000) known.clear(); // a bound for what stays open for weeks
  known.set(quarter, offset);
  return offset;
}

/** The number of the calendar day on which an instant falls there, counted from 1970-01-01. */
const dayAt = (zone: string, at: number): number => Math.floor((at + offsetAt(zone, at)) / dayMs);

/**
 * When the clock on the wall shows `minutes` of a day. A time that is skipped is the instant of the change; one that
 * comes twice is its first for what opens (`last` false) and its second for what closes.
 */
function instantOf(zone: string, day: number, minutes: number, last: boolean): number {
  const wall = day * dayMs + minutes * minuteMs;
  // The offsets before and after a change near by; the same on all other days.
  const [early, late] = [offsetAt(zone, wall - dayMs / 2 - dayMs / 2), offsetAt(zone, wall + dayMs)];
  if (early === late && offsetAt(zone, wall - early) === early) return wall - early;
  const fits = [wall - early, wall - late].filter((at) => at + offsetAt(zone, at) === wall);
  if (fits.length > 0) return last ? Math.max(...fits) : Math.min(...fits);
  // Skipped: the change lies between the two readings of that time.
  let [before, after] = [Math.min(wall - early, wall - late), Math.max(wall - early, wall - late)];
  while (after - before > minuteMs) {
    const middle = Math.floor((before + after) / 2 / minuteMs) * minuteMs;
    if (middle <= before) break;
    if (middle + offsetAt(zone, middle) < wall) before = middle;
    else after = middle;
  }
  return after;
}

type Window = readonly [opens: number, closes: number] | null;
const made = new WeakMap<Calendar, Map<number, Window>>();

/** The open hours of a calendar day, as instants; null: none. */
function windowOf(calendar: Calendar, day: number): Window {
  let known = made.get(calendar);
  if (!known) made.set(calendar, (known = new Map()));
  const found = known.get(day);
  if (found !== undefined) return found;
  const weekday = ((((day + 3) % 7) + 7) % 7) + 1; // the first of 1970 was a Thursday
  const isOpen = calendar.days.has(weekday) && !calendar.holidays.has(new Date(day * dayMs).toISOString().slice(0, 10));
  const { zone, opens, closes } = calendar;
  const window: Window = isOpen ? [instantOf(zone, day, opens, false), instantOf(zone, day, closes, true)] : null;
  known.set(day, window);
  return window;
}

/** Business time between two instants, in milliseconds; none if the second is not later. */
export function businessBetween(calendar: Calendar, from: number, until: number): number {
  if (until <= from) return 0;
  const first = dayAt(calendar.zone, from);
  const last = Math.min(dayAt(calendar.zone, until), first + daysMax);
  let sum = 0;
  for (let day = first; day <= last; day += 1) {
    const window = windowOf(calendar, day);
    if (window) sum += Math.max(0, Math.min(window[1], until) - Math.max(window[0], from));
  }
  return sum;
}

/** The instant at which that much business time has passed. Null: the calendar does not open often enough. */
export function afterBusiness(calendar: Calendar, from: number, ms: number): number | null {
  if (ms <= 0) return from;
  const first = dayAt(calendar.zone, from);
  let left = ms;
  for (let day = first; day <= first + daysMax; day += 1) {
    const window = windowOf(calendar, day);
    if (!window) continue;
    const start = Math.max(window[0], from);
    const open = window[1] - start;
    if (open <= 0) continue;
    if (left <= open) return start + left;
    left -= open;
  }
  return null;
}

/** `09:30` as minutes since midnight; `24:00` is the end of a day. Null: no such time. */
export function minutesOf(text: unknown): number | null {
  const match = typeof text === "string" ? /^(\d{2}):(\d{2})$/.exec(text) : null;
  if (!match) return null;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return Number(match[2]) < 60 && minutes <= 1_440 ? minutes : null;
}
