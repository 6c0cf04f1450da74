/**
 * Text as it is searched: words of Latin and other letters without accents and case, Chinese (and Japanese, Korean) by
 * pairs of characters, because it is written without spaces.
 */
import { entity, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";

const pairwise = /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+)/u;
const letters: { readonly [from: string]: string } = { ß: "ss", ø: "o", đ: "d", ł: "l", æ: "ae", œ: "oe", þ: "th" };

export const fold = (text: string): string =>
  text
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[ßøđłæœþ]/g, (one) => letters[one] ?? one)
    .normalize("NFC"); // Korean syllables come apart above

/**
 * `whole`: what a text is found by. Every character begins a pair, and the last stands alone, so that one character
 * finds all that have it. A query takes the pairs only, or it would ask for its last character at an end.
 */
export function terms(text: string, whole: boolean): string[] {
  const found: string[] = [];
  for (const [word] of fold(text).matchAll(/[\p{L}\p{N}]+/gu))
    for (const part of word.split(pairwise)) {
      if (part === "") continue;
      if (!pairwise.test(part)) found.push(part);
      else {
        const characters = [...part];
        characters.slice(0, -1).forEach((one, at) => found.push(one + (characters[at + 1] ?? "")));
        if (whole || characters.length === 1) found.push(characters.at(-1) ?? "");
      }
    }
  return found;
}

/** Kinds that are searched, in the order in which results stand. */
export const searched = [
  "account", "contact", "opportunity", "case", "task", "handoff", "activity", "section", "comment", "lead", "member",
] as const satisfies readonly EntityName[]; // prettier-ignore
export type Searched = (typeof searched)[number];
export const isSearched = (name: string): name is Searched => (searched as readonly string[]).includes(name);

const textual: ReadonlySet<Field["type"]> = new Set<Field["type"]>(["name", "text", "long", "email", "phone"]);
/** Where an import came from is no word that anybody looks for. */
const left: ReadonlySet<string> = new Set(["source", "handle", "base"]);
/** The field that stands as a record's title. */
const titleField = (name: EntityName): string =>
  ["name", "title"].find((key) => Object.hasOwn(entity(name).fields, key)) ?? "body";
export const titleOf = (name: EntityName, row: Row): string => String(row[titleField(name)] ?? "");
/** Texts that this device holds of the row, its title apart: a field that is hidden is not there. */
export function textsOf(name: EntityName, row: Row): string[] {
  const found: string[] = [];
  for (const [key, field] of Object.entries<Field>(entity(name).fields)) {
    const value = row[key];
    if (typeof value !== "string" || value === "" || !textual.has(field.type) || left.has(key)) continue;
    if (key === titleField(name)) continue;
    found.push(value);
    if (field.type === "phone") found.push(value.replaceAll(/\D/g, "")); // typed with or without its spaces
  }
  return found;
}
