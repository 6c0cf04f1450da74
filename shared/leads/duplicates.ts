/**
 * Records that may be the same person or organisation, with the reason, by what this member sees: a fact that both have
 * (mail, phone), or a name that is the same once case, accents, punctuation and the words for kinds of companies are
 * taken off. Sources: docs/spec/leads.md LEAD-4.
 */
type SameBy = "email" | "phone" | "name" | "website";
export interface Likeness {
  readonly id: string;
  readonly by: readonly SameBy[];
}
interface Known {
  readonly id: string;
  readonly name?: string | null | undefined;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
  readonly mobile?: string | null | undefined;
  readonly website?: string | null | undefined;
}

const legal = /\b(inc|incorporated|llc|ltd|limited|gmbh|ag|kg|sa|sas|sarl|srl|spa|bv|nv|plc|corp|corporation|co|company|oy|ab|as|aps|pty|pte|kk)\b/g; // prettier-ignore
const legalHan = /(股份有限公司|有限责任公司|有限公司|株式会社|合同会社|集团|公司)/g;

/** What a name is known by: `Müller & Söhne GmbH` and `MULLER SOHNE` are one. Empty: nothing to compare. */
export function nameKey(name: string): string {
  const folded = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/ß/g, "ss")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
  const bare = folded.replace(legal, " ").replace(legalHan, " ").replace(/\s+/g, "");
  return bare || folded.replace(/\s+/g, "");
}
/** The last nine digits, so that a number with and without its country is one; null for what is no number. */
export function phoneKey(phone: string): string | null {
  const digits = phone.replace(/\D/g, "");
  return digits.length < 6 ? null : digits.slice(-9);
}
const mailKey = (mail: string): string => mail.trim().toLowerCase();
export const siteKey = (site: string): string =>
  site.trim().toLowerCase().replace(/^[a-z]+:\/\//, "").replace(/^www\./, "").replace(/[/?#].*$/, ""); // prettier-ignore

/** Those of `known` that are like `one`, the likeliest first; at most `most`. One pass, no pairs. */
export function likenesses(one: Omit<Known, "id">, known: Iterable<Known>, most = 5): Likeness[] {
  const name = one.name ? nameKey(one.name) : "";
  const phones = new Set([one.phone, one.mobile].flatMap((phone) => (phone ? (phoneKey(phone) ?? []) : [])));
  const found: Likeness[] = [];
  for (const other of known) {
    const by: SameBy[] = [];
    if (one.email && other.email && mailKey(one.email) === mailKey(other.email)) by.push("email");
    if ([other.phone, other.mobile].some((phone) => phone && phones.has(phoneKey(phone) ?? ""))) by.push("phone");
    if (one.website && other.website && siteKey(one.website) === siteKey(other.website)) by.push("website");
    if (name !== "" && other.name && nameKey(other.name) === name) by.push("name");
    if (by.length > 0) found.push({ id: other.id, by });
  }
  const weight = ({ by }: Likeness) => by.length + (by.includes("email") ? 2 : 0) + (by.includes("phone") ? 1 : 0);
  return found.toSorted((a, b) => weight(b) - weight(a)).slice(0, most);
}
