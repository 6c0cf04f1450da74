import type { CellLink } from "../data/wire.ts";
import { http } from "../http.ts";
import { day, dayIn } from "../i18n/format.ts";
import { pastEn } from "../i18n/en/past.ts";
import { locale, t } from "../i18n/i18n.ts";
import { partOf } from "../i18n/part.ts";
import { pastZh } from "../i18n/zh-CN/past.ts";
import { now, type Session } from "../shell/context.ts";
import { nameOf } from "../shell/name-of.ts";
import type { Happening, Past, Wrote } from "./timeline-model.ts";

const line = partOf(pastEn, pastZh);
/** What happened around an account, as a sentence; who is not to be named is somebody. */
export function aroundWords({ data, memberName }: Session, one: Happening): string {
  const who = memberName(one.by) || t("tray.somebody");
  const to = one.to ? memberName(one.to) || data.record("team", () => one.to)()?.name || t("tray.somebody") : "";
  const what = one.record ? nameOf(data, one.record) || line("aRecord") : line("theAccount");
  if (one.what === "imported") return line("imported", one.count ?? 0, who);
  if (one.what === "grant_ended") return line("grantEnded", to);
  if (one.what === "share_ended") return line("shareEnded", what, to);
  const until = one.until ? day(dayIn(one.until, data.me.zone), { locale: locale(), today: dayIn(now(), data.me.zone) }) : ""; // prettier-ignore
  return line("shared", who, what, to, until);
}

/** What the server alone tells of an account's past: who wrote in its notes, who was let in, what an import brought. */
export async function fetchPast(session: Session, account: string, link: CellLink | undefined): Promise<Past> {
  const of = async <T>(what: string): Promise<readonly T[]> => {
    const answer = await http<{ items: readonly T[] }>(`/api/accounts/${account}/${what}`, undefined, undefined, link);
    if (!answer.ok) throw new Error(answer.error.code);
    return answer.value.items;
  };
  const [wrote, happened] = await Promise.all([of<Wrote>("wrote"), of<Happening>("happened")]);
  const around = happened.map((one) => ({
    id: `${one.what}:${one.at}:${one.to ?? ""}:${one.record ?? ""}`,
    at: one.at,
    text: aroundWords(session, one),
  }));
  return { wrote, around };
}
