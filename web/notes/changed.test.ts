import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { changedSince, textBlocks } from "./changed.ts";

const paragraph = (words: string): Y.XmlElement => {
  const made = new Y.XmlElement("paragraph");
  made.insert(0, [new Y.XmlText(words)]);
  return made;
};
function note(): { mine: Y.Doc; theirs: Y.Doc; before: Y.Snapshot; meet: () => void } {
  const [mine, theirs] = [new Y.Doc(), new Y.Doc()];
  mine.getXmlFragment("default").insert(0, ["one", "two", "three"].map(paragraph));
  Y.applyUpdate(theirs, Y.encodeStateAsUpdate(mine));
  const meet = () => {
    Y.applyUpdate(mine, Y.encodeStateAsUpdate(theirs));
    Y.applyUpdate(theirs, Y.encodeStateAsUpdate(mine));
  };
  return { mine, theirs, before: Y.snapshot(mine), meet };
}
const at = (doc: Y.Doc, place: number): Y.XmlElement => doc.getXmlFragment("default").get(place) as Y.XmlElement;
const text = (doc: Y.Doc, place: number): Y.XmlText => at(doc, place).get(0) as Y.XmlText;
function seen({ mine, before, meet }: ReturnType<typeof note>): [string[], number] {
  meet();
  const { blocks, removed } = changedSince(mine, before, new Set([mine.clientID]));
  return [[...blocks].map((block) => block.toString().replaceAll(/<\/?paragraph>/g, "")), removed];
}

describe("what changed while away", () => {
  it("[SECTION-9] names the paragraphs in which others wrote, deleted or formatted, and new ones; not one's own", () => {
    const both = note();
    text(both.mine, 1).insert(0, "my ");
    expect(seen(both)).toEqual([[], 0]);
    text(both.theirs, 0).insert(3, " more");
    both.theirs.getXmlFragment("default").insert(3, [paragraph("four")]);
    expect(seen(both)).toEqual([["one more", "four"], 0]);
    text(both.theirs, 2).delete(0, 2);
    expect(seen(both)).toEqual([["one more", "ree", "four"], 0]);
  });
  it("[SECTION-9] counts paragraphs that are gone, once; what was deleted before does not count again", () => {
    const both = note();
    both.theirs.getXmlFragment("default").delete(1, 1);
    expect(seen(both)).toEqual([[], 1]);
    const later = { ...both, before: Y.snapshot(both.mine) };
    text(both.theirs, 0).insert(0, "x");
    expect(seen(later)).toEqual([["xone"], 0]);
  });
  it("[SECTION-9] goes into lists and quotes, and finds blocks in the order of the text", () => {
    const both = note();
    const [list, item] = [new Y.XmlElement("bulletList"), new Y.XmlElement("listItem")];
    item.insert(0, [paragraph("in a list")]);
    list.insert(0, [item]);
    both.theirs.getXmlFragment("default").insert(1, [list]);
    expect(seen(both)).toEqual([["in a list"], 0]);
    expect(textBlocks(both.mine.getXmlFragment("default")).map((block) => block.get(0).toString())).toEqual(["one", "in a list", "two", "three"]); // prettier-ignore
  });
});
