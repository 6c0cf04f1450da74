import "fake-indexeddb/auto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { always, put, TermPassed, type KeyBlob } from "./disk.ts";
import { diskName, openDisk, removeDisk } from "./idb-disk.ts";
import { Source, type SourceOptions } from "./source.ts";
import { mutations } from "../../shared/sync/registry.ts";
import { account, all, contact, me } from "./testing/bench.ts";

const opened: Source[] = [];
afterEach(() => {
  for (const source of opened.splice(0)) source.close();
});

async function tab(name: string, more: Partial<SourceOptions> = {}): Promise<Source> {
  const source = await Source.open({
    cell: "local", actor: { member: me, teams: [], regions: [] }, mutations, link: { cell: "local", url: "" }, disk: await openDisk(name), name,
    onChange: () => undefined, onState: () => undefined, onCut: () => undefined,
    onBug: (error) => {
      throw error;
    },
    ...more,
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

  it("[SYNC-L2] a large copy shows its first part early, and what is written meanwhile is not lost to an older part", async () => {
    const name = diskName("local", "parts");
    const disk = await openDisk(name);
    const key = (number: number, title: string) => ({
      g: all,
      rows: new Map([[contact(number).id, { e: "contact" as const, row: contact(number, { title }) }]]),
    });
    const handle = (number: number): string => `h${String(number).padStart(4, "0")}`;
    const count = 1500;
    await disk.write(always([...Array(count).keys()].map((number) => put("keys", handle(number), key(number, "Old")))));
    const first = await tab(name);
    expect(first.replica.size).toBeGreaterThan(0);
    expect(first.replica.size).toBeLessThan(count);
    // Another tab writes a key that the first one has not read yet, and tells.
    const written = await disk.write(always([put("keys", handle(count - 1), key(count - 1, "New"))]));
    const channel = new BroadcastChannel(name);
    channel.postMessage({ t: "patch", rev: written.rev, writes: written.writes });
    await expect.poll(() => first.replica.size).toBe(count);
    await expect.poll(() => first.replica.record(contact(count - 1).id)?.["title"]).toBe("New");
    // What a member does while it loads waits until everything is in.
    const second = await tab(name);
    expect(second.replica.size).toBeLessThan(count);
    const late = contact(count - 2).id;
    expect(await second.mutate("contact.edit@1", { id: late, set: { title: "Mine" } })).toEqual({
      ok: true,
      value: undefined,
    });
    expect(second.replica.record(late)?.["title"]).toBe("Mine");
    channel.close();
    disk.close();
  });

  it("[case 15] [SYNC-L4] while another tab that stands still holds the disk, an edit is shown at once, and what was missed comes", async () => {
    const name = diskName("local", "held");
    const disk = await openDisk(name);
    await disk.write(always([put("keys", "h1", blob)]));
    const mine = await tab(name);
    await disk.write(always([put("keys", "h2", { g: all, rows: new Map([[contact(2).id, { e: "contact", row: contact(2) }]]) })])); // prettier-ignore
    let stands = true;
    const held = disk.write(async (read) => {
      while (stands) await read.get("meta", "rev"); // the transaction stays open
      return { writes: [], value: undefined };
    });
    const channel = new BroadcastChannel(name);
    channel.postMessage({ t: "patch", rev: mine.replica.rev + 2, writes: [] }); // one before it never came
    await expect.poll(() => mine.loading).toBe(true); // reads anew, and waits for the disk
    let stored = false;
    const edit = mine.mutate("contact.edit@1", { id: contact(1).id, set: { title: "Mine" } }).then((done) => {
      stored = true;
      return done;
    });
    await Promise.resolve();
    expect(mine.replica.record(contact(1).id)?.["title"]).toBe("Mine");
    expect([mine.loading, stored, mine.replica.record(contact(2).id)]).toEqual([true, false, undefined]);
    stands = false;
    await held;
    expect((await edit).ok).toBe(true);
    await expect.poll(() => mine.replica.record(contact(2).id)).toBeDefined();
    expect(mine.replica.record(contact(1).id)?.["title"]).toBe("Mine");
    expect(mine.replica.pending()).toHaveLength(1);
    channel.close();
    disk.close();
  });

  it("[SYNC-E1] what ended while the app was closed is not shown even while the copy is being read", async () => {
    const name = diskName("local", "ended");
    const disk = await openDisk(name);
    const now = Date.now();
    const sync = { cursor: null, seen: 0, now, wall: now, lease: now + 1e9, round: 1 };
    const ends: KeyBlob = { g: { contact: { identity: now - 1 } }, rows: blob.rows };
    await disk.write(
      always([
        put("meta", "sync", sync),
        put("keys", "h1", blob),
        put("keys", "h2", { g: ends.g, rows: new Map([[contact(2).id, { e: "contact", row: contact(2) }]]) }),
      ]),
    );
    const seen: string[] = [];
    let opened: Source | undefined;
    const one = await tab(name, {
      link: { cell: "local", url: "http://localhost:1", headers: () => Promise.resolve({}) }, // nobody answers: a plane
      onChange: (changes) => {
        for (const { id } of changes) if (opened?.replica.record(id)) seen.push(id);
      },
    });
    opened = one;
    expect(one.replica.record(contact(1).id)).toBeDefined();
    expect(one.replica.record(contact(2).id)).toBeUndefined();
    one.start(); // leads: what ended leaves the disk too
    await expect.poll(async () => (await disk.load()).contents.keys.has("h2")).toBe(false);
    expect(seen).not.toContain(contact(2).id);
    disk.close();
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

  it("[case 15] [SYNC-L4] of four tabs that queue, each dies at some moment: no number is given twice, nothing said to be saved is lost", async () => {
    let seed = 7;
    const below = (count: number): number => (seed = (seed * 48_271) % 2_147_483_647) % count;
    let kept = 0;
    for (let round = 0; round < 3; round += 1) {
      const name = diskName("local", `killed-${round}`);
      const first = await tab(name);
      await first.write([put("keys", "h1", blob)]);
      const tabs = [first, await tab(name), await tab(name), await tab(name)];
      const saved: string[] = [];
      const work = Array.from({ length: 60 }, async (_, index) => {
        const at = index % 4;
        if (below(24) === 0) {
          tabs[at]?.close(); // in the middle of what it was writing
          tabs[at] = await tab(name);
        }
        for (let wait = below(6); wait > 0; wait -= 1) await Promise.resolve();
        const asked = tabs[at]?.mutate("contact.edit@1", { id: contact(1).id, set: { title: `T${index}` } });
        void asked?.then(
          (done) => done.ok && saved.push(`T${index}`),
          () => undefined, // its tab is dead
        );
      });
      await Promise.all(work);
      const disk = await openDisk(name);
      const queued = async (): Promise<number> => (await disk.load()).contents.outbox.size;
      let before = -1;
      // Until nothing more arrives: a dead tab's last write may still be on its way.
      await expect
        .poll(async () => before === (before = await queued()) && before > 20, { interval: 100, timeout: 10_000 })
        .toBe(true);
      const { contents } = await disk.load();
      disk.close();
      const entries = [...contents.outbox.values()];
      expect(new Set(entries.map(({ client, n }) => `${client}:${n}`)).size).toBe(entries.length);
      expect(entries.map(({ n }) => n)).toEqual(entries.map((_, index) => index + 1)); // and no gap
      expect(entries.map(({ mine }) => mine["title"])).toEqual(expect.arrayContaining(saved));
      kept += saved.length;
      for (const one of tabs) one.close();
    }
    expect(kept).toBeGreaterThan(20);
  }, 60_000);

  it("[SYNC-L4] a tab that missed a commit reads it from the disk", async () => {
    const name = diskName("local", "gap");
    const one = await tab(name);
    const silent = await openDisk(name); // writes and tells nobody
    await silent.write(always([put("keys", "h1", blob)]));
    const two = await tab(name);
    await two.write([put("meta", "time", 1)]);
    await expect.poll(() => one.replica.record(contact(1).id)?.["name"]).toBe("Contact 1");
  });

  it("[SYNC-H1] [LEAK-25] members of one browser have a database each, and a removed one is empty", async () => {
    expect(diskName("local", "a")).not.toBe(diskName("local", "b"));
    const name = diskName("local", "removed");
    const disk = await openDisk(name);
    await disk.write(always([put("keys", "h1", blob)]));
    disk.close();
    await removeDisk(name);
    expect((await (await openDisk(name)).load()).contents.keys.size).toBe(0);
  });

  it("[SYNC-L8] a disk without room is said to be full, one that goes away to be gone, and the work goes on in memory", async () => {
    for (const [message, fault] of [
      ["QuotaExceededError", "full"],
      ["InvalidStateError", "gone"],
    ] as const) {
      const source = await tab(diskName("local", fault));
      await source.write([put("keys", "h1", blob)]);
      await source.mutate("contact.edit@1", { id: contact(1).id, set: { title: "kept" } });
      expect(source.fault).toBeNull();
      const broken = vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(() => {
        throw new DOMException("as a browser says it", message);
      });
      try {
        const done = await source.mutate("contact.edit@1", { id: contact(1).id, set: { title: fault } });
        expect([done.ok, source.fault, source.replica.record(contact(1).id)?.["title"]]).toEqual([true, fault, fault]);
        // Numbers made in memory are another client's: the disk does not know of them, and goes on where it stopped.
        const [before, after] = [...source.replica.table("outbox").values()];
        expect([before?.client === after?.client, before?.n, after?.n]).toEqual([false, 1, 1]);
        expect(source.replica.unsent(50, 1e6)).toEqual([before]);
        source.replica.ack(before?.client ?? "", 1);
        expect(source.replica.unsent(50, 1e6)).toEqual([after]);
      } finally {
        broken.mockRestore();
      }
    }
  });

  it("[SYNC-L8] whatever was under way when the browser closed the connection is done over a new one", async () => {
    const name = diskName("local", "reopened");
    const disk = await openDisk(name);
    await disk.write(always([put("keys", "h1", blob)]));
    const closings = Array.from({ length: 3 }, async () => {
      const asked = indexedDB.open(name, 99); // makes every other connection close
      asked.onupgradeneeded = () => asked.transaction?.abort();
      await new Promise<void>((done) => (asked.onerror = asked.onsuccess = () => done()));
    });
    const work = Array.from({ length: 12 }, (_, index) => disk.write(always([put("meta", "sent", index)])));
    await Promise.all([...closings, ...work]);
    expect((await disk.load()).rev).toBe(13);
  });
});
