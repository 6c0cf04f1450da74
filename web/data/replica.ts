/**
 * The local copy of one cell: what the edge confirmed, and the pending edits on top. Pure: it plans writes for the disk
 * and takes them in after they are stored; it knows no clock, no network, no DOM, no Solid.
 * Rules: docs/spec/sync.md (SYNC-P*, SYNC-W*, SYNC-E1). The reading of pull pages is in `page.ts`.
 */
import type { Result } from "../../shared/kernel/result.ts";
import { fail } from "../../shared/kernel/result.ts";
import type { EntityName, Row } from "../../shared/records/entities.ts";
import { entityOfId } from "../../shared/records/entities.ts";
import type { ActorFacts, Ask, Fields, Mutation, NewRow, Tx } from "../../shared/records/mutation.ts";
import type { KeyRights } from "../../shared/sync/protocol.ts";
import {
  drop, empty, entryKey, put, stores,
  type ClientMeta, type Contents, type Entry, type Held, type KeyBlob, type Store, type SyncMeta, type Tables, type Write,
} from "./disk.ts"; // prettier-ignore
import { typedIn } from "./typed.ts";
import type { AttentionCard } from "./types.ts";
import { alive, equalRights, firstEnd, fit, isNothing, strip } from "./rights.ts";

export interface Change {
  readonly id: string;
  readonly entity: EntityName;
  /** As it was; undefined if it is new. */
  readonly before?: Row | undefined;
}
/** One record as a pending mutation left it. */
export interface PendingChange {
  readonly id: string;
  readonly before: Fields;
  readonly after: Fields;
}
export interface ReplicaOptions {
  readonly cell: string;
  readonly actor: ActorFacts;
  readonly mutations: ReadonlyMap<string, Mutation>;
  /** What the policy asks a second person for. */
  readonly asks?: readonly Ask[];
  /** Gates, as far as they can be judged from here. */
  readonly judge?: (made: Made) => Result<void>;
}
/** What a mutation did here, and what it was given to look at. */
export interface Made {
  readonly name: string;
  readonly now: number;
  readonly reads: readonly string[];
  readonly record: (id: string) => Row | undefined;
  readonly before: (id: string) => Row | undefined;
  readonly changes: readonly PendingChange[];
}
const noRows: ReadonlyMap<string, Held> = new Map();
const emptySync: SyncMeta = { cursor: null, seen: 0, now: 0, wall: 0, lease: 0, round: 0 };

export class Replica {
  readonly options: ReplicaOptions;
  rev = 0;
  private tables = empty();
  /** The key in which each confirmed record is held. */
  private readonly at = new Map<string, string>();
  /** What screens see: confirmed rows with the replay of what is pending. */
  private readonly view = new Map<EntityName, Map<string, Row>>();
  /** Records by anchor; made when somebody first asks. */
  private anchors: Anchors | null = null;
  private overlay = new Map<string, Overlaid>();
  /** Mutations that are shown already and on their way to the disk. */
  private previews: Entry[] = [];
  private changesOf = new Map<Entry, readonly PendingChange[]>();
  /** What the edge answered in this session, by number; the truth comes with the page. */
  private readonly acked = new Set<string>();
  private end: number | null = null;
  private questions = 0;

  constructor(options: ReplicaOptions) {
    this.options = options;
  }

  /** Starts anew from what the disk holds; of the keys maybe only the first, and `more` brings the others. */
  load(rev: number, contents: Contents): Change[] {
    const gone = this.all();
    this.rev = rev;
    this.tables = empty();
    for (const store of stores) {
      const table = this.tables[store] as Map<string, unknown>;
      if (store !== "sections" && store !== "keys") for (const [key, value] of contents[store]) table.set(key, value);
    }
    this.at.clear();
    this.view.clear();
    this.anchors = null;
    this.overlay = new Map();
    this.end = Infinity;
    this.questions = Math.max(this.questions, ...contents.ask.values());
    return [...gone, ...this.more(contents.keys)];
  }
  /** Keys that come from the disk after the first ones. */
  more(keys: ReadonlyMap<string, KeyBlob>): Change[] {
    const changes: Change[] = [];
    for (const [h, blob] of keys) {
      this.tables.keys.set(h, blob);
      if (this.end !== null) this.end = Math.min(this.end, firstEnd(blob.g));
      for (const { e, row } of blob.rows.values()) {
        const rows = this.rowsOf(e);
        this.at.set(row.id, h);
        changes.push({ id: row.id, entity: e, before: rows.get(row.id) });
        rows.set(row.id, row);
        this.anchors?.add(e, row);
      }
    }
    if (this.pending().length === 0) return changes;
    const touched = new Set<string>();
    this.replay(touched);
    return [...changes, ...this.refresh(touched)];
  }

  // --- reading

  table<S extends Store>(store: S): ReadonlyMap<string, Tables[S]> {
    return this.tables[store];
  }
  get sync(): SyncMeta {
    return (this.tables.meta.get("sync") as SyncMeta | undefined) ?? emptySync;
  }
  get client(): ClientMeta | undefined {
    return this.tables.meta.get("client") as ClientMeta | undefined;
  }
  get device(): string | undefined {
    return this.tables.meta.get("device") as string | undefined;
  }
  /** Highest number that may have left this device; what is above it is provably unsent. */
  get sent(): number {
    return Number(this.tables.meta.get("sent") ?? 0);
  }
  /** The store locks at its lease, until a page comes (SYNC-E2). Before the first page there is nothing to lock. */
  isLocked(now: number): boolean {
    return this.sync.lease !== 0 && now >= this.sync.lease;
  }
  record(id: string): Row | undefined {
    const entity = entityOfId(id);
    return entity ? this.view.get(entity)?.get(id) : undefined;
  }
  /** Records of an entity; with an anchor, only those under it. */
  records(entity: EntityName, anchor?: string): Iterable<Row> {
    const rows = this.view.get(entity);
    if (!rows) return [];
    return anchor === undefined ? rows.values() : this.under(rows, entity, anchor);
  }
  private *under(rows: ReadonlyMap<string, Row>, entity: EntityName, anchor: string): IterableIterator<Row> {
    this.anchors ??= new Anchors(this.view);
    for (const id of this.anchors.under(entity, anchor)) {
      const row = rows.get(id);
      if (row) yield row;
    }
  }
  get size(): number {
    return this.at.size;
  }
  confirmed(id: string): Held | undefined {
    const h = this.at.get(id);
    return h === undefined ? undefined : this.tables.keys.get(h)?.rows.get(id);
  }
  keyOf(id: string): string | undefined {
    return this.at.get(id);
  }
  private all(): Change[] {
    return [...this.view].flatMap(([entity, rows]) => [...rows].map(([id, before]) => ({ id, entity, before })));
  }

  // --- taking in

  /** Takes in what the disk has stored, by this tab or another, and says which records look different now. */
  absorb(writes: readonly Write[], shown?: Entry): Change[] {
    const touched = new Set<string>();
    let pendingMoved = shown !== undefined;
    if (shown) this.previews = this.previews.filter((entry) => entry !== shown);
    for (const write of writes) {
      if (write.store === "sections") continue;
      if (write.store === "keys") this.moveRows(write.key, write.value, touched);
      if (write.store === "outbox") pendingMoved = true;
      if (write.store === "meta" && write.key === "rev") this.rev = Number(write.value);
      const table = this.tables[write.store] as Map<string, unknown>;
      if (write.value === undefined) table.delete(write.key);
      else table.set(write.key, write.value);
    }
    if (touched.size > 0) this.end = null;
    const waits = this.tables.outbox.size + this.previews.length > 0;
    if (pendingMoved || (touched.size > 0 && waits)) this.replay(touched);
    return this.refresh(touched);
  }

  private moveRows(h: string, next: KeyBlob | undefined, touched: Set<string>): void {
    this.end = null;
    const before = this.tables.keys.get(h)?.rows ?? noRows;
    let left = before.size;
    for (const [id, held] of next?.rows ?? noRows) {
      const was = before.get(id);
      if (was) left -= 1;
      if (was === held) continue;
      touched.add(id);
      this.at.set(id, h);
    }
    if (left === 0) return; // all that were there are there still
    for (const id of before.keys()) {
      if (next?.rows.has(id)) continue;
      touched.add(id);
      if (this.at.get(id) === h) this.at.delete(id);
    }
  }

  private rowsOf(entity: EntityName): Map<string, Row> {
    let rows = this.view.get(entity);
    if (!rows) this.view.set(entity, (rows = new Map()));
    return rows;
  }
  private refresh(touched: ReadonlySet<string>): Change[] {
    const changes: Change[] = [];
    for (const id of touched) {
      const entity = entityOfId(id);
      if (!entity) continue;
      const over = this.overlay.get(id);
      const next = over ? over.row : this.confirmed(id)?.row;
      const rows = this.rowsOf(entity);
      const before = rows.get(id);
      if (before === (next ?? undefined)) continue;
      if (before && before.anchor !== next?.anchor) this.anchors?.remove(entity, before);
      if (next) {
        rows.set(id, next);
        this.anchors?.add(entity, next);
      } else rows.delete(id);
      changes.push({ id, entity, before });
    }
    return changes;
  }

  // --- pending

  /** In the order of making. Refused ones show no longer. */
  pending(): Entry[] {
    const shown = [...this.tables.outbox.values()].filter((entry) => !entry.outcome);
    return [...shown.sort(byNumber), ...this.previews];
  }
  changes(entry: Entry): readonly PendingChange[] {
    return this.changesOf.get(entry) ?? [];
  }
  /** Rebuilds the overlay: confirmed rows, and each pending mutation run over them again. */
  private replay(touched: Set<string>): void {
    for (const id of this.overlay.keys()) touched.add(id);
    this.overlay = new Map();
    this.changesOf = new Map();
    for (const entry of this.pending()) this.play(entry);
    for (const id of this.overlay.keys()) touched.add(id);
  }
  /** One that no longer applies here (its record is gone, the stage moved) shows nothing; the edge decides about it. */
  private play(entry: Entry): void {
    const ran = this.run(entry.name, entry.args, entry.at);
    if (!ran.ok) return;
    for (const [id, over] of ran.value.overlay) this.overlay.set(id, over);
    this.changesOf.set(entry, ran.value.changes);
  }
  private run(name: string, args: unknown, now: number): Result<OverlayTx> {
    const mutation = this.options.mutations.get(name);
    if (!mutation) return fail("unsupported_version");
    const tx = new OverlayTx(this.options, now, (id) => this.overlay.get(id) ?? this.confirmed(id));
    const done = mutation.run(tx, args);
    return done.ok ? { ok: true, value: tx } : done;
  }

  /** Runs a mutation on the local copy. What it answers goes to the disk as an outbox entry, and may be shown at once. */
  draft(name: string, args: unknown, at: number): Result<Omit<Entry, "client" | "n">> {
    const mutation = this.options.mutations.get(name);
    if (!mutation) return fail("unsupported_version");
    const parsed = mutation.args.safeParse(args);
    if (!parsed.success)
      return fail("invalid", { fields: [...new Set(parsed.error.issues.map((issue) => issue.path.join(".")))] });
    const ran = this.run(name, parsed.data, at);
    if (!ran.ok) return ran;
    const tx = ran.value;
    const judged = this.options.judge?.({
      name,
      now: at,
      reads: mutation.reads(parsed.data),
      record: (id) => tx.get(id) ?? undefined,
      before: (id) => this.overlay.get(id)?.row ?? this.confirmed(id)?.row,
      changes: tx.changes,
    });
    if (judged && !judged.ok) return judged;
    const base: Record<string, Fields> = {};
    let mine: Fields = {};
    for (const change of ran.value.changes) {
      mine = { ...mine, ...change.after };
      if (Object.keys(change.before).length > 0) base[change.id] = { ...change.before, ...base[change.id] }; // the first one seen
    }
    const { makes } = ran.value;
    return { ok: true, value: { name, args: parsed.data, base, mine, at, ...(makes.length > 0 ? { makes } : {}) } };
  }
  preview(entry: Entry): Change[] {
    this.previews.push(entry);
    this.play(entry);
    return this.refresh(new Set(this.changes(entry).map((change) => change.id)));
  }
  /** The disk did not take it. */
  forgetPreview(entry: Entry): Change[] {
    return this.absorb([], entry);
  }

  // --- pushing

  /** What may be sent now, of one client: the oldest first, up to `count`. What a former client left goes before. */
  unsent(count: number, bytesMax: number): Entry[] {
    const waits = [...this.tables.outbox.values()].filter((entry) => !this.acked.has(entryKey(entry.client, entry.n)));
    const former = waits.find((entry) => entry.client !== this.client?.id);
    const client = former?.client ?? this.client?.id;
    const open = waits.filter((entry) => entry.client === client).sort(byNumber);
    const out: Entry[] = [];
    let bytes = 0;
    for (const entry of open.slice(0, count)) {
      bytes += JSON.stringify(entry.args).length + JSON.stringify(entry.base).length + 200;
      if (out.length > 0 && bytes > bytesMax) break;
      out.push(entry);
    }
    return out;
  }
  isAcked(entry: Entry): boolean {
    return this.acked.has(entryKey(entry.client, entry.n));
  }
  ack(client: string, n: number): void {
    this.acked.add(entryKey(client, n));
  }
  /** The edge lost what it had acknowledged (it was restored): send again. */
  forgetAcks(): void {
    this.acked.clear();
  }

  // --- the timer

  /** A fresh number for a question, so that the answer to an older one does not settle it. */
  nextQuestion(): number {
    return (this.questions += 1);
  }

  /** The instant at which something held ends if nothing is heard from the edge. Infinity: never. */
  nextEnd(): number {
    if (this.end === null) {
      this.end = Infinity;
      for (const blob of this.tables.keys.values()) this.end = Math.min(this.end, firstEnd(blob.g));
    }
    return this.end;
  }
  /** Drops what has ended by `now`, also on a plane (SYNC-E1); asks the edge about it when there is one again. */
  expire(now: number): Write[] {
    if (this.nextEnd() > now) return [];
    const draft = new Draft(this);
    draft.expire(now);
    draft.set("meta", "time", now); // a clock set back later does not bring it back
    return draft.writes();
  }
}

/** Which records of an entity stand under an anchor. */
class Anchors {
  private readonly ids = new Map<EntityName, Map<string, Set<string>>>();

  constructor(view: ReadonlyMap<EntityName, ReadonlyMap<string, Row>>) {
    for (const [entity, rows] of view) for (const row of rows.values()) this.add(entity, row);
  }
  under(entity: EntityName, anchor: string): Iterable<string> {
    return this.ids.get(entity)?.get(anchor) ?? [];
  }
  add(entity: EntityName, { id, anchor }: Row): void {
    let anchors = this.ids.get(entity);
    if (!anchors) this.ids.set(entity, (anchors = new Map()));
    const under = anchors.get(anchor);
    if (under) under.add(id);
    else anchors.set(anchor, new Set([id]));
  }
  remove(entity: EntityName, { id, anchor }: Row): void {
    const anchors = this.ids.get(entity);
    const under = anchors?.get(anchor);
    under?.delete(id);
    if (under?.size === 0) anchors?.delete(anchor);
  }
}

const byNumber = (a: Entry, b: Entry): number => a.n - b.n;

/** A key while it is being planned. */
interface OpenKey {
  g: KeyRights;
  readonly rows: Map<string, Held>;
}

/** Plans writes over a replica: later reads see earlier writes; nothing changes until they are stored and absorbed. */
export class Draft {
  private readonly staged = new Map<string, Write>();
  /** Keys that this draft changes, copied once. Null: dropped. */
  private readonly opened = new Map<string, OpenKey | null>();
  /** Where rows went that this draft moved; undefined: away. */
  private readonly placed = new Map<string, string | undefined>();
  /** Records of which something was taken away. */
  private readonly forgotten = new Set<string>();
  private readonly replica: Replica;

  constructor(replica: Replica) {
    this.replica = replica;
  }
  get<S extends Exclude<Store, "keys">>(store: S, key: string): Tables[S] | undefined {
    const write = this.staged.get(`${store}/${key}`);
    return write ? (write.value as Tables[S] | undefined) : this.replica.table(store).get(key);
  }
  set<S extends Exclude<Store, "keys">>(store: S, key: string, value: Tables[S] | undefined): void {
    this.staged.set(`${store}/${key}`, value === undefined ? drop(store, key) : put(store, key, value));
  }
  /** Keys of a store as they will be. */
  names(store: Exclude<Store, "keys">): string[] {
    const names = new Set(this.replica.table(store).keys());
    for (const write of this.staged.values()) {
      if (write.store !== store) continue;
      if (write.value === undefined) names.delete(write.key);
      else names.add(write.key);
    }
    return [...names];
  }

  // --- keys

  key(h: string): KeyBlob | undefined {
    const opened = this.opened.get(h);
    return opened === undefined ? this.replica.table("keys").get(h) : (opened ?? undefined);
  }
  held(): string[] {
    const names = new Set(this.replica.table("keys").keys());
    for (const [h, opened] of this.opened) {
      if (opened) names.add(h);
      else names.delete(h);
    }
    return [...names];
  }
  /** The key that holds a record. */
  keyOf(id: string): string | undefined {
    if (this.placed.has(id)) return this.placed.get(id);
    const h = this.replica.keyOf(id);
    return h !== undefined && this.opened.get(h) === null ? undefined : h;
  }
  private open(h: string): OpenKey {
    const opened = this.opened.get(h);
    if (opened) return opened;
    const blob = opened === null ? undefined : this.replica.table("keys").get(h);
    const copy: OpenKey = { g: blob?.g ?? {}, rows: new Map(blob?.rows) };
    this.opened.set(h, copy);
    return copy;
  }
  grant(h: string, g: KeyRights): void {
    this.open(h).g = g;
  }
  /** `forget`: its rows may not be seen any more; else they come again (reset). */
  dropKey(h: string, forget = true): void {
    for (const id of this.key(h)?.rows.keys() ?? []) {
      this.placed.set(id, undefined);
      if (forget) this.forgotten.add(id);
    }
    this.opened.set(h, null);
    this.set("want", h, undefined);
  }
  /** Narrower rights for a key: fields, rows or all of it leave. True if anything was taken. */
  narrow(h: string, g: KeyRights): boolean {
    const blob = this.key(h);
    if (!blob || equalRights(blob.g, g)) return false;
    if (isNothing(g)) {
      this.dropKey(h);
      return true;
    }
    const rows = strip(blob, g);
    const open = this.open(h);
    open.g = g;
    for (const [id, held] of [...open.rows]) {
      const left = rows.get(id);
      if (left === held) continue;
      this.forgotten.add(id);
      if (left) open.rows.set(id, left);
      else this.take(open, id);
    }
    return true;
  }
  private take(open: OpenKey, id: string): void {
    open.rows.delete(id);
    this.placed.set(id, undefined);
  }
  removeRow(id: string): string | undefined {
    const h = this.keyOf(id);
    if (h === undefined) return undefined;
    this.take(this.open(h), id);
    this.forgotten.add(id);
    return h;
  }
  /** The one way in for a row: under a key that is held, cut to the groups that are held. */
  place(h: string, held: Held): void {
    const open = this.open(h);
    const { id } = held.row;
    const before = this.keyOf(id);
    if (before !== undefined && before !== h) this.take(this.open(before), id);
    const fitted = fit(open.g, held);
    if (fitted) {
      open.rows.set(id, fitted);
      this.placed.set(id, h);
    } else if (before === h) this.take(open, id);
  }

  ask(h: string): void {
    this.set("ask", h, this.replica.nextQuestion());
  }
  /** Drops what has ended; the edge is asked about it. */
  expire(now: number): void {
    for (const h of this.held()) {
      const g = this.key(h)?.g ?? {};
      if (firstEnd(g) <= now && this.narrow(h, alive(g, now))) this.ask(h);
    }
  }

  writes(): Write[] {
    this.scrub();
    const keys = [...this.opened].map(([h, opened]) => (opened ? put("keys", h, opened) : drop("keys", h)));
    return [...keys, ...this.staged.values()];
  }
  /** Queued mutations keep what their member wrote, and lose the values seen of what was taken away (SYNC-E3). */
  private scrub(): void {
    if (this.forgotten.size === 0) return;
    for (const key of this.names("outbox")) {
      const entry = this.get("outbox", key);
      if (!entry || !Object.keys(entry.base).some((id) => this.forgotten.has(id))) continue;
      const base: Record<string, Fields> = {};
      for (const [id, fields] of Object.entries(entry.base)) {
        const h = this.keyOf(id);
        const row = h === undefined ? undefined : this.key(h)?.rows.get(id)?.row;
        const kept = this.forgotten.has(id)
          ? Object.entries(fields).filter(([name]) => row?.[name] !== undefined)
          : Object.entries(fields);
        if (kept.length > 0) base[id] = Object.fromEntries(kept);
      }
      this.set("outbox", key, { ...entry, base, mine: typedIn(entry), args: blindSeen(entry.args, base) });
    }
    for (const key of this.names("attention")) {
      const card = this.get("attention", key);
      const about = card && recordsIn(card).some((id) => this.forgotten.has(id));
      if (card && about) this.set("attention", key, wordsAlone(card));
    }
  }
}
const recordsIn = ({ args }: AttentionCard): string[] =>
  Object.values(args ?? {}).filter((one): one is string => typeof one === "string");
/** A card of which something went out of sight: the words, and nothing that was seen. That it was deleted stays. */
export function wordsAlone(card: AttentionCard): AttentionCard {
  const { key, name, at, since, code, makes, root, restore, by, when } = card;
  return {
    key, name, args: blindSeen(card.args, {}), at, code, mine: typedIn(card),
    ...(since === undefined ? {} : { since }),
    ...(makes ? { makes } : {}),
    ...(root === undefined ? {} : { root }),
    ...(code === "deleted" ? { ...(restore ? { restore } : {}), ...(by && when ? { by, when } : {}) } : {}),
  }; // prettier-ignore
}

/**
 * Values that a mutation carries as seen (`seen` of an edit) go the way of the base. An empty text stands in their
 * place: it meets no value, so that the edge still refuses to overwrite what this member has not seen.
 */
export function blindSeen(args: unknown, base: { readonly [id: string]: Fields }): unknown {
  if (typeof args !== "object" || args === null || !("seen" in args) || !("id" in args)) return args;
  const known = base[String(args.id)] ?? {};
  const seen = Object.keys(args.seen ?? {}).map((name) => [
    name,
    known[name] === undefined ? "" : (args.seen as Fields)[name],
  ]);
  return { ...args, seen: Object.fromEntries(seen) };
}

interface Overlaid {
  readonly e: EntityName;
  readonly row: Row | null; // null: removed
}

/** What a shared mutator sees on a device: the held row with the pending edits before it. */
class OverlayTx implements Tx {
  readonly overlay = new Map<string, Overlaid>();
  readonly changes: PendingChange[] = [];
  readonly makes: string[] = [];
  readonly now: number;
  readonly cell: string;
  readonly actor: ActorFacts;
  readonly edge = false;
  readonly asks: readonly Ask[];
  private readonly below: (id: string) => Overlaid | undefined;

  constructor(options: ReplicaOptions, now: number, below: (id: string) => Overlaid | undefined) {
    this.now = now;
    this.cell = options.cell;
    this.actor = options.actor;
    this.asks = options.asks ?? [];
    this.below = below;
  }
  private find(id: string): Overlaid | undefined {
    return this.overlay.get(id) ?? this.below(id);
  }
  get(id: string): Row | null {
    return this.find(id)?.row ?? null;
  }
  create(entity: EntityName, row: NewRow): void {
    if (this.get(row.id)) return; // its echo is here already: replaying over it changes nothing
    const { id, anchor, compartment, ...after } = row;
    const made: Row = { ...after, id, anchor, compartment, createdAt: this.now, createdBy: this.actor.member };
    this.overlay.set(id, { e: entity, row: made });
    this.makes.push(id);
    this.changes.push({
      id,
      before: {},
      after: Object.fromEntries(Object.entries(after).filter(([, value]) => (value ?? null) !== null)),
    });
  }
  edit(id: string, set: Fields): void {
    const found = this.find(id);
    if (!found?.row) return;
    const before: Record<string, Fields[string]> = {};
    for (const name of Object.keys(set)) if (found.row[name] !== undefined) before[name] = found.row[name];
    this.overlay.set(id, { e: found.e, row: { ...found.row, ...set } });
    this.changes.push({ id, before, after: set });
  }
  remove(id: string): void {
    const found = this.find(id);
    if (!found?.row) return;
    this.overlay.set(id, { e: found.e, row: null });
    this.changes.push({ id, before: {}, after: {} });
  }
  /** Who is let in by name is the edge's to decide, and nothing that this device shows hangs on it. */
  share(): void {}
  isShared(): boolean {
    return true;
  }
  endShares(): void {}
  /** A deleted record is not on the device: the edge knows whether it can be restored, and the page brings it. */
  restore(id: string): boolean {
    const below = this.overlay.has(id) ? undefined : this.below(id);
    if (below?.row) return false;
    return true;
  }
}
