import * as z from "zod/mini";
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  importJWK,
  jwtVerify,
  SignJWT,
  errors,
  type JSONWebKeySet,
  type JWK,
} from "jose";
import { limits } from "../../shared/kernel/limits.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import { cellKey, fromBase64, toBase64Url } from "../auth/secrets.ts";
import type { Actor } from "../context.ts";
import type { Env } from "../env.ts";
import { otherCells } from "../http/origin.ts";
import { homeUrl, isHome } from "./cells.ts";

/**
 * What a member shows to cells other than the home cell: signed there (ES256), short-lived, checked here against the
 * home cell's keys and this cell's copy of the directory. The directory version in it is sealed: in clear, anyone with
 * two tokens could count how often the organisation changes rights.
 */
export interface SessionClaims {
  readonly member: string;
  readonly session: string;
  readonly freshAt: number;
  readonly capabilities: readonly string[] | null;
  /** Directory version of the home cell when it was made. */
  readonly version: number;
}
export interface SessionToken {
  readonly token: string;
  readonly expiresAt: number;
  readonly cells: readonly { readonly cell: string; readonly url: string }[];
}

const claimsShape = z.object({
  sub: z.string(),
  sid: z.string(),
  auth_time: z.number(),
  cap: z.nullable(z.array(z.string())),
  cells: z.array(z.string()),
  dir: z.string(),
});
const jwkShape = z.looseObject({
  kty: z.literal("EC"),
  crv: z.literal("P-256"),
  x: z.string(),
  y: z.string(),
  d: z.string(),
});
const audience = "baton cells";
const issuer = (home: string): string => `baton ${home}`;

/** The home cell's own key and its name. */
export async function signingKey(env: Env): Promise<{ readonly key: JWK; readonly kid: string }> {
  const key: JWK = jwkShape.parse(JSON.parse(env.SIGNING_KEY));
  return { key, kid: await calculateJwkThumbprint(key) };
}

/** The home cell's public keys. */
export async function publicKeys(env: Env): Promise<JSONWebKeySet> {
  const { key, kid } = await signingKey(env);
  return {
    keys: [
      {
        kty: "EC",
        crv: "P-256",
        ...(key.x ? { x: key.x } : {}),
        ...(key.y ? { y: key.y } : {}),
        kid,
        alg: "ES256",
        use: "sig",
      },
    ],
  };
}

export async function signSessionToken(env: Env, actor: Actor, now: number): Promise<SessionToken> {
  const { key, kid } = await signingKey(env);
  const cells = [...otherCells(env)].map(([cell, url]) => ({ cell, url }));
  const expiresAt = now + limits.sessionTokenMs;
  const token = await new SignJWT({
    sid: actor.session,
    auth_time: Math.floor(actor.freshAt / 1000),
    cap: actor.capabilities === null ? null : [...actor.capabilities],
    cells: cells.map(({ cell }) => cell),
    dir: await sealVersion(env, actor.directory, actor.session),
  })
    .setProtectedHeader({ alg: "ES256", kid })
    .setSubject(actor.member)
    .setIssuer(issuer(env.HOME))
    .setAudience(audience)
    .setIssuedAt(Math.floor(now / 1000))
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(await importJWK(key, "ES256"));
  return { token, expiresAt, cells };
}

/** Checks a token of the home cell in another cell. The home cell takes none: there the session itself is at hand. */
export async function verifySessionToken(env: Env, token: string, now: number): Promise<Result<SessionClaims>> {
  const home = homeUrl(env);
  if (isHome(env) || home === null) return fail("unauthenticated");
  for (const again of [false, true]) {
    const keys = await homeKeys(home, now, again);
    if (!keys) return fail("unavailable", { detail: "The home cell's keys can't be had." });
    try {
      const verified = await jwtVerify(token, createLocalJWKSet(keys), {
        algorithms: ["ES256"],
        audience,
        issuer: issuer(env.HOME),
        currentDate: new Date(now),
        requiredClaims: ["exp", "sub"],
      });
      const claims = claimsShape.safeParse(verified.payload);
      if (!claims.success || !claims.data.cells.includes(env.CELL)) return fail("unauthenticated");
      const { sub, sid, auth_time, cap, dir } = claims.data;
      const version = await openVersion(env, dir, sid);
      if (version === null) return fail("unauthenticated");
      return ok({ member: sub, session: sid, freshAt: auth_time * 1000, capabilities: cap, version });
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      if (!(error instanceof errors.JWKSNoMatchingKey)) return fail("unauthenticated");
      // Signed with a key that is newer than those kept: ask the home cell once more.
    }
  }
  return fail("unauthenticated");
}

// --- the home cell's keys, kept for a while

const keysShape = z.object({ keys: z.array(z.looseObject({ kty: z.literal("EC"), kid: z.string() })) });
const kept = new Map<string, { readonly keys: JSONWebKeySet; readonly at: number }>();
const askAgainMs = 10_000; // forged key ids don't make us ask without end

async function homeKeys(home: string, now: number, again: boolean): Promise<JSONWebKeySet | null> {
  const known = kept.get(home);
  if (known && now - known.at < (again ? askAgainMs : limits.sessionTokenMs)) return known.keys;
  try {
    const answer = await fetch(`${home}/api/.well-known/jwks.json`, { signal: AbortSignal.timeout(5_000) });
    const parsed = keysShape.safeParse(answer.ok ? await answer.json() : null);
    if (parsed.success) {
      const keys: JSONWebKeySet = { keys: parsed.data.keys as JWK[] }; // jose checks each key again when it imports it
      kept.set(home, { keys, at: now });
      return keys;
    }
  } catch (error) {
    console.warn("home_keys_unavailable", String(error));
  }
  return known?.keys ?? null; // public keys don't go bad: the home cell being down must not sign everyone out
}

// --- the sealed version

async function sealVersion(env: Env, version: number, session: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new Uint8Array(8); // of one length, whatever the number
  new DataView(plain.buffer).setBigUint64(0, BigInt(version));
  const bound = { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(session) };
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt(bound, await cellKey(env.CURSOR_KEY, "directory version"), plain),
  );
  return toBase64Url(new Uint8Array([...iv, ...sealed]));
}

async function openVersion(env: Env, text: string, session: string): Promise<number | null> {
  const bytes = fromBase64(text);
  if (!bytes || bytes.length !== 12 + 8 + 16) return null;
  try {
    const bound = { name: "AES-GCM", iv: bytes.slice(0, 12), additionalData: new TextEncoder().encode(session) };
    const plain = await crypto.subtle.decrypt(
      bound,
      await cellKey(env.CURSOR_KEY, "directory version"),
      bytes.slice(12),
    );
    return Number(new DataView(plain).getBigUint64(0));
  } catch {
    return null; // WebCrypto's only way to say "not sealed with this key"
  }
}
