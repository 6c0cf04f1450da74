/**
 * Bytes of files that wait on this device to be sent (FILE-7): beside the copy in a database of their own, since they are
 * large and no commit of the copy should wait for them. What was sent does not stay. Under the lock they are sealed by
 * its key as everything else, and who signs out takes them along (`removeDisk`).
 */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { isSealed, type Sealed } from "./disk.ts";

/** A file of this member that is not sent yet. It holds nothing that was seen here, only what they brought. */
export interface Waiting {
  readonly id: string;
  readonly about: string;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly at: number;
  /** Its record was put into the outbox. */
  readonly added?: true;
  /** Why it is not tried any more until its member says so. */
  readonly failed?: "gone" | "refused" | "damaged";
  /** Taken away, and may be put back for as long as the screen offers it. */
  readonly dropped?: true;
}
type Bytes = Uint8Array<ArrayBuffer>;
type Stored<T> = T | Sealed;
type Schema = DBSchema & {
  readonly files: { readonly key: string; readonly value: Stored<Waiting> };
  readonly bytes: { readonly key: string; readonly value: Stored<Bytes> };
};
const stores = ["files", "bytes"] as const;

const ivBytes = 12;
const text = new TextEncoder();
async function seal(lock: CryptoKey, place: string, open: Bytes): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const hidden = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: text.encode(place) }, lock, open);
  const s = new Uint8Array(ivBytes + hidden.byteLength);
  s.set(iv);
  s.set(new Uint8Array(hidden), ivBytes);
  return { s };
}
const unseal = async (lock: CryptoKey, place: string, { s }: Sealed): Promise<Bytes> =>
  new Uint8Array(
    await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: s.subarray(0, ivBytes), additionalData: text.encode(place) },
      lock,
      s.subarray(ivBytes),
    ),
  );

export class Shelf {
  private readonly name: string;
  private readonly lock: CryptoKey | undefined;
  constructor(name: string, lock?: CryptoKey) {
    this.name = name;
    this.lock = lock;
  }
  /** Open for as long as it takes: whoever signs out finds nobody holding it. */
  private async within<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    const db = await openDB<Schema>(this.name, 1, {
      upgrade: (made) => {
        for (const store of stores) made.createObjectStore(store);
      },
    });
    try {
      return await work(db);
    } finally {
      db.close();
    }
  }
  /** False: nothing was ever put here, and asking made nothing. */
  private async isThere(): Promise<boolean> {
    const all = await indexedDB.databases?.();
    return !all || all.some(({ name }) => name === this.name);
  }
  /** How many there are: counted, not opened. */
  async count(): Promise<number> {
    return (await this.isThere()) ? this.within((db) => db.count("files")) : 0;
  }
  async all(): Promise<readonly Waiting[]> {
    if (!(await this.isThere())) return [];
    const stored = await this.within(async (db) => {
      const [keys, values] = await Promise.all([db.getAllKeys("files"), db.getAll("files")]);
      return keys.map((key, index) => [key, values[index] as Stored<Waiting>] as const);
    });
    const open = await Promise.all(stored.map(async ([id, value]) => this.entry(id, value)));
    return open.flatMap((one) => one ?? []).sort((a, b) => a.at - b.at);
  }
  private async entry(id: string, value: Stored<Waiting>): Promise<Waiting | null> {
    if (!isSealed(value)) return value;
    if (!this.lock) return null; // nobody here can open it
    return JSON.parse(new TextDecoder().decode(await unseal(this.lock, `files/${id}`, value))) as Waiting;
  }
  async bytes(id: string): Promise<Bytes | null> {
    const value = (await this.isThere()) ? await this.within((db) => db.get("bytes", id)) : undefined;
    if (!value || !isSealed(value)) return value ?? null;
    return this.lock ? unseal(this.lock, `bytes/${id}`, value) : null;
  }
  /** The two together or neither: flushed before the screen says that it is kept. */
  async put(entry: Waiting, bytes?: Bytes): Promise<void> {
    const { lock } = this;
    const stored = lock ? await seal(lock, `files/${entry.id}`, text.encode(JSON.stringify(entry))) : entry;
    const held = bytes && (lock ? await seal(lock, `bytes/${entry.id}`, bytes) : bytes);
    await this.within(async (db) => {
      const tx = db.transaction(stores, "readwrite", { durability: "strict" });
      void tx
        .objectStore("files")
        .put(stored, entry.id)
        .catch(() => undefined); // tx.done tells
      if (held)
        void tx
          .objectStore("bytes")
          .put(held, entry.id)
          .catch(() => undefined);
      await tx.done;
    });
  }
  async remove(id: string): Promise<void> {
    await this.within(async (db) => {
      const tx = db.transaction(stores, "readwrite");
      await Promise.all([tx.objectStore("files").delete(id), tx.objectStore("bytes").delete(id), tx.done]);
    });
  }
  /** Seals what came before there was a lock. */
  async sealAll(): Promise<void> {
    await this.rewrite(this, (value) => !isSealed(value));
  }
  /** The lock is given up: readable again, for a shelf without one. */
  async unsealAll(): Promise<void> {
    await this.rewrite(new Shelf(this.name), isSealed);
  }
  private async rewrite(to: Shelf, which: (value: unknown) => boolean): Promise<void> {
    for (const entry of await this.all()) {
      const [file, held] = await this.within(async (db) => [await db.get("files", entry.id), await db.get("bytes", entry.id)]); // prettier-ignore
      if (which(file) || which(held)) await to.put(entry, (await this.bytes(entry.id)) ?? undefined);
    }
  }
}
