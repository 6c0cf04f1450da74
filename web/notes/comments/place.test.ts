import { getSchema } from "@tiptap/core";
import { prosemirrorToYXmlFragment } from "@tiptap/y-tiptap";
import { describe, expect, test } from "vitest";
import * as Y from "yjs";
import { Opaque, readable, editorSchema, richText, root } from "../schema.ts";
import { findPlace, fromPositions, lineIn, lineOf, placeOf, toPositions, type Found, type Place } from "./place.ts";

const shownBy = getSchema([...richText(), Opaque(() => "", "")]);
const isKnown = (name: string): boolean => name in editorSchema().nodes;
function written(...paragraphs: string[]): Y.Doc {
  const doc = new Y.Doc();
  const content = paragraphs.map((text) => ({ type: "paragraph", ...(text ? { content: [{ type: "text", text }] } : {}) }));
  prosemirrorToYXmlFragment(editorSchema().nodeFromJSON({ type: "doc", content }), doc.getXmlFragment(root));
  return doc;
} // prettier-ignore
const lines = (doc: Y.Doc) => ({
  shown: lineIn(shownBy.nodeFromJSON(readable(doc))),
  line: lineOf(doc.getXmlFragment(root), isKnown),
});
/** A comment on the first occurrence of the words. */
function on(doc: Y.Doc, words: string): Place {
  const { shown, line } = lines(doc);
  const from = shown.text.indexOf(words);
  return placeOf(shown, line, { from, to: from + words.length });
}
function find(doc: Y.Doc, place: Place, sameGeneration = true): string {
  const { shown, line } = lines(doc);
  const found: Found = findPlace(shown, line, sameGeneration ? doc : null, place);
  return typeof found === "string" ? found : shown.text.slice(found.from, found.to);
}
const text = (doc: Y.Doc, paragraph: number): Y.XmlText =>
  (doc.getXmlFragment(root).get(paragraph) as Y.XmlElement).get(0) as Y.XmlText;

describe("[COMMENT-5] [case 40] a comment stays on its words", () => {
  test("whatever is typed before, beside and after them, by whomever, in any script", () => {
    const doc = written("One two three", "会议在柏林 𠮷 مرحبا");
    const [two, berlin] = [on(doc, "two"), on(doc, "柏林 𠮷")];
    text(doc, 0).insert(4, "and a half, ");
    text(doc, 0).insert(0, "Zero ");
    text(doc, 0).insert(text(doc, 0).toString().indexOf("two") + 3, "fold");
    doc.getXmlFragment(root).insert(0, [new Y.XmlElement("paragraph"), new Y.XmlElement("horizontalRule")]);
    expect([find(doc, two), find(doc, berlin)]).toEqual(["two", "柏林 𠮷"]);
    text(doc, 2).insert(text(doc, 2).toString().indexOf("two") + 1, "-");
    expect(find(doc, two)).toBe("t-wo"); // typed into: they are still the same words
  });
  test("over formats, line breaks and several blocks", () => {
    const doc = written("alpha beta", "gamma");
    const place = on(doc, "beta\ngamma");
    text(doc, 0).format(0, 8, { bold: {} });
    expect(find(doc, place)).toBe("beta\ngamma");
    const paragraph = doc.getXmlFragment(root).get(1) as Y.XmlElement;
    paragraph.insert(0, [new Y.XmlText("x"), new Y.XmlElement("hardBreak")]);
    expect(find(doc, place)).toBe("beta\nx\ngamma");
  });
  test("on the device of who reads it, where another copy of the document came by another way", () => {
    const [ana, bo] = [written("the words here"), new Y.Doc()];
    const place = on(ana, "words");
    text(ana, 0).insert(0, "Before ");
    Y.applyUpdate(bo, Y.encodeStateAsUpdate(ana));
    expect(find(bo, place)).toBe("words");
  });
  test("[case 29] in another generation by their quote: once there it is found, twice it is unclear, else gone", () => {
    const place = on(written("keep the words here"), "the words");
    expect(find(written("Other text", "and the words again"), place, false)).toBe("the words");
    expect(find(written("the words", "the words"), place, false)).toBe("unclear");
    expect(find(written("Nothing of it"), place, false)).toBe("gone");
    expect(find(new Y.Doc(), place, false)).toBe("gone");
  });
  test("where its block was made anew, or all of it was deleted; of two alike the nearer one", () => {
    const doc = written("same here", "middle", "same here");
    const place = on(doc, "same");
    const content = doc.getXmlFragment(root);
    content.delete(0);
    expect(find(doc, place)).toBe("same"); // only one is left
    const again = written("a same b same c");
    const second = again.getXmlFragment(root);
    const { shown, line } = lines(again);
    const mine = placeOf(shown, line, { from: 9, to: 13 });
    text(again, 0).delete(9, 4);
    text(again, 0).insert(9, "same"); // cut and put back: other characters at the same place
    const lined = lines(again);
    expect(findPlace(lined.shown, lined.line, again, mine)).toEqual({ from: 9, to: 13 });
    second.delete(0);
    expect(find(again, mine)).toBe("gone");
  });
  test("by their quote alone where the editor shows a closed box in the middle of the text", () => {
    const doc = written("before", "after it");
    const box = new Y.XmlElement("hologram");
    box.insert(0, [new Y.XmlText("after it in the box")]);
    doc.getXmlFragment(root).insert(1, [box]);
    const { shown, line } = lines(doc);
    expect([shown.text, line.text]).toEqual(["before\nafter it", "before\nafter it"]);
    expect(find(doc, on(doc, "after it"))).toBe("after it");
    const odd = new Y.XmlElement("paragraph"); // known, with something in it that the editor does not show
    odd.insert(0, [new Y.XmlText("x"), new Y.XmlElement("heading")]);
    doc.getXmlFragment(root).insert(0, [odd]);
    const place = on(doc, "after it");
    expect(place).toEqual({ quote: "after it" });
    expect(find(doc, place)).toBe("after it");
  });
  test("a position is none if it is made up, and breaks nothing", () => {
    const doc = written("the words");
    const before = Y.encodeStateAsUpdate(doc);
    for (const start of ["AAEC", "////", "AQdkZWZhdWx0AA==", "AgEB", "=", "é"])
      expect(find(doc, { start, end: start, quote: "nothing" })).toBe("gone");
    expect(Y.encodeStateAsUpdate(doc)).toEqual(before);
  });
});

test("a selection becomes a range of the text without white space at its ends, and goes back to the same positions", () => {
  const { shown } = lines(written("one two ", "three"));
  expect(shown.text).toBe("one two \nthree");
  const range = fromPositions(shown, 4, 13);
  expect(range && shown.text.slice(range.from, range.to)).toBe("two \nth");
  expect(range && toPositions(shown, range)).toEqual({ from: 5, to: 13 });
  expect(fromPositions(shown, 8, 9)).toBe(null);
  expect(fromPositions(shown, 0, 1)).toBe(null);
  expect(toPositions(shown, { from: 8, to: 9 })).toBe(null);
  expect(placeOf(shown, { text: "", runs: [] }, { from: 0, to: 3 })).toEqual({ quote: "one" });
});
test("a quote is cut at its bound, and not in the middle of a character", () => {
  const doc = written(`${"x".repeat(119)}𠮷 and more`);
  const quote = on(doc, `${"x".repeat(119)}𠮷 and`).quote;
  expect(quote).toBe("x".repeat(119));
  expect(find(doc, on(doc, `${"x".repeat(119)}𠮷 and`))).toBe(`${"x".repeat(119)}𠮷 and`);
});
