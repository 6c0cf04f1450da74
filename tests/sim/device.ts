/** One device of a member: the product's own copy, disk and exchange, behind a network and a power switch that fail. */
import { wireLines } from "../../shared/sync/columns.ts";
import type { PullLine, PullRequest, PushAnswer, PushRequest } from "../../shared/sync/protocol.ts";
import { mutations } from "../../shared/sync/registry.ts";
import { EdgeClock } from "../../web/data/clock.ts";
import {
  always,
  drop,
  DiskLost,
  entryKey,
  MemoryDisk,
  put,
  type ClientMeta,
  type Entry,
  type Write,
} from "../../web/data/disk.ts";
import { pullOnce, pushOnce, type Exchange, type Wire } from "../../web/data/exchange.ts";
import { WireError } from "../../web/data/wire-error.ts";
import { Replica } from "../../web/data/replica.ts";
import type { Edge } from "./edge.ts";
import { cell } from "./edge.ts";
import { mustHold, type Expected, type Inputs } from "./oracle.ts";
import type { Random } from "./random.ts";

export interface PageSeen {
  /** Everything in the cell when the edge made the page, and the instant of it. */
  readonly inputs: Inputs;
  readonly at: number;
  readonly expected: ReadonlyMap<string, Expected>;
  /** What was so before others acted in the middle of the request; null: nobody did. */
  readonly earlier: ReadonlyMap<string, Expected> | null;
  readonly lines: readonly PullLine[];
  delivered: number; // lines
}
export interface Faults {
  readonly lose: number;
  readonly cut: number;
  readonly twice: number;
  readonly kill: number;
}
export const noFaults: Faults = { lose: 0, cut: 0, twice: 0, kill: 0 };

export class Device {
  readonly id: string;
  readonly member: string;
  readonly disk = new MemoryDisk();
  replica!: Replica;
  clock!: EdgeClock;
  faults: Faults = noFaults;
  page: PageSeen | null = null;
  /** The last complete page, for what must be held offline. */
  complete: PageSeen | null = null;
  drift = 0;
  made = 0;
  readonly names: string[] = []; // clients used
  onActBetween: (() => Promise<void>) | null = null;
  private readonly edge: Edge;
  private readonly random: Random;
  /** This device's wall clock is off by so much. */
  skew = 0;
  private asleep = 0; // monotonic time starts anew with each boot

  constructor(edge: Edge, id: string, member: string, random: Random) {
    this.edge = edge;
    this.id = id;
    this.member = member;
    this.random = random;
  }
  async boot(): Promise<void> {
    this.asleep = this.edge.time;
    const facts = this.edge.inputs().members.get(this.member);
    this.replica = new Replica({
      cell,
      actor: { member: this.member, teams: facts?.teams ?? [], regions: facts?.regions ?? [] },
      mutations,
    });
    this.clock = new EdgeClock({ wall: () => this.edge.time + this.skew, mono: () => this.edge.time - this.asleep });
    this.disk.fault = null;
    await this.disk.write(async (read) => ({
      writes: (await read.get("meta", "device"))
        ? []
        : [put("meta", "device", this.id), put("meta", "client", { id: this.newClient(), next: 1 })],
      value: undefined,
    }));
    const { rev, contents } = await this.disk.load();
    this.replica.load(rev, contents);
    const { now, wall } = this.replica.sync;
    this.clock.restore(now, wall, Number(this.replica.table("meta").get("time") ?? 0));
    await this.tick();
  }
  private newClient(): string {
    const name = `${this.id}-c${this.names.length + 1}`;
    this.names.push(name);
    return name;
  }

  /** The client's timer. */
  async tick(): Promise<void> {
    if (this.edge.bug === "no_timer") return;
    const writes = this.replica.expire(this.clock.now());
    if (writes.length > 0) await this.store(writes);
  }
  private readonly store = async (writes: readonly Write[]): Promise<void> => {
    const written = await this.disk.write(always(writes));
    this.replica.absorb(written.writes);
  };

  async mutate(name: string, args: unknown): Promise<Entry | null> {
    const drafted = this.replica.draft(name, args, this.edge.time);
    if (!drafted.ok) return null;
    const written = await this.disk.write(async (read) => {
      const client = (await read.get("meta", "client")) as ClientMeta;
      const entry: Entry = { ...drafted.value, client: client.id, n: client.next };
      return {
        writes: [
          put("outbox", entryKey(entry.client, entry.n), entry),
          put("meta", "client", { ...client, next: client.next + 1 }),
        ],
        value: entry,
      };
    });
    this.replica.absorb(written.writes);
    this.made += 1;
    return written.value;
  }
  async follow(anchor: string, kind: "open" | "pin" | "unfollow"): Promise<void> {
    const last = [...this.replica.table("follow").keys()].sort().at(-1) ?? "0";
    await this.store([put("follow", String(Number(last) + 1).padStart(9, "0"), { anchor, kind })]);
  }

  /** Runs a piece of the exchange under faults; a killed device starts again from its disk. */
  async attempt(work: (x: Exchange) => Promise<boolean>): Promise<"more" | "done" | "failed" | "killed"> {
    if (this.random.chance(this.faults.kill)) {
      let left = this.random.below(3);
      this.disk.fault = () => ((left -= 1) < 0 ? (this.random.chance(0.5) ? "before" : "after") : null);
    }
    try {
      return (await work(this.exchange())) ? "more" : "done";
    } catch (error) {
      if (error instanceof DiskLost) {
        await this.boot();
        return "killed";
      }
      if (error instanceof WireError) return "failed";
      throw error;
    } finally {
      this.disk.fault = null;
    }
  }
  pull(): Promise<"more" | "done" | "failed" | "killed"> {
    return this.attempt(pullOnce);
  }
  push(): Promise<"more" | "done" | "failed" | "killed"> {
    return this.attempt(async (x) => {
      const more = await pushOnce(x);
      if (this.edge.bug === "drop_at_ack") {
        for (const [key, entry] of this.replica.table("outbox"))
          if (this.replica.isAcked(entry)) await this.store([drop("outbox", key)]);
      }
      return more;
    });
  }

  private exchange(): Exchange {
    return {
      replica: this.replica,
      clock: this.clock,
      wire: this.wire,
      wall: () => this.edge.time + this.skew,
      store: (writes) => this.store(this.seededWrites(writes)),
      transact: async (plan) => {
        const written = await this.disk.write(plan);
        this.replica.absorb(written.writes);
      },
      newClient: () => this.newClient(),
      report: (drift) => {
        this.drift += drift;
      },
    };
  }
  private readonly wire: Wire = {
    push: async (body: PushRequest): Promise<PushAnswer> => {
      if (this.random.chance(this.faults.lose)) throw new WireError("retry", "request lost");
      const answer = await this.edge.push(this.member, body);
      const again = this.random.chance(this.faults.twice) ? await this.edge.push(this.member, body) : answer;
      if (this.random.chance(this.faults.lose)) throw new WireError("retry", "answer lost");
      return again;
    },
    pull: (body) => this.stream(body),
  };
  private async *stream(body: PullRequest): AsyncGenerator<string> {
    if (this.random.chance(this.faults.lose)) throw new WireError("retry", "request lost");
    let earlier: ReadonlyMap<string, Expected> | null = null;
    if (this.onActBetween) {
      const act = this.onActBetween;
      this.onActBetween = null;
      let skip = this.random.below(5);
      this.edge.d1.between = async () => {
        if ((skip -= 1) >= 0) return;
        this.edge.d1.between = null;
        earlier = mustHold(this.edge.inputs(), this.id, this.member, this.edge.time);
        await act();
      };
    }
    let lines: readonly PullLine[];
    try {
      const sent =
        this.edge.bug === "no_ask"
          ? { ...body, ask: [] }
          : this.edge.bug === "no_check"
            ? { ...body, check: [] }
            : body;
      lines = await this.edge.pull(this.member, sent);
    } finally {
      this.edge.d1.between = null;
    }
    lines = this.seeded(lines);
    const last = lines.at(-1);
    const at = last?.t === "page" ? last.now : this.edge.time;
    const inputs = this.edge.inputs();
    const page: PageSeen = {
      inputs,
      at,
      expected: mustHold(inputs, this.id, this.member, at),
      earlier,
      lines,
      delivered: 0,
    };
    this.page = page;
    if (this.random.chance(this.faults.lose)) throw new WireError("retry", "answer lost");
    const wire = wireLines(lines, body.want.map(({ h }) => h)); // prettier-ignore
    const packed = lines.filter((line) => line.t === "snap").length;
    const stop = this.random.chance(this.faults.cut) ? this.random.below(wire.length) : wire.length;
    const chunk = 1 + this.random.below(4);
    for (let from = 0; from < stop; from += chunk) {
      const some = wire.slice(from, Math.min(stop, from + chunk));
      for (const line of some) page.delivered += line.t === "cols" ? packed : 1;
      yield some.map((line) => `${JSON.stringify(line)}\n`).join("");
    }
    if (stop < wire.length && this.random.chance(0.5)) yield '{"t":"pat'; // cut in the middle of a line
  }
  private cutPage = false;
  /** A seeded bug of the device: what a page takes away is stored with the page's cursor already. */
  private seededWrites(writes: readonly Write[]): readonly Write[] {
    const page = this.page?.lines.at(-1);
    const whole = writes.some((write) => write.store === "meta" && write.key === "sync");
    if (this.edge.bug !== "cursor_with_removals" || whole || page?.t !== "page") return writes;
    if (!writes.some((write) => write.store === "keys")) return writes;
    return [...writes, put("meta", "sync", { ...this.replica.sync, cursor: page.cursor })];
  }
  /** Seeded bugs of the device, played on the lines that it is given. */
  private seeded(lines: readonly PullLine[]): readonly PullLine[] {
    switch (this.edge.bug) {
      case "no_strip":
        return lines.filter((line) => line.t !== "rights" || !this.replica.table("keys").has(line.h));
      case "no_gone":
        return lines.filter((line) => line.t !== "gone");
      case "no_reset":
        return lines.filter((line) => line.t !== "reset");
      case "no_outcomes":
        return lines.map((line) => (line.t === "page" ? { ...line, outcomes: [] } : line));
      case "first_page_only": {
        const { cutPage } = this;
        const last = lines.at(-1);
        this.cutPage = last?.t === "page" && last.more;
        return cutPage ? lines.filter((line) => line.t !== "rights" && line.t !== "gone") : lines;
      }
      case "snapshot_stale": {
        const set = new Set(lines.map((line) => (line.t === "set" ? line.row.id : "")));
        return lines.map((line) =>
          line.t === "snap" ? { ...line, rows: line.rows.filter(([, row]) => !set.has(row.id)) } : line,
        );
      }
      case "snapshot_short":
        return lines.map((line) => (line.t === "snap" ? { ...line, rows: line.rows.slice(0, -1) } : line));
      default:
        return lines;
    }
  }
}
