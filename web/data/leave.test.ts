import "fake-indexeddb/auto";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { always, drop, put, type Entry, type SectionCache, type Write } from "./disk.ts";
import { diskName, openDisk } from "./idb-disk.ts";
import { leaveCopies } from "./leave.ts";
import { LockedDisk } from "./locked-disk.ts";
import { account, all, idOf, me } from "./testing/bench.ts";
import type { Me } from "./types.ts";

const who: Me = {
  member: me, name: "Ana", base: "x", duties: [], teams: [], regions: [], locale: "en", zone: "UTC",
  cell: "local", cells: [{ cell: "away", url: "https://away.test" }],
}; // prettier-ignore
const canary = "CANARY-7f3a";
const id = account().id;
const seen: readonly Write[] = [
  put("keys", "h1", { g: all, rows: new Map([[id, { e: "account", row: { ...account(), name: canary } }]]) }),
  put("want", canary, { after: "", round: 1 }),
  put("follow", "1", { anchor: id, kind: "open" }),
  put("meta", "sync", { cursor: canary, seen: 3, now: 1, wall: 1, lease: 1, round: 1 }),
  put("meta", "ready", 1),
  put("meta", "device", "dev"),
  put("meta", "client", { id: "cli", next: 8 }),
  put("meta", "sent", 7),
];
const entry: Entry = {
  client: "cli", n: 7, at: 1, name: "account.edit@1",
  args: { id, set: { city: "my own words" }, seen: { city: canary } },
  base: { [id]: { city: canary } },
  mine: { city: "my own words", name: canary },
  outcome: { code: "version_conflict", theirs: { city: canary } },
}; // prettier-ignore
function text(stored: string, typed: string): SectionCache {
  const doc = new Y.Doc();
  doc.getText("t").insert(0, stored);
  const vector = Y.encodeStateVector(doc);
  doc.getText("t").insert(stored.length, typed);
  return { id: idOf("sec", 1), gen: 1, account: id, state: Y.encodeStateAsUpdate(doc), stored: vector, at: 1 };
}

async function dump(name: string): Promise<string | null> {
  if (!(await indexedDB.databases()).some((one) => one.name === name)) return null;
  const disk = await openDisk(name);
  const { contents } = await disk.load();
  const sections = await disk.section(idOf("sec", 1));
  disk.close();
  const plain = Object.fromEntries(Object.entries(contents).map(([store, table]) => [store, [...table]]));
  return JSON.stringify([plain, sections && new TextDecoder().decode(sections.state)]);
}
async function copy(writes: readonly Write[]): Promise<string> {
  const name = diskName("local", me);
  const disk = await openDisk(name);
  await disk.write(always(writes));
  disk.close();
  return name;
}

describe("a session that ended elsewhere", () => {
  it("[SYNC-E3] case 20: leaves nothing of the copy, and no database at all where nothing waits", async () => {
    const name = await copy([...seen, put("sections", idOf("sec", 1), text(canary, ""))]);
    expect(await dump(name)).toContain(canary);
    await leaveCopies(who);
    expect(await dump(name)).toBeNull();
    expect((await indexedDB.databases()).map((one) => one.name)).not.toContain(diskName("away", me)); // nor makes one
  });
  it("[SYNC-L3] under a lock, what may hold words stays sealed until its member opens it, and the rest goes", async () => {
    const lock = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const name = diskName("local", me);
    const sealed = new LockedDisk(await openDisk(name), lock);
    await sealed.write(always([...seen, put("outbox", "cli:000007", entry)]));
    await leaveCopies(who);
    const { contents } = await sealed.load();
    expect([contents.keys.size, contents.want.size, contents.follow.size, contents.meta.has("sync")]).toEqual([0, 0, 0, false]); // prettier-ignore
    expect(contents.outbox.get("cli:000007")).toEqual(entry);
    expect(contents.meta.get("client")).toEqual({ id: "cli", next: 8 });
    await sealed.write(always([drop("outbox", "cli:000007")]));
    await leaveCopies(who);
    expect(await dump(name)).toBeNull();
  });
  it("[SYNC-E3] [SYNC-3] keeps what was never sent: the words, numbered as they were, and nothing that was seen", async () => {
    const card = { key: "cli:000006", name: "account.edit@1", args: { id, set: { name: "refused words" }, seen: { name: canary } }, at: 1, code: "denied" as const, mine: { name: "refused words" }, theirs: { name: canary } }; // prettier-ignore
    const name = await copy([
      ...seen,
      put("outbox", "cli:000007", entry),
      put("attention", card.key, card),
      put("sections", idOf("sec", 1), text(canary, "typed on a train")),
    ]);
    await leaveCopies(who);
    const left = await dump(name);
    for (const words of ["my own words", "refused words", "typed on a train", '"next":8', '["sent",7]'])
      expect(left).toContain(words);
    expect(left).not.toContain(canary);
  });
});
