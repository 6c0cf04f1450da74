import { expect, it } from "vitest";
import * as Y from "yjs";
import { hasCompany, unsentText } from "./words.ts";

it("[SECTION-1] a draft holds the own unsent words, in order, and nothing of the text that the room has", () => {
  const doc = new Y.Doc();
  const text = doc.getText("plain");
  text.insert(0, "Secret of others. ");
  const stored = Y.encodeStateVector(doc);
  text.insert(text.length, "My words");
  text.insert(text.length, " and more");
  expect(unsentText(Y.encodeStateAsUpdate(doc), stored)).toBe("My words and more");
  expect(unsentText(Y.encodeStateAsUpdate(doc), Y.encodeStateVector(doc))).toBe("");
});

it("[SECTION-1] paragraphs of a rich text stay apart in a draft", () => {
  const doc = new Y.Doc();
  const root = doc.getXmlFragment("default");
  for (const words of ["First", "Second"]) {
    const paragraph = new Y.XmlElement("paragraph");
    root.insert(root.length, [paragraph]);
    paragraph.insert(0, [new Y.XmlText(words)]);
  }
  expect(unsentText(Y.encodeStateAsUpdate(doc), new Uint8Array([0])).split(/\n+/)).toEqual(["First", "Second"]);
});

it("[ROOM-18] only the room's word of company says at which pace words are sent", () => {
  expect(hasCompany('{"type":"company","others":true}')).toBe(true);
  expect(hasCompany('{"type":"company","others":false}')).toBe(false);
  for (const other of ['{"type":"budget","state":"near"}', '{"type":"company"}', "null", "", "[]"])
    expect(hasCompany(other)).toBe(null);
});
