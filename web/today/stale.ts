import { limits } from "../../shared/kernel/limits.ts";
import { dayIn, daysBetween } from "../../shared/kernel/clock.ts";
import type { RecordOf } from "../../shared/records/entities.ts";

/** When an activity was; one that is still to come is no touch. */
export function touchedAt(row: RecordOf<"activity">, now: number): number | null {
  const at = row.at ?? row.createdAt;
  return at <= now ? at : null;
}

export interface Stale {
  readonly account: RecordOf<"account">;
  /** Null: nobody ever did anything with it that this device knows of. */
  readonly idleDays: number | null;
}

/** My accounts without a next action that nobody touched lately; the longest wait first. */
export function staleOnes(
  accounts: readonly RecordOf<"account">[],
  lastTouch: (account: string) => number | null,
  today: string,
): readonly Stale[] {
  const found: Stale[] = [];
  for (const account of accounts) {
    const at = lastTouch(account.id);
    const idleDays = at === null ? null : Math.max(0, daysBetween(dayIn(at, "UTC"), today));
    if (!account.nextAction && (idleDays === null || idleDays > limits.staleAfterDays))
      found.push({ account, idleDays });
  }
  return found.sort((a, b) => (b.idleDays ?? 1e6) - (a.idleDays ?? 1e6));
}
