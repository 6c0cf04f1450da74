import type { RecordOf, Row } from "../records/entities.ts";
import { bandOf } from "../records/masked.ts";

type Opportunity = RecordOf<"opportunity">;

/**
 * What somebody knows of an amount. `hidden`: it is there and not theirs. `away`: it stays on no device, and there is no
 * network. A band is no amount: nothing is summed by it (PIPE-4).
 */
export type Amount = { readonly minor: number; readonly currency: string } | "empty" | "hidden" | "away";
export type AmountOf = (row: Opportunity) => Amount;

/** `online`: the record as the server shows it, if it was asked. */
export function amountOf(row: Opportunity, online: Opportunity | undefined): Amount {
  const from = row.amountMinor === undefined ? online : row;
  const { amountMinor, currency } = from ?? {};
  if (typeof amountMinor === "number") return { minor: amountMinor, currency: currency ?? "" };
  if (amountMinor === null || bandOf((online ?? row) as Row, "amountMinor") === null) return "empty";
  return online ? "hidden" : "away";
}

/** The sum of what is known, for each currency, and how much it leaves out. */
export interface Sum {
  readonly count: number;
  readonly totals: ReadonlyMap<string, number>;
  readonly hidden: number;
  readonly away: number;
}
export const isWhole = (sum: Sum): boolean => sum.hidden + sum.away === 0;

export function sumOf(rows: readonly Opportunity[], of: AmountOf): Sum {
  const totals = new Map<string, number>();
  let [hidden, away] = [0, 0];
  for (const row of rows) {
    const amount = of(row);
    if (amount === "hidden") hidden += 1;
    else if (amount === "away") away += 1;
    else if (amount !== "empty") totals.set(amount.currency, (totals.get(amount.currency) ?? 0) + amount.minor);
  }
  return { count: rows.length, totals, hidden, away };
}
