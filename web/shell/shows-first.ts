import { createEffect, onCleanup, type Accessor } from "solid-js";
import type { Session } from "./context.ts";

/** Rows of a list that fit on a screen. */
export const firstRows = 40;
/** So long after the last change: nobody waits for it. */
const afterMs = 3_000;

/**
 * What stands at the top of a screen is read before the rest at the next start, so that its rows come once (SYNC-L9).
 * Null: what stood there before is to stay.
 */
export function showsFirst({ data }: Session, screen: string, ids: Accessor<readonly string[] | null>): void {
  createEffect(() => {
    if (!data.whole() || !data.settled()) return;
    const shown = ids();
    if (!shown) return;
    const timer = setTimeout(() => data.showFirst(screen, shown), afterMs);
    onCleanup(() => clearTimeout(timer));
  });
}
