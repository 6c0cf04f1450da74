/**
 * Co-edited sections on the device: one Yjs document each, kept beside the records under the same lock and forgotten
 * with them, and joined to the account's room while there is a network. Transport is the stock Hocuspocus provider.
 */
import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider";
import { fromBase64 } from "lib0/buffer";
import * as decoding from "lib0/decoding";
import { createSignal, type Accessor } from "solid-js";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { cellOf } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { put, type SectionCache } from "./disk.ts";
import type { Source } from "./source.ts";
import type { LocalData } from "./store.ts";
import { mayReachCell } from "./network.ts";
import { LineSocket } from "./line.ts";
import { send } from "./wire.ts";
import { keepDraft, openHere } from "./words.ts";

type SectionState =
  | "loading" // from this device's disk, or for the first time from the room
  | "offline" // shows what this device has; typing is kept
  | "live"
  | "closed"; // may not be read any more, or another generation took its place: open it anew, or leave
export interface OpenSection {
  readonly doc: Y.Doc;
  readonly awareness: Awareness;
  readonly state: Accessor<SectionState>;
  readonly mode: Accessor<"read" | "write">;
  /** Typed here and not yet stored by the room. */
  readonly unsent: Accessor<boolean>;
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
  /** Fetches the texts of an account's sections, so that they open offline. */
  prefetch(account: string, sections: readonly { readonly id: string; readonly gen: number }[]): Promise<void>;
  readonly unsent: () => boolean;
  close(): void;
}

const saveMs = 100; // what a crash may cost: less than a word
const firstTextMs = 3_000;
const flushTogetherMs = 50;
const flushAloneMs = 1_000; // rows of the room's log cost money, and nobody is looking
const deniedRetries = [500, 1_500, 4_000]; // a room denies until it has been told of a new right
const stateBytesMax = 262_144;

export function createRooms(data: LocalData): Rooms {
  const hosts = new Map<string, { readonly socket: HocuspocusProviderWebsocket; users: number }>();
  const open = new Set<Section>();

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
  });

  return {
    open: (ref, schema) => {
      const section = new Section(data, ref, schema, host, leave, (closed) => open.delete(closed));
      open.add(section);
      return section;
    },
    prefetch: (account, sections) => prefetch(data, account, sections),
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
  private stored: Uint8Array = Y.encodeStateVector(this.doc);
  private saving: ReturnType<typeof setTimeout> | null = null;
  private denials = 0;
  private over = false;

  constructor(
    data: LocalData,
    ref: SectionRef,
    schema: number,
    host: Section["host"],
    leave: Section["leave"],
    onClosed: Section["onClosed"],
  ) {
    this.data = data;
    this.ref = ref;
    this.schema = schema;
    this.host = host;
    this.leave = leave;
    this.onClosed = onClosed;
    this.source = data.source(ref.account);
    [this.state, this.setState] = createSignal<SectionState>("loading");
    [this.mode, this.setMode] = createSignal<"read" | "write">("write");
    [this.unsent, this.setUnsent] = createSignal(false);
    // The 15 s heartbeat would keep every room awake; the room itself says when somebody left.
    clearInterval(this.awareness._checkInterval as ReturnType<typeof setInterval>);
    this.doc.on("update", this.onUpdate);
    this.awareness.on("change", this.onPresence);
    window.addEventListener("blur", this.flush);
    document.addEventListener("visibilitychange", this.flush);
    window.addEventListener("pagehide", this.onHide);
    openHere.add(ref.id);
    void this.start();
  }

  private async start(): Promise<void> {
    const cached = await this.source?.store.section(this.ref.id).catch(() => undefined); // the disk is gone: only the room has it
    if (this.over) return;
    const isHere = cached !== undefined && cached.gen === this.ref.gen;
    if (isHere) {
      this.stored = cached.stored;
      Y.applyUpdate(this.doc, cached.state, fromDisk);
      this.setUnsent(hasMore(this.doc, this.stored));
    } else if (cached) await keepDraft(this.data, cached); // written in a document that was replaced meanwhile
    this.connect();
    // With nothing here yet an empty page would pass for an empty note: the room has a moment to bring it.
    if (isHere || !this.provider || !mayReachCell()) this.show();
    else setTimeout(() => this.show(), firstTextMs);
  }
  private show(): void {
    if (!this.over && this.state() === "loading") this.setState("offline");
  }

  /** A section that was created here goes to its room once the edge has the record. */
  private isJoinable(): boolean {
    const { replica } = this.source ?? {};
    return !replica?.record(this.ref.id) || replica.confirmed(this.ref.id) !== undefined;
  }
  private connect(): void {
    if (this.provider || this.over || !this.source || !this.isJoinable()) return;
    const provider = new HocuspocusProvider({
      websocketProvider: this.host(this.ref.account),
      name: `${this.ref.id}.${this.ref.gen}`,
      document: this.doc,
      awareness: this.awareness,
      token: () => this.token(),
      flushDelay: flushAloneMs,
      onAuthenticated: ({ scope }) => {
        this.denials = 0;
        this.setMode(scope === "readonly" ? "read" : "write");
        if (this.state() !== "loading") this.setState("live");
      },
      onSynced: ({ state }) => {
        if (state && !this.over) this.setState("live");
      },
      onAuthenticationFailed: () => this.denied(),
      onClose: () => {
        if (!this.over) this.setState("offline");
      },
      onMessage: ({ event }) => {
        if (isRefusal(event.data)) void this.end("denied");
      },
      onUnsyncedChanges: ({ number }) => {
        if (number === 0 && provider.isSynced) this.acknowledged();
      },
    });
    this.provider = provider;
    this.onPresence();
    provider.attach();
  }
  private async token(): Promise<string> {
    const schema = `;schema=${this.schema}`;
    if (!this.source || this.source.link.url === "") return schema;
    const response = await send(this.source.link, "/api/rooms/ticket", { accountId: this.ref.account });
    if (!response.ok) throw new Error(`ticket ${response.status}`);
    return ((await response.json()) as { readonly ticket: string }).ticket + schema;
  }
  private disconnect(): void {
    const { provider } = this;
    if (!provider) return;
    this.provider = null;
    this.awareness.off("update", provider.boundAwarenessUpdateHandler);
    provider.configuration.awareness = null; // the section goes on with it, or throws it away itself
    provider.destroy();
    provider.configuration.awareness = this.awareness; // two of its listeners stay on it and look it up there
    this.leave(this.ref.account);
  }

  /** Everything sent so far is stored by the room. */
  private acknowledged(): void {
    this.stored = Y.encodeStateVector(this.doc);
    this.setUnsent(false);
    this.save();
  }
  private readonly onUpdate = (_update: Uint8Array, origin: unknown): void => {
    if (origin === fromDisk) return;
    if (origin !== this.provider) this.setUnsent(true);
    this.saving ??= setTimeout(() => this.save(), saveMs);
  };
  private save(): void {
    if (this.saving) clearTimeout(this.saving);
    this.saving = null;
    const { id, gen, account } = this.ref;
    // Only what the record's copy is kept for may lie on the disk; a section opened online leaves no trace.
    if (this.over || !this.source?.replica.record(id)) return;
    const state = Y.encodeStateAsUpdate(this.doc);
    if (state.byteLength > stateBytesMax && !this.unsent()) return;
    const cache: SectionCache = { id, gen, account, state, stored: this.stored, unsent: this.unsent(), at: Date.now() };
    void this.source.write([put("sections", id, cache)]).catch((error: unknown) => console.error(error));
  }
  private readonly onPresence = (): void => {
    const together = this.awareness.getStates().size > 1;
    if (this.provider) this.provider.configuration.flushDelay = together ? flushTogetherMs : flushAloneMs;
  };
  private readonly flush = (): void => this.provider?.flushPendingUpdates();
  private readonly onHide = (): void => {
    this.flush();
    this.save();
  };

  /** The record behind it changed: applied at last, another generation, or out of sight. */
  recordMoved(): void {
    const record = this.source?.replica.record(this.ref.id);
    if (!record) {
      if (this.source?.replica.table("meta").has("ready")) void this.end("missing");
    } else if (record["gen"] !== this.ref.gen && typeof record["gen"] === "number") void this.end("version_conflict");
    else this.connect();
  }
  /** A right just given may not have reached the room, one just taken may not have reached us: ask the edge, try again. */
  private denied(): void {
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
  /** Stops for good: own unsent words stay as a card, the text of others goes. */
  private async end(code: "denied" | "missing" | "version_conflict"): Promise<void> {
    if (this.over) return;
    this.over = true;
    this.disconnect();
    this.setState("closed");
    const { id, gen, account } = this.ref;
    const now: SectionCache = {
      id,
      gen,
      account,
      state: Y.encodeStateAsUpdate(this.doc),
      stored: this.stored,
      at: Date.now(),
    };
    await keepDraft(this.data, now, code);
    this.release();
  }
  close(): void {
    if (this.over) return;
    this.flush();
    this.save();
    this.over = true;
    this.disconnect();
    this.release();
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

const fromDisk = Symbol("from this device's disk");

/** Is there anything in the document that the state vector does not cover? */
function hasMore(doc: Y.Doc, stored: Uint8Array): boolean {
  const known = Y.decodeStateVector(stored);
  return [...Y.decodeStateVector(Y.encodeStateVector(doc))].some(([client, clock]) => clock > (known.get(client) ?? 0));
}

/** SyncStatus 0: the room did not take what this device sent. */
function isRefusal(frame: unknown): boolean {
  if (!(frame instanceof ArrayBuffer)) return false;
  const decoder = decoding.createDecoder(new Uint8Array(frame));
  decoding.readVarString(decoder);
  return decoding.readVarUint(decoder) === 8 && decoding.readVarInt(decoder) === 0;
}

async function prefetch(
  data: LocalData,
  account: string,
  sections: readonly { readonly id: string; readonly gen: number }[],
): Promise<void> {
  const source = data.source(account);
  if (!source || cellOf(account) === null) return;
  const lacking: string[] = [];
  for (const { id, gen } of sections) if ((await source.store.section(id))?.gen !== gen) lacking.push(`${id}.${gen}`);
  if (lacking.length === 0) return;
  const response = await send(source.link, `/api/accounts/${account}/sections/states`, { sections: lacking });
  if (!response.ok) return; // comes with the next opening
  const { items } = (await response.json()) as {
    readonly items: readonly { readonly id: string; readonly gen: number; readonly state: string }[];
  };
  for (const { id, gen, state: text } of items) {
    const state = fromBase64(text);
    // Revoked meanwhile, or opened and typed in: then this is not the newest any more.
    if (state.byteLength > stateBytesMax || !source.replica.record(id) || (await source.store.section(id))?.gen === gen)
      continue;
    await source.write([
      put("sections", id, {
        id, gen, account, state, stored: Y.encodeStateVectorFromUpdate(state), unsent: false, at: Date.now(),
      }), // prettier-ignore
    ]);
  }
}
