/**
 * Who is here: never stored in the log, kept in the sockets' attachments, stamped by the server. A socket speaks for
 * one Yjs client id a section, the first it announced; what it says of others is dropped.
 */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { edgeLimits } from "../../shared/kernel/limits.ts";

export interface Presence {
  readonly client: number;
  readonly clock: number;
  /** JSON as sent to others; null after leaving. */
  readonly state: string | null;
}
export interface Stamp {
  readonly member: string;
  readonly name: string;
}

/** What a socket's announcement makes of its presence: null if nothing in it is its own to say. */
export function readPresence(
  update: Uint8Array,
  bound: Presence | null,
  isTaken: (client: number) => boolean,
  stamp: Stamp,
): Presence | null {
  let found: Presence | null = null;
  try {
    const from = decoding.createDecoder(update);
    for (let left = decoding.readVarUint(from); left > 0; left--) {
      const client = decoding.readVarUint(from);
      const clock = decoding.readVarUint(from);
      const text = decoding.readVarString(from);
      if (client >= 2 ** 32 || clock >= 2 ** 32) return null;
      if (bound ? client !== bound.client : isTaken(client)) continue;
      if (bound && clock <= bound.clock && !(clock === bound.clock && text === "null")) continue;
      const state = stamped(text, stamp);
      if (state === undefined || (!bound && state === null)) continue;
      found = { client, clock, state };
      if (!bound) break; // the first announcement binds
    }
  } catch {
    return null;
  }
  return found;
}

function stamped(text: string, { member, name }: Stamp): string | null | undefined {
  if (text.length > edgeLimits.presenceBytesMax) return undefined;
  const state: unknown = JSON.parse(text);
  if (state === null) return null;
  if (typeof state !== "object" || Array.isArray(state)) return undefined;
  if (!isCaret((state as { readonly cursor?: unknown }).cursor)) return undefined;
  const said = JSON.stringify({ ...state, user: { member, name } });
  return new TextEncoder().encode(said).byteLength <= edgeLimits.presenceBytesMax ? said : undefined;
}

/** A caret as editors draw it: nothing, or two places in the document. Anything else would be drawn by others, and is not sent. */
function isCaret(cursor: unknown): boolean {
  if (cursor === undefined || cursor === null) return true;
  return hasOnly(cursor, ["anchor", "head"]) && isPlace(cursor["anchor"]) && isPlace(cursor["head"]);
}
/** A relative position of Yjs: beside an item, in a type, or in a root by its name. */
function isPlace(place: unknown): boolean {
  if (!hasOnly(place, ["type", "tname", "item", "assoc"])) return false;
  const { type = null, tname = null, item = null, assoc = 0 } = place;
  const isId = (id: unknown) => hasOnly(id, ["client", "clock"]) && isCount(id["client"]) && isCount(id["clock"]);
  if ((type !== null && !isId(type)) || (item !== null && !isId(item)) || (tname !== null && !isRoot(tname)))
    return false;
  return (type ?? tname ?? item) !== null && Number.isSafeInteger(assoc) && Math.abs(Number(assoc)) <= 1;
}
const isRoot = (name: unknown): boolean => typeof name === "string" && /^[a-z]{1,32}$/.test(name);
const isCount = (n: unknown): boolean => Number.isInteger(n) && Number(n) >= 0 && Number(n) < 2 ** 32;
const hasOnly = (value: unknown, keys: readonly string[]): value is Record<string, unknown> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).every((key) => keys.includes(key));

/** The awareness update that tells of these. */
export function encodePresence(present: readonly Presence[]): Uint8Array {
  return encoding.encode((to) => {
    encoding.writeVarUint(to, present.length);
    for (const { client, clock, state } of present) {
      encoding.writeVarUint(to, client);
      encoding.writeVarUint(to, clock);
      encoding.writeVarString(to, state ?? "null");
    }
  });
}

export const gone = ({ client, clock }: Presence): Presence => ({ client, clock: clock + 1, state: null });
