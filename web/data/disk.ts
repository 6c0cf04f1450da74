/**
 * Where a device keeps its copy: named stores of values by key, changed only in transactions that are all or nothing.
 * One disk for each (cell, member). The browser's is IndexedDB (`idb-disk.ts`); the simulation's is in memory and can
 * die before or after any commit.
 */
import type { ErrorCode, Unmet } from "../../shared/kernel/result.ts";
import type { EntityName, Row } from "../../shared/records/entities.ts";
import type { Fields } from "../../shared/records/mutation.ts";
import type { KeyRights } from "../../shared/sync/protocol.ts";
import type { AttentionCard } from "./types.ts";

export interface Held {
  readonly e: EntityName;
  readonly row: Row;
}
/** A key as held: its rights and all its rows in one blob, so that the two can never disagree on disk. */
export interface KeyBlob {
  readonly g: KeyRights;
  readonly rows: ReadonlyMap<string, Held>;
}
/** A key whose rows are still to come. `after`: the last record id that is here; `round`: newer wishes first. */
interface Want {
  readonly after: string;
  readonly round: number;
}
export interface FollowChoice {
  readonly anchor: string;
  readonly kind: "open" | "pin" | "unfollow";
}
/** A mutation that the edge has not confirmed by a complete page. */
export interface Entry {
  readonly client: string;
  readonly n: number;
  readonly name: string;
  readonly args: unknown;
  /** Values seen when it was made, of the fields that it changes. Loses what its member may no longer see. */
  readonly base: { readonly [id: string]: Fields };
  /** What the member wrote: all that a card may show once the record is out of sight. */
  readonly mine: Fields;
  /** Records that it makes. */
  readonly makes?: readonly string[];
  readonly at: number;
  /** Refused by the edge: shows no longer, becomes a card with the page that passes its number. */
  readonly outcome?: {
    readonly code: ErrorCode;
    readonly fields?: readonly string[];
    readonly detail?: string;
    readonly unmet?: readonly Unmet[];
    readonly theirs?: Fields;
    readonly by?: string;
    readonly when?: number;
    readonly restore?: string;
  };
}
export interface SyncMeta {
  readonly cursor: string | null;
  readonly seen: number; // outcomes up to here are stored
  readonly now: number; // the edge's clock at the last page
  readonly wall: number; // this device's clock at that instant
  readonly lease: number;
  readonly round: number; // pages so far
  readonly over?: number; // accounts that are followed and had no place here
}
export interface ClientMeta {
  readonly id: string;
  readonly next: number; // the number that the next mutation gets
}
/** A section's text on this device; see rooms.ts. */
export interface SectionCache {
  readonly id: string;
  readonly gen: number;
  readonly account: string;
  readonly state: Uint8Array;
  /** State vector that the room has stored; what lies beyond it is unsent. */
  readonly stored: Uint8Array;
  /** False: there is nothing beyond it, so that the text may go without a look into it. */
  readonly unsent?: boolean;
  /** Yjs snapshot of what was last shown here, where more was fetched since; empty: it was never shown. */
  readonly seen?: Uint8Array;
  readonly at: number;
}
export interface Tables {
  keys: KeyBlob;
  want: Want;
  ask: number;
  follow: FollowChoice;
  meta: SyncMeta | ClientMeta | string | number;
  outbox: Entry;
  attention: AttentionCard;
  sections: SectionCache;
}
export type Store = keyof Tables;
export const stores: readonly Store[] = ["keys", "want", "ask", "follow", "meta", "outbox", "attention", "sections"];

export type Write = {
  readonly [S in Store]: { readonly store: S; readonly key: string; readonly value?: Tables[S] };
}[Store];
/** A value puts, no value deletes. */
export function put<S extends Store>(store: S, key: string, value: Tables[S]): Write {
  return { store, key, value } as Write; // the union is by store; S ties store and value together
}
export function drop(store: Store, key: string): Write {
  return { store, key } as Write;
}

export type Contents = { readonly [S in Store]: ReadonlyMap<string, Tables[S]> };
export interface Reader {
  get<S extends Store>(store: S, key: string): Promise<Tables[S] | undefined>;
  all<S extends Store>(store: S): Promise<ReadonlyMap<string, Tables[S]>>;
}
export interface Written<T> {
  /** Commits are numbered; a tab that misses a number reloads. */
  readonly rev: number;
  readonly writes: readonly Write[];
  readonly value: T;
}
export interface Plan<T> {
  readonly writes: readonly Write[];
  readonly value: T;
}
/** What the disk holds, in parts: the first has everything but keys, and the first of these. */
export interface LoadPart {
  /** Of the first part. Keys of later ones may be newer: who reads takes later commits in at once, and no older key. */
  readonly rev: number;
  readonly first: boolean;
  readonly contents: Contents;
}
export interface Disk {
  load(): Promise<{ readonly rev: number; readonly contents: Contents }>;
  /** The same in parts, so that a list can show before everything is in. Starts again from the first if it must. */
  loadParts(onPart: (part: LoadPart) => void): Promise<void>;
  /** Number of the last commit. */
  rev(): Promise<number>;
  /**
   * One transaction: `plan` reads, and what it answers is written, all or nothing. With `term`, it fails as
   * `TermPassed` when another tab has taken the lead since, however long this one was frozen.
   */
  write<T>(
    plan: (read: Reader) => Promise<Plan<T>>,
    options?: { readonly term?: number; readonly strict?: boolean },
  ): Promise<Written<T>>;
  /** Reads of one instant, and changes nothing. */
  read<T>(look: (read: Reader) => Promise<T>): Promise<T>;
  section(id: string): Promise<SectionCache | undefined>;
  close(): void;
}

export class TermPassed extends Error {}
/** The store is gone (evicted, full, connection lost): the caller goes on in memory and says so. */
export class DiskLost extends Error {}

/** The plan that needs no reading. */
export const always = (writes: readonly Write[]) => (): Promise<Plan<void>> =>
  Promise.resolve({ writes, value: undefined });

/** `refused`: no disk from the beginning, as in private windows. `full`: no room. `gone`: the browser closed it. */
export type DiskFault = "refused" | "full" | "gone";
/** A value under the lock (locked-disk.ts). */
export interface Sealed {
  /** Twelve bytes of initial value, then what was sealed. */
  readonly s: Uint8Array<ArrayBuffer>;
}
export const isSealed = (value: unknown): value is Sealed =>
  typeof value === "object" && value !== null && "s" in value && value.s instanceof Uint8Array;

/** Within a write: the fence of leaders and the number of the commit. */
export async function numbered<T>(
  read: Reader,
  plan: (read: Reader) => Promise<Plan<T>>,
  term: number | undefined,
): Promise<Written<T>> {
  if (term !== undefined && ((await read.get("meta", "term")) ?? 0) !== term) throw new TermPassed();
  const rev = Number((await read.get("meta", "rev")) ?? 0) + 1;
  const { writes, value } = await plan(read);
  return { rev, writes: [...writes, put("meta", "rev", rev)], value };
}

/** In memory, with the same promises. `fault` lets the simulation kill the device before or after a commit. */
export class MemoryDisk implements Disk {
  private tables: { [S in Store]: Map<string, Tables[S]> } = empty();
  private queue: Promise<unknown> = Promise.resolve();
  fault: (() => "before" | "after" | null) | null = null;

  constructor(contents?: Contents) {
    if (contents) for (const store of stores) copyInto(this.tables[store], contents[store]);
  }

  load(): Promise<{ rev: number; contents: Contents }> {
    const contents = empty();
    for (const store of stores) copyInto(contents[store], this.tables[store]);
    return Promise.resolve({ rev: Number(this.tables.meta.get("rev") ?? 0), contents });
  }

  rev(): Promise<number> {
    return Promise.resolve(Number(this.tables.meta.get("rev") ?? 0));
  }
  async loadParts(onPart: (part: LoadPart) => void): Promise<void> {
    onPart({ ...(await this.load()), first: true });
  }
  private readonly reader: Reader = {
    get: <S extends Store>(store: S, key: string) => Promise.resolve(this.tables[store].get(key)),
    all: <S extends Store>(store: S) => Promise.resolve(new Map(this.tables[store]) as ReadonlyMap<string, Tables[S]>),
  };
  read<T>(look: (read: Reader) => Promise<T>): Promise<T> {
    return look(this.reader);
  }

  write<T>(plan: (read: Reader) => Promise<Plan<T>>, options: { term?: number } = {}): Promise<Written<T>> {
    const run = async (): Promise<Written<T>> => {
      const written = await numbered(this.reader, plan, options.term);
      const fault = this.fault?.() ?? null;
      if (fault === "before") throw new DiskLost("killed before the commit");
      for (const write of written.writes) {
        const table = this.tables[write.store] as Map<string, unknown>;
        if (write.value === undefined) table.delete(write.key);
        else table.set(write.key, write.value);
      }
      if (fault === "after") throw new DiskLost("killed after the commit");
      return written;
    };
    const done = this.queue.then(run, run);
    this.queue = done.catch(() => undefined); // the caller has the error; the next write goes on
    return done;
  }

  section(id: string): Promise<SectionCache | undefined> {
    return Promise.resolve(this.tables.sections.get(id));
  }
  close(): void {
    // nothing is open
  }
}

export function empty(): { [S in Store]: Map<string, Tables[S]> } {
  return {
    keys: new Map(), want: new Map(), ask: new Map(), follow: new Map(),
    meta: new Map(), outbox: new Map(), attention: new Map(), sections: new Map(),
  }; // prettier-ignore
}
function copyInto(to: Map<string, unknown>, from: ReadonlyMap<string, unknown>): void {
  for (const [key, value] of from) to.set(key, value);
}
export const entryKey = (client: string, n: number): string => `${client}:${String(n).padStart(12, "0")}`;
