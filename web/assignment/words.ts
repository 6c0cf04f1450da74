import type { Filter } from "../../shared/lists/query.ts";
import type { AssignmentRule, Target } from "../../shared/assignment/rules.ts";
import { locale } from "../i18n/i18n.ts";
import { phrase } from "../lists/phrases.ts";
import { givenText } from "../lists/words.ts";
import type { Session } from "../shell/context.ts";
import { inside, r } from "./said.ts";

export { r };

/** A condition as lists say it, any of several with an "or". */
export function conditionText(session: Session, filter: Filter): string {
  const values = filter.values.map((value) => givenText(session, "lead", filter, value));
  const said = new Intl.ListFormat(locale(), { type: "disjunction" }).format(values);
  return phrase(filter.op, inside(filter.field), said, Number(filter.values[0]));
}
const nameOf = (session: Session, entity: "team" | "queue", id: string): string =>
  session.data.record(entity, () => id)()?.name ?? "";

export function targetText(session: Session, target: Target | null): string {
  if (target === null) return r("to.nobody");
  if (target.kind === "member") {
    const name = session.memberName(target.id);
    return name ? r("to.member", name) : r("to.nobody");
  }
  const name = nameOf(session, target.kind, target.id);
  if (!name) return r("to.nobody");
  if (target.kind === "team") return r("to.team", name);
  return r("to.queue", name, session.memberName(session.data.record("queue", () => target.id)()?.steward));
}
/** A rule as a sentence without its name: "If country is Sweden or Norway, to Bo Lindqvist". */
export function ruleText(session: Session, { where, target }: Pick<AssignmentRule, "where" | "target">): string {
  if (where === null) return r("unreadable");
  const said = where.map((filter) => conditionText(session, filter)).join(r("and"));
  const start = where.length === 0 ? r("always") : r("if", said);
  return `${start}${locale() === "zh-CN" ? "，" : ", "}${targetText(session, target)}`;
}
