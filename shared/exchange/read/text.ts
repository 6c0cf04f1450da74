/** Bytes to text. What a file is written in is looked for in all of it, since one letter may tell, far down. */
import type { Bytes } from "./rows.ts";

export const encodings = ["utf-8", "utf-16le", "utf-16be", "windows-1252", "gb18030", "big5", "shift_jis", "euc-kr", "windows-1251"] as const; // prettier-ignore
export type Encoding = (typeof encodings)[number];
export interface Guess {
  readonly encoding: Encoding;
  /** False: nothing in the file says so, it is only the likeliest. People look at the accents before they go on. */
  readonly sure: boolean;
}

export async function encodingOf(bytes: Bytes): Promise<Guess> {
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let first = true;
  try {
    for await (const part of bytes.read()) {
      const marked = first ? byMark(part) : null;
      if (marked) return { encoding: marked, sure: true };
      first = false;
      utf8.decode(part, { stream: true });
    }
    utf8.decode();
    return { encoding: "utf-8", sure: true };
  } catch {
    return { encoding: "windows-1252", sure: false };
  }
}

/** By a mark at its start; without one, by the zeros between Latin letters. */
function byMark(head: Uint8Array): Encoding | null {
  const [a, b, c] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  const seen = head.subarray(0, 512);
  let [even, odd] = [0, 0];
  for (const [at, byte] of seen.entries())
    if (byte === 0 && at % 2 === 0) even++;
    else if (byte === 0) odd++;
  if (odd > seen.length / 4 && even === 0) return "utf-16le";
  if (even > seen.length / 4 && odd === 0) return "utf-16be";
  return null;
}

/** The text of a file in pieces, without a byte order mark. Bytes that are no letters become U+FFFD. */
export async function* textOf(bytes: Bytes, encoding: Encoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const part of bytes.read()) {
    const text = decoder.decode(part, { stream: true });
    if (text !== "") yield text;
  }
  const rest = decoder.decode();
  if (rest !== "") yield rest;
}

export async function wholeText(bytes: Bytes, encoding: Encoding): Promise<string> {
  const parts: string[] = [];
  for await (const part of textOf(bytes, encoding)) parts.push(part);
  return parts.join("");
}
