/**
 * One cell as this tab has it: its disk, its copy in memory, and, where this tab leads, its traffic. Several tabs of a
 * member share the disk; every commit is numbered and told to the others, and a tab that misses one reads again.
 */
import { makeId, idBytes } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { upgraded, type Up } from "../../shared/sync/ups.ts";
import type { DomainError } from "../../shared/kernel/result.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import type { Fields } from "../../shared/records/mutation.ts";
import { discardPlan } from "./cards.ts";
import { EdgeClock, type DeviceClock } from "./clock.ts";
import {
  always, DiskLost, empty, entryKey, MemoryDisk, put, TermPassed,
  type ClientMeta, type Contents, type Disk, type DiskFault, type Entry, type LoadPart, type FollowChoice, type Plan, type Reader, type SectionCache, type SyncMeta, type Write, type Written,
} from "./disk.ts"; // prettier-ignore
import { Driver } from "./driver.ts";
import type { Exchange } from "./exchange.ts";
import { choiceKey, choiceOf, leaving } from "./follow.ts";
import { campaign, type Lead } from "./leader.ts";
import type { Net, TabMessage } from "./messages.ts";
import { Replica, type Change, type ReplicaOptions } from "./replica.ts";
import { widens } from "./rights.ts";
import { leftIn, withTexts } from "./texts.ts";
import { fetchWire, openHub, type CellLink, type HubSocket } from "./wire.ts";

export interface SourceOptions extends ReplicaOptions {
  readonly link: CellLink;
  readonly disk: Disk;
  /** Name that tabs of the same member and cell share. */
  readonly name: string;
  readonly clock?: DeviceClock;
  /** Instead of the product's own, for tests: what became of mutations that are no more. */
  readonly ups?: ReadonlyMap<string, Up>;
  /** `part`: of the copy that is being read; more is coming. */
  readonly onChange: (changes: readonly Change[], part?: boolean) => void;
  /** Something that was held may be held no more: what was fetched under the same rights goes too. */
  readonly onForget?: () => void;
  /** Something about the state of the sync is different. */
  readonly onState: () => void;
  /** The edge says that this session was ended. */
  readonly onCut: () => void;
  /** The edge knows nobody here: it may be so, or a proxy's word. */
  readonly onSignedOut?: () => void;
  /** Another tab has left, and takes the copy along. */
  readonly onLeft?: () => void;
  /** Texts whose records went, with words in them that no room has stored. */
  readonly onTexts?: (caches: readonly SectionCache[]) => void;
  readonly onBug: (error: unknown) => void;
}

/** What a device that lost its rows half-way keeps: its own words and choices. The rows come again, as in a first sync. */
function onlyOwn(replica: Replica): Contents {
  const own = (key: string): boolean => key !== "sync" && key !== "ready";
  return {
    ...empty(),
    follow: replica.table("follow"), outbox: replica.table("outbox"), attention: replica.table("attention"),
    meta: new Map([...replica.table("meta")].filter(([key]) => own(key))),
  }; // prettier-ignore
}

const gapMs = 200; // another tab's patch may overtake mine by a little; later than this it was lost
const pingMs = 5_000;

const isSeen = (): boolean => typeof document === "undefined" || document.visibilityState === "visible";

/** Whether writes drop a key, a row or a field group that was held, but for what the member took off this device. */
const takesAway = (replica: Replica, writes: readonly Write[]): boolean =>
  writes.some((write) => {
    const before = write.store === "keys" ? replica.table("keys").get(write.key) : undefined;
    if (!before || write.store !== "keys") return false;
    const next = write.value;
    const [first] = before.rows.values();
    if (!first) return false;
    if (!next) return choiceOf(replica, first.row.anchor) !== "unfollow";
    return widens(next.g, before.g) || [...before.rows.keys()].some((id) => !next.rows.has(id));
  });

export const randomId = (cell: string, kind: string): string =>
  makeId(cell, kind, crypto.getRandomValues(new Uint8Array(idBytes)));

export class Source {
  readonly replica: Replica;
  readonly clock: EdgeClock;
  readonly link: CellLink;
  net: Net = "idle";
  /** Why nothing is kept on disk; null: it is. */
  fault: DiskFault | null = null;
  private readonly options: SourceOptions;
  private readonly wall: () => number;
  private readonly channel: BroadcastChannel | null;
  private disk: Disk;
  private lead: Lead | null = null;
  private driver: Driver | null = null;
  private hub: HubSocket | null = null;
  private term: number | null = null;
  private readonly early = new Map<number, { readonly writes: readonly Write[]; readonly shown?: Entry }>();
  private waiters: { readonly rev: number; readonly done: () => void }[] = [];
  private gap: ReturnType<typeof setTimeout> | null = null;
  private endTimer: ReturnType<typeof setTimeout> | null = null;
  private pingTimer: ReturnType<typeof setInterval> | null = null;
  /** Parts of the disk are still being read. */
  loading = false;
  private halfIn = false;
  /** What had ended when the disk was read, to be written by whoever leads. */
  private unsaved: ((read: Reader) => Promise<Plan<void>>)[] = [];
  private endedHere = false;
  /** Everything is in: what looks at rows that may still be on the disk waits for it. */
  private whole: Promise<void> = Promise.resolve();
  /** Keys that were written since the first part was read: what later parts say of them may be older. */
  private readonly newer = new Set<string>();
  private answered = true;
  private othersSeenAt = -Infinity;
  private closed = false;
  private readonly offs: (() => void)[] = [];

  get memoryOnly(): boolean {
    return this.fault !== null;
  }

  private constructor(options: SourceOptions) {
    this.options = options;
    this.link = options.link;
    this.disk = options.disk;
    this.replica = new Replica(options);
    const device = options.clock ?? { wall: () => Date.now(), mono: () => performance.now() };
    this.wall = device.wall;
    this.clock = new EdgeClock(device);
    this.channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(options.name);
  }

  static async open(options: SourceOptions): Promise<Source> {
    const source = new Source(options);
    await source.prepare();
    return source;
  }
  private async prepare(): Promise<void> {
    const { cell } = this.options;
    const ready = async (read: Reader): Promise<Plan<void>> => {
      const writes: Write[] = [];
      if ((await read.get("meta", "device")) === undefined) writes.push(put("meta", "device", randomId(cell, "dev")));
      if ((await read.get("meta", "client")) === undefined)
        writes.push(put("meta", "client", { id: randomId(cell, "cli"), next: 1 }));
      const { mutations, ups } = this.options;
      for (const store of ["outbox", "attention"] as const)
        for (const [key, act] of await read.all(store)) {
          const now = upgraded(act, mutations, ups);
          if (now !== act) writes.push({ store, key, value: now } as Write);
        }
      return { writes, value: undefined };
    };
    try {
      await this.disk.write(ready);
    } catch (error) {
      if (!(error instanceof DiskLost)) throw error;
      await this.goMemoryOnly(error);
      await this.disk.write(ready);
    }
    if (this.channel) this.channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.hear(data);
    await this.firstLoad();
  }

  /** Begins to sync: campaigns for the lead among this member's tabs. */
  start(): void {
    const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
    this.lead = campaign(this.options.name, locks, (lost) => void this.takeLead(lost));
    this.pingTimer = setInterval(() => this.ping(), pingMs);
    if (typeof window === "undefined") return;
    const wake = (): void => this.kick();
    const shown = (): void => {
      this.look();
      if (document.visibilityState === "visible") this.kick();
    };
    window.addEventListener("online", wake);
    window.addEventListener("focus", wake);
    document.addEventListener("visibilitychange", shown);
    this.offs.push(() => {
      window.removeEventListener("online", wake);
      window.removeEventListener("focus", wake);
      document.removeEventListener("visibilitychange", shown);
    });
  }
  close(): void {
    this.closed = true;
    this.stepDown();
    this.lead?.resign();
    this.channel?.close();
    for (const off of this.offs) off();
    for (const timer of [this.gap, this.endTimer]) if (timer) clearTimeout(timer);
    if (this.pingTimer) clearInterval(this.pingTimer);
    this.disk.close();
  }
  tellForget(): void {
    this.tell({ t: "forget" });
  }

  /** Pushes and pulls now, here or in the tab that leads. */
  kick(): void {
    if (this.driver) void this.driver.kick();
    else this.tell({ t: "kick" });
  }
  /** Pushes and pulls, and waits for it where this tab leads. */
  async settle(): Promise<void> {
    if (this.driver) await this.driver.kick();
    else this.kick();
  }

  // --- writing

  /** Runs a mutation here at once, and resolves when it is on disk. `also` goes into the same transaction. */
  async mutate(name: string, args: unknown, also: readonly Write[] = []): Promise<Result<void>> {
    let drafted = this.replica.draft(name, args, this.wall());
    if (!drafted.ok && this.loading) {
      await this.whole; // what it is about, or what it is judged by, may still be on the disk
      drafted = this.replica.draft(name, args, this.wall());
    }
    if (!drafted.ok) return drafted;
    const draft = drafted.value;
    if (JSON.stringify(draft.args).length > limits.outboxBytesMax) return fail("too_large");
    const shown: Entry = { ...draft, client: "", n: 0 };
    this.options.onChange(this.replica.preview(shown));
    const append = async (read: Reader): Promise<Plan<void>> => {
      const client = (await read.get("meta", "client")) as ClientMeta | undefined;
      if (!client) throw new Error("a disk without a client");
      const entry: Entry = { ...draft, client: client.id, n: client.next };
      return {
        writes: [
          put("outbox", entryKey(entry.client, entry.n), entry),
          put("meta", "client", { ...client, next: client.next + 1 }),
          ...also,
        ],
        value: undefined,
      };
    };
    try {
      // A promise to the member: flushed to the device before the screen says "saved".
      await this.commit(() => this.disk.write(append, { strict: true }), shown);
    } catch (error) {
      this.options.onChange(this.replica.forgetPreview(shown));
      this.options.onBug(error);
      return fail("unavailable", { detail: "This device could not store the change." } satisfies Omit<
        DomainError,
        "code"
      >);
    }
    this.kick();
    return ok(undefined);
  }
  /**
   * Refused acts again, all or none, in one transaction with `also`. What can't be run here because its record is not
   * here goes as it is: the edge decides.
   */
  async resend(
    acts: readonly { readonly name: string; readonly args: unknown; readonly mine: Fields }[],
    also: readonly Write[],
  ): Promise<Result<void>> {
    const shown: Entry[] = [];
    for (const { name, args, mine } of acts) {
      const drafted = this.replica.draft(name, args, this.wall());
      if (!drafted.ok && drafted.error.code !== "missing") {
        for (const entry of shown) this.options.onChange(this.replica.forgetPreview(entry));
        return drafted;
      }
      const act = drafted.ok ? drafted.value : { name, args, mine, base: {}, at: this.wall() };
      const entry: Entry = { ...act, client: "", n: 0 };
      shown.push(entry);
      this.options.onChange(this.replica.preview(entry));
    }
    try {
      await this.commit(() =>
        this.disk.write(
          async (read) => {
            const client = (await read.get("meta", "client")) as ClientMeta | undefined;
            if (!client) throw new Error("a disk without a client");
            const entries = shown.map((entry, index) => ({ ...entry, client: client.id, n: client.next + index }));
            return {
              writes: [
                ...entries.map((entry) => put("outbox", entryKey(entry.client, entry.n), entry)),
                put("meta", "client", { ...client, next: client.next + entries.length }),
                ...also,
              ],
              value: undefined,
            };
          },
          { strict: true },
        ),
      );
    } catch (error) {
      this.options.onBug(error);
      return fail("unavailable");
    } finally {
      for (const entry of shown) this.emit(this.replica.forgetPreview(entry));
    }
    this.kick();
    return ok(undefined);
  }
  /** Takes back what has provably not left. False: it may have. */
  async discard(key: string): Promise<boolean> {
    let done = false;
    const plan = discardPlan(this.replica.options.mutations, key);
    await this.commit(() =>
      this.disk.write(async (read) => {
        const { writes, value } = await plan(read);
        done = value;
        return { writes, value: undefined };
      }),
    );
    return done;
  }
  async write(writes: readonly Write[]): Promise<void> {
    await this.change(always(writes));
  }
  /** A transaction that looks before it writes. */
  async change(plan: (read: Reader) => Promise<Plan<void>>): Promise<void> {
    await this.commit(() => this.disk.write(plan));
  }
  async follow(choice: FollowChoice): Promise<void> {
    await this.commit(() =>
      this.disk.write(async (read) => {
        const last = [...(await read.all("follow")).keys()].sort().at(-1) ?? "0";
        const writes = [
          put("follow", String(Number(last) + 1).padStart(9, "0"), choice),
          put("meta", choiceKey(choice.anchor), choice.kind),
        ];
        return { writes, value: undefined };
      }),
    );
    this.letGo();
    this.kick();
  }
  /** The copy is the leader's to change: what any tab unfollowed goes from here. */
  private letGo(): void {
    const { term } = this;
    const writes = term === null ? [] : leaving(this.replica);
    if (term !== null && writes.length > 0)
      void this.commit(() => this.disk.write(withTexts(this.replica, writes, this.onTexts), { term })).catch(
        this.onLate,
      );
  }
  /** Looks at the disk itself, for what is not in memory. */
  async read(look: (read: Reader) => Promise<void>): Promise<void> {
    await this.commit(() =>
      this.disk.write(async (read) => {
        await look(read);
        return { writes: [], value: undefined };
      }),
    );
  }
  get store(): Disk {
    return this.disk;
  }

  private async commit(write: () => Promise<Written<void>>, shown?: Entry): Promise<void> {
    const { disk } = this;
    let written: Written<void>;
    try {
      written = await write();
    } catch (error) {
      if (!(error instanceof DiskLost)) throw error;
      await this.whole; // what goes on in memory is all that the disk can still tell
      if (this.memoryOnly && this.disk === disk) throw error;
      if (!this.memoryOnly) await this.goMemoryOnly(error);
      written = await write();
    }
    this.tell({ t: "patch", rev: written.rev, writes: written.writes });
    await this.take(written.rev, written.writes, shown);
  }

  // --- the order of commits

  private take(rev: number, writes: readonly Write[], shown?: Entry): Promise<void> {
    if (rev <= this.replica.rev) {
      if (shown) this.emit(this.replica.forgetPreview(shown));
      return Promise.resolve();
    }
    this.early.set(rev, shown ? { writes, shown } : { writes });
    const done = new Promise<void>((resolve) => this.waiters.push({ rev, done: resolve }));
    this.takeEarly();
    return done;
  }
  private takeEarly(): void {
    if (this.loading && !this.halfIn) return; // a later commit must not be overwritten by what is read
    for (;;) {
      const next = this.early.get(this.replica.rev + 1);
      if (!next) break;
      this.early.delete(this.replica.rev + 1);
      if (this.loading) for (const { store, key } of next.writes) if (store === "keys") this.newer.add(key);
      const loses = takesAway(this.replica, next.writes);
      this.emit(this.replica.absorb(next.writes, next.shown));
      if (loses) this.options.onForget?.();
      for (const { key, value } of next.writes) if (key === "sync" && value) this.clock.hear((value as SyncMeta).now);
    }
    this.wakeWaiters();
    if (this.early.size > 0) this.gap ??= setTimeout(() => void this.reload(), gapMs);
  }
  private wakeWaiters(): void {
    const { rev } = this.replica;
    for (const waiter of this.waiters) if (waiter.rev <= rev) waiter.done();
    this.waiters = this.waiters.filter((waiter) => waiter.rev > rev);
    if (this.early.size === 0 && this.gap) {
      clearTimeout(this.gap);
      this.gap = null;
    }
  }
  /** Reads the disk anew, after a reading that is under way; what is shown stays until all is in. */
  private reload(): Promise<void> {
    const done = this.whole.then(() =>
      this.readDisk(async (disk) => this.takePart({ ...(await disk.load()), first: true })),
    );
    this.whole = done.catch(() => undefined); // its caller has the error
    return done;
  }
  /** The first reading: shows what is in while the rest is coming. Resolves with the first part. */
  private firstLoad(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const done = this.readDisk((disk) =>
        disk.loadParts((part) => {
          this.takePart(part);
          resolve();
        }),
      );
      done.then(() => this.tick(), reject);
      this.whole = done.catch(() => undefined);
    });
  }
  private async readDisk(read: (disk: Disk) => Promise<void>): Promise<void> {
    this.gap = null;
    this.loading = true;
    try {
      await read(this.disk);
    } catch (error) {
      if (!(error instanceof DiskLost)) throw error;
      if (this.halfIn) this.replica.load(this.replica.rev, onlyOwn(this.replica));
      await this.goMemoryOnly(error);
      await read(this.disk);
    } finally {
      this.loading = false;
      this.halfIn = false;
      this.newer.clear();
    }
    if (this.closed) return;
    this.options.onForget?.(); // what was missed may have taken something away
    this.takeEarly();
  }
  /** Commits that what was read has already. */
  private dropRead(): Change[] {
    const changes: Change[] = [];
    for (const [rev, { shown }] of [...this.early]) {
      if (rev > this.replica.rev) continue;
      this.early.delete(rev);
      if (shown) changes.push(...this.replica.forgetPreview(shown));
    }
    return changes;
  }
  private takePart({ first, rev, contents }: LoadPart): void {
    if (this.closed) return;
    const { replica } = this;
    this.halfIn = true;
    if (first) {
      this.unsaved = [];
      this.newer.clear();
    }
    const { keys } = contents;
    const fresh = this.newer.size > 0 ? new Map([...keys].filter(([key]) => !this.newer.has(key))) : keys;
    const changes = first ? replica.load(rev, contents) : replica.more(fresh);
    if (first) {
      const { now, wall } = replica.sync;
      this.clock.restore(now, wall, Number(replica.table("meta").get("time") ?? 0));
    }
    // What has ended is not shown even once; whoever leads writes it.
    const ended = replica.expire(this.clock.now());
    if (ended.length > 0) this.unsaved.push(withTexts(replica, ended, this.onTexts));
    changes.push(...replica.absorb(ended));
    if (first) changes.push(...this.dropRead());
    this.emit(changes, !first);
    if (first && leftIn(replica).length > 0) this.onTexts([]);
    if (first) this.takeEarly();
  }
  private emit(changes: readonly Change[], part = false): void {
    if (changes.length > 0) this.options.onChange(changes, part);
    this.options.onState();
    this.armEnd();
  }

  /** The disk is gone or full: go on with what is in memory, say so, and let no other tab number mutations meanwhile. */
  private async goMemoryOnly(error: DiskLost): Promise<void> {
    this.fault = error.message === "QuotaExceededError" ? "full" : "gone";
    this.tell({ t: "lost" });
    const { replica } = this;
    const contents: Contents = {
      keys: replica.table("keys"), want: replica.table("want"), ask: replica.table("ask"), follow: replica.table("follow"),
      meta: replica.table("meta"), outbox: replica.table("outbox"), attention: replica.table("attention"), sections: new Map(),
    }; // prettier-ignore
    this.disk = new MemoryDisk(contents);
    // The disk may be there again tomorrow, and would number on from where it stopped: what is made from here on is
    // another client's. What waits from before goes out under its own numbers, here and, if it must, from there again.
    const writes: Write[] = [
      put("meta", "client", { id: randomId(this.options.cell, "cli"), next: 1 }),
      put("meta", "sent", 0),
    ];
    const sync = replica.table("meta").get("sync") as SyncMeta | undefined;
    if (sync) writes.push(put("meta", "sync", { ...sync, seen: 0 }));
    if (this.term !== null) writes.push(put("meta", "term", this.term));
    const written = await this.disk.write(always(writes));
    replica.absorb(written.writes);
    this.options.onState();
  }

  // --- the lead

  private async takeLead(lost: AbortSignal): Promise<void> {
    try {
      await this.whole;
      // What the former leader wrote last, in case its patch did not come; and what ended here meanwhile.
      const rev = await this.disk.rev().catch(() => null); // reading anew finds out what is wrong
      if (this.endedHere || rev !== this.replica.rev) await this.reload();
      this.endedHere = false;
      const taken = await this.disk.write(async (read) => {
        const term = Number((await read.get("meta", "term")) ?? 0) + 1;
        return { writes: [put("meta", "term", term)], value: term };
      });
      this.tell({ t: "patch", rev: taken.rev, writes: taken.writes });
      await this.take(taken.rev, taken.writes);
      if (lost.aborted || this.closed) return;
      this.term = taken.value;
    } catch (error) {
      if (error instanceof DiskLost && !this.memoryOnly) {
        await this.goMemoryOnly(error);
        return this.takeLead(lost);
      }
      this.options.onBug(error);
      return;
    }
    lost.addEventListener("abort", () => this.stepDown(), { once: true });
    const term = this.term;
    const fenced = <T>(plan: (read: Reader) => Promise<Plan<T>>): Promise<Written<T>> =>
      this.disk.write(plan, { term });
    for (const ended of this.unsaved.splice(0)) await this.commit(() => fenced(ended)).catch(this.onLate);
    if (lost.aborted || this.closed) return;
    const exchange: Exchange = {
      replica: this.replica,
      clock: this.clock,
      wire: fetchWire(this.link),
      wall: this.wall,
      store: (writes) => this.commit(() => fenced(withTexts(this.replica, writes, this.onTexts))),
      transact: (plan) => this.commit(() => fenced(plan)),
      newClient: () => randomId(this.options.cell, "cli"),
    };
    const driver = new Driver(exchange, {
      onNet: (net) => this.setNet(net),
      onTermPassed: () => this.stepDown(),
      onBug: this.options.onBug,
      quiet: async () => (await this.hub?.quiet()) ?? false,
    });
    this.driver = driver;
    const { device } = this.replica;
    if (device && typeof WebSocket !== "undefined") {
      this.hub = openHub(this.link, device, (what) => {
        if (what === "cut") this.options.onCut();
        void driver.kick();
      });
      this.look();
    }
    this.letGo();
    void driver.kick();
  }
  private stepDown(): void {
    this.driver?.stop();
    this.driver = null;
    this.hub?.close();
    this.hub = null;
    this.term = null;
  }
  get leads(): boolean {
    return this.driver !== null;
  }
  private setNet(net: Net): void {
    this.tell({ t: "net", net });
    if (this.net === net) {
      this.options.onState(); // the time of the last page moved
      return;
    }
    this.net = net;
    this.options.onState();
    if (net === "signed_out" && this.leads) this.options.onSignedOut?.();
  }
  /** A leader that is frozen with work to do is passed over; its term keeps it from writing when it wakes. */
  private ping(): void {
    if (this.leads) this.look();
    if (this.leads || !this.channel) return;
    if (!this.answered && this.replica.table("outbox").size > 0) this.lead?.steal();
    this.answered = false;
    this.tell({ t: "ping", seen: isSeen() });
  }
  /** In front is a device of which any tab is looked at. */
  private look(): void {
    this.hub?.look(isSeen() || this.wall() - this.othersSeenAt < 2 * pingMs);
  }

  private tell(message: TabMessage): void {
    if (!this.closed) this.channel?.postMessage(message);
  }
  private hear(message: TabMessage): void {
    if (this.closed) return;
    switch (message.t) {
      case "patch":
        if (this.memoryOnly) return;
        void this.take(message.rev, message.writes).then(() => {
          if (message.writes.some(({ store }) => store === "follow")) this.letGo();
        });
        return;
      case "kick":
        if (this.driver) void this.driver.kick();
        return;
      case "ping":
        if (!this.leads) return;
        this.tell({ t: "pong" });
        if (message.seen) this.othersSeenAt = this.wall();
        this.look();
        return;
      case "pong":
        this.answered = true;
        return;
      case "net":
        if (this.leads) return;
        this.answered = true;
        this.net = message.net;
        this.options.onState();
        return;
      case "lost":
        this.options.onState();
        return;
      case "forget":
        this.options.onLeft?.();
        return;
      default:
    }
  }

  // --- the timer

  /** Every end is kept also on a plane; checked again each minute, because a timer may sleep with the device. */
  private armEnd(): void {
    if (this.endTimer) clearTimeout(this.endTimer);
    if (this.closed) return;
    const lease = (this.replica.sync as SyncMeta).lease || Infinity;
    const now = this.clock.now();
    const next = Math.min(this.replica.nextEnd(), lease > now ? lease : Infinity);
    this.endTimer = setTimeout(() => this.tick(), Math.min(limits.pollMs, Math.max(0, next - now) + 1));
  }
  private tick(): void {
    const now = this.clock.now();
    const { lease } = this.replica.sync;
    // Said on disk: a clock set back later does not open it.
    if (this.replica.isLocked(now) && Number(this.replica.table("meta").get("time") ?? 0) < lease)
      void this.write([put("meta", "time", now)]).catch(this.onLate);
    const writes = this.replica.expire(now);
    if (writes.length > 0) {
      // Out of sight first, whoever leads; the leader's disk follows, and the edge is asked.
      const plan = withTexts(this.replica, writes, this.onTexts);
      const changes = this.replica.absorb(writes);
      this.endedHere ||= !this.leads;
      if (this.leads)
        void this.commit(() => this.disk.write(plan, this.term === null ? {} : { term: this.term })).catch(this.onLate);
      this.emit(changes);
      this.options.onForget?.();
      this.kick();
    } else {
      this.options.onState();
      this.armEnd();
    }
  }
  private readonly onTexts = (caches: readonly SectionCache[]): void => this.options.onTexts?.(caches);
  private readonly onLate = (error: unknown): void => {
    if (!(error instanceof TermPassed)) this.options.onBug(error);
  };
}
