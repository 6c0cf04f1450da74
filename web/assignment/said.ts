import type { Assigned } from "../../shared/leads/assigned.ts";
import { assignmentEn } from "../i18n/en/assignment.ts";
import { number } from "../i18n/format.ts";
import { locale } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { partOf } from "../i18n/part.ts";
import { assignmentZh } from "../i18n/zh-CN/assignment.ts";
import type { Session } from "../shell/context.ts";

export const r = partOf(assignmentEn, assignmentZh);

/** A field inside of a sentence. */
export const inside = (field: string): string => {
  const label = fieldLabel(field);
  return locale() === "zh-CN" ? label : label.charAt(0).toLowerCase() + label.slice(1);
};
/** What the lead said: its own words, as they were when it was given. */
function whyText(session: Session, why: Assigned["why"]): string {
  return why
    .map(([field, value]) => {
      if (value === null) return r("line.isEmpty", inside(field));
      const said = typeof value === "number" ? number(value, locale()) : session.regionName(value) || value; // prettier-ignore
      return r("line.is", inside(field), said);
    })
    .join(r("and"));
}
/** The line of a lead as a sentence, and the rule by its name (LEAD-7). */
export function lineText(session: Session, line: Assigned): { readonly text: string; readonly rule: string } {
  const who = session.memberName(line.to) || r("line.somebody");
  const to = line.cover ? r("line.cover", who, session.memberName(line.cover) || r("line.somebody")) : who;
  const keeper = session.memberName(line.keeper);
  const queue = line.queue ? (session.data.record("queue", () => line.queue ?? "")()?.name ?? "") : "";
  if (line.kind !== "rule")
    return {
      text: line.kind === "waits" ? r("line.waits", queue, to) : r("line.none"),
      rule: r("line.rule.none"),
    };
  const why = whyText(session, line.why);
  const text = queue ? r("line.queue", queue, to, line.name, keeper, why) : r("line.rule", to, line.name, keeper, why);
  return { text, rule: [r("line.rule.name", line.name), keeper && r("keptBy", keeper)].filter(Boolean).join(", ") };
}
