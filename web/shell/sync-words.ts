import type { AttentionCard, SyncState } from "../data/types.ts";
import { t } from "../i18n/i18n.ts";

export interface SyncWords {
  readonly short: string; // a few words: it stands in a narrow place
  /** A second line, smaller: how many, or when. */
  readonly note: string;
  readonly long: string;
  readonly tone: "ok" | "warn" | "bad" | "both" | "plain";
}

/**
 * The state of sync in words. What needs the member comes first, then what is not sent, then where we are. `when`: the
 * last page, as a time of day; `both`: cards of which nothing was refused but both sides changed something.
 */
export function syncWords(sync: SyncState, when = "", both = 0): SyncWords {
  const waiting = sync.waiting > 0 ? t("sync.waiting", sync.waiting) : "";
  if (sync.attention > 0) {
    const only = both >= sync.attention;
    const long = only ? t("sync.bothChanged", both) : t("sync.attentionLong", sync.attention);
    return { short: t("sync.attention", sync.attention), note: waiting, long, tone: only ? "both" : "bad" };
  }
  const saved = t("sync.saved", sync.waiting);
  switch (sync.state) {
    case "offline":
      return {
        short: when ? t("sync.offlineSince", when) : t("sync.offline"),
        note: waiting,
        long: sync.waiting > 0 ? t("sync.then", saved, t("sync.offlineLong")) : t("sync.offlineLong"),
        tone: "warn",
      };
    case "locked":
      return {
        short: t("sync.locked"),
        note: sync.waiting > 0 ? t("sync.unsent", sync.waiting) : "",
        long: t("sync.lockedLong"),
        tone: "bad",
      };
    case "signed_out":
      return { short: t("sync.signedOut"), note: waiting, long: t("sync.signedOutLong"), tone: "bad" };
    case "update_needed":
      return { short: t("sync.update"), note: waiting, long: t("sync.updateLong"), tone: "bad" };
    case "first_sync":
      return { short: t("sync.first"), note: waiting, long: t("sync.firstLong"), tone: "plain" };
    case "memory_only":
      return { short: t("sync.memory"), note: waiting, long: t("sync.memoryLong"), tone: "warn" };
    case "sending":
      return { short: t("sync.sending"), note: waiting, long: saved, tone: "plain" };
    case "saved_here":
    case "attention":
    case "synced":
      return sync.waiting > 0
        ? { short: t("sync.savedShort"), note: waiting, long: saved, tone: "warn" }
        : { short: t("sync.synced"), note: when, long: t("sync.synced"), tone: "ok" };
  }
}

/** Both sides changed something, and nothing was refused for its own sake. */
export const isBoth = (card: Pick<AttentionCard, "code">): boolean =>
  card.code === "version_conflict" || card.code === "overwritten";

/** Why something was refused, in one clause: every code has its own. */
export const whyWords = (code: AttentionCard["code"]): string => t(`why.${code}`);
