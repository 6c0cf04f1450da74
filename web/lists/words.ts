import { kindOf, me, mine, type Filter, type Listed } from "../../shared/lists/query.ts";
import type { Row } from "../../shared/records/entities.ts";
import type { Value } from "../../shared/records/field.ts";
import { choiceNames } from "../i18n/fields.ts";
import { day, dayIn, money, number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { fieldLabel, pick } from "../i18n/labels.ts";
import { displayName } from "../i18n/person.ts";
import { phrase } from "./phrases.ts";
import { now, type Session } from "../shell/context.ts";

/** What a record that a field points at is called; empty: not on this device. */
function refName(session: Session, id: string): string {
  const quick = session.memberName(id) || session.regionName(id);
  if (quick) return quick;
  const row = session.data.copy.record(id);
  return row ? displayName({ name: String(row["name"] ?? "") }) : "";
}
const choiceName = (value: string): string => pick(choiceNames[value]) ?? value.replaceAll("_", " ");

/** A value as a cell shows it, and as it is copied. */
export function valueText(session: Session, name: Listed, field: string, value: Value | undefined, row?: Row): string {
  if (value === null || value === undefined || value === "") return "";
  const { zone } = session.data.me;
  switch (kindOf(name, field)) {
    case "choice":
      return choiceName(String(value));
    case "ref":
      return refName(session, String(value));
    case "number":
      return field.endsWith("Pct") ? `${number(Number(value), locale())} %` : number(Number(value), locale());
    case "money":
      return moneyText(Number(value), row?.["currency"]);
    case "day":
      return day(String(value), { locale: locale(), today: dayIn(now(), zone) });
    case "instant":
      return day(dayIn(Number(value), zone), { locale: locale(), today: dayIn(now(), zone) });
    case "flag":
      return t(value === true ? "value.yes" : "value.no");
    default:
      return typeof value === "object" ? "" : String(value);
  }
}
const moneyText = (minor: number, currency: unknown): string =>
  typeof currency === "string" && /^[A-Z]{3}$/.test(currency)
    ? money(minor, currency, locale())
    : number(minor / 100, locale());

/** One value of a condition in words. */
export function givenText(session: Session, name: Listed, { field, op }: Filter, value: string): string {
  if (value === me) return t("filter.me");
  if (value === mine) return t("filter.mine");
  switch (kindOf(name, field)) {
    case "choice":
      return choiceName(value);
    case "ref":
      return refName(session, value) || t("value.elsewhere");
    case "number":
    case "money":
      return number(kindOf(name, field) === "money" ? Number(value) / 100 : Number(value), locale());
    case "flag":
      return t(value === "true" ? "value.yes" : "value.no");
    case "day":
    case "instant":
      return op === "next" || op === "last"
        ? number(Number(value), locale())
        : day(value, { locale: locale(), today: dayIn(now(), session.data.me.zone) });
    default:
      return value;
  }
}
/** A condition as a part of a sentence: "Health is At risk or Watch". */
export function filterText(session: Session, name: Listed, filter: Filter): string {
  const { field, op, values } = filter;
  const said = values.map((value) => givenText(session, name, filter, value)).join(t("filter.or"));
  const kind = kindOf(name, field);
  const isQuoted = kind === "text" && (op === "is" || op === "not");
  const how = kind === "quiet" && op === "last" ? "touched" : op;
  return phrase(how, fieldLabel(field), isQuoted ? t("filter.quote", said) : said, Number(values[0]));
}
/** All conditions as one sentence: what a view is called if nobody names it. */
export const sentence = (session: Session, name: Listed, filters: readonly Filter[]): string =>
  filters.map((filter) => filterText(session, name, filter)).join(" · ");
