import { tinykeys } from "tinykeys";
import { answering } from "./order.ts";
import { standing } from "./registry.ts";
import { entryOf, ids } from "./table.ts";

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
const covered = (): boolean => document.querySelector('[role="dialog"],[role="menu"]') !== null;

function answer(keys: string, event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  for (const { id, run } of answering(keys, standing())) {
    if (!entryOf(id).always && (typing(event.target) || covered())) continue;
    if (run?.(event) === false) continue;
    return event.preventDefault();
  }
}

/** Listens for every key of the table, in one place: of several listeners tinykeys 4.0.0 leaves some waiting for a second key. */
export function listen(): () => void {
  const single = new Set(ids.flatMap((id) => entryOf(id).keys ?? []).filter((keys) => !keys.startsWith("g ")));
  return tinykeys(
    window,
    {
      // First, so that the second of two keys is nothing by itself.
      "g (.)": (event) => answer(`g ${event.key.toLowerCase()}`, event),
      ...Object.fromEntries([...single].map((keys) => [keys, (event: KeyboardEvent) => answer(keys, event)])),
    },
    { ignore: (event) => event.repeat || event.isComposing },
  );
}
