import type { RecordOf } from "../records/entities.ts";
import { sumOf, type AmountOf, type Sum } from "./sums.ts";

type Opportunity = RecordOf<"opportunity">;
type Stage = RecordOf<"stage">;

/**
 * What is likely to come in: the open ones by the chance of their stage, and what was won for this month or later, whole.
 * Over the rows that are given, which are those that somebody sees (PIPE-5).
 */
export interface ForecastLine {
  /** A stage, an owner or a month (`2026-11`); empty: without one. */
  readonly key: string;
  readonly sum: Sum;
  readonly weighted: ReadonlyMap<string, number>;
  /** Rows whose stage names no chance: they are in the sum and not in the weighted one. */
  readonly unweighed: number;
}
export interface Forecast {
  readonly lines: readonly ForecastLine[];
  readonly all: ForecastLine;
}
export interface ForecastBy {
  readonly key: (row: Opportunity) => string;
  readonly stageOf: (row: Opportunity) => Stage | undefined;
  readonly amountOf: AmountOf;
  readonly today: string;
}

export const isForecast = (row: Opportunity, stage: Stage | undefined, today: string): boolean =>
  stage?.outcome === "won"
    ? (row.closeDay ?? "") >= `${today.slice(0, 7)}-01`
    : stage !== undefined && stage.outcome !== "lost";

export function forecastOf(rows: readonly Opportunity[], by: ForecastBy): Forecast {
  const counted = rows.filter((row) => isForecast(row, by.stageOf(row), by.today));
  const groups = Map.groupBy(counted, by.key);
  return { lines: [...groups].map(([key, own]) => lineOf(key, own, by)), all: lineOf("", counted, by) };
}

function lineOf(key: string, rows: readonly Opportunity[], { stageOf, amountOf }: ForecastBy): ForecastLine {
  const hundredths = new Map<string, number>();
  let unweighed = 0;
  for (const row of rows) {
    const stage = stageOf(row);
    const chance = stage?.outcome === "won" ? 100 : stage?.probabilityPct;
    const amount = amountOf(row);
    if (typeof chance !== "number") unweighed += 1;
    else if (typeof amount === "object")
      hundredths.set(amount.currency, (hundredths.get(amount.currency) ?? 0) + amount.minor * chance);
  }
  const weighted = new Map([...hundredths].map(([currency, sum]) => [currency, Math.round(sum / 100)]));
  return { key, sum: sumOf(rows, amountOf), weighted, unweighed };
}
