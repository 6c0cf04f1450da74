/**
 * The same AES as WebCrypto's, without its trip through a thread for each block: a simulated year seals some million
 * cursors and handles. Bytes are equal (tests/sim/sim.test.ts compares them).
 */
import { createCipheriv, createDecipheriv } from "node:crypto";

interface QuickKey {
  readonly raw: Uint8Array;
  /** What CBC made of a block before: handles are sealed again on every pull. */
  readonly blocks: Map<string, ArrayBuffer>;
}
const keys = new Map<string, QuickKey>();
interface Algorithm {
  readonly name: string;
  readonly iv: Uint8Array;
  readonly additionalData?: Uint8Array;
}
const tagBytes = 16;
const bytes = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const join = (...parts: readonly Uint8Array[]): ArrayBuffer => {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out.buffer;
};

export const quickSubtle = {
  importKey: (_format: string, raw: ArrayBuffer | ArrayBufferView): Promise<QuickKey> => {
    const name = bytes(raw).join();
    let key = keys.get(name);
    if (!key) keys.set(name, (key = { raw: Uint8Array.from(bytes(raw)), blocks: new Map() }));
    return Promise.resolve(key);
  },
  encrypt: (
    { name, iv, additionalData }: Algorithm,
    { raw, blocks }: QuickKey,
    data: ArrayBuffer | ArrayBufferView,
  ): Promise<ArrayBuffer> => {
    const text = name === "AES-CBC" ? `${bytes(data).join()}|${bytes(iv).join()}` : "";
    const known = blocks.get(text);
    if (known) return Promise.resolve(known.slice());
    const cipher = createCipheriv(`aes-256-${name === "AES-GCM" ? "gcm" : "cbc"}`, raw, iv);
    if (additionalData) cipher.setAAD(additionalData);
    const sealed = join(
      cipher.update(bytes(data)),
      cipher.final(),
      ...(name === "AES-GCM" ? [cipher.getAuthTag()] : []),
    );
    if (text !== "") blocks.set(text, sealed.slice());
    return Promise.resolve(sealed);
  },
  decrypt: async (
    { name, iv, additionalData }: Algorithm,
    { raw }: QuickKey,
    data: ArrayBuffer | ArrayBufferView,
  ): Promise<ArrayBuffer> => {
    const gcm = name === "AES-GCM";
    const sealed = bytes(data);
    const cipher = createDecipheriv(`aes-256-${gcm ? "gcm" : "cbc"}`, raw, iv);
    if (additionalData) cipher.setAAD(additionalData);
    if (gcm) cipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    return join(cipher.update(gcm ? sealed.subarray(0, sealed.length - tagBytes) : sealed), cipher.final());
  },
};
export const slowSubtle = {
  importKey: crypto.subtle.importKey.bind(crypto.subtle),
  encrypt: crypto.subtle.encrypt.bind(crypto.subtle),
  decrypt: crypto.subtle.decrypt.bind(crypto.subtle),
};
Object.assign(crypto.subtle, quickSubtle);
