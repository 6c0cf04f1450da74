import * as z from "zod/mini";
import { dayIn } from "../kernel/clock.ts";
import { dayMs, limits } from "../kernel/limits.ts";
import { fail, ok } from "../kernel/result.ts";
import type { Row } from "../records/entities.ts";
import { defineMutation, type Fields } from "../records/mutation.ts";
import { checklistOf, itemsOf } from "./checklist.ts";
import { nextDay, parseRepeat } from "./repeat.ts";

/**
 * Ticks a task off, or takes the tick back. Done twice is done once. One that repeats goes on to its next day in the
 * same act and notes the day that was done (TASK-3); `due`: the day that its member saw, so that of two who tick the
 * same one at once it goes on once.
 */
const args = z.strictObject({
  id: z.string().check(z.minLength(1), z.maxLength(64)),
  done: z.boolean(),
  due: z.optional(z.nullable(z.string().check(z.maxLength(10)))),
});
export const completeTask = defineMutation<z.infer<typeof args>>({
  name: "task.complete@1",
  args,
  reads: (a) => [a.id],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const task = tx.get(a.id);
    if (!task) return fail("missing");
    const repeat = parseRepeat(text(task["repeat"]));
    const due = text(task["dueDay"]);
    if (repeat && due && task["done"] !== true) {
      const meant = a.due ?? due;
      const done = daysDone(task);
      if (!a.done) {
        if (a.due && done.at(-1) === a.due) tx.edit(a.id, { dueDay: a.due, doneDays: done.slice(0, -1) });
      } else if (meant === due) {
        const dueDay = nextDay(repeat, due, dayIn(tx.now, text(task["dueZone"]) ?? "UTC"));
        tx.edit(a.id, { dueDay, doneDays: [...done, due].slice(-limits.doneDaysMax), ...unticked(task) });
      }
      return ok(undefined);
    }
    if (task["done"] !== a.done) tx.edit(a.id, { done: a.done, doneAt: a.done ? tx.now : null });
    // Whoever did it can look back at it for some days.
    if (a.done) tx.endShares(a.id, { at: tx.now + limits.doneTaskShareDays * dayMs });
    return ok(undefined);
  },
});
const text = (value: Row[string]): string | null => (typeof value === "string" ? value : null);
const daysDone = (task: Row): readonly string[] =>
  Array.isArray(task["doneDays"]) ? (task["doneDays"] as string[]) : [];
const unticked = (task: Row): Fields => {
  const items = itemsOf(text(task["checklist"]));
  return items.some(({ done }) => done) ? { checklist: checklistOf(items.map((item) => ({ ...item, done: false }))) } : {}; // prettier-ignore
};
