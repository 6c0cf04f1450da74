/** A member on a real socket who keeps count of what the room said it stored. */
import { randomBytes, randomUUID } from "node:crypto";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import { peopleRows } from "../../demo/people.ts";
import { call, demoSignIn } from "../../scripts/crm/api.ts";
import { makeId } from "../../shared/kernel/id.ts";
import { sectionKinds, type SectionKind } from "../../shared/sections/kinds.ts";
import { currentSchema } from "../../shared/sections/number.ts";
import { protocolVersion } from "../../shared/sync/protocol.ts";

const newId = (kind: string): string => makeId("local", kind, randomBytes(13));

export class Member {
  readonly url: string;
  readonly cookie: string;
  private readonly device = randomUUID();
  private sent = 0;
  private constructor(url: string, cookie: string) {
    this.url = url;
    this.cookie = cookie;
  }
  /** Ana of the demo organisation, who sells; on the first cell of an empty state. */
  static async first(url: string): Promise<Member> {
    await call(url, {}, "POST", "/api/demo/bootstrap", { people: peopleRows() });
    return new Member(url, (await demoSignIn(url, "ana")).cookie ?? "");
  }
  private async mutate(name: string, args: object): Promise<void> {
    const body = {
      v: protocolVersion,
      device: this.device,
      client: this.device,
      seen: 0,
      muts: [{ n: (this.sent += 1), name, args, at: Date.now() }],
    };
    const { results } = (
      await call<{ results: { ok: boolean }[] }>(this.url, { cookie: this.cookie }, "POST", "/sync/push", body)
    ).body;
    if (!results[0]?.ok) throw new Error(`${name}: ${JSON.stringify(results)}`);
  }
  async makeAccount(): Promise<string> {
    const id = newId("acc");
    await this.mutate("account.create@1", { id, anchor: id, fields: { name: "Initech" } });
    return id;
  }
  async makeSection(account: string, kind: SectionKind): Promise<string> {
    const id = newId("sec");
    const { compartment, group } = sectionKinds[kind];
    const fields = { title: "Notes", sectionKind: kind, group, about: account };
    await this.mutate("section.create@1", { id, anchor: account, compartment, fields });
    return id;
  }
}

/** The room asks whether what it sent was read. */
export const isPing = (frame: Uint8Array): boolean => frame.length === 1 && frame[0] === 9;
export const pong = new Uint8Array([10]);

/** Says who sits here; the cookie did already. */
export const authFrame = (address: string): Uint8Array =>
  encoding.encode((to) => {
    encoding.writeVarString(to, address);
    encoding.writeVarUint(to, 2);
    encoding.writeVarUint(to, 0);
    encoding.writeVarString(to, `;schema=${currentSchema}`);
  });

/** A document on this side of the socket. */
export interface Copy {
  readonly section: string;
  readonly doc: Y.Doc;
  /** How many edits were made here. */
  mark(): number;
  /** The room says that it stored the first so many. */
  stored(mark: number): void;
}

/** A document that counts nothing. */
export const plainCopy = (section: string): Copy => ({
  section,
  doc: new Y.Doc(),
  mark: () => 0,
  stored: () => undefined,
});

/** One socket with a few sections open on it. */
export class Line {
  readonly closed: Promise<number>;
  /** Sections that the room opened for reading only, or denied. */
  readonly refused = new Set<string>();
  /** Frames that came. */
  heard = 0;
  private readonly ws: WebSocket;
  private readonly copies: ReadonlyMap<string, Copy>;
  private readonly waiting = new Map<string, number[]>();
  private readonly opened = new Map<string, () => void>();
  private readonly stops: (() => void)[] = [];

  constructor(member: Member, account: string, copies: readonly Copy[]) {
    this.copies = new Map(copies.map((copy) => [`${copy.section}.1`, copy]));
    const { cookie, url: origin } = member;
    this.ws = new WebSocket(`${origin.replace("http", "ws")}/rooms/${account}`, {
      headers: { cookie, origin },
    } as unknown as string[]);
    this.ws.binaryType = "arraybuffer";
    this.ws.addEventListener("message", ({ data }) => {
      if (!(data instanceof ArrayBuffer)) return;
      this.heard++;
      const frame = new Uint8Array(data);
      if (isPing(frame)) this.ws.send(pong);
      else this.hear(frame);
    });
    this.closed = new Promise((resolve) =>
      this.ws.addEventListener("close", ({ code }) => {
        for (const stop of this.stops) stop();
        resolve(code);
      }),
    );
  }

  /** Opens every section: resolves when the copies have all that the room has. Rejects if the socket dies first. */
  async open(): Promise<void> {
    const dead = this.closed.then((code) => Promise.reject(new Error(`closed ${code}`)));
    dead.catch(() => undefined);
    this.ws.addEventListener("error", () => undefined);
    await Promise.race([new Promise((resolve) => this.ws.addEventListener("open", resolve)), dead]);
    const all = [...this.copies.keys()].map((address) => new Promise<void>((done) => this.opened.set(address, done)));
    for (const address of this.copies.keys()) this.ws.send(authFrame(address) as Uint8Array<ArrayBuffer>);
    await Promise.race([Promise.all(all), dead]);
  }
  close(): void {
    this.ws.close(1000);
  }
  /** What keeps a connection from looking dead; the platform answers it without waking the room. */
  ping(): void {
    this.ws.send("ping");
  }

  private send(address: string, type: number, body: (to: encoding.Encoder) => void): void {
    if (this.ws.readyState !== WebSocket.OPEN) return;
    this.ws.send(
      encoding.encode((to) => {
        encoding.writeVarString(to, address);
        encoding.writeVarUint(to, type);
        body(to);
      }),
    );
  }
  private sync(address: string, step: 0 | 1 | 2, bytes: Uint8Array): void {
    this.send(address, 0, (to) => {
      encoding.writeVarUint(to, step);
      encoding.writeVarUint8Array(to, bytes);
    });
  }
  private upload(address: string, copy: Copy, step: 1 | 2, update: Uint8Array): void {
    const marks = this.waiting.get(address) ?? [];
    this.waiting.set(address, marks);
    marks.push(copy.mark());
    this.sync(address, step, update);
  }

  private hear(frame: Uint8Array): void {
    const from = decoding.createDecoder(frame);
    const address = decoding.readVarString(from);
    const copy = this.copies.get(address);
    if (!copy) return;
    const type = decoding.readVarUint(from);
    if (type === 2) {
      if (decoding.readVarUint(from) === 2 && decoding.readVarString(from) === "read-write") {
        if (!this.waiting.has(address)) this.begin(address, copy);
      } else {
        this.refused.add(copy.section);
        this.opened.get(address)?.();
      }
    } else if (type === 8) {
      const mark = this.waiting.get(address)?.shift() ?? 0;
      if (decoding.readVarUint(from) === 1) copy.stored(mark);
      else this.refused.add(copy.section);
    } else if (type === 0) {
      const step = decoding.readVarUint(from);
      const bytes = decoding.readVarUint8Array(from);
      if (step > 0) return Y.applyUpdate(copy.doc, bytes, this);
      // Asked for what it lacks, after it told all that it has: from here on edits build on what the room knows.
      this.upload(address, copy, 1, Y.encodeStateAsUpdate(copy.doc, bytes));
      this.opened.get(address)?.();
    }
  }
  private begin(address: string, copy: Copy): void {
    this.waiting.set(address, []);
    const relay = (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.upload(address, copy, 2, update);
    };
    copy.doc.on("update", relay);
    this.stops.push(() => copy.doc.off("update", relay));
    this.sync(address, 0, Y.encodeStateVector(copy.doc));
  }
}
