import { daysBetween } from "../kernel/clock.ts";
import { dayMs, limits } from "../kernel/limits.ts";
import type { RecordOf, Row } from "../records/entities.ts";

/** How an open opportunity gets on. Pure: the instant and the member's day come in (PIPE-2). */
export interface Pace {
  /** Whole days in its stage. */
  readonly days: number;
  /** Longer there than the stage allows. */
  readonly stuck: { readonly days: number; readonly limit: number } | null;
  /** Its close day has passed, or went back too often. */
  readonly slipping:
    | { readonly why: "passed"; readonly days: number }
    | { readonly why: "moved"; readonly times: number }
    | null;
}

/** Nobody knows of an older record when it came to its stage: at the latest when it was made. */
export const sinceOf = (opportunity: Row): number =>
  typeof opportunity["stageSince"] === "number" ? opportunity["stageSince"] : opportunity.createdAt;

export function paceOf(
  row: RecordOf<"opportunity">,
  stage: Pick<RecordOf<"stage">, "outcome" | "limitDays"> | undefined,
  at: number,
  today: string,
): Pace {
  const days = Math.max(0, Math.floor((at - sinceOf(row as Row)) / dayMs));
  if (stage?.outcome === "won" || stage?.outcome === "lost") return { days, stuck: null, slipping: null };
  const limit = stage?.limitDays ?? null;
  const past = row.closeDay ? daysBetween(row.closeDay, today) : 0;
  const times = row.closeMoves ?? 0;
  return {
    days,
    stuck: limit !== null && days > limit ? { days, limit } : null,
    slipping: past > 0 ? { why: "passed", days: past } : times >= limits.closeMovesMax ? { why: "moved", times } : null,
  };
}
