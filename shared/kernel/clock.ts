/** Instants are UTC milliseconds; a calendar day is text, `2026-11-24`, and has its zone beside it. */

const dayPattern = /^(\d{4})-(\d{2})-(\d{2})$/;

/** True for a day that exists, in the years 1900 to 2200. */
export function isDay(text: string): boolean {
  const match = dayPattern.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  return year >= 1900 && year <= 2200 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

export function isZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false; // the only way to ask: Intl throws for an unknown zone
  }
}
