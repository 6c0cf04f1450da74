import { addDays, daysBetween, lastDayOf, weekdayOf } from "../kernel/clock.ts";

/**
 * How a task comes again (TASK-2): a part of RFC 5545's RRULE, kept as its text. It counts calendar days, so that no
 * clock change moves it; the 31st, or the 29th of February, is the last day of a month that is shorter.
 */
export type Repeat =
  | { readonly by: "day"; readonly every: number }
  | { readonly by: "week"; readonly every: number; readonly days: readonly number[] } // Monday is 0; none: that of the due day
  | { readonly by: "month"; readonly every: number; readonly on: number } // -1: the last day
  | { readonly by: "year"; readonly every: number; readonly month: number; readonly on: number };

const weekdays = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"] as const;
const everyMax = 99;

/** Null for a text that is none of these rules: then nothing repeats. */
export function parseRepeat(text: string | null | undefined): Repeat | null {
  if (!text) return null;
  const part = new Map(text.split(";").map((one) => one.split("=", 2) as [string, string | undefined]));
  const number = (name: string, otherwise: number): number => {
    const said = part.get(name);
    return said === undefined ? otherwise : /^-?\d{1,2}$/.test(said) ? Number(said) : Number.NaN;
  };
  const every = number("INTERVAL", 1);
  if (!(every >= 1 && every <= everyMax)) return null;
  const allowed: Readonly<Record<string, readonly string[]>> = {
    DAILY: [], WEEKLY: ["BYDAY"], MONTHLY: ["BYMONTHDAY"], YEARLY: ["BYMONTH", "BYMONTHDAY"],
  }; // prettier-ignore
  const freq = part.get("FREQ") ?? "";
  const known = allowed[freq];
  if (!known || [...part.keys()].some((name) => !["FREQ", "INTERVAL", ...known].includes(name))) return null;
  if (freq === "DAILY") return { by: "day", every };
  if (freq === "WEEKLY") {
    const days = (part.get("BYDAY")?.split(",") ?? []).map((day) => weekdays.findIndex((one) => one === day));
    return days.includes(-1) ? null : { by: "week", every, days: [...new Set(days)].sort((a, b) => a - b) };
  }
  const on = number("BYMONTHDAY", Number.NaN);
  if (!(on === -1 || (on >= 1 && on <= 31))) return null;
  if (freq === "MONTHLY") return { by: "month", every, on };
  const month = number("BYMONTH", Number.NaN);
  return month >= 1 && month <= 12 ? { by: "year", every, month, on } : null;
}

export function repeatText(repeat: Repeat): string {
  const every = repeat.every === 1 ? "" : `;INTERVAL=${repeat.every}`;
  switch (repeat.by) {
    case "day":
      return `FREQ=DAILY${every}`;
    case "week": {
      const days = repeat.days.map((day) => weekdays[day]).join(",");
      return `FREQ=WEEKLY${every}${days ? `;BYDAY=${days}` : ""}`;
    }
    case "month":
      return `FREQ=MONTHLY${every};BYMONTHDAY=${repeat.on}`;
    case "year":
      return `FREQ=YEARLY${every};BYMONTH=${repeat.month};BYMONTHDAY=${repeat.on}`;
  }
}

/** The first day after `day` that the rule names, and not before `notBefore`: what was missed is not made up for. */
export function nextDay(repeat: Repeat, day: string, notBefore: string): string {
  switch (repeat.by) {
    case "day": {
      const behind = Math.max(0, daysBetween(day, notBefore) - 1);
      return addDays(day, (Math.floor(behind / repeat.every) + 1) * repeat.every);
    }
    case "week": {
      const days = repeat.days.length > 0 ? repeat.days : [weekdayOf(day)];
      const week = addDays(day, -weekdayOf(day));
      const skipped = Math.max(0, Math.floor(daysBetween(week, notBefore) / 7 / repeat.every)) * repeat.every;
      for (let at = skipped; ; at += repeat.every) {
        const found = days.map((one) => addDays(week, at * 7 + one)).find((one) => one > day && one >= notBefore);
        if (found) return found;
      }
    }
    case "month":
    case "year": {
      const step = repeat.by === "month" ? repeat.every : repeat.every * 12;
      const first = Number(day.slice(0, 4)) * 12 + (repeat.by === "month" ? Number(day.slice(5, 7)) : repeat.month) - 1;
      for (let at = first; ; at += step) {
        const found = dayOf(Math.floor(at / 12), (at % 12) + 1, repeat.on);
        if (found > day && found >= notBefore) return found;
      }
    }
  }
}
function dayOf(year: number, month: number, on: number): string {
  const last = lastDayOf(year, month);
  const day = on === -1 ? last : Math.min(on, last);
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}
