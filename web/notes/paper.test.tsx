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
