import { Slice } from "@tiptap/pm/model";
import type { Transaction } from "@tiptap/pm/state";
import { ySyncPluginKey } from "@tiptap/y-tiptap";
import { currentSchema } from "../../shared/sections/number.ts";
import { schemaOf } from "../../shared/sections/schema.ts";

/** The lowest schema number that has every node which a change of the text brings in. */
export function schemaNeededBy(change: Transaction): number {
  const names = new Set<string>();
  for (const step of change.steps) {
    const slice = "slice" in step ? step.slice : null;
    if (slice instanceof Slice) slice.content.descendants(({ type }) => void (type.isText || names.add(type.name)));
  }
  let number = 1;
  while (number < currentSchema && [...names].some((name) => !schemaOf(number)?.nodes.has(name))) number += 1;
  return number;
}

/** A colleague's change, or what the room brought: not typed here. */
export function isFromRoom(change: Transaction): boolean {
  const origin = change.getMeta(ySyncPluginKey) as { readonly isChangeOrigin?: boolean } | undefined;
  return origin?.isChangeOrigin === true;
}
