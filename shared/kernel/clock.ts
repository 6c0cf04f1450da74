/** Instants are UTC milliseconds; a calendar day is text, `2026-11-24`, and has its zone beside it. */
import { dayMs } from "./limits.ts";

const dayPattern = /^(\d{4})-(\d{2})-(\d{2})$/;

/** True for a day that exists, in the years 1900 to 2200. */
export function isDay(text: string): boolean {
  const match = dayPattern.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1900 && year <= 2200 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

export function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false; // the only way to ask: Intl throws for an unknown zone
  }
}

// --- days as text: no zone, no clock change

const utc = (day: string): number =>
  Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1, Number(day.slice(8, 10)));
export const daysBetween = (from: string, to: string): number => Math.round((utc(to) - utc(from)) / dayMs);
export const addDays = (day: string, days: number): string =>
  new Date(utc(day) + days * dayMs).toISOString().slice(0, 10);
/** Monday is 0. */
export const weekdayOf = (day: string): number => (new Date(utc(day)).getUTCDay() + 6) % 7;
export const lastDayOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

// --- between instants and the clock on the wall of a zone

const formats = new Map<string, Intl.DateTimeFormat>();
function wall(at: number, zone: string): { readonly day: string; readonly minute: number; readonly asUtc: number } {
  let format = formats.get(zone);
  if (!format)
    formats.set(
      zone,
      (format = new Intl.DateTimeFormat("en-CA", {
        timeZone: zone, hourCycle: "h23",
        year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
      })),
    ); // prettier-ignore
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = value;
  const day = `${part["year"]}-${part["month"]}-${part["day"]}`;
  const minute = Number(part["hour"]) * 60 + Number(part["minute"]);
  return { day, minute, asUtc: utc(day) + (minute * 60 + Number(part["second"])) * 1000 };
}
/** The calendar day of an instant in a zone. */
export const dayIn = (at: number, zone: string): string => wall(at, zone).day;
/** Minutes since midnight, by the clock on the wall. */
export const minuteIn = (at: number, zone: string): number => wall(at, zone).minute;

/**
 * When the clock of a zone shows this minute of a day. Shown twice, the first time counts; a minute that is left out when
 * clocks go forward is as long after midnight as it would have been.
 */
export function instantIn(day: string, minute: number, zone: string): number {
  const asked = utc(day) + minute * 60_000;
  const offsetAt = (at: number): number => wall(at, zone).asUtc - at;
  const [before, after] = [asked - offsetAt(asked - dayMs), asked - offsetAt(asked + dayMs)];
  const shown = [before, after].filter((at) => at + offsetAt(at) === asked);
  return shown.length > 0 ? Math.min(...shown) : before;
}
