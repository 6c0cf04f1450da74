import { compartments, type Compartment } from "../../shared/records/compartments.ts";

/**
 * What a device's cursor says, sealed by the cell so that no position, count or version reaches a client (SYNC-C1).
 * Always the same length; bound to the device, so that another device's cursor opens as unreadable.
 */
export interface Cursor {
  readonly epoch: number; // restore generation of the cell
  readonly p: number; // data: every change up to here was sent
  readonly tp: number; // instant at which p last was the head
  readonly a: number; // access: rights were compared up to here
  readonly t: number; // instant of the last page
  readonly f: number; // version of the device's follow choices
  readonly turn: number; // before this instant nothing of the member's begins or ends by the clock
  readonly n: number; // accounts that the device follows and may hold something of
  readonly cut: number; // rank of the last of them that has a place; 0: all have
  readonly shape: number; // generation of the key shape
}
const fields = ["epoch", "p", "tp", "a", "t", "f", "turn", "n", "cut", "shape"] as const;

/** Imports the cell's cursor key (32 bytes, base64). */
export function cursorKey(base64: string): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytesOf(base64), "AES-GCM", false, ["encrypt", "decrypt"]);
}

export async function sealCursor(key: CryptoKey, device: string, cursor: Cursor): Promise<string> {
  const plain = new BigUint64Array(fields.map((name) => BigInt(cursor[name])));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(device) }, key, plain);
  return `${base64Of(iv)}${base64Of(new Uint8Array(sealed))}`;
}

/** Null for anything that this cell did not seal for this device. */
export async function openCursor(key: CryptoKey, device: string, text: string): Promise<Cursor | null> {
  try {
    const iv = bytesOf(text.slice(0, 16));
    const plain = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv, additionalData: utf8(device) },
      key,
      bytesOf(text.slice(16)),
    );
    const numbers = new BigUint64Array(plain);
    return Object.fromEntries(fields.map((name, index) => [name, Number(numbers[index])])) as unknown as Cursor;
  } catch {
    return null; // broken, foreign or of an older form: the device starts again (reset)
  }
}

/**
 * Handles stand for keys on the wire: one AES block of (anchor number, compartment), so that they are the same for a
 * device each time, tell nothing, and open again at the edge. 72 bits of the block are checked when it is opened.
 */
export class Handles {
  readonly #key: CryptoKey;
  private constructor(key: CryptoKey) {
    this.#key = key;
  }
  static async of(secret: string): Promise<Handles> {
    return new Handles(await crypto.subtle.importKey("raw", bytesOf(secret), "AES-CBC", false, ["encrypt", "decrypt"]));
  }
  async seal(no: number, compartment: Compartment): Promise<string> {
    const plain = new Uint8Array(15); // with its padding byte: one block
    new DataView(plain.buffer).setUint32(0, Math.floor(no / 2 ** 32));
    new DataView(plain.buffer).setUint32(4, no >>> 0);
    plain[8] = compartments.indexOf(compartment);
    return base64Of(
      new Uint8Array(await crypto.subtle.encrypt({ name: "AES-CBC", iv: new Uint8Array(16) }, this.#key, plain)),
    );
  }
  async open(handle: string): Promise<{ no: number; compartment: Compartment } | null> {
    try {
      const plain = new Uint8Array(
        await crypto.subtle.decrypt({ name: "AES-CBC", iv: new Uint8Array(16) }, this.#key, bytesOf(handle)),
      );
      const view = new DataView(plain.buffer);
      const compartment = compartments[plain[8] ?? 99];
      if (plain.length !== 15 || !compartment || plain.subarray(9).some((byte) => byte !== 0)) return null;
      return { no: view.getUint32(0) * 2 ** 32 + view.getUint32(4), compartment };
    } catch {
      return null; // not one of this device's handles
    }
  }
}

export const newSecret = (): string => base64Of(crypto.getRandomValues(new Uint8Array(32)));

const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));
function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}
