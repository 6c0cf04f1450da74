/** `audit verify`: range by range, whether the stream still says what it said when it was sealed. */
import type { Finding } from "../../shared/audit/seal.ts";
import { signedText } from "../../shared/audit/seal.ts";
import { call, type Credentials } from "./api.ts";
import type { Told } from "./policy.ts";
import { readHead, saveHead } from "./session.ts";

type Session = Credentials & { readonly url: string };
interface SealSaid {
  readonly n: number;
  readonly hash: string;
  readonly prev: string;
  readonly signature: string;
  readonly at: number;
  readonly lines: number;
}
interface Verified {
  readonly cell: string;
  readonly findings: readonly Finding[];
  readonly seals: readonly SealSaid[];
  readonly more: boolean;
  readonly waiting: number;
}
const words: Readonly<Record<Finding["fault"], string>> = {
  seal_missing: "a seal is missing",
  chain_broken: "it does not follow from the range before it",
  signature_wrong: "its signature is not the cell's",
  range_wrong: "it does not begin where the range before it ended",
  lines_missing: "what was sealed is gone from the bucket",
  lines_changed: "what was sealed is not what lies in the bucket",
  forgotten_early: "words were forgotten before their time",
  row_missing: "was deleted",
  row_changed: "says something else about who, what or when",
  row_added: "was never sealed",
  value_changed: "holds another value",
  salt_missing: "can't be compared: its salt is gone, and no erasure is written down",
  erased_unsaid: "was erased, and no erasure is written down",
  head_behind: "this machine saw another history before: some of it was cut off or rewritten",
};

/**
 * The cell compares its tables and its bucket with the seals; here the chain and the signatures are checked once more, by
 * the cell's public key, and the end with the one that this machine saw last: a history cut short is whole in itself.
 */
export async function verifyAudit(session: Session, tell: (ranges: number) => void): Promise<Told> {
  const { url } = session;
  const keys = await publicKeys(session);
  const known = readHead(url);
  const findings: Finding[] = [];
  let [after, lines, waiting, last]: [number, number, number, SealSaid | null] = [0, 0, 0, null];
  let sawKnown = known === null;
  for (;;) {
    const { body } = await call<Verified>(url, session, "GET", `/api/audit/verify?after=${after}`);
    findings.push(...body.findings);
    waiting = body.waiting;
    for (const seal of body.seals) {
      const has = (fault: Finding["fault"]): boolean => findings.some((one) => one.range === seal.n && one.fault === fault); // prettier-ignore
      if (seal.prev !== (last?.hash ?? "") && !has("chain_broken") && !has("seal_missing"))
        findings.push({ fault: "chain_broken", range: seal.n });
      if (!(await isSigned(keys, signedText(body.cell, seal), seal.signature)) && !has("signature_wrong"))
        findings.push({ fault: "signature_wrong", range: seal.n });
      if (known?.n === seal.n) sawKnown = known.hash === seal.hash;
      lines += seal.lines;
      last = seal;
    }
    tell(last?.n ?? 0);
    const next = body.seals.at(-1)?.n;
    if (!body.more || next === undefined) break;
    after = next;
  }
  if (!sawKnown) findings.push({ fault: "head_behind", range: known?.n ?? 0 });
  if (findings.length === 0 && last) saveHead(url, { n: last.n, hash: last.hash });
  const shown = 20;
  const text = [
    findings.length === 0
      ? `Whole: ${lines} lines in ${last?.n ?? 0} sealed ranges.`
      : `${findings.length} fault${findings.length === 1 ? "" : "s"} in ${last?.n ?? 0} sealed ranges:`,
    ...findings.slice(0, shown).map(({ fault, range, at }) => `  range ${range}${at === undefined ? "" : `, ${at}`}: ${words[fault]}`), // prettier-ignore
    ...(findings.length > shown ? [`  and ${findings.length - shown} more; --json names all`] : []),
    ...(waiting > 0 ? [`${waiting} line${waiting === 1 ? " waits" : "s wait"} to be sealed; that happens every few minutes.`] : []), // prettier-ignore
  ].join("\n");
  return { data: { whole: findings.length === 0, ranges: last?.n ?? 0, lines, waiting, findings }, text, done: findings.length === 0 }; // prettier-ignore
}

interface Jwk extends JsonWebKey {
  readonly kid: string;
}
async function publicKeys(session: Session): Promise<ReadonlyMap<string, CryptoKey>> {
  const { body } = await call<{ keys?: Jwk[] }>(session.url, session, "GET", "/api/.well-known/jwks.json");
  const keys = (body.keys ?? []).map(async ({ kid, kty, crv, x, y }) => {
    const jwk = { kty, crv, x, y } as JsonWebKey;
    return [kid, await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"])] as const;
  }); // prettier-ignore
  return new Map(await Promise.all(keys));
}
/** A cell that is not the home cell signs with a code that it alone can check: it has said so itself then. */
async function isSigned(keys: ReadonlyMap<string, CryptoKey>, text: string, signature: string): Promise<boolean> {
  const [kind, kid = "", made = ""] = signature.split(".");
  if (kind === "hmac") return true;
  const key = keys.get(kid);
  if (kind !== "es256" || !key) return false;
  const bytes = Uint8Array.from(atob(made.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, bytes, new TextEncoder().encode(text));
}
