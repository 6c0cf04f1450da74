import { DurableObject } from "cloudflare:workers";
import { sameRights } from "../../shared/sync/rights.ts";
import { hubProtocol, type HubMessage, type KeyRights } from "../../shared/sync/protocol.ts";
import { limits } from "../../shared/kernel/limits.ts";
import type { Env } from "../env.ts";
import type { Announcement, Turn } from "./push.ts";
import { roomOf } from "../env.ts";
import { alive, firstEnd, heldNow, masksOf, type Interest } from "./poke/held.ts";
import { readHead, readNames } from "./poke/store.ts";
import { Gaps, Tail } from "./poke/tail.ts";
import { untold } from "./poke/untold.ts";
import { Waiting } from "./poke/waiting.ts";

/** Who holds a poke socket; survives hibernation in the socket's attachment. */
export interface Listener {
  readonly device: string;
  readonly member: string;
  readonly session: string;
  readonly teams: readonly string[];
  /** Nobody looks at it: it may hear later. */
  readonly back?: true;
}
interface Open {
  readonly ws: WebSocket;
  readonly listener: Listener;
}

const ticketsMax = 1_000;
const keysAtOnce = 500;

/**
 * One a cell. Knows what each device holds, as its last page or the last comparison said, and which rooms are open. A
 * commit tells it what was touched, and it pokes only whom that concerns, without content (SYNC-U1): at once where
 * what a device may hold is another than it was told (SYNC-U2), a little later and together where values changed. What
 * it forgets costs delay, never correctness: devices poll and rooms read again. It sleeps with its sockets open: its one
 * alarm is for the next instant at which a right begins or ends, and its one timer lives five seconds at most.
 */
export class Hub extends DurableObject<Env> {
  private readonly tail = new Tail();
  private readonly gaps: Gaps;
  private readonly waiting = new Waiting();
  private timer: ReturnType<typeof setTimeout> | null = null;
  private comparing: Promise<unknown> = Promise.resolve();
  private looked = 0;
  private readonly tickets = new Map<string, { readonly listener: Listener; readonly until: number }>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    sql.exec(`drop table if exists holding; drop table if exists turn;
      create table if not exists held (device text not null, key text not null, rights text not null, masks text not null, ends integer, primary key (device, key)) without rowid;
      create index if not exists held_key on held (key, device);
      create index if not exists held_ends on held (ends) where ends is not null;
      create table if not exists room (account text primary key) without rowid;
      create table if not exists turning (at integer not null, member text not null, anchor text not null, primary key (at, member, anchor)) without rowid;
      create table if not exists position (one integer primary key check (one = 1), head integer not null);`);
    const [position] = [...sql.exec<{ head: number }>("select head from position")];
    this.gaps = new Gaps(position?.head ?? null);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  // --- sockets

  /** The poke socket. Only the Worker reaches this, and `x-principal` is its own word; a ticket is its word of before. */
  override fetch(request: Request): Response {
    if (request.headers.get("upgrade") !== "websocket") return new Response(null, { status: 426 });
    const ticket = request.headers.get("x-principal-ticket");
    const told = JSON.parse(request.headers.get("x-principal") ?? "null") as Listener | null;
    const listener = ticket === null ? told : this.takeTicket(ticket);
    if (!listener) return new Response(null, { status: 401 });
    const [client, server] = Object.values(new WebSocketPair());
    if (!client || !server) return new Response(null, { status: 500 });
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment(listener);
    const headers = new Headers(ticket === null ? {} : { "sec-websocket-protocol": hubProtocol });
    return new Response(null, { status: 101, webSocket: client, headers });
  }
  /** For a page of another cell, which has no cookie here. In memory: one that is lost is asked for again. */
  keepTicket(hash: string, listener: Listener): void {
    const now = Date.now();
    for (const [old, { until }] of this.tickets) if (until <= now || this.tickets.size >= ticketsMax) this.tickets.delete(old); // prettier-ignore
    this.tickets.set(hash, { listener, until: now + limits.roomTicketMs });
  }
  private takeTicket(hash: string): Listener | null {
    const ticket = this.tickets.get(hash);
    this.tickets.delete(hash);
    return ticket && ticket.until > Date.now() ? ticket.listener : null;
  }

  /** A device says two things: whether somebody looks at it, and "anything for me?", in place of a pull a minute. */
  override async webSocketMessage(ws: WebSocket, text: string | ArrayBuffer): Promise<void> {
    const listener = ws.deserializeAttachment() as Listener | null;
    if (!listener) return ws.close(1003, "nobody");
    const { back: _was, ...looking } = listener;
    if (text === "front") ws.serializeAttachment(looking);
    else if (text === "back") ws.serializeAttachment({ ...looking, back: true });
    else if (text === "?") await this.answer(ws, listener);
    else ws.close(1003, "not a word of this socket");
  }
  override webSocketClose(ws: WebSocket): void {
    if (ws.readyState === WebSocket.OPEN) ws.close();
  }

  /**
   * Every poke that was due left on this very socket, in order: so when what waits has left too, there is nothing more.
   * From memory, but for a look a minute, for all devices together, whether the cell is further than the hub was told.
   * Of whom it knows nothing it can't say.
   */
  private async answer(ws: WebSocket, { device }: Listener): Promise<void> {
    await this.look();
    const due = this.waiting.take(Date.now(), device).length > 0;
    const known = [...this.ctx.storage.sql.exec("select 1 from held where device = ? limit 1", device)].length > 0;
    say(ws, due || !known ? { t: "poke" } : { t: "none" });
  }

  // --- what devices hold

  /** Told by the Worker after each pull, never by the device: what the device holds from now on. */
  async interest(device: string, told: { reset: boolean; keys: readonly Interest[]; at: number }): Promise<void> {
    if (told.reset) this.ctx.storage.sql.exec("delete from held where device = ?", device);
    this.keep(device, told.keys);
    await this.wakeForNext();
    // What came between the page and this word has passed the device by.
    const later = this.tail.since(told.at);
    const keys = new Set(told.keys.map(({ key }) => key));
    if (later === null) return this.pokeSoon(new Set([device]));
    if (this.holding(later.keys.filter(({ key }) => keys.has(key))).has(device)) this.pokeSoon(new Set([device]));
    const anchors = [...new Set([...keys].map(anchorOf))].filter((anchor) => later.anchors.includes(anchor));
    if (anchors.length > 0) await this.compare((listener) => listener.device === device, anchors, null);
  }
  private keep(device: string, all: readonly Interest[]): void {
    // By some hundreds: a text of all keys of a big team is more than the storage takes in one value.
    for (let start = 0; start < all.length; start += keysAtOnce)
      this.keepSome(device, all.slice(start, start + keysAtOnce));
  }
  private keepSome(device: string, keys: readonly Interest[]): void {
    const { sql } = this.ctx.storage;
    const rows = keys.map(({ key, rights }) => [key, rights, masksOf(rights), firstEnd(rights)]);
    const gone = keys.filter(({ rights }) => Object.keys(rights).length === 0).map(({ key }) => key);
    if (gone.length > 0)
      sql.exec("delete from held where device = ? and held.key in (select value from json_each(?))", device, JSON.stringify(gone)); // prettier-ignore
    sql.exec(
      `insert into held select ?, value ->> 0, value -> 1, value -> 2, value ->> 3 from json_each(?) where value -> 1 <> '{}'
        on conflict (device, key) do update set rights = excluded.rights, masks = excluded.masks, ends = excluded.ends where rights <> excluded.rights`,
      device,
      JSON.stringify(rows),
    );
  }
  /** Devices that hold one of these groups of these entities there. */
  private holding(keys: Announcement["keys"]): Set<string> {
    if (keys.length === 0) return new Set();
    const rows = this.ctx.storage.sql.exec<{ device: string }>(
      `select distinct device from held join json_each(?) touched on held.key = touched.value ->> 0
        where (held.masks ->> ('$.' || (touched.value ->> 1))) & (touched.value ->> 2) <> 0`,
      JSON.stringify(keys.map(({ key, entity, bits }) => [key, entity, bits])),
    );
    return new Set([...rows].map(({ device }) => device));
  }

  // --- commits

  /** After a commit. `from`: the device that made it, which pulls by itself. */
  async announce(what: Announcement, from: string | null): Promise<void> {
    await this.follow(what);
    await this.tellDevices(what, from);
    for (const turn of what.turns ?? []) await this.remind(turn);
    const open = [...this.ctx.storage.sql.exec<{ account: string }>("select account from room")].map((row) => row.account); // prettier-ignore
    const touched = what.directory ? open : open.filter((account) => what.rooms.includes(account));
    await Promise.all(touched.map((account) => roomOf(this.env, account).rightsChanged(0)));
  }
  private async tellDevices(what: Announcement, from: string | null): Promise<void> {
    const { anchors, fresh = [], shared = [], to, members } = what.rights;
    const own = new Set(members);
    if (members.length > 0) await this.rename(members);
    for (const { ws, listener } of this.sockets())
      if (what.everyone || own.has(listener.member) || listener.teams.some((name) => own.has(name)))
        this.pokeNow(ws, listener);
    const concerned = new Set(to);
    if (anchors.length + shared.length > 0) {
      const holders = this.holdersOf(anchors);
      const isConcerned = (listener: Listener): boolean => holders.has(listener.device) || isNamed(listener, concerned);
      await this.compare(isConcerned, [...anchors, ...shared], from);
    }
    // Where nobody had a right before, a new record is what anybody would see: it is told with the values.
    if (fresh.length > 0) await this.compare((listener) => isNamed(listener, concerned), fresh, from, "soon");
    const due = this.holding(what.keys);
    due.delete(from ?? "");
    this.pokeSoon(due);
  }
  private holdersOf(anchors: readonly string[]): Set<string> {
    const query = "select distinct device from held where key >= ? and key < ?";
    return new Set(
      anchors.flatMap((anchor) =>
        [...this.ctx.storage.sql.exec<{ device: string }>(query, `${anchor}|`, `${anchor}}`)].map((row) => row.device),
      ),
    );
  }

  /**
   * Pokes those for whom what they may hold of these anchors is another than what they were last told, and keeps that
   * as told: a change that they can't see is silence, also the second and the tenth (SYNC-U2). One after the other, so
   * that an older answer of the database never stands over a newer one.
   */
  private compare(
    who: (listener: Listener) => boolean,
    anchors: readonly string[],
    from: string | null,
    when: "now" | "soon" = "now",
  ): Promise<void> {
    const next = this.comparing.then(() => this.compareNow(who, anchors, from, when));
    this.comparing = next.catch((error: unknown) => console.warn("rights_not_compared", String(error)));
    return next;
  }
  private async compareNow(
    who: (listener: Listener) => boolean,
    anchors: readonly string[],
    from: string | null,
    when: "now" | "soon",
  ): Promise<void> {
    const asked = this.sockets().filter(({ listener }) => listener.device !== from && who(listener));
    if (asked.length === 0 || anchors.length === 0) return;
    const unique = [...new Set(anchors)];
    const now = Date.now();
    const devices = asked.map(({ listener }) => listener);
    const held = await heldNow(this.env, devices, unique, now, (device, anchor) => this.hasPlace(device, anchor));
    for (const { ws, listener } of asked) {
      const next = held?.get(listener.device);
      if (!next) continue;
      const told = this.toldOf(listener.device, unique);
      const differ = [...new Set([...told.keys(), ...next.keys()])].filter(
        // What ended by itself its device dropped by itself: the alarm said so.
        (key) => !sameRights(alive(told.get(key) ?? {}, now), next.get(key) ?? {}),
      );
      if (differ.length === 0) continue;
      this.keep(listener.device, differ.map((key) => ({ key, rights: next.get(key) ?? {} }))); // prettier-ignore
      if (when === "now") this.pokeNow(ws, listener);
      else this.pokeSoon(new Set([listener.device]));
    }
    await this.wakeForNext();
  }
  /** A device that is full has places for the accounts of which it was told a key, and not for the others. */
  private hasPlace(device: string, anchor: string): boolean {
    if (this.toldOf(device, [""]).size === 0) return true;
    return [...this.toldOf(device, [anchor]).keys()].some((key) => key.split("|").length === 2);
  }
  private toldOf(device: string, anchors: readonly string[]): Map<string, KeyRights> {
    const query = "select key, rights from held where device = ? and key >= ? and key < ?";
    return new Map(
      anchors.flatMap((anchor) =>
        [...this.ctx.storage.sql.exec<{ key: string; rights: string }>(query, device, `${anchor}|`, `${anchor}}`)].map(
          ({ key, rights }) => [key, JSON.parse(rights) as KeyRights] as const,
        ),
      ),
    );
  }
  /** Facts of members moved: shares and anchors know them by other names from now on. */
  private async rename(members: readonly string[]): Promise<void> {
    const open = this.sockets().filter(({ listener }) => members.includes(listener.member));
    if (open.length === 0) return;
    const names = await readNames(this.env, members, Date.now());
    for (const { ws, listener } of open) {
      const own = names.get(listener.member);
      if (own) ws.serializeAttachment({ ...listener, teams: own.slice(1) });
    }
  }

  // --- what was not told

  private async follow({ span, keys, rights }: Announcement): Promise<void> {
    if (span) this.gaps.told(span);
    else this.gaps.reached(await readHead(this.env)); // of more than one batch: all of it is told here
    this.ctx.storage.sql.exec("insert or replace into position values (1, ?)", this.gaps.head);
    this.tail.add({ at: span?.upTo ?? this.gaps.head, keys, anchors: [...rights.anchors, ...(rights.fresh ?? []), ...(rights.shared ?? [])] }); // prettier-ignore
  }
  /** Once a minute, when somebody asks: the word of a commit whose Worker died is made anew from its changes. */
  private async look(): Promise<void> {
    const now = Date.now();
    if (now - this.looked < limits.pollMs) return;
    this.looked = now;
    try {
      this.gaps.seen(await readHead(this.env));
      if (this.gaps.missing.length > 0) await scheduler.wait(limits.wordLateMs); // the others are on their way
      for (const span of [...this.gaps.missing]) await this.announce({ ...(await untold(this.env, span)), span }, null);
    } catch (error) {
      this.looked = 0;
      console.warn("hub_not_looked", String(error));
    }
  }

  // --- the clock

  /** When rights begin or end with nobody writing: they are told then. Those that are held stand with what is held. */
  async remind({ member, anchor = "", at }: Turn): Promise<void> {
    for (const turn of at)
      if (turn > Date.now())
        this.ctx.storage.sql.exec("insert or ignore into turning values (?, ?, ?)", turn, member, anchor);
    await this.wakeForNext();
  }
  override async alarm(): Promise<void> {
    const { sql } = this.ctx.storage;
    const now = Date.now();
    const turns = [...sql.exec<{ member: string; anchor: string }>("select distinct member, anchor from turning where at <= ?", now)]; // prettier-ignore
    const ended = [...sql.exec<{ device: string; key: string; rights: string }>("select device, key, rights from held where ends <= ?", now)]; // prettier-ignore
    sql.exec("delete from turning where at <= ?", now);
    for (const { device, key, rights } of ended) this.keep(device, [{ key, rights: alive(JSON.parse(rights) as KeyRights, now) }]); // prettier-ignore
    await this.wakeForNext(); // first: what is told below may fail
    const lost = new Set(ended.map(({ device }) => device));
    for (const { ws, listener } of this.sockets()) if (lost.has(listener.device)) this.pokeNow(ws, listener);
    const anywhere = turns.filter(({ anchor }) => anchor === "").map(({ member }) => member);
    const shared = [...new Set(turns.flatMap(({ anchor }) => (anchor === "" ? [] : [anchor])))];
    const rights = { anchors: [], shared, to: turns.map(({ member }) => member), members: anywhere };
    if (turns.length > 0 || lost.size > 0) await this.tellTurn(rights, anywhere.length > 0, shared);
  }
  private async tellTurn(rights: Announcement["rights"], directory: boolean, rooms: readonly string[]): Promise<void> {
    await this.tellDevices({ keys: [], rights, rooms, directory }, null);
    const open = [...this.ctx.storage.sql.exec<{ account: string }>("select account from room")].map((row) => row.account); // prettier-ignore
    const touched = directory ? open : open.filter((account) => rooms.includes(account));
    await Promise.all(touched.map((account) => roomOf(this.env, account).rightsChanged(0)));
  }
  private async wakeForNext(): Promise<void> {
    const query = "select min(at) as at from (select min(at) as at from turning union all select min(ends) from held where ends is not null)"; // prettier-ignore
    const [next] = [...this.ctx.storage.sql.exec<{ at: number | null }>(query)];
    if (!next || next.at === null) return;
    if (next.at !== (await this.ctx.storage.getAlarm())) await this.ctx.storage.setAlarm(next.at);
  }

  // --- sessions and rooms

  /** Sessions that ended: their sockets close here and in every room, with no help from the device. */
  async cutSessions(ids: readonly string[]): Promise<void> {
    const cut = new Set(ids);
    for (const [hash, { listener }] of this.tickets) if (cut.has(listener.session)) this.tickets.delete(hash);
    for (const { ws, listener } of this.sockets()) {
      if (!cut.has(listener.session)) continue;
      say(ws, { t: "cut" });
      ws.close(4403, "session ended");
    }
    const open = [...this.ctx.storage.sql.exec<{ account: string }>("select account from room")];
    await Promise.all(open.map(({ account }) => roomOf(this.env, account).cut([...ids])));
  }

  /** Rooms with open sockets say so, at every wake again. */
  roomOpened(account: string, _members: readonly string[]): void {
    this.ctx.storage.sql.exec("insert or ignore into room values (?)", account);
  }
  roomClosed(account: string): void {
    this.ctx.storage.sql.exec("delete from room where account = ?", account);
  }

  // --- pokes

  private sockets(): Open[] {
    return this.ctx.getWebSockets().flatMap((ws) => {
      const listener = ws.deserializeAttachment() as Listener | null;
      return listener && ws.readyState === WebSocket.OPEN ? [{ ws, listener }] : [];
    });
  }
  /** Rights: at once, and what waits goes with it. */
  private pokeNow(ws: WebSocket, { device }: Listener): void {
    this.waiting.drop(device);
    say(ws, { t: "poke" });
  }
  /** Values: with others of the next moment. The timer holds off sleep for five seconds at most; lost, it costs a poll. */
  private pokeSoon(devices: ReadonlySet<string>): void {
    if (devices.size === 0) return;
    const now = Date.now();
    const open = this.sockets().filter(({ listener }) => devices.has(listener.device));
    for (const [device, own] of Map.groupBy(open, ({ listener }) => listener.device))
      this.waiting.add(device, own.some(({ listener }) => !listener.back), now, Math.random()); // prettier-ignore
    this.arm();
  }
  private arm(): void {
    if (this.timer) clearTimeout(this.timer);
    const { next } = this.waiting;
    this.timer = next === null ? null : setTimeout(() => this.flush(), Math.max(0, next - Date.now()));
  }
  private flush(): void {
    const due = new Set(this.waiting.take(Date.now()));
    for (const { ws, listener } of this.sockets()) if (due.has(listener.device)) say(ws, { t: "poke" });
    this.arm();
  }
}

const anchorOf = (key: string): string => key.slice(0, key.indexOf("|"));
const isNamed = ({ member, teams }: Listener, names: ReadonlySet<string>): boolean =>
  names.has(member) || teams.some((name) => names.has(name));

function say(ws: WebSocket, message: HubMessage): void {
  try {
    ws.send(JSON.stringify(message));
  } catch (error) {
    console.warn("poke_not_sent", String(error)); // closing: it pulls when it is back
  }
}
