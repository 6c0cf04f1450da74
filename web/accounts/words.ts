import { timelineEn } from "../i18n/en/timeline.ts";
import { partOf } from "../i18n/part.ts";
import { timelineZh } from "../i18n/zh-CN/timeline.ts";

export const line = partOf(timelineEn, timelineZh);

/** What a visit came to. What came in from elsewhere has words of its own, and is shown as it is. */
export const outcomes = ["forward", "same", "back", "missed"] as const;
export type Outcome = (typeof outcomes)[number];
export function outcomeWords(outcome: string | null | undefined, kind: string | null | undefined): string {
  if (outcome === "missed")
    return kind === "call" || kind === "visit" || kind === "meeting" || kind === "email"
      ? line(`is.missed.${kind}`)
      : line("is.missed");
  return outcome === "forward" || outcome === "same" || outcome === "back" ? line(`is.${outcome}`) : (outcome ?? "");
}
