/** The browser's disk: one IndexedDB for each (cell, member), reopened when the browser drops the connection. */
import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from "idb";
import {
  DiskLost,
  empty,
  numbered,
  stores,
  TermPassed,
  type Contents,
  type Disk,
  type Plan,
  type Reader,
  type SectionCache,
  type Store,
  type Tables,
  type Written,
} from "./disk.ts";

type Schema = DBSchema & { readonly [S in Store]: { readonly key: string; readonly value: Tables[S] } };

/** A breaking change of the stored form takes another name and a first sync; the outbox is carried over (SYNC-L5). */
const prefix = "baton-1";
export const diskName = (cell: string, member: string): string => `${prefix}:${cell}:${member}`;

export async function openDisk(name: string): Promise<Disk> {
  const disk = new IdbDisk(name);
  await disk.open();
  return disk;
}
export const removeDisk = (name: string): Promise<void> => deleteDB(name);

class IdbDisk implements Disk {
  private readonly name: string;
  private db: Promise<IDBPDatabase<Schema>> | null = null;

  constructor(name: string) {
    this.name = name;
  }
  open(): Promise<IDBPDatabase<Schema>> {
    this.db ??= openDB<Schema>(this.name, 1, {
      upgrade: (db) => {
        for (const store of stores) db.createObjectStore(store);
      },
      // Another tab signs out and deletes the database: let go, or it would wait for this tab for ever.
      blocking: () => this.close(),
      terminated: () => {
        this.db = null;
      },
    }).catch((error: unknown) => {
      this.db = null;
      throw new DiskLost(String(error));
    });
    return this.db;
  }

  async load(): Promise<{ rev: number; contents: Contents }> {
    return this.again(async (db) => {
      const tx = db.transaction(stores, "readonly");
      const contents = empty();
      await Promise.all(
        stores
          .filter((store) => store !== "sections") // texts are read one by one, when opened
          .map(async (store) => {
            const [keys, values] = await Promise.all([
              tx.objectStore(store).getAllKeys(),
              tx.objectStore(store).getAll(),
            ]);
            const table = contents[store] as Map<string, unknown>;
            keys.forEach((key, index) => table.set(key, values[index]));
          }),
      );
      await tx.done;
      return { rev: Number(contents.meta.get("rev") ?? 0), contents };
    });
  }

  write<T>(
    plan: (read: Reader) => Promise<Plan<T>>,
    options: { term?: number; strict?: boolean } = {},
  ): Promise<Written<T>> {
    return this.again(async (db) => {
      const tx = db.transaction(stores, "readwrite", { durability: options.strict ? "strict" : "default" });
      const read: Reader = {
        get: async <S extends Store>(store: S, key: string) =>
          (await tx.objectStore(store).get(key)) as Tables[S] | undefined,
        all: async <S extends Store>(store: S) => {
          const [keys, values] = await Promise.all([
            tx.objectStore(store).getAllKeys(),
            tx.objectStore(store).getAll(),
          ]);
          return new Map(keys.map((key, index) => [key, values[index] as Tables[S]]));
        },
      };
      try {
        const written = await numbered(read, plan, options.term);
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

  section(id: string): Promise<SectionCache | undefined> {
    return this.again((db) => db.get("sections", id) as Promise<SectionCache | undefined>);
  }

  close(): void {
    const closing = this.db;
    this.db = null;
    void closing?.then(
      (db) => db.close(),
      () => undefined, // it never opened
    );
  }

  /** "Connection to Indexed Database server lost" is normal on phones: open again, once; then the disk is lost. */
  private async again<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      try {
        return await work(await this.open());
      } catch (error) {
        if (error instanceof TermPassed || error instanceof DiskLost) throw error;
        if (!(error instanceof DOMException)) throw error; // a bug in the plan, not the disk
        if (tries > 0 || error.name === "QuotaExceededError") throw new DiskLost(error.name);
        this.close();
      }
    }
  }
}
