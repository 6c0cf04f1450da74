/**
 * The order of text in a language, at the speed of numbers. `Intl.Collator` gives no sort keys and costs a call for each
 * comparison; here each character of the alphabets below has a rank, taken from the collator itself, and the first
 * characters of a text are packed into two integers. Whatever the ranks cannot tell (accents, case, scripts that are
 * not below) is asked of the collator, so that the order is exactly its own: windows.test.ts compares them.
 */

/** One collator a locale; digits inside text count as numbers ("Case 9" before "Case 10"). */
export const collatorOf = (locale: string): Intl.Collator => new Intl.Collator(locale, { numeric: true });

const unitsMax = 512;
/** Longer runs of digits are left to the collator, so that a run's length fits into one unit. */
const runMax = 60;
/** Packed: two integers of thirty bits, which the engine keeps without a box. */
const packedBits = 30;
const marks = "–—‘’“”«»¿¡•、。《》【】（），：；！？";
/** Letters that no decomposition leads back to their plain one, though most languages sort them with it. */
const struck = [..."ØøŁłĐđĦħ"].map((one, at) => [one, "oollddhh".charAt(at)] as const);
const plain = new Map(struck);
const letters = ((): string[] => {
  const found: string[] = [];
  for (let code = 0x20; code < 0x7f; code += 1) found.push(String.fromCharCode(code));
  const ranges = [[0xc0, 0x24f], [0x1e00, 0x1eff]] as const; // prettier-ignore
  for (const [from, to] of ranges)
    for (let code = from; code <= to; code += 1) {
      const one = String.fromCharCode(code);
      if (/^[A-Za-z]\p{Mn}+$/u.test(one.normalize("NFD"))) found.push(one);
    }
  return [...found, ...struck.map(([one]) => one), ...marks];
})();
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isHan = (code: number): boolean => (code >= 0x4e00 && code <= 0x9fff) || (code >= 0x3400 && code <= 0x4dbf);

/** Ranks of characters; never changed once it is made, since keys that are packed by it must stay comparable. */
class Alphabet {
  private readonly ranks = new Uint16Array(0x10000); // 0: not known here
  readonly bits: number;
  readonly perWord: number;
  readonly groups: readonly string[];

  /** Characters in order, those of one rank together. */
  constructor(groups: readonly string[]) {
    this.groups = groups;
    groups.forEach((group, index) => {
      // Digits are one rank, that of "0": which one it is, a run says by its length and digits.
      for (const one of group === "0" ? "0123456789" : group) this.ranks[one.charCodeAt(0)] = index + 1;
    });
    this.bits = Math.ceil(Math.log2(Math.max(groups.length, runMax + 1) + 1));
    this.perWord = Math.floor(packedBits / this.bits);
  }
  has(code: number): boolean {
    return this.ranks[code] !== 0;
  }
  /** The text as ranks, runs of digits as digit, length, digits. Answers how many; -1: not to be told by ranks. */
  units(text: string, into: Uint16Array): number {
    const { length } = text;
    if (length > unitsMax / 3) return -1;
    let count = 0;
    for (let at = 0; at < length; at += 1) {
      const code = text.charCodeAt(at);
      const rank = this.ranks[code] ?? 0;
      if (rank === 0) return -1;
      into[count++] = rank;
      if (!isDigit(code)) continue;
      while (at + 1 < length && text.charCodeAt(at) === 0x30 && isDigit(text.charCodeAt(at + 1))) at += 1;
      let end = at + 1;
      while (end < length && isDigit(text.charCodeAt(end))) end += 1;
      if (end - at > runMax) return -1;
      into[count++] = end - at;
      for (; at < end; at += 1) into[count++] = text.charCodeAt(at) - 0x2f;
      at -= 1;
    }
    return count;
  }
}

const left = new Uint16Array(unitsMax);
const right = new Uint16Array(unitsMax);

/** Texts as keys: compare `hi`, then `lo`, then ask `compare`. A key of -1 is told by `compare` alone. */
export class TextOrder {
  hi = 0;
  lo = 0;
  private readonly alphabet: Alphabet;
  private readonly whole: Intl.Collator;

  constructor(alphabet: Alphabet, whole: Intl.Collator) {
    this.alphabet = alphabet;
    this.whole = whole;
  }
  /** Leaves the key in `hi` and `lo`; false if the ranks do not know the text. */
  pack(text: string): boolean {
    const { bits, perWord } = this.alphabet;
    const count = this.alphabet.units(text, left);
    if (count < 0) {
      this.hi = this.lo = -1;
      return false;
    }
    let hi = 0;
    let lo = 0;
    for (let at = 0; at < perWord; at += 1) {
      hi = (hi << bits) | (at < count ? (left[at] ?? 0) : 0);
      lo = (lo << bits) | (at + perWord < count ? (left[at + perWord] ?? 0) : 0);
    }
    this.hi = hi;
    this.lo = lo;
    return true;
  }
  /** The first `words` integers of the key, for sorting many at once; false if the ranks do not know the text. */
  spread(text: string, keys: Uint32Array, from: number, words: number): boolean {
    const { bits, perWord } = this.alphabet;
    const count = this.alphabet.units(text, left);
    if (count < 0) return false;
    keys.fill(0, from, from + words);
    let at = 0;
    for (let word = 0; word < words && at < count; word += 1) {
      let packed = 0;
      for (const end = at + perWord; at < end; at += 1) packed = (packed << bits) | (at < count ? (left[at] ?? 0) : 0);
      keys[from + word] = packed;
    }
    return true;
  }
  /** Exactly as the collator says; `known`: both have a key, and their keys are equal. */
  compare(a: string, b: string, known: boolean): number {
    if (a === b) return 0;
    if (known) {
      const x = this.alphabet.units(a, left);
      const y = this.alphabet.units(b, right);
      const count = Math.min(x, y);
      for (let at = 2 * this.alphabet.perWord; at < count; at += 1) {
        const side = (left[at] ?? 0) - (right[at] ?? 0);
        if (side !== 0) return side;
      }
      if (x !== y) return x - y;
    }
    return this.whole.compare(a, b);
  }
}

/** The order of one locale. Its alphabet grows with the characters that are met. */
export class Collation {
  private readonly whole: Intl.Collator;
  private readonly base: Intl.Collator;
  private alphabet: Alphabet | null = null;

  constructor(locale: string) {
    this.whole = collatorOf(locale);
    this.base = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
  }
  get current(): TextOrder {
    return new TextOrder(this.known(), this.whole);
  }
  private known(): Alphabet {
    if (this.alphabet) return this.alphabet;
    const equals = (one: string): boolean => {
      const letter = plain.get(one) ?? one.normalize("NFD").charAt(0);
      return one.charCodeAt(0) < 0x7f || marks.includes(one) || this.base.compare(one, letter) === 0;
    };
    this.alphabet = this.made(
      letters.filter(equals).filter((one) => !/[1-9]/.test(one)),
      [],
    );
    return this.alphabet;
  }
  private made(fresh: readonly string[], groups: readonly string[]): Alphabet {
    const sorted = [...fresh].sort(this.base.compare);
    const merged: string[] = [];
    let at = 0;
    const take = (one: string): void => {
      const last = merged.at(-1);
      if (last !== undefined && this.base.compare(last.charAt(0), one.charAt(0)) === 0)
        merged[merged.length - 1] = last + one;
      else merged.push(one);
    };
    for (const group of groups) {
      while (at < sorted.length && this.base.compare(sorted[at] ?? "", group.charAt(0)) < 0) take(sorted[at++] ?? "");
      take(group);
    }
    while (at < sorted.length) take(sorted[at++] ?? "");
    return new Alphabet(merged);
  }
  /** Chinese characters that have no rank yet are given one; those that ask for `current` after it have them. */
  learn(characters: ReadonlySet<number>): void {
    const known = this.known();
    const fresh = [...characters].filter((code) => !known.has(code)).map((code) => String.fromCharCode(code));
    if (fresh.length > 0) this.alphabet = this.made(fresh, known.groups);
  }
  /** Adds to `into` the characters of a text that `learn` could give a rank. */
  unknown(text: string, into: Set<number>): void {
    const known = this.known();
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (isHan(code) && !known.has(code)) into.add(code);
    }
  }
}
