import type { RecordOf } from "../../shared/records/entities.ts";
import { daysBetween, dayIn } from "../i18n/format.ts";

/** An account that nobody has touched for this long asks for attention. */
const staleAfterDays = 30;

export interface Stale {
  readonly account: RecordOf<"account">;
  readonly why: "next_passed" | "no_touch";
  /** Null: nobody ever did anything with it that this device knows of. */
  readonly idleDays: number | null;
}

/** My accounts whose next action is past, or which have none and nobody touched lately; the longest wait first. */
export function staleOnes(
  accounts: readonly RecordOf<"account">[],
  activities: readonly RecordOf<"activity">[],
  now: number,
  today: string,
): readonly Stale[] {
  const last = new Map<string, number>();
  for (const row of activities) {
    const at = row.at ?? row.createdAt;
    if (at <= now && at > (last.get(row.anchor) ?? Number.NEGATIVE_INFINITY)) last.set(row.anchor, at);
  }
  const found: Stale[] = [];
  for (const account of accounts) {
    const at = last.get(account.id);
    const idleDays = at === undefined ? null : Math.max(0, daysBetween(dayIn(at, "UTC"), today));
    if (account.nextActionDay && account.nextActionDay < today) found.push({ account, why: "next_passed", idleDays });
    else if (!account.nextAction && (idleDays === null || idleDays > staleAfterDays))
      found.push({ account, why: "no_touch", idleDays });
  }
  const weight = (one: Stale) => (one.why === "next_passed" ? 1e9 : 0) + (one.idleDays ?? 1e6);
  return found.sort((a, b) => weight(b) - weight(a));
}
