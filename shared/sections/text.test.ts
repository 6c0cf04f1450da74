import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { hasSchema, isSectionKind, sectionKinds } from "./kinds.ts";
import { currentSchema } from "./number.ts";
import { markName, schemaOf } from "./schema.ts";
import { copyContent, textOf } from "./text.ts";

function element(name: string, ...children: (Y.XmlElement | Y.XmlText)[]): Y.XmlElement {
  const node = new Y.XmlElement(name);
  node.insert(0, children);
  return node;
}
function rich(): Y.Doc {
  const doc = new Y.Doc();
  const item = (text: string) => element("listItem", element("paragraph", new Y.XmlText(text)));
  doc
    .getXmlFragment("default")
    .insert(0, [
      element("heading", new Y.XmlText("Überblick")),
      element("paragraph", new Y.XmlText("one"), element("hardBreak"), new Y.XmlText("two")),
      element("bulletList", item("会议"), item("مرحبا")),
      element("paragraph"),
    ]);
  return doc;
}

describe("the text of a section", () => {
  it("[SECTION-4] is a line a block, in any script", () => {
    expect(textOf(rich(), "shared")).toBe("Überblick\none\ntwo\n会议\nمرحبا");
  });
  it("[SECTION-4] has mentions as they were written, and items and cells a line each", () => {
    const doc = new Y.Doc();
    const mention = element("mention");
    for (const [name, value] of Object.entries({ kind: "member", id: "x", label: "Ana Ribeiro" }))
      mention.setAttribute(name, value);
    const line = (...parts: (Y.XmlElement | Y.XmlText)[]) => element("paragraph", ...parts);
    doc
      .getXmlFragment("default")
      .insert(0, [
        element("taskList", element("taskItem", line(new Y.XmlText("call "), mention, new Y.XmlText(" today")))),
        element("table", element("tableRow", element("tableHeader", line(new Y.XmlText("who"))), element("tableCell", line(new Y.XmlText("when"))))),
      ]); // prettier-ignore
    expect(textOf(doc, "shared")).toBe("call @Ana Ribeiro today\nwho\nwhen");
  });
  it("[SECTION-4] of a scratch section is its plain text", () => {
    const doc = new Y.Doc();
    doc.getText("plain").insert(0, "measured");
    expect(textOf(doc, "scratch")).toBe("measured");
  });
  it("[ROOM-8] goes into a new generation with its formats, and without what was deleted", () => {
    const from = rich();
    const plain = from.getText("plain");
    plain.insert(0, "SECRET kept", { bold: true });
    plain.delete(0, 7);
    const to = new Y.Doc();
    copyContent(from, to);
    expect(to.getXmlFragment("default").toString()).toBe(from.getXmlFragment("default").toString());
    expect(to.getText("plain").toDelta()).toEqual(plain.toDelta());
    expect(new TextDecoder("latin1").decode(Y.encodeStateAsUpdate(to))).not.toContain("SECRET");
  });
});

describe("kinds and schemas", () => {
  it("[SECTION-3] every kind but scratch is checked against a schema, and the newest number exists", () => {
    for (const kind of Object.keys(sectionKinds)) expect([kind, hasSchema(kind)]).toEqual([kind, kind !== "scratch"]);
    expect(isSectionKind("toString")).toBe(false);
    expect(schemaOf(currentSchema)).not.toBeNull();
    expect(schemaOf(currentSchema + 1)).toBeNull();
    for (const number of [0, -1, 1.5, currentSchema + 1]) expect(schemaOf(number)).toBeNull();
    expect(markName("bold--aGFzaA==")).toBe("bold");
  });
});
