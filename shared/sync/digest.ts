import type { Row } from "../records/entities.ts";

/** What is held of a key, in short: two sides that hold the same say the same. Never stored, and made of nothing hidden. */
export interface Digest {
  readonly count: number;
  readonly hash: string;
}

/** In whatever order the rows come, and the names in them (SYNC-K1). A checksum against mistakes, no seal. */
export function digestOf(rows: Iterable<readonly [entity: string, row: Row]>): Digest {
  let [count, high, low] = [0, 0, 0];
  for (const [entity, row] of rows) {
    const text = `${entity} ${canonical(row)}`;
    count += 1;
    high = (high + mix(text, 0x9e3779b1)) >>> 0; // a sum does not mind the order
    low = (low + mix(text, 0x85ebca77)) >>> 0;
  }
  return { count, hash: `${hex(high)}${hex(low)}` };
}
const hex = (part: number): string => part.toString(16).padStart(8, "0");

/** JSON with the names of every object in order. */
function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const parts = Object.entries(value)
    .filter(([, part]) => part !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, part]) => `${JSON.stringify(name)}:${canonical(part)}`);
  return `{${parts.join(",")}}`;
}

/** 32 bits of a text: FNV-1a, stirred at the end so that neighbours fall far apart. */
function mix(text: string, seed: number): number {
  let hash = seed;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
