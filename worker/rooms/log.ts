/**
 * The bytes of a room: a log of updates and snapshots per section, in the Durable Object's SQLite. The log is the
 * truth, a document in memory is a cache of it that may be dropped at any time.
 */
import * as Y from "yjs";
import { dayMs, edgeLimits } from "../../shared/kernel/limits.ts";
import { copyContent } from "../../shared/sections/text.ts";
import { bounds, roomMember, Versions, versionTables, type VersionWhy } from "./versions.ts";

const chunkBytes = edgeLimits.updateBytesMax; // a row may have 2 MB in production, and any size locally
const cacheBytes = 6_000_000; // encoded; a document full of tombstones takes 20 times that to load, of 128 MB
const idleMs = 30_000; // a spell of typing is over
const projectMs = 5_000; // after an edit its words go to the database
const projectEveryMs = 30_000;
const idleRowsMin = 16; // a shorter tail loads as fast as a snapshot; rewriting the snapshot would cost more
const mergeAtOnce = 16;
const seqSpan = 2 ** 32;
const chunkSpan = 2 ** 12;
const hourMs = 3_600_000;
const full = 2; // frozen for its size; 1: for what can't be read

/** A section of one generation in memory. `clients` says who owns which Yjs client id; `spent` what each wrote this hour. */
export interface Loaded {
  readonly id: string;
  readonly gen: number;
  no: number | null; // null: nothing stored yet, and opening stores nothing
  /** Null while nobody needed more than the bytes. */
  readonly doc: Y.Doc | null;
  /** All of it as it is stored; null when it has changed since it was last asked for. */
  whole: Whole | null;
  readonly clients: Map<number, string>;
  frozen: boolean;
  /** Known to be no smaller in a new generation, until something is deleted. */
  isTextAlone: boolean;
  /** The room holds a later generation: this one is left, or the database was restored. Read only until it is told, or the runbook is done. */
  ahead: boolean;
  seq: number;
  snapshotBytes: number;
  tailRows: number;
  tailBytes: number;
  lastAt: number;
  /** When the database last got its words from here. */
  projectedAt: number;
  readonly spent: Map<string, { hour: number; bytes: number }>;
  /** What the document took in this turn and the log does not have yet. */
  readonly unstored: Unstored[];
  unstoredBytes: number;
}
/** Why a section is in the generation that it is in, as D1 says. A restore names the version that it goes back to. */
export interface Regen {
  readonly gen: number;
  readonly why: "restore" | "squash" | "quarantine";
  readonly version: string | null;
  readonly by: string;
}
/** One with its document, which can take updates. */
export type Built = Loaded & { readonly doc: Y.Doc };
interface Whole {
  /** Updates that make it when one after the other is applied; one or two. */
  readonly parts: readonly Uint8Array[];
  readonly vector: Uint8Array;
}
export interface Wrote {
  readonly member: string;
  readonly at: number;
}
export interface Writer {
  readonly member: string;
  readonly session: string;
}
interface Unstored {
  readonly by: Writer;
  readonly at: number;
  readonly change: Uint8Array;
  readonly newClients: readonly number[];
}
interface SectionRow extends Record<string, SqlStorageValue> {
  no: number;
  gen: number;
  frozen: number;
  loading: number;
}
interface TailRow extends Record<string, SqlStorageValue> {
  k: number;
  member: string;
  at: number;
  d: ArrayBuffer;
}
export interface TicketRow extends Record<string, SqlStorageValue> {
  member: string;
  session: string;
  writes: number;
  directory: number;
  exp: number;
}

const tables = `
CREATE TABLE IF NOT EXISTS sec(no INTEGER PRIMARY KEY, id TEXT NOT NULL, gen INT NOT NULL, frozen INT NOT NULL DEFAULT 0,
  loading INT NOT NULL DEFAULT 0, bytes INT NOT NULL DEFAULT 0, clients INT NOT NULL DEFAULT 0, UNIQUE(id, gen));
CREATE TABLE IF NOT EXISTS log(k INTEGER PRIMARY KEY, member TEXT NOT NULL, session TEXT NOT NULL, at INT NOT NULL, d BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS snap(k INTEGER PRIMARY KEY, upto INT NOT NULL, d BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS owner(no INT, client INT, member TEXT NOT NULL, session TEXT NOT NULL, PRIMARY KEY(no, client)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent(no INT, member TEXT, hour INT NOT NULL, bytes INT NOT NULL, PRIMARY KEY(no, member)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS quarantine(id INTEGER PRIMARY KEY, no INT NOT NULL, seq INT NOT NULL, member TEXT NOT NULL, at INT NOT NULL, why TEXT NOT NULL, d BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS ticket(hash TEXT PRIMARY KEY, member TEXT NOT NULL, session TEXT NOT NULL, writes INT NOT NULL,
  directory INT NOT NULL, exp INT NOT NULL);
CREATE TABLE IF NOT EXISTS due(id INTEGER PRIMARY KEY, at INT NOT NULL, what TEXT NOT NULL, ref TEXT NOT NULL, UNIQUE(what, ref));
${versionTables}`;

export class SectionLog {
  readonly versions: Versions;
  /** Stores what the documents took in this turn: a later generation is made of what is stored of the earlier. */
  flush: () => void = () => undefined;
  private readonly storage: DurableObjectStorage;
  private readonly sql: SqlStorage;
  /** Least recently used first. */
  private readonly loaded = new Map<string, Loaded>();
  private readonly due: Map<string, number>;
  private begun: boolean;

  constructor(storage: DurableObjectStorage) {
    this.storage = storage;
    this.sql = storage.sql;
    this.versions = new Versions(storage);
    const made = this.sql
      .exec("SELECT name FROM sqlite_master WHERE name IN ('due', 'version', 'handed')")
      .toArray().length;
    if (made > 0 && made < 3) this.sql.exec(versionTables); // a room from before there were versions, or those of handoffs
    this.begun = made > 0;
    const due = this.begun
      ? this.sql.exec<{ at: number; what: string; ref: string }>("SELECT at, what, ref FROM due").toArray()
      : [];
    this.due = new Map(due.map(({ at, what, ref }) => [`${what} ${ref}`, at]));
  }

  /** Makes the tables; false if they were there. */
  begin(): boolean {
    if (this.begun) return false;
    this.sql.exec(tables);
    this.begun = true;
    return true;
  }

  // --- documents

  /** The document if it is in memory: the only way to it inside a synchronous turn. */
  peek(id: string, gen: number): Loaded | undefined {
    const key = `${id}.${gen}`;
    const found = this.loaded.get(key);
    if (found && this.loaded.delete(key)) this.loaded.set(key, found);
    return found;
  }

  private isAhead(id: string, gen: number): boolean {
    return this.sql.exec("SELECT 1 FROM sec WHERE id = ? AND gen > ? LIMIT 1", id, gen).toArray().length > 0;
  }

  /** The same with its document. */
  peekBuilt(id: string, gen: number): Built | undefined {
    const found = this.peek(id, gen);
    return found && isBuilt(found) ? found : undefined;
  }

  /**
   * As `open`, but without making the document if its bytes read well: enough for a newcomer. Making it takes most of
   * the time, and only it may fail on bytes that can be decoded, so only it is marked on disk before.
   */
  async glance(id: string, gen: number, at: number, regen: Regen | null = null): Promise<Loaded> {
    const before = this.peek(id, gen);
    if (before) return before;
    const row = this.latest(id, gen);
    if (!row || row.gen < gen || row.loading > 0) return this.open(id, gen, at, regen);
    const [snapshot, tail] = [this.snapshot(row.no), this.tail(row.no)];
    const whole = wholeOf(
      snapshot?.bytes ?? null,
      tail.map(({ d }) => new Uint8Array(d)),
    );
    if (!whole) return this.open(id, gen, at, regen);
    const section: Loaded = { ...this.fresh(id, gen, row.no), doc: null, whole };
    if (snapshot) this.count(section, snapshot);
    this.note(section, row, tail, at);
    this.loaded.set(`${id}.${gen}`, section);
    this.evict(section);
    return section;
  }

  /** Loads a section of the generation that its record names, following it there from an earlier one. */
  async open(id: string, gen: number, at: number, regen: Regen | null = null): Promise<Built> {
    const before = this.peekBuilt(id, gen);
    if (before) return before;
    const row = this.latest(id, gen);
    if (row) {
      // Said on disk before the attempt: a document that kills the object must not kill it at every wake.
      this.sql.exec("UPDATE sec SET loading = loading + 1 WHERE no = ?", row.no);
      await this.storage.sync();
      const meanwhile = this.peekBuilt(id, gen);
      if (meanwhile) {
        this.sql.exec("UPDATE sec SET loading = 0 WHERE no = ?", row.no);
        return meanwhile;
      }
    }
    if (row && row.gen < gen) this.close(id, row.gen);
    const found = row ? this.read(id, row, at) : this.fresh(id, gen);
    const section = row && row.gen < gen && !found.ahead ? this.follow(found, gen, at, regen) : found;
    section.projectedAt = this.peek(id, gen)?.projectedAt ?? section.projectedAt;
    this.loaded.set(`${id}.${gen}`, section);
    this.evict(section);
    return section;
  }

  /** Whoever still sits in a generation that is left, not told yet, writes no more there: it would be in no version. */
  private close(id: string, gen: number): void {
    this.flush();
    const section = this.peek(id, gen);
    if (section) section.ahead = true;
  }

  /** After any anomaly: the next reader gets what is on disk. */
  drop(section: Loaded): void {
    this.loaded.delete(`${section.id}.${section.gen}`);
    section.doc?.destroy();
  }

  private latest(id: string, gen: number): SectionRow | undefined {
    const sql = "SELECT no, gen, frozen, loading FROM sec WHERE id = ? AND gen <= ? ORDER BY gen DESC LIMIT 1";
    return this.sql.exec<SectionRow>(sql, id, gen).toArray()[0];
  }

  private fresh(id: string, gen: number, no: number | null = null): Built {
    const counts = {
      frozen: false,
      isTextAlone: false,
      ahead: this.isAhead(id, gen),
      seq: 0,
      snapshotBytes: 0,
      tailRows: 0,
      tailBytes: 0,
      lastAt: 0,
      projectedAt: 0,
    };
    return {
      id,
      gen,
      no,
      doc: new Y.Doc(),
      whole: null,
      clients: new Map(),
      spent: new Map(),
      unstored: [],
      unstoredBytes: 0,
      ...counts,
    };
  }

  private read(id: string, row: SectionRow, at: number): Built {
    const { no } = row;
    const [first, last] = [no * seqSpan, no * seqSpan + seqSpan - 1];
    if (row.loading >= 2) {
      // Twice begun and never ended: the newest row is the suspect, and the section stays readable without it.
      const newest = this.sql
        .exec<{ k: number }>("SELECT k FROM log WHERE k BETWEEN ? AND ? ORDER BY k DESC LIMIT 1", first, last)
        .toArray()[0];
      this.quarantine(no, newest?.k ?? last, "crash_while_loading");
      row.frozen = 1;
    }
    const section = this.fresh(id, row.gen, no);
    const snapshot = this.snapshot(no);
    if (snapshot) {
      this.count(section, snapshot);
      if (!applies(section.doc, snapshot.bytes)) {
        // Nothing on top of a broken snapshot can be read. All bytes stay where they are, for repair.
        this.sql.exec("UPDATE sec SET frozen = 1, loading = 0 WHERE no = ?", no);
        return { ...this.fresh(id, row.gen, no), frozen: true, seq: snapshot.upto };
      }
    }
    const tail = this.tail(no);
    for (const entry of tail) {
      if (applies(section.doc, new Uint8Array(entry.d))) continue;
      this.quarantine(no, entry.k, "unreadable");
      section.doc.destroy();
      return this.read(id, { ...row, frozen: 1, loading: 0 }, at); // shorter by a row: it ends
    }
    this.note(section, row, tail, at);
    this.sql.exec("UPDATE sec SET loading = 0, frozen = ? WHERE no = ?", row.frozen, no);
    return section;
  }

  private count(section: Loaded, { upto, bytes }: { upto: number; bytes: Uint8Array }): void {
    section.seq = upto;
    section.snapshotBytes = bytes.byteLength;
  }

  /** What is known of a section beside its words. */
  private note(section: Loaded, { no, frozen }: SectionRow, tail: readonly TailRow[], at: number): void {
    const hour = Math.floor(at / hourMs);
    const spent = "SELECT member, bytes FROM spent WHERE no = ? AND hour = ?";
    for (const { member, bytes } of this.sql.exec<{ member: string; bytes: number }>(spent, no, hour))
      section.spent.set(member, { hour, bytes });
    for (const entry of tail) {
      section.seq = entry.k - no * seqSpan;
      section.tailRows++;
      section.tailBytes += entry.d.byteLength;
      section.lastAt = entry.at;
      if (entry.at < hour * hourMs) continue;
      for (const [member, bytes] of sharesOf(entry.member, entry.d.byteLength)) count(section, member, at, bytes);
    }
    const owners = "SELECT client, member FROM owner WHERE no = ?";
    for (const { client, member } of this.sql.exec<{ client: number; member: string }>(owners, no))
      section.clients.set(client, member);
    section.frozen = frozen > 0;
  }

  private tail(no: number): readonly TailRow[] {
    const sql = "SELECT k, member, at, d FROM log WHERE k BETWEEN ? AND ? ORDER BY k";
    return this.sql.exec<TailRow>(sql, no * seqSpan, no * seqSpan + seqSpan - 1).toArray();
  }

  /** Who wrote in a section, by day (UTC), and when last: from its versions, and from the log since. Newest first. */
  wrote(id: string, since: number): readonly Wrote[] {
    const last = new Map<string, Wrote>();
    const note = (member: string, at: number): void => {
      const key = `${member} ${Math.floor(at / dayMs)}`;
      if (member !== roomMember && at >= since && at > (last.get(key)?.at ?? 0)) last.set(key, { member, at });
    };
    for (const { at, writers } of this.versions.list(id)) for (const member of writers) note(member, at);
    const rows = this.sql.exec<{ member: string; at: number }>(
      `SELECT log.member, log.at FROM sec JOIN log ON log.k BETWEEN sec.no * ${seqSpan} AND sec.no * ${seqSpan} + ${seqSpan - 1} WHERE sec.id = ?`,
      id,
    );
    for (const { member, at } of rows) for (const [one] of sharesOf(member, 0)) note(one, at);
    return [...last.values()].sort((a, b) => b.at - a.at);
  }

  private snapshot(no: number): { bytes: Uint8Array; upto: number } | null {
    const sql = "SELECT upto, d FROM snap WHERE k BETWEEN ? AND ? ORDER BY k";
    const chunks = this.sql
      .exec<{ upto: number; d: ArrayBuffer }>(sql, no * chunkSpan, no * chunkSpan + chunkSpan - 1)
      .toArray();
    if (chunks.length === 0) return null;
    const bytes = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.d.byteLength, 0));
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(new Uint8Array(chunk.d), at);
      at += chunk.d.byteLength;
    }
    return { bytes, upto: chunks[0]?.upto ?? 0 };
  }

  /** Takes a row and all behind it, which may build on it, out of the log. Nothing is thrown away. */
  private quarantine(no: number, fromKey: number, why: string): void {
    const last = no * seqSpan + seqSpan - 1;
    this.storage.transactionSync(() => {
      this.sql.exec(
        "INSERT INTO quarantine(no, seq, member, at, why, d) SELECT ?, k - ?, member, at, ?, d FROM log WHERE k BETWEEN ? AND ?",
        no,
        no * seqSpan,
        why,
        fromKey,
        last,
      );
      this.sql.exec("DELETE FROM log WHERE k BETWEEN ? AND ?", fromKey, last);
      this.sql.exec("UPDATE sec SET frozen = 1 WHERE no = ?", no);
    });
  }

  /**
   * The text goes into the new generation, its history does not: it is kept as a version. After a restore the text is
   * that of the version which D1 names, so that a crash in between changes nothing.
   */
  private follow(old: Built, gen: number, at: number, regen: Regen | null): Built {
    const meant = regen && regen.gen > old.gen && regen.gen <= gen ? regen : null;
    const chosen = meant?.version ? this.versions.read(old.id, meant.version) : null;
    const why: VersionWhy = meant && meant.why !== "quarantine" ? meant.why : "raise";
    const section = this.fresh(old.id, gen);
    copyContent(chosen ?? old.doc, section.doc);
    section.lastAt = at;
    section.clients.set(section.doc.clientID, roomMember);
    // A generation that is there without its text would be taken for an empty one.
    this.storage.transactionSync(() => {
      section.no = this.enter(old.id, gen);
      this.versions.take(old, { why, by: meant && meant.by !== roomMember ? meant.by : null }, at);
      this.sql.exec(
        "INSERT OR IGNORE INTO owner(no, client, member, session) VALUES (?, ?, ?, '')",
        section.no,
        section.doc.clientID,
        roomMember,
      );
      this.compact(section);
    });
    this.planProjection(section, at);
    chosen?.destroy();
    old.doc.destroy();
    return section;
  }

  private enter(id: string, gen: number): number {
    this.sql.exec("INSERT OR IGNORE INTO sec(id, gen) VALUES (?, ?)", id, gen);
    return this.sql.exec<{ no: number }>("SELECT no FROM sec WHERE id = ? AND gen = ?", id, gen).one().no;
  }

  private evict(keep: Loaded): void {
    let bytes = 0;
    for (const section of this.loaded.values()) bytes += section.snapshotBytes + section.tailBytes;
    for (const section of this.loaded.values()) {
      if (bytes <= cacheBytes) return;
      if (section === keep || section.unstored.length > 0) continue;
      bytes -= section.snapshotBytes + section.tailBytes;
      this.drop(section);
    }
  }

  // --- writing

  /** Notes what the document took; `store` writes it at the end of the turn. */
  append(section: Loaded, by: Writer, at: number, change: Uint8Array, newClients: readonly number[]): void {
    section.whole = null;
    section.unstored.push({ by: { member: by.member, session: by.session }, at, change, newClients });
    section.unstoredBytes += change.byteLength;
    for (const client of newClients) section.clients.set(client, by.member);
    count(section, by.member, at, change.byteLength);
  }

  /**
   * One row for all that the document took in this turn; returns its bytes, or null when there was nothing. If it
   * throws, nothing is stored and the document must be dropped.
   */
  store(section: Loaded): Uint8Array | null {
    const turn = section.unstored.splice(0);
    section.unstoredBytes = 0;
    const [first] = turn;
    const at = turn.at(-1)?.at;
    if (!first || at === undefined) return null;
    const change = mergeAll(turn.map((one) => one.change));
    if (change.byteLength > edgeLimits.updateBytesMax) throw new Error("change too large for a row");
    const alone = turn.every(({ by }) => by.member === first.by.member && by.session === first.by.session);
    const write = (): number => {
      const no = section.no ?? this.enter(section.id, section.gen);
      this.sql.exec(
        "INSERT INTO log(k, member, session, at, d) VALUES (?, ?, ?, ?, ?)",
        no * seqSpan + section.seq + 1,
        alone ? first.by.member : JSON.stringify(turn.map(({ by, change: { byteLength } }) => [by.member, byteLength])),
        alone ? first.by.session : "",
        at,
        change,
      );
      for (const { by, newClients } of turn)
        for (const client of newClients)
          this.sql.exec(
            "INSERT OR IGNORE INTO owner(no, client, member, session) VALUES (?, ?, ?, ?)",
            no,
            client,
            by.member,
            by.session,
          );
      return no;
    };
    const isOneStatement = section.no !== null && turn.every(({ newClients }) => newClients.length === 0);
    section.no = isOneStatement ? write() : this.storage.transactionSync(write);
    section.seq++;
    section.tailRows++;
    section.tailBytes += change.byteLength;
    section.lastAt = at;
    try {
      this.upkeep(section, at);
    } catch (error) {
      // What is stored is stored, and its writers are told so.
      console.error("section not kept up", error instanceof Error ? error.message : "");
    }
    return change;
  }

  /** After a row: what has to be done with it now or later. */
  private upkeep(section: Loaded, at: number): void {
    this.planProjection(section, at);
    if (this.peek(section.id, section.gen) !== section) return; // dropped: its document is not to be believed
    if (
      section.tailRows >= edgeLimits.compactTailRows ||
      section.tailBytes > Math.max(edgeLimits.compactTailBytes, section.snapshotBytes)
    )
      this.compact(section);
    else if (section.tailRows === idleRowsMin) this.plan("compact", `${section.id}.${section.gen}`, at + idleMs);
    this.plan("version", `${section.id}.${section.gen}`, at + bounds.versionIdleMs);
  }

  planProjection(section: Loaded, at: number, replace = false): void {
    const due = Math.max(at + projectMs, section.projectedAt + projectEveryMs);
    this.plan("project", `${section.id}.${section.gen}`, due, replace);
  }
  /** Plans it again if the database has less of the section than the log: lost on the way, or with a generation. `has`: what it had at `readAt`. */
  heal(section: Loaded, has: { readonly gen: number; readonly upto: number } | null, readAt: number): void {
    if (section.no === null || section.ahead || section.projectedAt > readAt) return;
    if (!has || has.gen < section.gen || (has.gen === section.gen && has.upto < section.seq))
      this.planProjection(section, Date.now());
  }

  /** What a member wrote to a section in this hour. */
  spentBy(section: Loaded, member: string, at: number): number {
    const spent = section.spent.get(member);
    return spent?.hour === Math.floor(at / hourMs) ? spent.bytes : 0;
  }

  /** One snapshot in place of snapshot and tail. Never `mergeUpdates`, which grows with the square of the log. */
  compact(section: Loaded): void {
    const { no } = section;
    if (no === null || !isBuilt(section)) return;
    const state = Y.encodeStateAsUpdate(section.doc);
    this.storage.transactionSync(() => {
      this.sql.exec("DELETE FROM snap WHERE k BETWEEN ? AND ?", no * chunkSpan, no * chunkSpan + chunkSpan - 1);
      for (let chunk = 0; chunk * chunkBytes < state.byteLength; chunk++) {
        const part = state.slice(chunk * chunkBytes, (chunk + 1) * chunkBytes);
        this.sql.exec("INSERT INTO snap(k, upto, d) VALUES (?, ?, ?)", no * chunkSpan + chunk, section.seq, part);
      }
      this.sql.exec("DELETE FROM log WHERE k BETWEEN ? AND ?", no * seqSpan, no * seqSpan + section.seq);
      this.sql.exec("UPDATE sec SET bytes = ?, clients = ? WHERE no = ?", state.byteLength, section.clients.size, no);
      for (const [member, { hour, bytes }] of section.spent) {
        const sql =
          "INSERT INTO spent(no, member, hour, bytes) VALUES (?, ?, ?, ?) ON CONFLICT(no, member) DO UPDATE SET hour = excluded.hour, bytes = excluded.bytes";
        this.sql.exec(sql, no, member, hour, bytes);
      }
    });
    section.snapshotBytes = state.byteLength;
    section.tailRows = 0;
    section.tailBytes = 0;
    if (this.needsSquash(section))
      this.plan("squash", `${section.id}.${section.gen}`, section.lastAt + bounds.squashQuietMs);
  }

  /** All of a section, and how far it goes. Nothing may be unstored. */
  whole(section: Loaded): Whole {
    if (section.whole) return section.whole;
    const { doc } = section;
    if (!doc) throw new Error("a section has neither bytes nor document");
    return (section.whole = { parts: [Y.encodeStateAsUpdate(doc)], vector: Y.encodeStateVector(doc) });
  }

  wouldFill(section: Loaded, more: number): boolean {
    return section.snapshotBytes + section.tailBytes + more > edgeLimits.sectionHardBytes;
  }

  /** Past the hard size the section is read only until it is squashed. What counts is the size without its tail; nothing may be unstored. */
  isFull(section: Loaded, more: number): boolean {
    if (this.wouldFill(section, more) && section.tailRows > 0) this.compact(section);
    return this.wouldFill(section, more);
  }

  // --- tickets

  issueTicket(
    hash: string,
    ticket: { member: string; session: string; writes: boolean; directory: number; exp: number },
    at: number,
  ): void {
    this.sql.exec("DELETE FROM ticket WHERE exp <= ?", at);
    const sql = "INSERT INTO ticket(hash, member, session, writes, directory, exp) VALUES (?, ?, ?, ?, ?, ?)";
    this.sql.exec(sql, hash, ticket.member, ticket.session, ticket.writes ? 1 : 0, ticket.directory, ticket.exp);
  }

  /** Taking a ticket uses it up, good or late. */
  takeTicket(hash: string, at: number): TicketRow | null {
    if (!this.begun) return null;
    const row = this.sql
      .exec<TicketRow>("DELETE FROM ticket WHERE hash = ? RETURNING member, session, writes, directory, exp", hash)
      .toArray()[0];
    return row && row.exp > at ? row : null;
  }

  // --- one alarm, many uses

  /** One row per purpose. The alarm stands at the earliest; later edits do not move it, it fires, looks and stands again. */
  plan(what: string, ref: string, at: number, replace = false): void {
    const key = `${what} ${ref}`;
    const planned = this.due.get(key);
    if (planned === at || (planned !== undefined && !replace)) return;
    this.sql.exec(
      "INSERT INTO due(at, what, ref) VALUES (?, ?, ?) ON CONFLICT(what, ref) DO UPDATE SET at = excluded.at",
      at,
      what,
      ref,
    );
    this.due.set(key, at);
    this.arm();
  }
  unplan(what: string, ref: string): void {
    if (!this.due.delete(`${what} ${ref}`)) return;
    this.sql.exec("DELETE FROM due WHERE what = ? AND ref = ?", what, ref);
    this.arm();
  }
  private arm(): void {
    const next = this.sql.exec<{ at: number | null }>("SELECT min(at) AS at FROM due").one().at;
    void (next === null ? this.storage.deleteAlarm() : this.storage.setAlarm(next)); // the output gate waits for it
  }

  /** Does the compactions that are due, and names what else is. A projection stays due until it is done. */
  async fire(at: number): Promise<readonly { readonly what: string; readonly ref: string }[]> {
    if (!this.begun) return [];
    const rows = this.sql
      .exec<{ id: number; what: string; ref: string }>("SELECT id, what, ref FROM due WHERE at <= ?", at)
      .toArray();
    for (const { id, what, ref } of rows) {
      if (what === "project") continue;
      this.sql.exec("DELETE FROM due WHERE id = ?", id);
      this.due.delete(`${what} ${ref}`);
      if (what === "compact") await this.compactIdle(ref, at);
      if (what === "version") await this.keepIdle(ref, at);
    }
    this.arm();
    return rows;
  }
  /** The section that a row of `due` names; null once it has gone on to a later generation. */
  async dueSection(address: string, at: number): Promise<Built | null> {
    const cut = address.lastIndexOf(".");
    const [id, gen] = [address.slice(0, cut), Number(address.slice(cut + 1))];
    return this.isAhead(id, gen) ? null : this.open(id, gen, at);
  }
  /** Half an hour after typing stopped; once an hour while it goes on. */
  private async keepIdle(address: string, at: number): Promise<void> {
    const section = await this.dueSection(address, at);
    if (!section || section.no === null) return;
    if (section.unstored.length > 0) return this.plan("version", address, at + idleMs);
    const idleAt = section.lastAt + bounds.versionIdleMs;
    if (idleAt <= at || this.versions.lastAt(section.no) + bounds.versionEveryMs <= at)
      this.versions.take(section, { why: "idle" }, at);
    if (idleAt > at) this.plan("version", address, idleAt);
  }
  private async compactIdle(address: string, at: number): Promise<void> {
    const section = await this.dueSection(address, at);
    if (!section) return;
    if (section.frozen || section.tailRows < idleRowsMin) return;
    const quietAt = section.lastAt + idleMs;
    if (section.unstored.length > 0 || quietAt > at) this.plan("compact", address, Math.max(quietAt, at + 1));
    else this.compact(section);
  }

  freeze(section: Loaded, at: number): void {
    section.frozen = true;
    this.sql.exec("UPDATE sec SET frozen = ? WHERE no = ?", full, section.no);
    this.plan("squash", `${section.id}.${section.gen}`, at, true);
  }
  /** One that is full of text, and would be so in a new generation: it is written again, and grows no more. */
  thaw(section: Loaded): void {
    const sql = "UPDATE sec SET frozen = 0 WHERE no = ? AND frozen = ? RETURNING no";
    if (this.sql.exec(sql, section.no, full).toArray().length === 0) return; // shut for another reason
    section.frozen = false;
    section.isTextAlone = true;
  }

  /** Each page that ever wrote is a client id, and makes every opening larger; so does what is no text. */
  needsSquash({ clients, snapshotBytes, tailBytes }: Loaded): boolean {
    return clients.size > bounds.sectionClientsMax || snapshotBytes + tailBytes > edgeLimits.sectionSoftBytes;
  }
}

/** Who wrote how much of a row: its `member`, or when several wrote in one turn a list there. */
function sharesOf(member: string, bytes: number): readonly (readonly [string, number])[] {
  return member.startsWith("[") ? (JSON.parse(member) as [string, number][]) : [[member, bytes]];
}

function count(section: Loaded, member: string, at: number, more: number): void {
  const hour = Math.floor(at / hourMs);
  const spent = section.spent.get(member);
  section.spent.set(member, { hour, bytes: (spent?.hour === hour ? spent.bytes : 0) + more });
}

const isBuilt = (section: Loaded): section is Built => section.doc !== null;

/** Merging takes time with the square of how many there are, so a few at once, and what comes of it again. */
function mergeAll(updates: readonly Uint8Array[]): Uint8Array {
  let left = [...updates];
  while (left.length > 1) {
    const merged: Uint8Array[] = [];
    for (let at = 0; at < left.length; at += mergeAtOnce) {
      const few = left.slice(at, at + mergeAtOnce);
      merged.push(few.length === 1 && few[0] ? few[0] : Y.mergeUpdates(few));
    }
    left = merged;
  }
  return left[0] ?? new Uint8Array([0, 0]);
}

/**
 * What is stored, without a document made of it; null if it doesn't read well, or if something is missing in between.
 * The tail is merged in itself: to merge it with the snapshot would cost as much as to read that several times.
 */
function wholeOf(snapshot: Uint8Array | null, tail: readonly Uint8Array[]): Whole | null {
  try {
    const parts = [...(snapshot ? [snapshot] : []), ...(tail.length > 0 ? [mergeAll(tail)] : [])];
    const reach = new Map<number, number>();
    for (const part of parts) {
      const { from, to } = Y.parseUpdateMeta(part);
      for (const [client, clock] of from) if (clock > (reach.get(client) ?? 0)) return null;
      for (const [client, clock] of to) reach.set(client, Math.max(clock, reach.get(client) ?? 0));
    }
    const vector = Y.encodeStateVector(reach);
    if (snapshot) Y.diffUpdate(snapshot, vector); // reads what it deletes too; merging has read the tail's
    return parts.length > 0 ? { parts, vector } : null;
  } catch {
    return null;
  }
}

function applies(doc: Y.Doc, bytes: Uint8Array): boolean {
  try {
    Y.applyUpdate(doc, bytes);
    return doc.store.pendingStructs === null && doc.store.pendingDs === null;
  } catch {
    return false;
  }
}
