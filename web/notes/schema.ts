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
import type { Schema } from "@tiptap/pm/model";
import { initProseMirrorDoc, yXmlFragmentToProsemirrorJSON } from "@tiptap/y-tiptap";
import * as Y from "yjs";
import type { RichNode } from "../../shared/sections/json.ts";
import { hasOnlyNamesOf } from "../../shared/sections/names.ts";
import { currentSchema } from "../../shared/sections/number.ts";
import { markName, schemaOf } from "../../shared/sections/schema.ts";
import { Link } from "./link.ts";
import { secondNodes } from "./nodes.ts";

export const root = "default";
const all: readonly AnyExtension[] = [
  Document, Paragraph, Text, Heading.configure({ levels: [1, 2, 3] }), Blockquote, CodeBlock, HardBreak, HorizontalRule,
  BulletList, OrderedList, ListItem, ListKeymap, Bold, Italic, Strike, Underline, Code, Link, ...secondNodes,
]; // prettier-ignore
const always: ReadonlySet<string> = new Set(["doc", "text"]);

/** What an editor of a schema number knows: exactly its names. Undo is the collaboration's: own words only. */
export function richText(number: number = currentSchema): readonly AnyExtension[] {
  const known = schemaOf(number);
  return all.filter(({ type, name }) => {
    if (type === "extension" || always.has(name)) return true;
    return (type === "node" ? known?.nodes : known?.marks)?.has(name) ?? false;
  });
}
const cached = (make: (number: number) => Schema): ((number?: number) => Schema) => {
  const made = new Map<number, Schema>();
  return (number = currentSchema) => {
    const schema = made.get(number) ?? make(number);
    made.set(number, schema);
    return schema;
  };
};
export const editorSchema = cached((number) => getSchema([...richText(number)]));

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
export const readingSchema = cached((number) => getSchema([...richText(number), Opaque(() => "", "")]));

/**
 * Would binding the editor to this document change it? An editor deletes what its schema does not know, for everyone.
 * Names are compared first; then a copy is opened with the editor's schema and must come out byte for byte (SECTION-3).
 */
export function isFullyKnown(doc: Y.Doc, number: number = currentSchema): boolean {
  if (!hasOnlyNamesOf(doc, number)) return false;
  const shadow = new Y.Doc();
  Y.applyUpdate(shadow, Y.encodeStateAsUpdate(doc));
  const before = Y.encodeStateAsUpdate(shadow);
  try {
    const { doc: opened } = initProseMirrorDoc(shadow.getXmlFragment(root), editorSchema(number));
    // Names alone do not say that a block may stand where it stands, nor that a value is one.
    if (opened.childCount > 0) opened.check();
    return equal(before, Y.encodeStateAsUpdate(shadow));
  } catch {
    return false; // it can't even be read: read-only
  } finally {
    shadow.destroy();
  }
}
const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, at) => byte === b[at]);

/** The document for reading: unknown blocks become opaque ones, unknown marks and values are left out. */
export function readable(doc: Y.Doc, number: number = currentSchema): JSONContent {
  const json = yXmlFragmentToProsemirrorJSON(doc.getXmlFragment(root)) as JSONContent;
  return { type: "doc", content: blocks(json.content, readingSchema(number)) };
}
/** The same of rich text as data, which is no more to be trusted: with all values, in the schema's own order. */
export function readableOf({ content }: RichNode, number: number = currentSchema): readonly JSONContent[] {
  const schema = readingSchema(number);
  const made = { type: "doc", content: blocks(content as readonly JSONContent[] | undefined, schema) };
  return (schema.nodeFromJSON(made).toJSON() as JSONContent).content ?? [];
}
function blocks(content: readonly JSONContent[] | undefined, schema: Schema): JSONContent[] {
  const made = (content ?? []).map((node) => clean(node, schema));
  return made.length > 0 ? made : [{ type: "paragraph" }];
}
function clean(node: JSONContent, schema: Schema): JSONContent {
  const type = Object.hasOwn(schema.nodes, node.type ?? "") ? schema.nodes[node.type ?? ""] : undefined;
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
    .map((child) => clean(child, schema))
    .map((child) => (type.inlineContent && child.type === opaqueName ? unknownInline : child));
  if (children.length > 0) made.content = children;
  try {
    schema.nodeFromJSON(made).check();
    return made;
  } catch {
    // Something is in it, or missing, that makes it another thing than its name says.
    return type.isInline ? unknownInline : { type: opaqueName };
  }
}
const unknownInline: JSONContent = { type: "text", text: "□" };
