/**
 * The lock's keys (SYNC-L3). One random key seals a member's copy on this device; it lies here wrapped, by what the
 * PIN makes (PBKDF2) and, if there is one, by what a passkey answers (WebAuthn PRF). In memory only while it is open.
 */
import { limits } from "../../shared/kernel/limits.ts";
import { lockMark } from "../data/session.ts";

type Bytes = Uint8Array<ArrayBuffer>;
interface Wrapped {
  readonly salt: string;
  readonly iv: string;
  readonly key: string;
}
interface LockRecord {
  readonly v: 1;
  readonly pin: Wrapped & { readonly rounds: number };
  readonly passkey?: Wrapped & { readonly id: string };
  /** Wrong PINs since the last right one, written before a try is looked at. */
  readonly tries: number;
  readonly until: number; // no try before this instant, device clock
}
export type PinTry =
  | { readonly ok: true; readonly raw: Bytes }
  /** `left`: tries before the copy goes. `waitMs`: until the next. */
  | { readonly ok: false; readonly left: number; readonly waitMs: number };

const name = lockMark;
const toText = (bytes: Bytes): string => btoa(String.fromCharCode(...bytes));
const fromText = (coded: string): Bytes => Uint8Array.from(atob(coded), (one) => one.charCodeAt(0));
const random = (count: number): Bytes => crypto.getRandomValues(new Uint8Array(count));

export const hasLock = (member: string): boolean => localStorage.getItem(name(member)) !== null;
function read(member: string): LockRecord {
  return JSON.parse(localStorage.getItem(name(member)) ?? "null") as LockRecord;
}
const write = (member: string, record: LockRecord): void => localStorage.setItem(name(member), JSON.stringify(record));
export const dropLock = (member: string): void => localStorage.removeItem(name(member));
export const hasPasskey = (member: string): boolean => read(member).passkey !== undefined;

/** Six digits that are not all one, nor one after the other. */
export const isPin = (text: string): boolean =>
  new RegExp(`^\\d{${limits.pinDigitsMin},32}$`).test(text) &&
  !/^(\d)\1*$/.test(text) &&
  !"01234567890123456789".includes(text) &&
  !"98765432109876543210".includes(text);

/** The key that seals; it can't be read out of the page again. */
export const sealing = (raw: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);

async function ofPin(pin: string, salt: Bytes, rounds: number): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: rounds };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
async function wrap(by: CryptoKey, raw: Bytes, salt: Bytes): Promise<Wrapped> {
  const iv = random(12);
  const key = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, by, raw);
  return { salt: toText(salt), iv: toText(iv), key: toText(new Uint8Array(key)) };
}
/** Null: not by this. */
async function unwrap(by: CryptoKey, { iv, key }: Wrapped): Promise<Bytes | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: fromText(iv) }, by, fromText(key)));
  } catch {
    return null;
  }
}

export async function makeLock(member: string, pin: string): Promise<Bytes> {
  const raw = random(32);
  const salt = random(16);
  const rounds = limits.pinRounds;
  const wrapped = await wrap(await ofPin(pin, salt, rounds), raw, salt);
  write(member, { v: 1, pin: { ...wrapped, rounds }, tries: 0, until: 0 });
  return raw;
}

const waitAfter = (tries: number): number =>
  tries < limits.pinTriesFree ? 0 : 5_000 * 2 ** (tries - limits.pinTriesFree);

export async function openByPin(member: string, pin: string, now = Date.now()): Promise<PinTry> {
  const record = read(member);
  const left = limits.pinTriesMax - record.tries;
  if (left <= 0 || now < record.until) return { ok: false, left: Math.max(0, left), waitMs: record.until - now };
  // Counted first: who closes the app at the wrong moment has no try more.
  const tries = record.tries + 1;
  write(member, { ...record, tries, until: now + waitAfter(tries) });
  const raw = await unwrap(await ofPin(pin, fromText(record.pin.salt), record.pin.rounds), record.pin);
  if (!raw) return { ok: false, left: limits.pinTriesMax - tries, waitMs: waitAfter(tries) };
  write(member, { ...read(member), tries: 0, until: 0 });
  return { ok: true, raw };
}

// --- passkey: what it answers to a salt of ours never leaves this device, and no server checks anything here

const rpName = "Baton";
interface PrfResults {
  readonly prf?: { readonly enabled?: boolean; readonly results?: { readonly first?: BufferSource } };
}
const prfOf = (credential: PublicKeyCredential): BufferSource | undefined =>
  (credential.getClientExtensionResults() as PrfResults).prf?.results?.first;
const asExtension = (salt: Bytes): AuthenticationExtensionsClientInputs =>
  ({ prf: { eval: { first: salt } } }) as AuthenticationExtensionsClientInputs;

async function ofPrf(answer: BufferSource): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey("raw", answer, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: new TextEncoder().encode("baton lock") };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
async function askPasskey(id: Bytes, salt: Bytes): Promise<CryptoKey | null> {
  const got = await navigator.credentials.get({
    publicKey: {
      challenge: random(32),
      allowCredentials: [{ type: "public-key", id }],
      userVerification: "required",
      extensions: asExtension(salt),
    },
  });
  const answer = got instanceof PublicKeyCredential ? prfOf(got) : undefined;
  return answer ? ofPrf(answer) : null;
}
/** A second way to open, beside the PIN. False: this device's passkeys can't do it, or it was called off. */
export async function addPasskey(member: string, label: string, raw: Bytes): Promise<boolean> {
  try {
    const salt = random(32);
    const made = await navigator.credentials.create({
      publicKey: {
        rp: { name: rpName },
        user: { id: new TextEncoder().encode(member), name: label, displayName: label },
        challenge: random(32),
        pubKeyCredParams: [
          { type: "public-key", alg: -7 },
          { type: "public-key", alg: -257 },
        ],
        authenticatorSelection: { userVerification: "required" },
        extensions: asExtension(salt),
      },
    });
    if (!(made instanceof PublicKeyCredential)) return false;
    const id = new Uint8Array(made.rawId);
    const first = prfOf(made);
    const by = first ? await ofPrf(first) : await askPasskey(id, salt); // most answer only when asked again
    if (!by) return false;
    write(member, { ...read(member), passkey: { ...(await wrap(by, raw, salt)), id: toText(id) } });
    return true;
  } catch (error) {
    console.warn("passkey", error);
    return false;
  }
}
/** Null: it was called off, or is not the one. */
export async function openByPasskey(member: string): Promise<Bytes | null> {
  const { passkey } = read(member);
  if (!passkey) return null;
  try {
    const by = await askPasskey(fromText(passkey.id), fromText(passkey.salt));
    const raw = by && (await unwrap(by, passkey));
    if (raw) write(member, { ...read(member), tries: 0, until: 0 });
    return raw;
  } catch (error) {
    console.warn("passkey", error);
    return null;
  }
}
