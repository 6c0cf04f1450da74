import "fake-indexeddb/auto";
import { beforeAll, describe, expect, it } from "vitest";
import { mutations } from "../../shared/sync/registry.ts";
import { always, entryKey, put, TermPassed, type Disk, type Entry } from "./disk.ts";
import { diskName, openDisk } from "./idb-disk.ts";
import { LockedDisk } from "./locked-disk.ts";
import { Source } from "./source.ts";
import { account, all, contact, me } from "./testing/bench.ts";

const newKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
let lock: CryptoKey;
beforeAll(async () => {
  lock = await newKey();
});
const canary = "Canary Steelworks";
const blob = {
  g: all,
  rows: new Map([
    [account().id, { e: "account" as const, row: account({ name: canary }) }],
    [contact(1).id, { e: "contact" as const, row: contact(1) }],
  ]),
};
const text = { id: "sec1", gen: 1, account: "acc1", state: new TextEncoder().encode(canary), stored: new Uint8Array([0, 255, 7]), at: 1 }; // prettier-ignore
const entry: Entry = {
  client: "cli1",
  n: 1,
  name: "contact.edit@1",
  args: { title: canary },
  base: {},
  mine: {},
  at: 1,
};
const everything = [
  put("keys", "h1", blob),
  put("sections", "sec1", text),
  put("outbox", entryKey("cli1", 1), entry),
  put("meta", "device", canary),
  put("meta", "client", { id: "cli1", next: 2 }),
];

/** All bytes that IndexedDB holds of a database, as text. */
async function dump(name: string): Promise<string> {
  const db = await new Promise<IDBDatabase>((resolve) => {
    const asked = indexedDB.open(name);
    asked.onsuccess = () => resolve(asked.result);
  });
  const parts: unknown[] = [];
  for (const store of db.objectStoreNames) {
    const asked = db.transaction(store).objectStore(store).getAll();
    parts.push(await new Promise((resolve) => (asked.onsuccess = () => resolve(asked.result))));
  }
  db.close();
  const latin = (part: unknown): unknown => (part instanceof Uint8Array ? Buffer.from(part).toString("latin1") : part);
  return JSON.stringify(parts, (_key, part: unknown) => (part instanceof Map ? [...(part as Map<unknown, unknown>)] : latin(part))); // prettier-ignore
}

describe("the sealed disk", () => {
  it("[SYNC-L3] gives back what was written, after reopening, and nothing of it lies readable in IndexedDB", async () => {
    const name = diskName("local", "sealed");
    const disk = new LockedDisk(await openDisk(name), lock);
    await disk.write(always(everything));
    expect(await dump(name)).not.toContain("Canary");
    expect(await dump(name)).not.toContain("contact.edit");
    const again = new LockedDisk(await openDisk(name), lock);
    const { rev, contents } = await again.load();
    expect(rev).toBe(1);
    expect(contents.keys.get("h1")).toEqual(blob);
    expect(contents.outbox.get(entryKey("cli1", 1))).toEqual(entry);
    expect(await again.section("sec1")).toEqual(text);
  });

  it("[SYNC-L3] opens under its own key alone, and each value at its own place", async () => {
    const name = diskName("local", "other-key");
    await new LockedDisk(await openDisk(name), lock).write(always(everything));
    await expect(new LockedDisk(await openDisk(name), await newKey()).load()).rejects.toThrow();
    const raw = await openDisk(name);
    const moved = await raw.read((read) => read.get("keys", "h1"));
    await raw.write(always([put("keys", "h2", moved as never)]));
    await expect(new LockedDisk(await openDisk(name), lock).load()).rejects.toThrow();
  });

  it("[SYNC-L3] seals what was there before it, and gives it back when the lock is given up", async () => {
    const name = diskName("local", "before");
    await (await openDisk(name)).write(always(everything));
    expect(await dump(name)).toContain("Canary");
    const disk = new LockedDisk(await openDisk(name), lock);
    expect((await disk.load()).contents.keys.get("h1")).toEqual(blob);
    await disk.sealAll();
    expect(await dump(name)).not.toContain("Canary");
    await disk.unsealAll();
    const plain = await (await openDisk(name)).load();
    expect([plain.contents.keys.get("h1"), plain.contents.meta.get("device")]).toEqual([blob, canary]);
  });

  it("[SYNC-L4] keeps the promises of a disk: fences, all or nothing, and no number twice from four tabs", async () => {
    const name = diskName("local", "sealed-tabs");
    const open = async (): Promise<Disk> => new LockedDisk(await openDisk(name), lock);
    const first = await open();
    await first.write(always([put("meta", "term", 2), put("keys", "h1", blob)]));
    await expect(first.write(always([put("meta", "sent", 9)]), { term: 1 })).rejects.toThrow(TermPassed);
    await expect(first.write(() => Promise.reject(new Error("a bug in the plan")))).rejects.toThrow("a bug");
    const tabs: Source[] = [];
    for (const _ of [1, 2, 3, 4])
      tabs.push(
        await Source.open({
          cell: "local", actor: { member: me, teams: [], regions: [] }, mutations, link: { cell: "local", url: "" }, disk: await open(), name,
          onChange: () => undefined, onState: () => undefined, onCut: () => undefined, onBug: (error) => { throw error; },
        }),
      ); // prettier-ignore
    await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        Promise.resolve(tabs[index % 4]?.mutate("contact.edit@1", { id: contact(1).id, set: { title: `T${index}` } })),
      ),
    );
    const { contents } = await (await open()).load();
    expect([...contents.outbox.values()].map(({ n }) => n)).toEqual(
      Array.from({ length: 24 }, (_, index) => index + 1),
    );
    await expect.poll(() => tabs.map(({ replica }) => replica.table("outbox").size)).toEqual([24, 24, 24, 24]);
    for (const tab of tabs) tab.close();
  });
});
