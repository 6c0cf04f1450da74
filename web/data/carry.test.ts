import "fake-indexeddb/auto";
import { deleteDB, openDB } from "idb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Mutation } from "../../shared/records/mutation.ts";
import { mutations } from "../../shared/sync/registry.ts";
import type { Former } from "./carry.ts";
import { stores, type ClientMeta, type Entry } from "./disk.ts";
import { openDisk, removeDisk } from "./idb-disk.ts";
import { Source } from "./source.ts";
import { contact, idOf, me } from "./testing/bench.ts";
import recorded from "./testing/disk-1.json";

/** What a device of form 1 had on its disk: three queued edits, one of them sent, a card, a pin, a text. */
const [oldName, name] = [`baton-1:local:${me}`, `baton-2:local:${me}`];
const former: Former = { prefix: "baton-1" };
const revive = (_key: string, value: unknown): unknown => {
  const { map, bytes } = (value ?? {}) as { map?: [string, unknown][]; bytes?: number[] };
  if (Array.isArray(map)) return new Map(map);
  return Array.isArray(bytes) ? new Uint8Array(bytes) : value;
};
const opened: Source[] = [];
beforeEach(async () => {
  const old = await openDB(oldName, 1, {
    upgrade: (db) => stores.forEach((store) => void db.createObjectStore(store)),
  });
  const contents = JSON.parse(JSON.stringify(recorded), revive) as Record<string, [string, unknown][]>;
  for (const [store, entries] of Object.entries(contents))
    for (const [key, value] of entries) await old.put(store, value, key);
  old.close();
});
afterEach(async () => {
  for (const source of opened.splice(0)) source.close();
  await removeDisk(name, [former]);
});
async function device(older: readonly Former[], more: object = {}): Promise<Source> {
  const source = await Source.open({
    cell: "local", actor: { member: me, teams: [], regions: [] }, mutations, link: { cell: "local", url: "" }, disk: await openDisk(name, older), name,
    onChange: () => undefined, onState: () => undefined, onCut: () => undefined, onBug: () => undefined, ...more,
  } as never); // prettier-ignore
  opened.push(source);
  return source;
}
const old = async (): Promise<Record<string, unknown[]>> => {
  const db = await openDB(oldName);
  const all = await Promise.all(stores.map(async (store) => [store, await db.getAllKeys(store)] as const));
  db.close();
  return Object.fromEntries(all);
};

describe("a database of an older form", () => {
  it("[SYNC-L5] gives what its member made, and who this device is; rows come by a first sync", async () => {
    const { replica } = await device([former]);
    const queue = [...replica.table("outbox").values()];
    expect(queue.map(({ n, name: what, outcome }) => [n, what, outcome?.code])).toEqual([[1, "account.edit@1", "denied"], [2, "contact.create@1", undefined], [3, "contact.edit@1", undefined]]); // prettier-ignore
    expect(replica.client).toEqual({ id: queue[0]?.client, next: 4 });
    expect([replica.device, replica.sent]).toEqual(["local_dev_71jr6z4z8p5n3abned8v", 1]);
    expect([...replica.table("attention").keys()]).toEqual(["cli0:000000000001"]);
    expect([...replica.table("follow").values()]).toEqual([{ anchor: idOf("acc", 1), kind: "pin" }]);
    expect((await opened[0]?.store.section("local_sec_1.1"))?.state).toEqual(new Uint8Array([1, 2, 3]));
    expect([replica.size, replica.sync.cursor, replica.table("meta").has("ready")]).toEqual([0, null, false]);
    // What was not sent yet is shown as soon as it can be: the new contact stands on nothing.
    expect(replica.record(idOf("con", 9))?.["name"]).toBe("Never sent");
  });

  it("[SYNC-L5] is left with nothing that was seen, and is not carried a second time", async () => {
    const first = await device([former]);
    expect(await old()).toMatchObject({ keys: [], want: [], ask: [], outbox: [], attention: [], sections: [] });
    expect((await first.mutate("contact.edit@1", { id: idOf("con", 9), set: { title: "New" } })).ok).toBe(true);
    first.close();
    const again = await device([former]);
    expect([...again.replica.table("outbox").values()].map(({ n }) => n)).toEqual([1, 2, 3, 4]);
    expect(again.replica.client?.next).toBe(5);
  });

  it("[SYNC-L5] if carrying breaks before the old one is emptied, it is done again and nothing is twice", async () => {
    await device([former]);
    opened.splice(0).forEach((source) => source.close());
    // The old database as it lies after its first transaction: still full, its client set aside.
    const db = await openDB(oldName);
    const contents = JSON.parse(JSON.stringify(recorded), revive) as Record<string, [string, unknown][]>;
    for (const [store, entries] of Object.entries(contents))
      if (store !== "meta") for (const [key, value] of entries) await db.put(store, value, key);
    const client = contents["meta"]?.find(([key]) => key === "client")?.[1];
    await db.put("meta", client, "carried");
    db.close();
    const { replica } = await device([former]);
    expect([...replica.table("outbox").values()].map(({ n }) => n)).toEqual([1, 2, 3]);
    expect([replica.client?.next, replica.table("attention").size]).toEqual([4, 1]);
  });

  it("[SYNC-L5] a tab that still runs the older code numbers nothing more, and what it made meanwhile is not lost", async () => {
    const tab = await openDisk(oldName, []); // open since before
    await device([former]);
    const append = tab.write(async (read) => {
      if (!(await read.get("meta", "client"))) throw new Error("a disk without a client");
      return { writes: [], value: undefined };
    });
    await expect(append).rejects.toThrow("a disk without a client");
    await expect(tab.write(() => Promise.resolve({ writes: [], value: undefined }), { term: 0 })).rejects.toThrow();
    tab.close();
    // Even the older code started anew, as a client of its own.
    const db = await openDB(oldName);
    const late: Entry = { client: "cli-late", n: 1, name: "contact.edit@1", args: { id: contact(1).id, set: { title: "Late" } }, base: {}, mine: { title: "Late" }, at: 9 }; // prettier-ignore
    await db.put("meta", { id: "cli-late", next: 2 } satisfies ClientMeta, "client");
    await db.put("outbox", late, "cli-late:000000000001");
    db.close();
    opened.splice(0).forEach((source) => source.close());
    const { replica } = await device([former]);
    const last = [...replica.table("outbox").values()].at(-1);
    expect([last?.n, last?.client, last?.mine]).toEqual([4, replica.client?.id, { title: "Late" }]);
  });

  it("[SYNC-L5] values that have another form now are brought into it, and a mutation that is no more into its successor", async () => {
    const up = { attention: (value: unknown) => ({ ...(value as object), code: "denied" }) as never };
    const [create, edit] = ["contact.create@1", "contact.edit@1"].map((one) => mutations.get(one)) as [
      Mutation,
      Mutation,
    ];
    const today = new Map(mutations);
    today.delete("contact.edit@1");
    today.set("contact.edit@2", { ...edit, name: "contact.edit@2" });
    const ups = new Map([["contact.edit@1", (args: unknown) => ({ name: "contact.edit@2", args })]]);
    const { replica } = await device([{ ...former, up }], { mutations: today, ups });
    expect([...replica.table("attention").values()].map(({ name: what, code }) => [what, code])).toEqual([["contact.edit@2", "denied"]]); // prettier-ignore
    expect([...replica.table("outbox").values()].map(({ name: what }) => what)).toEqual(["account.edit@1", create.name, "contact.edit@2"]); // prettier-ignore
  });

  it("[SYNC-L5] where there is none, none is made; sign-out takes all of them", async () => {
    await deleteDB(oldName);
    const source = await device([former]);
    expect((await indexedDB.databases()).map((one) => one.name)).not.toContain(oldName);
    expect(source.replica.client?.next).toBe(1);
    source.close();
    await openDB(oldName, 1).then((db) => db.close());
    await removeDisk(name, [former]);
    expect((await indexedDB.databases()).map((one) => one.name)).toEqual([]);
  });
});
