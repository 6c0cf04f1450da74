/** Text of a file to values of a field. Blank is "says nothing", never an empty value: a second import must not erase. */

export const present = (text: string | undefined): string | undefined =>
  text === undefined || text.trim() === "" ? undefined : text;

/** Only the entries that say something. */
export function said<T>(entries: Readonly<Record<string, T | undefined>>): Record<string, T> {
  const out: Record<string, T> = {};
  for (const [name, value] of Object.entries(entries)) if (value !== undefined) out[name] = value;
  return out;
}

/** A number, or NaN for text that is none, so that validation names the field instead of losing it. */
export function number(text: string | undefined): number | undefined {
  const raw = present(text);
  return raw === undefined ? undefined : /^[+-]?\d+(\.\d+)?$/.test(raw.trim()) ? Number(raw) : Number.NaN;
}

/** Major units to minor ones, exactly: the text is moved by two places, never multiplied as a float. */
export function minor(text: string | undefined): number | undefined {
  const raw = present(text)?.trim();
  if (raw === undefined) return undefined;
  const match = /^([+-]?)(\d+)(?:\.(\d{1,2})0*)?$/.exec(raw);
  return match ? Number(`${match[1] ?? ""}${match[2]}${(match[3] ?? "").padEnd(2, "0")}`) : Number.NaN;
}

export function instant(text: string | undefined): number | undefined {
  const raw = present(text);
  return raw === undefined ? undefined : Date.parse(raw);
}
