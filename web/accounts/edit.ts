import { entity, type EntityName, type Row } from "../../shared/records/entities.ts";
import { fieldSchema } from "../../shared/records/record.ts";
import type { Value } from "../../shared/records/field.ts";
import { typedIn } from "../data/typed.ts";
import type { AttentionCard } from "../data/types.ts";
import { minorDigits } from "../i18n/format.ts";
import { t } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import type { Session } from "../shell/context.ts";
import { cardsOf } from "../shell/marks.ts";
import { isBoth } from "../shell/sync-words.ts";
import { fetchWords, wordsNow } from "../shell/words-later.ts";
import type { Others, Trouble } from "../ui/field.tsx";
import type { MarkState } from "../ui/mark.tsx";
import { toast } from "../ui/toast.tsx";

import { editorsOf, hasMoved, hereWords, sayEditing } from "./here.ts";

/** What a field on the screen needs besides its looks. */
export interface Editing {
  readonly value: string | null;
  readonly mark: MarkState | undefined;
  readonly trouble: Trouble | undefined;
  readonly onCommit: ((text: string | null) => Promise<string | undefined>) | undefined;
  /** Who else edits it now. */
  readonly others: Others | undefined;
  /** It changed since this member looked at the account. */
  readonly changed: string | undefined;
  readonly onOpen: ((open: boolean) => void) | undefined;
}

function parse(type: string, text: string | null, currency: unknown): Value | undefined {
  if (text === null) return null;
  if (type !== "int" && type !== "money") return text;
  const number = Number(text.replaceAll(/[\s,，']/g, ""));
  if (!Number.isFinite(number)) return undefined;
  return type === "money" ? Math.round(number * 10 ** digitsOf(currency)) : number;
}
/** Money is typed as people say it, and kept in minor units. */
const digitsOf = (currency: unknown): number =>
  typeof currency === "string" && /^[A-Z]{3}$/.test(currency) ? minorDigits(currency) : 2;

/**
 * Editing one field of a record in place, by the generic mutation: checked here first, by the edge's own schema.
 * Getters, because a spread asks for every property by itself, and most are never asked for.
 */
export function editing(
  session: Session,
  name: EntityName,
  row: Row,
  field: string,
  more: Readonly<Record<string, Value>> = {},
): Editing {
  const { data } = session;
  const about = entity(name).fields[field];
  const card = () => cardsOf(data, row.id).find((one) => field in typedIn(one));
  const commit = async (text: string | null): Promise<string | undefined> => {
    const next = about && parse(about.type, text, more["currency"] ?? row["currency"]);
    if (!about || next === undefined || !fieldSchema(about).safeParse(next).success) return t("field.invalid");
    const before = row[field];
    const refused = card();
    const set = { [field]: next, ...(next === null ? {} : more) };
    const done = await data.mutate(`${name}.edit@1`, { id: row.id, set });
    if (!done.ok) return (await fetchWords()).refusalWords(session, done);
    // Said anew, the words that were not accepted are dealt with.
    if (refused && !refused.root && !refused.with && Object.keys(typedIn(refused))[0] === field)
      void data.dismiss(refused);
    toast({
      text: t("field.saved", fieldLabel(field)),
      ...(before === undefined
        ? {}
        : { undo: () => void data.mutate(`${name}.edit@1`, { id: row.id, set: { [field]: before } }) }),
    });
    return undefined;
  };
  return {
    get value() {
      const value = row[field];
      if (about?.type === "money" && typeof value === "number") return String(value / 10 ** digitsOf(row["currency"]));
      return value === null || value === undefined ? null : String(value);
    },
    get mark() {
      return data
        .pendingFields(() => row.id)()
        .get(field);
    },
    get trouble() {
      const found = card();
      return found && troubleOf(session, name, field, row, found);
    },
    get others() {
      const people = name === "account" ? editorsOf(row.id, field) : [];
      return people.length > 0
        ? { people, label: hereWords.edits(people.map((one) => one.name).join(", ")) }
        : undefined;
    },
    get changed() {
      return hasMoved(row.id, field) ? hereWords.changed() : undefined;
    },
    get onOpen() {
      return name === "account" ? (open: boolean) => sayEditing(row.id, open ? field : "") : undefined;
    },
    get onCommit() {
      return about && !about.act && data.can("edit", row).allowed ? commit : undefined;
    },
  };
}

function troubleOf(
  session: Session,
  name: EntityName,
  field: string,
  row: Row,
  card: AttentionCard,
): Trouble | undefined {
  const { data } = session;
  const words = wordsNow();
  if (!words) return undefined;
  const { refusalWords, valueWords, whyInAll } = words;
  const mine = typedIn(card)[field];
  const tried = valueWords(session, name, field, mine, { ...row, ...card.mine });
  const drop = { words: isBoth(card) ? t("tray.keepTheirs") : t("tray.discard"), run: () => void data.dismiss(card) };
  const again = async () => {
    const done = await data.retry(card);
    if (!done.ok) toast({ text: refusalWords(session, done), bad: true });
  };
  if (!isBoth(card)) {
    const why = whyInAll(session, card);
    return { tone: "bad", words: t("field.tried", tried, why), fix: typedAs(name, field, mine, row), acts: [drop] };
  }
  const over = card.code === "overwritten";
  return {
    tone: "both",
    words: over
      ? t("field.over", session.memberName(card.by) || t("tray.somebody"), tried)
      : t("field.bothTried", tried),
    acts: [{ words: over ? t("tray.restoreMine") : t("tray.useMine"), run: () => void again() }, drop],
  };
}

/** The words that somebody would type for a value. */
const typedAs = (name: EntityName, field: string, value: unknown, row: Row): string =>
  entity(name).fields[field]?.type === "money" && typeof value === "number"
    ? String(value / 10 ** digitsOf(row["currency"]))
    : String(value ?? "");
