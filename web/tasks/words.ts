import { tasksEn } from "../i18n/en/tasks.ts";
import { duration } from "../i18n/format.ts";
import { locale } from "../i18n/i18n.ts";
import { partOf } from "../i18n/part.ts";
import { tasksZh } from "../i18n/zh-CN/tasks.ts";
import { addDays, isZone } from "../../shared/kernel/clock.ts";
import type { Repeat } from "../../shared/tasks/repeat.ts";

export const say = partOf(tasksEn, tasksZh);

/** Monday is 0; any Monday tells the names. */
export const weekdayName = (day: number, width: "short" | "long" = "short"): string =>
  new Intl.DateTimeFormat(locale(), { weekday: width, timeZone: "UTC" }).format(Date.parse(`${addDays("2026-11-23", day)}T12:00:00Z`)); // prettier-ignore
export const cityOf = (zone: string): string => (zone.split("/").pop() ?? zone).replaceAll("_", " ");
export const isForeign = (zone: string | null | undefined, mine: string): zone is string =>
  !!zone && zone !== mine && isZone(zone);

const units = { day: "days", week: "weeks", month: "months", year: "years" } as const;
/** "every 2 weeks on Mon, Thu" */
export function repeatWords(repeat: Repeat): string {
  const every = say("everyN", repeat.every, say(units[repeat.by], repeat.every));
  if (repeat.by === "day") return every;
  if (repeat.by === "week")
    return repeat.days.length === 0
      ? every
      : say("onDays", every, repeat.days.map((day) => weekdayName(day)).join(", "));
  const day =
    repeat.by === "year"
      ? new Intl.DateTimeFormat(locale(), { day: "numeric", month: "long", timeZone: "UTC" }).format(Date.UTC(2028, repeat.month - 1, Math.max(1, repeat.on))) // prettier-ignore
      : repeat.on === -1
        ? say("lastDay")
        : say("monthDay", repeat.on);
  return say("onDay", every, day);
}
export const remindWords = (minutes: number | null | undefined): string =>
  typeof minutes !== "number"
    ? say("noReminder")
    : minutes === 0
      ? say("atTime")
      : say("before", duration(minutes, locale()));

/** Minutes of a day as a clock shows them, and back. */
export const clockOf = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
export function minutesOf(clock: string): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(clock) ?? [];
  return hours === undefined ? null : Number(hours) * 60 + Number(minutes);
}
