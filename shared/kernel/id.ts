/**
 * Ids are random and carry their cell, so that any device knows where a record lives without asking:
 * `<cell>_<kind>_<20 characters of Crockford base32>` (100 bits). They hold no time and no count,
 * because both would tell of records that a member may not see (invariant ACCESS-3).
 */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const pattern = /^[a-z]{2,8}_[a-z]{3}_[0-9a-hjkmnp-tv-z]{20}$/;

/** Bytes of randomness (or of a hash, for imports that must be repeatable) that one id takes. */
export const idBytes = 13;

/** Makes an id from `idBytes` bytes. The caller brings the bytes: shared code has no randomness. */
export function makeId(cell: string, kind: string, bytes: Uint8Array): string {
  let bits = 0;
  let held = 0;
  let text = "";
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    held += 8;
    while (held >= 5 && text.length < 20) {
      held -= 5;
      text += alphabet[(bits >> held) & 31];
    }
    bits &= (1 << held) - 1;
  }
  if (text.length < 20) throw new Error("an id needs 13 bytes");
  return `${cell}_${kind}_${text}`;
}

export const isId = (value: string): boolean => pattern.test(value);

/** The cell in which the record lives; null for text that is no id. */
export const cellOf = (id: string): string | null => (isId(id) ? id.slice(0, id.indexOf("_")) : null);

/** The three letters that name the kind of record; null for text that is no id. */
export const kindOf = (id: string): string | null => (isId(id) ? (id.split("_")[1] ?? null) : null);

/** The anchor under which a cell's configuration (members, teams, pipelines) is kept. One a cell, known to all. */
export const orgAnchor = (cell: string): string => `${cell}_org_00000000000000000000`;

/**
 * The configuration that a member meets in a cell: the cell's own, and the home cell's, where members, teams and regions
 * are kept and copied from. A member's id carries the home cell.
 */
export const orgAnchors = (cell: string, member: string): readonly string[] => [
  ...new Set([orgAnchor(cell), orgAnchor(cellOf(member) ?? cell)]),
];
