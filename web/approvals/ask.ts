import type { EntityName, RecordOf, Row } from "../../shared/records/entities.ts";
import { t } from "../i18n/i18n.ts";
import type { Key } from "../i18n/en.ts";
import type { Session } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { toast } from "../ui/toast.tsx";

export const kindWords = (kind: string | null | undefined): string =>
  (t(`approval.kind.${kind}` as Key & "approval.kind.discount") as string | undefined) ?? t("approval.one");

export interface Asking {
  readonly on: EntityName;
  readonly row: Row;
  readonly kind: string;
  readonly reason: string;
  readonly holders: readonly Row[];
  /** The record as the server shows it, where a value may not stay on the device. */
  readonly online?: Row | undefined;
  readonly set?: Readonly<Record<string, string | number | boolean | null>>;
}
/** Asks for somebody's yes. The title names no value: whoever may see that there is a request need not see what it binds. */
export async function askFor(session: Session, ask: Asking): Promise<boolean> {
  const { data } = session;
  const rule = data.asks.find((one) => one.kind === ask.kind && one.on === ask.on);
  const fields = ask.set ? Object.keys(ask.set) : (rule?.binds ?? []);
  const seen = Object.fromEntries(
    fields.flatMap((field) => {
      const value = ask.row[field] ?? ask.online?.[field];
      return value === undefined ? [] : [[field, value]];
    }),
  );
  const done = await data.mutate("approval.ask@1", {
    id: data.newId("approval", ask.row.anchor),
    about: ask.row.id,
    anchor: ask.row.anchor,
    kind: ask.kind,
    name: String(ask.row["name"] ?? "").slice(0, 200) || kindWords(ask.kind),
    reason: ask.reason,
    to: ask.holders.map((holder) => holder.id),
    ...(ask.set ? { set: ask.set } : {}),
    seen,
  });
  toast(
    done.ok
      ? { text: t("approval.asked", names(session, ask.holders)) }
      : { text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true },
  );
  return done.ok;
}
export const names = (session: Session, holders: readonly Row[]): string =>
  holders
    .slice(0, 3)
    .map((holder) => session.memberName(holder.id))
    .join(", ");

/** The name of whoever was asked: a member, or a role. */
export function askedWords(session: Session, row: RecordOf<"approval">): string {
  const asked = row.asked ?? "";
  return (
    session.memberName(asked) ||
    ((t(`role.${asked}` as Key & "role.seller") as string | undefined) ?? asked.replaceAll("_", " "))
  );
}
