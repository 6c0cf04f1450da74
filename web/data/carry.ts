/**
 * From a database of an older stored form into today's: what its member made, and what this device is. Rows come anew
 * (SYNC-L5). The old database stays until sign-out, empty: a tab that still runs the older code finds no client in it,
 * so that it numbers nothing more and says that it could not store.
 */
import { openDB, type IDBPDatabase } from "idb";
import { entryKey, put, type ClientMeta, type Disk, type Entry, type Plan, type Reader, type Tables, type Write } from "./disk.ts"; // prettier-ignore

/** What is carried: never rows, rights or positions. */
const carried = ["outbox", "attention", "follow", "sections"] as const;
type Carried = (typeof carried)[number];
const isKept = (key: string): boolean =>
  ["device", "client", "sent", "time"].includes(key) || key.startsWith("choice:") || key.startsWith("left:");

/** An older stored form: how its database's name begins, and what became of its values. */
export interface Former {
  readonly prefix: string;
  readonly up?: { readonly [S in Carried]?: (value: unknown) => Tables[S] };
}

export async function carryOver(disk: Disk, name: string, former: Former): Promise<void> {
  const old = await openExisting(name);
  if (!old) return;
  try {
    const { meta, made } = await take(old, former);
    if (!meta.has("client")) return; // carried before
    // Flushed before the old one is emptied: whatever breaks in between is done again, and changes nothing.
    await disk.write((read) => merged(read, meta, made), { strict: true });
    const tx = old.transaction([...carried, "meta"], "readwrite");
    for (const store of carried) void tx.objectStore(store).clear();
    void tx.objectStore("meta").delete("carried");
    await tx.done;
  } finally {
    old.close();
  }
}

type Made = { readonly [S in Carried]: ReadonlyMap<string, Tables[S]> };
/** One transaction: reads it all, and takes the old code's client and term away, so that nobody goes on from them. */
async function take(old: IDBPDatabase, former: Former): Promise<{ meta: ReadonlyMap<string, unknown>; made: Made }> {
  const tx = old.transaction([...old.objectStoreNames], "readwrite");
  const all = async (store: string): Promise<[string, unknown][]> => {
    const [keys, values] = await Promise.all([tx.objectStore(store).getAllKeys(), tx.objectStore(store).getAll()]);
    return keys.map((key, index) => [String(key), values[index]]);
  };
  const meta = new Map(await all("meta"));
  const client = meta.get("client") ?? meta.get("carried");
  if (client !== undefined) meta.set("client", client);
  const made: Partial<Record<Carried, ReadonlyMap<string, unknown>>> = {};
  for (const store of carried) {
    const up = former.up?.[store] as ((value: unknown) => unknown) | undefined;
    made[store] = new Map((await all(store)).map(([key, value]) => [key, up ? up(value) : value]));
  }
  const positions = tx.objectStore("meta");
  for (const key of [...meta.keys()].filter((one) => !isKept(one) || one === "client")) void positions.delete(key);
  if (client !== undefined) void positions.put(client, "carried");
  void positions.put(Number(meta.get("term") ?? 0) + 1, "term");
  for (const store of old.objectStoreNames)
    if (store !== "meta" && !carried.some((one) => one === store)) void tx.objectStore(store).clear();
  await tx.done;
  return { meta, made: made as Made };
}

/** A new database becomes this device; one that is a device already takes in what it does not have. */
async function merged(read: Reader, meta: ReadonlyMap<string, unknown>, made: Made): Promise<Plan<void>> {
  const writes: Write[] = [];
  const was = meta.get("client") as ClientMeta;
  const now = (await read.get("meta", "client")) as ClientMeta | undefined;
  const take = (entry: Entry): void => void writes.push(put("outbox", entryKey(entry.client, entry.n), entry));
  if (!now) {
    for (const [key, value] of meta) if (isKept(key)) writes.push(put("meta", key, value as Tables["meta"]));
    for (const entry of made.outbox.values()) take(entry);
    for (const [key, choice] of made.follow) writes.push(put("follow", key, choice));
  } else if (now.id !== was.id) {
    // An old tab made more after its database was carried over: its client is not known to the edge yet.
    let { next } = now;
    for (const entry of made.outbox.values()) take({ ...entry, client: now.id, n: next++ });
    writes.push(put("meta", "client", { ...now, next }));
  }
  for (const [key, card] of made.attention) writes.push(put("attention", key, card));
  for (const [key, text] of made.sections)
    if (!(await read.get("sections", key))) writes.push(put("sections", key, text));
  return { writes, value: undefined };
}

/** Null: there is none; opening it would make one. */
async function openExisting(name: string): Promise<IDBPDatabase | null> {
  let isNew = false;
  try {
    return await openDB(name, undefined, {
      upgrade: (_db, _old, _new, tx) => {
        isNew = true;
        void tx.done.catch(() => undefined);
        tx.abort();
      },
      blocking: (_now, _next, event) => (event.target as IDBDatabase).close(),
    });
  } catch (error) {
    if (isNew) return null;
    throw error;
  }
}
