import * as z from "zod/mini";
import { limits } from "../kernel/limits.ts";
import { fail, ok } from "../kernel/result.ts";
import { entityOfId } from "../records/entities.ts";
import { defineMutation } from "../records/mutation.ts";

/** A task's steps, kept as the lines that people write: `- [x] Send the quote` (TASK-5). */
export interface Item {
  readonly text: string;
  readonly done: boolean;
}
export function itemsOf(checklist: string | null | undefined): readonly Item[] {
  return (checklist ?? "").split("\n").flatMap((line) => {
    const text = line.replace(/^\s*(?:[-*]\s*)?(?:\[[ xX]\]\s*)?/, "").trim();
    return text === "" ? [] : [{ text, done: /^\s*(?:[-*]\s*)?\[[xX]\]/.test(line) }];
  });
}
export const checklistOf = (items: readonly Item[]): string | null =>
  items.map(({ text, done }) => `- [${done ? "x" : " "}] ${text.replaceAll(/\s+/g, " ").trim()}`).join("\n") || null;

/** Which of the items is meant: that with these words, of several the one nearest to where it stood. */
export function itemAt(items: readonly Item[], at: number, text: string): number {
  const alike = items.flatMap((item, index) => (item.text === text ? [index] : []));
  return alike.sort((a, b) => Math.abs(a - at) - Math.abs(b - at))[0] ?? -1;
}

/** Ticks one step. Named by its words, so that two who tick at once, or while another adds steps, both count. */
const args = z.strictObject({
  id: z.string().check(z.minLength(1), z.maxLength(64)),
  at: z.int().check(z.gte(0), z.lte(limits.checklistMax)),
  text: z.string().check(z.minLength(1), z.maxLength(limits.textMax)),
  done: z.boolean(),
});
export const checkItem = defineMutation<z.infer<typeof args>>({
  name: "task.check@1",
  args,
  reads: (a) => [a.id],
  run: (tx, a) => {
    const task = entityOfId(a.id) === "task" ? tx.get(a.id) : null;
    if (!task) return fail("missing");
    const list = task["checklist"];
    const items = itemsOf(typeof list === "string" ? list : null);
    const at = itemAt(items, a.at, a.text);
    if (at < 0) return fail("missing");
    if (items[at]?.done !== a.done)
      tx.edit(a.id, { checklist: checklistOf(items.map((item, index) => (index === at ? { ...item, done: a.done } : item))) }); // prettier-ignore
    return ok(undefined);
  },
});
