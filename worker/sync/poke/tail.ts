/**
 * The newest changes that the hub was told of, as headers and in memory: a page that was made before a change, and whose
 * interest arrives after it, would else miss its poke. And the order of changes without gaps, by which a word shows that
 * never came. Pure.
 */
import { limits } from "../../../shared/kernel/limits.ts";
import type { Span } from "../../db/commit.ts";
import type { Announcement } from "../push.ts";

type Header = Announcement["keys"][number];
interface Told {
  readonly at: number; // position
  readonly keys: readonly Header[];
  readonly anchors: readonly string[];
}

export class Tail {
  private told: Told[] = [];
  private count = 0;
  /** Of what fell out of it. */
  private lost = 0;

  add(told: Told): void {
    this.told.push(told);
    this.count += told.keys.length;
    while (this.count > limits.hubTailMax && this.told.length > 1) {
      const [oldest] = this.told.splice(0, 1);
      this.count -= oldest?.keys.length ?? 0;
      this.lost = Math.max(this.lost, oldest?.at ?? 0);
    }
  }
  /** What came after a position; null: it does not reach back so far. */
  since(at: number): { readonly keys: readonly Header[]; readonly anchors: readonly string[] } | null {
    if (this.lost > at) return null;
    const later = this.told.filter((one) => one.at > at);
    return { keys: later.flatMap(({ keys }) => keys), anchors: later.flatMap(({ anchors }) => anchors) };
  }
}

/** Changes of which no word came yet, in ranges. */
export class Gaps {
  /** Null: nothing was ever told, so nothing is missing. */
  private end: number | null;
  private open: Span[] = [];
  constructor(head: number | null) {
    this.end = head;
  }
  get head(): number {
    return this.end ?? 0;
  }
  /** A word came; commits may overtake each other on their way here. */
  told({ after, upTo }: Span): void {
    this.open = this.open.flatMap((gap) => without(gap, { after, upTo }));
    if (after > (this.end ?? after)) this.open.push({ after: this.head, upTo: after });
    this.reached(upTo);
  }
  /** The cell is at `head`: what is beyond the last word is open too. */
  seen(head: number): void {
    if (head > (this.end ?? head)) this.open.push({ after: this.head, upTo: head });
    this.reached(head);
  }
  reached(head: number): void {
    this.end = Math.max(this.head, head);
  }
  get missing(): readonly Span[] {
    return this.open;
  }
}
function without(gap: Span, told: Span): Span[] {
  const left = { after: gap.after, upTo: Math.min(gap.upTo, told.after) };
  const right = { after: Math.max(gap.after, told.upTo), upTo: gap.upTo };
  return [left, right].filter(({ after, upTo }) => upTo > after);
}
