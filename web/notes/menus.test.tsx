/** The menu at the caret: its keys, whose words open it, and what it brings into the text. */
import type { Editor } from "@tiptap/core";
import { expect, test, vi } from "vitest";
import * as Y from "yjs";
import { root } from "./schema.ts";
import { built, bytes, menu, paragraph, press, show, type, type Block } from "./testing/page.tsx";

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
const picked = (editor: Editor) =>
  document.getElementById(editor.view.dom.getAttribute("aria-activedescendant") ?? "")?.textContent;
async function asking(words: string, ...blocks: Block[]) {
  const page = await show(blocks.length > 0 ? blocks : [paragraph("")]);
  page.editor.commands.focus("end");
  type(page.editor, words);
  await vi.waitFor(() => expect(menu()).not.toBeNull(), 5_000);
  return page;
}

test("a slash opens a listbox; arrows, Enter and Escape are its keys, and the text is its combobox meanwhile", async () => {
  const { editor, doc, unmount } = await asking("/");
  const box = editor.view.dom;
  expect(box.getAttribute("role")).toBe("combobox");
  expect(box.getAttribute("aria-controls")).toBe(menu()?.id);
  expect(picked(editor)).toBe("Heading");
  press(editor, "ArrowDown");
  expect(picked(editor)).toBe("Small heading");
  press(editor, "ArrowUp");
  press(editor, "ArrowUp");
  expect(picked(editor)).toBe("Handoff");
  type(editor, "quo");
  expect(picked(editor)).toBe("Quote");
  press(editor, "Enter");
  expect(doc.getXmlFragment(root).toString()).toBe("<blockquote><paragraph></paragraph></blockquote>");
  expect([menu(), box.getAttribute("role"), box.getAttribute("aria-expanded")]).toEqual([null, "textbox", null]);
  type(editor, "/");
  await vi.waitFor(() => expect(menu()).not.toBeNull());
  press(editor, "Escape");
  type(editor, "h");
  expect(menu()).toBeNull();
  unmount();
});
test("while an input method composes, the menu's keys are the input method's", async () => {
  const { editor, doc, unmount } = await asking("/");
  editor.view.dom.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
  for (const key of ["Enter", "ArrowDown", "Escape", "Tab"]) press(editor, key, { isComposing: true });
  expect([picked(editor), doc.getXmlFragment(root).toString()]).toEqual(["Heading", "<paragraph>/</paragraph>"]);
  unmount();
});
test("a colleague's slash opens nothing here, and their words elsewhere leave my menu open", async () => {
  const { editor, colleague, unmount } = await asking("/tab", paragraph("theirs"), paragraph(""));
  (colleague.getXmlFragment(root).get(0) as Y.XmlElement).insert(0, [new Y.XmlText("x ")]);
  expect(editor.getText()).toContain("x theirs");
  expect(picked(editor)).toBe("Table");
  press(editor, "Escape");
  colleague.getXmlFragment(root).insert(0, [built(paragraph("/"))]);
  await pause(30);
  expect(menu()).toBeNull();
  unmount();
});
test("[SECTION-3] a table comes with its rows, raises the number first, and takes the caret; Tab goes on and adds a row", async () => {
  const { editor, doc, raised, unmount } = await asking("/table");
  const plugins = editor.state.plugins.length;
  press(editor, "Enter");
  expect(Math.max(...raised)).toBe(2);
  const rows = () => doc.getXmlFragment(root).toString().split("<tablerow>").length - 1;
  expect([rows(), editor.isActive("tableHeader")]).toEqual([3, true]);
  await vi.waitFor(() => expect(editor.state.plugins.length).toBeGreaterThan(plugins)); // keys of tables are fetched with the first
  for (let n = 0; n < 9; n++) press(editor, "Tab");
  expect([rows(), editor.isActive("tableCell")]).toEqual([4, true]);
  unmount();
});
test("[SECTION-3] rows that two made unequal are mended by who writes in that table, not by who looks on", async () => {
  const cell: Block = ["tableCell", { colspan: 1, rowspan: 1 }, paragraph("x")];
  const table: Block = ["table", {}, ["tableRow", {}, cell, cell], ["tableRow", {}, cell]];
  const { doc, colleague, editor, unmount } = await show([paragraph("mine"), table]);
  const before = bytes(doc);
  await pause(80);
  expect(bytes(doc)).toBe(before);
  (colleague.getXmlFragment(root).get(0) as Y.XmlElement).insert(0, [new Y.XmlText("theirs ")]);
  await pause(80);
  expect(bytes(doc)).toBe(bytes(colleague));
  editor.view.dispatch(editor.state.tr.insertText("y", 17));
  expect(doc.getXmlFragment(root).toString().split("<tablecell").length - 1).toBe(4);
  unmount();
});
