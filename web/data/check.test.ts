import { describe, expect, it } from "vitest";
import { limits } from "../../shared/kernel/limits.ts";
import { digestOf } from "../../shared/sync/digest.ts";
import type { EntityName, Row } from "../../shared/records/entities.ts";
import { always, put, type Held } from "./disk.ts";
import { pullOnce } from "./exchange.ts";
import { account, all, contact, Device, page, rights, snap, start } from "./testing/bench.ts";

const rows: readonly (readonly [EntityName, Row])[] = [["account", account()], ["contact", contact(1)], ["contact", contact(2)]]; // prettier-ignore
const good = { h1: digestOf(rows) };

/** A device after its first sync, about to compare. */
async function synced(): Promise<Device> {
  const device = await new Device().boot();
  device.pages = [
    [rights("h1", all), page()],
    [snap("h1", rows), page({ cursor: "c2" })],
  ];
  while (await pullOnce(device.exchange));
  return device;
}
/** The copy goes wrong without anybody's doing. */
async function spoil(device: Device, change: (rows: Map<string, Held>) => void): Promise<Device> {
  const blob = device.replica.table("keys").get("h1");
  if (!blob) throw new Error("h1 is held");
  const spoilt = new Map(blob.rows);
  change(spoilt);
  await device.disk.write(always([put("keys", "h1", { ...blob, rows: spoilt })]));
  return device.reopened();
}

describe("digests", () => {
  it("[SYNC-K1] come after a first sync and then once a day, and a copy that is right asks for nothing", async () => {
    const device = await synced();
    device.pages = [[page({ cursor: "c3", checks: good })], [page({ cursor: "c4", now: start + limits.checkEveryMs - 1 })], [page({ cursor: "c5", now: start + limits.checkEveryMs })], [page({ cursor: "c6", now: start + limits.checkEveryMs + 1, checks: good })]]; // prettier-ignore
    for (let pull = 0; pull < 4; pull += 1) expect(await pullOnce(device.exchange)).toBe(false);
    expect(device.asked.map(({ check }) => check)).toEqual([
      undefined,
      undefined,
      ["h1"],
      undefined,
      undefined,
      ["h1"],
    ]);
    expect([device.drift, device.replica.table("want").size]).toEqual([0, 0]);
  });

  it.each([
    ["a row is missing", (held: Map<string, Held>) => void held.delete(contact(2).id)],
    ["a row is too many", (held: Map<string, Held>) => void held.set(contact(3).id, { e: "contact", row: contact(3) })],
    [
      "a field is another",
      (held: Map<string, Held>) =>
        void held.set(contact(2).id, { e: "contact", row: { ...contact(2), name: "Drift" } }),
    ],
  ])("[SYNC-P9] drift is found, mended and reported once: %s", async (_what, change) => {
    const device = await spoil(await synced(), change);
    device.asked = [];
    device.pages = [
      [page({ cursor: "c3", checks: good })],
      [snap("h1", rows), page({ cursor: "c4" })],
      [page({ cursor: "c5" })],
    ];
    expect(await pullOnce(device.exchange)).toBe(true);
    expect(device.replica.table("want").get("h1")?.after).toBe("");
    expect(await pullOnce(device.exchange)).toBe(false);
    const held = device.replica.table("keys").get("h1")?.rows;
    expect([...(held?.values() ?? [])].map(({ row }) => row).sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(rows.map(([, row]) => row)); // prettier-ignore
    await pullOnce(device.exchange);
    expect(device.asked.map(({ check, drift }) => [check?.length, drift])).toEqual([[1, undefined], [undefined, 1], [undefined, undefined]]); // prettier-ignore
  });

  it("[SYNC-K1] a report that was lost is made again, and a page that ends early settles nothing", async () => {
    const device = await spoil(await synced(), (held) => void held.delete(contact(1).id));
    device.pages = [[page({ cursor: "c3", checks: good })], "", [snap("h1", rows), page({ cursor: "c4" })]];
    device.asked = [];
    await pullOnce(device.exchange);
    await expect(pullOnce(device.exchange)).rejects.toThrow();
    await pullOnce(await device.reopened().then((again) => Object.assign(again, { pages: device.pages, asked: device.asked }).exchange)); // prettier-ignore
    expect(device.asked.map(({ drift }) => drift)).toEqual([undefined, 1, 1]);
  });

  it("[SYNC-K1] what is on its way is not compared: a record may be moving to a key of its own", async () => {
    const device = await synced();
    device.pages = [[rights("h2", all), page({ cursor: "c3", checks: { h1: { count: 0, hash: "0" } } })]];
    await pullOnce(device.exchange);
    expect([device.drift, [...device.replica.table("want").keys()]]).toEqual([0, ["h2"]]);
    device.pages = [[snap("h2", []), page({ cursor: "c4" })], [page({ cursor: "c5", checks: good })]];
    await pullOnce(device.exchange);
    await pullOnce(device.exchange);
    expect(device.asked.at(-1)?.check).toEqual(["h1", "h2"]);
  });
});
