/** What makes one text of another: blocks that are the same, came, went or are formatted anew, and words in them. */
import type { JSONContent } from "@tiptap/core";
import { diffArrays } from "diff";

export type Change = "same" | "added" | "removed" | "restyled";
export interface Piece {
  readonly node: JSONContent;
  readonly change: Change;
  readonly content: readonly Piece[];
}
const patienceMs = 1_000; // two long texts with nothing in common; then what differs is shown as a whole
const pairsMax = 40_000;
const alike = 0.3; // the part of their words that two blocks share to be one block that was changed

/** Both in the shape and with the order of values that the editor's schema gives them. */
export function difference(
  before: readonly JSONContent[],
  after: readonly JSONContent[],
  locale: string,
  patience = patienceMs,
): readonly Piece[] {
  return new Differ(locale, performance.now() + patience).blocks(before, after);
}
export const unchanged = (blocks: readonly JSONContent[]): readonly Piece[] =>
  blocks.map((node) => whole(node, "same"));
export const isSame = (pieces: readonly Piece[]): boolean =>
  pieces.every(({ change, content }) => change === "same" && isSame(content));

const whole = (node: JSONContent, change: Change): Piece => ({
  node,
  change,
  content: (node.content ?? []).map((child) => whole(child, change)),
});
const families: Readonly<Record<string, string>> = {
  paragraph: "text", heading: "text", codeBlock: "text",
  bulletList: "list", orderedList: "list", taskList: "list",
  listItem: "item", taskItem: "item",
  tableCell: "cell", tableHeader: "cell",
}; // prettier-ignore
const familyOf = ({ type = "" }: JSONContent): string => families[type] ?? type;
const isText = (node: JSONContent): boolean => familyOf(node) === "text";
const textIn = ({ text = "", content = [] }: JSONContent): string => text + content.map(textIn).join(" ");
const keyOf = (node: JSONContent): string => JSON.stringify(node);
const styleOf = ({ type, attrs }: JSONContent): string => JSON.stringify([type, attrs]);
const marksOf = ({ marks = [] }: JSONContent): string =>
  marks.map(({ type, attrs }) => `${type} ${String(attrs?.["href"] ?? "")}`).join();

/** A stretch of both that is the same, or of one or both that is not. */
interface Step {
  readonly same: boolean;
  readonly a: readonly [from: number, to: number];
  readonly b: readonly [from: number, to: number];
}

class Differ {
  private readonly segmenter: Intl.Segmenter;
  private readonly until: number;
  private readonly counts = new WeakMap<JSONContent, ReadonlyMap<string, number>>();
  constructor(locale: string, until: number) {
    this.segmenter = new Intl.Segmenter(locale, { granularity: "word" });
    this.until = until;
  }

  blocks(a: readonly JSONContent[], b: readonly JSONContent[]): Piece[] {
    return this.steps(a.map(keyOf), b.map(keyOf)).flatMap((step) => {
      const [gone, came] = [a.slice(...step.a), b.slice(...step.b)];
      return step.same ? came.map((node) => whole(node, "same")) : this.gap(gone, came);
    });
  }

  private steps(a: readonly string[], b: readonly string[]): Step[] {
    const timeout = Math.max(1, this.until - performance.now());
    const parts = diffArrays([...a], [...b], { timeout });
    if (!parts) return [{ same: false, a: [0, a.length], b: [0, b.length] }];
    const steps: Step[] = [];
    let [atA, atB] = [0, 0];
    for (const { value, added, removed } of parts) {
      const [toA, toB] = [atA + (added ? 0 : value.length), atB + (removed ? 0 : value.length)];
      const last = steps.at(-1);
      const same = !added && !removed;
      if (last && !last.same && !same) steps[steps.length - 1] = { same, a: [last.a[0], toA], b: [last.b[0], toB] };
      else steps.push({ same, a: [atA, toA], b: [atB, toB] });
      [atA, atB] = [toA, toB];
    }
    return steps;
  }

  /** Blocks that differ: those that share enough are one that was changed, the others went or came. */
  private gap(gone: readonly JSONContent[], came: readonly JSONContent[]): Piece[] {
    const pieces: Piece[] = [];
    let [atGone, atCame] = [0, 0];
    for (const [i, j] of [...this.pairs(gone, came), [gone.length, came.length] as const]) {
      pieces.push(...gone.slice(atGone, i).map((node) => whole(node, "removed")));
      pieces.push(...came.slice(atCame, j).map((node) => whole(node, "added")));
      const [was, is] = [gone[i], came[j]];
      if (was && is) pieces.push(this.changed(was, is));
      [atGone, atCame] = [i + 1, j + 1];
    }
    return pieces;
  }
  private pairs(gone: readonly JSONContent[], came: readonly JSONContent[]): (readonly [number, number])[] {
    const [first, other] = [gone[0], came[0]];
    if (!first || !other) return [];
    const kin = (one: JSONContent, another: JSONContent): boolean => familyOf(one) === familyOf(another);
    // The cells of a row have their places, and a list that stands alone against another one is that one.
    if (gone.length === came.length && (familyOf(first) === "cell" || (gone.length === 1 && !isText(first))))
      return gone.flatMap((node, n) => (kin(node, came[n] as JSONContent) ? [[n, n] as const] : []));
    if (gone.length * came.length > pairsMax) return [];
    const width = came.length + 1;
    const best = new Float64Array((gone.length + 1) * width);
    const likeness = (i: number, j: number): number => {
      const [was, is] = [gone[i] as JSONContent, came[j] as JSONContent];
      const share = kin(was, is) ? this.likeness(was, is) : 0;
      return share < alike ? 0 : share;
    };
    const shares = gone.map((_, i) => came.map((__, j) => likeness(i, j)));
    const at = (i: number, j: number): number => best[i * width + j] ?? 0;
    const share = (i: number, j: number): number => shares[i]?.[j] ?? 0;
    for (let i = gone.length - 1; i >= 0; i--)
      for (let j = came.length - 1; j >= 0; j--) {
        const paired = share(i, j) > 0 ? share(i, j) + at(i + 1, j + 1) : 0;
        best[i * width + j] = Math.max(paired, at(i + 1, j), at(i, j + 1));
      }
    const found: (readonly [number, number])[] = [];
    for (let i = 0, j = 0; i < gone.length && j < came.length;) {
      if (share(i, j) > 0 && at(i, j) === share(i, j) + at(i + 1, j + 1)) found.push([i++, j++]);
      else if (at(i + 1, j) >= at(i, j + 1)) i++;
      else j++;
    }
    return found;
  }
  private likeness(one: JSONContent, other: JSONContent): number {
    const [a, b] = [this.wordsOf(one), this.wordsOf(other)];
    let [all, common] = [0, 0];
    for (const [word, count] of a) {
      all += count;
      common += Math.min(count, b.get(word) ?? 0);
    }
    for (const count of b.values()) all += count;
    return all === 0 ? (one.type === other.type ? alike : 0) : (2 * common) / all;
  }
  private wordsOf(node: JSONContent): ReadonlyMap<string, number> {
    const known = this.counts.get(node);
    if (known) return known;
    const counts = new Map<string, number>();
    for (const { segment, isWordLike } of this.segmenter.segment(textIn(node)))
      if (isWordLike) counts.set(segment, (counts.get(segment) ?? 0) + 1);
    this.counts.set(node, counts);
    return counts;
  }

  private changed(was: JSONContent, is: JSONContent): Piece {
    const [a, b] = [was.content ?? [], is.content ?? []];
    const change = styleOf(was) === styleOf(is) ? "same" : "restyled";
    return { node: is, change, content: isText(is) ? this.words(a, b) : this.blocks(a, b) };
  }

  private words(before: readonly JSONContent[], after: readonly JSONContent[]): Piece[] {
    const tokens = (nodes: readonly JSONContent[]): JSONContent[] =>
      nodes.flatMap((node) =>
        node.type === "text"
          ? [...this.segmenter.segment(node.text ?? "")].map(({ segment }) => ({ ...node, text: segment }))
          : [node],
      );
    const [a, b] = [tokens(before), tokens(after)];
    const key = (node: JSONContent): string => (node.type === "text" ? ` ${node.text}` : styleOf(node));
    const isGlue = ({ same, a: [from, to] }: Step, at: number, all: readonly Step[]): boolean =>
      same && at > 0 && at < all.length - 1 && a.slice(from, to).every(({ text = "x" }) => /^\s*$/.test(text));
    const pieces: Piece[] = [];
    const put = (node: JSONContent, change: Change): void => {
      const last = pieces.at(-1);
      if (node.type === "text" && last?.node.type === "text" && last.change === change && marksOf(last.node) === marksOf(node))
        pieces[pieces.length - 1] = { ...last, node: { ...node, text: `${last.node.text}${node.text}` } };
      else pieces.push({ node, change, content: [] });
    }; // prettier-ignore
    const all = this.steps(a.map(key), b.map(key));
    // A space alone between two changes is part of them.
    const joined = all.reduce<Step[]>((done, step, at) => {
      const last = done.at(-1);
      const one = isGlue(step, at, all) ? { ...step, same: false } : step;
      if (last && !last.same && !one.same)
        done[done.length - 1] = { same: false, a: [last.a[0], one.a[1]], b: [last.b[0], one.b[1]] }; // prettier-ignore
      else done.push(one);
      return done;
    }, []);
    for (const { same, a: inA, b: inB } of joined) {
      const [gone, came] = [a.slice(...inA), b.slice(...inB)];
      if (!same) for (const node of gone) put(node, "removed");
      for (const [n, node] of came.entries()) {
        const was = gone[n];
        put(node, !same ? "added" : was && marksOf(was) !== marksOf(node) ? "restyled" : "same");
      }
    }
    return pieces;
  }
}
