/** One socket: who sits there, what is open on it, and how fast it talks. All that must outlive a sleep is in its attachment. */
import { limits } from "../../shared/kernel/limits.ts";
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
}

const bytesPerSecond = 262_144;
const bytesBurst = 4_194_304; // a whole section and then some, after hours offline
const openBytesMax = 160; // an open section without its presence, in the attachment
const framesQueuedMax = 1_000;

export class Seat {
  readonly ws: WebSocket;
  principal: Principal | null;
  readonly open = new Map<string, Open>();
  strikes = 0;
  /** When the last frame came; 0 after a sleep, which forgets it. */
  heardAt = 0;
  /** Frames of one socket are handled one after the other, also when one has to wait for a read. */
  tail: Promise<void> = Promise.resolve();
  queued = 0;
  private readonly frames = new Bucket(limits.framesPerSecond, limits.framesBurst);
  private readonly bytes = new Bucket(bytesPerSecond, bytesBurst);
  private readonly presences = new Bucket(limits.presencePerSecond, limits.presencePerSecond);
  private preAuthBytes = 0;
  private preAuthFrames = 0;

  private constructor(ws: WebSocket, principal: Principal | null) {
    this.ws = ws;
    this.principal = principal;
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
    const { p, s, o } = JSON.parse(new TextDecoder().decode(saved)) as Saved;
    const seat = new Seat(ws, p);
    seat.strikes = s;
    for (const [address, schema, write, clientsBrought, presence] of o) {
      const named = parseAddress(address);
      if (!named) continue;
      const [client, clock, state] = presence ?? [0, 0, null];
      seat.open.set(address, {
        ...named, seat, address, schema, clientsBrought, mode: write ? "write" : "read", presence: presence ? { client, clock, state } : null,
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
      o: [...this.open.values()].map(({ address, schema, mode, clientsBrought, presence }) => [
        address, schema, mode === "write" ? 1 : 0, clientsBrought, presence && [presence.client, presence.clock, presence.state],
      ]), // prettier-ignore
    };
    const bytes = new TextEncoder().encode(JSON.stringify(saved));
    const kept = spare ? (limits.openSectionsMax - this.open.size) * openBytesMax : 0;
    if (bytes.byteLength + kept > limits.attachmentBytesMax) return false;
    this.ws.serializeAttachment(bytes);
    return true;
  }

  /** Nothing is open any more, also not for a room that wakes while the socket is closing. */
  leave(): void {
    this.open.clear();
    try {
      this.save();
    } catch {
      // it is closed already
    }
  }

  /** Null if this frame may be read; else the code to close with. 44xx: do not come back; 45xx: later. */
  refuses(bytes: number, exempt: boolean, at: number): number | null {
    if (bytes > limits.frameBytesMax) return 1009;
    if (this.queued >= framesQueuedMax) return 4529;
    if (this.open.size === 0) {
      this.preAuthBytes += bytes;
      if (++this.preAuthFrames > limits.preAuthFramesMax || this.preAuthBytes > limits.preAuthBytesMax) return 4429;
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
  readonly o: readonly (readonly [string, number, 0 | 1, number, readonly [number, number, string | null] | null])[];
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
