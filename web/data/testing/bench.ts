/** A device on a bench: the real copy on a memory disk, pages written by hand. */
import { makeId } from "../../../shared/kernel/id.ts";
import type { EntityName, Row } from "../../../shared/records/entities.ts";
import type { KeyRights, PullLine, PullRequest, PushAnswer, PushRequest } from "../../../shared/sync/protocol.ts";
import { mutations } from "../../../shared/sync/registry.ts";
import { EdgeClock } from "../clock.ts";
import { always, entryKey, MemoryDisk, put, type ClientMeta, type Entry, type Write } from "../disk.ts";
import type { Exchange, Wire } from "../exchange.ts";
import { Replica } from "../replica.ts";

/** Ids in the order of their numbers. */
export const idOf = (kind: string, number: number): string => {
  const bytes = new Uint8Array(13);
  new DataView(bytes.buffer).setUint16(10, number);
  return makeId("local", kind, bytes);
};
export const me = idOf("mem", 1);
export const start = 1_800_000_000_000;

export const all: KeyRights = {
  account: { identity: null, shared: null },
  contact: { identity: null, shared: null, consent: null },
};
export const contact = (number: number, more: Partial<Row> = {}): Row => ({
  id: idOf("con", number), anchor: idOf("acc", 1), compartment: "core", createdAt: 1, createdBy: me,
  name: `Contact ${number}`, title: "Buyer", marketingConsent: "given", ...more,
} as Row); // prettier-ignore
export const account = (more: Partial<Row> = {}): Row =>
  ({
    id: idOf("acc", 1),
    anchor: idOf("acc", 1),
    compartment: "core",
    createdAt: 1,
    createdBy: me,
    name: "Acme",
    owner: me,
    industry: "steel",
    ...more,
  }) as Row;

export const rights = (h: string, g: KeyRights): PullLine => ({ t: "rights", h, g });
export const snap = (
  h: string,
  rows: readonly (readonly [EntityName, Row])[],
  from = "",
  to: string | null = null,
): PullLine => ({ t: "snap", h, from, to, rows });
export const page = (more: Partial<Extract<PullLine, { t: "page" }>> = {}): PullLine => ({
  t: "page", cursor: "c1", more: false, lmid: 0, outcomes: [], now: start, lease: start + 1_000_000_000, ...more,
}); // prettier-ignore

export class Device {
  readonly disk: MemoryDisk;
  readonly replica: Replica;
  readonly clock: EdgeClock;
  time = start;
  asked: PullRequest[] = [];
  pushed: PushRequest[] = [];
  drift = 0;
  /** What the edge will say; each is used once. A string is sent as it is, so that pages can be cut. */
  pages: (readonly PullLine[] | string)[] = [];
  answers: (PushAnswer | Error)[] = [];
  /** Lines a chunk; 0: all in one. */
  chunk = 1;

  constructor(disk = new MemoryDisk()) {
    this.disk = disk;
    this.replica = new Replica({ cell: "local", actor: { member: me, teams: [], regions: [] }, mutations });
    this.clock = new EdgeClock({ wall: () => this.time, mono: () => this.time });
  }
  async boot(): Promise<this> {
    await this.disk.write(async (read) => ({
      writes: (await read.get("meta", "device"))
        ? []
        : [put("meta", "device", "dev1"), put("meta", "client", { id: "cli1", next: 1 })],
      value: undefined,
    }));
    const { rev, contents } = await this.disk.load();
    this.replica.load(rev, contents);
    return this;
  }
  readonly store = async (writes: readonly Write[]): Promise<void> => {
    const written = await this.disk.write(always(writes));
    this.replica.absorb(written.writes);
  };
  readonly wire: Wire = {
    push: (body) => {
      this.pushed.push(structuredClone(body));
      const answer = this.answers.shift();
      if (!answer) throw new Error("no answer prepared");
      if (answer instanceof Error) return Promise.reject(answer);
      return Promise.resolve(answer);
    },
    pull: (body) => this.stream(body),
  };
  private async *stream(body: PullRequest): AsyncGenerator<string> {
    this.asked.push(structuredClone(body));
    const next = this.pages.shift();
    if (next === undefined) throw new Error("no page prepared");
    if (typeof next === "string") {
      yield next;
      return;
    }
    const lines = next.map((line) => `${JSON.stringify(line)}\n`);
    if (this.chunk === 0) yield lines.join("");
    else for (const line of lines) yield line;
  }
  get exchange(): Exchange {
    return {
      replica: this.replica,
      clock: this.clock,
      wire: this.wire,
      wall: () => this.time,
      store: this.store,
      transact: async (plan) => {
        const written = await this.disk.write(plan);
        this.replica.absorb(written.writes);
      },
      newClient: () => "cli2",
      report: (drift) => {
        this.drift += drift;
      },
    };
  }
  async mutate(name: string, args: unknown): Promise<Entry> {
    const drafted = this.replica.draft(name, args, this.time);
    if (!drafted.ok) throw new Error(`${drafted.error.code} ${drafted.error.fields?.join() ?? ""}`);
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
    return written.value;
  }
  /** The same disk in a new app: what a reload sees. */
  async reopened(): Promise<Device> {
    const next = await new Device(this.disk).boot();
    next.time = this.time;
    return next;
  }
}
