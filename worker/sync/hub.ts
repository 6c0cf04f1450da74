import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import type { Mask } from "../../shared/records/groups.ts";
import type { HubMessage } from "../../shared/sync/protocol.ts";
import type { Announcement } from "./push.ts";
import { roomOf } from "../env.ts";

/** Who holds a poke socket; survives hibernation in the socket's attachment. */
export interface Listener {
  readonly device: string;
  readonly member: string;
  readonly session: string;
  readonly teams: readonly string[];
}

/** A key that a device holds, with the field groups that it holds of each entity there; none: it was dropped. */
export interface Interest {
  readonly key: string;
  readonly masks: Readonly<Record<string, Mask>>;
}

/**
 * One a cell. Knows which device follows which keys, with which field groups, and which rooms are open; a commit tells
 * it what was touched, and it pokes only whom that concerns, without content (SYNC-U1). What it forgets costs delay,
 * never correctness: devices poll and rooms read again. It holds no timer but one alarm, for the next instant at which a
 * grant or cover begins or ends, so it sleeps with its sockets open.
 */
export class Hub extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql
      .exec(`create table if not exists holding (device text not null, key text not null, masks text not null, primary key (device, key)) without rowid;
      create index if not exists holding_key on holding (key, device);
      create table if not exists room (account text primary key) without rowid;
      create table if not exists turn (at integer not null, member text not null, primary key (at, member)) without rowid;`);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
  }

  /** The poke socket. Only the Worker reaches this, and `x-principal` is its own word. */
  override fetch(request: Request): Response {
    const listener = JSON.parse(request.headers.get("x-principal") ?? "null") as Listener | null;
    if (!listener || request.headers.get("upgrade") !== "websocket") return new Response(null, { status: 426 });
    const [client, server] = Object.values(new WebSocketPair());
    if (!client || !server) return new Response(null, { status: 500 });
    this.ctx.acceptWebSocket(server);
    server.serializeAttachment(listener);
    return new Response(null, { status: 101, webSocket: client });
  }
  override webSocketMessage(ws: WebSocket): void {
    ws.close(1003, "nothing is read here");
  }
  override webSocketClose(ws: WebSocket): void {
    if (ws.readyState === WebSocket.OPEN) ws.close();
  }

  /** Told by the Worker after each pull, never by the device: what the device holds from now on. */
  interest(device: string, reset: boolean, keys: readonly Interest[]): void {
    const { sql } = this.ctx.storage;
    if (reset) sql.exec("delete from holding where device = ?", device);
    if (keys.length === 0) return;
    const rows = JSON.stringify(keys.map(({ key, masks }) => [key, masks]));
    sql.exec(
      "delete from holding where device = ? and holding.key in (select value ->> 0 from json_each(?))",
      device,
      rows,
    );
    sql.exec(
      "insert into holding select ?, value ->> 0, value -> 1 from json_each(?) where value ->> 1 <> '{}'",
      device,
      rows,
    );
  }

  /** After a commit. `from`: the device that made it, which pulls by itself. */
  async announce(what: Announcement, from: string | null): Promise<void> {
    const { sql } = this.ctx.storage;
    const rows = sql.exec<{ device: string }>(
      `select distinct device from holding join json_each(?) touched on holding.key = touched.value ->> 0
        where (holding.masks ->> ('$.' || (touched.value ->> 1))) & (touched.value ->> 2) <> 0`,
      JSON.stringify(what.keys.map(({ key, entity, bits }) => [key, entity, bits])),
    );
    const devices = new Set([...rows].map((row) => row.device));
    const { anchors, to, members } = what.rights;
    for (const anchor of anchors) {
      for (const row of sql.exec<{ device: string }>(
        "select distinct device from holding where key >= ? and key < ?",
        `${anchor}|`,
        `${anchor}}`,
      ))
        devices.add(row.device);
    }
    const concerned = new Set([...to, ...members]);
    for (const { ws, listener } of this.sockets()) {
      const mine =
        what.everyone ||
        devices.has(listener.device) ||
        concerned.has(listener.member) ||
        listener.teams.some((team) => concerned.has(team));
      if (mine && (listener.device !== from || concerned.has(listener.member))) say(ws, { t: "poke" });
    }
    const open = [...sql.exec<{ account: string }>("select account from room")].map((row) => row.account);
    const touched = what.directory ? open : open.filter((account) => what.rooms.includes(account));
    await Promise.all(touched.map((account) => roomOf(this.env, account).rightsChanged(0)));
  }

  /** When rights of a member begin or end with nobody writing: they are told then. */
  async remind(member: string, turns: readonly number[]): Promise<void> {
    for (const at of turns)
      if (at > Date.now()) this.ctx.storage.sql.exec("insert or ignore into turn values (?, ?)", at, member);
    await this.wakeForNext();
  }
  override async alarm(): Promise<void> {
    const { sql } = this.ctx.storage;
    const now = Date.now();
    const members = [...sql.exec<{ member: string }>("select distinct member from turn where at <= ?", now)];
    sql.exec("delete from turn where at <= ?", now);
    await this.wakeForNext(); // first: what is told below may fail
    if (members.length === 0) return;
    const rights = { anchors: [], to: [], members: members.map(({ member }) => member) };
    await this.announce({ keys: [], rights, rooms: [], directory: true }, null);
  }
  private async wakeForNext(): Promise<void> {
    const [next] = [...this.ctx.storage.sql.exec<{ at: number | null }>("select min(at) as at from turn")];
    if (next && next.at !== null) await this.ctx.storage.setAlarm(next.at);
  }

  /** Sessions that ended: their sockets close here and in every room, with no help from the device. */
  async cutSessions(ids: readonly string[]): Promise<void> {
    const cut = new Set(ids);
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

  private sockets(): { ws: WebSocket; listener: Listener }[] {
    return this.ctx.getWebSockets().flatMap((ws) => {
      const listener = ws.deserializeAttachment() as Listener | null;
      return listener && ws.readyState === WebSocket.OPEN ? [{ ws, listener }] : [];
    });
  }
}

function say(ws: WebSocket, message: HubMessage): void {
  try {
    ws.send(JSON.stringify(message));
  } catch (error) {
    console.warn("poke_not_sent", String(error)); // closing: it pulls when it is back
  }
}
