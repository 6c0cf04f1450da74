/**
 * Contact cards, vCard 2.1 to 4.0. The text is cut into cards and lines here, for what real programs write is not what the
 * standards say: quoted-printable over several lines, types without a name, blank lines inside of pictures. What a
 * property means is read by ical.js, in the words of vCard 3.0 and 4.0.
 */
import ICAL from "ical.js";
import type { BadRow, Bytes, GoodRow, ReadRow, ReadTable } from "./rows.ts";
import { textOf, type Encoding } from "./text.ts";

/** One line of a card, unfolded: `item1.TEL;WORK;VOICE:(905) 555-1234`. */
interface Property {
  readonly name: string;
  readonly types: readonly string[];
  readonly params: Readonly<Record<string, string>>;
  readonly value: string;
}
const cardMax = 4_000_000; // characters; a card with a large photo

/** The lines of each card, joined where they were folded. Answers cards that are complete. */
async function* cardsOf(pieces: AsyncIterable<string>): AsyncGenerator<{ line: number; lines: string[] } | BadRow> {
  let rest = "";
  let number = 0;
  let card: { line: number; lines: string[] } | null = null;
  let size = 0;
  let isSoft = false;
  function* take(raw: string): Generator<{ line: number; lines: string[] } | BadRow> {
    number++;
    const line = raw.replace(/\r$/, "");
    if (/^BEGIN:VCARD\s*$/i.test(line.trim())) {
      if (card) yield { line: card.line, bad: "This card has no end (END:VCARD)." };
      card = { line: number, lines: [] };
      size = 0;
      isSoft = false;
      return;
    }
    if (!card) {
      if (line.trim() !== "") yield { line: number, bad: "This line belongs to no card." };
      return;
    }
    size += line.length;
    if (size > cardMax) {
      yield { line: card.line, bad: "This card is too large." };
      card = null;
      return;
    }
    const last = card.lines.length - 1;
    const held = card.lines[last] ?? "";
    if (isSoft) card.lines[last] = held.slice(0, -1) + line;
    else if (/^[ \t]/.test(line) && last >= 0) card.lines[last] = held + line.slice(1);
    else if (/^END:VCARD\s*$/i.test(line.trim())) {
      yield card;
      card = null;
      return;
    } else if (line.trim() !== "") card.lines.push(line);
    const now = card.lines.at(-1) ?? "";
    isSoft = /^[^:]*QUOTED-PRINTABLE[^:]*:/i.test(now) && now.endsWith("=");
  }
  for await (const piece of pieces) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield* take(line);
  }
  if (rest !== "") yield* take(rest);
  const open = card as { line: number } | null;
  if (open) yield { line: open.line, bad: "This card has no end (END:VCARD)." };
}

const namedTypes = new Set(["7BIT", "8BIT", "QUOTED-PRINTABLE", "BASE64", "B"]);
function propertyOf(line: string): Property | null {
  const match = /^(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)((?:;(?:"[^"]*"|[^":;]|"[^"]*")*)*):([\s\S]*)$/.exec(line);
  if (!match) return null;
  const types: string[] = [];
  const params: Record<string, string> = {};
  for (const part of (match[2] ?? "").match(/;(?:"[^"]*"|[^;"])*/g) ?? []) {
    const said = part.slice(1);
    const at = said.indexOf("=");
    const bare = (text: string): string => text.replaceAll('"', "");
    if (at < 0) {
      if (namedTypes.has(said.toUpperCase())) params["ENCODING"] = said.toUpperCase();
      else types.push(said.toLowerCase());
    } else if (said.slice(0, at).toUpperCase() === "TYPE")
      types.push(
        ...bare(said.slice(at + 1))
          .toLowerCase()
          .split(","),
      );
    else params[said.slice(0, at).toUpperCase()] = bare(said.slice(at + 1));
  }
  return { name: (match[1] ?? "").toUpperCase(), types, params, value: match[3] ?? "" };
}

/** Bytes as `=C3=91`, in the charset that the property names; UTF-8 without one, or Windows-1252 where it is none. */
function unquoted(value: string, charset: string | undefined): string {
  const bytes = new Uint8Array(value.length * 3);
  let length = 0;
  for (let at = 0; at < value.length; at++) {
    const hex = value[at] === "=" ? /^[0-9A-Fa-f]{2}/.exec(value.slice(at + 1, at + 3))?.[0] : undefined;
    if (hex !== undefined) {
      bytes[length++] = Number.parseInt(hex, 16);
      at += 2;
    } else if (value.charCodeAt(at) < 128) bytes[length++] = value.charCodeAt(at);
    else for (const byte of new TextEncoder().encode(value[at])) bytes[length++] = byte;
  }
  const held = bytes.subarray(0, length);
  try {
    return new TextDecoder(charset ?? "utf-8", { fatal: charset === undefined, ignoreBOM: false }).decode(held);
  } catch {
    return new TextDecoder("windows-1252").decode(held);
  }
}

const left = new Set(["PHOTO", "LOGO", "SOUND", "KEY", "AGENT", "X-MS-OL-DESIGN"]);
const structured = new Set(["N", "ADR", "ORG"]);

/** A property's value as texts: the parts of a name, an address, a company; else one. */
function valuesOf({ name, params, value }: Property, version: string): string[] {
  const isQuoted = params["ENCODING"] === "QUOTED-PRINTABLE";
  // In 2.1 only a semicolon is escaped. Commas and backslashes get their escape, so that it reads as 3.0.
  const plain = isQuoted ? unquoted(value, params["CHARSET"]) : value;
  const text =
    version === "2.1"
      ? plain
          .replaceAll(/\\(?!;)/g, "\\\\")
          .replaceAll(",", "\\,")
          .replaceAll(/\r?\n/g, "\\n")
      : plain;
  const raw = structured.has(name) ? `${name}:${text}` : `NOTE:${text.replaceAll(/(?<!\\);/g, "\\;")}`;
  const kept = structured.has(name) ? raw : raw.replaceAll(/(?<!\\),/g, "\\,");
  const property = ICAL.Property.fromString(
    kept,
    name === "ORG" || !structured.has(name) ? ICAL.design.vcard3 : ICAL.design.vcard,
  );
  const first: unknown = property.getFirstValue();
  const parts = Array.isArray(first) ? first : [first];
  // Some escape what needs none.
  return parts.map((part: unknown) => (Array.isArray(part) ? part.join(", ") : String(part ?? "")).replaceAll('\\"', '"').trim()); // prettier-ignore
}

/** All that is read of a card, and what every card that is read has as columns. */
export const cardColumns = [
  "Name", "Given name", "Additional names", "Family name", "Prefix", "Suffix", "Nickname", "Company", "Department", "Title", "Role",
  "Email", "Other emails", "Phone", "Mobile", "Other phones", "Street", "City", "State", "Postcode", "Country", "Other addresses",
  "Website", "Birthday", "Assistant", "Manager", "Language", "Categories", "Note", "More", "UID",
] as const; // prettier-ignore
type Column = (typeof cardColumns)[number];

function rowOf({ line, lines }: { line: number; lines: string[] }): GoodRow | BadRow {
  const properties: Property[] = [];
  const odd: string[] = [];
  for (const text of lines) {
    const property = propertyOf(text);
    if (property) properties.push(property);
    else odd.push(text.slice(0, 60));
  }
  const version = properties.find(({ name }) => name === "VERSION")?.value.trim() ?? "3.0";
  if (!["2.1", "3.0", "4.0"].includes(version))
    return { line, bad: `This is a vCard of version ${version}; 2.1, 3.0 and 4.0 are read.` };
  const out: Partial<Record<Column, string>> = {};
  const more: string[] = [];
  const dropped = new Set<string>();
  const put = (column: Column, value: string | undefined): boolean => {
    if (value === undefined || value === "" || out[column] !== undefined) return false;
    out[column] = value;
    return true;
  };
  const add = (column: Column, value: string): void => {
    if (value !== "") out[column] = out[column] === undefined ? value : `${out[column]}\n${value}`;
  };
  for (const property of properties) {
    const { name, types, params } = property;
    if (["VERSION", "PRODID", "REV"].includes(name)) continue;
    if (left.has(name) || params["ENCODING"] === "BASE64" || params["ENCODING"] === "B") {
      dropped.add(name);
      continue;
    }
    let parts: string[];
    try {
      parts = valuesOf(property, version);
    } catch {
      more.push(`${name}: ${property.value.slice(0, 200)}`);
      continue;
    }
    const [value = ""] = parts;
    const kind = types.filter((type) => !["pref", "internet", "voice"].includes(type)).join(" ");
    switch (name) {
      case "FN": put("Name", value); break;
      case "N": {
        const [family, given, additional, prefix, suffix] = parts;
        put("Family name", family); put("Given name", given); put("Additional names", additional); put("Prefix", prefix); put("Suffix", suffix);
        break;
      }
      case "NICKNAME": put("Nickname", value); break;
      case "ORG": {
        const [company, ...units] = parts;
        if (!put("Company", company) && company && company !== out.Company) more.push(`Company: ${company}`);
        put("Department", units.filter(Boolean).join(", "));
        break;
      }
      case "TITLE": put("Title", value); break;
      case "ROLE": put("Role", value); break;
      case "EMAIL": if (!put("Email", value)) add("Other emails", value); break;
      case "TEL": {
        const number = value.replace(/^tel:/i, "");
        const isMobile = types.includes("cell");
        if (types.includes("fax") || !put(isMobile ? "Mobile" : "Phone", number)) add("Other phones", kind ? `${number} (${kind})` : number);
        break;
      }
      case "ADR": {
        const [box, extended, street, city, state, postcode, country] = parts;
        const lines = [box, extended, street].filter(Boolean).join(", ");
        if (out.Street === undefined && out.City === undefined) {
          put("Street", lines); put("City", city); put("State", state); put("Postcode", postcode); put("Country", country);
        } else add("Other addresses", [lines, postcode, city, state, country].filter(Boolean).join(", "));
        break;
      }
      case "LABEL": break; // the address as it is printed; its parts are read
      case "URL": if (!put("Website", value.replaceAll("\\:", ":"))) more.push(`Website: ${value}`); break;
      case "BDAY": if (!put("Birthday", birthday(value))) more.push(`Birthday: ${value}`); break;
      case "X-MS-ASSISTANT": case "X-ASSISTANT": put("Assistant", value); break;
      case "X-MS-MANAGER": case "X-MANAGER": put("Manager", value); break;
      case "LANG": if (!put("Language", value)) more.push(`Language: ${value}`); break;
      case "CATEGORIES": add("Categories", value.replaceAll("\\,", ",")); break;
      case "NOTE": add("Note", value); break;
      case "UID": put("UID", value); break;
      default: more.push(`${name}${kind ? ` (${kind})` : ""}: ${value}`);
    }
  } // prettier-ignore
  const full = [out.Prefix, out["Given name"], out["Additional names"], out["Family name"], out.Suffix].filter(Boolean).join(" "); // prettier-ignore
  for (const name of [full, out.Company, out.Email, out.Phone, out.Mobile]) put("Name", name);
  if (out.Name === undefined) return { line, bad: "This card has no name, no company, no e-mail and no phone." };
  if (more.length > 0) out.More = more.join("\n");
  const notes = [
    ...(dropped.size > 0 ? [`Left out, since it is no text: ${[...dropped].join(", ")}.`] : []),
    ...(odd.length > 0 ? [`Lines that say nothing readable: ${odd.join(" · ")}`] : []),
  ];
  return { line, cells: Object.fromEntries(cardColumns.map((column) => [column, out[column] ?? ""])), ...(notes.length > 0 ? { note: notes.join(" ") } : {}) }; // prettier-ignore
}

/** A whole day as `1980-03-22`; of a birthday without its year nothing a calendar could hold. */
function birthday(text: string): string | undefined {
  const [, year, month, day] = /^(\d{4})-?(\d{2})-?(\d{2})/.exec(text) ?? [];
  return year && month && day ? `${year}-${month}-${day}` : undefined;
}

export function vcardTable(bytes: Bytes, encoding: Encoding): ReadTable {
  const rows = async function* (): AsyncGenerator<ReadRow> {
    for await (const card of cardsOf(textOf(bytes, encoding))) yield "bad" in card ? card : rowOf(card);
  };
  return { name: "Cards", columns: cardColumns, rows };
}
