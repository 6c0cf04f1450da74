import { DurableObject } from "cloudflare:workers";
import * as Y from "yjs";
import { edgeLimits, limits } from "../../shared/kernel/limits.ts";
import { sha256 } from "../auth/secrets.ts";
import { openDb } from "../db/db.ts";
import type { Env } from "../env.ts";
import { databaseAuthority, type Authority, type Handed } from "./authority.ts";
import { SectionLog, type Regen, type Wrote } from "./log.ts";
import { Projection } from "./projection.ts";
import { parseAddress } from "./protocol.ts";
import { grantedTo, type Principal } from "./rights.ts";
import { Room } from "./room.ts";
import { storeWords } from "./store.ts";
import { raiseByRoom } from "./regen.ts";
import { authorsOf, bounds, shrinks, type VersionInfo } from "./versions.ts";
import { hubOf } from "../env.ts";

const statesBytesMax = 4_000_000; // one answer of a prefetch; the device asks again for the rest
const accountKey = "account";

/** The room of one account: where its sections are written together. Sleeps with its sockets open; a timer would keep it awake, so it has none. */
export class AccountRoom extends DurableObject<Env> {
  private readonly log: SectionLog;
  private readonly room: Room;
  private readonly projection: Projection;
  /** Whom it asks about rights, before any frame. */
  authority: Authority;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const hub = () => hubOf(env);
    this.log = new SectionLog(ctx.storage);
    this.authority = databaseAuthority(env);
    this.room = new Room({
      account: () => this.account(),
      log: this.log,
      read: (attendees, at) => this.authority.read(this.account(), attendees, at),
      opened: (members) => hub().roomOpened(this.account(), [...members]),
      emptied: () => {
        const told = hub()
          .roomClosed(this.account())
          .catch(() => undefined); // a room that is gone answers a word to it with nothing
        ctx.waitUntil(told);
        return told;
      },
      hash: sha256,
      pongAt: (ws) => ctx.getWebSocketAutoResponseTimestamp(ws)?.getTime() ?? null,
      turnEnd: () => scheduler.wait(0), // each message is an event of its own; those that wait come before this
    });
    this.projection = new Projection(
      this.log,
      () => this.room.flush(),
      (section, words) => storeWords(openDb(env.DB), this.account(), { ...section, upto: section.seq }, words),
    );
    this.log.flush = () => this.room.flush();
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    for (const ws of ctx.getWebSockets()) if (ws.readyState === WebSocket.OPEN) this.room.rejoin(ws);
  }

  /** The upgrade. Only the Worker can reach this, and it took out any `x-principal` that came from outside. */
  override fetch(request: Request): Response {
    if (request.headers.get("upgrade") !== "websocket") return new Response(null, { status: 426 });
    if (this.ctx.getWebSockets().length >= edgeLimits.socketsPerRoom)
      // those too that close and do not read it
      return new Response(null, { status: 503 });
    const header = request.headers.get("x-principal");
    const principal = header === null ? null : (JSON.parse(header) as Principal);
    if (principal) this.begin();
    const [client, server] = Object.values(new WebSocketPair());
    if (!client || !server) return new Response(null, { status: 500 });
    this.ctx.acceptWebSocket(server, principal ? [`m:${principal.member}`] : []);
    this.room.join(server, principal);
    return new Response(null, { status: 101, webSocket: client });
  }

  override webSocketMessage(ws: WebSocket, message: ArrayBuffer | string): Promise<void> {
    return this.room.receive(ws, message);
  }
  override webSocketClose(ws: WebSocket): Promise<void> {
    this.room.leave(ws);
    return this.room.tellUnheard();
  }
  override webSocketError(ws: WebSocket): Promise<void> {
    return this.webSocketClose(ws);
  }

  override async alarm(): Promise<void> {
    this.room.flush();
    const due = await this.log.fire(Date.now());
    if (due.some(({ what }) => what === "rights")) await this.room.lookAgain();
    for (const { what, ref } of due) if (what === "project") await this.projection.run(ref);
    for (const { what, ref } of due) if (what === "squash") await this.squash(ref, Date.now());
  }
  /**
   * The text into the next generation, without what made it large (ROOM-17). A frozen section does not wait; others do
   * until nobody sits in them and nobody wrote for half a day, because edits still offline become drafts.
   */
  private async squash(address: string, at: number): Promise<void> {
    const section = await this.log.dueSection(address, at);
    if (!section || section.ahead || !this.log.needsSquash(section)) return;
    const quietAt = section.lastAt + bounds.squashQuietMs;
    const waits = !section.frozen && (quietAt > at || this.room.isOpen(section.id));
    if (waits) return this.log.plan("squash", address, Math.max(quietAt, at + bounds.squashAgainMs));
    if (!shrinks(section)) {
      this.log.thaw(section);
      return this.room.lookAgain();
    }
    const raise = { section: section.id, gen: section.gen, why: "squash", version: null } as const;
    const regen = await raiseByRoom(this.env, raise, at);
    if (!regen) return this.log.plan("squash", address, at + bounds.squashAgainMs);
    await this.room.rightsChanged();
    await this.log.open(section.id, regen.gen, at, regen);
  }

  // --- for the Worker and the hub

  /** Rights of members here, or sections, changed. Nothing that is forbidden now is sent after this returns. */
  async rightsChanged(_directory: number): Promise<void> {
    await this.room.rightsChanged();
  }

  cut(sessions: readonly string[]): void {
    this.room.cut(new Set(sessions));
  }

  live(): { readonly sockets: number; readonly members: readonly string[] } {
    return { sockets: this.room.size, members: this.room.members };
  }

  /** The room keeps the hash only; whoever reads its storage has no ticket. */
  keepTicket(hash: string, principal: Principal): void {
    this.begin();
    const at = Date.now();
    this.log.issueTicket(hash, { ...principal, exp: at + limits.roomTicketMs }, at);
  }

  /**
   * States for a device that prepares to be offline: whole, or what is beyond the snapshot in `have`; none if that is
   * nothing. What may not be read is left out, like what is not there.
   */
  async states(
    principal: Principal,
    addresses: readonly string[],
    have: readonly (readonly [address: string, snapshot: Uint8Array])[] = [],
  ): Promise<readonly SectionState[]> {
    this.begin();
    const rights = await this.authority.read(this.account(), [principal], Date.now());
    this.room.flush();
    const states: SectionState[] = [];
    const snapshots = new Map(have);
    let bytes = 0;
    for (const address of new Set(addresses)) {
      const named = parseAddress(address);
      if (!named || !grantedTo(rights, principal, named, 0)) continue;
      const regen = rights?.sections.get(named.section)?.regen ?? null;
      const section = await this.log.open(named.section, named.gen, Date.now(), regen);
      this.room.flush(); // nothing is told that is not stored
      if (this.log.peek(named.section, named.gen) !== section) continue;
      const state = beyond(section.doc, snapshots.get(address));
      if (!state) continue;
      bytes += state.byteLength;
      if (bytes > statesBytesMax) break;
      states.push({ id: named.section, gen: named.gen, state });
    }
    return states;
  }

  // Of what a section was. The Worker asked who may, before and for every version (routes.ts).

  async versions(at: SectionAt): Promise<readonly VersionInfo[]> {
    this.begin();
    if (at.handed && !this.log.versions.isHandedOver(at.section, at.handed)) {
      const section = await this.openNow(at);
      if (!section.ahead) this.log.versions.handOver(section, at.handed);
    }
    return this.log.versions.list(at.section);
  }

  version(section: string, id: string): { readonly info: VersionInfo; readonly state: Uint8Array } | null {
    this.begin();
    const info = this.log.versions.find(section, id);
    const doc = info && this.log.versions.read(section, id);
    return doc && { info, state: Y.encodeStateAsUpdate(doc) };
  }

  /** As the section is now. */
  async keepVersion(at: SectionAt, by: string, name: string | null): Promise<VersionInfo | "empty" | "too_many"> {
    const section = await this.openNow(at);
    if (name !== null && this.log.versions.named(at.section) >= bounds.versionsNamedMax) return "too_many";
    const id = this.log.versions.take(section, { why: "hand", by, name }, Date.now());
    return (id !== null && this.log.versions.find(at.section, id)) || "empty";
  }

  /** Who wrote in each of these sections, by day, since an instant. Nothing is opened for it. */
  wrote(sections: readonly string[], since: number): readonly WroteIn[] {
    this.begin();
    this.room.flush();
    return sections.flatMap((section) => this.log.wrote(section, since).map((one) => ({ section, ...one })));
  }

  /** Whose client ids stand in the document of this generation. */
  async authors(at: SectionAt): Promise<ReturnType<typeof authorsOf>> {
    return authorsOf(await this.openNow(at));
  }

  /** Follows D1 into a generation at once, so that what it was before is among the versions. */
  async follow(at: SectionAt): Promise<void> {
    await this.openNow(at);
  }

  private async openNow({ section, gen, regen }: SectionAt) {
    this.begin();
    this.room.flush();
    const opened = await this.log.open(section, gen, Date.now(), regen);
    this.room.flush();
    return opened;
  }

  /** A stranger who knocks at a name leaves nothing behind: storage begins with the first member. */
  private begin(): void {
    if (!this.log.begin()) return;
    this.ctx.storage.kv.put(accountKey, this.ctx.id.name ?? "");
  }

  /** The room is named after its account; kept, because an alarm may wake the object without its name. */
  private account(): string {
    return this.ctx.id.name ?? this.ctx.storage.kv.get<string>(accountKey) ?? "";
  }
}

/** Null: neither written nor deleted since. A snapshot that can't be read is none. */
function beyond(doc: Y.Doc, have: Uint8Array | undefined): Uint8Array | null {
  if (!have) return Y.encodeStateAsUpdate(doc);
  try {
    const known = Y.decodeSnapshot(have);
    if (Y.equalSnapshots(known, Y.snapshot(doc))) return null;
    return Y.encodeStateAsUpdate(doc, Y.encodeStateVector(known.sv));
  } catch {
    return Y.encodeStateAsUpdate(doc);
  }
}

/** A section in the generation that D1 says it is in. */
export interface SectionAt {
  readonly section: string;
  readonly gen: number;
  readonly regen: Regen | null;
  readonly handed: Handed | null;
}
export interface SectionState {
  readonly id: string;
  readonly gen: number;
  readonly state: Uint8Array;
}
/** The day on which somebody wrote in a section, by the last moment of it. */
export interface WroteIn extends Wrote {
  readonly section: string;
}
