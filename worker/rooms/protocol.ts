/**
 * The wire of a room: Hocuspocus v4 framing, so that the stock provider works. A frame is an address
 * (`<sectionId>.<gen>`, optionally `\0<session>` for two documents of one name on a socket), a type, and a body.
 * Reading never throws and never trusts: what is not a frame is null.
 */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { isId, kindOf } from "../../shared/kernel/id.ts";

const type = {
  sync: 0,
  awareness: 1,
  auth: 2,
  queryAwareness: 3,
  syncReply: 4,
  stateless: 5,
  close: 7,
  syncStatus: 8,
  ping: 9,
  pong: 10,
} as const;
const sync = { step1: 0, step2: 1, update: 2 } as const;
const auth = { token: 0, denied: 1, authenticated: 2 } as const;
const addressCharsMax = 120; // an id, a generation and a provider's session; more is not ours

export type Mode = "read" | "write";
export interface Address {
  readonly section: string;
  readonly gen: number;
}
export type Frame =
  | { readonly type: "auth"; readonly address: string; readonly token: string }
  | { readonly type: "step1"; readonly address: string; readonly vector: Uint8Array }
  | { readonly type: "update"; readonly address: string; readonly update: Uint8Array } // step 2 or an update: judged alike
  | { readonly type: "awareness"; readonly address: string; readonly update: Uint8Array }
  | { readonly type: "query_awareness"; readonly address: string }
  | { readonly type: "close"; readonly address: string }
  /** Which field of the account this member edits. */
  | { readonly type: "page"; readonly address: string; readonly text: string }
  | { readonly type: "ping" }
  | { readonly type: "pong" } // it has read all that was sent before a ping of the room's
  | { readonly type: "ignored" }; // known, and without meaning from a client

export function readFrame(bytes: Uint8Array): Frame | null {
  try {
    if (bytes.length === 1)
      return bytes[0] === type.ping ? { type: "ping" } : bytes[0] === type.pong ? { type: "pong" } : null;
    const from = decoding.createDecoder(bytes);
    if (decoding.peekVarUint(from) > addressCharsMax) return null;
    const address = decoding.readVarString(from);
    switch (decoding.readVarUint(from)) {
      case type.sync:
      case type.syncReply: {
        const step = decoding.readVarUint(from);
        const body = decoding.readVarUint8Array(from);
        if (step === sync.step1) return { type: "step1", address, vector: body };
        return step === sync.step2 || step === sync.update ? { type: "update", address, update: body } : null;
      }
      case type.awareness:
        return { type: "awareness", address, update: decoding.readVarUint8Array(from) };
      case type.auth:
        return decoding.readVarUint(from) === auth.token
          ? { type: "auth", address, token: decoding.readVarString(from) }
          : null;
      case type.queryAwareness:
        return { type: "query_awareness", address };
      case type.close:
        return { type: "close", address };
      case type.stateless:
        return isPage(address) ? { type: "page", address, text: decoding.readVarString(from) } : { type: "ignored" }; // on a section the room alone speaks so
      case type.syncStatus:
        return { type: "ignored" };
      default:
        return null; // type 6 among them: nobody but a room may broadcast
    }
  } catch {
    return null; // lib0 throws at the end of the bytes and on text that is not UTF-8
  }
}

/** The section that an address names; null for what can be no section. */
export function parseAddress(address: string): Address | null {
  const match = /^([a-z0-9_]+)\.([1-9]\d{0,8})(?:\0.{0,64})?$/s.exec(address);
  const section = match?.[1] ?? "";
  return isId(section) && kindOf(section) === "sec" ? { section, gen: Number(match?.[2]) } : null;
}

/** The account's own page, where no document is: who edits which field there (ROOM-24). */
export const isPage = (address: string): boolean => isId(address) && kindOf(address) === "acc";

/** The token of an Auth frame is `[ticket][;schema=<n>]`; without a number the schema is 0, older than any. */
export function parseToken(token: string): { readonly ticket: string; readonly schema: number } {
  const match = /^([^;]{0,200})(?:;schema=(\d{1,4}))?$/s.exec(token);
  return { ticket: match?.[1] ?? "", schema: Number(match?.[2] ?? 0) };
}

function frame(address: string, kind: number, body: (to: encoding.Encoder) => void): Uint8Array {
  return encoding.encode((to) => {
    encoding.writeVarString(to, address);
    encoding.writeVarUint(to, kind);
    body(to);
  });
}
function syncFrame(address: string, step: number, bytes: Uint8Array): Uint8Array {
  return frame(address, type.sync, (to) => {
    encoding.writeVarUint(to, step);
    encoding.writeVarUint8Array(to, bytes);
  });
}

/** One answer for a section that is missing, hidden, of another generation or no section at all (SECTION-2). */
export const deniedFrame = (address: string): Uint8Array =>
  frame(address, type.auth, (to) => {
    encoding.writeVarUint(to, auth.denied);
    encoding.writeVarString(to, "permission-denied");
  });
export const authenticatedFrame = (address: string, mode: Mode): Uint8Array =>
  frame(address, type.auth, (to) => {
    encoding.writeVarUint(to, auth.authenticated);
    encoding.writeVarString(to, mode === "write" ? "read-write" : "readonly");
  });
export const closeFrame = (address: string): Uint8Array =>
  frame(address, type.close, (to) => encoding.writeVarString(to, "permission-denied"));
/** 1 = stored, 0 = refused. Never anything in between. */
export const statusFrame = (address: string, stored: boolean): Uint8Array =>
  frame(address, type.syncStatus, (to) => encoding.writeVarUint(to, stored ? 1 : 0));
export const step1Frame = (address: string, vector: Uint8Array): Uint8Array => syncFrame(address, sync.step1, vector);
export const step2Frame = (address: string, update: Uint8Array): Uint8Array => syncFrame(address, sync.step2, update);
export const updateFrame = (address: string, update: Uint8Array): Uint8Array => syncFrame(address, sync.update, update);
export const awarenessFrame = (address: string, update: Uint8Array): Uint8Array =>
  frame(address, type.awareness, (to) => encoding.writeVarUint8Array(to, update));
export const statelessFrame = (address: string, payload: string): Uint8Array =>
  frame(address, type.stateless, (to) => encoding.writeVarString(to, payload));
export const pingFrame = new Uint8Array([type.ping]);
export const pongFrame = new Uint8Array([type.pong]);
