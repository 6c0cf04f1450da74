/**
 * Who is here: never stored in the log, kept in the sockets' attachments, stamped by the server. A socket speaks for
 * one Yjs client id a section, the first it announced; what it says of others is dropped.
 */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { limits } from "../../shared/kernel/limits.ts";

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
  if (text.length > limits.presenceBytesMax) return undefined;
  const state: unknown = JSON.parse(text);
  if (state === null) return null;
  if (typeof state !== "object" || Array.isArray(state)) return undefined;
  const said = JSON.stringify({ ...state, user: { member, name } });
  return new TextEncoder().encode(said).byteLength <= limits.presenceBytesMax ? said : undefined;
}

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
