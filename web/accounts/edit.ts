import { entity, type EntityName, type Row } from "../../shared/records/entities.ts";
import { fieldSchema } from "../../shared/records/record.ts";
import type { Value } from "../../shared/records/field.ts";
import { t } from "../i18n/i18n.ts";
import { idOf } from "../shell/id-of.ts";
import type { Session } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";

/** What a field on the screen needs besides its looks. */
export interface Editing {
  readonly value: string | null;
  readonly pending: boolean;
  readonly refused: string | undefined;
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
  const commit = async (text: string | null): Promise<string | undefined> => {
    const next = about && parse(about.type, text);
    if (!about || next === undefined || !fieldSchema(about).safeParse(next).success) return t("field.invalid");
    const set = { [field]: next, ...(next === null ? {} : more) };
    const done = await data.mutate(`${name}.edit@1`, { id: row.id, set });
    return done.ok ? undefined : t("tray.notAccepted", done.detail ?? whyWords(done.code));
  };
  return {
    get value() {
      const value = row[field];
      return value === null || value === undefined ? null : String(value);
    },
    get pending() {
      return data
        .pendingFields(() => row.id)()
        .has(field);
    },
    get refused() {
      const card = data.attention().find((one) => idOf(one.args) === row.id && one.mine[field] !== undefined);
      return card && t("field.tried", String(card.mine[field] ?? ""), card.detail ?? whyWords(card.code));
    },
    get onCommit() {
      return about && !about.act && data.can("edit", row).allowed ? commit : undefined;
    },
  };
}
