/** Tasks and mentions in a note, over the real local copy without a network. */
import { waitFor } from "@solidjs/testing-library";
import { NodeSelection } from "@tiptap/pm/state";
import axe from "axe-core";
import { expect, test } from "vitest";
import * as Y from "yjs";
import { account, idOf, me } from "../data/testing/bench.ts";
import { t } from "../i18n/i18n.ts";
import { livesOf } from "./lives.ts";
import { root } from "./schema.ts";
import { makeTask, taskId } from "./task-items.ts";
import { ben, brief, built, bytes, data, foreign, item, list, narrow, note, opportunity, other, paragraph, press, show, task, type, type Block } from "./testing/page.tsx"; // prettier-ignore

const acts = () =>
  data.outbox().map(({ name, args }) => [name.split("@")[0], args as Record<string, unknown>] as const);
const taskIn = (text: string) => /task="(\w+)"/.exec(text)?.[1] ?? "";
const card = () => document.querySelector<HTMLElement>('[role="dialog"]');

test("[SECTION-11] Task in the slash menu makes an item whose record is made when it is left, with its words; offline too", async () => {
  const { editor, text, said } = await show([paragraph("")]);
  editor.commands.focus("end");
  type(editor, "/task");
  await waitFor(() => expect(document.querySelector("[role=option]")?.textContent).toBe("Task"));
  press(editor, "Enter");
  await waitFor(() => expect(taskIn(text())).not.toBe(""));
  expect(acts()).toEqual([]);
  type(editor, "Send offer");
  editor.commands.insertContentAt(editor.state.doc.content.size, { type: "paragraph" });
  editor.commands.focus("end");
  const id = taskIn(text());
  await waitFor(() => expect(acts()).toEqual([["section.add_task", { id, section: note, name: "Send offer" }]])); // prettier-ignore
  await waitFor(() => expect(data.copy.record(id)).toMatchObject({ name: "Send offer", about: note, owner: me, done: false })); // prettier-ignore
  await waitFor(() => expect(said(0)).toBe("Task: Me, no day"));
  // The next words of it go to the same record, and only when they are another text.
  editor.commands.focus(4);
  editor.commands.focus("end");
  editor.commands.insertContentAt(13, " today");
  await waitFor(() => expect(acts().slice(1)).toEqual([["task.edit", expect.objectContaining({ id, set: { name: "Send offer today" } })]]), { timeout: 5_000 }); // prettier-ignore
});

test("[SECTION-11] two who make a task of one item have one id, whoever is first; two items have two", async () => {
  const first = new Y.Doc();
  first.getXmlFragment(root).push([built(list(item("one"), item("two")))]);
  const ids: string[][] = [];
  for (let n = 0; n < 2; n++) {
    const { editor, doc, unmount } = await show([]);
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(first), {});
    await new Promise((done) => setTimeout(done, 60));
    const made: string[] = [];
    for (const at of [4, 11]) {
      editor.commands.focus(at);
      await makeTask(editor);
    }
    editor.state.doc.descendants(
      (node) => void (typeof node.attrs["task"] === "string" && made.push(node.attrs["task"])),
    );
    ids.push(made);
    unmount();
  }
  expect(ids[0]).toEqual(ids[1]);
  expect(new Set(ids[0]).size).toBe(2);
  expect(await taskId(note, Y.createID(7, 9))).toBe("local_tas_csekb5nzftmjwn7tkcce"); // of no other note, in no other release
  expect(await taskId(other, Y.createID(7, 9))).not.toBe(await taskId(note, Y.createID(7, 9)));
});

test("[SECTION-11] a tick is one task.complete, and what is ticked elsewhere shows: neither writes the document", async () => {
  const { boxes, doc, said, editor } = await show([list(item("Call Bo", { checked: false, task }))]);
  const before = bytes(doc);
  await waitFor(() => expect(said(0)).toMatch(/^Task: Me, .*2020/));
  boxes()[0]?.click();
  await waitFor(() => expect(boxes()[0]?.checked).toBe(true));
  await waitFor(() => expect(acts()).toEqual([["task.complete", { id: task, done: true }]]));
  await data.mutate("task.complete@1", { id: task, done: false });
  await waitFor(() => expect(boxes()[0]?.checked).toBe(false));
  editor.commands.focus(4);
  press(editor, "Enter", { ctrlKey: true });
  await waitFor(() => expect(boxes()[0]?.checked).toBe(true));
  await new Promise((done) => setTimeout(done, 100));
  expect(acts().length).toBe(3);
  expect(bytes(doc)).toBe(before);
});

test("[SECTION-11] a task that is not here, or is another note's, shows its words and no tick; who writes makes it plain", async () => {
  const gone = idOf("tas", 9);
  const { boxes, doc, said, text, editor } = await show([
    list(item("Hidden", { checked: true, task: gone }), item("Stolen", { checked: false, task: foreign })),
  ]);
  const before = bytes(doc);
  await waitFor(() => expect(said(1)).toBe(t("task.absent")));
  for (const box of boxes()) {
    expect([box.checked, box.getAttribute("aria-disabled")]).toEqual([false, "true"]);
    box.click();
    expect(box.checked).toBe(false);
  }
  await waitFor(() => expect(document.body.textContent).toContain(t("task.absent")));
  expect([acts(), bytes(doc), data.copy.record(foreign)?.["done"]]).toEqual([[], before, false]);
  editor.commands.focus(4);
  press(editor, "Enter", { altKey: true });
  await waitFor(() => expect(card()).not.toBeNull());
  card()?.querySelector<HTMLButtonElement>("[data-autofocus]")?.click();
  await waitFor(() => expect(card()).toBeNull());
  expect(text()).not.toContain(gone);
  expect(boxes()[0]?.hasAttribute("aria-disabled")).toBe(false);
});

test("[SECTION-11] a copy of an item is a plain one, also from another note; what is moved keeps its task", async () => {
  const { editor, text } = await show([list(item("Call Bo", { checked: false, task })), paragraph("end")]);
  await waitFor(() => expect(livesOf(editor).watcher).not.toBeNull());
  const times = (id: string) => text().split(`task="${id}"`).length - 1;
  const html = (id: string) => `<ul data-type="taskList"><li data-type="taskItem" data-checked="false" data-task="${id}"><p>Call Bo</p></li></ul>`; // prettier-ignore
  editor.commands.focus("start");
  editor.commands.insertContentAt(0, html(task)); // before the one that it is a copy of
  expect([times(task), text().split("<taskitem").length - 1]).toEqual([1, 2]);
  expect(text().indexOf(task)).toBeGreaterThan(text().indexOf("Call Bo"));
  editor.commands.insertContentAt(0, html(foreign));
  expect(times(foreign)).toBe(0);
  let at = 0;
  editor.state.doc.descendants((node, pos) => void (node.attrs["task"] === task && (at = pos)));
  editor.commands.deleteRange({ from: at - 1, to: at + (editor.state.doc.nodeAt(at)?.nodeSize ?? 0) + 1 });
  expect(times(task)).toBe(0);
  editor.commands.insertContentAt(editor.state.doc.content.size, html(task));
  expect(times(task)).toBe(1);
  expect(acts()).toEqual([]);
});

test("[SECTION-11] undone, a task that was just made goes with its item, and redo brings both back", async () => {
  const { editor, text } = await show([list(item("Plain"))]);
  editor.commands.focus(5);
  await makeTask(editor);
  editor.commands.blur();
  const id = taskIn(text());
  await waitFor(() => expect(data.copy.record(id)).toMatchObject({ name: "Plain" }));
  (editor.commands as unknown as { undo(): boolean }).undo();
  await waitFor(() => expect(acts().map(([name]) => name)).toEqual(["section.add_task", "task.delete"]));
  expect(data.copy.record(id)).toBeUndefined();
  (editor.commands as unknown as { redo(): boolean }).redo();
  await waitFor(() => expect(acts().map(([name]) => name)).toEqual(["section.add_task", "task.delete", "section.add_task"])); // prettier-ignore
});

test("[SECTION-11] what a colleague types in an item is theirs to give to its record", async () => {
  const { colleague, editor } = await show([list(item("Call Bo", { checked: false, task }))]);
  const words = (colleague.getXmlFragment(root).get(0) as Y.XmlElement).get(0) as Y.XmlElement;
  ((words.get(0) as Y.XmlElement).get(0) as Y.XmlText).insert(0, "Do ");
  expect(editor.getText()).toContain("Do Call Bo");
  editor.commands.blur();
  await new Promise((done) => setTimeout(done, 1_800));
  expect(acts()).toEqual([]);
});

test("[SECTION-12] where tasks would be read by more than the note, or not by their maker, the menu says so", async () => {
  for (const [of, why] of [
    [brief, t("task.widens")],
    [narrow, undefined], // the account is mine
  ] as const) {
    const { editor, unmount, text } = await show([paragraph("")], { of });
    editor.commands.focus("end");
    type(editor, "/task");
    const option = await waitFor(() => {
      const found = document.querySelector("[role=option]");
      if (!found) throw new Error("no menu");
      return found;
    });
    expect([option.getAttribute("aria-disabled"), option.textContent]).toEqual([why ? "true" : null, `Task${why ?? ""}`]); // prettier-ignore
    press(editor, "Enter");
    await waitFor(() => expect(text().includes("taskitem")).toBe(why === undefined));
    unmount();
  }
});

test("[SECTION-11] the card of a task says a day, and deletes it with a way back", async () => {
  const { editor, text, said } = await show([list(item("Call Bo", { checked: false, task }))]);
  await waitFor(() => expect(said(0)).toMatch(/Me/));
  editor.commands.focus(4);
  await new Promise((done) => requestAnimationFrame(done)); // the editor has the focus
  press(editor, "Enter", { altKey: true });
  await waitFor(() => expect(card()?.textContent).toContain("Call Bo"));
  const found = await axe.run(card() as HTMLElement, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa"], rules: { "color-contrast": { enabled: false } } }); // prettier-ignore
  expect(found.violations.map(({ id }) => id)).toEqual([]);
  const button = (words: string) => [...document.querySelectorAll("button")].find((one) => one.textContent?.startsWith(words)); // prettier-ignore
  button(t("day.tomorrow"))?.click();
  await waitFor(() => expect(String(data.copy.record(task)?.["dueDay"]) > "2025").toBe(true));
  expect(data.copy.record(task)?.["dueZone"]).toBe("UTC");
  button(t("task.delete"))?.click();
  await waitFor(() => expect([text().includes(task), data.copy.record(task)]).toEqual([false, undefined]));
  button(t("act.undo"))?.click();
  await waitFor(() => expect(text()).toContain(task));
  await waitFor(() => expect(acts().map(([name]) => name)).toEqual(["task.edit", "task.delete", "task.restore"]));
});
test("[SECTION-11] given to somebody else from its card, a task is theirs; the card goes by what its member may", async () => {
  const { facts, said } = await show([list(item("Call Bo", { checked: false, task }))]);
  await waitFor(() => expect(said(0)).toMatch(/Me/));
  facts(0).click();
  const button = (words: string) =>
    waitFor(() => {
      const found = [...(card()?.querySelectorAll("button") ?? [])].find((one) => one.textContent?.includes(words));
      if (!found) throw new Error("not yet");
      return found;
    });
  (await button("Me")).click();
  const choices = await waitFor(() => {
    const found = [...document.querySelectorAll<HTMLElement>('[role="menuitemradio"]')];
    if (found.length === 0) throw new Error("not yet");
    return found;
  });
  expect(choices.map(({ textContent }) => textContent)).toEqual(["Me", "Ben Ito"]);
  choices[1]?.focus();
  choices[1]?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  await waitFor(() => expect(acts()).toEqual([["task.assign", { id: task, account: account().id, from: null, to: ben }]])); // prettier-ignore
  await waitFor(() => expect(said(0)).toMatch(/Ben Ito/));
  await waitFor(() => expect(card()?.textContent).toContain("Everyone keeps their own list."));
});

const mention = (kind: string, id: string, label: string): Block => ["mention", { kind, id, label }];
test("[SECTION-14] a mention has the name of today where it may be seen, else that of its author, and opens by keys", async () => {
  const stranger = idOf("mem", 8);
  const { editor, container, history, doc } = await show([
    ["paragraph", {}, "Ask ", mention("member", ben, "Benny"), mention("record", opportunity, "Orchard"), mention("member", stranger, "Old Name")],
  ]); // prettier-ignore
  const before = bytes(doc);
  const names = () => [...container.querySelectorAll("[data-mention]")].map(({ textContent }) => textContent);
  await waitFor(() => expect(names()).toEqual(["@Ben Ito", "@Orchard 2", "@Old Name"]));
  await data.mutate("opportunity.edit@1", { id: opportunity, set: { name: "Orchard 3" } });
  await waitFor(() => expect(names()[1]).toBe("@Orchard 3"));
  expect(bytes(doc)).toBe(before);
  const pick = (at: number) => {
    let pos = -1;
    let n = 0;
    editor.state.doc.descendants((node, here) => void (node.type.name === "mention" && n++ === at && (pos = here)));
    editor.view.dispatch(editor.state.tr.setSelection(NodeSelection.create(editor.state.doc, pos)));
    press(editor, "Enter");
  };
  pick(0);
  await waitFor(() => expect(card()?.textContent).toMatch(/Ben Ito.*Support.*escalation lead.*Desk/));
  card()?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  await waitFor(() => expect(card()).toBeNull());
  (container.querySelectorAll("[data-mention]")[2] as HTMLElement).click();
  await waitFor(() => expect(card()?.textContent).toContain(t("mention.unknownMember")));
  card()?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  await waitFor(() => expect(card()).toBeNull());
  pick(1);
  await waitFor(() => expect(card()?.textContent).toMatch(/Orchard 3.*Opportunity · Acme.*Priced/));
  card()?.querySelector("a")?.click();
  await waitFor(() => expect(history.get()).toBe(`/accounts/${account().id}/opportunities`));
});

test("[SECTION-14] in a note that is only read a mention is a button, and an item's task is ticked by who may", async () => {
  const { container, boxes, doc } = await show([["paragraph", {}, mention("member", ben, "Benny")], list(item("Call Bo", { checked: false, task }))], { mayWrite: false }); // prettier-ignore
  const before = bytes(doc);
  const named = await waitFor(() => {
    const found = container.querySelector<HTMLElement>('[data-mention][role="button"][tabindex="0"]');
    if (found?.textContent !== "@Ben Ito") throw new Error("not yet");
    return found;
  });
  named.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
  await waitFor(() => expect(card()?.textContent).toContain("Support"));
  boxes()[0]?.click();
  await waitFor(() => expect(boxes()[0]?.checked).toBe(true));
  expect([acts().map(([name]) => name), bytes(doc)]).toEqual([["task.complete"], before]);
});

test("[ROOM-21] offline, the list after an at sign names whom this device knows, and says that it is that", async () => {
  const { editor, text } = await show([paragraph("")]);
  editor.commands.focus("end");
  type(editor, "@ben");
  const option = await waitFor(() => {
    const found = [...document.querySelectorAll<HTMLElement>("[role=option]")].find((one) => one.textContent === "Ben Ito"); // prettier-ignore
    if (!found) throw new Error("not yet");
    return found;
  });
  expect(option.closest("[role=group]")?.getAttribute("aria-label")).toBe(t("mention.known"));
  option.click();
  expect(text()).toContain(`id="${ben}"`);
});
