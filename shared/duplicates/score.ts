import { sound, words } from "./letters.ts";

/**
 * How likely two records are one, with the reasons. Each fact that agrees, nearly agrees or differs counts for or against
 * it in bits (Fellegi and Sunter): so much more often is it seen among twins than among strangers. Source: docs/spec/duplicates.md.
 */
const facts = ["email", "phone", "website", "name", "birthday", "address", "postcode", "city", "organisation"] as const;
type Fact = (typeof facts)[number];
/** Whether a fact is the same on both, or only nearly. */
export type Reason = `${"same" | "like"}.${Fact}`;

/** What is compared. Absent, null and empty alike say nothing. Days as YYYY-MM-DD, all else as people write it. */
export interface TwinRow {
  readonly id: string;
  readonly name?: string | null | undefined;
  readonly given?: string | null | undefined;
  readonly family?: string | null | undefined;
  readonly emails?: readonly (string | null | undefined)[];
  readonly phones?: readonly (string | null | undefined)[];
  readonly website?: string | null | undefined;
  readonly birthday?: string | null | undefined;
  readonly street?: string | null | undefined;
  readonly city?: string | null | undefined;
  readonly postcode?: string | null | undefined;
  readonly state?: string | null | undefined;
  readonly company?: string | null | undefined;
}
export type TwinKind = "person" | "organisation";

/** A row as it is compared: made once, however many it is compared with. */
export interface Seen {
  readonly row: TwinRow;
  readonly names: readonly string[];
  readonly joined: string;
  readonly emails: readonly string[];
  readonly phones: readonly string[];
  readonly website: string;
  readonly birthday: string;
  readonly numbers: readonly string[];
  readonly street: readonly string[];
  readonly city: string;
  readonly postcode: string;
  readonly state: string;
  readonly company: string;
}

const legal =
  /^(inc|incorporated|llc|ltd|limited|gmbh|ag|kg|sa|sas|sarl|srl|spa|bv|nv|plc|corp|corporation|co|company|oy|ab|as|aps|pty|pte|kk|and|und|et|e|y|the|of)$/;
const legalHan = /(股份有限公司|有限责任公司|有限公司|株式会社|合同会社|集团|公司)/g;
const titledHan = /(先生|女士|小姐|太太|博士|教授|老师|议员|さん|様|氏|씨|님)+$/u;
const titled = /^(dr|prof|professor|mr|mrs|ms|miss|herr|frau|sir|jr|sr|ii|iii|phd|md)$/;

/** What an organisation or person is known by: without kind of company, title, case and marks. */
export function nameWords(name: string, kind: TwinKind): string[] {
  const all = words(kind === "organisation" ? name.replace(legalHan, " ") : name.trim().replace(titledHan, ""));
  const bare = all.filter((word) => !(kind === "organisation" ? legal : titled).test(word));
  return bare.length > 0 ? bare : all;
}
/** The last nine digits, so that a number with and without its country is one; null for what is no number. */
export function phoneKey(phone: string): string | null {
  const digits = phone.normalize("NFKC").replace(/(ext|x|#).*$/i, "").replace(/\D/g, ""); // prettier-ignore
  return digits.length < 6 ? null : digits.slice(-9);
}
export const mailKey = (mail: string): string => mail.trim().toLowerCase();
/** The host that a site or page is at. */
export const siteKey = (site: string): string =>
  site.trim().toLowerCase().replace(/^[a-z]+:\/\//, "").replace(/^www\./, "").replace(/[/?#].*$/, ""); // prettier-ignore

const streetKinds: { readonly [word: string]: string } = {
  street: "st", str: "st", strasse: "st", road: "rd", avenue: "ave", av: "ave", place: "pl", drive: "dr", court: "ct", crescent: "cres", close: "cl", circuit: "cct", lane: "ln", boulevard: "blvd",
}; // prettier-ignore
const present = <T>(list: readonly (T | null | undefined)[]): T[] => list.filter((one) => one !== null && one !== undefined && one !== "") as T[]; // prettier-ignore

export function seen(row: TwinRow, kind: TwinKind): Seen {
  const parted = [row.given, row.family].filter((part) => part).join(" ");
  const names = nameWords(parted || row.name || "", kind);
  const street = words(row.street ?? "").map((word) => streetKinds[word] ?? word);
  return {
    row,
    names,
    joined: names.join(""),
    emails: present(row.emails ?? []).map(mailKey),
    phones: present(present(row.phones ?? []).map(phoneKey)),
    website: row.website ? siteKey(row.website) : "",
    birthday: (row.birthday ?? "").replace(/\D/g, ""),
    numbers: street.filter((word) => /^\d/.test(word)),
    street: street.filter((word) => !/^\d/.test(word)),
    city: words(row.city ?? "").join(""),
    postcode: (row.postcode ?? "").toLowerCase().replace(/[^a-z0-9]/g, ""),
    state: words(row.state ?? "").join(""),
    company: row.company ? nameWords(row.company, "organisation").join("") : "",
  };
}

/** Changes of one letter, or two neighbours changed over, that lead from one text to the other; `most` + 1: more than that. */
function edits(a: string, b: string, most: number): number {
  if (a === b) return 0;
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const now = [i];
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (now[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1))
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      now.push(cost);
      least = Math.min(least, cost);
    }
    if (least > most) return most + 1;
    [before, last] = [last, now];
  }
  return last[b.length] ?? most + 1;
}
/** 1: the same; 0: nothing in common. */
function alikeness(a: string, b: string): number {
  if (a === b) return a === "" ? 0 : 1;
  if (a === "" || b === "") return 0;
  const longest = Math.max(a.length, b.length);
  const most = Math.max(1, Math.floor(longest * 0.45));
  const far = edits(a, b, most);
  const near = far > most ? 0 : 1 - far / longest;
  return near < 0.9 && sound(a) === sound(b) && a.length > 2 && b.length > 2 ? Math.max(near, 0.82) : near;
}

/** Words of two lists, each with the one of the other that is likest, the likest pairs first. */
function paired(
  a: readonly string[],
  b: readonly string[],
): { readonly found: readonly (readonly [string, number])[]; readonly left: number } {
  const all = a.flatMap((x, i) => b.map((y, j) => ({ x: x.length < y.length ? x : y, i, j, as: initial(x, y) ?? alikeness(x, y) }))); // prettier-ignore
  all.sort((p, q) => q.as - p.as);
  const [usedA, usedB] = [new Set<number>(), new Set<number>()];
  const found: (readonly [string, number])[] = [];
  for (const { x, i, j, as } of all) {
    if (as < 0.5 || usedA.has(i) || usedB.has(j)) continue;
    usedA.add(i);
    usedB.add(j);
    found.push([x, as]);
  }
  return { found, left: Math.min(a.length, b.length) - found.length };
}
/** `J` may be `John`, no more than that. */
const initial = (x: string, y: string): number | null =>
  (x.length === 1) === (y.length === 1) ? null : x.charAt(0) === y.charAt(0) ? 0.6 : 0;

export interface Scored {
  readonly bits: number;
  /** Names that have nothing to do with each other: a household, an office with one phone. Never sure. */
  readonly clash: boolean;
  /** What speaks for it, the strongest first. */
  readonly by: readonly Reason[];
}
/** What a name that is the same is worth at least: enough to be shown, not enough to be sure. */
const sameName = 12;
/** How much a similarity between 0.5 and 1 is worth of `full`. */
const worth = (as: number, full: number): number => full * Math.max(0, (as - 0.55) / 0.45);

export function score(a: Seen, b: Seen, kind: TwinKind): Scored {
  const found: [Reason, number][] = [];
  const one = (fact: Fact, bits: number, same: boolean): void => {
    if (bits !== 0) found.push([`${same ? "same" : "like"}.${fact}`, bits]);
  };
  one("email", overlap(a.emails, b.emails, 16, 5, -1), shares(a.emails, b.emails));
  one("phone", overlap(a.phones, b.phones, 12, 4, -1), shares(a.phones, b.phones));
  if (a.website && b.website) one("website", a.website === b.website ? 11 : -1.5, true);
  const name = nameBits(a, b, kind);
  one("name", name.bits, sorted(a.names) === sorted(b.names));
  if (a.birthday && b.birthday) one("birthday", day(a.birthday, b.birthday), a.birthday === b.birthday);
  one("address", streetBits(a, b), a.street.join() === b.street.join() && a.numbers.join() === b.numbers.join());
  if (a.postcode && b.postcode) {
    const far = edits(a.postcode, b.postcode, 1);
    one("postcode", far === 0 ? 5.5 : far === 1 ? 2.5 : -1.5, far === 0);
  }
  if (a.city && b.city) {
    const as = alikeness(a.city, b.city);
    one("city", as > 0.7 ? worth(as, 4) : -1.5, as === 1);
  }
  const states = a.state && b.state ? (a.state === b.state ? 0.5 : -0.5) : 0;
  if (a.company && b.company) {
    const as = alikeness(a.company, b.company);
    one("organisation", as > 0.85 ? 5 : -1, as === 1);
  }
  const bits = Math.round(100 * found.reduce((sum, [, of]) => sum + of, states)) / 100;
  const by = found.filter(([, of]) => of > 1).toSorted((x, y) => y[1] - x[1]);
  return { bits, clash: name.clash, by: by.map(([reason]) => reason) };
}
const sorted = (names: readonly string[]): string => names.toSorted((x, y) => (x < y ? -1 : 1)).join(" ");
const shares = (a: readonly string[], b: readonly string[]): boolean => a.some((x) => b.includes(x));
function overlap(a: readonly string[], b: readonly string[], same: number, near: number, other: number): number {
  if (a.length === 0 || b.length === 0) return 0;
  if (shares(a, b)) return same;
  return a.some((x) => b.some((y) => edits(x, y, 1) <= 1)) ? near : other;
}
function day(a: string, b: string): number {
  if (a === b) return 10;
  if (edits(a, b, 1) <= 1) return 6;
  const turned = a.slice(0, 4) + a.slice(6, 8) + a.slice(4, 6);
  return turned === b ? 6 : edits(a, b, 2) <= 2 ? 1 : -4;
}
function nameBits(a: Seen, b: Seen, kind: TwinKind): { readonly bits: number; readonly clash: boolean } {
  if (a.names.length === 0 || b.names.length === 0) return { bits: 0, clash: false };
  const [full, stray, more] = kind === "person" ? [6, 3, 0.3] : [7, 3.5, 1];
  const words = Math.max(a.names.length, b.names.length);
  if (a.joined === b.joined) return { bits: Math.max(sameName, full * Math.min(2, words)), clash: false };
  const { found, left } = paired(a.names, b.names);
  const extra = words - Math.min(a.names.length, b.names.length);
  const each = found.reduce((sum, [word, as]) => sum + worth(as, word.length === 1 ? 2 : full), 0) - left * stray - extra * more; // prettier-ignore
  const [short, long] = a.joined.length < b.joined.length ? [a.joined, b.joined] : [b.joined, a.joined];
  const goesOn = short.length >= 8 && long.startsWith(short); // with a title, a kind of company, a place
  const whole = Math.max(alikeness(a.joined, b.joined), goesOn ? 0.9 : 0);
  const together = whole > 0.8 ? worth(whole, full * Math.min(2, words)) : -Infinity;
  return { bits: Math.max(each, together), clash: left > 0 && whole <= 0.8 };
}
function streetBits(a: Seen, b: Seen): number {
  if (a.street.length === 0 || b.street.length === 0) return 0;
  const { found, left } = paired(a.street, b.street);
  const long = found.filter(([word]) => word.length > 3);
  const names = long.reduce((sum, [, as]) => sum + worth(as, 4), 0) - left * 0.5;
  const numbers = a.numbers.length > 0 && b.numbers.length > 0 ? (a.numbers.some((one) => b.numbers.includes(one)) ? 3 : -1) : 0; // prettier-ignore
  return Math.min(11, names > 0 ? names + numbers : numbers > 0 ? 0 : -2);
}
