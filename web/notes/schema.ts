import { getSchema, Node, type AnyExtension, type JSONContent } from "@tiptap/core";
import Blockquote from "@tiptap/extension-blockquote";
import Bold from "@tiptap/extension-bold";
import Code from "@tiptap/extension-code";
import CodeBlock from "@tiptap/extension-code-block";
import Document from "@tiptap/extension-document";
import HardBreak from "@tiptap/extension-hard-break";
import Heading from "@tiptap/extension-heading";
import HorizontalRule from "@tiptap/extension-horizontal-rule";
import Italic from "@tiptap/extension-italic";
import { BulletList, ListItem, ListKeymap, OrderedList } from "@tiptap/extension-list";
import Paragraph from "@tiptap/extension-paragraph";
import Strike from "@tiptap/extension-strike";
import Text from "@tiptap/extension-text";
import Underline from "@tiptap/extension-underline";
import { initProseMirrorDoc, yXmlFragmentToProsemirrorJSON } from "@tiptap/y-tiptap";
import * as Y from "yjs";
import { Link } from "./link.ts";
import { currentSchema, markName, schemaOf } from "../../shared/sections/schema.ts";

export const root = "default";
/** What the editor knows: exactly the names of the current schema number. Undo is the collaboration's: own words only. */
export const richText: readonly AnyExtension[] = [
  Document, Paragraph, Text, Heading.configure({ levels: [1, 2, 3] }), Blockquote, CodeBlock, HardBreak, HorizontalRule,
  BulletList, OrderedList, ListItem, ListKeymap, Bold, Italic, Strike, Underline, Code, Link,
]; // prettier-ignore
export const schema = getSchema([...richText]);

const opaqueName = "opaque";
/** Stands for content that this app does not know: shown as a closed box, kept as it is. */
export const Opaque = (text: () => string, cls: string) =>
  Node.create({
    name: opaqueName,
    group: "block",
    atom: true,
    selectable: false,
    parseHTML: () => [{ tag: "div[data-opaque]" }],
    renderHTML: () => ["div", { "data-opaque": "", class: cls }, text()],
  });

/**
 * Would binding the editor to this document change it? An editor deletes what its schema does not know, for everyone.
 * Names are compared first; then a copy is opened with the editor's schema and must come out byte for byte (SECTION-3).
 */
export function isFullyKnown(doc: Y.Doc): boolean {
  if (hasForeignNames(doc.getXmlFragment(root))) return false;
  const shadow = new Y.Doc();
  Y.applyUpdate(shadow, Y.encodeStateAsUpdate(doc));
  const before = Y.encodeStateAsUpdate(shadow);
  try {
    const { doc: opened } = initProseMirrorDoc(shadow.getXmlFragment(root), schema);
    if (opened.childCount > 0) opened.check(); // names alone do not say that a block may stand where it stands
    return equal(before, Y.encodeStateAsUpdate(shadow));
  } catch {
    return false; // it can't even be read: read-only
  } finally {
    shadow.destroy();
  }
}
const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);

function hasForeignNames(element: Y.XmlFragment | Y.XmlElement): boolean {
  const known = schemaOf(currentSchema);
  if (!known) return true;
  if (element instanceof Y.XmlElement) {
    if (!known.nodes.has(element.nodeName)) return true;
    if (Object.keys(element.getAttributes()).some((name) => !known.attributes.has(name))) return true;
  }
  return element.toArray().some((child) => {
    if (child instanceof Y.XmlText) {
      const delta = child.toDelta() as readonly { readonly attributes?: object }[];
      return delta.some((part) => Object.keys(part.attributes ?? {}).some((name) => !known.marks.has(markName(name))));
    }
    return child instanceof Y.XmlElement ? hasForeignNames(child) : true;
  });
}

/** The document for reading: unknown blocks become opaque ones, unknown marks and values are left out. */
export function readable(doc: Y.Doc): JSONContent {
  const fragment = doc.getXmlFragment(root);
  const json = yXmlFragmentToProsemirrorJSON(fragment) as JSONContent;
  return { type: "doc", content: blocks(json.content) };
}
function blocks(content: readonly JSONContent[] | undefined): JSONContent[] {
  const made = (content ?? []).map(clean);
  return made.length > 0 ? made : [{ type: "paragraph" }];
}
function clean(node: JSONContent): JSONContent {
  const type = schema.nodes[node.type ?? ""];
  if (!type) return { type: opaqueName };
  const attrs = Object.fromEntries(
    Object.entries(node.attrs ?? {}).filter(([name]) => type.spec.attrs && name in type.spec.attrs),
  );
  const marks = (node.marks ?? [])
    .filter((mark) => schema.marks[markName(mark.type)] !== undefined)
    .map((mark) => ({ ...mark, type: markName(mark.type) }));
  const made: JSONContent = {
    type: type.name,
    ...(Object.keys(attrs).length > 0 ? { attrs } : {}),
    ...(marks.length > 0 ? { marks } : {}),
    ...(node.text ? { text: node.text } : {}),
  };
  const children = (node.content ?? [])
    .filter((child) => child.type !== "text" || (child.text ?? "") !== "")
    .map(clean);
  if (children.length > 0) made.content = children;
  try {
    schema.nodeFromJSON(made).check();
    return made;
  } catch {
    // A known block with something in it that does not belong there.
    return type.isBlock && !children.some((child) => child.type === opaqueName)
      ? { type: opaqueName }
      : type.isInline
        ? { type: "text", text: "□" }
        : opaqueInside(made);
  }
}
/** Keeps the frame of a list or quote round an opaque block where the schema allows one; else the whole is opaque. */
function opaqueInside(node: JSONContent): JSONContent {
  return node.type === "blockquote" || node.type === "listItem" ? node : { type: opaqueName };
}
