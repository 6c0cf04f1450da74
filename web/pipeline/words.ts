import { pipelineEn } from "../i18n/en/pipeline.ts";
import { locale } from "../i18n/i18n.ts";
import { number } from "../i18n/format.ts";
import { partOf } from "../i18n/part.ts";
import { pipelineZh } from "../i18n/zh-CN/pipeline.ts";
import { isWhole, type Sum } from "../../shared/pipeline/sums.ts";
import type { Pace } from "../../shared/pipeline/pace.ts";
import type { OutcomeCode } from "../../shared/pipeline/reasons.ts";

export const p = partOf(pipelineEn, pipelineZh);

const compact = new Map<string, Intl.NumberFormat>();
/** An amount in few characters, for sums; in minor units. Without a currency it is a number. */
function shortMoney(minor: number, currency: string): string {
  const key = `${locale()} ${currency}`;
  let format = compact.get(key);
  if (!format) {
    const named = currency === "" ? {} : ({ style: "currency", currency } as const);
    format = new Intl.NumberFormat(locale(), { ...named, notation: "compact", maximumFractionDigits: 1, minimumFractionDigits: 0 }); // prettier-ignore
    compact.set(key, format);
  }
  const digits = currency === "" ? 2 : (new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2); // prettier-ignore
  return format.format(minor / 10 ** digits);
}
export const totalsWords = (totals: ReadonlyMap<string, number>): string =>
  [...totals]
    .sort(([, a], [, b]) => b - a)
    .map(([currency, minor]) => shortMoney(minor, currency))
    .join(" + ");
/** What it leaves out: "3 hidden". */
export const lacksWords = (sum: Sum): string =>
  [
    sum.hidden > 0 ? p("hidden", number(sum.hidden, locale())) : "",
    sum.away > 0 ? p("away", number(sum.away, locale())) : "",
  ]
    .filter(Boolean)
    .join(" · ");
/** "≥ $1.2M · 3 hidden": never exact where something is not seen. */
export const sumWords = (sum: Sum): string => [atLeast(sum, sum.totals), lacksWords(sum)].filter(Boolean).join(" · ");
export const atLeast = (sum: Sum, totals: ReadonlyMap<string, number>): string => {
  const words = totalsWords(totals);
  return words && !isWhole(sum) ? `≥ ${words}` : words;
};

export const slipWords = (slipping: NonNullable<Pace["slipping"]>): string =>
  slipping.why === "passed" ? p("passedWhy", slipping.days) : p("movedWhy", slipping.times);
export const paceWords = (pace: Pace, stage: string): string[] => [
  ...(pace.stuck ? [p("stuckWhy", pace.stuck.days, stage, pace.stuck.limit)] : []),
  ...(pace.slipping ? [slipWords(pace.slipping)] : []),
];
export const codeWords = (code: OutcomeCode): string => p(`code.${code}`);

const months = new Map<string, Intl.DateTimeFormat>();
/** A month as people say it: Nov 2026. */
export function monthWords(month: string): string {
  let format = months.get(locale());
  if (!format) months.set(locale(), (format = new Intl.DateTimeFormat(locale(), { timeZone: "UTC", month: "short", year: "numeric" }))); // prettier-ignore
  const at = Date.parse(`${month}-01T00:00:00Z`);
  return Number.isNaN(at) ? month : format.format(at);
}
