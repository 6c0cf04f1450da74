import { createSignal } from "solid-js";

type Words = typeof import("./words.ts");
const [words, setWords] = createSignal<Words>();
let coming: Promise<Words> | undefined;

/** The words for changes and refusals, fetched when the first of them has to be said. */
export const fetchWords = (): Promise<Words> =>
  (coming ??= import("./words.ts").then((loaded) => {
    setWords(() => loaded);
    return loaded;
  }));
/** Undefined until they are here; then whatever reads this is drawn again. */
export function wordsNow(): Words | undefined {
  if (!words()) void fetchWords();
  return words();
}
