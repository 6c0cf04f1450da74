/** Text of a file to values of a field. Blank is "says nothing", never an empty value: a second import must not erase. */

export const present = (text: string | undefined): string | undefined =>
  text === undefined || text.trim() === "" ? undefined : text;

/** Only the entries that say something. */
export function said<T>(entries: Readonly<Record<string, T | undefined>>): Record<string, T> {
  const out: Record<string, T> = {};
  for (const [name, value] of Object.entries(entries)) if (value !== undefined) out[name] = value;
  return out;
}
