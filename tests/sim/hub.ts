/**
 * The product's own hub over SQLite: its tables, comparisons and pokes, with sockets that count what they hear. Its
 * alarm rings when the world's clock has passed it; its short timer is the world's clock too, without its jitter.
 */
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { Hub, type Listener } from "../../worker/sync/hub.ts";
import type { Announcement } from "../../worker/sync/push.ts";
import type { Interest } from "../../worker/sync/poke/held.ts";
import type { SimD1 } from "./d1.ts";

class Socket {
  readonly readyState = 1;
  heard = 0;
  private listener: Listener;
  constructor(listener: Listener) {
    this.listener = listener;
  }
  send(): void {
    this.heard += 1;
  }
  close(): void {}
  serializeAttachment(listener: Listener): void {
    this.listener = listener;
  }
  deserializeAttachment(): Listener {
    return this.listener;
  }
}
Object.assign(globalThis, { WebSocketRequestResponsePair: class {} });

export class SimHub {
  private readonly sqlite = new DatabaseSync(":memory:");
  private readonly sockets: Socket[] = [];
  private readonly hub: Hub;
  private alarm: number | null = null;
  private readonly bug: string | undefined;

  constructor(d1: SimD1, cell: string, bug?: string) {
    this.bug = bug;
    const exec = (text: string, ...values: SQLInputValue[]): unknown[] => {
      if (values.length > 0 || /^\s*(select|with)/i.test(text)) return this.sqlite.prepare(text).all(...values);
      this.sqlite.exec(text);
      return [];
    };
    const storage = {
      sql: { exec },
      getAlarm: () => Promise.resolve(this.alarm),
      setAlarm: (at: number) => {
        this.alarm = at;
        return Promise.resolve();
      },
    };
    const ctx = { storage, getWebSockets: () => this.sockets, setWebSocketAutoResponse: () => undefined };
    this.hub = new Hub(ctx as unknown as DurableObjectState, { DB: d1, CELL: cell, HOME: cell } as never);
    const { hub } = this;
    hub["arm"] = () => undefined; // `turn` looks instead
    const { waiting } = hub as unknown as { waiting: { add: (...args: [string, boolean, number, number]) => void } };
    const add = waiting.add.bind(waiting);
    waiting.add = (device, front, now) => add(device, front, now, 0);
    if (bug === "poke_by_last_pull") this.forgetComparisons();
  }
  /** A seeded bug: what a comparison found is not kept as told, so that each hidden change finds it again. */
  private forgetComparisons(): void {
    const hub = this.hub as unknown as { compareNow: (...args: unknown[]) => Promise<void>; keep: unknown };
    const compare = hub.compareNow.bind(hub);
    const { keep } = hub;
    hub.compareNow = async (...args) => {
      hub.keep = () => undefined;
      await compare(...args);
      hub.keep = keep;
    };
  }
  close(): void {
    this.sqlite.close();
  }

  connect(listener: Listener): () => number {
    const socket = new Socket(listener);
    this.sockets.push(socket);
    return () => socket.heard;
  }
  interest(device: string, told: { reset: boolean; keys: readonly Interest[]; at: number }): Promise<void> {
    return this.hub.interest(device, told);
  }
  announce(what: Announcement, from: string | null): Promise<void> {
    if (this.bug === "poke_for_hidden_fields")
      return this.hub.announce({ ...what, keys: what.keys.map((key) => ({ ...key, bits: 2 ** 31 - 1 })) }, from);
    if (this.bug === "no_poke_for_shared")
      return this.hub.announce({ ...what, rights: { ...what.rights, shared: [] } }, from);
    if (this.bug === "values_not_told") return this.hub.announce({ ...what, keys: [] }, from);
    if (this.bug === "rights_not_told")
      return this.hub.announce({ ...what, rights: { ...what.rights, anchors: [], fresh: [] } }, from);
    return this.hub.announce(what, from);
  }
  /** A poke is on its way to this device. */
  owes(device: string): boolean {
    const { waiting } = this.hub as unknown as { waiting: { due: ReadonlyMap<string, number> } };
    return waiting.due.has(device);
  }
  /** The clock has moved: what was due is told. */
  async turn(now: number): Promise<void> {
    if (this.alarm !== null && this.alarm <= now) {
      this.alarm = null;
      await this.hub.alarm();
    }
    this.hub["flush"]();
  }
}
