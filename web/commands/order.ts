import { fold } from "../i18n/format.ts";
import { terms } from "../search/text.ts";
import type { Standing } from "./registry.ts";
import { entryOf, ids, isGeneral, type CommandId } from "./table.ts";

/** Who answers these keys, first of all: the page before what works everywhere, what came last before what came first. */
export function answering(keys: string, all: readonly Standing[]): readonly Standing[] {
  const those = all.filter(({ id, run }) => run && entryOf(id).keys === keys).toReversed();
  return [...those.filter(({ id }) => !isGeneral(id)), ...those.filter(({ id }) => isGeneral(id))];
}
/** Each command once, of the last that has it, in the order of the table; what is not to be done here left out. */
export function offered(all: readonly Standing[]): readonly Standing[] {
  return ids.flatMap((id) => {
    const one = all.findLast((standing) => standing.id === id);
    return one && (one.when?.() ?? true) ? [one] : [];
  });
}
/** What help lists: keys that do something here. Of those with the same keys, those that the page's own hides are left out. */
export function listed(all: readonly Standing[]): readonly CommandId[] {
  const shown = offered(all).filter(({ id }) => entryOf(id).keys !== undefined);
  return shown
    .filter(({ id }) => !isGeneral(id) || !shown.some((own) => !isGeneral(own.id) && entryOf(own.id).keys === entryOf(id).keys))
    .map(({ id }) => id);
} // prettier-ignore
/** Lines of the palette: what can be run by its name. */
export const runnable = (all: readonly Standing[]): readonly Standing[] =>
  offered(all).filter(({ id, run }) => run && !entryOf(id).move);

interface Named {
  /** What it is called in the language of now. */
  readonly name: string;
  /** What else it is called, in any language. */
  readonly also: string;
}
interface Ranked<T> {
  readonly of: T;
  /** Its name begins with what was typed. */
  readonly first: boolean;
}
/** Without what nobody types. */
const plain = (text: string): string =>
  fold(text)
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
/** Commands that are meant by these words, best first. */
export function ranked<T>(commands: readonly T[], named: (command: T) => Named, query: string): readonly Ranked<T>[] {
  const asked = terms(query, false);
  if (asked.length === 0) return [];
  const typed = plain(query);
  const begins = (words: readonly string[]) => asked.every((term) => words.some((word) => word.startsWith(term)));
  const found = commands.flatMap((of) => {
    const { name, also } = named(of);
    const words = terms(name, true);
    const first = plain(name).startsWith(typed);
    const score = first ? 3 : begins(words) ? 2 : begins([...words, ...terms(also, true)]) ? 1 : 0;
    return score === 0 ? [] : [{ of, first, score }];
  });
  return found.toSorted((a, b) => b.score - a.score).map(({ of, first }) => ({ of, first }));
}
