/** The browser's disk: one IndexedDB for each (cell, member), reopened when the browser drops the connection. */
import { deleteDB, openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction } from "idb";
import type { Former } from "./carry.ts";
import {
  DiskLost,
  empty,
  numbered,
  stores,
  TermPassed,
  type Contents,
  type Disk,
  type KeyBlob,
  type LoadPart,
  type Plan,
  type Reader,
  type SectionCache,
  type Store,
  type Tables,
  type Written,
} from "./disk.ts";

type Schema = DBSchema & { readonly [S in Store]: { readonly key: string; readonly value: Tables[S] } };

/** Keys that are read at once: about as many rows as a screen's first list takes a frame or two to take in. */
const partKeys = 400;

/** A breaking change of the stored form takes another name and a first sync; what a member made is carried over (SYNC-L5). */
const prefix = "baton-1";
/** Older stored forms that may still lie on a device, newest first. History: 1 (2026-11) the first. */
const formers: readonly Former[] = [];
export const diskName = (cell: string, member: string): string => `${prefix}:${cell}:${member}`;
/** The names of a member's databases of a cell: of today, and of older forms. */
export const diskNames = (name: string, older = formers): readonly string[] => [
  name,
  ...older.map((former) => former.prefix + name.slice(name.indexOf(":"))),
];

/** Where files lie that wait beside it (shelf.ts). */
export const shelfName = (disk: string): string => `${disk}:files`;

export async function openDisk(name: string, older = formers): Promise<Disk> {
  const disk = new IdbDisk(name);
  await disk.open();
  for (const [index, former] of older.entries()) {
    const { carryOver } = await import("./carry.ts");
    await carryOver(disk, diskNames(name, older)[index + 1] ?? "", former);
  }
  return disk;
}
export async function removeDisk(name: string, older = formers): Promise<void> {
  for (const one of [...diskNames(name, older), shelfName(name)]) await deleteDB(one);
}

/** In `meta`: the keys of what stood at the top of each screen, as JSON; they are read before the others (SYNC-L9). */
export const frontKey = "front";
export const frontOf = (said: unknown): { readonly [screen: string]: readonly string[] } =>
  typeof said === "string" ? (JSON.parse(said) as { [screen: string]: string[] }) : {};
/** Texts are read one by one, when they are opened. */
const loaded = stores.filter((store) => store !== "sections");
interface Table {
  getAllKeys(range?: IDBKeyRange, count?: number): Promise<string[]>;
  getAll(range?: IDBKeyRange, count?: number): Promise<unknown[]>;
}
async function part(table: Table, range?: IDBKeyRange, count?: number): Promise<[string, unknown][]> {
  const [keys, values] = await Promise.all([table.getAllKeys(range, count), table.getAll(range, count)]);
  return keys.map((key, index) => [key, values[index]]);
}
function putInto(contents: Contents, store: Store, key: string, value: unknown): void {
  (contents[store] as Map<string, unknown>).set(key, value);
}

type Mode = "readonly" | "readwrite";
const readerOf = (tx: IDBPTransaction<Schema, readonly Store[], Mode>): Reader => ({
  get: async <S extends Store>(store: S, key: string) =>
    (await tx.objectStore(store).get(key)) as Tables[S] | undefined,
  all: async <S extends Store>(store: S) => {
    const [keys, values] = await Promise.all([tx.objectStore(store).getAllKeys(), tx.objectStore(store).getAll()]);
    return new Map(keys.map((key, index) => [key, values[index] as Tables[S]]));
  },
});

class IdbDisk implements Disk {
  private readonly name: string;
  private db: Promise<IDBPDatabase<Schema>> | null = null;
  private wasOpen = false;

  constructor(name: string) {
    this.name = name;
  }
  open(): Promise<IDBPDatabase<Schema>> {
    if (this.db) return this.db;
    const asked = async (): Promise<IDBPDatabase<Schema>> =>
      openDB<Schema>(this.name, 1, {
        upgrade: (db, _old, _new, tx) => {
          // It was here before: the browser evicted it, or another tab signed out. An empty one in its place would
          // number from the start again, and would be left behind.
          if (this.wasOpen) {
            void tx.done.catch(() => undefined); // the opening itself tells
            return tx.abort();
          }
          for (const store of stores) db.createObjectStore(store);
        },
        // Another tab signs out and deletes the database: let go, or it would wait for this tab for ever.
        blocking: () => this.letGo(opened),
        terminated: () => this.letGo(opened),
      });
    // Some browsers throw at once where nothing may be stored.
    const opened: Promise<IDBPDatabase<Schema>> = asked()
      .then((db) => {
        this.wasOpen = true;
        return db;
      })
      .catch((error: unknown) => {
        if (this.db === opened) this.db = null;
        throw new DiskLost(String(error));
      });
    this.db = opened;
    return opened;
  }

  /** One transaction: all of one instant. */
  async load(): Promise<{ rev: number; contents: Contents }> {
    return this.again(async (db) => {
      const tx = db.transaction(stores, "readonly");
      const contents = empty();
      await Promise.all(
        loaded.map(async (store) => {
          for (const [key, value] of await part(tx.objectStore(store))) putInto(contents, store, key, value);
        }),
      );
      await tx.done;
      return { rev: Number(contents.meta.get("rev") ?? 0), contents };
    });
  }
  /** A transaction for each part: what is written meanwhile, here or in another tab, waits for one of them at most. */
  loadParts(onPart: (part: LoadPart) => void): Promise<void> {
    return this.again(async (db) => {
      const more = (after: string): Promise<[string, unknown][]> =>
        part(db.transaction("keys", "readonly").objectStore("keys"), IDBKeyRange.lowerBound(after, true), partKeys);
      const tx = db.transaction(loaded, "readonly");
      const contents = empty();
      await Promise.all(
        loaded.map(async (store) => {
          const count = store === "keys" ? partKeys : undefined;
          for (const [key, value] of await part(tx.objectStore(store), undefined, count))
            putInto(contents, store, key, value);
        }),
      );
      const rev = Number(contents.meta.get("rev") ?? 0);
      let last = [...contents.keys.keys()].at(-1);
      let next = contents.keys.size === partKeys && last !== undefined ? more(last) : null;
      const table = tx.objectStore("keys");
      const front = new Set(Object.values(frontOf(contents.meta.get(frontKey))).flat());
      await Promise.all(
        [...front].map(async (key) => {
          const blob = contents.keys.has(key) ? undefined : ((await table.get(key)) as KeyBlob | undefined);
          if (blob) putInto(contents, "keys", key, blob);
        }),
      );
      next?.catch(() => undefined); // awaited below, unless taking in the first part throws
      onPart({ rev, first: true, contents });
      while (next) {
        const entries = (await next) as [string, KeyBlob][];
        last = entries.at(-1)?.[0];
        // Asked for before this part is taken in: the disk works meanwhile.
        next = entries.length === partKeys && last !== undefined ? more(last) : null;
        next?.catch(() => undefined);
        onPart({
          rev,
          first: false,
          contents: { ...empty(), keys: new Map(entries.filter(([key]) => !front.has(key))) },
        });
      }
    });
  }

  rev(): Promise<number> {
    return this.again(async (db) => Number((await db.get("meta", "rev")) ?? 0));
  }
  write<T>(
    plan: (read: Reader) => Promise<Plan<T>>,
    options: { term?: number; strict?: boolean } = {},
  ): Promise<Written<T>> {
    return this.again(async (db) => {
      const tx = db.transaction(stores, "readwrite", { durability: options.strict ? "strict" : "default" });
      try {
        const written = await numbered(readerOf(tx), plan, options.term);
        for (const write of written.writes) {
          const table = tx.objectStore(write.store);
          void (write.value === undefined ? table.delete(write.key) : table.put(write.value as never, write.key)).catch(
            () => undefined,
          ); // tx.done tells
        }
        await tx.done;
        return written;
      } catch (error) {
        void tx.done.catch(() => undefined); // aborted below; the reason is thrown
        try {
          tx.abort();
        } catch {
          // the browser has aborted it already
        }
        throw error;
      }
    });
  }

  read<T>(look: (read: Reader) => Promise<T>): Promise<T> {
    return this.again((db) => look(readerOf(db.transaction(stores, "readonly"))));
  }
  section(id: string): Promise<SectionCache | undefined> {
    return this.again((db) => db.get("sections", id) as Promise<SectionCache | undefined>);
  }

  close(): void {
    if (this.db) this.letGo(this.db);
  }
  /** Of a connection, and not of the one that has taken its place meanwhile. */
  private letGo(one: Promise<IDBPDatabase<Schema>>): void {
    if (this.db === one) this.db = null;
    void one.then(
      (db) => db.close(),
      () => undefined, // it never opened
    );
  }

  /** "Connection to Indexed Database server lost" is normal on phones: open again, once; then the disk is lost. */
  private async again<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      const opened = this.open();
      try {
        return await work(await opened);
      } catch (error) {
        if (error instanceof TermPassed || error instanceof DiskLost) throw error;
        if (!(error instanceof DOMException)) throw error; // a bug in the plan, not the disk
        if (tries > 0 || error.name === "QuotaExceededError") throw new DiskLost(error.name);
        this.letGo(opened);
      }
    }
  }
}
