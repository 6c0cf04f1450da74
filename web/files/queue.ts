/**
 * Files of this member on their way: kept on the device first, then announced like any change, then sent, over reloads and
 * kills, by whichever tab has the turn (FILE-7).
 */
import { createComputed, createRoot, createSignal, on, untrack, type Accessor } from "solid-js";
import { fileTypeOf } from "../../shared/files/types.ts";
import { limits } from "../../shared/kernel/limits.ts";
import type { Row } from "../../shared/records/entities.ts";
import { diskName, shelfName } from "../data/idb-disk.ts";
import { Shelf, type Waiting } from "../data/shelf.ts";
import type { LocalData } from "../data/store.ts";
import type { Mutated } from "../data/types.ts";
import { backoffMs } from "../data/wire.ts";
import { plainPhoto } from "./photo.ts";
import { hashOf, sendFile } from "./transfer.ts";

type Bytes = Uint8Array<ArrayBuffer>;
/** Why a file was not taken, and which. */
export interface NotTaken {
  readonly name: string;
  readonly why: "type" | "empty" | "large" | "many" | "photo" | "full" | Extract<Mutated, { ok: false }>;
}
export interface FileQueue {
  /** What waits, oldest first. */
  readonly waiting: Accessor<readonly Waiting[]>;
  /** How much of a file that is being sent is out: 0 to 1. */
  readonly part: (id: string) => number | undefined;
  add(files: readonly File[], about: Row): Promise<readonly NotTaken[]>;
  /** It went from here just now: its record says so with the next page. */
  wasSent(id: string): boolean;
  bytes(id: string): Promise<Bytes | null>;
  retry(entry: Waiting): Promise<void>;
  /** Out of the queue, and back in; gone for good with the next start. */
  drop(id: string): Promise<void>;
  undrop(id: string): Promise<void>;
  remove(id: string): Promise<void>;
}

const queues = new WeakMap<LocalData, FileQueue>();
/** The one queue of this member in this tab. */
export function filesOf(data: LocalData): FileQueue {
  const known = queues.get(data);
  if (known) return known;
  const made = createRoot((dispose) => {
    const queue = new Queue(data);
    data.onClose(() => {
      queue.stop();
      dispose();
    });
    return queue;
  });
  queues.set(data, made);
  return made;
}

class Queue implements FileQueue {
  private readonly data: LocalData;
  private readonly shelf: Shelf;
  private readonly name: string;
  private readonly channel: BroadcastChannel;
  private readonly entries = createSignal<readonly Waiting[]>([]);
  private readonly parts = createSignal<ReadonlyMap<string, number>>(new Map());
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly sentIds = new Set<string>();
  private tries = 0;
  private running = false;
  private again = false;
  private stopped = false;
  readonly waiting = (): readonly Waiting[] => this.entries[0]().filter(({ dropped }) => !dropped);
  readonly part = (id: string): number | undefined => this.parts[0]().get(id);

  constructor(data: LocalData) {
    this.data = data;
    this.name = shelfName(diskName(data.me.cell, data.me.member));
    this.shelf = new Shelf(this.name, data.lockKey);
    this.channel = new BroadcastChannel(this.name);
    this.channel.onmessage = () => void this.read().then(() => this.run());
    createComputed(() => data.tellFiles(this.waiting().map(({ name }) => name)));
    // A page that came says that the line is there; an outbox that moved may have let a record through.
    createComputed(
      on([() => data.sync().at, () => data.sync().state, data.outbox, data.locked], () => void this.run()),
    );
    void this.begin().catch((error: unknown) => console.warn("files", error)); // no store here: nothing waits in it
  }
  private async begin(): Promise<void> {
    if (this.data.lockKey) await this.shelf.sealAll();
    for (const { id, dropped } of await this.shelf.all()) if (dropped) await this.shelf.remove(id);
    await this.read();
    await this.run();
  }
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.channel.close();
  }
  private async read(): Promise<void> {
    const found = await this.shelf.all();
    if (!this.stopped) this.entries[1](found);
  }
  private async moved(): Promise<void> {
    await this.read();
    if (this.stopped) return;
    this.channel.postMessage("moved");
    void this.run();
  }
  private async put(entry: Waiting, bytes?: Bytes): Promise<void> {
    await this.shelf.put(entry, bytes);
    await this.moved();
  }

  // --- what its member does

  async add(files: readonly File[], about: Row): Promise<readonly NotTaken[]> {
    const not: NotTaken[] = [];
    for (const file of files) {
      const why = await this.take(file, about).catch((error: unknown) => {
        console.warn("file not kept", error);
        return "full" as const; // no room, or no store at all: nothing is said to be kept that is not
      });
      if (why) not.push({ name: file.name, why });
    }
    return not;
  }
  private async take(file: File, about: Row): Promise<NotTaken["why"] | null> {
    const mediaType = fileTypeOf(file.name, file.type);
    if (mediaType === null) return "type";
    if (file.size === 0) return "empty";
    const plain = mediaType === "image/jpeg" ? await plainPhoto(file) : file;
    if (!plain) return "photo";
    if (plain.size > limits.fileBytesMax) return "large";
    const held = this.waiting();
    const bytesHeld = held.reduce((sum, { bytes }) => sum + bytes, 0);
    if (held.length >= limits.filesWaitMax || bytesHeld + plain.size > limits.filesWaitBytesMax) return "many";
    const bytes = new Uint8Array(await plain.arrayBuffer());
    const id = this.data.newId("file", about.id);
    const sha256 = await hashOf(bytes);
    const name = file.name.slice(0, limits.nameMax);
    const entry: Waiting = { id, about: about.id, name, mediaType, bytes: bytes.length, sha256, at: Date.now() };
    await this.put(entry, bytes);
    const done = await this.announce(entry);
    if (done.ok) return null;
    await this.remove(id);
    return done;
  }
  private async announce(entry: Waiting): Promise<Mutated> {
    const { id, about, name, mediaType, bytes, sha256 } = entry;
    const done = await this.data.mutate("file.add@1", { id, about, name, mediaType, bytes, sha256 });
    if (done.ok) await this.put({ ...entry, added: true });
    return done;
  }
  wasSent(id: string): boolean {
    return this.sentIds.has(id);
  }
  bytes(id: string): Promise<Bytes | null> {
    return this.shelf.bytes(id);
  }
  async retry({ failed: _failed, ...entry }: Waiting): Promise<void> {
    this.tries = 0;
    await this.put(entry);
  }
  async drop(id: string): Promise<void> {
    const entry = this.find(id);
    if (entry) await this.put({ ...entry, dropped: true });
  }
  async undrop(id: string): Promise<void> {
    const found = this.find(id);
    if (!found) return;
    const { dropped: _dropped, ...entry } = found;
    await this.put(entry);
  }
  async remove(id: string): Promise<void> {
    await this.shelf.remove(id);
    await this.moved();
  }
  private find(id: string): Waiting | undefined {
    return untrack(this.entries[0]).find((entry) => entry.id === id);
  }

  // --- sending

  private async run(): Promise<void> {
    if (this.running || this.stopped) {
      this.again = this.running;
      return;
    }
    if (untrack(this.waiting).every(({ failed }) => failed)) return;
    this.running = true;
    clearTimeout(this.timer);
    try {
      do {
        this.again = false;
        await this.turn(() => this.sendAll());
      } while (this.again && !this.stopped);
    } catch (error) {
      console.error(error);
      this.later();
    } finally {
      this.running = false;
    }
  }
  /** One tab at a time; the others look again when it says that something moved. */
  private async turn(work: () => Promise<void>): Promise<void> {
    const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
    if (!locks) return work();
    await locks.request(this.name, { ifAvailable: true }, async (lock) => {
      if (lock) await work();
      else this.later(); // should that tab be closed in the middle
    });
  }
  private later(): void {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => void this.run(), Math.min(limits.pollMs, backoffMs((this.tries += 1)))); // prettier-ignore
  }
  private async sendAll(): Promise<void> {
    for (const { id } of untrack(this.waiting)) {
      const entry = this.find(id);
      if (!entry || entry.failed || entry.dropped || this.stopped || untrack(this.data.locked)) continue;
      if (!(await this.sendOne(entry))) return this.later();
    }
  }
  /** False: the line, or the cell, is not there now. */
  private async sendOne(entry: Waiting): Promise<boolean> {
    const { data } = this;
    const { id } = entry;
    if (!entry.added && !data.copy.record(id)) {
      const done = await this.announce(entry);
      if (!done.ok && done.code !== "unavailable") await this.put({ ...entry, failed: "refused" });
      return done.ok; // what was announced now is sent when the outbox is through
    }
    if (untrack(data.attention).some((card) => isAbout(card.args, id))) return this.fail(entry, "refused");
    // Its record has to be there first.
    if (untrack(data.outbox).some((line) => line.name === "file.add@1" && isAbout(line.args, id))) return true;
    const link = data.source(id)?.link;
    const bytes = await this.shelf.bytes(id);
    if (!bytes || !link) return this.fail(entry, "damaged");
    this.show(id, 0);
    const status = await sendFile(link, id, bytes, (part) => this.show(id, part)).finally(() => this.show(id, null));
    if (status === 204) {
      this.tries = 0;
      this.sentIds.add(id);
      await this.remove(id);
      data.syncNow(); // its record says that it is there now
      return true;
    }
    if (status === 404) return this.fail(entry, "gone");
    if (status === 422) return this.fail(entry, "damaged");
    return status === 403 || status === 413 || status === 415 ? this.fail(entry, "refused") : false;
  }
  private async fail(entry: Waiting, failed: NonNullable<Waiting["failed"]>): Promise<boolean> {
    await this.put({ ...entry, failed });
    return true;
  }
  private show(id: string, part: number | null): void {
    this.parts[1]((now) => {
      const next = new Map(now);
      if (part === null) next.delete(id);
      else next.set(id, part);
      return next;
    });
  }
}
const isAbout = (args: unknown, id: string): boolean =>
  typeof args === "object" && args !== null && "id" in args && args.id === id;
