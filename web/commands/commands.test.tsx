import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createRoot } from "solid-js";
import { describe, expect, test } from "vitest";
import { commandsEn } from "../i18n/en/commands.ts";
import { commandsZh } from "../i18n/zh-CN/commands.ts";
import { places } from "../shell/nav.tsx";
import { listen } from "./keys.ts";
import { answering, listed, offered, ranked, runnable } from "./order.ts";
import { held, runCommand, standing, useCommands, type Standing } from "./registry.ts";
import { entryOf, ids, table, type CommandId } from "./table.ts";
import { alsoOf } from "./words.ts";

const web = join(import.meta.dirname, "../");
const sources = readdirSync(web, { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path))
  .map((path) => ({ path, text: readFileSync(web + path, "utf8") }));
const act = (id: CommandId, run: Standing["run"] = () => id): Standing => ({ id, run });

describe("[FIND-2] one table of keys", () => {
  test("keys are listened for in one place, and every key that is asked for is in the table", () => {
    const listeners = sources.filter(({ text }) => /from "tinykeys"|addEventListener\(\s*"key(down|press|up)"/.test(text));
    // Beside it: what was pressed before it came, Escape while something is dragged or said, and Enter on a part of a note.
    expect(listeners.map(({ path }) => path).toSorted()).toEqual(["commands/early.ts", "commands/keys.ts", "notes/comments/comments.tsx", "notes/nodes.ts", "pipeline/drag.ts"]);
    expect(ids.filter((id) => !sources.some(({ path, text }) => path !== "commands/table.ts" && !path.startsWith("i18n") && (text.includes(`"${id}"`) || text.includes(`\`${id.split(".")[0]}.\${`))))).toEqual([]);
  });
  test("letters that are pressed before the table has come are pressed again, but for what was typed or held with others", async () => {
    const { replayEarly } = await import("./early.ts");
    const input = document.body.appendChild(document.createElement("input"));
    const press = (key: string, on: EventTarget = document.body, more = {}) =>
      on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
    press("g");
    press("x", input);
    press("a", document.body, { ctrlKey: true });
    press("Enter");
    press("c");
    const heard: string[] = [];
    const hear = ({ key }: KeyboardEvent) => void heard.push(key);
    addEventListener("keydown", hear);
    replayEarly();
    expect(heard).toEqual(["g", "c"]);
    press("z");
    replayEarly(); // from now on nothing is kept
    expect(heard).toEqual(["g", "c", "z"]);
    removeEventListener("keydown", hear);
    input.remove();
  });
  test("letters that a list answers by itself stand in the table, too", () => {
    const letters = sources
      .filter(({ text }) => /onKeyDown=\{keys\}/.test(text))
      .flatMap(({ path, text }) => [...text.matchAll(/^ {6}([a-z]|" "): \(\) =>/gm)].map(([, key]) => ({ path, key })));
    expect(letters.length).toBeGreaterThan(4);
    const known = new Set(Object.values(table).map((entry) => ("keys" in entry ? entry.keys : "")));
    expect(letters.filter(({ key }) => !known.has((key === '" "' ? "Space" : key) as "x"))).toEqual([]);
  });
  test("every command has a name in both languages, and every screen of the sidebar a key", () => {
    for (const words of [commandsEn, commandsZh]) {
      expect(ids.filter((id) => !words[id])).toEqual([]);
      const lines = words.also.split("\n").map((line) => line.trim().split(" ")[0]);
      expect(lines.filter((id) => !ids.includes(id as CommandId))).toEqual([]);
    }
    expect(Object.keys(commandsZh).toSorted()).toEqual(Object.keys(commandsEn).toSorted());
    expect(places.filter(({ id }) => !entryOf(`go.${id}`).keys)).toEqual([]);
    const chinese = Object.values(commandsZh).map((words) => (typeof words === "string" ? words : String(words)));
    expect(chinese.filter((text) => /\p{Script=Han}[,:;?](?=\p{Script=Han})/u.test(text))).toEqual([]);
    expect(Object.values(commandsEn).filter((text) => /\b(deals?|tenants?|workspaces?|clients?|tickets?|user accounts?|scopes?)\b/i.test(String(text)))).toEqual([]);
  });
}); // prettier-ignore

describe("[FIND-3] what stands here", () => {
  test("commands stand as long as their page does, and the last that came has the name", () => {
    const done: string[] = [];
    createRoot((leave) => {
      useCommands({ "task.new": () => done.push("task"), "row.open": held });
      createRoot((leaveInner) => {
        useCommands({ "task.new": () => done.push("inner") });
        runCommand("task.new");
        leaveInner();
      });
      runCommand("task.new");
      leave();
    });
    runCommand("task.new");
    expect(done).toEqual(["inner", "task"]);
    expect(standing()).toEqual([]);
  });
  test("of two with the same keys the page's own is meant, wherever it came; what has no answer passes on", () => {
    const all = [act("lead.new"), act("case.new"), act("task.new"), act("list.find"), act("app.find"), { id: "row.select", ...held } as Standing];
    expect(answering("c", all).map(({ id }) => id)).toEqual(["case.new", "lead.new", "task.new"]);
    expect(answering("/", all).map(({ id }) => id)).toEqual(["list.find", "app.find"]);
    expect(answering("x", all)).toEqual([]);
    expect(listed(all)).toEqual(["list.find", "row.select", "case.new", "lead.new"]);
  });
  test("what this member may not do here is neither offered nor listed, and keys that move are no lines", () => {
    const all: Standing[] = [
      { ...act("lead.new"), when: () => false },
      { ...act("account.add"), when: () => false },
      act("task.new"),
      act("row.next"),
      act("go.today"),
    ];
    expect(offered(all).map(({ id }) => id)).toEqual(["row.next", "task.new", "go.today"]);
    expect(runnable(all).map(({ id }) => id)).toEqual(["task.new", "go.today"]);
    expect(listed(all)).toEqual(["row.next", "task.new", "go.today"]);
  });
}); // prettier-ignore

describe("[FIND-6] keys of a single letter", () => {
  const press = (key: string, on: EventTarget = document.body, more: KeyboardEventInit = {}) =>
    on.dispatchEvent(new KeyboardEvent("keydown", { key, code: `Key${key.toUpperCase()}`, bubbles: true, cancelable: true, ...more }));
  test("mean nothing in a field, during an input method and under a dialog or menu; two keys are one", () => {
    const done: string[] = [];
    createRoot((leave) => {
      const say = (id: string) => () => void done.push(id);
      useCommands({ "task.new": say("c"), "case.new": () => false, "visit.log": say("l"), "go.leads": say("g l"), "app.palette": say("palette"), "app.help": say("help") });
      const off = listen();
      const input = document.body.appendChild(document.createElement("input"));
      press("c", input);
      press("c", document.body, { isComposing: true });
      press("c", document.body, { ctrlKey: true });
      const dialog = document.body.appendChild(document.createElement("div"));
      dialog.setAttribute("role", "dialog");
      press("c");
      dialog.remove();
      expect(done).toEqual([]);
      press("k", input, { ctrlKey: true });
      press("c");
      press("g");
      press("l");
      press("l");
      press("?", document.body, { shiftKey: true });
      off();
      press("c");
      input.remove();
      leave();
    });
    expect(done).toEqual(["palette", "c", "g l", "l", "help"]);
  });
}); // prettier-ignore

describe("[FIND-4] commands by words", () => {
  const found = (query: string, words = commandsEn) =>
    ranked(ids, (id) => ({ name: words[id], also: alsoOf(id) }), query).map(({ of }) => of);
  test("words in any order, beginnings are enough, accents and case apart", () => {
    expect(found("pipe go")[0]).toBe("go.pipeline");
    expect(found("DÀRK")).toEqual(["theme.dark"]);
    expect(found("night")).toEqual(["theme.dark"]);
    expect(found("log out")).toEqual(["app.signOut"]);
    expect(found("zzz")).toEqual([]);
    expect(found("  ")).toEqual([]);
  });
  test("a name that begins with the words comes first, and is told apart", () => {
    const all = ranked(ids, (id) => ({ name: commandsEn[id], also: alsoOf(id) }), "new ");
    const firsts = all.filter(({ first }) => first).map(({ of }) => of);
    expect(firsts).toEqual(["case.new", "lead.new", "person.new", "task.new", "case.add", "lead.add", "account.add"]);
    expect(all.slice(0, firsts.length).map(({ of }) => of)).toEqual(firsts);
  });
  test("Chinese by pairs, and either language finds", () => {
    expect(found("深色", commandsZh)).toEqual(["theme.dark"]);
    expect(found("深色")).toEqual(["theme.dark"]);
    expect(found("dark", commandsZh)).toEqual(["theme.dark"]);
    expect(found("任务", commandsZh)[0]).toBe("task.new");
    expect(found("主题", commandsZh)).toEqual(["theme.system", "theme.light", "theme.dark"]);
  });
});
