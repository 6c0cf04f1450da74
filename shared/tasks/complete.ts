import * as z from "zod/mini";
import { dayMs, limits } from "../kernel/limits.ts";
import { fail, ok } from "../kernel/result.ts";
import { defineMutation } from "../records/mutation.ts";

/** Ticks a task off, or takes the tick back. Done twice is done once. */
const args = z.strictObject({ id: z.string().check(z.minLength(1), z.maxLength(64)), done: z.boolean() });
export const completeTask = defineMutation<z.infer<typeof args>>({
  name: "task.complete@1",
  args,
  reads: (a) => [a.id],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const task = tx.get(a.id);
    if (!task) return fail("missing");
    if (task["done"] !== a.done) tx.edit(a.id, { done: a.done, doneAt: a.done ? tx.now : null });
    // Whoever did it can look back at it for some days.
    if (a.done) tx.endShares(a.id, { at: tx.now + limits.doneTaskShareDays * dayMs });
    return ok(undefined);
  },
});
