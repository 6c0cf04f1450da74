import { createRoot } from "solid-js";
import { cellOf, isId } from "../../shared/kernel/id.ts";
import { entity, entityOfId, isEntity, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Value } from "../../shared/records/field.ts";
import { typedIn } from "../data/typed.ts";
import type { AttentionCard, Mutated } from "../data/types.ts";
import { actNames, choiceNames, detailsZh, kindNames } from "../i18n/fields.ts";
import { clock, day, dayIn, money, number } from "../i18n/format.ts";
import { locale, roleName, t } from "../i18n/i18n.ts";
import { fieldLabel, fieldNames, pick } from "../i18n/labels.ts";
import { now, type Session } from "./context.ts";
import { idOf } from "./id-of.ts";
import { nameOf } from "./name-of.ts";
import { whyWords } from "./sync-words.ts";
import { unmetWords } from "./unmet-words.ts";

const kindLabel = (name: string): string => pick(kindNames[name]) ?? name.replaceAll("_", " ");
const choiceLabel = (value: string): string => pick(choiceNames[value]) ?? value.replaceAll("_", " ");

/** Members, accounts, stages and all else that an id may stand for; never the id itself. */
function refWords(session: Session, id: string): string {
  const { data } = session;
  const place = data.record("region", () => id)() ?? data.record("team", () => id)();
  const step = data.record("stage", () => id)() ?? data.record("pipeline", () => id)();
  return session.memberName(id) || place?.name || step?.name || nameOf(data, id) || t("value.elsewhere");
}

/** A value as its field shows it. `row`: where its currency or zone stands. */
export function valueWords(
  session: Session,
  of: EntityName | null,
  field: string,
  value: Value | undefined,
  row?: Readonly<Record<string, unknown>>,
): string {
  if (value === null || value === undefined || value === "") return t("field.empty");
  const about = of ? entity(of).fields[field] : undefined;
  const { zone } = session.data.me;
  const today = dayIn(now(), zone);
  if (Array.isArray(value)) return value.map((one) => oneWords(session, String(one))).join(", ") || t("field.empty");
  if (typeof value === "object")
    return Object.entries(value).map(([key, one]) => `${fieldLabel(key)}: ${String(one ?? "–")}`).join(", "); // prettier-ignore
  if (typeof value === "boolean") return value ? t("value.yes") : t("value.no");
  if (typeof value === "number") {
    if (about?.type === "money") return moneyWords(value, row?.["currency"]);
    if (about?.type === "instant" || field === "until" || field === "from")
      return `${day(dayIn(value, zone), { locale: locale(), today })} ${clock(value, locale(), zone)}`;
    if (field === "dueMin" || field.startsWith("quiet"))
      return `${Math.floor(value / 60)}:${String(value % 60).padStart(2, "0")}`;
    return field.endsWith("Pct") ? `${number(value, locale())} %` : number(value, locale());
  }
  if (about?.type === "day") return day(String(value), { locale: locale(), today });
  if (about?.type === "enum") return choiceLabel(String(value));
  return oneWords(session, String(value));
}
function oneWords(session: Session, text: string): string {
  if (isId(text) && cellOf(text) !== undefined) return refWords(session, text);
  return /^[a-z]+(_[a-z]+)+$/.test(text) ? roleName(text) : text;
}
/** Without its currency it is a number: which one it is may be hidden. */
function moneyWords(minor: number, currency: unknown): string {
  return typeof currency === "string" && /^[A-Z]{3}$/.test(currency)
    ? money(minor, currency, locale())
    : number(minor / 100, locale());
}

/** Reads words outside of a screen's own drawing, for the clipboard and messages. */
export const peek = <T>(read: () => T): T =>
  createRoot((dispose) => {
    const value = read();
    dispose();
    return value;
  });

// --- acts

export const entityOf = (name: string): EntityName | null => {
  const of = name.split(".")[0] ?? "";
  return isEntity(of) ? of : null;
};
/** Fields that say where a value belongs, and are not said by themselves. */
const quiet = new Set([
  "about",
  "order",
  "source",
  "gen",
  "schema",
  "section",
  "position",
  "left",
  "doneDays",
  "noticeKind",
  "mediaType",
  "bytes",
  "sha256",
]);
const isSaid = (field: string): boolean => !quiet.has(field) && !field.endsWith("Zone");

/** What a member wrote in an act, field by field. */
export function said(card: Pick<AttentionCard, "args" | "mine">): readonly (readonly [field: string, value: Value])[] {
  return Object.entries(typedIn(card)).flatMap(([field, value]) =>
    value === undefined || !isSaid(field) ? [] : [[field, value] as const],
  );
}
/** What an act is about, by name: the record's, or the one that it would have had. */
export function aboutWords(session: Session, act: Pick<AttentionCard, "name" | "args" | "mine">): string {
  const { title, name } = typedIn(act) as { readonly title?: unknown; readonly name?: unknown };
  const id = idOf(act.args);
  const of = entityOfId(id) ?? entityOf(act.name);
  const own = verbOf(act.name) === "create" || act.name === "file.add@1" ? (name ?? title) : undefined;
  return nameOf(session.data, id) || (typeof own === "string" ? own : "") || kindLabel(of ?? "");
}
const verbOf = (name: string): string => name.split(".")[1]?.split("@")[0] ?? "";
/** "Opportunity · Move to another stage"; an edit is its kind alone. */
export function actWords(act: Pick<AttentionCard, "name" | "args">): string {
  const kind = kindLabel(entityOfId(idOf(act.args)) ?? entityOf(act.name) ?? "");
  const verb = pick(actNames[act.name.split("@")[0] ?? ""] ?? actNames[verbOf(act.name)]);
  return verb ? `${kind} · ${verb}` : kind;
}

// --- reasons

/** Why something was refused, in one sentence of the member's language. */
export function reasonWords(
  session: Session,
  refused: Pick<AttentionCard, "code" | "detail" | "fields" | "unmet"> & { readonly args?: unknown },
): string {
  const { code, detail, fields = [] } = refused;
  if (detail) return (locale() === "zh-CN" ? (detailsZh[detail] ?? detail) : detail).replace(/[.。]$/, "");
  if (code === "missing" && isOutOfSight(session, refused.args))
    return t("why.ended", kindLabel(entityOfId(idOf(refused.args)) ?? ""));
  const named = fields.filter((field) => field in fieldNames).map(fieldLabel);
  return code === "invalid" && named.length > 0 ? t("why.fields", named.join(", ")) : whyWords(code);
}
/** The record was here when it was changed, and is not any more. */
export const isOutOfSight = (session: Session, args: unknown): boolean => {
  const id = idOf(args);
  const of = entityOfId(id);
  return of !== null && session.data.record(of, () => id)() === undefined;
};
/** Why, and what a gate asks for first, in a line. The policy's own sentence may stand in both: it is said once. */
export function whyInAll(session: Session, refused: Parameters<typeof reasonWords>[1]): string {
  const bare = (text: string): string => text.replace(/[.。]$/, "");
  const all = [reasonWords(session, refused), ...unmetWords(refused)];
  return all.filter((one, at) => all.findIndex((other) => bare(other) === bare(one)) === at).join(" · ");
}
export const refusalWords = (session: Session, done: Mutated): string =>
  done.ok
    ? ""
    : t(
        "tray.notAccepted",
        peek(() => whyInAll(session, done)),
      );

/** A row of another kind has other fields. */
export const rowOf = (session: Session, args: unknown): Row | undefined => {
  const id = idOf(args);
  const of = entityOfId(id);
  return of ? (session.data.record(of, () => id)() as Row | undefined) : undefined;
};
