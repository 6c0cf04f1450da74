import { onCleanup } from "solid-js";
import type { CommandId } from "./table.ts";

/** What a command does here. `false`: nothing now, and whatever else has the key may answer. */
type Run = (event?: KeyboardEvent) => unknown;
interface Act {
  readonly run?: Run;
  /** Whether it is offered: what this member may not do here is not. */
  readonly when?: () => boolean;
}
/** Answered by the list itself. */
export const held: Act = {};
export interface Standing extends Act {
  readonly id: CommandId;
}

// Read when a key is pressed or the dialog opens: nothing has to be told.
let all: readonly Standing[] = [];
export const standing = (): readonly Standing[] => all;

/** Commands of the part of the page that calls this, as long as it stands. */
export function useCommands(acts: { readonly [id in CommandId]?: Run | Act | undefined }): void {
  const mine = Object.entries(acts).flatMap(([id, act]): Standing[] =>
    act ? [{ id: id as CommandId, ...(typeof act === "function" ? { run: act } : act) }] : [],
  );
  all = [...all, ...mine];
  onCleanup(() => (all = all.filter((one) => !mine.includes(one))));
}
/** The last that came has it. */
export const runCommand = (id: CommandId): void => void all.findLast((one) => one.id === id)?.run?.();
