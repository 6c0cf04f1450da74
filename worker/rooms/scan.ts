/**
 * Reads a Yjs update (V1) without applying it: who wrote how far, on what it builds, which names it brings. Applying
 * first is no way to find out: Yjs changes the document before it throws on a truncated update. Yjs's own decoder is
 * no way either: it builds documents out of ContentDoc and arrays as long as the sender says.
 */
import * as decoding from "lib0/decoding";
import { edgeLimits } from "../../shared/kernel/limits.ts";

interface Point {
  readonly client: number;
  readonly clock: number;
}
interface Range {
  readonly client: number;
  readonly from: number;
  readonly to: number;
}
export interface Scan {
  /** What it brings, one range a client. */
  readonly brings: readonly Range[];
  /** Items that it leans on: origins and parents. */
  readonly needs: readonly Point[];
  readonly deletes: readonly Range[];
  /** New shared types, for the check of nesting. */
  readonly types: readonly Point[];
  readonly roots: ReadonlySet<string>;
  readonly nodes: ReadonlySet<string>;
  readonly marks: ReadonlySet<string>;
  readonly attributes: ReadonlySet<string>;
  /** Something that rich text never has: arrays, maps, hooks, embeds, binary. */
  readonly exotic: boolean;
}

class Refused extends Error {}
const refuse = (): never => {
  throw new Refused();
};
const lengthMax = 1_000_000; // of one struct: a garbage-collected run as long as the largest section

function readLength(from: decoding.Decoder): number {
  const length = decoding.readVarUint(from);
  return length >= 1 && length <= lengthMax ? length : refuse();
}
function readPoint(from: decoding.Decoder): Point {
  return { client: decoding.readVarUint(from), clock: decoding.readVarUint(from) };
}
/** Values nested deeper than any editor makes would overflow the stack of whoever prints them. */
function shallow(value: unknown, depth: number): void {
  if (depth > edgeLimits.nestingMax) refuse();
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array))
    for (const inner of Object.values(value)) shallow(inner, depth + 1);
}
const readJson = (from: decoding.Decoder): void => shallow(JSON.parse(decoding.readVarString(from)), 0);

export function scanUpdate(update: Uint8Array): Scan | null {
  try {
    return scan(decoding.createDecoder(update));
  } catch {
    return null; // refused here, or by lib0 and JSON at the first byte that does not fit
  }
}

function scan(from: decoding.Decoder): Scan {
  const brings: Range[] = [];
  const needs: Point[] = [];
  const deletes: Range[] = [];
  const types: Point[] = [];
  const names = {
    roots: new Set<string>(),
    nodes: new Set<string>(),
    marks: new Set<string>(),
    attributes: new Set<string>(),
  };
  let exotic = false;
  let structs = 0;

  /** Returns the length of the content. Numbers are Yjs's content references. */
  const content = (ref: number, at: Point): number => {
    switch (ref) {
      case 1:
        return readLength(from);
      case 2: {
        exotic = true;
        const length = readLength(from);
        for (let i = 0; i < length; i++) {
          const text = decoding.readVarString(from);
          if (text !== "undefined") shallow(JSON.parse(text), 0);
        }
        return length;
      }
      case 3:
        exotic = true;
        decoding.readVarUint8Array(from);
        return 1;
      case 4:
        return decoding.readVarString(from).length || refuse();
      case 5:
        exotic = true;
        readJson(from);
        return 1;
      case 6:
        names.marks.add(decoding.readVarString(from));
        readJson(from);
        return 1;
      case 7: {
        const kind = decoding.readVarUint(from); // 3 XmlElement, 5 XmlHook, 6 XmlText; 0 to 6 exist
        if (kind > 6) refuse();
        if (kind === 3) names.nodes.add(decoding.readVarString(from));
        if (kind === 5) decoding.readVarString(from);
        if (kind !== 3 && kind !== 6) exotic = true;
        types.push(at);
        return 1;
      }
      case 8: {
        const length = readLength(from);
        if (length > edgeLimits.structsMax) refuse();
        for (let i = 0; i < length; i++) shallow(decoding.readAny(from), 0);
        return length;
      }
      default:
        return refuse(); // 9 is a document inside the document, 10 a hole
    }
  };

  const seen = new Set<number>();
  for (let left = decoding.readVarUint(from); left > 0; left--) {
    let inBlock = decoding.readVarUint(from);
    const client = decoding.readVarUint(from);
    const start = decoding.readVarUint(from);
    if (client >= 2 ** 32 || seen.has(client) || inBlock < 1) refuse();
    seen.add(client);
    let clock = start;
    for (; inBlock > 0; inBlock--) {
      if (++structs > edgeLimits.structsMax) refuse();
      const info = decoding.readUint8(from);
      const ref = info & 31;
      if (ref === 0) {
        clock += readLength(from);
        continue;
      }
      if (info & 128) needs.push(readPoint(from));
      if (info & 64) needs.push(readPoint(from));
      if (!(info & 192)) {
        if (decoding.readVarUint(from) === 1) names.roots.add(decoding.readVarString(from));
        else needs.push(readPoint(from));
        if (info & 32) names.attributes.add(decoding.readVarString(from));
      }
      clock += content(ref, { client, clock });
    }
    if (!Number.isSafeInteger(clock)) refuse();
    brings.push({ client, from: start, to: clock });
  }

  for (let left = decoding.readVarUint(from); left > 0; left--) {
    const client = decoding.readVarUint(from);
    let ranges = decoding.readVarUint(from);
    for (; ranges > 0; ranges--) {
      const clock = decoding.readVarUint(from);
      const length = decoding.readVarUint(from);
      if (length < 1 || !Number.isSafeInteger(clock + length)) refuse();
      if (deletes.push({ client, from: clock, to: clock + length }) > edgeLimits.deleteRangesMax) refuse();
    }
  }
  if (decoding.hasContent(from)) refuse();
  return { brings, needs, deletes, types, ...names, exotic };
}
