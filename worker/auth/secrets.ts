/** Small helpers over WebCrypto, so that no other file of the Worker handles key material. */
const encoder = new TextEncoder();

const toHex = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
export const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

export function fromBase64(text: string): Uint8Array<ArrayBuffer> | null {
  try {
    return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  } catch {
    return null; // atob's only way to say "not base64"
  }
}

/** 256 random bits as text. */
export const randomSecret = (): string => toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
export const sha256 = async (text: string): Promise<string> =>
  toHex(await crypto.subtle.digest("SHA-256", encoder.encode(text)));

async function macKey(secret: string): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);
}
export async function mac(secret: string, text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", await macKey(secret), encoder.encode(text)));
}
/** Compares in constant time. */
export async function isMac(secret: string, text: string, given: string): Promise<boolean> {
  const bytes = fromBase64(given);
  return bytes !== null && crypto.subtle.verify("HMAC", await macKey(secret), bytes, encoder.encode(text));
}

/**
 * Cells share one secret, CURSOR_KEY. Each use gets a key of its own by HKDF, so that what is sealed for one purpose
 * means nothing to another.
 */
export async function cellKey(cursorKey: string, purpose: string): Promise<CryptoKey> {
  const secret = fromBase64(cursorKey);
  if (!secret || secret.length < 32) throw new Error("CURSOR_KEY must be 32 bytes of base64");
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const derived = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: encoder.encode(`baton ${purpose}`) };
  return crypto.subtle.deriveKey(derived, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
