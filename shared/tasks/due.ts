import { addDays, dayIn, instantIn } from "../kernel/clock.ts";
import type { RecordOf } from "../records/entities.ts";

/** What of a task says when it is due (TASK-1): a day, perhaps a minute of it, by the clock of a zone of its own. */
export type Due = Pick<RecordOf<"task">, "dueDay" | "dueMin" | "dueZone">;

/** A due day without a time is reminded of as if it began here. */
const morningMin = 9 * 60;

/** When it is due to the minute; null: on a day, whenever. `mine`: the zone of a due day that names none. */
export function dueAt({ dueDay, dueMin, dueZone }: Due, mine: string): number | null {
  return dueDay && typeof dueMin === "number" ? instantIn(dueDay, dueMin, dueZone ?? mine) : null;
}
/** From then on it is late: past its minute, or when its day is over where it is due. */
export function lateFrom(due: Due, mine: string): number | null {
  if (!due.dueDay) return null;
  return dueAt(due, mine) ?? instantIn(addDays(due.dueDay, 1), 0, due.dueZone ?? mine);
}
export const isLate = (due: Due, mine: string, now: number): boolean => (lateFrom(due, mine) ?? Infinity) <= now;

/** The day on which it stands in a member's own list: with a time it may be another one here than there. */
export function dueDayIn(due: Due, mine: string): string | null {
  const at = dueAt(due, mine);
  return at === null ? (due.dueDay ?? null) : dayIn(at, mine);
}
/** In the order in which things are due: by day here, those with a time first, then by it. */
export function dueOrder(due: Due, mine: string): string {
  const at = dueAt(due, mine);
  return `${dueDayIn(due, mine) ?? "9999"} ${at === null ? "~" : String(at).padStart(15, "0")}`;
}
/** When a task reminds of itself (TASK-4): some minutes before its time, or before the morning of its day. */
export function remindAt(task: Due & Pick<RecordOf<"task">, "remindMin">, mine: string): number | null {
  if (!task.dueDay || typeof task.remindMin !== "number") return null;
  const at = dueAt(task, mine) ?? instantIn(task.dueDay, morningMin, task.dueZone ?? mine);
  return at - task.remindMin * 60_000;
}
/** From when on it asks to be done: its reminder, or the beginning of its day in the member's own zone. */
export function dueFrom(task: Due & Partial<Pick<RecordOf<"task">, "remindMin">>, mine: string): number {
  const day = dueDayIn(task, mine);
  if (!day) return Infinity;
  return Math.min(instantIn(day, 0, mine), remindAt({ ...task, remindMin: task.remindMin ?? null }, mine) ?? Infinity);
}
