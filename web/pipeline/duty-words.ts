import { dutiesOf, hasDuties, personFor, type Part } from "../../shared/pipeline/duties.ts";
import { dutiesEn } from "../i18n/en/duties.ts";
import { locale, roleName } from "../i18n/i18n.ts";
import { partOf } from "../i18n/part.ts";
import { dutiesZh } from "../i18n/zh-CN/duties.ts";
import type { Session } from "../shell/context.ts";
import type { Stage } from "./filter.ts";

export const d = partOf(dutiesEn, dutiesZh);

/** Who does what there, of one opportunity: people where a role is one of them, else roles. Empty: nobody said it. */
export function dutyWords(session: Session, stage: Stage | undefined, owner: string | null): string {
  const duties = dutiesOf(stage?.duties);
  if (!hasDuties(duties)) return "";
  const memberOf = (id: string) => session.data.record("member", () => id)();
  const names = (part: Part): string => {
    const all = duties[part].map((role) => {
      const person = personFor(role, owner, memberOf);
      return (person && session.memberName(person)) || roleName(role);
    });
    return new Intl.ListFormat(locale(), { type: "conjunction" }).format([...new Set(all)]);
  };
  const said = [
    ["responsible", "does"],
    ["accountable", "decides"],
    ["consulted", "asked"],
    ["informed", "told"],
  ] as const;
  return said.flatMap(([part, word]) => (duties[part].length > 0 ? [d(word, names(part))] : [])).join(d("comma"));
}
