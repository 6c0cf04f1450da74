import { isDay } from "../../shared/kernel/clock.ts";
import { kindOf, targetOf, type Listed } from "../../shared/lists/query.ts";
import { entity, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Value } from "../../shared/records/field.ts";
import { fieldSchema } from "../../shared/records/record.ts";
import { choiceNames } from "../i18n/fields.ts";
import { fold, minorDigits } from "../i18n/format.ts";

/** Why a text is no value of a field. */
export type Wrong =
  | "required" | "choice" | "name" | "twice" | "number" | "day" | "flag" | "email" | "long" | "fit"; // prettier-ignore
export type Read = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly wrong: Wrong };
/** Records of this device that are called so: by their whole name, whatever its case and accents. */
export type Named = (to: EntityName, name: string) => readonly string[];

const value = (of: Value): Read => ({ ok: true, value: of });
const wrong = (why: Wrong): Read => ({ ok: false, wrong: why });

/** What somebody typed or pasted, as a value of the field; checked by the field's own schema, as the edge does. */
export function readText(name: Listed, field: string, typed: string, row: Row, named: Named): Read {
  const about = entity(name).fields[field];
  if (!about) return wrong("fit");
  const text = about.type === "long" ? typed.replaceAll("\r\n", "\n").trimEnd() : typed.replaceAll(/\s+/g, " ").trim();
  if (text.trim() === "") return about.required || field === "owner" ? wrong("required") : value(null);
  const read = valueOf(name, field, text, row, named);
  if (!read.ok || fieldSchema(about).safeParse(read.value).success) return read;
  if (about.type === "email") return wrong("email");
  return wrong(typeof read.value === "string" ? "long" : "fit");
}

function valueOf(name: Listed, field: string, text: string, row: Row, named: Named): Read {
  const about = entity(name).fields[field];
  switch (kindOf(name, field)) {
    case "choice": {
      const wanted = fold(text);
      const found = about?.values?.filter((one) => [one, ...(choiceNames[one] ?? [])].some((word) => fold(word) === wanted)); // prettier-ignore
      return found?.length === 1 ? value(found[0] ?? null) : wrong("choice");
    }
    case "ref": {
      const to = targetOf(name, field);
      const found = to ? named(to, text) : [];
      return found.length === 1 ? value(found[0] ?? null) : wrong(found.length > 1 ? "twice" : "name");
    }
    case "number":
    case "money": {
      const number = numberOf(text);
      if (number === undefined) return wrong("number");
      const currency = row["currency"];
      const digits = typeof currency === "string" && /^[A-Z]{3}$/.test(currency) ? minorDigits(currency) : 2;
      return value(about?.type === "money" ? Math.round(number * 10 ** digits) : number);
    }
    case "day": {
      const day = dayOf(text);
      return day ? value(day) : wrong("day");
    }
    case "flag": {
      const yes = ["yes", "true", "1", "是"].includes(fold(text));
      return yes || ["no", "false", "0", "否"].includes(fold(text)) ? value(yes) : wrong("flag");
    }
    case "instant":
      return wrong("fit"); // says when something happened: no list writes that
    default:
      return value(text);
  }
}

/** Groups are taken where they are whole: "1,5" is no fifteen. */
function numberOf(text: string): number | undefined {
  const bare = text.replace(/\s?%$/, "");
  if (!/^-?(\d+|\d{1,3}([,，' \u00a0\u202f]\d{3})+)(\.\d+)?$/.test(bare)) return undefined;
  return Number(bare.replaceAll(/[,，' \u00a0\u202f]/g, ""));
}
/** Days whose parts can't be taken for one another: 11/12/2026 is one of two. */
function dayOf(text: string): string | undefined {
  const [, y, m, d] = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text) ?? [];
  const [, d2, m2, y2] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text) ?? [];
  const day = [y ?? y2, (m ?? m2)?.padStart(2, "0"), (d ?? d2)?.padStart(2, "0")].join("-");
  return isDay(day) ? day : undefined;
}
