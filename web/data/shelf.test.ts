import "fake-indexeddb/auto";
import { openDB } from "idb";
import { describe, expect, it } from "vitest";
import { diskName, openDisk, removeDisk, shelfName } from "./idb-disk.ts";
import { leaveCopies } from "./leave.ts";
import { Shelf, type Waiting } from "./shelf.ts";

const entry = (id: string, at = 1): Waiting => ({ id, about: "local_acc_1", name: "Offer.txt", mediaType: "text/plain", bytes: 3, sha256: "0", at }); // prettier-ignore
const bytes = (text: string) => new TextEncoder().encode(text);
const key = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
const names = async (): Promise<readonly (string | undefined)[]> => (await indexedDB.databases()).map(({ name }) => name); // prettier-ignore
async function dump(name: string): Promise<string> {
  const db = await openDB(name, 1);
  const all = await Promise.all(["files", "bytes"].map((store) => db.getAll(store)));
  db.close();
  return JSON.stringify(all, (_key, part: unknown) => (part instanceof Uint8Array ? new TextDecoder("latin1").decode(part) : part)); // prettier-ignore
}

describe("files that wait", () => {
  it("[FILE-7] are there after reopening, oldest first, and gone once they were sent; asking alone makes no database", async () => {
    const name = shelfName(diskName("local", "reopen"));
    expect([await new Shelf(name).all(), await new Shelf(name).count(), await names()]).toEqual([[], 0, expect.not.arrayContaining([name])]); // prettier-ignore
    await new Shelf(name).put(entry("b", 2), bytes("two"));
    await new Shelf(name).put(entry("a", 1), bytes("one"));
    const again = new Shelf(name);
    expect((await again.all()).map(({ id }) => id)).toEqual(["a", "b"]);
    expect(await again.bytes("b")).toEqual(bytes("two"));
    await again.put({ ...entry("a"), failed: "gone" }); // its bytes stay
    expect([(await again.all())[0]?.failed, await again.bytes("a")]).toEqual(["gone", bytes("one")]);
    await again.remove("a");
    expect([await again.count(), await again.bytes("a")]).toEqual([1, null]);
  });

  it("[FILE-7] [SYNC-L3] are sealed under the lock, what lay there before it too, and readable again without it", async () => {
    const name = shelfName(diskName("local", "sealed"));
    await new Shelf(name).put(entry("a"), bytes("c4nwords"));
    expect(await dump(name)).toMatch(/Offer.*c4nwords/s);
    const lock = await key();
    const under = new Shelf(name, lock);
    await under.sealAll();
    await under.put(entry("b"), bytes("c4nmore"));
    expect(await dump(name)).not.toMatch(/Offer|c4n/);
    expect([(await under.all()).length, await under.bytes("a"), await under.bytes("b")]).toEqual([2, bytes("c4nwords"), bytes("c4nmore")]); // prettier-ignore
    expect([await new Shelf(name).all(), await new Shelf(name).count(), await new Shelf(name).bytes("a")]).toEqual([[], 2, null]); // prettier-ignore
    await expect(new Shelf(name, await key()).bytes("a")).rejects.toThrow();
    await under.unsealAll();
    expect([(await new Shelf(name).all()).length, await new Shelf(name).bytes("b")]).toEqual([2, bytes("c4nmore")]);
  });

  it("[FILE-7] go with the copy that is removed, and stay for their member where a session was ended elsewhere", async () => {
    const disk = diskName("local", "gone");
    (await openDisk(disk)).close();
    await new Shelf(shelfName(disk)).put(entry("a"), bytes("one"));
    await removeDisk(disk);
    expect(await names()).not.toContain(shelfName(disk));

    const left = diskName("local", "left");
    (await openDisk(left)).close();
    await new Shelf(shelfName(left)).put(entry("a"), bytes("one"));
    await leaveCopies({ member: "left", name: "", base: "seller", duties: [], teams: [], regions: [], locale: "en", zone: "UTC", cell: "local", cells: [] }); // prettier-ignore
    expect(await new Shelf(shelfName(left)).bytes("a")).toEqual(bytes("one"));
    await new Shelf(shelfName(left)).remove("a");
    await leaveCopies({ member: "left", name: "", base: "seller", duties: [], teams: [], regions: [], locale: "en", zone: "UTC", cell: "local", cells: [] }); // prettier-ignore
    expect((await names()).filter((name) => name?.startsWith(left))).toEqual([]);
  });
});
