import type { TraceLine } from "../../shared/reporting/trace.ts";
import type { traceEn } from "../i18n/en/trace.ts";
import type { Words } from "../i18n/part.ts";

/** Names for what a line speaks of, as far as this member may know them: null where not. */
export interface Named {
  readonly member: (id: string | null) => string | null;
  readonly record: (id: string) => string | null;
  readonly day: (at: number) => string;
  readonly role: (id: string) => string;
}

/**
 * What a rule did, as a sentence, and which rule it was and who keeps it. Of a cause that one may not see nothing is
 * said but that it was a rule (interface: why did this happen). Pure: the dictionary comes in.
 */
export function traceWords(
  line: TraceLine,
  say: Words<typeof traceEn>,
  named: Named,
): { readonly text: string; readonly rule: string } {
  const cause = named.record(line.cause);
  if (cause === null) return { text: say["trace.hidden"], rule: say["trace.aRule"] };
  const somebody = (id: string | null): string => named.member(id) ?? say["trace.somebody"];
  const [by, to] = [somebody(line.by), somebody(line.to)];
  const until = line.until === null ? "" : named.day(line.until);
  const admins = named.role("policy_admin");
  const kept = (rule: string, who = admins): string => say["trace.keptBy"](rule, who);
  switch (line.what) {
    case "assigned": // in words of its own: web/assignment
      return { text: say["trace.hidden"], rule: say["trace.aRule"] };
    case "sight":
      return { text: say["trace.sight"](to, cause, by), rule: kept(say["trace.rule.escalation"](until)) };
    case "sight_ended":
      return { text: say["trace.sightEnded"](to, cause), rule: kept(say["trace.rule.escalationEnded"]) };
    case "not_answered":
    case "not_solved": {
      const text = line.what === "not_answered" ? say["trace.notAnswered"](cause) : say["trace.notSolved"](cause);
      const level = line.level ? say["trace.rule.level"](line.level) : say["trace.rule.anyLevel"];
      return { text, rule: kept(level, named.role("ops_admin")) };
    }
    case "offer_late":
      return { text: say["trace.offerLate"](cause, to), rule: kept(say["trace.rule.late"]) };
    case "offer_ended":
      return { text: say["trace.offerEnded"](cause), rule: kept(say["trace.rule.silence"]) };
    case "sight_kept":
      return { text: say["trace.sightKept"](by, cause), rule: kept(say["trace.rule.sender"](until)) };
    case "carried_out":
      return { text: say["trace.carriedOut"](cause, by), rule: kept(say["trace.rule.approval"]) };
  }
}
