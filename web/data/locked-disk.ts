/**
 * A disk whose values are sealed (AES-GCM) under a key that is in memory only while the lock is open (SYNC-L3). Keys of
 * rows stay readable: random ids, handles and numbers. The browser ends a transaction that waits for anything but
 * itself, so nothing is sealed or opened inside of one: a write plans on what it read, and commits only if nobody
 * committed meanwhile.
 */
import {
  empty, isSealed, put, stores,
  type Contents, type Disk, type LoadPart, type Plan, type Reader, type SectionCache, type Store, type Tables, type Write, type Written,
} from "./disk.ts"; // prettier-ignore

const ivBytes = 12;
const triesMax = 50;
class Moved extends Error {}

/** Fences and numbers of commits are read inside transactions, and say nothing. */
const isPlain = (store: Store, key: string): boolean => store === "meta" && (key === "rev" || key === "term");

const text = new TextEncoder();
/** Bound to its place: a value that is moved to another key does not open. */
const placeOf = (store: Store, key: string): Uint8Array<ArrayBuffer> => text.encode(`${store}/${key}`);

async function seal(lock: CryptoKey, write: Write): Promise<Write> {
  if (write.value === undefined || isPlain(write.store, write.key)) return write;
  const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
  const additionalData = placeOf(write.store, write.key);
  const hidden = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, lock, encode(write.value));
  const s = new Uint8Array(ivBytes + hidden.byteLength);
  s.set(iv);
  s.set(new Uint8Array(hidden), ivBytes);
  return put(write.store, write.key, { s } as never);
}
/** What was written before there was a lock is taken as it is; the next write seals it. */
async function unseal<T>(lock: CryptoKey, store: Store, key: string, value: T): Promise<T> {
  if (!isSealed(value)) return value;
  const [iv, hidden] = [value.s.subarray(0, ivBytes), value.s.subarray(ivBytes)];
  const additionalData = placeOf(store, key);
  return decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, lock, hidden)) as T;
}

// Values are JSON but for maps and bytes.
const mapMark = "\u0000map";
const bytesMark = "\u0000bytes";
interface Marked {
  readonly [mapMark]?: [unknown, unknown][];
  readonly [bytesMark]?: string;
}
function encode(value: unknown): Uint8Array<ArrayBuffer> {
  const json = JSON.stringify(value, (_name, part: unknown) => {
    if (part instanceof Map) return { [mapMark]: [...(part as Map<unknown, unknown>)] } satisfies Marked;
    if (part instanceof Uint8Array) return { [bytesMark]: toText(part) } satisfies Marked;
    return part;
  });
  return text.encode(json);
}
function decode(bytes: ArrayBuffer): unknown {
  return JSON.parse(new TextDecoder().decode(bytes), (_name, part: unknown) => {
    if (typeof part !== "object" || part === null) return part;
    const { [mapMark]: entries, [bytesMark]: coded } = part as Marked;
    return entries ? new Map(entries) : coded === undefined ? part : fromText(coded);
  });
}
const toText = (bytes: Uint8Array): string => {
  let out = "";
  for (let at = 0; at < bytes.length; at += 8_192) out += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return btoa(out);
};
const fromText = (coded: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(coded), (one) => one.charCodeAt(0));

export class LockedDisk implements Disk {
  private readonly inner: Disk;
  private readonly lock: CryptoKey;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(inner: Disk, lock: CryptoKey) {
    this.inner = inner;
    this.lock = lock;
  }
  async load(): Promise<{ rev: number; contents: Contents }> {
    return this.openPart(await this.inner.load());
  }
  async loadParts(onPart: (part: LoadPart) => void): Promise<void> {
    let opening = Promise.resolve(); // in their order
    await this.inner.loadParts((part) => {
      opening = opening.then(async () => onPart(await this.openPart(part)));
    });
    await opening;
  }
  rev(): Promise<number> {
    return this.inner.rev();
  }
  private async openPart<P extends { readonly contents: Contents }>(part: P): Promise<P> {
    const open = empty();
    await Promise.all(
      stores.map(async (store) => {
        const table = open[store] as Map<string, unknown>;
        for (const [key, value] of await this.openAll(store, part.contents[store])) table.set(key, value);
      }),
    );
    return { ...part, contents: open };
  }
  private async openAll<S extends Store>(
    store: S,
    sealed: ReadonlyMap<string, Tables[S]>,
  ): Promise<Map<string, Tables[S]>> {
    return new Map(
      await Promise.all(
        [...sealed].map(async ([key, value]): Promise<[string, Tables[S]]> => [key, await unseal(this.lock, store, key, value)]),
      ),
    ); // prettier-ignore
  }
  private readonly reader: Reader = {
    get: async <S extends Store>(store: S, key: string) =>
      unseal(this.lock, store, key, await this.inner.read((read) => read.get(store, key))),
    all: async <S extends Store>(store: S) => this.openAll(store, await this.inner.read((read) => read.all(store))),
  };
  read<T>(look: (read: Reader) => Promise<T>): Promise<T> {
    return look(this.reader);
  }

  write<T>(
    plan: (read: Reader) => Promise<Plan<T>>,
    options: { term?: number; strict?: boolean } = {},
  ): Promise<Written<T>> {
    const run = async (): Promise<Written<T>> => {
      for (let tries = 1; ; tries += 1) {
        const rev = await this.inner.read((read) => read.get("meta", "rev"));
        const { writes, value } = await plan(this.reader);
        const sealed = await Promise.all(writes.map((write) => seal(this.lock, write)));
        try {
          const written = await this.inner.write(async (read) => {
            if ((await read.get("meta", "rev")) !== rev) throw new Moved();
            return { writes: sealed, value };
          }, options);
          return { rev: written.rev, writes: [...writes, put("meta", "rev", written.rev)], value };
        } catch (error) {
          if (!(error instanceof Moved) || tries === triesMax) throw error;
        }
      }
    };
    const done = this.queue.then(run, run);
    this.queue = done.catch(() => undefined); // the caller has the error; the next write goes on
    return done;
  }
  async section(id: string): Promise<SectionCache | undefined> {
    return unseal(this.lock, "sections", id, await this.inner.section(id));
  }
  close(): void {
    this.inner.close();
  }

  /** Seals what is there already: nothing readable stays. */
  sealAll(): Promise<unknown> {
    return this.write(async (read) => {
      const writes: Write[] = [];
      for (const store of stores)
        for (const [key, value] of await read.all(store)) if (!isPlain(store, key)) writes.push(put(store, key, value));
      return { writes, value: undefined };
    });
  }
  /** The lock is given up: everything is readable again. */
  async unsealAll(): Promise<void> {
    const { inner } = this;
    for (;;) {
      const rev = await inner.read((read) => read.get("meta", "rev"));
      const writes: Write[] = [];
      for (const store of stores)
        for (const [key, value] of await this.reader.all(store))
          if (!isPlain(store, key)) writes.push(put(store, key, value));
      try {
        await inner.write(async (read) => {
          if ((await read.get("meta", "rev")) !== rev) throw new Moved();
          return { writes, value: undefined };
        });
        return;
      } catch (error) {
        if (!(error instanceof Moved)) throw error;
      }
    }
  }
}
