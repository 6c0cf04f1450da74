import * as Y from "yjs";
import { markName } from "./schema.ts";

/** Rich text as data, in the shape that ProseMirror reads. Whoever shows it checks it against their own schema. */
export interface RichNode {
  readonly type: string;
  readonly attrs?: Readonly<Record<string, unknown>>;
  readonly content?: readonly RichNode[];
  readonly text?: string;
  readonly marks?: readonly { readonly type: string; readonly attrs?: unknown }[];
}

/** The whole of a section's rich text: `{type: "doc", content}`. */
export function richOf(doc: Y.Doc): RichNode {
  return { type: "doc", content: doc.getXmlFragment("default").toArray().flatMap(nodesOf) };
}

function nodesOf(node: Y.XmlElement | Y.XmlText | Y.XmlHook): RichNode[] {
  if (node instanceof Y.XmlText) return runsOf(node);
  if (node instanceof Y.XmlHook) return [];
  const attrs = node.getAttributes() as Record<string, unknown>;
  const content = node.toArray().flatMap((child) => nodesOf(child as Y.XmlElement | Y.XmlText));
  return [
    {
      type: node.nodeName,
      ...(Object.keys(attrs).length > 0 ? { attrs } : {}),
      ...(content.length > 0 ? { content } : {}),
    },
  ];
}

function runsOf(text: Y.XmlText): RichNode[] {
  const runs = text.toDelta() as { insert?: unknown; attributes?: Record<string, unknown> }[];
  return runs.flatMap(({ insert, attributes = {} }) => {
    if (typeof insert !== "string" || insert === "") return [];
    const marks = Object.entries(attributes).map(([key, attrs]) => ({
      type: markName(key),
      ...(typeof attrs === "object" && attrs !== null && Object.keys(attrs).length > 0 ? { attrs } : {}),
    }));
    return [{ type: "text", text: insert, ...(marks.length > 0 ? { marks } : {}) }];
  });
}
