import { Slice, type Node } from "@tiptap/pm/model";
import type { Transaction } from "@tiptap/pm/state";
import { ySyncPluginKey } from "@tiptap/y-tiptap";
import { currentSchema } from "../../shared/sections/number.ts";
import { schemaOf } from "../../shared/sections/schema.ts";

/** Whether a change of the text brings in a node that is such a one. */
export function bringsIn(change: Transaction, isSuch: (node: Node) => boolean): boolean {
  return change.steps.some((step) => {
    const slice = "slice" in step ? step.slice : null;
    let found = false;
    if (slice instanceof Slice) slice.content.descendants((node) => void (found ||= isSuch(node)));
    return found;
  });
}

/** The lowest schema number that has every node which a change of the text brings in. */
export function schemaNeededBy(change: Transaction): number {
  const names = new Set<string>();
  bringsIn(change, ({ type }) => {
    if (!type.isText) names.add(type.name);
    return false;
  });
  let number = 1;
  while (number < currentSchema && [...names].some((name) => !schemaOf(number)?.nodes.has(name))) number += 1;
  return number;
}

/** A colleague's change, or what the room brought: not typed here. */
export function isFromRoom(change: Transaction): boolean {
  const origin = change.getMeta(ySyncPluginKey) as { readonly isChangeOrigin?: boolean } | undefined;
  return origin?.isChangeOrigin === true;
}
