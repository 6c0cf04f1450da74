import { TextSelection, type EditorState, type Transaction } from "@tiptap/pm/state";
import { createSignal } from "solid-js";
import { isFromRoom } from "./raise.ts";

/** What was typed to ask for a menu: the sign, the words after it, and where both stand. */
export interface Asked {
  readonly sign: "/" | "@";
  readonly words: string;
  readonly from: number;
  readonly to: number;
}
const wordsMax = 30;
// `、` is what the slash key writes in Chinese. An address (`ana@firm.example`) asks for nobody.
const signs = [
  { sign: "/", pattern: new RegExp(`(?:^|[\\s\\ufffc])([/／])([^\\s/／]{0,${wordsMax}})$`, "u") },
  { sign: "/", pattern: new RegExp(`^(、)([^\\s、]{0,${wordsMax}})$`, "u") },
  { sign: "@", pattern: new RegExp(`(?<![\\w.%+-])([@＠])([^\\s@＠]{0,${wordsMax}})$`, "u") },
] as const;

/** Null where the caret stands in no such words, in code, or has a selection. */
export function askedAt({ selection, storedMarks }: EditorState): Asked | null {
  if (!(selection instanceof TextSelection) || !selection.empty) return null;
  const { $from } = selection;
  const isCode = $from.parent.type.spec.code || (storedMarks ?? $from.marks()).some(({ type }) => type.spec.code);
  if (!$from.parent.isTextblock || isCode) return null;
  const before = $from.parent.textBetween(0, $from.parentOffset, undefined, "\ufffc");
  for (const { sign, pattern } of signs) {
    const found = pattern.exec(before);
    if (!found) continue;
    const words = found[2] ?? "";
    return { sign, words, from: $from.pos - words.length - 1, to: $from.pos };
  }
  return null;
}

/** What is asked for now. It opens by typing, goes on while the caret stays with the words, and Escape leaves it. */
export function createAsked() {
  const [asked, setAsked] = createSignal<Asked | null>(null, {
    equals: (a, b) => a === b || (a?.from === b?.from && a?.words === b?.words && a?.sign === b?.sign),
  });
  let left = -1; // where it was left: not asked there again until the words are gone
  return {
    asked,
    look(state: EditorState, change: Transaction): void {
      const now = askedAt(state);
      const held = asked();
      const byHand = change.docChanged && !isFromRoom(change);
      if (!now) left = -1;
      else if (now.from === left) return;
      // A colleague's words may move the place, and not what is typed there.
      const goesOn = held !== null && now?.sign === held.sign && (now.from === held.from || now.words === held.words);
      setAsked(now && (byHand || goesOn) ? now : null);
    },
    leave(): void {
      left = asked()?.from ?? -1;
      setAsked(null);
    },
    close: () => void setAsked(null),
  };
}
