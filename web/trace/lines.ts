import type { TraceLine } from "../../shared/reporting/trace.ts";
import { lineText, r } from "../assignment/said.ts";
import { day, dayIn } from "../i18n/format.ts";
import { traceEn } from "../i18n/en/trace.ts";
import { locale, roleName } from "../i18n/i18n.ts";
import { dictOf } from "../i18n/part.ts";
import { traceZh } from "../i18n/zh-CN/trace.ts";
import { now, type Session } from "../shell/context.ts";
import { nameOf } from "../shell/name-of.ts";
import { traceWords } from "./words.ts";

/** The words of one line, in the language of now. */
export function lineWords(session: Session, line: TraceLine): { readonly text: string; readonly rule: string } {
  const { data } = session;
  if (line.line) {
    const { text, rule } = lineText(session, line.line);
    return { text: r("line.about", nameOf(data, line.cause), text), rule };
  }
  return traceWords(line, dictOf(traceEn, traceZh), {
    member: (id) => session.memberName(id) || null,
    record: (id) => {
      const number = data.record("case", () => id)()?.number;
      const approval = data.record("approval", () => id)()?.name;
      return number ?? approval ?? (nameOf(data, id) || null);
    },
    day: (at) => day(dayIn(at, data.me.zone), { locale: locale(), today: dayIn(now(), data.me.zone) }),
    role: roleName,
  });
}
