import "fake-indexeddb/auto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { mutations } from "../../shared/sync/registry.ts";
import { always, DiskLost, put, type Contents, type Disk, type KeyBlob, type Write } from "./disk.ts";
import { diskName, openDisk } from "./idb-disk.ts";
import { Source } from "./source.ts";
import { all, contact, me } from "./testing/bench.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const keys = 4;
const blob = (number: number, title: string): KeyBlob => ({
  g: all,
  rows: new Map([[contact(number).id, { e: "contact", row: contact(number, { title }) }]]),
});
/** A page: all keys, its cursor, its watermark; each part names the page that it is of. */
const pageOf = (title: string): Write[] => [
  ...Array.from({ length: keys }, (_, number) => put("keys", `h${number}`, blob(number, title))),
  put("meta", "ready", title),
  put("meta", "sent", title),
];
function pagesIn(contents: Contents): string[] {
  const rows = [...contents.keys.values()].flatMap(({ rows: held }) => [...held.values()]);
  const found = [...rows.map(({ row }) => String(row["title"])), contents.meta.get("ready"), contents.meta.get("sent")];
  return [...new Set(found.map(String))];
}
async function withOldPage(name: string): Promise<Disk> {
  const disk = await openDisk(name);
  await disk.write(always(pageOf("old")));
  return disk;
}
async function onDisk(name: string): Promise<string[]> {
  const disk = await openDisk(name);
  const { contents } = await disk.load();
  expect(contents.keys.size).toBe(keys);
  disk.close();
  return pagesIn(contents);
}

const opened = async (name: string, disk?: Disk): Promise<Source> =>
  Source.open({
    cell: "local", actor: { member: me, teams: [], regions: [] }, mutations, link: { cell: "local", url: "" },
    disk: disk ?? (await withOldPage(name)), name,
    onChange: () => undefined, onState: () => undefined, onCut: () => undefined,
    onBug: (error) => {
      throw error;
    },
  }); // prettier-ignore

type Put = IDBObjectStore["put"];
/** The write with this number meets what happens to disks; `times`: how often in all. */
function faultAt(number: number, times: number, fault: (store: IDBObjectStore) => void): void {
  const real: Put = Object.getOwnPropertyDescriptor(IDBObjectStore.prototype, "put")?.value as Put;
  let seen = 0;
  let left = times;
  vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(function (this: IDBObjectStore, ...args) {
    const request = real.apply(this, args);
    if (seen++ % (keys + 3) === number && left > 0) {
      left -= 1;
      fault(this);
    }
    return request;
  });
}
const aborts = (store: IDBObjectStore): void => store.transaction.abort();
const full = (): void => {
  throw new DOMException("no room", "QuotaExceededError");
};

describe("a disk that fails", () => {
  it("[SYNC-L2] case 26: whichever write of a page fails, and however often, the disk holds the old page or the new one, never half", async () => {
    let olds = 0;
    let news = 0;
    for (const [how, fault] of Object.entries({ aborts, full }))
      for (const times of [1, 9])
        for (let number = 0; number < keys + 3; number += 1) {
          const name = diskName("local", `fault-${how}-${times}-${number}`);
          const disk = await withOldPage(name);
          faultAt(number, times, fault);
          const failed = await disk.write(always(pageOf("new"))).then(
            () => false,
            (error: unknown) => error instanceof DiskLost,
          );
          vi.restoreAllMocks();
          disk.close();
          const found = await onDisk(name);
          expect(found).toEqual([failed ? "old" : "new"]);
          if (failed) olds += 1;
          else news += 1;
        }
    // An abort that comes once is tried again and goes well; a full disk is not asked twice.
    expect([olds, news]).toEqual([3 * (keys + 3), keys + 3]);
  });

  it("[SYNC-L2] a connection that the browser dropped is opened again, for reading and for writing", async () => {
    const name = diskName("local", "dropped");
    const disk = await withOldPage(name);
    const real = Object.getOwnPropertyDescriptor(IDBDatabase.prototype, "transaction")
      ?.value as IDBDatabase["transaction"];
    let drops = 2;
    vi.spyOn(IDBDatabase.prototype, "transaction").mockImplementation(function (this: IDBDatabase, ...args) {
      if (drops % 2 === 0 && drops > 0) {
        drops -= 1;
        throw new DOMException(
          "Connection to Indexed Database server lost. Refresh the page to try again",
          "UnknownError",
        );
      }
      return real.apply(this, args);
    });
    await disk.write(always(pageOf("new")));
    drops = 2;
    expect(pagesIn((await disk.load()).contents)).toEqual(["new"]);
    disk.close();
  });

  it("[SYNC-L2] a copy that breaks off while it is read in parts is read again from its first part", async () => {
    const name = diskName("local", "parts-broken");
    const disk = await openDisk(name);
    const many = 900;
    await disk.write(always(Array.from({ length: many }, (_, number) => put("keys", `k${number}`, blob(number, "x")))));
    const real = Object.getOwnPropertyDescriptor(IDBObjectStore.prototype, "getAll")?.value as IDBObjectStore["getAll"];
    let reads = 0;
    vi.spyOn(IDBObjectStore.prototype, "getAll").mockImplementation(function (this: IDBObjectStore, ...args) {
      if (this.name === "keys" && (reads += 1) === 2) throw new DOMException("lost", "UnknownError");
      return real.apply(this, args);
    });
    const firsts: boolean[] = [];
    let held = new Map<string, unknown>();
    await disk.loadParts(({ first, contents }) => {
      firsts.push(first);
      if (first) held = new Map();
      for (const [key, value] of contents.keys) held.set(key, value);
    });
    expect(firsts.filter(Boolean).length).toBe(2);
    expect(held.size).toBe(many);
    disk.close();
  });

  it("[SYNC-L2] a copy that the browser evicts is lost, not begun anew behind the screens: the device goes on in memory", async () => {
    const name = diskName("local", "evicted");
    const source = await opened(name);
    await new Promise((resolve) => (indexedDB.deleteDatabase(name).onsuccess = resolve));
    const edit = { id: contact(1).id, set: { title: "typed after" } };
    expect((await source.mutate("contact.edit@1", edit)).ok).toBe(true);
    expect([source.memoryOnly, source.replica.size, source.replica.pending().length]).toEqual([true, keys, 1]);
    source.close();
    const again = await opened(name, await openDisk(name));
    expect([again.memoryOnly, again.replica.size, again.replica.sync.cursor]).toEqual([false, 0, null]); // a first sync
    again.close();
  });

  it("[SYNC-L2] where nothing may be stored (private mode) opening says so; a full disk lets the device go on in memory", async () => {
    vi.spyOn(indexedDB, "open").mockImplementation(() => {
      throw new DOMException("denied", "SecurityError");
    });
    await expect(openDisk(diskName("local", "private"))).rejects.toThrow(DiskLost);
    vi.restoreAllMocks();

    const name = diskName("local", "full");
    const source = await opened(name);
    faultAt(0, 99, full);
    const edit = { id: contact(1).id, set: { title: "typed on a full disk" } };
    expect((await source.mutate("contact.edit@1", edit)).ok).toBe(true);
    expect([source.memoryOnly, source.replica.pending().length]).toEqual([true, 1]);
    expect(source.replica.record(contact(1).id)?.["title"]).toBe("typed on a full disk");
    vi.restoreAllMocks();
    source.close();
    expect(await onDisk(name)).toEqual(["old"]);
  });
});
