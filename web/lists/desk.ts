import { createSignal, type Accessor, type Setter } from "solid-js";
import type { Not } from "./acts.ts";

/** Long work on a list, as far as it is. */
interface Progress {
  readonly done: number;
  readonly all: number;
  /** It takes something back. */
  readonly back: boolean;
  readonly stop: () => void;
}
/** What a list is at work on, and what of its last work was not done. */
export interface Desk {
  readonly work: Accessor<Progress | undefined>;
  readonly setWork: Setter<Progress | undefined>;
  readonly left: Accessor<readonly Not[]>;
  readonly setLeft: Setter<readonly Not[]>;
}
export function createDesk(): Desk {
  const [work, setWork] = createSignal<Progress>();
  const [left, setLeft] = createSignal<readonly Not[]>([]);
  return { work, setWork, left, setLeft };
}
