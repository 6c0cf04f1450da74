/** Edits and commits that come while the copy is still being read from the disk, part after part. */
import "fake-indexeddb/auto";
import { expect, it } from "vitest";
import { mutations } from "../../shared/sync/registry.ts";
import { always, drop, empty, put, type Disk, type KeyBlob, type LoadPart } from "./disk.ts";
import { diskName, frontKey, openDisk } from "./idb-disk.ts";
import { Source } from "./source.ts";
import { all, contact, me } from "./testing/bench.ts";

const blob = (number: number, title: string): KeyBlob => ({
  g: all,
  rows: new Map([[contact(number).id, { e: "contact", row: contact(number, { title }) }]]),
});
/** Reads as the disk does, a key a part, and hands on the next part only when it is told to. */
function slowly(disk: Disk): { readonly disk: Disk; readonly next: () => Promise<void> } {
  const waits: (() => void)[] = [];
  const loadParts = async (onPart: (part: LoadPart) => void): Promise<void> => {
    const { rev, contents } = await disk.load();
    let first = true;
    for (const one of contents.keys) {
      if (!first) await new Promise<void>((go) => waits.push(go));
      onPart({ rev, first, contents: { ...(first ? contents : empty()), keys: new Map([one]) } });
      first = false;
    }
  };
  const slow: Disk = {
    load: () => disk.load(), loadParts, rev: () => disk.rev(), write: (plan, options) => disk.write(plan, options),
    read: (look) => disk.read(look), section: (id) => disk.section(id), close: () => disk.close(),
  }; // prettier-ignore
  return {
    disk: slow,
    next: async () => {
      await expect.poll(() => waits.length).toBeGreaterThan(0);
      waits.shift()?.();
      await Promise.resolve();
    },
  };
}
const open = (name: string, disk: Disk): Promise<Source> =>
  Source.open({
    cell: "local", actor: { member: me, teams: [], regions: [] }, mutations, link: { cell: "local", url: "" }, disk, name,
    onChange: () => undefined, onState: () => undefined, onCut: () => undefined,
    onBug: (error) => {
      throw error;
    },
  }); // prettier-ignore
const title = (source: Source, number: number): unknown => source.replica.record(contact(number).id)?.["title"];

async function begun(test: string): Promise<{ name: string; source: Source; next: () => Promise<void> }> {
  const name = diskName("local", test);
  const disk = await openDisk(name);
  await disk.write(always([1, 2, 3].map((number) => put("keys", `h${number}`, blob(number, "old")))));
  const slow = slowly(disk);
  return { name, source: await open(name, slow.disk), next: slow.next };
}

it("[SYNC-L9] an edit of what is in is shown at once and on the disk, though the rest is still being read", async () => {
  const { name, source, next } = await begun("at-once");
  const done = source.mutate("contact.edit@1", { id: contact(1).id, set: { title: "mine" } });
  expect(title(source, 1)).toBe("mine"); // in the same turn
  expect((await done).ok).toBe(true);
  expect([source.loading, title(source, 2)]).toEqual([true, undefined]);
  // Its page dies here: another one finds the edit.
  const after = await open(name, await openDisk(name));
  expect(title(after, 1)).toBe("mine");
  await next();
  await next();
  await expect.poll(() => source.loading).toBe(false);
  expect([1, 2, 3].map((number) => title(source, number))).toEqual(["mine", "old", "old"]);
});

it("[SYNC-L9] an edit of what is not in yet waits for it", async () => {
  const { source, next } = await begun("waits");
  const done = source.mutate("contact.edit@1", { id: contact(3).id, set: { title: "mine" } });
  await next();
  await next();
  expect([(await done).ok, title(source, 3)]).toEqual([true, "mine"]);
});

it("[SYNC-L9] [SYNC-E3] a commit is newer than the part that comes after it: no key is overwritten, and none comes back", async () => {
  const { source, next } = await begun("newer");
  await source.write([put("keys", "h2", blob(2, "new")), drop("keys", "h3")]);
  expect([title(source, 2), title(source, 3)]).toEqual(["new", undefined]);
  await next();
  expect(title(source, 2)).toBe("new");
  await next();
  await expect.poll(() => source.loading).toBe(false);
  expect([title(source, 2), title(source, 3), source.replica.size]).toEqual(["new", undefined, 2]);
});

it("[SYNC-L9] what stood at the top of screens is read before the rest, and once", async () => {
  const name = diskName("local", "front");
  const disk = await openDisk(name);
  const many = Array.from({ length: 900 }, (_, number) => put("keys", `h${1000 + number}`, blob(number, "old")));
  await disk.write(
    always([...many, put("meta", frontKey, JSON.stringify({ today: ["h1899", "gone"], cases: ["h1899"] }))]),
  );
  const parts: (readonly string[])[] = [];
  await disk.loadParts(({ contents }) => parts.push([...contents.keys.keys()]));
  expect([parts.length, parts[0]?.includes("h1899")]).toEqual([3, true]);
  expect(parts.flat().sort()).toEqual(many.map(({ key }) => key));
});
