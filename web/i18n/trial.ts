/**
 * Words for trying the layout: English in accented letters, two fifths longer. Nobody chooses them; the tests of the
 * screens do, and whoever puts `long` or `mirrored` under `baton.trial` of this device.
 */
const accented: Readonly<Record<string, string>> = {
  a: "å", b: "ƀ", c: "ç", d: "đ", e: "é", f: "ƒ", g: "ĝ", h: "ĥ", i: "î", j: "ĵ", k: "ķ", l: "ļ", m: "ɱ", n: "ñ",
  o: "ö", p: "þ", q: "ǫ", r: "ŕ", s: "š", t: "ţ", u: "û", v: "ṽ", w: "ŵ", x: "ẋ", y: "ý", z: "ž",
}; // prettier-ignore

export function lengthened(text: string): string {
  const more = Math.ceil([...text].length * 0.4);
  return [...text].map((letter) => accented[letter] ?? letter).join("") + (more > 1 ? ` ${"ö".repeat(more - 1)}` : "");
}

const made = new WeakMap<object, object>();
/** The same keys with trial words. */
export function trialOf<D extends object>(words: D): D {
  const known = made.get(words) as D | undefined;
  if (known) return known;
  const long = Object.fromEntries(
    Object.entries(words).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === "string"
        ? lengthened(value)
        : (...args: readonly unknown[]) => lengthened((value as (...all: readonly unknown[]) => string)(...args)),
    ]),
  ) as D;
  made.set(words, long);
  return long;
}
