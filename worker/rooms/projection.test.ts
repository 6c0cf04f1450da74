import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { edgeLimits, limits } from "../../shared/kernel/limits.ts";
import { wordsOf } from "./projection.ts";

const member = "eu_mem_00000000000000000001";
const task = "eu_tas_00000000000000000001";

function element(name: string, attributes: object, ...children: (Y.XmlElement | Y.XmlText)[]): Y.XmlElement {
  const node = new Y.XmlElement<Record<string, never>>(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value as never);
  node.insert(0, children);
  return node;
}
function docOf(...blocks: Y.XmlElement[]): Y.Doc {
  const doc = new Y.Doc();
  doc.getXmlFragment("default").insert(0, blocks);
  return doc;
}
function linked(text: string, href: unknown, mark = "link"): Y.XmlText {
  const node = new Y.XmlText();
  node.applyDelta([{ insert: text, attributes: { [mark]: { href } } }]);
  return node;
}
const item = (text: string, attributes: object): Y.XmlElement =>
  element("taskItem", attributes, element("paragraph", {}, new Y.XmlText(text)));

describe("[SECTION-7] what a section says", () => {
  it("is its text, and each member, record, checklist item and link in it once", () => {
    const mention = (id: unknown, kind: unknown = "member") => element("mention", { kind, id, label: "Ana" });
    const doc = docOf(
      element("paragraph", {}, new Y.XmlText("Ask "), mention(member), linked(" there", "https://example.org/a")),
      element("taskList", {}, item("Call back", { checked: true, task }), item("Send the offer", { checked: false })),
      element("paragraph", {}, mention(member), linked("again", "https://example.org/a", "link--x1")),
    );
    const { text, ...lists } = wordsOf(doc);
    for (const words of ["Ask ", "there", "Call back", "Send the offer", "again"]) expect(text).toContain(words);
    expect(lists).toEqual({
      mentions: [{ kind: "member", id: member, client: expect.any(Number) }],
      tasks: [
        { text: "Call back", checked: true, task },
        { text: "Send the offer", checked: false, task: null },
      ],
      links: ["https://example.org/a"],
    });
  });
  it("leaves out what is no id, no address and no list, whoever wrote it", () => {
    const doc = docOf(
      element("paragraph", {}, element("mention", { kind: "admin", id: member }), element("mention", { kind: "member", id: "everyone" }), element("mention", { kind: "record", id: 7 })),
      element("paragraph", {}, linked("a", "javascript:alert(1)"), linked("b", { toString: 1 }), linked("c", `https://${"x".repeat(limits.textMax)}`)),
      item("no list round it", { checked: "true", task: "../x" }),
    ); // prettier-ignore
    expect(wordsOf(doc)).toMatchObject({
      mentions: [],
      links: [],
      tasks: [{ text: "no list round it", checked: false, task: null }],
    });
  });
  it("is bounded", () => {
    const many = Array.from({ length: edgeLimits.wordsListMax + 5 }, (_, n) => item(`${n}`, { checked: false }));
    const words = wordsOf(
      docOf(element("paragraph", {}, new Y.XmlText("x".repeat(edgeLimits.wordsTextMax + 5))), ...many),
    );
    expect([words.text.length, words.tasks.length]).toEqual([edgeLimits.wordsTextMax, edgeLimits.wordsListMax]);
  });
  it("of a scratch section is its plain text", () => {
    const doc = new Y.Doc();
    doc.getText("plain").insert(0, "measured");
    expect(wordsOf(doc).text).toBe("measured");
  });
});
