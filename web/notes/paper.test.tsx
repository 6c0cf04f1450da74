/** The editor in a page, with a document that a newer editor wrote (schema number 2), or that only becomes so. */
import { render } from "@solidjs/testing-library";
import type { Editor } from "@tiptap/core";
import { createSignal } from "solid-js";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import type { OpenSection } from "../data/rooms.ts";
import { Paper } from "./paper.tsx";
import { root } from "./schema.ts";

beforeAll(() => {
  // jsdom lays nothing out.
  window.matchMedia ??= () => ({ matches: false, addEventListener: () => undefined }) as unknown as MediaQueryList;
  Element.prototype.scrollIntoView = () => undefined;
  Object.assign(Range.prototype, { getClientRects: () => [], getBoundingClientRect: () => new DOMRect() });
});
afterEach(() => vi.useRealTimers());

const place = { id: "local_sec_00000000000000000001", account: "local_acc_00000000000000000001" };
const me = { member: "local_mem_00000000000000000001", name: "Ana" };
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

function paragraph(words: string): Y.XmlElement {
  const made = new Y.XmlElement("paragraph");
  made.insert(0, [new Y.XmlText(words)]);
  return made;
}
function checklist(words: string): Y.XmlElement {
  const [list, item] = [new Y.XmlElement("taskList"), new Y.XmlElement("taskItem")];
  item.setAttribute("checked", true as never);
  item.insert(0, [paragraph(words)]);
  list.insert(0, [item]);
  return list;
}
/** A note as the rooms have it, and the colleague at the other end of the room. */
function note(...blocks: Y.XmlElement[]) {
  const colleague = new Y.Doc();
  colleague.getXmlFragment(root).push(blocks);
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(colleague));
  const fromRoom = {};
  colleague.on("update", (update: Uint8Array) => Y.applyUpdate(doc, update, fromRoom));
  const raised: number[] = [];
  const [state] = createSignal<"live">("live");
  const section: OpenSection = {
    doc,
    awareness: new Awareness(doc),
    state,
    mode: () => "write",
    unsent: () => false,
    since: () => null,
    raise: (schema) => void raised.push(schema),
    close: () => undefined,
  };
  return { doc, colleague, section, raised };
}
function opened(section: OpenSection, schema: number) {
  const page = render(() => <Paper section={section} place={place} schema={schema} mayWrite newer={false} me={me} />);
  const box = () => page.container.querySelector<HTMLElement & { editor: Editor }>("[role=textbox]");
  return { ...page, box, editor: () => box()?.editor as Editor };
}
const bytes = (doc: Y.Doc) => Buffer.from(Y.encodeStateAsUpdate(doc)).toString("base64");

test("[SECTION-3] [case 33] an editor built without the newest nodes opens what has them, waits and closes: as it was", async () => {
  const { doc, section } = note(paragraph("before"), checklist("call"), paragraph("after"));
  const before = bytes(doc);
  const { box, editor, unmount, container } = opened(section, 1);
  expect(box()?.getAttribute("aria-readonly")).toBe("true");
  expect(editor().isEditable).toBe(false);
  expect(box()?.textContent).toBe("beforeNewer content, kept as it isafter");
  expect(container.textContent).toContain("newer than your app");
  editor().commands.insertContent("words"); // whoever made a reader write all the same writes into no document
  await pause(120);
  unmount();
  expect(bytes(doc)).toBe(before);
});

test("[SECTION-3] [case 33] types where it may, and turns read-only when a newer node comes: nothing of it is lost", async () => {
  const { doc, colleague, section, raised } = note(paragraph("start"));
  const { box, editor, unmount } = opened(section, 1);
  expect(editor().isEditable).toBe(true);
  editor().commands.insertContentAt(1, "typed ");
  expect(doc.getXmlFragment(root).toString()).toBe("<paragraph>typed start</paragraph>");
  colleague.getXmlFragment(root).insert(1, [checklist("call")]);
  const whole = doc.getXmlFragment(root).toString();
  await pause(120);
  expect(box()?.getAttribute("aria-readonly")).toBe("true");
  await pause(60);
  unmount();
  expect(doc.getXmlFragment(root).toString()).toBe(whole);
  expect(whole).toContain('<taskitem checked="true"><paragraph>call</paragraph></taskitem>');
  expect(Math.max(...raised)).toBe(1);
});

test("[SECTION-3] the current editor opens it for writing, and changes nothing until somebody types", async () => {
  const { doc, section, raised } = note(paragraph("before"), checklist("call"));
  const before = bytes(doc);
  const { editor, container, unmount } = opened(section, 2);
  await pause(120);
  expect(editor().isEditable).toBe(true);
  expect(container.querySelector<HTMLInputElement>("li input[type=checkbox]")?.checked).toBe(true);
  expect([bytes(doc), raised]).toEqual([before, []]);
  unmount();
  expect(bytes(doc)).toBe(before);
});

test("[SECTION-3] the number is raised before the document takes the first newer node", () => {
  const { doc, section } = note(paragraph("start"));
  const order: string[] = [];
  const { editor } = opened({ ...section, raise: (schema) => void order.push(`raise ${schema}`) }, 2);
  doc.on("update", () => order.push("update"));
  editor().commands.insertContentAt(1, "typed ");
  editor().commands.toggleTaskList();
  expect(order.filter((step, at) => step !== order[at - 1])).toEqual(["raise 1", "update", "raise 2", "update"]);
});

test("[SECTION-4] ticking an item is a change of the text like any other", () => {
  const { doc, section } = note(checklist("call"));
  const { container } = opened(section, 2);
  container.querySelector<HTMLInputElement>("li input")?.click();
  expect(doc.getXmlFragment(root).toString()).toContain('<taskitem checked="false">');
});

// --- the menu at the caret

const type = (editor: Editor, words: string) => {
  for (const letter of words) editor.view.dispatch(editor.state.tr.insertText(letter));
};
function press(editor: Editor, key: string, more: KeyboardEventInit = {}): void {
  editor.view.dom.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}
const menu = () => document.querySelector("[role=listbox]");
const picked = (editor: Editor) =>
  document.getElementById(editor.view.dom.getAttribute("aria-activedescendant") ?? "")?.textContent;
async function asking(words: string, ...blocks: Y.XmlElement[]) {
  const made = note(...(blocks.length > 0 ? blocks : [paragraph("")]));
  const page = opened(made.section, 2);
  const editor = page.editor();
  await pause(20); // the document is drawn anew once
  editor.commands.focus("end");
  type(editor, words);
  await vi.waitFor(() => expect(menu()).not.toBeNull());
  return { ...made, ...page, editor };
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
  colleague.getXmlFragment(root).insert(0, [paragraph("/")]);
  await pause(30);
  expect(menu()).toBeNull();
  unmount();
});
test("[SECTION-3] a table comes with its rows, raises the number first, and takes the caret; Tab goes on and adds a row", async () => {
  const { editor, doc, raised, unmount } = await asking("/table");
  press(editor, "Enter");
  expect(Math.max(...raised)).toBe(2);
  const rows = () => doc.getXmlFragment(root).toString().split("<tablerow>").length - 1;
  expect([rows(), editor.isActive("tableHeader")]).toEqual([3, true]);
  for (let n = 0; n < 9; n++) press(editor, "Tab");
  expect([rows(), editor.isActive("tableCell")]).toEqual([4, true]);
  unmount();
});
test("[SECTION-3] rows that two made unequal are mended by who writes in that table, not by who looks on", async () => {
  const table = new Y.XmlElement("table");
  for (const width of [2, 1]) {
    const line = new Y.XmlElement("tableRow");
    for (let n = 0; n < width; n++) {
      const cell = new Y.XmlElement("tableCell");
      for (const span of ["colspan", "rowspan"]) cell.setAttribute(span, 1 as never);
      cell.insert(0, [paragraph("x")]);
      line.push([cell]);
    }
    table.push([line]);
  }
  const { doc, colleague, section } = note(paragraph("mine"), table);
  const before = bytes(doc);
  const { editor, unmount } = opened(section, 2);
  await pause(80);
  expect(bytes(doc)).toBe(before);
  (colleague.getXmlFragment(root).get(0) as Y.XmlElement).insert(0, [new Y.XmlText("theirs ")]);
  await pause(80);
  expect(bytes(doc)).toBe(bytes(colleague));
  editor().view.dispatch(editor().state.tr.insertText("y", 17));
  expect(doc.getXmlFragment(root).toString().split("<tablecell").length - 1).toBe(4);
  unmount();
});
