import type { RecordOf } from "../../shared/records/entities.ts";
import type { SortKey } from "../data/types.ts";

export type Account = RecordOf<"account">;
/** Health goes from worst to best, next actions by their day. */
export const healthOrder: Omit<SortKey, "down"> = {
  key: "health",
  of: (row) => {
    const { health } = row as Account;
    return health ? ["at_risk", "watch", "good"].indexOf(health) : null;
  },
};
export const nextOrder: Omit<SortKey, "down"> = {
  key: "next",
  of: (row) => {
    const { nextAction, nextActionDay } = row as Account;
    return nextAction ? (nextActionDay ?? "9") : null;
  },
};
