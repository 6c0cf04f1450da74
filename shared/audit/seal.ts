import { auditClasses, classOfChange, eventClasses, isEventKind, keepMs, type AuditClass } from "./kinds.ts";

/**
 * Ranges of the stream are closed by hash, behind the commit. A line says who did what, when; instead of values it holds
 * a commitment to each field, made with a salt of its own, so that a value can be forgotten with its salt and the chain
 * stays whole. Each range holds the hash of the one before it, and its own is signed. Pure: SHA-256 comes as `hash`.
 */
export type Hash = (text: string) => Promise<string>;

export interface ChangeRow {
  readonly seq: number;
  readonly anchor: string;
  readonly compartment: string;
  readonly entity: string;
  readonly record: string;
  readonly op: string;
  readonly actor: string;
  readonly client: string;
  readonly n: number;
  readonly at: number;
  readonly mutation: string;
  readonly patch: unknown;
}
export interface EventRow {
  readonly seq: number;
  readonly kind: string;
  readonly actor: string;
  readonly subject: string | null;
  readonly what: string | null;
  readonly n: number | null;
  readonly at: number;
  /** As it is stored: JSON text. */
  readonly detail: string | null;
}
/** 16 random bytes in hex; or, once some fields were forgotten, the derived salts of the others by name. */
export type Salt = string | { readonly [field: string]: string };
/** One line of a range as it lies in R2: with its words, or, once its time is over, with their hash alone. */
export type Line =
  | { readonly c: AuditClass; readonly l: readonly unknown[] }
  | { readonly c: AuditClass; readonly h: string };

export interface Range {
  readonly n: number;
  readonly changeFrom: number;
  readonly changeTo: number;
  readonly eventFrom: number;
  readonly eventTo: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly at: number;
  readonly lines: number;
  readonly prev: string;
}
export interface Seal extends Range {
  readonly hash: string;
  readonly signature: string;
  readonly dropped: readonly AuditClass[];
}

/** What stands in the place of a value that was erased. */
export const erased = "$erased";

const fieldSalt = (salt: Salt | undefined, field: string, hash: Hash): Promise<string> | string | null =>
  salt === undefined ? null : typeof salt === "string" ? hash(`${salt}|${field}`) : (salt[field] ?? null);
const commitment = (salt: string, value: unknown, hash: Hash): Promise<string> =>
  hash(`${salt}|${JSON.stringify(value ?? null)}`);

const fieldsOf = (patch: unknown): (readonly [string, unknown])[] =>
  typeof patch === "object" && patch !== null && !Array.isArray(patch)
    ? Object.entries(patch).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    : [];

/** The words of a change that are no value, in the order in which they are hashed. */
const said = (row: ChangeRow): readonly unknown[] => ["change", row.seq, row.anchor, row.compartment, row.entity, row.record, row.op, row.actor, row.client, row.n, row.at, row.mutation]; // prettier-ignore
const saidEvent = (row: EventRow): readonly unknown[] => ["event", row.seq, row.kind, row.actor, row.subject, row.what, row.n, row.at, row.detail]; // prettier-ignore
const saidLength = 12;

async function changeLine(row: ChangeRow, salt: string, hash: Hash): Promise<Line> {
  const made = await Promise.all(
    fieldsOf(row.patch).map(async ([field, value]) => [field, await commitment(await hash(`${salt}|${field}`), value, hash)]),
  ); // prettier-ignore
  return { c: classOfChange(row), l: [...said(row), made] };
}
const eventLine = (row: EventRow): Line => ({ c: isEventKind(row.kind) ? eventClasses[row.kind] : "access", l: saidEvent(row) }); // prettier-ignore

/** The lines of a range, changes first, each source in its own order. `salts`: one a change. */
export const linesOf = async (
  changes: readonly ChangeRow[],
  events: readonly EventRow[],
  salts: readonly string[],
  hash: Hash,
): Promise<Line[]> => [
  ...(await Promise.all(changes.map((row, index) => changeLine(row, salts[index] ?? "", hash)))),
  ...events.map(eventLine),
];

/** A line counts by the hash of its words and its class, so that the words may go before it does. */
const leafOf = async (line: Line, hash: Hash): Promise<string> =>
  hash(`${line.c}|${"h" in line ? line.h : await hash(JSON.stringify(line.l))}`);

/** A line whose time is over: what it said is gone, its place in the chain is not. */
export const forgotten = async (line: Line, hash: Hash): Promise<Line> =>
  "h" in line ? line : { c: line.c, h: await hash(JSON.stringify(line.l)) };

/** Hash of a range: of all its numbers, of the range before it, and of every line in order. */
export async function hashRange(range: Range, lines: readonly Line[], hash: Hash): Promise<string> {
  const leaves = await Promise.all(lines.map((line) => leafOf(line, hash)));
  return sealedHash(range, await hash(leaves.join("")), hash);
}
const sealedHash = ({ n, changeFrom, changeTo, eventFrom, eventTo, firstAt, lastAt, at, lines, prev }: Range, inside: string, hash: Hash): Promise<string> =>
  hash(JSON.stringify([n, changeFrom, changeTo, eventFrom, eventTo, firstAt, lastAt, at, lines, prev, inside])); // prettier-ignore

/** What a signature is made over. */
export const signedText = (cell: string, { n, hash }: Pick<Seal, "n" | "hash">): string => `baton audit|${cell}|${n}|${hash}`; // prettier-ignore

// --- verification

const faults = [
  "seal_missing", // a number is left out, or the first is not the first
  "chain_broken", // a range does not hold the hash of the one before it
  "signature_wrong", // nobody with the cell's key signed this
  "range_wrong", // it does not begin where the one before it ended
  "lines_missing", // its object is not in R2
  "lines_changed", // its lines do not give its hash
  "forgotten_early", // words of a line are gone before their time
  "row_missing", // a sealed change or event is not there any more
  "row_changed", // who, what or when is another than was sealed
  "row_added", // a row that was never sealed lies in a sealed range
  "value_changed", // a value is another than was sealed
  "salt_missing", // a value can't be compared: its salt is gone, and nothing says that it was erased
  "erased_unsaid", // a value is gone, and nothing says that it was erased
  "head_behind", // there are fewer ranges than were seen before, or others
] as const;
export interface Finding {
  readonly fault: (typeof faults)[number];
  /** Number of the range. */
  readonly range: number;
  /** `change 12` or `event 3`, and a field; only for whoever may read the audit. */
  readonly at?: string;
}

/** What a range looks like now. */
export interface Found {
  readonly seal: Seal;
  readonly before: Seal | null;
  readonly signed: boolean;
  readonly lines: readonly Line[] | null;
  readonly salts: readonly Salt[] | null;
  readonly changes: readonly ChangeRow[];
  readonly events: readonly EventRow[];
  /** Records of which an erasure is in the stream. */
  readonly erasedRecords: ReadonlySet<string>;
  readonly now: number;
}

/** Everything in a range that is not as it was sealed. Empty: it is whole. */
export async function verifyRange(found: Found, hash: Hash): Promise<Finding[]> {
  const { seal, before, lines } = found;
  const findings: Finding[] = [];
  const say = (fault: Finding["fault"], at?: string): unknown => findings.push({ fault, range: seal.n, ...(at === undefined ? {} : { at }) }); // prettier-ignore
  if (seal.n !== (before?.n ?? 0) + 1) say("seal_missing");
  else if (seal.prev !== (before?.hash ?? "")) say("chain_broken");
  if (before && (seal.changeFrom !== before.changeTo + 1 || seal.eventFrom !== before.eventTo + 1)) say("range_wrong");
  if (!found.signed) say("signature_wrong");
  if (lines === null) {
    say("lines_missing");
    return findings;
  }
  if (lines.length !== seal.lines || (await hashRange(seal, lines, hash)) !== seal.hash) say("lines_changed");
  const early = lines.some((line) => "h" in line && !isOver(line.c, seal, found.now));
  if (early) say("forgotten_early");
  findings.push(...(await verifyRows(found, lines, hash)));
  return findings;
}
/** Whether the time of a class is over for a whole range. */
function isOver(kind: AuditClass, { lastAt }: Pick<Range, "lastAt">, now: number): boolean {
  const keep = keepMs[kind];
  return keep !== null && auditClasses.includes(kind) && lastAt + keep < now;
}

async function verifyRows(
  { seal, salts, changes, events, erasedRecords }: Found,
  lines: readonly Line[],
  hash: Hash,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const say = (fault: Finding["fault"], at: string): unknown => findings.push({ fault, range: seal.n, at });
  const rows = new Map<string, ChangeRow>(changes.map((row) => [`change ${row.seq}`, row]));
  const told = new Map<string, EventRow>(events.map((row) => [`event ${row.seq}`, row]));
  const seen = new Set<string>();
  for (const [index, line] of lines.entries()) {
    // A line that is forgotten stands for the row at its place; its row goes with it.
    if ("h" in line) {
      const first = seal.changeTo - seal.changeFrom + 1;
      seen.add(index < first ? `change ${seal.changeFrom + index}` : `event ${seal.eventFrom + index - first}`);
      continue;
    }
    const at = `${String(line.l[0])} ${String(line.l[1])}`;
    seen.add(at);
    const event = told.get(at);
    if (line.l[0] === "event") {
      if (!event) say("row_missing", at);
      else if (JSON.stringify(saidEvent(event)) !== JSON.stringify(line.l)) say("row_changed", at);
      continue;
    }
    const row = rows.get(at);
    if (!row) {
      say("row_missing", at);
      continue;
    }
    const made = (line.l[saidLength] ?? []) as readonly (readonly [string, string])[];
    const fields = fieldsOf(row.patch);
    if (JSON.stringify(said(row)) !== JSON.stringify(line.l.slice(0, saidLength)) || fields.length !== made.length) {
      say("row_changed", at);
      continue;
    }
    for (const [place, [field, value]] of fields.entries()) {
      const [name, sealedAs] = made[place] ?? [];
      const salt = await fieldSalt(salts?.[index], field, hash);
      const isErased = value === erased;
      if (name !== field) say("row_changed", at);
      else if (isErased || salt === null) {
        // Gone with its salt, and said so: that is an erasure. Anything less is tampering.
        if (!erasedRecords.has(row.record)) say(isErased ? "erased_unsaid" : "salt_missing", `${at}, ${field}`);
      } else if ((await commitment(salt, value, hash)) !== sealedAs) say("value_changed", `${at}, ${field}`);
    }
  }
  for (const at of [...rows.keys(), ...told.keys()]) if (!seen.has(at)) say("row_added", at);
  return findings;
}
