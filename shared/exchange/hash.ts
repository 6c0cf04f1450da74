/** 52 bits of a text, for telling texts apart that nobody chose to fall together. Not 0. */
function hashOf(text: string): number {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 2_654_435_761);
    low = Math.imul(low ^ code, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return (high & 0xfffff) * 4_294_967_296 + (low >>> 0) + 1;
}
/** A short text that is another one for another text. */
export const printOf = (text: string): string => hashOf(text).toString(36);

/** A set of texts by their hashes: some twenty bytes a text, however long it is. */
export class Hashes {
  #slots = new Float64Array(1_024);
  #size = 0;
  has(text: string): boolean {
    return this.#slots[this.#at(hashOf(text))] !== 0;
  }
  add(text: string): void {
    const hash = hashOf(text);
    const at = this.#at(hash);
    if (this.#slots[at] !== 0) return;
    this.#slots[at] = hash;
    this.#size += 1;
    if (this.#size * 2 < this.#slots.length) return;
    const old = this.#slots;
    this.#slots = new Float64Array(old.length * 2);
    for (const one of old) if (one !== 0) this.#slots[this.#at(one)] = one;
  }
  #at(hash: number): number {
    const mask = this.#slots.length - 1;
    let at = hash % this.#slots.length;
    while (this.#slots[at] !== 0 && this.#slots[at] !== hash) at = (at + 1) & mask;
    return at;
  }
}
