import { dayMs, limits } from "../kernel/limits.ts";

/** When an offer that nobody answers ends: after the third working day. Saturdays and Sundays (UTC) don't count. */
export function offerEnds(at: number): number {
  let end = at;
  for (let left: number = limits.handoffAnswerWorkingDays; left > 0;) {
    end += dayMs;
    const weekday = new Date(end).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left -= 1;
  }
  return end;
}
