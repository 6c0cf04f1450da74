import "fake-indexeddb/auto";
import { afterEach, describe, expect, it } from "vitest";
import { always, put, TermPassed } from "./disk.ts";
import { diskName, openDisk, removeDisk } from "./idb-disk.ts";
import { Source } from "./source.ts";
import { mutations } from "../../shared/sync/registry.ts";
import { account, all, contact, me } from "./testing/bench.ts";

const opened: Source[] = [];
afterEach(() => {
  for (const source of opened.splice(0)) source.close();
});

async function tab(name: string): Promise<Source> {
  const source = await Source.open({
    cell: "local", actor: { member: me, teams: [], regions: [] }, mutations, link: { cell: "local", url: "" }, disk: await openDisk(name), name,
    onChange: () => undefined, onState: () => undefined, onCut: () => undefined,
    onBug: (error) => {
      throw error;
    },
  }); // prettier-ignore
  opened.push(source);
  return source;
}
const blob = {
  g: all,
  rows: new Map(
    [account(), contact(1)].map((row) => [
      row.id,
      { e: row.id.includes("acc") ? ("account" as const) : ("contact" as const), row },
    ]),
  ),
};

describe("the IndexedDB disk", () => {
  it("[SYNC-L2] a write is all or nothing, and what was written is there after reopening", async () => {
    const name = diskName("local", "all-or-nothing");
    const disk = await openDisk(name);
    await disk.write(always([put("keys", "h1", blob), put("meta", "ready", 1)]));
    await expect(
      disk.write(() =>
        Promise.resolve({
          writes: [put("meta", "ready", 2), put("keys", "h2", { g: {}, rows: (() => 1) as never })],
          value: undefined,
        }),
      ),
    ).rejects.toThrow();
    disk.close();
    const { contents, rev } = await (await openDisk(name)).load();
    expect([rev, contents.meta.get("ready"), contents.keys.get("h1")?.rows.get(contact(1).id)?.row["name"]]).toEqual([
      1,
      1,
      "Contact 1",
    ]);
    expect(contents.keys.has("h2")).toBe(false);
  });

  it("[case 16] [SYNC-L4] a leader whose term has passed can't write", async () => {
    const disk = await openDisk(diskName("local", "terms"));
    await disk.write(always([put("meta", "term", 2)]));
    await expect(disk.write(always([put("meta", "sent", 9)]), { term: 1 })).rejects.toThrow(TermPassed);
    expect((await disk.load()).contents.meta.get("sent")).toBeUndefined();
  });

  it("[SYNC-L4] four tabs that queue at once never give a number twice, and all show the same in the end", async () => {
    const name = diskName("local", "tabs");
    const tabs = [await tab(name)];
    await tabs[0]?.write([put("keys", "h1", blob)]);
    for (const _ of [1, 2, 3]) tabs.push(await tab(name));
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        Promise.resolve(tabs[index % 4]?.mutate("contact.edit@1", { id: contact(1).id, set: { title: `T${index}` } })),
      ),
    );
    const { contents } = await (await openDisk(name)).load();
    expect([...contents.outbox.values()].map((entry) => entry.n)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
    await expect.poll(() => tabs.map((one) => one.replica.table("outbox").size)).toEqual([40, 40, 40, 40]);
    const last = [...contents.outbox.values()].at(-1)?.mine["title"];
    await expect
      .poll(() => tabs.map((one) => one.replica.record(contact(1).id)?.["title"]))
      .toEqual([last, last, last, last]);
  });

  it("[SYNC-L4] a tab that missed a commit reads it from the disk", async () => {
    const name = diskName("local", "gap");
    const one = await tab(name);
    const silent = await openDisk(name); // writes and tells nobody
    await silent.write(always([put("keys", "h1", blob)]));
    const two = await tab(name);
    await two.write([put("meta", "time", 1)]);
    await expect.poll(() => one.replica.record(contact(1).id)?.["name"]).toBe("Contact 1");
  });

  it("[SYNC-H1] members of one browser have a database each, and a removed one is empty", async () => {
    expect(diskName("local", "a")).not.toBe(diskName("local", "b"));
    const name = diskName("local", "removed");
    const disk = await openDisk(name);
    await disk.write(always([put("keys", "h1", blob)]));
    disk.close();
    await removeDisk(name);
    expect((await (await openDisk(name)).load()).contents.keys.size).toBe(0);
  });
});
