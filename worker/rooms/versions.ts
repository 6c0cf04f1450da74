/**
 * What a section was: whole states beside the log, in the Durable Object's SQLite. They hold what was deleted since,
 * so they are for those with `read_history` alone, and no socket ever carries one.
 */
import * as Y from "yjs";
import { edgeLimits } from "../../shared/kernel/limits.ts";
import { copyContent } from "../../shared/sections/text.ts";
import type { Handed } from "./authority.ts";
import type { Built } from "./log.ts";

/** by hand · typing stopped · when the account or a record of it was handed over · before the section was restored, squashed, raised · before much was deleted or written. */
export type VersionWhy = "hand" | "idle" | "handoff" | "restore" | "squash" | "raise" | "loss" | "flood";
export interface VersionInfo {
  readonly id: string;
  readonly gen: number;
  readonly at: number;
  /** Whose act it was taken for; null: the room's own. */
  readonly by: string | null;
  readonly why: VersionWhy;
  readonly name: string | null;
  readonly bytes: number;
  /** Whose words came in since the version before it in this generation. */
  readonly writers: readonly string[];
}
export interface Cause {
  readonly why: VersionWhy;
  readonly by?: string | null;
  readonly name?: string | null;
}
interface VersionRow extends Record<string, SqlStorageValue> {
  id: number;
  gen: number;
  at: number;
  by: string | null;
  why: string;
  name: string | null;
  bytes: number;
  writers: string;
}

/** The edge's own: no device counts by them. */
export const bounds = {
  versionIdleMs: 30 * 60_000, // after the last edit
  versionEveryMs: 60 * 60_000, // while typing does not stop
  versionsKept: 50, // taken when typing stopped; named ones stay
  versionsKeptElse: 20, // of each other cause
  versionsNamedMax: 100, // a section
  versionNameMax: 80,
  versionLossChars: 200, // a shorter text is soon typed again
  memberFloodBytes: 131_072, // of one member in an hour: the section is kept as it was before
  sectionClientsMax: 1_000, // client ids, then it is squashed: each makes every opening larger
  squashQuietMs: 12 * 3_600_000, // since the last edit
  squashAgainMs: 3_600_000, // while somebody sits there
} as const;
const chunkBytes = edgeLimits.updateBytesMax;
const chunkSpan = 2 ** 12;
const idMax = 2 ** 40; // with the number of a chunk behind it still an exact integer
// A member who empties and fills a section pushes out versions of that kind alone.
const keptOf = (why: VersionWhy): number => (why === "idle" ? bounds.versionsKept : bounds.versionsKeptElse);

export const versionTables = `
CREATE TABLE IF NOT EXISTS version(id INTEGER PRIMARY KEY, no INT NOT NULL, at INT NOT NULL, "by" TEXT, why TEXT NOT NULL,
  name TEXT, seq INT NOT NULL, bytes INT NOT NULL, writers TEXT NOT NULL, vector BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS version_chunk(k INTEGER PRIMARY KEY, d BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS handed(section TEXT PRIMARY KEY, at INT NOT NULL) WITHOUT ROWID;
`;
const columns = `version.id, sec.gen, version.at, version."by", version.why, version.name, version.bytes, version.writers`;

export class Versions {
  private readonly storage: DurableObjectStorage;
  private readonly sql: SqlStorage;
  /** Up to which handoff each section has its version; read when it is asked for. */
  private readonly handed = new Map<string, number>();
  constructor(storage: DurableObjectStorage) {
    this.storage = storage;
    this.sql = storage.sql;
  }

  /** Takes one, unless nothing changed since the last; returns its id, or null for a section that holds nothing. */
  take(section: Built, { why, by = null, name = null }: Cause, at: number): string | null {
    const { no, seq, doc } = section;
    if (no === null) return null;
    const last = this.sql
      .exec<{ id: number; seq: number; why: string; vector: ArrayBuffer }>(
        "SELECT id, seq, why, vector FROM version WHERE no = ? ORDER BY at DESC, seq DESC LIMIT 1",
        no,
      )
      .toArray()[0];
    if (last?.seq === seq && section.unstored.length === 0) {
      // What the clock kept is said to be what it is now kept for.
      if (name !== null || (why === "handoff" && last.why === "idle"))
        this.sql.exec(`UPDATE version SET name = ?, why = ?, "by" = ? WHERE id = ?`, name, why, by, last.id);
      return String(last.id);
    }
    const state = Y.encodeStateAsUpdateV2(doc);
    const id = newId();
    this.storage.transactionSync(() => {
      this.sql.exec(
        `INSERT INTO version(id, no, at, "by", why, name, seq, bytes, writers, vector) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        id,
        no,
        at,
        by,
        why,
        name,
        seq,
        state.byteLength,
        JSON.stringify(writersSince(section, last && new Uint8Array(last.vector))),
        Y.encodeStateVector(doc),
      );
      for (let chunk = 0; chunk * chunkBytes < state.byteLength; chunk++)
        this.sql.exec(
          "INSERT INTO version_chunk(k, d) VALUES (?, ?)",
          id * chunkSpan + chunk,
          state.slice(chunk * chunkBytes, (chunk + 1) * chunkBytes),
        );
      this.prune(section.id, why);
    });
    return String(id);
  }

  isHandedOver(section: string, { at }: Handed): boolean {
    let kept = this.handed.get(section);
    if (kept === undefined) {
      const sql = "SELECT at FROM handed WHERE section = ?";
      kept = this.sql.exec<{ at: number }>(sql, section).toArray()[0]?.at ?? 0;
      this.handed.set(section, kept);
    }
    return kept >= at;
  }
  /** As it was at a handoff, which nobody may have noticed here before: nothing was changed since. */
  handOver(section: Built, { at, by }: Handed): void {
    this.storage.transactionSync(() => {
      this.take(section, { why: "handoff", by: by || null }, Math.max(at, section.lastAt));
      this.sql.exec("INSERT OR REPLACE INTO handed(section, at) VALUES (?, ?)", section.id, at);
    });
    this.handed.set(section.id, at);
  }

  /** Newest first, of all generations. */
  list(section: string): readonly VersionInfo[] {
    const sql = `SELECT ${columns} FROM version JOIN sec ON sec.no = version.no WHERE sec.id = ? ORDER BY version.at DESC, version.seq DESC`;
    return this.sql.exec<VersionRow>(sql, section).toArray().map(infoOf);
  }

  find(section: string, id: string): VersionInfo | null {
    const sql = `SELECT ${columns} FROM version JOIN sec ON sec.no = version.no WHERE version.id = ? AND sec.id = ?`;
    const row = this.sql.exec<VersionRow>(sql, numberOf(id), section).toArray()[0];
    return row ? infoOf(row) : null;
  }

  /** The section as it was; null for a version that is not this section's. Written by this room, so V2 may be read. */
  read(section: string, id: string): Y.Doc | null {
    if (!this.find(section, id)) return null;
    const first = numberOf(id) * chunkSpan;
    const chunks = this.sql
      .exec<{ d: ArrayBuffer }>(
        "SELECT d FROM version_chunk WHERE k BETWEEN ? AND ? ORDER BY k",
        first,
        first + chunkSpan - 1,
      )
      .toArray();
    const bytes = new Uint8Array(chunks.reduce((sum, { d }) => sum + d.byteLength, 0));
    let at = 0;
    for (const { d } of chunks) {
      bytes.set(new Uint8Array(d), at);
      at += d.byteLength;
    }
    const doc = new Y.Doc();
    Y.applyUpdateV2(doc, bytes);
    return doc;
  }

  /** When the newest of this generation was taken; 0: there is none. */
  lastAt(no: number): number {
    return this.sql.exec<{ at: number | null }>("SELECT max(at) AS at FROM version WHERE no = ?", no).one().at ?? 0;
  }

  named(section: string): number {
    const sql =
      "SELECT count(*) AS n FROM version WHERE name IS NOT NULL AND no IN (SELECT no FROM sec WHERE sec.id = ?)";
    return this.sql.exec<{ n: number }>(sql, section).one().n;
  }

  private prune(section: string, why: VersionWhy): void {
    const gone = this.sql
      .exec<{ id: number }>(
        `DELETE FROM version WHERE id IN (SELECT version.id FROM version JOIN sec ON sec.no = version.no
          WHERE sec.id = ? AND version.why = ? AND version.name IS NULL
          ORDER BY version.at DESC, version.seq DESC LIMIT -1 OFFSET ?) RETURNING id`,
        section,
        why,
        keptOf(why),
      )
      .toArray();
    for (const { id } of gone)
      this.sql.exec(
        "DELETE FROM version_chunk WHERE k BETWEEN ? AND ?",
        id * chunkSpan,
        id * chunkSpan + chunkSpan - 1,
      );
  }
}

/** Random: a number that counts would tell how many there are to whoever sees one. */
function newId(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % (idMax / 2 ** 32)) * 2 ** 32 + low;
}
const numberOf = (id: string): number => (/^\d{1,13}$/.test(id) ? Number(id) : -1);

function infoOf(row: VersionRow): VersionInfo {
  const { gen, at, by, name, bytes } = row;
  const why = row.why as VersionWhy;
  return { id: String(row.id), gen, at, by, why, name, bytes, writers: JSON.parse(row.writers) as string[] };
}

function writersSince(section: Built, vector: Uint8Array | undefined): string[] {
  const before = vector ? Y.decodeStateVector(vector) : new Map<number, number>();
  const writers = new Set<string>();
  for (const [client, structs] of section.doc.store.clients) {
    const last = structs.at(-1);
    const owner = section.clients.get(client);
    if (last && owner && last.id.clock + last.length > (before.get(client) ?? 0)) writers.add(owner);
  }
  writers.delete(roomMember);
  return [...writers].sort();
}
/** Who owns the client id of a text that the room itself carried into a new generation. */
export const roomMember = "room";

/** Who owns which Yjs client ids of a section: what says who wrote a run of its text. */
export function authorsOf(section: Built): readonly { readonly member: string; readonly clients: readonly number[] }[] {
  const groups = Map.groupBy(
    [...section.clients].filter(([client]) => section.doc.store.clients.has(client)),
    ([, member]) => member,
  );
  return [...groups].map(([member, owned]) => ({ member, clients: owned.map(([client]) => client) }));
}

/** Whether these ranges take away more than half of the text that is there; a small text is soon typed again. */
export function losesMost(
  doc: Y.Doc,
  deletes: readonly { readonly client: number; readonly from: number; readonly to: number }[],
): boolean {
  if (deletes.reduce((sum, { from, to }) => sum + to - from, 0) < bounds.versionLossChars) return false;
  let all = 0;
  let lost = 0;
  const ranges = Map.groupBy(deletes, ({ client }) => client);
  for (const [client, structs] of doc.store.clients) {
    const own = (ranges.get(client) ?? []).toSorted((one, other) => one.from - other.from);
    let next = 0;
    for (const struct of structs) {
      if (!(struct instanceof Y.Item) || struct.deleted || !(struct.content instanceof Y.ContentString)) continue;
      const [from, to] = [struct.id.clock, struct.id.clock + struct.length];
      all += struct.length;
      while ((own[next]?.to ?? Infinity) <= from) next++;
      for (let at = next; (own[at]?.from ?? Infinity) < to; at++)
        lost += Math.min(to, own[at]?.to ?? 0) - Math.max(from, own[at]?.from ?? 0);
    }
  }
  return lost >= bounds.versionLossChars && lost * 2 > all;
}

/** Whether its text alone is worth a new generation: a tenth smaller, or with far fewer client ids. */
export function shrinks({ doc, clients }: Built): boolean {
  if (clients.size > bounds.sectionClientsMax) return true;
  const copy = new Y.Doc();
  copyContent(doc, copy);
  const [now, then] = [doc, copy].map((one) => Y.encodeStateAsUpdate(one).byteLength) as [number, number];
  copy.destroy();
  return then < now * 0.9;
}
