import type { NodeType } from "@tiptap/pm/model";
import { EditorState } from "@tiptap/pm/state";
import { describe, expect, test } from "vitest";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { schemaNeeded } from "../../shared/sections/names.ts";
import { schemaOf } from "../../shared/sections/schema.ts";
import { isSafeLink } from "./link.ts";
import { Mirror, othersIn } from "./mirror.ts";
import { schemaNeededBy } from "./raise.ts";
import { editorSchema, isFullyKnown, readable, root } from "./schema.ts";

type Build = (fragment: Y.XmlFragment) => void;
function doc(build: Build): Y.Doc {
  const made = new Y.Doc();
  build(made.getXmlFragment(root));
  return made;
}
function element(
  name: string,
  attributes: Readonly<Record<string, unknown>>,
  ...children: (Y.XmlElement | Y.XmlText)[]
): Y.XmlElement {
  const made = new Y.XmlElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value as string);
  made.insert(0, children);
  return made;
}
const text = (words: string, marks?: object) => {
  const made = new Y.XmlText();
  made.insert(0, words, marks ?? {});
  return made;
};
const paragraph = (words: string, marks?: object) => element("paragraph", {}, text(words, marks));
const plain = doc((at) =>
  at.push([
    element("heading", { level: 2 }, text("Plan")),
    paragraph("bold", { bold: {} }),
    element("bulletList", {}, element("listItem", {}, paragraph("one"))),
  ]),
);

const item = (attributes: Readonly<Record<string, unknown>>, words: string) =>
  element("taskItem", attributes, paragraph(words));
const cell = (name: string, words: string, spans: object = { colspan: 1, rowspan: 1 }) =>
  element(name, spans as Record<string, unknown>, paragraph(words));
/** All that number 2 brought. */
const second: Build = (at) =>
  at.push([
    element("taskList", {}, item({ checked: true, task: "local_tas_00000000000000000001" }, "call")),
    element(
      "table",
      {},
      element("tableRow", {}, cell("tableHeader", "who")),
      element("tableRow", {}, cell("tableCell", "Ana")),
    ),
    element(
      "paragraph",
      {},
      text("with "),
      element("mention", { kind: "member", id: "local_mem_00000000000000000001", label: "Ana" }),
    ),
  ]);

test.each([1, 2])("[SECTION-3] the editor of schema number %i knows exactly its names", (number) => {
  const known = schemaOf(number);
  const { nodes, marks } = editorSchema(number);
  const own = Object.keys(nodes).filter((name) => name !== "doc" && name !== "text");
  expect(own.sort()).toEqual([...(known?.nodes ?? [])].sort());
  expect(Object.keys(marks).sort()).toEqual([...(known?.marks ?? [])].sort());
});

test("[SECTION-3] a document needs the number that has all its names", () => {
  expect(schemaNeeded(plain)).toBe(1);
  expect(schemaNeeded(doc(second))).toBe(2);
  expect(schemaNeeded(doc((at) => at.push([element("hologram", {})])))).toBeNull();
  expect([1, 2].map((number) => isFullyKnown(doc(second), number))).toEqual([false, true]);
});

test("[SECTION-3] a change says which number it needs before it is made", () => {
  const state = EditorState.create({ schema: editorSchema() });
  const { taskList, mention, paragraph: block } = editorSchema().nodes as Record<string, NodeType>;
  expect(schemaNeededBy(state.tr.insertText("words"))).toBe(1);
  expect(schemaNeededBy(state.tr.insert(0, taskList?.createAndFill() ?? []))).toBe(2);
  expect(schemaNeededBy(state.tr.insert(0, block?.create(null, mention?.create()) ?? []))).toBe(2);
});

const table = (spans: object) => element("table", {}, element("tableRow", {}, cell("tableCell", "x", spans)));
const mentioned = (attributes: Readonly<Record<string, unknown>>) =>
  element("paragraph", {}, element("mention", attributes));
describe("[SECTION-3] an editor is bound only to a document that it would leave as it is", () => {
  test.each<readonly [string, Build]>([
    ["an unknown block", (at) => at.push([element("hologram", {}, text("x"))])],
    ["an unknown block inside a known one", (at) => at.push([element("blockquote", {}, element("hologram", {}))])],
    ["an unknown mark", (at) => at.push([paragraph("x", { sparkle: {} })])],
    ["an unknown attribute", (at) => at.push([element("paragraph", { onerror: "x" }, text("x"))])],
    ["a known block where it does not belong", (at) => at.push([element("listItem", {}, paragraph("x"))])],
    ["text where no text may be", (at) => at.push([element("bulletList", {}, text("x"))])],
    ["a table that claims a billion columns", (at) => at.push([table({ colspan: 1e9, rowspan: 1 })])],
    ["a span that is a text", (at) => at.push([table({ colspan: "2", rowspan: 1 })])],
    ["an item that stands for no record", (at) => at.push([element("taskList", {}, item({ task: "x" }, "call"))])],
    ["a mention of a new kind", (at) => at.push([mentioned({ kind: "team" })])],
    ["a mention of no record", (at) => at.push([mentioned({ id: "javascript:alert(1)" })])],
    ["a mention as long as a book", (at) => at.push([mentioned({ label: "x".repeat(10_000) })])],
    ["prototype names", (at) => at.push([element("__proto__", {}), element("constructor", {})])],
  ])("not with %s", (_name, build) => {
    const made = doc(build);
    const before = Y.encodeStateAsUpdate(made);
    expect(isFullyKnown(made)).toBe(false);
    expect(Y.encodeStateAsUpdate(made)).toEqual(before);
  });
  test("with everything known, and with nothing in it", () => {
    expect(isFullyKnown(plain)).toBe(true);
    expect(isFullyKnown(doc(second))).toBe(true);
    expect(isFullyKnown(new Y.Doc())).toBe(true);
  });
});

test("[case 33] what is unknown is shown as an opaque block, what is known round it as it is", () => {
  const made = doc((at) =>
    at.push([
      paragraph("before"),
      element("hologram", { level: 9 }, text("secret form")),
      element("blockquote", {}, element("hologram", {})),
      element("bulletList", {}, element("listItem", {}, paragraph("kept"), element("hologram", {}))),
      element("paragraph", {}, text("ping "), element("hologram", {}), text(" pong")),
      paragraph("after", { sparkle: {} }),
    ]),
  );
  expect(readable(made).content).toEqual([
    { type: "paragraph", content: [{ type: "text", text: "before" }] },
    { type: "opaque" },
    { type: "blockquote", content: [{ type: "opaque" }] },
    {
      type: "bulletList",
      content: [
        {
          type: "listItem",
          content: [{ type: "paragraph", content: [{ type: "text", text: "kept" }] }, { type: "opaque" }],
        },
      ],
    },
    { type: "paragraph", content: ["ping ", "□", " pong"].map((words) => ({ type: "text", text: words })) },
    { type: "paragraph", content: [{ type: "text", text: "after" }] },
  ]);
});

test("[case 34] links go to web pages, mail and telephone only", () => {
  expect(["https://a.example", "HTTP://a", " mailto:a@b", "tel:1"].filter((url) => !isSafeLink(url))).toEqual([]);
  expect(
    [
      "javascript:alert(1)",
      "data:text/html,x",
      "//a.example",
      "/x",
      "",
      null,
      7,
      "java\nscript:x",
      "https:evil",
    ].filter(isSafeLink),
  ).toEqual([]);
});

describe("while someone composes, colleagues' words wait", () => {
  const words = (made: Y.Doc) => made.getText("plain").toString(); // any root will do
  test("and come in whole after the composition, nothing lost in either direction", async () => {
    const room = new Y.Doc();
    const named = room.clientID;
    const mirror = new Mirror(room);
    const ana = new Y.Doc();
    ana.on("update", (update: Uint8Array) => Y.applyUpdate(room, update, "ana"));
    ana.getText("plain").insert(0, "A");
    expect(words(mirror.doc)).toBe("A");
    mirror.compositionStart();
    mirror.doc.getText("plain").insert(1, "你");
    ana.getText("plain").insert(0, "B");
    ana.getText("plain").insert(0, "C");
    expect(words(mirror.doc)).toBe("A你");
    expect(words(room)).toBe("CBA你");
    mirror.compositionEnd();
    mirror.compositionStart(); // the next syllable begins at once: still composing
    await new Promise((done) => setTimeout(done, 90));
    expect(words(mirror.doc)).toBe("A你");
    mirror.compositionEnd();
    await new Promise((done) => setTimeout(done, 90));
    expect(words(mirror.doc)).toBe("CBA你");
    expect(Y.encodeStateVector(mirror.doc)).toEqual(Y.encodeStateVector(room));
    expect(room.clientID).toBe(named); // or the provider would speak of a presence that is not there
    mirror.destroy();
  });
  test("and so do their carets, drawn once when it is over", async () => {
    const room = new Y.Doc();
    const awareness = new Awareness(room);
    const mirror = new Mirror(room);
    const others = othersIn(awareness, mirror);
    let drawn = 0;
    const draw = () => (drawn += 1);
    others.on("change", draw);
    awareness.setLocalState({ at: 1 });
    expect(drawn).toBe(1);
    mirror.compositionStart();
    awareness.setLocalState({ at: 2 });
    awareness.setLocalState({ at: 3 });
    expect(drawn).toBe(1);
    mirror.compositionEnd();
    await new Promise((done) => setTimeout(done, 90));
    expect(drawn).toBe(2);
    others.off("change", draw);
    awareness.setLocalState({ at: 4 });
    expect(drawn).toBe(2);
    mirror.destroy();
    awareness.destroy();
  });
  test("a new editor on the same document goes on where the last one stopped", () => {
    const room = new Y.Doc();
    const first = new Mirror(room);
    first.doc.getText("plain").insert(0, "one");
    first.destroy();
    const second = new Mirror(room);
    second.doc.getText("plain").insert(3, " two");
    expect(words(room)).toBe("one two");
    expect(Y.decodeStateVector(Y.encodeStateVector(room)).size).toBe(1);
    second.destroy();
  });
});
