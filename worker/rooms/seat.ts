/** One socket: who sits there, what is open on it, and how fast it talks. All that must outlive a sleep is in its attachment. */
import { edgeLimits } from "../../shared/kernel/limits.ts";
import type { Mode } from "./protocol.ts";
import { parseAddress } from "./protocol.ts";
import type { Presence } from "./presence.ts";
import type { Principal } from "./rights.ts";

/** A section open on a socket. */
export interface Open {
  readonly seat: Seat;
  readonly address: string;
  readonly section: string;
  readonly gen: number;
  readonly schema: number; // of the editor at the other end
  mode: Mode;
  presence: Presence | null;
  clientsBrought: number;
  /** What the other end has, by a step 1 that waits until more was read; null: none waits. */
  asked: Uint8Array | null;
}

/** The account's page open on a socket. */
interface Page {
  /** What its member edits there; empty: nothing. */
  field: string;
  /** What they were told last of the others, as a hash: what did not change for them is not sent. */
  told: number;
}

const bytesPerSecond = 262_144;
const bytesBurst = 4_194_304; // a whole section and then some, after hours offline
const openBytesMax = 160; // an open section without its presence, in the attachment
const framesQueuedMax = 1_000;

export class Seat {
  readonly ws: WebSocket;
  principal: Principal | null;
  readonly open = new Map<string, Open>();
  page: Page | null = null;
  strikes = 0;
  /** When the last frame came; 0 after a sleep, which forgets it. */
  heardAt = 0;
  /** Frames of one socket are handled one after the other, also when one has to wait for a read. */
  tail: Promise<void> = Promise.resolve();
  queued = 0;
  readonly unread: Unread;
  private readonly frames = new Bucket(edgeLimits.framesPerSecond, edgeLimits.framesBurst);
  private readonly bytes = new Bucket(bytesPerSecond, bytesBurst);
  private readonly presences = new Bucket(edgeLimits.presencePerSecond, edgeLimits.presencePerSecond);
  private preAuthBytes = 0;
  private preAuthFrames = 0;

  private constructor(ws: WebSocket, principal: Principal | null, unread: readonly number[] = []) {
    this.ws = ws;
    this.principal = principal;
    this.unread = new Unread(unread);
  }

  static accept(ws: WebSocket, principal: Principal | null): Seat {
    const seat = new Seat(ws, principal);
    seat.heardAt = Date.now();
    seat.save();
    return seat;
  }

  /** After a sleep: as the attachment says. Null for a socket that is not ours to read. */
  static restore(ws: WebSocket): Seat | null {
    const saved: unknown = ws.deserializeAttachment();
    if (!(saved instanceof Uint8Array)) return null;
    const { p, s, o, u, g } = JSON.parse(new TextDecoder().decode(saved)) as Saved;
    const seat = new Seat(ws, p, u);
    seat.strikes = s;
    if (g) seat.page = { field: g[0], told: g[1] };
    for (const [address, schema, write, clientsBrought, presence, asked] of o) {
      const named = parseAddress(address);
      if (!named) continue;
      const [client, clock, state] = presence ?? [0, 0, null];
      seat.open.set(address, {
        ...named, seat, address, schema, clientsBrought, mode: write ? "write" : "read", presence: presence ? { client, clock, state } : null,
        asked: asked ? hasNothing : null,
      }); // prettier-ignore
    }
    return seat;
  }

  /**
   * Bytes rather than an object, because only their size is known exactly. False: too much, and nothing is changed.
   * `spare` keeps room for the sections that may still be opened: presence must not keep a section shut.
   */
  save(spare = false): boolean {
    const saved: Saved = {
      p: this.principal,
      s: this.strikes,
      u: this.unread.blocks,
      ...(this.page ? { g: [this.page.field, this.page.told] as const } : {}),
      o: [...this.open.values()].map(({ address, schema, mode, clientsBrought, presence, asked }) => [
        address, schema, mode === "write" ? 1 : 0, clientsBrought, presence && [presence.client, presence.clock, presence.state],
        asked ? 1 : 0,
      ]), // prettier-ignore
    };
    const bytes = new TextEncoder().encode(JSON.stringify(saved));
    const kept = spare ? (edgeLimits.openSectionsMax - this.open.size) * openBytesMax : 0;
    if (bytes.byteLength + kept > edgeLimits.attachmentBytesMax) return false;
    this.ws.serializeAttachment(bytes);
    return true;
  }

  /** Nothing is open any more, also not for a room that wakes while the socket is closing. */
  leave(): void {
    this.open.clear();
    this.page = null;
    try {
      this.save();
    } catch {
      // it is closed already
    }
  }

  /** Null if this frame may be read; else the code to close with. 44xx: do not come back; 45xx: later. */
  refuses(bytes: number, exempt: boolean, at: number): number | null {
    if (bytes > edgeLimits.frameBytesMax) return 1009;
    if (this.queued >= framesQueuedMax) return 4529;
    if (this.open.size === 0 && !this.page) {
      this.preAuthBytes += bytes;
      if (++this.preAuthFrames > edgeLimits.preAuthFramesMax || this.preAuthBytes > edgeLimits.preAuthBytesMax)
        return 4429;
    }
    if (!this.bytes.take(bytes, at)) return 4529;
    return exempt || this.frames.take(1, at) ? null : 4529;
  }
  mayAnnounce(at: number): boolean {
    return this.presences.take(1, at);
  }
}

interface Saved {
  readonly p: Principal | null;
  readonly s: number;
  readonly u: readonly number[];
  readonly g?: readonly [field: string, told: number];
  readonly o: readonly (readonly [
    address: string,
    schema: number,
    write: 0 | 1,
    clientsBrought: number,
    presence: readonly [number, number, string | null] | null,
    asked: 0 | 1,
  ])[];
}
const hasNothing = new Uint8Array([0]); // the state vector of an empty document

/**
 * What the other end has not read (ROOM-22). The platform does not say, so the room asks: a ping after every block of
 * bytes, whose pong comes when all before it was read.
 */
class Unread {
  /** Sizes of the blocks whose pong has not come, oldest first. */
  readonly blocks: number[];
  private since = 0; // a sleep forgets this, which is less than a block
  constructor(blocks: readonly number[] = []) {
    this.blocks = [...blocks];
  }
  get bytes(): number {
    return this.blocks.reduce((sum, block) => sum + block, this.since);
  }
  /** Whether a ping is to follow. */
  sent(bytes: number): boolean {
    this.since += bytes;
    if (this.since < edgeLimits.sendPingBytes) return false;
    this.blocks.push(this.since);
    this.since = 0;
    return true;
  }
  pong(): void {
    this.blocks.shift();
  }
}

class Bucket {
  private readonly perSecond: number;
  private readonly burst: number;
  private held: number;
  private at = 0;
  constructor(perSecond: number, burst: number) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.held = burst;
  }
  take(amount: number, at: number): boolean {
    this.held = Math.min(this.burst, this.held + ((at - this.at) / 1000) * this.perSecond);
    this.at = at;
    if (this.held < amount) return false;
    this.held -= amount;
    return true;
  }
}
