import { dayMs, limits } from "../kernel/limits.ts";

/** When so many working days have passed, at the same hour. Saturdays and Sundays (UTC) don't count. */
function workingDaysAfter(at: number, days: number): number {
  let end = at;
  for (let left = days; left > 0;) {
    end += dayMs;
    const weekday = new Date(end).getUTCDay();
    if (weekday !== 0 && weekday !== 6) left -= 1;
  }
  return end;
}
/** When an offer that nobody answers ends. */
export const offerEnds = (at: number): number => workingDaysAfter(at, limits.handoffAnswerWorkingDays);
/** When silence goes to whoever the receiver reports to. */
export const lateAt = (at: number): number => workingDaysAfter(at, limits.handoffLateWorkingDays);

interface Offered {
  readonly state?: string | null | undefined;
  readonly offeredAt?: number | null | undefined;
  readonly toMember?: string | null | undefined;
  readonly toTeam?: string | null | undefined;
  readonly late?: string | null | undefined;
}
/** It asks something of a member: to take it, or to answer for a receiver who is silent. */
export function handoffWaits(
  row: Offered,
  me: { readonly member: string; readonly teams: readonly string[] },
  at: number,
): boolean {
  const offeredAt = row.offeredAt ?? 0;
  if (row.state !== "offered" || offerEnds(offeredAt) <= at) return false;
  if (row.toTeam ? me.teams.includes(row.toTeam) : row.toMember === me.member) return true;
  return row.late === me.member && lateAt(offeredAt) <= at;
}
