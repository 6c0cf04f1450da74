import type { RecordOf } from "../../shared/records/entities.ts";
import { dayIn } from "../../shared/kernel/clock.ts";
import { parseRepeat } from "../../shared/tasks/repeat.ts";
import { day } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import type { Mutated } from "../data/types.ts";
import { now, type Session } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { toast } from "../ui/toast.tsx";
import { say } from "./words.ts";

type Task = RecordOf<"task">;

/** Says why something was not taken; true if it was. */
export function taken(done: Mutated): boolean {
  if (!done.ok) toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
  return done.ok;
}
/** Ticks a task off, with a way back. One that comes again says when. */
export async function complete({ data }: Session, task: Task): Promise<boolean> {
  const due = task.dueDay ?? null;
  const seen = { id: task.id, due };
  if (!taken(await data.mutate("task.complete@1", { ...seen, done: true }))) return false;
  const again = parseRepeat(task.repeat) && due ? data.record("task", () => task.id)()?.dueDay : undefined;
  const today = dayIn(now(), data.me.zone);
  toast({
    text: again ? say("wentOn", day(again, { locale: locale(), today })) : say("completed"),
    undo: () => void data.mutate("task.complete@1", { ...seen, done: false }),
  });
  return true;
}
/** Another day, with a way back to the one before. */
export async function reschedule({ data }: Session, task: Task, to: string, said: string): Promise<void> {
  const before = { dueDay: task.dueDay ?? null, dueZone: task.dueZone ?? null };
  const set = { dueDay: to, dueZone: task.dueZone ?? data.me.zone };
  if (taken(await data.mutate("task.edit@1", { id: task.id, set })))
    toast({ text: said, undo: () => void data.mutate("task.edit@1", { id: task.id, set: before }) });
}
