import { importJWK } from "jose";
import { signingKey } from "../directory/session-token.ts";
import { isHome } from "../directory/cells.ts";
import { fromBase64, isMac, mac, toBase64Url } from "../auth/secrets.ts";
import type { Env } from "../env.ts";

/**
 * Heads are signed by the cell: at home with the key whose public half everybody can have (ES256,
 * /api/.well-known/jwks.json); elsewhere, where there is no such key, by a code that only the cell itself can check.
 */
const algorithm = { name: "ECDSA", hash: "SHA-256" } as const;
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(text));
const purpose = (env: Env): string => `${env.AUTH_SECRET} baton audit`;

export async function sign(env: Env, text: string): Promise<string> {
  if (!isHome(env)) return `hmac.${toBase64Url(await mac(purpose(env), text))}`;
  const { key, kid } = await signingKey(env);
  const made = await crypto.subtle.sign(algorithm, (await importJWK(key, "ES256")) as CryptoKey, bytesOf(text));
  return `es256.${kid}.${toBase64Url(new Uint8Array(made))}`;
}
export async function isSigned(env: Env, text: string, signature: string): Promise<boolean> {
  const [kind, ...rest] = signature.split(".");
  if (kind === "hmac") return !isHome(env) && isMac(purpose(env), text, rest[0] ?? "");
  if (kind !== "es256" || !isHome(env)) return false;
  const { key, kid } = await signingKey(env);
  const { d: _secret, ...open } = key;
  const bytes = fromBase64(rest[1] ?? "");
  if (rest[0] !== kid || !bytes) return false;
  return crypto.subtle.verify(algorithm, (await importJWK(open, "ES256")) as CryptoKey, bytes, bytesOf(text));
}
