import type { outcomeCodes } from "../records/entities.ts";
import type { Value } from "../records/field.ts";

/** Why something is won or lost, as choices; words of one's own stand beside them (PIPE-3). */
export type OutcomeCode = (typeof outcomeCodes)[number];
export const reasonsFor = {
  won: ["fit", "price", "relationship", "speed", "references", "other"],
  lost: ["price", "no_budget", "no_decision", "timing", "competitor", "missing_feature", "other"],
} as const satisfies Record<string, readonly OutcomeCode[]>;

export const isClosing = (outcome: Value | undefined): outcome is "won" | "lost" =>
  outcome === "won" || outcome === "lost";
export const fitsOutcome = (code: Value | undefined, outcome: Value | undefined): boolean =>
  isClosing(outcome) && (reasonsFor[outcome] as readonly Value[]).includes(code ?? null);
