import type { Node } from "@tiptap/pm/model";
import { fromBase64, toBase64 } from "lib0/buffer";
import * as Y from "yjs";
import { limits } from "../../../shared/kernel/limits.ts";

/**
 * Where a comment lies in a text. The document and what the editor shows are each read as one line of text with a line
 * break between blocks; if these agree, an offset in the one is an offset in the other, whether the editor is bound to
 * the document or only shows it.
 */
interface Run<T> {
  readonly at: number;
  readonly length: number;
  readonly of: T;
}
export interface Line<T> {
  readonly text: string;
  readonly runs: readonly Run<T>[];
}
interface Spot {
  readonly text: Y.XmlText;
  readonly index: number;
}
export interface Range {
  readonly from: number;
  readonly to: number;
}

function gather<T>(walk: (block: () => void, add: (words: string, of: T) => void) => void): Line<T> {
  let text = "";
  let apart = false;
  const runs: Run<T>[] = [];
  walk(
    () => (apart = true),
    (words, of) => {
      if (words === "") return;
      if (apart && text !== "") text += "\n";
      apart = false;
      runs.push({ at: text.length, length: words.length, of });
      text += words;
    },
  );
  return { text, runs };
}

/** The document's own text. What the editor shows as a closed box (`isKnown`: not this node) is no text here either. */
export const lineOf = (root: Y.XmlFragment, isKnown: (node: string) => boolean): Line<Spot> =>
  gather((block, add) => {
    const walk = (inside: Y.XmlFragment | Y.XmlElement): void => {
      for (const child of inside.toArray()) {
        if (child instanceof Y.XmlText) {
          let index = 0;
          for (const { insert } of child.toDelta() as readonly { readonly insert: unknown }[]) {
            if (typeof insert === "string") add(insert, { text: child, index });
            index += typeof insert === "string" ? insert.length : 1;
          }
        } else if (child instanceof Y.XmlElement) {
          block();
          if (isKnown(child.nodeName)) walk(child);
        }
      }
    };
    walk(root);
  });

/** What the editor shows, each run with its position in it. */
export const lineIn = (doc: Node): Line<number> =>
  gather((block, add) => {
    doc.descendants((node, pos) => {
      if (node.isText) add(node.text ?? "", pos);
      else block();
    });
  });

/** Positions of the editor for a range of its text; null: it is not all there. */
export function toPositions({ runs }: Line<number>, { from, to }: Range): Range | null {
  const first = runs.find(({ at, length }) => from >= at && from < at + length);
  const last = runs.findLast(({ at, length }) => to > at && to <= at + length);
  return first && last ? { from: first.of + from - first.at, to: last.of + to - last.at } : null;
}
/** And back, without white space at either end; null: nothing but that. */
export function fromPositions({ text, runs }: Line<number>, from: number, to: number): Range | null {
  const first = runs.find(({ of, length }) => of + length > from);
  const last = runs.findLast(({ of }) => of < to);
  if (!first || !last) return null;
  const start = first.at + Math.max(0, from - first.of);
  const end = last.at + Math.min(last.length, to - last.of);
  const words = text.slice(start, end);
  const trimmed = words.trim();
  const lead = words.length - words.trimStart().length;
  return trimmed === "" || end <= start ? null : { from: start + lead, to: start + lead + trimmed.length };
}

export interface Place {
  readonly start?: string;
  readonly end?: string;
  readonly quote: string;
}
/** A range as a comment keeps it: its ends stick to its own first and last character, so what is typed beside it stays out. */
export function placeOf(shown: Line<number>, line: Line<Spot>, { from, to }: Range): Place {
  const quote = cut(shown.text.slice(from, to));
  if (shown.text !== line.text) return { quote };
  const first = line.runs.find(({ at, length }) => from >= at && from < at + length);
  const last = line.runs.findLast(({ at, length }) => to > at && to <= at + length);
  if (!first || !last) return { quote };
  const start = Y.createRelativePositionFromTypeIndex(first.of.text, first.of.index + from - first.at, 0);
  const end = Y.createRelativePositionFromTypeIndex(last.of.text, last.of.index + to - last.at, -1);
  return { start: encode(start), end: encode(end), quote };
}
const encode = (position: Y.RelativePosition): string => toBase64(Y.encodeRelativePosition(position));
/** No half of a character is left at the end. */
const cut = (text: string): string => text.slice(0, limits.quoteMax).replace(/[\uD800-\uDBFF]$/, "");

/** Values of a record are free on the wire: what is no position in this text is none. */
function offsetOf(line: Line<Spot>, doc: Y.Doc, position: string | null | undefined): number | null {
  if (!position) return null;
  try {
    const found = Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(fromBase64(position)), doc);
    if (!found) return null;
    const run = line.runs.find(({ of, length }) => of.text === found.type && found.index >= of.index && found.index <= of.index + length); // prettier-ignore
    return run ? run.at + found.index - run.of.index : null;
  } catch {
    return null;
  }
}

/** `gone`: the text is not there any more. `unclear`: it is there more than once, and nothing says which one was meant. */
export type Found = Range | "gone" | "unclear";
interface Kept {
  readonly start?: string | null | undefined;
  readonly end?: string | null | undefined;
  readonly quote: string;
}
/**
 * Finds a comment's place: by its range as long as the document is of the same generation (`doc`: null if not), and by
 * its quote where the range holds nothing or little of it, as after a new generation, or where a block was made anew.
 */
export function findPlace(shown: Line<number>, line: Line<Spot>, doc: Y.Doc | null, kept: Kept): Found {
  const agree = doc !== null && shown.text === line.text;
  const from = agree ? offsetOf(line, doc, kept.start) : null;
  const to = agree ? offsetOf(line, doc, kept.end) : null;
  const range = from !== null && to !== null && from < to ? { from, to } : null;
  const words = range ? shown.text.slice(range.from, range.to) : "";
  if (range && words.length * 2 > kept.quote.length) return range;
  const at = occurrences(shown.text, kept.quote);
  const hint = from ?? to;
  if (at.length === 0) return range ?? "gone";
  if (at.length > 1 && hint === null) return "unclear";
  const best = at.reduce((near, one) => (Math.abs(one - (hint ?? 0)) < Math.abs(near - (hint ?? 0)) ? one : near));
  return { from: best, to: best + kept.quote.length };
}
function occurrences(text: string, quote: string): number[] {
  const found: number[] = [];
  if (quote === "") return found;
  for (let at = text.indexOf(quote); at >= 0; at = text.indexOf(quote, at + 1)) found.push(at);
  return found;
}
