import * as Y from "yjs";
import { markName, schemaOf, type SectionSchema } from "./schema.ts";

function isWithin(element: Y.XmlFragment | Y.XmlElement, { nodes, marks, attributes }: SectionSchema): boolean {
  if (element instanceof Y.XmlElement) {
    if (!nodes.has(element.nodeName)) return false;
    if (Object.keys(element.getAttributes()).some((name) => !attributes.has(name))) return false;
  }
  return element.toArray().every((child) => {
    if (child instanceof Y.XmlText) {
      const delta = child.toDelta() as readonly { readonly attributes?: object }[];
      return delta.every((part) => Object.keys(part.attributes ?? {}).every((name) => marks.has(markName(name))));
    }
    return child instanceof Y.XmlElement && isWithin(child, { nodes, marks, attributes });
  });
}

/** Whether a schema number has every name in the rich text of a document. */
export function hasOnlyNamesOf(doc: Y.Doc, number: number): boolean {
  const schema = schemaOf(number);
  return schema !== null && isWithin(doc.getXmlFragment("default"), schema);
}

/** The lowest schema number that has every name in the rich text; null: none that this build knows has. */
export function schemaNeeded(doc: Y.Doc): number | null {
  for (let number = 1; schemaOf(number) !== null; number++) if (hasOnlyNamesOf(doc, number)) return number;
  return null;
}

/** The same of what an update brings in, before it is anywhere: nodes and marks, not their attributes. */
export function bringsOnlyNamesOf(update: Uint8Array, number: number): boolean {
  const schema = schemaOf(number);
  if (!schema) return false;
  return Y.decodeUpdate(update).structs.every((struct) => {
    if (!(struct instanceof Y.Item)) return true;
    const { content } = struct;
    if (content instanceof Y.ContentFormat) return schema.marks.has(markName(content.key));
    if (!(content instanceof Y.ContentType)) return true;
    return content.type instanceof Y.XmlText || (content.type instanceof Y.XmlElement && schema.nodes.has(content.type.nodeName)); // prettier-ignore
  });
}
