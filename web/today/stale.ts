import type { RecordOf } from "../../shared/records/entities.ts";
import { daysBetween, dayIn } from "../i18n/format.ts";

/** An account that nobody has touched for this long asks for attention. */
const staleAfterDays = 30;

/** When an activity was; one that is still to come is no touch. */
export function touchedAt(row: RecordOf<"activity">, now: number): number | null {
  const at = row.at ?? row.createdAt;
  return at <= now ? at : null;
}

export interface Stale {
  readonly account: RecordOf<"account">;
  readonly why: "next_passed" | "no_touch";
  /** Null: nobody ever did anything with it that this device knows of. */
  readonly idleDays: number | null;
}

/** My accounts whose next action is past, or which have none and nobody touched lately; the longest wait first. */
export function staleOnes(
  accounts: readonly RecordOf<"account">[],
  lastTouch: (account: string) => number | null,
  today: string,
): readonly Stale[] {
  const found: Stale[] = [];
  for (const account of accounts) {
    const at = lastTouch(account.id);
    const idleDays = at === null ? null : Math.max(0, daysBetween(dayIn(at, "UTC"), today));
    if (account.nextActionDay && account.nextActionDay < today) found.push({ account, why: "next_passed", idleDays });
    else if (!account.nextAction && (idleDays === null || idleDays > staleAfterDays))
      found.push({ account, why: "no_touch", idleDays });
  }
  const weight = (one: Stale) => (one.why === "next_passed" ? 1e9 : 0) + (one.idleDays ?? 1e6);
  return found.sort((a, b) => weight(b) - weight(a));
}
