/**
 * The local copy as the screens have it: Solid signals over one source a cell. Lists merge the cells; a mutation goes to
 * the cell that its record's id names. No business rule lives here.
 */
import { batch, createComputed, createMemo, createSignal, getListener, onCleanup, type Accessor } from "solid-js";
import type { BoundAllow } from "../../shared/access/slice.ts";
import { bindSlice } from "../../shared/access/engine.ts";
import type { ApprovalRule } from "../../shared/access/rules.ts";
import type { Action } from "../../shared/kernel/actions.ts";
import { actions } from "../../shared/kernel/actions.ts";
import { cellOf } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { ok, type Result } from "../../shared/kernel/result.ts";
import {
  entities,
  entity,
  entityOfId,
  type EntityName,
  type RecordOf,
  type Row,
} from "../../shared/records/entities.ts";
import { groupsIn, hasGroup, type Mask } from "../../shared/records/groups.ts";
import type { Fields } from "../../shared/records/mutation.ts";
import { mutations } from "../../shared/sync/registry.ts";
import { diskName, frontKey, frontOf, openDisk, removeDisk } from "./idb-disk.ts";
import { grouped, isQuiet } from "./cards.ts";
import { keptUntil } from "./kept.ts";
import { noteLooked } from "./looked.ts";
import {
  drop,
  entryKey,
  isSealed,
  MemoryDisk,
  put,
  type Disk,
  type Entry,
  type SectionCache,
  type Write,
} from "./disk.ts";
import { choiceOf, reasonOf, type Choice, type Reason } from "./follow.ts";
import { judgeHere, placeHere } from "./gates.ts";
import { lineFetch, noteAct } from "./line.ts";
import type { Change, Made } from "./replica.ts";
import { copyMark, forgetMember, hasEnded, leaveMember, removeCopies, type Session } from "./session.ts";
import { randomId, Source } from "./source.ts";
import type { Tally } from "./tally.ts";
import { cellToken } from "./token.ts";
import type {
  AttentionCard, Count, Data, TallyView, Gift, ListQuery, Mutated, OutboxLine, PendingState, SyncState, TallyQuery, WindowView,
} from "./types.ts"; // prettier-ignore
import { browserJobs, type Jobs } from "./jobs.ts";
import { Windows, type LiveWindow } from "./windows.ts";

/** Rows as they are, for those who keep something made of them. */
interface Copy {
  readonly record: (id: string) => Row | undefined;
  readonly records: (name: EntityName) => Iterable<Row>;
  readonly onChange: LocalData["onChange"];
  readonly onForget: LocalData["onForget"];
}
export interface LocalData extends Data {
  /** For the rooms: disk and traffic of the cell that an id names. */
  source(id: string): Source | undefined;
  allSources(): Iterable<Source>;
  /** Records that look different now; answers how to stop listening. */
  onChange(listener: (changes: readonly Change[]) => void): () => void;
  /** Called when something that was held may be held no more, and when the copy locks. */
  onForget(listener: () => void): () => void;
  /** The copy as search reads it: rows as they are now, of all cells that are open. */
  readonly copy: Copy;
  /** The lease is over: nothing of the copy opens until a page comes (SYNC-E2). */
  readonly locked: Accessor<boolean>;
  /** The browser had removed this device's copy: how much of it was unsent. Null: it had not, or the member knows. */
  readonly lostCopy: Accessor<number | null>;
  dismissLostCopy(): void;
  /** Opens the copy while its lock is open. */
  readonly lockKey: CryptoKey | undefined;
  /** Told by the queue of files (web/files), once that is here. */
  tellFiles(names: readonly string[]): void;
  /** The organisation asks for a lock on this device. */
  readonly lockMinutes: number | undefined;
  /** Called when the session was ended, here or elsewhere: the screens leave. */
  onEnd(listener: () => void): void;
  /** Called when this copy is let go of, for whatever reason. */
  onClose(listener: () => void): void;
  close(): void;
}

/** `seal`: puts a disk under the lock. */
export async function createData(
  session: Session,
  locale: Accessor<string>,
  seal?: (disk: Disk) => Promise<Disk>,
  lockKey?: CryptoKey,
): Promise<LocalData> {
  const { me } = session;
  const local = new Local(session, locale, lockKey);
  const token = cellToken();
  const marked = localStorage.getItem(copyMark(me.member)); // of the last time, before this one writes its own
  const links = [
    { cell: me.cell, url: "" },
    ...me.cells.filter(({ cell }) => cell !== me.cell).map((other) => ({ ...other, headers: token })),
  ];
  for (const link of links) {
    const name = diskName(link.cell, me.member);
    let disk: Disk;
    let isNew = false;
    let lost = false;
    try {
      disk = await openDisk(name);
      if (seal) disk = await seal(disk);
      else if (isSealed(await disk.read((read) => read.get("meta", "device")))) {
        disk.close();
        await removeDisk(name); // the lock's keys are gone: nobody can open it any more
        disk = await openDisk(name);
      }
      isNew = (await disk.read((read) => read.get("meta", "device"))) === undefined;
    } catch {
      disk = new MemoryDisk(); // private mode, or the store is broken: works, and says that it keeps nothing
      lost = true;
    }
    const source = await Source.open({
      cell: link.cell,
      actor: {
        member: me.member,
        teams: me.teams,
        regions: me.regions,
        roles: [me.base, ...me.duties],
        standsFor: local.standsFor,
      },
      mutations,
      asks: local.asks,
      judge: (made) => local.judge(link.cell, made),
      link,
      disk,
      name,
      onChange: (changes, part) => local.changed(link.cell, changes, part),
      onForget: () => local.forgot(),
      onState: () => local.stateMoved(),
      onCut: () => void local.cut(),
      onSignedOut: () => void local.askWhetherEnded(),
      onLeft: () => local.end(),
      onTexts: (caches) => void local.keepWords(caches).catch((error: unknown) => console.error(error)),
      onBug: (error) => console.error(error),
    });
    if (lost) source.fault = "refused";
    local.sources.set(link.cell, source);
    if (isNew && link.cell === me.cell && marked !== null) local.lostCopyOf(Number(marked));
  }
  void navigator.storage?.persist?.().catch(() => undefined); // a wish; the browser decides
  local.lookAtLeases(); // before anything is shown
  local.stateMoved();
  for (const source of local.sources.values()) source.start();
  if (typeof BroadcastChannel !== "undefined" && typeof indexedDB !== "undefined")
    void import("../files/queue.ts").then(({ filesOf }) => local.isOpen && filesOf(local)).catch((error: unknown) => console.error(error)); // prettier-ignore
  return local;
}

const isAction = (text: string): text is Action => (actions as readonly string[]).includes(text);
class Local implements LocalData {
  readonly me: Session["me"];
  readonly sources = new Map<string, Source>();
  readonly asks: readonly ApprovalRule[];
  readonly standsFor: readonly string[];
  private readonly gifts: readonly Gift[];
  readonly lockMinutes: number | undefined;
  readonly lockKey: CryptoKey | undefined;
  private readonly fileNames = createSignal<readonly string[]>([]);
  readonly files = this.fileNames[0];
  isOpen = true;
  readonly sync: Accessor<SyncState>;
  readonly outbox: Accessor<readonly OutboxLine[]>;
  readonly attention: Accessor<readonly AttentionCard[]>;
  private readonly expiredCount = createSignal(0);
  readonly expired = this.expiredCount[0];
  private readonly bound;
  private readonly names: readonly string[];
  private readonly rows = new Triggers();
  private readonly locale: Accessor<string>;
  private readonly jobs: Jobs;
  private windows: Windows;
  private readonly busy = createSignal(false);
  private readonly allIn = createSignal(false);
  readonly whole = this.allIn[0];
  private readonly pendingMoved = createSignal(undefined, { equals: false });
  private readonly shutHome = createSignal(false);
  readonly locked = this.shutHome[0];
  /** Cells whose lease is over: their part of the copy is closed. The home cell's closes all. */
  private readonly shut = new Set<string>();
  private readonly shutMoved = createSignal("");
  private readonly setState;
  private readonly setOutbox;
  private readonly setAttention;
  private readonly openedHere = new Set<string>();
  private readonly enders = new Set<() => void>();
  private readonly closers = new Set<() => void>();
  private readonly forgetters = new Set<() => void>();
  private readonly changeListeners = new Set<(changes: readonly Change[]) => void>();
  private sweeping = false;
  private readonly lost = createSignal<number | null>(null);
  readonly lostCopy = this.lost[0];
  private stateDue = false;
  private ended = false;

  constructor(session: Session, locale: Accessor<string>, lockKey?: CryptoKey) {
    this.lockKey = lockKey;
    this.me = session.me;
    this.bound = bindSlice(session.slice);
    this.asks = session.slice.approvals ?? [];
    this.gifts = session.slice.shares.flatMap(({ gives, groups }) => (gives ? [{ ...gives, groups: groupsIn(groups) }] : [])); // prettier-ignore
    this.lockMinutes = session.slice.lockMinutes;
    this.standsFor = (session.slice.covers ?? []).map(({ of }) => of);
    this.names = [session.me.member, ...this.standsFor];
    this.locale = locale;
    this.jobs = watched(browserJobs(), (busy) => this.busy[1](busy));
    this.windows = new Windows(this.union, this.jobs);
    [this.sync, this.setState] = createSignal<SyncState>(
      { state: "first_sync", waiting: 0, attention: 0, at: null, records: 0 },
      { equals: sameState },
    );
    [this.outbox, this.setOutbox] = createSignal<readonly OutboxLine[]>([]);
    [this.attention, this.setAttention] = createSignal<readonly AttentionCard[]>([]);
  }

  // --- reading

  record<E extends EntityName>(name: E, id: () => string | undefined): Accessor<RecordOf<E> | undefined> {
    return createMemo(() => {
      const key = id();
      this.shutMoved[0]();
      if (key === undefined || this.locked()) return undefined;
      this.rows.track(key);
      return entityOfId(key) === name ? (this.row(key) as RecordOf<E> | undefined) : undefined;
    });
  }
  private row(id: string): Row | undefined {
    return this.shut.has(cellOf(id) ?? "") ? undefined : this.source(id)?.replica.record(id);
  }
  /** All cells as one, for windows. */
  private readonly union = {
    record: (id: string): Row | undefined => this.row(id),
    records: (name: EntityName, anchor?: string): Iterable<Row> => this.recordsOf(name, anchor),
  };
  private *recordsOf(name: EntityName, anchor?: string): IterableIterator<Row> {
    if (anchor !== undefined) {
      const source = this.source(anchor);
      if (source && !this.shut.has(cellOf(anchor) ?? "")) yield* source.replica.records(name, anchor);
      return;
    }
    // Each cell has a copy of the directory; the one in the cell that the ids name is shown.
    for (const [cell, source] of this.sources) {
      if (this.shut.has(cell)) continue;
      if (this.sources.size === 1) yield* source.replica.records(name);
      else for (const row of source.replica.records(name)) if (row.id.startsWith(`${cell}_`)) yield row;
    }
  }
  gives(act: string): readonly Gift[] {
    return this.gifts.filter(({ on }) => on === act);
  }
  get settled(): Accessor<boolean> {
    return () => !this.busy[0]();
  }

  list<E extends EntityName>(name: E, query: Accessor<ListQuery<E>>): Accessor<readonly RecordOf<E>[]> {
    return this.watch(name, query, (window): readonly RecordOf<E>[] => window.rows, []);
  }
  window<E extends EntityName>(name: E, query: Accessor<ListQuery<E>>): WindowView<E> {
    let shown: LiveWindow<E> | undefined;
    const moved = this.watch(
      name,
      query,
      (window) => {
        shown = window;
        return {}; // each time another one: whoever reads anything reads again
      },
      {},
    );
    const read = <T>(of: (window: LiveWindow<E>) => T, otherwise: T): T => {
      moved();
      return shown ? of(shown) : otherwise;
    };
    return {
      ready: () => read((window) => window.ready, false),
      total: () => read((window) => window.total, 0),
      length: () => read((window) => window.length, 0),
      at: (place) => read((window) => window.at(place), undefined),
      slice: (from, to) => read((window) => window.slice(from, to), []),
      indexOf: (id) => read((window) => window.indexOf(id), -1),
    };
  }
  /** What is shown stays until another order or filter is ready, so that nothing flickers. */
  private watch<E extends EntityName, T>(
    name: E,
    query: Accessor<ListQuery<E>>,
    read: (window: LiveWindow<E>) => T,
    before: T,
  ): Accessor<T> {
    const [value, set] = createSignal(before);
    let old: LiveWindow<E> | undefined;
    createComputed(() => {
      const asked = query();
      this.shutMoved[0]();
      const show = (): void => {
        if (old !== window) old?.close();
        old = window;
        set(() => (window ? read(window) : before));
      };
      let latest = true;
      let window: LiveWindow<E> | undefined;
      if (this.locked()) return show();
      window = this.windows.open(name, asked, this.locale(), () => {
        if (window && (latest || window === old)) show();
      });
      if (window.ready) show();
      onCleanup(() => {
        latest = false;
        if (window !== old) window?.close();
      });
    });
    onCleanup(() => old?.close());
    return value;
  }
  tally<E extends EntityName>(name: E, query: Accessor<TallyQuery<E>>): TallyView {
    const groups = new Triggers();
    let tally: Tally | undefined;
    const [current, set] = createSignal(undefined, { equals: false });
    const [anyMoved, setAnyMoved] = createSignal(undefined, { equals: false });
    createComputed(() => {
      const asked = query() as unknown as TallyQuery;
      this.shutMoved[0]();
      if (this.locked()) tally = undefined;
      else {
        const mine: Tally = this.windows.tally(
          name,
          asked,
          (touched) => {
            for (const group of touched) groups.touch(group);
          },
          () => setAnyMoved(undefined),
        );
        tally = mine;
        onCleanup(() => mine.close());
      }
      set(undefined);
    });
    const get = (group: string): Count => tally?.get(group) ?? { count: 0, latest: null };
    const one = (group: string): Count => {
      current();
      groups.track(group);
      return get(group);
    };
    const all = (): typeof get => {
      current();
      anyMoved();
      return get;
    };
    return Object.assign(one, { all });
  }
  count<E extends EntityName>(name: E, query: Accessor<ListQuery<E>>): Accessor<number> {
    const counted = this.tally(name, () => {
      const { where, anchor } = query();
      const seen = where && ((row: RecordOf<E>) => where(row, this.union.record));
      return { ...(anchor === undefined ? {} : { anchor }), ...(seen ? { where: seen } : {}) };
    });
    return () => counted("").count;
  }

  pendingFields(id: () => string | undefined): Accessor<ReadonlyMap<string, PendingState>> {
    return createMemo(
      () => {
        const key = id();
        this.pendingMoved[0]();
        const fields = new Map<string, PendingState>();
        const source = key === undefined ? undefined : this.source(key);
        for (const entry of source?.replica.pending() ?? []) {
          for (const change of source?.replica.changes(entry) ?? [])
            if (change.id === key)
              for (const field of Object.keys(change.after)) fields.set(field, pendingState(source, entry));
        }
        return fields;
      },
      new Map<string, PendingState>(),
      { equals: (a, b) => a.size === b.size && [...a].every(([field, state]) => b.get(field) === state) },
    );
  }

  // --- writing

  async mutate(name: string, args: unknown): Promise<Mutated> {
    const source = this.source(placeOf(args) ?? "") ?? this.sources.get(this.me.cell);
    if (!source || this.ended || this.locked()) return { ok: false, code: "unavailable" };
    const done = await source.mutate(name, this.withSeen(name, args));
    if (done.ok || done.error.code === "unavailable") noteAct(done.ok); // others were no acts: they did not fit
    return done.ok ? { ok: true } : { ok: false, ...done.error };
  }
  would(name: string, args: unknown): Mutated {
    const source = this.source(placeOf(args) ?? "");
    if (!source || this.ended || this.locked()) return { ok: false, code: "unavailable" };
    const drafted = source.replica.draft(name, args, source.clock.now() || Date.now());
    return drafted.ok ? { ok: true } : { ok: false, ...drafted.error };
  }
  /** Fields that are never overwritten unseen carry the value that this device shows, unless the screen said another. */
  private withSeen(name: string, args: unknown): unknown {
    if (!name.endsWith(".edit@1") || !isEdit(args) || args.seen !== undefined) return args;
    const row = this.row(args.id);
    const of = entityOfId(args.id);
    if (!row || !of) return args;
    const careful = Object.keys(args.set).filter(
      (field) => entity(of).fields[field]?.careful && row[field] !== undefined,
    );
    return careful.length === 0
      ? args
      : { ...args, seen: Object.fromEntries(careful.map((field) => [field, row[field]])) };
  }
  async dismiss(card: AttentionCard): Promise<void> {
    await this.holderOf(card)?.write(dropCards(card));
  }
  /** The same act again, over what is there now. What was refused because of it goes along; refused again, all of it is kept again. */
  async retry(card: AttentionCard, how: { args?: unknown; restore?: boolean } = {}): Promise<Mutated> {
    const source = this.holderOf(card);
    if (!source || this.ended || this.locked()) return { ok: false, code: "unavailable" };
    const acts = [{ ...card, ...(how.args === undefined ? {} : { args: how.args }) }, ...(card.with ?? [])];
    const sent = acts.map(({ name, args, mine }) => ({
      name,
      args: this.withSeen(name, renewed(name, args, this.row(placeOf(args) ?? ""))),
      mine,
    }));
    const id = how.restore ? card.restore : undefined;
    const of = id === undefined ? null : entityOfId(id);
    if (of) sent.unshift({ name: `${of}.restore@1`, args: { id }, mine: {} });
    const done = await source.resend(sent, dropCards(card));
    return done.ok ? { ok: true } : { ok: false, ...done.error };
  }
  async discard(line: OutboxLine): Promise<boolean> {
    for (const source of this.sources.values())
      if (source.replica.table("outbox").has(line.key)) return source.discard(line.key);
    return false;
  }
  dismissExpired(): void {
    this.expiredCount[1](0);
  }
  /** Refused words are kept for some days, and their member is told when they go. */
  private sweep(): void {
    for (const source of this.sources.values()) {
      const now = source.clock.now();
      const old = [...source.replica.table("attention").values()].filter((card) => now > 0 && keptUntil(card) <= now);
      if (old.length === 0 || this.sweeping) continue;
      this.sweeping = true;
      void source
        .write(old.map(({ key }) => drop("attention", key)))
        .then(() => this.expiredCount[1]((count) => count + old.length))
        .catch((error: unknown) => console.error(error))
        .finally(() => (this.sweeping = false));
    }
  }
  private holderOf(card: AttentionCard): Source | undefined {
    return [...this.sources.values()].find((source) => source.replica.table("attention").has(card.key));
  }
  open(accountId: string): void {
    const source = this.source(accountId);
    if (!source || this.openedHere.has(accountId)) return;
    this.openedHere.add(accountId);
    if (choiceOf(source.replica, accountId) === "pin") return; // the newest choice counts: opening would unpin it
    void this.follow(accountId, "open").catch((error: unknown) => console.error(error));
  }
  async follow(accountId: string, kind: Choice): Promise<void> {
    if (kind === "unfollow") this.openedHere.delete(accountId);
    else this.openedHere.add(accountId);
    await this.source(accountId)?.follow({ anchor: accountId, kind });
  }
  choice(id: () => string | undefined): Accessor<Choice | undefined> {
    return createMemo(() => {
      const key = id();
      this.pendingMoved[0]();
      const source = key === undefined ? undefined : this.source(key);
      return source && key !== undefined ? choiceOf(source.replica, key) : undefined;
    });
  }
  showFirst(screen: string, ids: readonly string[]): void {
    for (const [cell, source] of this.sources) {
      const { replica } = source;
      if (this.shut.has(cell)) continue;
      const said = replica.table("meta").get(frontKey);
      const keys = new Set(ids.map((id) => replica.keyOf(id)).filter((key) => key !== undefined));
      const next = JSON.stringify({ ...frontOf(said), [screen]: [...keys].sort() });
      if (said !== next)
        void source.write([put("meta", frontKey, next)]).catch((error: unknown) => console.error(error));
    }
  }
  reason(account: Row): Reason | undefined {
    const source = this.source(account.id);
    return source && reasonOf(source.replica, account, { ...this.me, names: this.names }, source.clock.now());
  }
  newId(name: EntityName, under?: string): string {
    return randomId((under && cellOf(under)) || this.me.cell, entities[name].kind);
  }

  // --- rights, as far as this device knows them; the edge decides again

  can(action: string, record: Row, field?: string): { readonly allowed: boolean; readonly why?: string } {
    const name = entityOfId(record.id);
    const source = this.source(record.id);
    if (!name || !source || !isAction(action)) return { allowed: false };
    const place = placeHere(source.replica, record.anchor, this.me.member, record);
    const decision = this.bound.decide(
      action,
      name,
      record.compartment,
      place,
      source.clock.now() || Date.now(),
      record,
    );
    if (!decision.allowed) return { allowed: false, why: decision.why };
    const group = field === undefined ? undefined : entity(name).fields[field]?.group;
    return { allowed: group === undefined || hasGroup(decision.groups, group) };
  }

  rules(): readonly BoundAllow[] {
    return this.bound.rules.allow;
  }

  sees(name: EntityName): { readonly here: Mask; readonly online: Mask } {
    const { allow, grants = [] } = this.bound.rules;
    let [here, online] = [0, 0];
    for (const { entity: of, actions: acts, groups, device } of [...allow, ...grants]) {
      if ((of !== "*" && !of.includes(name)) || !acts.includes("read")) continue;
      here |= device;
      online |= groups;
    }
    return { here, online };
  }

  judge(cell: string, made: Made): Result<void> {
    const replica = this.sources.get(cell)?.replica;
    return replica ? judgeHere(this.bound, replica, made) : ok(undefined);
  }

  // --- state

  source(id: string): Source | undefined {
    return this.sources.get(id.slice(0, id.indexOf("_"))); // ids begin with their cell; no other text names a source
  }
  changed(cell: string, all: readonly Change[], part?: boolean): void {
    // A cell's copy of another's directory is not shown (see `recordsOf`).
    const changes = this.sources.size > 1 ? all.filter(({ id }) => id.startsWith(`${cell}_`)) : all;
    batch(() => {
      for (const { id } of changes) this.rows.touch(id);
      this.hold();
      if (!this.shut.has(cell)) this.windows.changed(changes, part);
      this.pendingMoved[1](undefined);
    });
    for (const listener of this.changeListeners) listener(all);
    const source = this.sources.get(cell);
    if (source) noteLooked(source, all);
    this.stateMoved();
  }
  allSources(): Iterable<Source> {
    return this.sources.values();
  }
  onChange(listener: (changes: readonly Change[]) => void): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }
  private hold(): void {
    const isReading = [...this.sources.values()].some((source) => source.loading);
    this.windows.hold(isReading);
    this.allIn[1](!isReading);
  }
  /** Many small steps make one new state. */
  /** Beside the databases stands how much of them was unsent: what the browser removes can't say so itself. */
  lostCopyOf(unsent: number): void {
    this.lost[1](unsent);
  }
  dismissLostCopy(): void {
    this.lost[1](null);
  }
  private mark(): void {
    const { waiting, attention } = this.sync();
    const [name, unsent] = [copyMark(this.me.member), String(waiting + attention)];
    if ([...this.sources.values()].some(({ fault }) => fault === "refused")) return;
    if (localStorage.getItem(name) !== unsent) localStorage.setItem(name, unsent);
  }
  stateMoved(): void {
    if (this.stateDue) return;
    this.stateDue = true;
    queueMicrotask(() => {
      this.stateDue = false;
      if (this.ended) return;
      batch(() => {
        this.hold();
        this.lookAtLeases();
        this.setState(this.stateNow());
        this.setOutbox(this.outboxNow());
        this.setAttention(this.cardsNow());
        this.pendingMoved[1](undefined);
      });
      this.mark();
      this.sweep();
    });
  }
  lookAtLeases(): void {
    const over = [...this.sources].filter(([, { replica, clock }]) => replica.isLocked(clock.now()));
    const key = over.map(([cell]) => cell).join();
    if (key === this.shutMoved[0]()) return;
    this.shut.clear();
    for (const [cell] of over) this.shut.add(cell);
    this.windows = new Windows(this.union, this.jobs); // nothing sorted before stays: another part of the copy shows
    this.forgot();
    this.shutHome[1](this.shut.has(this.me.cell));
    this.shutMoved[1](key);
  }
  private stateNow(): SyncState {
    const each = [...this.sources.values()].map((source) => stateOf(source, source === this.sources.get(this.me.cell)));
    const worst = order.find((state) => each.some((one) => one.state === state)) ?? "synced";
    const over = [...this.sources.values()].reduce((sum, { replica }) => sum + (replica.sync.over ?? 0), 0);
    const fault = [...this.sources.values()].find((source) => source.fault)?.fault;
    const times = each.map(({ at }) => at).filter((at) => at !== null);
    const files = this.files().length;
    return {
      state: worst === "synced" && files > 0 ? "saved_here" : worst,
      waiting: each.reduce((sum, one) => sum + one.waiting, files),
      attention: each.reduce((sum, one) => sum + one.attention, 0),
      at: times.length === each.length && times.length > 0 ? Math.min(...times) : null,
      records: each.reduce((sum, one) => sum + one.records, 0),
      ...(fault ? { disk: fault } : {}),
      ...(over > 0 ? { over } : {}),
    };
  }
  /** What did not change is the same object: a list keeps its rows, and what is being typed in one of them. */
  private outboxNow(): readonly OutboxLine[] {
    const known = new Map(this.outbox().map((line) => [line.key, line]));
    return [...this.sources.values()].flatMap((source) =>
      waitingIn(source).map((entry) => {
        const { name, args, n, at, mine } = entry;
        const key = entryKey(entry.client, n);
        const [state, changes] = [pendingState(source, entry), source.replica.changes(entry)];
        const before = known.get(key);
        const same = before && before.args === args && before.state === state && before.changes === changes;
        return same ? before : { key, n, name, args, at, state, mine, changes };
      }),
    );
  }
  private cardsNow(): readonly AttentionCard[] {
    const known = new Map(this.attention().map((card) => [card.key, card]));
    const cards = [...this.sources.values()].flatMap(({ replica }) => [...replica.table("attention").values()]);
    return grouped(cards).map((card) => {
      const before = known.get(card.key);
      return before && JSON.stringify(before) === JSON.stringify(card) ? before : card;
    });
  }

  syncNow(): void {
    for (const source of this.sources.values()) source.kick();
  }
  onForget(listener: () => void): () => void {
    this.forgetters.add(listener);
    return () => this.forgetters.delete(listener);
  }
  get copy(): Copy {
    return {
      ...this.union,
      onChange: (listener) => this.onChange(listener),
      onForget: (listener) => this.onForget(listener),
    };
  }
  forgot(): void {
    for (const listener of this.forgetters) listener();
  }
  onEnd(listener: () => void): void {
    this.enders.add(listener);
  }
  onClose(listener: () => void): void {
    this.closers.add(listener);
  }
  tellFiles(names: readonly string[]): void {
    this.fileNames[1](names);
    this.stateMoved();
  }
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.close();
    for (const listener of this.enders) listener();
  }
  async removeCopy(force: boolean): Promise<boolean> {
    const { waiting, attention } = this.stateNow();
    if (waiting + attention > 0 && !force) return false;
    for (const source of this.sources.values()) source.tellForget();
    this.end();
    await removeCopies(this.me);
    return true;
  }
  /** The editor's engine, fetched for it, knows which words were never stored. */
  async keepWords(caches: readonly SectionCache[]): Promise<void> {
    const { keepWords } = await import("./words.ts");
    await keepWords(this, caches);
  }
  /** The session was ended elsewhere: here and in the other tabs the screens leave, and the copy goes with them. */
  async cut(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    for (const source of this.sources.values()) source.tellForget();
    this.close();
    await leaveMember(this.me).catch((error: unknown) => console.error(error));
    for (const listener of this.enders) listener();
  }
  /** A 401 may be a proxy's: only what the home cell says in its own words ends a session. */
  async askWhetherEnded(): Promise<void> {
    if (await hasEnded(this.me)) await this.cut();
  }
  async signOut(force: boolean): Promise<boolean> {
    const waits = (): boolean => this.outboxNow().length + this.files().length > 0;
    if (waits()) await Promise.all([...this.sources.values()].map((source) => source.settle()));
    if ((waits() || this.cardsNow().length > 0) && !force) return false;
    for (const source of this.sources.values()) source.tellForget();
    this.end();
    await lineFetch("/api/auth/sign-out", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
      signal: AbortSignal.timeout(limits.openMs),
    }).catch(() => undefined); // offline: the copy goes all the same
    await forgetMember(this.me);
    return true;
  }
  close(): void {
    this.isOpen = false;
    for (const listener of this.closers) listener();
    for (const source of this.sources.values()) source.close();
  }
}

/** Tells when something is being sorted and when all of it is done. */
function watched(jobs: Jobs, onBusy: (busy: boolean) => void): Jobs {
  let open = 0;
  const moved = (by: number): void => {
    open += by;
    if (open === 0 || (open === 1 && by === 1)) onBusy(open > 0);
  };
  return {
    run(steps, done) {
      let ended = false;
      let late = false;
      const end = (): void => {
        if (!ended && late) moved(-1);
        ended = true;
      };
      const stop = jobs.run(steps, () => {
        done();
        end();
      });
      if (!ended) {
        late = true;
        moved(1);
      }
      return () => {
        stop();
        end();
      };
    },
  };
}

/** What a member did that is not confirmed; taken back is not waiting. */
const waitingIn = ({ replica }: Source): Entry[] =>
  replica.pending().filter((entry) => !replica.isAcked(entry) && !isQuiet(entry));
function pendingState(source: Source | undefined, entry: Entry): PendingState {
  if (!source || entry.n === 0 || entry.n > source.replica.sent) return "saved";
  return source.net === "sending" || source.replica.isAcked(entry) ? "sending" : "waiting";
}
const dropCards = (card: AttentionCard): Write[] =>
  [card, ...(card.with ?? [])].map(({ key }) => drop("attention", key));

/** The chip shows the worst. */
const order: readonly SyncState["state"][] = [
  "signed_out", "update_needed", "locked", "memory_only", "first_sync", "offline", "attention", "sending", "saved_here", "synced",
]; // prettier-ignore
function stateOf(source: Source, isHome: boolean): SyncState {
  const { replica } = source;
  const waiting = waitingIn(source).length;
  const attention = grouped(replica.table("attention").values()).length;
  const ready = replica.table("meta").has("ready");
  const state = ((): SyncState["state"] => {
    if (source.net === "signed_out" || source.net === "update_needed") return source.net;
    if (replica.isLocked(source.clock.now())) return isHome ? "locked" : "offline";
    if (source.memoryOnly) return "memory_only";
    if (source.net === "offline") return "offline";
    if (!ready) return "first_sync";
    if (attention > 0) return "attention";
    if (waiting > 0) return source.net === "sending" ? "sending" : "saved_here";
    return "synced";
  })();
  return { state, waiting, attention, at: replica.sync.now || null, records: replica.size };
}
const sameState = (a: SyncState, b: SyncState): boolean =>
  a.state === b.state &&
  a.waiting === b.waiting &&
  a.attention === b.attention &&
  a.at === b.at &&
  a.disk === b.disk &&
  a.over === b.over &&
  a.records === b.records;

/** The record that an act is about; for a new one the place where it is made says in which cell. */
function placeOf(args: unknown): string | undefined {
  if (typeof args !== "object" || args === null) return undefined;
  const { anchor, id } = args as { anchor?: unknown; id?: unknown };
  return typeof anchor === "string" ? anchor : typeof id === "string" ? id : undefined;
}
function isEdit(args: unknown): args is { readonly id: string; readonly set: Fields; readonly seen?: Fields } {
  return (
    typeof args === "object" &&
    args !== null &&
    "id" in args &&
    typeof args.id === "string" &&
    "set" in args &&
    typeof args.set === "object"
  );
}
/** What an act compares with is what is there now, since its member has just looked at it. */
function renewed(name: string, args: unknown, row: Row | undefined): unknown {
  if (typeof args !== "object" || args === null) return args;
  const { seen: _seen, ...rest } = args as Record<string, unknown>;
  const compared = comparedField[name];
  const present = compared === undefined ? undefined : row?.[compared];
  return present === undefined || !("from" in rest) ? rest : { ...rest, from: present };
}
/** The field that an act compares its `from` with. A handoff is taken from who offered it: that is never another. */
const comparedField: Readonly<Record<string, string>> = {
  "account.reassign@1": "owner",
  "opportunity.advance@1": "stage",
  "opportunity.assign@1": "owner",
  "case.assign@1": "owner",
  "case.move@1": "status",
  "task.assign@1": "owner",
};

/** One signal a record that something looks at, and none for the others. */
class Triggers {
  private readonly signals = new Map<
    string,
    { readonly track: () => void; readonly touch: () => void; count: number }
  >();

  track(id: string): void {
    if (!getListener()) return;
    let signal = this.signals.get(id);
    if (!signal) {
      const [track, touch] = createSignal(undefined, { equals: false });
      this.signals.set(id, (signal = { track, touch: () => touch(undefined), count: 0 }));
    }
    const held = signal;
    held.count += 1;
    onCleanup(() => {
      held.count -= 1;
      if (held.count === 0 && this.signals.get(id) === held) this.signals.delete(id);
    });
    held.track();
  }
  touch(id: string): void {
    this.signals.get(id)?.touch();
  }
}
