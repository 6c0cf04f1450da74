import { diffArrays } from "diff";

export interface Run {
  readonly text: string;
  readonly kind: "same" | "added" | "removed";
}
const patienceMs = 1_000; // two long texts with nothing in common; then line by line

/** What makes one text of another, word by word in any language. */
export function difference(before: string, after: string, locale: string): readonly Run[] {
  const segmenter = new Intl.Segmenter(locale, { granularity: "word" });
  const words = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment);
  const lines = (text: string): string[] => text.split(/(?<=\n)/);
  const parts =
    diffArrays(words(before), words(after), { timeout: patienceMs }) ?? diffArrays(lines(before), lines(after));
  return parts.map(({ value, added, removed }) => ({
    text: value.join(""),
    kind: added ? "added" : removed ? "removed" : "same",
  }));
}
