import * as Y from "yjs";
import { editorSchema, root } from "./schema.ts";

export interface Changed {
  /** Blocks of text in which something was written or deleted. */
  readonly blocks: ReadonlySet<Y.XmlElement>;
  /** Blocks that are no more. */
  readonly removed: number;
}

/** What others did in a note since this state of it: what came under `own` client ids was typed here. */
export function changedSince(doc: Y.Doc, before: Y.Snapshot, own: ReadonlySet<number>): Changed {
  const blocks = new Set<Y.XmlElement>();
  let removed = 0;
  const isNew = ({ id, length }: Y.Item): boolean => id.clock + length > (before.sv.get(id.client) ?? 0);
  const wentSince = ({ id, length }: Y.Item): boolean =>
    id.clock < (before.sv.get(id.client) ?? 0) &&
    !(Y.isDeleted(before.ds, id) && Y.isDeleted(before.ds, Y.createID(id.client, id.clock + length - 1)));
  const walk = (type: Y.XmlFragment | Y.XmlElement | Y.XmlText, block: Y.XmlElement | null): void => {
    for (let item = type._start; item; item = item.right) {
      if (item.deleted) {
        if (!wentSince(item)) continue;
        if (block) blocks.add(block);
        else removed += 1;
        continue;
      }
      const child = item.content instanceof Y.ContentType ? item.content.type : null;
      const inside = block ?? (child instanceof Y.XmlElement && isTextBlock(child) ? child : null);
      if (inside && isNew(item) && !own.has(item.id.client)) blocks.add(inside);
      if (child instanceof Y.XmlElement || child instanceof Y.XmlText) walk(child, inside);
    }
  };
  walk(doc.getXmlFragment(root), null);
  return { blocks, removed };
}

/** The blocks that hold text, in the order in which they stand. */
export function textBlocks(within: Y.XmlFragment | Y.XmlElement): Y.XmlElement[] {
  return within
    .toArray()
    .flatMap((child) => (child instanceof Y.XmlElement ? (isTextBlock(child) ? [child] : textBlocks(child)) : []));
}
const isTextBlock = (element: Y.XmlElement): boolean => editorSchema().nodes[element.nodeName]?.isTextblock === true;
