/**
 * The conversation of one account's sockets: rights before any frame, the log before any answer, and nothing of a
 * section to whoever may not read it. The Durable Object round it is a shell.
 */
import * as Y from "yjs";
import { edgeLimits, limits } from "../../shared/kernel/limits.ts";
import { hasSchema } from "../../shared/sections/kinds.ts";
import { acceptUpdate, type Writer } from "./accept.ts";
import type { Attendee, RoomRights } from "./authority.ts";
import type { Loaded, Regen, SectionLog } from "./log.ts";
import { encodePresence, gone, readPresence, type Presence } from "./presence.ts";
import * as wire from "./protocol.ts";
import { grantedTo, mustAsk, type Granted, type Principal } from "./rights.ts";
import { Seat, type Open } from "./seat.ts";
import { bounds, losesMost } from "./versions.ts";

const readTries = 5;
const sweepEveryMs = 10_000; // a flood does not look at every socket at every frame
const turnUpdatesMax = 400; // whoever is among them waits for all of them
const turnBytesMax = 65_536;
const vectorBytesMax = 100_000; // 5,000 sessions make 30 KB
const closeReasons: Readonly<Record<number, string>> = {
  1003: "binary frames only",
  1009: "frame too large",
  1011: "room failed",
  4400: "malformed",
  4401: "ticket refused",
  4403: "session ended",
  4429: "too much before signing in",
  4503: "rights cannot be read",
  4508: "silent for too long",
  4513: "reading too slowly",
  4529: "sending too fast",
};

export interface Ports {
  /** The account that this is the room of. */
  readonly account: () => string;
  readonly log: SectionLog;
  readonly read: (attendees: readonly Attendee[], at: number) => Promise<RoomRights | null>;
  /** Tells the hub who sits here, so that it wakes this room when their rights change. */
  readonly opened: (members: readonly string[]) => Promise<void>;
  readonly emptied: () => Promise<void>;
  readonly hash: (ticket: string) => Promise<string>;
  /** When the platform answered this socket's last ping, asleep or not; null: it never sent one. */
  readonly pongAt: (ws: WebSocket) => number | null;
  /** Resolves when what has arrived by now was handed out: updates that come together are stored together. */
  readonly turnEnd: () => Promise<void>;
}
/** An update that the document took in this turn; its writer hears of it when it is stored. */
interface Taken {
  readonly open: Open;
  readonly echo: Uint8Array | null;
  readonly spent: readonly [before: number, after: number] | null; // null: nobody counts
}

/** Frames that are handled in their order. */
type Handled = Exclude<wire.Frame, { type: "ping" | "pong" | "ignored" }>;

const nameOf = (who: Attendee): string => `${who.member} ${who.session}`;

export class Room {
  private readonly ports: Ports;
  private readonly seats = new Map<WebSocket, Seat>();
  private readonly readers = new Map<string, Set<Open>>();
  private rights: RoomRights | null = null;
  private readAt = 0;
  /** Whom the last read was about. */
  private asked: ReadonlySet<string> = new Set();
  private registered = "";
  private emptied: Promise<void> = Promise.resolve();
  /** Counts the times that we were told of a change: a read begun before the last of them is not believed. */
  private doubts = 0;
  private reading: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | null = null;
  /** Somebody left the page while it was not known who may hear of it. */
  private leftPage = false;
  /** Presences that ended while it was not known who may hear of it. */
  private readonly unheard: (readonly [left: Open, presence: Presence])[] = [];
  private readonly turn = new Map<Loaded, Taken[]>();
  private turnEnd: Promise<void> | null = null;
  private readonly awakeAt = Date.now();
  private sweptAt = 0;

  constructor(ports: Ports) {
    this.ports = ports;
  }

  // --- sockets

  join(ws: WebSocket, principal: Principal | null): void {
    this.seats.set(ws, Seat.accept(ws, principal));
  }

  /** After a sleep. Sends nothing. */
  rejoin(ws: WebSocket): void {
    const seat = Seat.restore(ws);
    if (!seat) return;
    this.seats.set(ws, seat);
    for (const open of seat.open.values()) this.index(open);
  }

  leave(ws: WebSocket): void {
    const seat = this.seats.get(ws) ?? Seat.restore(ws); // what closed in a sleep was not taken back
    if (!seat) return;
    this.seats.delete(ws);
    for (const open of seat.open.values()) this.unindex(open);
    const { page } = seat;
    seat.leave();
    if (page?.field) this.tellEditors();
    if (!seat.principal || this.members.length > 0) return; // of strangers the hub was never told
    this.registered = "";
    this.rights = null; // nobody tells an empty room of changes
    this.emptied = this.ports.emptied();
  }

  /** Whether somebody has this section open, whatever its generation. */
  isOpen(section: string): boolean {
    return this.readers.has(section);
  }
  get size(): number {
    return this.seats.size;
  }
  get members(): readonly string[] {
    return [...new Set([...this.seats.values()].flatMap(({ principal }) => (principal ? [principal.member] : [])))];
  }

  receive(ws: WebSocket, data: ArrayBuffer | string): Promise<void> {
    const seat = this.seats.get(ws);
    if (!seat) return Promise.resolve();
    seat.heardAt = Date.now();
    if (typeof data === "string") return this.close(seat, 1003);
    const frame = data.byteLength > edgeLimits.frameBytesMax ? null : wire.readFrame(new Uint8Array(data));
    const refused = seat.refuses(
      data.byteLength,
      frame !== null && "address" in frame && this.isUnmetered(seat, frame.address),
      Date.now(),
    );
    if (refused !== null) return this.close(seat, refused);
    if (!frame) return this.strike(seat);
    if (frame.type === "ping") this.send(seat, wire.pongFrame);
    if (frame.type === "pong") return this.hasRead(seat);
    if (frame.type === "ping" || frame.type === "ignored") return Promise.resolve();
    return this.enqueue(seat, frame);
  }

  private enqueue(seat: Seat, frame: Handled): Promise<void> {
    seat.queued++;
    seat.tail = seat.tail
      .then(() => this.handle(seat, frame))
      .catch((error: unknown) => {
        console.error("room frame failed", error instanceof Error ? error.message : "");
        return this.close(seat, 1011);
      })
      .finally(() => seat.queued--);
    // Frames behind this one do not wait for the end of the turn, or there would be one update in each.
    return seat.tail.then(() => this.turnEnd ?? undefined);
  }

  /** What was asked for and had to wait comes now, or waits again. */
  private async hasRead(seat: Seat): Promise<void> {
    seat.unread.pong();
    const asked: Promise<void>[] = [];
    for (const open of seat.open.values()) {
      if (!open.asked) continue;
      asked.push(this.enqueue(seat, { type: "step1", address: open.address, vector: open.asked }));
      open.asked = null;
    }
    seat.save();
    await Promise.all(asked);
  }

  private close(seat: Seat, code: number): Promise<void> {
    this.leave(seat.ws);
    try {
      seat.ws.close(code, closeReasons[code]);
    } catch {
      // already closed by the other end
    }
    return Promise.resolve();
  }

  /** Sockets whose other end fell silent: a connection that broke unheard is not someone who is here. */
  private sweep(at: number): void {
    if (at < this.sweptAt + sweepEveryMs) return;
    this.sweptAt = at;
    for (const seat of this.seats.values())
      if (at > Math.max(seat.heardAt, this.ports.pongAt(seat.ws) ?? this.awakeAt) + edgeLimits.roomSilenceMs)
        void this.close(seat, 4508);
  }

  private strike(seat: Seat): Promise<void> {
    seat.strikes++;
    if (seat.strikes >= edgeLimits.strikesMax) return this.close(seat, 4400);
    seat.save();
    return Promise.resolve();
  }

  private send(seat: Seat, bytes: Uint8Array): void {
    if (!this.seats.has(seat.ws)) return;
    try {
      if (seat.unread.bytes > edgeLimits.sendCloseBytes) return void this.close(seat, 4513);
      seat.ws.send(bytes);
      if (!seat.unread.sent(bytes.byteLength)) return;
      seat.ws.send(wire.pingFrame);
      seat.save();
    } catch {
      this.leave(seat.ws); // a send on a dead socket must not end the loop over the others
    }
  }

  // --- rights

  /** Something about rights changed; until it is read again nobody may do anything. Nothing forbidden is sent after this returns. */
  async rightsChanged(): Promise<void> {
    this.flush();
    this.rights = null;
    this.doubts++;
    if (this.seats.size > 0) await this.refresh();
  }

  /** After a sleep nobody can be told that somebody left before rights are read. */
  async tellUnheard(): Promise<void> {
    if ((this.unheard.length > 0 || this.leftPage) && this.seats.size > 0) await this.refresh();
  }

  /** The backstop for a word of the hub that was lost, and for rights that end by time alone. */
  async lookAgain(): Promise<void> {
    if (this.seats.size > 0) await this.refresh();
  }

  /** A background read failed for no reason that we know: the next frame asks again, and waits for the answer. */
  private lookLater(): void {
    this.rights = null;
  }

  cut(sessions: ReadonlySet<string>): void {
    for (const seat of this.seats.values())
      if (seat.principal && sessions.has(seat.principal.session)) void this.close(seat, 4403);
  }

  /** A read that has begun may have missed what is asked for now; one that waits has not. */
  private refresh(): Promise<void> {
    const begin = (): Promise<void> => {
      this.waiting = null;
      return (this.reading = this.read());
    };
    this.waiting ??= this.reading.then(begin, begin); // a read that failed must not end all reading
    return this.waiting;
  }

  private async read(): Promise<void> {
    const doubts = this.doubts;
    const at = Date.now();
    const attendees = [...this.seats.values()].flatMap(({ principal }) => (principal ? [principal] : []));
    await this.register();
    const rights = await this.ports.read(attendees, at).catch((error: unknown) => {
      console.error("rights cannot be read", error instanceof Error ? error.message : "");
      return null;
    });
    if (doubts !== this.doubts) return; // told of a newer change meanwhile: the next read waits already
    if (rights && this.rights && rights.directory < this.rights.directory) return; // versions never go back
    if (!rights) {
      if (!mustAsk(this.rights, this.readAt, limits.sessionTokenMs, null, at)) return; // the last read still holds
      this.rights = null;
      for (const seat of this.seats.values()) void this.close(seat, 4503);
      return;
    }
    this.flush(); // to those who could read it when it came
    this.rights = rights;
    this.readAt = at;
    this.asked = new Set(attendees.map(nameOf));
    if (rights.nextEnd === null) this.ports.log.unplan("rights", "");
    else this.ports.log.plan("rights", "", rights.nextEnd, true);
    for (const seat of this.seats.values()) this.enforce(seat, rights);
    for (const [left, presence] of this.unheard.splice(0))
      if (this.announcer(left.section, presence.client) === undefined) this.relayPresence(left, gone(presence));
    this.tellEditors();
  }

  private async register(): Promise<void> {
    const members = [...this.members].sort();
    if (this.registered === members.join(" ")) return;
    this.registered = members.join(" ");
    await this.emptied; // or the hub might hear the two in the other order
    await this.ports.opened(members).catch((error: unknown) => {
      this.registered = ""; // again at the next read, which comes within a minute while frames flow
      console.error("hub cannot be told", error instanceof Error ? error.message : "");
    });
  }

  private enforce(seat: Seat, rights: RoomRights): void {
    if (!seat.principal || !this.asked.has(nameOf(seat.principal))) return;
    if (!rights.liveSessions.has(seat.principal.session)) return void this.close(seat, 4403);
    for (const open of seat.open.values()) this.settle(open);
    if (seat.page && !rights.seesEditors(seat.principal.member)) {
      const address = this.ports.account();
      seat.page = null;
      this.send(seat, wire.deniedFrame(address));
      this.send(seat, wire.closeFrame(address));
    }
    seat.save();
  }

  /** Brings an open section to what its member may do now. Returns null once it is shut. */
  private settle(open: Open): Granted | null {
    const { seat } = open;
    const granted = seat.principal && grantedTo(this.rights, seat.principal, open, open.schema);
    if (!granted) {
      seat.open.delete(open.address);
      this.unindex(open);
      this.send(seat, wire.deniedFrame(open.address));
      this.send(seat, wire.closeFrame(open.address));
      return null;
    }
    const mode = this.modeNow(granted, open.section, open.gen, seat.principal?.member ?? "");
    if (mode !== open.mode) {
      open.mode = mode;
      this.send(seat, wire.authenticatedFrame(open.address, mode));
      const section = mode === "write" ? this.ports.log.peek(open.section, open.gen) : undefined;
      if (section) this.askFor(open, section);
    }
    return { ...granted, mode };
  }

  private askFor({ seat, address }: Open, section: Loaded): void {
    const vector = section.doc ? Y.encodeStateVector(section.doc) : this.ports.log.whole(section).vector;
    this.send(seat, wire.step1Frame(address, vector));
  }

  /** A right to write rests while the section is frozen, and while this member has used up the hour's bytes. */
  private modeNow({ facts, mode }: Granted, id: string, gen: number, member: string): wire.Mode {
    const section = this.ports.log.peek(id, gen);
    if (!section || mode === "read") return mode;
    const usedUp =
      hasSchema(facts.kind) && this.ports.log.spentBy(section, member, Date.now()) >= edgeLimits.memberHourFreezeBytes;
    return section.frozen || section.ahead || usedUp ? "read" : "write";
  }

  /** False: what may be done by this principal cannot be known now. */
  private async know({ ws }: Seat, principal: Principal): Promise<boolean> {
    const unknown = () =>
      mustAsk(this.rights, this.readAt, limits.sessionTokenMs, principal, Date.now()) ||
      !this.asked.has(nameOf(principal));
    // A read that was overtaken by a newer change tells nothing; the next one waits already.
    for (let tries = 0; tries < readTries && unknown() && this.seats.has(ws); tries++) await this.refresh();
    if (Date.now() >= this.readAt + edgeLimits.rightsReadMs) this.refresh().catch(() => this.lookLater());
    return !unknown();
  }

  /** Sections for tools and measurements: what bounds them is bytes, not frames. */
  private isUnmetered(seat: Seat, address: string): boolean {
    const { section = "" } = seat.open.get(address) ?? wire.parseAddress(address) ?? {};
    const facts = this.rights?.sections.get(section);
    return facts !== undefined && !hasSchema(facts.kind);
  }

  // --- frames

  private async handle(seat: Seat, frame: Handled): Promise<void> {
    if (frame.type === "auth" && !seat.principal && !(await this.redeem(seat, frame.token))) {
      this.send(seat, wire.deniedFrame(frame.address));
      return this.close(seat, 4401);
    }
    if (!seat.principal) return;
    const known = await this.know(seat, seat.principal);
    if (!this.seats.has(seat.ws)) return;
    if (!known) return this.close(seat, 4503);
    this.sweep(Date.now()); // with rights known, or nobody would hear that they are gone
    if (wire.isPage(frame.address)) return this.atPage(seat, seat.principal, frame);
    if (frame.type === "auth")
      return this.authenticate(seat, seat.principal, frame.address, wire.parseToken(frame.token).schema);
    const open = seat.open.get(frame.address);
    if (!open || !this.settle(open) || frame.type === "page") return;
    if (frame.type === "close") return this.shut(open);
    if (frame.type === "query_awareness") return this.tellPresence(open);
    if (frame.type === "awareness") return this.announce(open, frame.update);
    if (frame.type === "step1" && seat.unread.bytes > edgeLimits.sendSkipBytes) {
      open.asked = frame.vector; // whoever does not read what they get can't fill the memory with what they ask for
      return void seat.save();
    }
    if (frame.type === "step1") this.flush(); // nothing is told that is not stored
    // Again if another load took its place in memory meanwhile: from here on the document must stay at hand.
    const { log } = this.ports;
    const isNew = frame.type === "step1" && isEmpty(frame.vector); // whoever has nothing gets the bytes as they are
    const atHand = () => (isNew ? log.peek(open.section, open.gen) : log.peekBuilt(open.section, open.gen));
    for (let tries = 0; tries < readTries && !atHand(); tries++) {
      this.flush();
      const of = [open.section, open.gen, Date.now(), this.regenOf(open.section)] as const;
      await (isNew ? log.glance(...of) : log.open(...of));
    }
    if (frame.type === "step1") return this.answer(open, frame.vector);
    return this.take(open, frame.update);
  }

  private async redeem(seat: Seat, token: string): Promise<boolean> {
    const { ticket } = wire.parseToken(token);
    if (!ticket) return false;
    const hash = await this.ports.hash(ticket);
    const taken = this.ports.log.takeTicket(hash, Date.now());
    if (!taken) return false;
    const { member, session, directory } = taken;
    seat.principal = {
      member,
      session,
      directory,
      writes: taken.writes === 1,
      exp: Date.now() + limits.sessionTokenMs,
    };
    return seat.save();
  }

  private async authenticate(seat: Seat, principal: Principal, address: string, schema: number): Promise<void> {
    const named = wire.parseAddress(address);
    const before = seat.open.get(address);
    const room = before !== undefined || seat.open.size < edgeLimits.openSectionsMax;
    if (!named || !room || !grantedTo(this.rights, principal, named, schema)) return this.deny(seat, address);
    this.flush(); // a later generation is made of what is stored of the earlier
    const section = await this.ports.log.glance(named.section, named.gen, Date.now(), this.regenOf(named.section));
    const granted = grantedTo(this.rights, principal, named, schema); // again: loading took time
    if (!granted || !this.seats.has(seat.ws)) return this.deny(seat, address);
    this.ports.log.heal(section, granted.facts.projected, this.readAt);
    if (before) this.unindex(before, false);
    const mode = this.modeNow(granted, named.section, named.gen, principal.member);
    const { presence, clientsBrought } = before ?? { presence: null, clientsBrought: 0 };
    const open: Open = { ...named, seat, address, schema, mode, presence, clientsBrought, asked: null };
    seat.open.set(address, open);
    if (!seat.save()) {
      seat.open.delete(address);
      return this.deny(seat, address);
    }
    this.index(open);
    this.send(seat, wire.authenticatedFrame(address, mode));
    const others = this.others(named.section, open);
    for (const one of others.length === 1 && !before ? [open, ...others] : [open]) this.tellCompany(one);
    this.tellPresence(open);
  }

  private regenOf(section: string): Regen | null {
    return this.rights?.sections.get(section)?.regen ?? null;
  }

  private deny(seat: Seat, address: string): void {
    const open = seat.open.get(address);
    if (open) this.shut(open);
    this.send(seat, wire.deniedFrame(address));
  }

  private shut(open: Open): void {
    open.seat.open.delete(open.address);
    this.unindex(open);
    open.seat.save();
  }

  private answer(open: Open, vector: Uint8Array): void {
    this.flush(); // what came while it was loaded
    const section = this.ports.log.peek(open.section, open.gen);
    if (!section) return;
    let parts: readonly Uint8Array[];
    try {
      if (vector.byteLength > vectorBytesMax) throw new Error("state vector too large");
      if (isEmpty(vector)) ({ parts } = this.ports.log.whole(section));
      else if (section.doc) parts = [Y.encodeStateAsUpdate(section.doc, vector)];
      else return;
    } catch {
      return void this.strike(open.seat);
    }
    for (const [index, part] of parts.entries())
      this.send(open.seat, index === 0 ? wire.step2Frame(open.address, part) : wire.updateFrame(open.address, part));
    // Whoever only reads is not asked for what they have: they would upload it.
    if (open.mode === "write") this.askFor(open, section);
  }

  /** Judge and apply, each update by itself and in one synchronous turn; `flush` stores, relays and acknowledges. */
  private take(open: Open, update: Uint8Array): void {
    const { seat } = open;
    const { log } = this.ports;
    const section = log.peekBuilt(open.section, open.gen);
    const granted = section && this.settle(open);
    const { principal } = seat;
    if (!section || !granted || !principal || granted.mode !== "write") return this.refuse(open);
    const { facts } = granted;
    const before = section.unstoredBytes;
    const isMuch = before + update.byteLength > turnBytesMax || section.unstored.length >= turnUpdatesMax;
    if (isMuch || log.wouldFill(section, before + update.byteLength)) this.flush();
    if (log.peek(open.section, open.gen) !== section) return this.refuse(open); // could not be stored
    if (facts.handed && !log.versions.isHandedOver(section.id, facts.handed)) {
      this.flush();
      if (log.peek(open.section, open.gen) !== section) return this.refuse(open); // could not be stored
      log.versions.handOver(section, facts.handed);
    }
    const at = Date.now();
    const spent = log.spentBy(section, principal.member, at);
    let why: "loss" | "flood" | null = null;
    const writer: Writer = {
      member: principal.member,
      clientsLeft: edgeLimits.clientIdsPerSocket - open.clientsBrought,
      isFull: () => log.isFull(section, update.byteLength),
      ownerOf: (client) => section.clients.get(client) ?? this.announcer(open.section, client),
      keepsFirst: (adds, deletes) => {
        const floods = spent < bounds.memberFloodBytes && spent + update.byteLength >= bounds.memberFloodBytes;
        why = losesMost(section.doc, deletes) ? "loss" : adds > 0 && floods && hasSchema(facts.kind) ? "flood" : null;
        return why !== null;
      },
    };
    const schema = hasSchema(facts.kind) ? facts.schema : null;
    let accepted = acceptUpdate(section.doc, update, schema, writer);
    if (!accepted.ok && accepted.why === "keep_first") {
      this.flush();
      if (log.peek(open.section, open.gen) !== section) return this.refuse(open); // could not be stored
      log.versions.take(section, { why: why ?? "loss", by: principal.member }, at);
      accepted = acceptUpdate(section.doc, update, schema, { ...writer, keepsFirst: () => false });
    }
    if (!accepted.ok && accepted.why === "full") {
      if (!section.isTextAlone) log.freeze(section, at);
      this.refuse(open);
      if (section.frozen) for (const other of this.others(open.section)) this.settle(other);
      return;
    }
    if (!accepted.ok) {
      if (accepted.why === "anomaly") log.drop(section); // what it took before is stored all the same
      this.refuse(open);
      return accepted.why === "anomaly" || accepted.why === "malformed" ? void this.strike(seat) : undefined;
    }
    const { change, echo, newClients } = accepted;
    if (change) {
      section.isTextAlone = false;
      log.append(section, principal, at, change, newClients);
      open.clientsBrought += newClients.length;
      if (newClients.length > 0) seat.save();
    }
    const counts = hasSchema(facts.kind) ? ([spent, log.spentBy(section, principal.member, at)] as const) : null;
    const taken = this.turn.get(section) ?? [];
    this.turn.set(section, taken);
    taken.push({ open, echo, spent: counts });
    if (this.turnEnd) return;
    this.flush(); // the first of a turn waits for no others: mostly there are none
    this.turnEnd = this.ports.turnEnd().then(() => {
      this.turnEnd = null;
      this.flush();
    });
  }

  /** What came before on the same socket is answered before. */
  private refuse(open: Open): void {
    this.flush();
    if (open.seat.open.has(open.address)) this.send(open.seat, wire.statusFrame(open.address, false));
  }

  /**
   * One row a section and one frame a socket for all that came in this turn, then each writer's acknowledgements.
   * Synchronous; the output gate holds the frames until the rows are on disk.
   */
  flush(): void {
    for (const [section, taken] of this.turn) {
      this.turn.delete(section);
      this.finish(section, taken);
    }
  }

  private finish(section: Loaded, taken: readonly Taken[]): void {
    let change: Uint8Array | null = null;
    let isStored = true;
    try {
      change = this.ports.log.store(section);
    } catch (error) {
      console.error("update not stored", error instanceof Error ? error.message : "");
      this.ports.log.drop(section); // it holds what is not on disk
      isStored = false;
    }
    const writers = new Set(taken.map(({ open }) => open));
    // Of several writers each gets the others' words, and their own again, which changes nothing.
    const [sole] = writers.size === 1 ? writers : [];
    if (change) {
      const frames = new Map<string, Uint8Array>(); // most say the same address
      for (const other of this.others(section.id, sole)) {
        if (other.gen !== section.gen) continue;
        const frame = frames.get(other.address) ?? wire.updateFrame(other.address, change);
        frames.set(other.address, frame);
        this.send(other.seat, frame);
      }
    }
    for (const { open, echo, spent } of taken) {
      if (!open.seat.open.has(open.address)) continue; // shut meanwhile
      if (isStored && sole && echo) this.send(open.seat, wire.updateFrame(open.address, echo));
      if (isStored && spent) this.warn(open, section, ...spent);
      this.send(open.seat, wire.statusFrame(open.address, isStored));
    }
  }

  private warn(open: Open, section: Loaded, before: number, after: number): void {
    const crossed = (bytes: number) => before < bytes && after >= bytes;
    if (crossed(edgeLimits.memberHourWarnBytes))
      this.send(open.seat, wire.statelessFrame(open.address, '{"type":"budget","state":"near"}'));
    if (!crossed(edgeLimits.memberHourFreezeBytes)) return;
    this.send(open.seat, wire.statelessFrame(open.address, '{"type":"budget","state":"used"}'));
    for (const other of this.others(section.id))
      if (other.seat.principal?.member === open.seat.principal?.member) this.settle(other);
  }

  // --- presence

  private announce(open: Open, update: Uint8Array): void {
    const { principal } = open.seat;
    if (!principal || !open.seat.mayAnnounce(Date.now())) return;
    const isTaken = (client: number) => {
      const owner =
        this.ports.log.peek(open.section, open.gen)?.clients.get(client) ?? this.announcer(open.section, client);
      return owner !== undefined && owner !== principal.member;
    };
    const { member } = principal;
    const presence = readPresence(update, open.presence, isTaken, { member, name: this.rights?.nameOf(member) ?? "" });
    if (!presence) return;
    const before = open.presence;
    open.presence = presence;
    if (!open.seat.save(true)) {
      open.presence = before;
      return;
    }
    // A member who came back on a new socket speaks for their client id there; the old socket is silent from now on.
    for (const other of this.others(open.section, open)) {
      if (other.presence?.client !== presence.client) continue;
      other.presence = null;
      other.seat.save();
    }
    this.relayPresence(open, presence);
  }

  private relayPresence(from: Open, presence: Presence): void {
    const update = encodePresence([presence]);
    for (const other of this.others(from.section, from)) {
      if (this.seesPresence(other) && other.seat.unread.bytes <= edgeLimits.sendSkipBytes)
        this.send(other.seat, wire.awarenessFrame(other.address, update));
    }
  }

  private tellPresence(open: Open): void {
    if (!this.seesPresence(open)) return;
    const present = this.others(open.section, open).flatMap(({ presence }) => (presence?.state ? [presence] : []));
    if (present.length > 0) this.send(open.seat, wire.awarenessFrame(open.address, encodePresence(present)));
  }

  /**
   * Whether anybody else has the section open, said or not, so that an editor sends its words at once when somebody
   * reads them. By who is present alone, a reader who keeps still would hear from the pace of others that they are seen.
   */
  private tellCompany(open: Open): void {
    if (!this.seesPresence(open)) return;
    const others = this.others(open.section, open).length > 0;
    this.send(open.seat, wire.statelessFrame(open.address, JSON.stringify({ type: "company", others })));
  }

  private seesPresence(open: Open): boolean {
    const member = open.seat.principal?.member;
    return member !== undefined && (this.rights?.seesPresence(member, open.section) ?? false);
  }

  private announcer(section: string, client: number): string | undefined {
    return this.others(section).find((open) => open.presence?.client === client)?.seat.principal?.member;
  }

  // --- the account's page: who edits which field (ROOM-24)

  private atPage(seat: Seat, { member, session }: Principal, frame: Handled): void {
    const mine =
      frame.address === this.ports.account() && this.rights?.liveSessions.has(session)
        ? this.rights.seesEditors(member)
        : null;
    if (frame.type === "auth") {
      seat.page = mine && { field: "", told: nobody };
      if (!mine || !seat.save(true)) return this.denyPage(seat, frame.address);
      this.send(seat, wire.authenticatedFrame(frame.address, "read"));
      return this.tellEditors();
    }
    if (!seat.page || !mine) return;
    if (frame.type === "close") {
      seat.page = null;
      seat.save();
      return this.tellEditors();
    }
    if (frame.type !== "page" || !seat.mayAnnounce(Date.now())) return;
    if (frame.text !== "" && !mine.has(frame.text)) return;
    const before = seat.page.field;
    seat.page.field = frame.text;
    if (!seat.save(true)) seat.page.field = before;
    this.tellEditors();
  }
  private denyPage(seat: Seat, address: string): void {
    seat.page = null;
    seat.save();
    this.send(seat, wire.deniedFrame(address));
  }

  /** To each on the page who else edits what, of the fields that they read; only where it is not what they were told. */
  private tellEditors(): void {
    const { rights } = this;
    this.leftPage = rights === null;
    if (!rights) return;
    for (const seat of this.seats.values()) {
      const member = seat.principal?.member;
      const seen = seat.page && member ? rights.seesEditors(member) : null;
      if (!seat.page || !seen || seat.unread.bytes > edgeLimits.sendSkipBytes) continue;
      const edits = [...this.seats.values()].flatMap(({ page, principal }) =>
        page?.field &&
        principal &&
        principal.member !== member &&
        seen.has(page.field) &&
        rights.seesEditors(principal.member)?.has(page.field)
          ? [{ member: principal.member, name: rights.nameOf(principal.member), field: page.field }]
          : [],
      );
      const unique = new Map(edits.map((one) => [`${one.field} ${one.member}`, one]));
      const said = JSON.stringify([...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one));
      const told = said === "[]" ? nobody : hash(said);
      if (told === seat.page.told) continue;
      seat.page.told = told;
      seat.save(true);
      this.send(seat, wire.statelessFrame(this.ports.account(), `{"type":"editors","of":${said}}`));
    }
  }

  // --- who has what open

  private others(section: string, except?: Open): Open[] {
    return [...(this.readers.get(section) ?? [])].filter((open) => open !== except);
  }
  private index(open: Open): void {
    const readers = this.readers.get(open.section) ?? new Set();
    this.readers.set(open.section, readers.add(open));
  }
  /** Out of the index first, then the others hear that its presence is over. */
  private unindex(open: Open, tell = true): void {
    const readers = this.readers.get(open.section);
    readers?.delete(open);
    if (readers?.size === 0) this.readers.delete(open.section);
    const [last] = readers?.size === 1 ? readers : [];
    if (tell && last) this.tellCompany(last);
    if (!tell || !open.presence?.state) return;
    if (this.rights) this.relayPresence(open, gone(open.presence));
    else if (readers && readers.size > 0) this.unheard.push([open, open.presence]);
  }
}

const nobody = 0;
/** Of what was told last: enough to know that it is something else. */
function hash(text: string): number {
  let sum = 2_166_136_261;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 16_777_619);
  return sum >>> 0 || 1;
}

const isEmpty = (vector: Uint8Array): boolean => vector.byteLength === 1 && vector[0] === 0;
