import * as Y from "yjs";
import { sectionKinds, isSectionKind } from "./kinds.ts";

/** A mention reads as its author saw it, like the words round it: `@Ana Ribeiro`. */
const mentionText = (node: Y.XmlElement): string => {
  const label: unknown = node.getAttribute("label");
  return typeof label === "string" ? `@${label}` : "";
};

function gather(node: Y.XmlElement | Y.XmlFragment | Y.XmlText | Y.XmlHook, lines: string[]): void {
  if (node instanceof Y.XmlText) {
    const text = node
      .toDelta()
      .reduce(
        (all: string, part: { insert?: unknown }) => all + (typeof part.insert === "string" ? part.insert : ""),
        "",
      );
    lines.push(`${lines.pop() ?? ""}${text}`);
    return;
  }
  if (node instanceof Y.XmlHook) return;
  if (node instanceof Y.XmlElement) {
    if (node.nodeName === "mention") lines.push(`${lines.pop() ?? ""}${mentionText(node)}`);
    else if (node.nodeName === "hardBreak" || lines.at(-1) !== "") lines.push("");
  }
  for (const child of node.toArray()) gather(child, lines);
}

/** The words of one part of a document, a line a block. */
export function linesOf(node: Y.XmlElement | Y.XmlFragment): string {
  const lines: string[] = [""];
  gather(node, lines);
  return lines.join("\n").trim();
}

/** The words of a section, a line a block: for search, export and preview. */
export function textOf(doc: Y.Doc, kind: string): string {
  const root = isSectionKind(kind) ? sectionKinds[kind].root : "default";
  if (root === "plain") return doc.getText("plain").toString();
  return linesOf(doc.getXmlFragment("default"));
}

/** Writes the text of one document into another, without its history: how a section goes into a new generation. */
export function copyContent(from: Y.Doc, to: Y.Doc): void {
  to.transact(() => {
    const rich = from.getXmlFragment("default");
    if (rich.length > 0) {
      const children = rich
        .toArray()
        .filter((child): child is Y.XmlElement | Y.XmlText => !(child instanceof Y.XmlHook));
      to.getXmlFragment("default").insert(
        0,
        children.map((child) => child.clone() as Y.XmlElement | Y.XmlText),
      );
    }
    const plain = from.getText("plain");
    if (plain.length > 0) to.getText("plain").applyDelta(plain.toDelta());
  });
}
