import { dayMs, limits } from "../../shared/kernel/limits.ts";
import type { AttentionCard } from "./types.ts";

/** Until when refused words are kept. */
export const keptUntil = (card: Pick<AttentionCard, "since" | "at">): number =>
  (card.since ?? card.at) + limits.refusedWordsDays * dayMs;
