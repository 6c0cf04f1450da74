import type { AttentionCard, SyncState } from "../data/types.ts";
import { t } from "../i18n/i18n.ts";
import type { Key } from "../i18n/en.ts";

export interface SyncWords {
  readonly short: string; // at most three words: it stands in a narrow place
  readonly long: string;
  readonly tone: "ok" | "warn" | "bad" | "plain";
}

/** The state of sync in words. What needs the member comes first, then what is not sent, then where we are. */
export function syncWords(sync: SyncState): SyncWords {
  if (sync.attention > 0)
    return { short: t("sync.attention", sync.attention), long: t("sync.attentionLong", sync.attention), tone: "bad" };
  switch (sync.state) {
    case "offline":
      return {
        short: sync.waiting > 0 ? t("sync.offlineWaiting", sync.waiting) : t("sync.offline"),
        long: sync.waiting > 0 ? `${t("sync.saved", sync.waiting)}. ${t("sync.offlineLong")}` : t("sync.offlineLong"),
        tone: "warn",
      };
    case "locked":
      return { short: t("sync.locked"), long: t("sync.lockedLong"), tone: "bad" };
    case "signed_out":
      return { short: t("sync.signedOut"), long: t("sync.signedOutLong"), tone: "bad" };
    case "update_needed":
      return { short: t("sync.update"), long: t("sync.updateLong"), tone: "bad" };
    case "first_sync":
      return { short: t("sync.first"), long: t("sync.firstLong"), tone: "plain" };
    case "memory_only":
      return { short: t("sync.memory"), long: t("sync.memoryLong"), tone: "warn" };
    case "sending":
      return { short: t("sync.sending"), long: t("sync.saved", sync.waiting), tone: "plain" };
    case "saved_here":
    case "attention":
    case "synced":
      return sync.waiting > 0
        ? { short: t("sync.savedShort", sync.waiting), long: t("sync.saved", sync.waiting), tone: "warn" }
        : { short: t("sync.syncedShort"), long: t("sync.synced"), tone: "ok" };
  }
}

const known = [
  "missing",
  "denied",
  "invalid",
  "version_conflict",
  "deleted",
  "needs_approval",
  "gate_unmet",
  "transition_unknown",
  "unauthenticated",
  "too_large",
  "too_many_requests",
  "busy",
  "unavailable",
];
/** Why something was refused, in one clause. */
export const whyWords = (code: AttentionCard["code"]): string =>
  known.includes(code) ? t(`why.${code}` as "why.denied") : t("why.other");

/** A field's name for people; fields that no screen names yet show their own name, spaced out. */
export function fieldLabel(field: string): string {
  const key = `account.${field}`;
  const labels: Record<string, Key> = {
    nextAction: "account.next",
    nextActionDay: "account.nextDay",
    done: "today.done",
    stage: "opps.stage",
    amountMinor: "opps.amount",
    closeDay: "opps.closeDay",
    discountPct: "opps.discount",
  };
  const named = t((labels[field] ?? key) as "account.name") as string | undefined;
  return named ?? field.replaceAll(/([A-Z])/g, " $1").toLowerCase();
}
