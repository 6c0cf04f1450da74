/** Numbers, money, days and instants in the member's language. Pure: locale, zone and now come in. */
import { dayIn, daysBetween } from "../../shared/kernel/clock.ts";

export { addDays, dayIn, daysBetween } from "../../shared/kernel/clock.ts";

const memo = new Map<string, unknown>();
function once<T>(key: string, make: () => T): T {
  const known = memo.get(key) as T | undefined;
  if (known !== undefined) return known;
  const made = make();
  memo.set(key, made);
  return made;
}

/** How many digits of a currency lie behind the point. */
export const minorDigits = (currency: string): number =>
  once(
    `d${currency}`,
    () => new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2,
  );
/** Minor units as money; whole amounts lose their zeros. The number of minor digits is the currency's own. */
export function money(minor: number, currency: string, locale: string): string {
  const digits = minorDigits(currency);
  const whole = minor % 10 ** digits === 0;
  const format = once(
    `m${locale}${currency}${whole}`,
    () =>
      new Intl.NumberFormat(locale, {
        style: "currency",
        currency,
        minimumFractionDigits: whole ? 0 : digits,
        maximumFractionDigits: digits,
      }),
  );
  return format.format(minor / 10 ** digits);
}
/** In which band a hidden amount lies, in minor units: 10K–50K. Its currency is hidden with it. */
export function amountBand({ from, to }: { from: number | null; to: number | null }, locale: string): string {
  const short = (minor: number): string =>
    once(`b${locale}`, () => new Intl.NumberFormat(locale, { notation: "compact" })).format(minor / 100);
  if (from === null) return to === null ? "" : `< ${short(to)}`;
  return to === null ? `≥ ${short(from)}` : `${short(from)}–${short(to)}`;
}
export const number = (value: number, locale: string): string =>
  once(`n${locale}`, () => new Intl.NumberFormat(locale)).format(value);

const noon = (day: string): number => Date.parse(`${day}T12:00:00Z`);

/** A calendar day, short: near ones by name, this year without the year. Its zone is named when it is not mine. */
export function day(
  value: string,
  opts: { locale: string; today: string; zone?: string | null; mine?: string },
): string {
  const away = daysBetween(opts.today, value);
  const near = Math.abs(away) <= 1;
  const sameYear = value.slice(0, 4) === opts.today.slice(0, 4);
  const text = near
    ? once(`r${opts.locale}`, () => new Intl.RelativeTimeFormat(opts.locale, { numeric: "auto" })).format(away, "day")
    : once(
        `y${opts.locale}${sameYear}`,
        () =>
          new Intl.DateTimeFormat(opts.locale, {
            timeZone: "UTC",
            day: "numeric",
            month: "short",
            ...(sameYear ? {} : { year: "numeric" }),
          }),
      ).format(noon(value));
  const foreign = opts.zone && opts.mine && opts.zone !== opts.mine;
  return foreign ? `${text} (${(opts.zone ?? "").split("/").pop()?.replaceAll("_", " ")})` : text;
}
/** A day in full, for headings. */
export const longDay = (value: string, locale: string, year: boolean): string =>
  once(
    `l${locale}${year}`,
    () =>
      new Intl.DateTimeFormat(locale, {
        timeZone: "UTC",
        weekday: "long",
        day: "numeric",
        month: "long",
        ...(year ? { year: "numeric" } : {}),
      }),
  ).format(noon(value));

export const clock = (at: number, locale: string, zone: string): string =>
  once(
    `t${locale}${zone}`,
    () => new Intl.DateTimeFormat(locale, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  ).format(at);

/** Today: the clock. Else: the day. */
export const instant = (at: number, opts: { locale: string; zone: string; now: number }): string => {
  const on = dayIn(at, opts.zone);
  const today = dayIn(opts.now, opts.zone);
  return on === today ? clock(at, opts.locale, opts.zone) : day(on, { locale: opts.locale, today });
};
/** "2 s ago", "5 min ago". */
export function ago(at: number, now: number, locale: string): string {
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  const format = once(`a${locale}`, () => new Intl.RelativeTimeFormat(locale, { style: "narrow" }));
  if (seconds < 60) return format.format(-seconds, "second");
  if (seconds < 3600) return format.format(-Math.floor(seconds / 60), "minute");
  if (seconds < 86_400) return format.format(-Math.floor(seconds / 3600), "hour");
  return format.format(-Math.floor(seconds / 86_400), "day");
}

/** "45 min", "2 hr", "10 days": in the largest unit that says it in a small number. */
export function duration(minutes: number, locale: string): string {
  const [unit, size] = minutes >= 2 * 1440 ? ["day", 1440] : minutes >= 120 ? ["hour", 60] : ["minute", 1];
  const format = once(
    `u${locale}${unit}`,
    () =>
      new Intl.NumberFormat(locale, {
        style: "unit",
        unit: String(unit),
        unitDisplay: "short",
        maximumFractionDigits: 1,
      }),
  );
  return format.format(minutes / Number(size));
}

/** Lower case without accents, for finding by typing. */
export const fold = (text: string): string => text.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLocaleLowerCase();

/** A size as people say it: 3.4 MB. */
export function bytes(count: number, locale: string): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const at = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, count)) / 3)));
  const value = count / 1_000 ** at;
  return new Intl.NumberFormat(locale, { style: "unit", unit: units[at], maximumFractionDigits: value < 10 ? 1 : 0 } as Intl.NumberFormatOptions).format(value); // prettier-ignore
}
