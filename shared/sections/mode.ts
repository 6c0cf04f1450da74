import { groupBit } from "../records/groups.ts";
import { isVisible } from "../records/record.ts";
import type { Row } from "../records/entities.ts";
import type { Bound, Decision, Place } from "../access/engine.ts";

export type Mode = "none" | "read" | "write";

/**
 * What a member may do in a section: read iff it is visible (identity and the section's own group), write iff they may
 * also `write` that group. None can't be told from a section that does not exist (SECTION-2).
 */
export function modeOf(bound: Bound, section: Row, place: Place, at: number): Mode {
  const group = section["group"];
  const mask = bound.recordMask("section", section, place, at);
  if (typeof group !== "string" || section.anchor !== place.anchor.id || !isVisible("section", section, mask))
    return "none";
  return mayIn(bound, "write", section, place, at).allowed ? "write" : "read";
}

/** Whether a member may write in the text of a section, or comment on it; the one without the other is possible. */
export function mayIn(bound: Bound, action: "write" | "comment", section: Row, place: Place, at: number): Decision {
  const decision = bound.decide(action, "section", section.compartment, place, at, section);
  return !decision.allowed || (decision.groups & groupBit(section["group"] as never)) !== 0
    ? decision
    : { allowed: false, why: "Your role does not include this." };
}
