import { expect, it } from "vitest";
import { upgraded, type Up } from "./ups.ts";

const known = new Map([["task.close@3", 1]]);
const ups = new Map<string, Up>([
  ["task.finish@1", (args) => ({ name: "task.close@2", args: { ...(args as object), done: true } })],
  ["task.close@2", (args) => ({ name: "task.close@3", args: { ...(args as object), how: "old" } })],
  ["task.spin@1", (args) => ({ name: "task.spin@1", args })],
]);

it("[SYNC-L5] what was queued under an older name and version is said in today's, step by step, with all else kept", () => {
  expect(upgraded({ n: 7, name: "task.finish@1", args: { id: "x" } }, known, ups)).toEqual({ n: 7, name: "task.close@3", args: { id: "x", done: true, how: "old" } }); // prettier-ignore
});
it("[SYNC-L5] what is known stays as it is, and so does what nobody can bring into today's words: the edge refuses it by name, and it becomes a card", () => {
  for (const name of ["task.close@3", "task.gone@1", "task.spin@1"]) {
    const act = { name, args: { id: "x" } };
    expect(upgraded(act, known, ups)).toBe(act);
  }
});
