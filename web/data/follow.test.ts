import "fake-indexeddb/auto";
import { afterEach, describe, expect, it } from "vitest";
import { mutations } from "../../shared/sync/registry.ts";
import { put } from "./disk.ts";
import { choiceOf, reasonOf } from "./follow.ts";
import { diskName, openDisk } from "./idb-disk.ts";
import { Source } from "./source.ts";
import { account, all, contact, idOf, me, start } from "./testing/bench.ts";

const opened: Source[] = [];
afterEach(() => {
  for (const source of opened.splice(0)) source.close();
});
const other = idOf("acc", 2);
const key = (...rows: ReturnType<typeof account>[]) => ({
  g: all,
  rows: new Map(
    rows.map((row) => [row.id, { e: row.id.includes("_acc_") ? ("account" as const) : ("contact" as const), row }]),
  ),
});

async function tab(name: string): Promise<Source> {
  const offline: typeof fetch = () => Promise.reject(new TypeError("offline"));
  const source = await Source.open({
    cell: "local", actor: { member: me, teams: [], regions: [] }, mutations, link: { cell: "local", url: "", headers: () => Promise.resolve({}), fetch: offline },
    disk: await openDisk(name), name, onChange: () => undefined, onState: () => undefined, onCut: () => undefined,
    onBug: (error) => {
      throw error;
    },
  }); // prettier-ignore
  opened.push(source);
  source.start();
  return source;
}
async function held(name: string): Promise<Source> {
  const source = await tab(name);
  await expect.poll(() => source.leads).toBe(true);
  await source.write([
    put("keys", "h1", key(account(), contact(1))),
    put("keys", "h2", key(account({ id: other, anchor: other, name: "Beta" }))),
  ]);
  return source;
}

describe("what this device chose to hold", () => {
  it("[SYNC-F1] an account that is removed from the device goes at once, without a network, and no other", async () => {
    const name = diskName("local", "unfollow");
    const source = await held(name);
    await source.mutate("contact.edit@1", { id: contact(1).id, set: { title: "Chief" } });
    await source.follow({ anchor: idOf("acc", 1), kind: "unfollow" });
    await expect.poll(() => source.replica.record(idOf("acc", 1))).toBeUndefined();
    expect(source.replica.record(other)?.["name"]).toBe("Beta");
    const { contents } = await (await openDisk(name)).load();
    expect([[...contents.keys.keys()], [...contents.ask.keys()]]).toEqual([["h2"], ["h1"]]);
    // Not a revocation: what was done to it still goes out, with what was seen.
    expect([...contents.outbox.values()].map(({ mine, base }) => [mine["title"], base[contact(1).id]?.["title"]])).toEqual([["Chief", "Buyer"]]); // prettier-ignore
  });

  it("[SYNC-F1] any tab may remove one; the leading tab lets it go for all", async () => {
    const name = diskName("local", "unfollow-tabs");
    const leading = await held(name);
    const second = await tab(name);
    await expect.poll(() => second.replica.record(other)?.["name"]).toBe("Beta");
    await second.follow({ anchor: other, kind: "unfollow" });
    await expect.poll(() => [leading, second].map(({ replica }) => replica.record(other))).toEqual([undefined, undefined]); // prettier-ignore
  });

  it("[SYNC-F1] the newest choice is remembered and sent; taken back before it left, both go in order", async () => {
    const source = await held(diskName("local", "choices"));
    await source.follow({ anchor: other, kind: "pin" });
    await source.follow({ anchor: other, kind: "unfollow" });
    await source.follow({ anchor: other, kind: "pin" });
    expect(choiceOf(source.replica, other)).toBe("pin");
    expect([...source.replica.table("follow").values()].map(({ kind }) => kind)).toEqual(["pin", "unfollow", "pin"]);
  });

  it("[SYNC-H1] says why an account is here, by the first reason that holds", async () => {
    const source = await held(diskName("local", "reasons"));
    const who = { member: me, teams: ["t1"], names: [me, "boss"] };
    const why = (more: object) => reasonOf(source.replica, account({ id: other, anchor: other, ...more }), who, start);
    const here = async (more: object) => {
      await source.write([put("keys", "h2", key(account({ id: other, anchor: other, ...more })))]);
      return why(more);
    };
    expect(await here({ owner: me })).toBe("own");
    expect(await here({ owner: "boss" })).toBe("own"); // stands in
    expect(await here({ owner: "x", team: "t1" })).toBe("team");
    expect(await here({ owner: "x", team: "t2" })).toBe("shared");
    await source.follow({ anchor: other, kind: "open" });
    expect(why({})).toBe("opened");
    await source.follow({ anchor: other, kind: "pin" });
    expect(why({})).toBe("pinned");
  });
});
