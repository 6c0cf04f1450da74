/**
 * Co-edited sections on the device: one Yjs document each, kept beside the records under the same lock and forgotten
 * with them, and joined to the account's room while there is a network. Transport is the stock Hocuspocus provider.
 */
import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider";
import * as decoding from "lib0/decoding";
import { createSignal, type Accessor } from "solid-js";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { limits } from "../../shared/kernel/limits.ts";
import type { Row } from "../../shared/records/entities.ts";
import { schemaNeeded } from "../../shared/sections/names.ts";
import { put, type Plan, type Reader, type SectionCache } from "./disk.ts";
import type { Source } from "./source.ts";
import type { LocalData } from "./store.ts";
import { mayReachCell } from "./network.ts";
import { LineSocket } from "./line.ts";
import { prefetch, stateBytesMax } from "./prefetch.ts";
import { send } from "./wire.ts";
import { hasCompany, keepDraft, openHere } from "./words.ts";

type SectionState =
  | "loading" // from this device's disk, or for the first time from the room
  | "offline" // shows what this device has; typing is kept
  | "live"
  | "refused" // what was typed here was not taken and is a draft now: open it anew, in a document without it
  | "closed"; // may not be read any more, or another generation took its place: open it anew, or leave
export interface OpenSection {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly state: Accessor<SectionState>;
  readonly mode: Accessor<"read" | "write">;
  /** Typed here and not yet stored by the room. */
  readonly unsent: Accessor<boolean>;
  /**
   * Called before the document takes a name that a higher schema number brought: the section's number is raised, and
   * what is typed waits here until the edge has it. A no-op where the section has that number.
   */
  raise(schema: number): void;
  /** What this device last showed of it, once more has come; null: it was here all along, or was never shown. */
  readonly since: Accessor<Y.Snapshot | null>;
  close(): void;
}
interface SectionRef {
  readonly id: string;
  readonly gen: number;
  readonly account: string;
}
export interface Rooms {
  /** `schema`: the highest schema number that this editor knows. */
  open(section: SectionRef, schema: number): OpenSection;
  /** Fetches the texts of an account's sections, and what was written in them since, so that they open offline. */
  prefetch(account: string, sections: readonly { readonly id: string; readonly gen: number }[]): Promise<void>;
  readonly unsent: () => boolean;
  close(): void;
}

const saveMs = 100; // what a crash may cost: less than a word
const firstTextMs = 3_000;
const flushTogetherMs = 50;
const flushUntoldMs = 250; // who may not know of others sends at one pace
const flushAloneMs = 1_000; // rows of the room's log cost money, and nobody is looking
const deniedRetries = [500, 1_500, 4_000]; // a room denies until it has been told of a new right
const awayMs = 5_000; // a shorter gap is no absence: words just come late
const ticketRetryMs = 2_000;

export function createRooms(data: LocalData): Rooms {
  const hosts = new Map<string, { readonly socket: HocuspocusProviderWebsocket; users: number }>();
  const open = new Set<Section>();
  const ends = new Map<string, Promise<unknown>>();
  const asked = new Map<string, number>();

  const host = (account: string): HocuspocusProviderWebsocket => {
    let held = hosts.get(account);
    if (!held) hosts.set(account, (held = { socket: roomSocket(data, account), users: 0 }));
    held.users += 1;
    return held.socket;
  };
  const leave = (account: string): void => {
    const held = hosts.get(account);
    if (!held || (held.users -= 1) > 0) return;
    held.socket.destroy();
    hosts.delete(account);
  };
  const unsubscribe = data.onChange((changes) => {
    const moved = new Set(changes.flatMap(({ id, entity }) => (entity === "section" ? [id] : [])));
    // One whose record is not here is looked at each time: a first sync or reset that was under way may be over.
    for (const section of [...open])
      if (moved.has(section.ref.id) || !data.source(section.ref.id)?.replica.record(section.ref.id))
        section.recordMoved();
    for (const section of [...open]) section.judge();
  });

  return {
    open: (ref, schema) => {
      const section = new Section(data, ref, schema, host, leave, (closed) => open.delete(closed), ends);
      open.add(section);
      return section;
    },
    prefetch: (account, sections) => prefetch(data, account, sections, asked),
    unsent: () => [...open].some((section) => section.unsent()),
    close: () => {
      unsubscribe();
      for (const section of [...open]) section.close();
    },
  };
}

/**
 * The platform's socket, kept alive by text pings that the room answers in its sleep. The provider knows binary frames
 * only, so the pongs stay here.
 */
class QuietSocket extends LineSocket {
  constructor(url: string | URL) {
    super(url);
    let heard = true;
    const timer = setInterval(() => {
      if (!heard) return this.close();
      heard = false;
      if (this.readyState === WebSocket.OPEN) this.send("ping");
    }, limits.roomPingMs);
    this.addEventListener("message", (event) => {
      heard = true;
      if (typeof event.data === "string") event.stopImmediatePropagation();
    });
    this.addEventListener("close", () => clearInterval(timer));
  }
}

function roomSocket(data: LocalData, account: string): HocuspocusProviderWebsocket {
  const source = data.source(account);
  const url = new URL(`${source?.link.url ?? ""}/rooms/${account}`, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return new HocuspocusProviderWebsocket({
    url: url.href,
    WebSocketPolyfill: QuietSocket,
    delay: 500,
    minDelay: 500,
    maxDelay: 15_000,
    jitter: true,
    messageReconnectTimeout: 2_000_000_000, // silence is normal: presence has no heartbeat, and QuietSocket watches the line
  });
}

class Section implements OpenSection {
  readonly doc = new Y.Doc();
  readonly awareness = new Awareness(this.doc);
  readonly ref: SectionRef;
  readonly state: Accessor<SectionState>;
  readonly mode: Accessor<"read" | "write">;
  readonly unsent: Accessor<boolean>;
  readonly since: Accessor<Y.Snapshot | null>;
  private readonly setSince: (since: Y.Snapshot) => unknown;
  private readonly setState: (state: SectionState) => unknown;
  private readonly setMode: (mode: "read" | "write") => unknown;
  private readonly setUnsent: (unsent: boolean) => unknown;
  private readonly data: LocalData;
  private readonly source: Source | undefined;
  private readonly schema: number;
  private readonly host: (account: string) => HocuspocusProviderWebsocket;
  private readonly leave: (account: string) => void;
  private readonly onClosed: (section: Section) => void;
  private provider: HocuspocusProvider | null = null;
  /** What the room has, by its own word: acknowledged, or come from it. Beyond it lie own words only. */
  private stored = new Map<number, number>();
  /** The copy on the disk as this document wrote it last; another one is another tab's. */
  private savedAt = 0;
  /** As it was last shown here; undefined: as the document is; null: never. */
  private seen: Y.Snapshot | null | undefined = null;
  private before: Y.Snapshot | null | undefined;
  private awaySince = 0;
  /** Of each section, the writing or clearing of its copy that is under way. */
  private readonly ends: Map<string, Promise<unknown>>;
  private saving: ReturnType<typeof setTimeout> | null = null;
  private denials = 0;
  private hasNoTicket = false;
  private raising = 0; // a number on its way to the outbox
  private raised = false;
  private over = false;
  private ended = false;

  constructor(
    data: LocalData,
    ref: SectionRef,
    schema: number,
    host: Section["host"],
    leave: Section["leave"],
    onClosed: Section["onClosed"],
    ends: Section["ends"],
  ) {
    this.data = data;
    this.ref = ref;
    this.schema = schema;
    this.host = host;
    this.leave = leave;
    this.onClosed = onClosed;
    this.ends = ends;
    this.source = data.source(ref.account);
    [this.state, this.setState] = createSignal<SectionState>("loading");
    [this.mode, this.setMode] = createSignal<"read" | "write">("write");
    [this.unsent, this.setUnsent] = createSignal(false);
    [this.since, this.setSince] = createSignal<Y.Snapshot | null>(null);
    // The 15 s heartbeat would keep every room awake; the room itself says when somebody left.
    clearInterval(this.awareness._checkInterval as ReturnType<typeof setInterval>);
    this.doc.on("update", this.onUpdate);
    window.addEventListener("blur", this.flush);
    document.addEventListener("visibilitychange", this.flush);
    window.addEventListener("pagehide", this.onHide);
    openHere.add(ref.id);
    void this.start();
  }

  private async start(): Promise<void> {
    await this.ends.get(this.ref.id); // the same section was open here a moment ago
    const cached = await this.source?.store.section(this.ref.id).catch(() => undefined); // the disk is gone: only the room has it
    if (this.over) return;
    const isHere = cached !== undefined && cached.gen === this.ref.gen;
    if (isHere) {
      this.savedAt = cached.at;
      this.seen = cached.seen && (cached.seen.byteLength > 0 ? Y.decodeSnapshot(cached.seen) : null);
      if (this.seen) this.setSince(this.seen);
      else this.awaySince = cached.at;
      this.take(cached);
      if (this.unsent()) this.raise(schemaNeeded(this.doc) ?? 1); // the page may have ended between the two
    } else if (cached) await keepDraft(this.data, cached); // written in a document that was replaced meanwhile
    this.connect();
    // With nothing here yet an empty page would pass for an empty note: the room has a moment to bring it.
    if (isHere || !this.provider || !mayReachCell()) this.show();
    else setTimeout(() => this.show(), firstTextMs);
  }
  private take(cached: SectionCache): void {
    Y.applyUpdate(this.doc, cached.state, fromDisk);
    for (const [client, clock] of Y.decodeStateVector(cached.stored)) this.learn(client, clock);
    this.setUnsent(this.unsent() || hasMore(this.doc, this.stored));
  }
  private learn(client: number, clock: number): void {
    this.stored.set(client, Math.max(clock, this.stored.get(client) ?? 0));
  }
  private show(): void {
    if (!this.over && this.state() === "loading") this.setState("offline");
  }

  /** A section that was created here goes to its room once the edge has the record. */
  private isJoinable(): boolean {
    const { replica } = this.source ?? {};
    const record = replica?.record(this.ref.id);
    if (!record) return true;
    const confirmed = replica?.confirmed(this.ref.id);
    return confirmed !== undefined && numberOf(confirmed.row) >= Math.max(numberOf(record), this.raising);
  }
  raise(schema: number): void {
    const record = this.source?.replica.record(this.ref.id);
    if (!record || this.over || Math.max(numberOf(record), this.raising) >= schema) return;
    this.raising = schema;
    this.raised = true;
    this.disconnect(); // the room would refuse what it does not know yet, and with it all that was typed
    if (this.state() === "live") this.setState("offline");
    void this.data.mutate("section.raise_schema@1", { id: this.ref.id, schema }).finally(() => {
      this.raising = 0; // the pending mutation says it from now on
      this.recordMoved();
    });
  }
  private connect(): void {
    if (this.provider || this.over || !this.source || !this.isJoinable()) return;
    const provider = new HocuspocusProvider({
      websocketProvider: this.host(this.ref.account),
      name: `${this.ref.id}.${this.ref.gen}`,
      document: this.doc,
      awareness: this.awareness,
      token: () => this.token(),
      flushDelay: flushUntoldMs,
      onStateless: ({ payload }) => {
        const others = hasCompany(payload);
        if (others !== null) provider.configuration.flushDelay = others ? flushTogetherMs : flushAloneMs;
      },
      onAuthenticated: ({ scope }) => {
        if (!this.raised) this.denials = 0;
        this.setMode(scope === "readonly" ? "read" : "write");
        if (!provider.isSynced) this.before = this.seen === undefined ? Y.snapshot(this.doc) : this.seen;
        if (this.state() !== "loading") this.setState("live");
        this.judge();
        if (this.mode() === "read" && this.unsent()) this.source?.kick(); // the right may have gone, and we not know yet
      },
      onSynced: ({ state }) => {
        if (!state || this.over) return;
        this.setState("live");
        if (this.before && Date.now() > this.awaySince + awayMs) this.setSince(this.before);
        this.before = this.seen = undefined;
      },
      onAuthenticationFailed: () => this.denied(),
      onClose: () => {
        if (this.state() === "live") this.awaySince = Date.now();
        if (!this.over) this.setState("offline");
      },
      onMessage: ({ event }) => {
        if (isRefusal(event.data)) this.refused();
      },
      onUnsyncedChanges: ({ number }) => {
        if (number === 0 && provider.isSynced) this.acknowledged();
      },
    });
    this.provider = provider;
    provider.attach();
  }
  private async token(): Promise<string> {
    const schema = `;schema=${this.schema}`;
    if (!this.source || this.source.link.url === "") return schema;
    // Without an answer nothing is known of the right: that is no denial.
    this.hasNoTicket = true;
    const response = await send(this.source.link, "/api/rooms/ticket", { accountId: this.ref.account });
    this.hasNoTicket = response.status >= 500 || response.status === 429;
    if (!response.ok) throw new Error(`ticket ${response.status}`);
    return ((await response.json()) as { readonly ticket: string }).ticket + schema;
  }
  private disconnect(): void {
    const { provider } = this;
    if (!provider) return;
    this.provider = null;
    provider.flushPendingUpdates(); // it would look for the awareness that is taken away next
    this.awareness.off("update", provider.boundAwarenessUpdateHandler);
    provider.configuration.awareness = null; // the section goes on with it, or throws it away itself
    provider.destroy();
    provider.configuration.awareness = this.awareness; // two of its listeners stay on it and look it up there
    this.leave(this.ref.account);
  }

  /** Everything sent so far is stored by the room. */
  private acknowledged(): void {
    this.raised = false;
    this.denials = 0;
    this.stored = Y.decodeStateVector(Y.encodeStateVector(this.doc));
    this.setUnsent(false);
    void this.save();
  }
  private readonly onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === fromDisk) return;
    if (origin !== this.provider) this.setUnsent(true);
    else {
      const { from, to } = Y.parseUpdateMeta(update);
      for (const [client, clock] of to)
        if ((from.get(client) ?? 0) <= (this.stored.get(client) ?? 0)) this.learn(client, clock);
    }
    this.saving ??= setTimeout(() => void this.save(), saveMs);
  };
  private async save(): Promise<void> {
    if (this.saving) clearTimeout(this.saving);
    this.saving = null;
    // Only what the record's copy is kept for may lie on the disk; a section opened online leaves no trace.
    if (this.over || !this.source?.replica.record(this.ref.id)) return;
    const now = this.cache();
    if (now.state.byteLength > stateBytesMax && !now.unsent) return;
    await this.source.change((read) => this.copied(read, now)).catch((error: unknown) => console.error(error));
  }
  /** The copy, with what another tab put there meanwhile: that may hold words that no room has. */
  private async copied(read: Reader, now: SectionCache): Promise<Plan<void>> {
    const { id, gen } = this.ref;
    const there = await read.get("sections", id);
    if (this.ended || (there && there.gen > gen)) return { writes: [], value: undefined };
    let copy = now;
    if (there?.gen === gen && there.at !== this.savedAt) {
      if (this.over) copy = merged(there, now);
      else {
        this.take(there);
        copy = this.cache();
      }
    }
    this.savedAt = Math.max(now.at, this.savedAt + 1);
    return { writes: [put("sections", id, { ...copy, at: this.savedAt })], value: undefined };
  }
  private cache(): SectionCache {
    return {
      ...this.ref,
      state: Y.encodeStateAsUpdate(this.doc),
      stored: Y.encodeStateVector(this.stored),
      unsent: this.unsent(),
      at: Date.now(),
    };
  }
  private readonly flush = (): void => this.provider?.flushPendingUpdates();
  private readonly onHide = (): void => {
    this.flush();
    void this.save();
  };

  /** The record behind it changed: applied at last, another generation, or out of sight. */
  recordMoved(): void {
    const record = this.source?.replica.record(this.ref.id);
    if (!record) {
      if (this.source?.replica.table("meta").has("ready")) void this.end("missing");
    } else if (record["gen"] !== this.ref.gen && typeof record["gen"] === "number") void this.end("version_conflict");
    else this.connect();
  }
  /**
   * Words that wait here and that their member may not write any more become a draft. While writing only rests (the
   * hour's bytes are used up, the app is older than the note), they wait.
   */
  judge(): void {
    if (this.over || this.mode() === "write" || !this.unsent() || !this.provider?.isAuthenticated) return;
    const record = this.source?.replica.record(this.ref.id);
    if (record && !this.data.can("write", record as Row).allowed) void this.end("denied", "refused");
  }
  /** A right just given may not have reached the room, one just taken may not have reached us: ask the edge, try again. */
  private denied(): void {
    if (this.over) return;
    if (this.hasNoTicket) {
      this.disconnect();
      this.show();
      setTimeout(() => this.connect(), ticketRetryMs);
      return;
    }
    const wait = deniedRetries[this.denials];
    this.denials += 1;
    if (wait === undefined || !this.source?.replica.confirmed(this.ref.id)) {
      void this.end("denied");
      return;
    }
    this.source.kick();
    this.disconnect();
    setTimeout(() => this.connect(), wait);
  }
  /** A room that has not heard of a raised number yet refuses what is new in it. */
  private refused(): void {
    if (this.raised) this.denied();
    else void this.end("denied", "refused");
  }
  /** Stops for good: own unsent words stay as a card, the text of others goes. */
  private async end(
    code: "denied" | "missing" | "version_conflict",
    as: "closed" | "refused" = "closed",
  ): Promise<void> {
    if (this.over) return;
    const last = { ...this.cache(), at: this.savedAt || Date.now() };
    this.over = this.ended = true;
    this.disconnect();
    const kept = this.ending(keepDraft(this.data, last, code));
    this.setState(as);
    await kept;
    this.release();
  }
  close(): void {
    if (this.over) return;
    this.flush();
    void this.ending(this.save());
    this.over = true;
    this.disconnect();
    this.release();
  }
  /** Whoever opens the section again meanwhile waits for it. */
  private ending(work: Promise<unknown>): Promise<unknown> {
    const { id } = this.ref;
    const done: Promise<unknown> = work
      .catch((error: unknown) => console.error(error))
      .finally(() => this.ends.get(id) === done && this.ends.delete(id));
    this.ends.set(id, done);
    return done;
  }
  private release(): void {
    if (this.saving) clearTimeout(this.saving);
    window.removeEventListener("blur", this.flush);
    document.removeEventListener("visibilitychange", this.flush);
    window.removeEventListener("pagehide", this.onHide);
    this.awareness.destroy();
    this.doc.destroy();
    this.doc.store.clients.clear(); // whatever still holds the document holds none of its words (SYNC-E3)
    openHere.delete(this.ref.id);
    this.onClosed(this);
  }
}

/** A record from before numbers has the first. */
const numberOf = (row: Row): number => (typeof row["schema"] === "number" ? row["schema"] : 1);

const fromDisk = Symbol("from this device's disk");

/** Is there anything in the document that the state vector does not cover? */
const hasMore = (doc: Y.Doc, stored: ReadonlyMap<number, number>): boolean =>
  [...Y.decodeStateVector(Y.encodeStateVector(doc))].some(([client, clock]) => clock > (stored.get(client) ?? 0));

/** Two copies of one document, each with what it knows to be stored. */
function merged(one: SectionCache, other: SectionCache): SectionCache {
  const stored = Y.decodeStateVector(one.stored);
  for (const [client, clock] of Y.decodeStateVector(other.stored))
    stored.set(client, Math.max(clock, stored.get(client) ?? 0));
  const doc = new Y.Doc();
  for (const { state } of [one, other]) Y.applyUpdate(doc, state);
  const state = Y.encodeStateAsUpdate(doc);
  const unsent = other.unsent === true || hasMore(doc, stored);
  doc.destroy();
  return { ...other, state, stored: Y.encodeStateVector(stored), unsent };
}

/** SyncStatus 0: the room did not take what this device sent. */
function isRefusal(frame: unknown): boolean {
  if (!(frame instanceof ArrayBuffer)) return false;
  const decoder = decoding.createDecoder(new Uint8Array(frame));
  decoding.readVarString(decoder);
  return decoding.readVarUint(decoder) === 8 && decoding.readVarInt(decoder) === 0;
}
