import { entity, type EntityName, type Row } from "../../shared/records/entities.ts";
import { fieldSchema } from "../../shared/records/record.ts";
import type { Value } from "../../shared/records/field.ts";
import { typedIn } from "../data/typed.ts";
import type { AttentionCard } from "../data/types.ts";
import { t } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import type { Session } from "../shell/context.ts";
import { cardsOf } from "../shell/marks.ts";
import { isBoth } from "../shell/sync-words.ts";
import { fetchWords, wordsNow } from "../shell/words-later.ts";
import type { Trouble } from "../ui/field.tsx";
import type { MarkState } from "../ui/mark.tsx";
import { toast } from "../ui/toast.tsx";

/** What a field on the screen needs besides its looks. */
export interface Editing {
  readonly value: string | null;
  readonly mark: MarkState | undefined;
  readonly trouble: Trouble | undefined;
  readonly onCommit: ((text: string | null) => Promise<string | undefined>) | undefined;
}

function parse(type: string, text: string | null): Value | undefined {
  if (text === null) return null;
  if (type !== "int" && type !== "money") return text;
  const number = Number(text.replaceAll(/[\s,，']/g, ""));
  return Number.isFinite(number) ? number : undefined;
}

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
    const next = about && parse(about.type, text);
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
    return { tone: "bad", words: t("field.tried", tried, why), fix: String(mine ?? ""), acts: [drop] };
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
