/** Names of people as people write them. */
const cjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const first = (text: string): string => graphemes.segment(text)[Symbol.iterator]().next().value?.segment ?? "";

export interface PersonName {
  readonly name?: string | null | undefined;
  readonly given?: string | null | undefined;
  readonly family?: string | null | undefined;
}

/** Family name first, without a space, where the name itself is written in Chinese, Japanese or Korean script. */
export function displayName(person: PersonName): string {
  const given = person.given?.trim() ?? "";
  const family = person.family?.trim() ?? "";
  if (given && family) return cjk.test(given) && cjk.test(family) ? family + given : `${given} ${family}`;
  return person.name?.trim() || family || given;
}

/** Letters for an avatar: two, or the family name's one where a character is a word. Whole graphemes: no accent is cut off. */
export function initials(name: string): string {
  const text = name.trim();
  if (cjk.test(text)) return first(text);
  const words = text.split(/[\s-]+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters
    .map((word) => first(word ?? ""))
    .join("")
    .toLocaleUpperCase();
}

/** The same person has the same colour everywhere: 1 to 8. */
export function hueOf(id: string): number {
  let hash = 7;
  for (let at = 0; at < id.length; at += 1) hash = (Math.imul(hash, 31) + id.charCodeAt(at)) >>> 0;
  return (hash % 8) + 1;
}
