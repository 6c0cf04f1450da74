import { createMemo, createSignal, type Accessor } from "solid-js";

/**
 * Which lines of a long list are on the screen, where all lines are of one height: nothing is measured, and a line that
 * stays on the screen stays in the page.
 */
interface Screen {
  /** How far it is scrolled, how much of it is to be seen, and what of that a head takes. */
  readonly top: number;
  readonly tall: number;
  readonly head: number;
  readonly line: number;
  readonly count: number;
}
const overscan = 8;

/** Those on the screen and a few around: the first, and the one after the last. */
export function shownOf({ top, tall, head, line, count }: Screen): readonly [first: number, end: number] {
  const end = Math.min(count, Math.ceil((top + tall - head) / line) + overscan);
  return [Math.min(end, Math.max(0, Math.floor(top / line) - overscan)), end];
}
/** Where to scroll, so that a line is to be seen; null: it is already. */
export function scrollFor(index: number, { top, tall, head, line }: Omit<Screen, "count">): number | null {
  const room = tall - head;
  if (index * line < top) return index * line;
  return (index + 1) * line > top + room ? (index + 1) * line - room : null;
}

export interface FixedWindow {
  readonly indexes: Accessor<readonly number[]>;
  readonly height: Accessor<number>;
  scrolled(top: number): void;
  seen(tall: number): void;
  scrollFor(index: number): number | null;
}
const guess = 900; // before anything is known of the screen

export function createFixedWindow(
  count: Accessor<number>,
  line: Accessor<number>,
  head: Accessor<number>,
  begin: number,
): FixedWindow {
  const [top, setTop] = createSignal(begin);
  const [tall, setTall] = createSignal(guess);
  const screen = (): Screen => ({ top: top(), tall: tall(), head: head(), line: line(), count: count() });
  const range = createMemo(() => shownOf(screen()), undefined, {
    equals: ([a, b], [c, d]) => a === c && b === d,
  });
  return {
    indexes: createMemo(() => Array.from({ length: range()[1] - range()[0] }, (_, at) => range()[0] + at)),
    height: () => count() * line(),
    scrolled: (to) => void setTop(Math.max(0, to)),
    seen: (height) => void setTall(height || guess),
    scrollFor: (index) => scrollFor(index, screen()),
  };
}
