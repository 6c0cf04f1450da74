import { describe, expect, it } from "vitest";
import type { Row } from "../../shared/records/entities.ts";
import { drop, put, type KeyBlob, type SectionCache, type Write } from "./disk.ts";
import { lookedAt, putLooked } from "./looked.ts";
import { Device, idOf, me } from "./testing/bench.ts";
import { leftIn, withTexts } from "./texts.ts";

const g = { section: { identity: null, shared: null } };
const row = (number: number): Row => ({
  id: idOf("sec", number), anchor: idOf("acc", 1), compartment: "core", createdAt: 1, createdBy: me, title: "Note",
}); // prettier-ignore
const blob = (...numbers: number[]): KeyBlob => ({
  g,
  rows: new Map(numbers.map((number) => [row(number).id, { e: "section" as const, row: row(number) }])),
});
const text = (number: number, unsent: boolean): SectionCache => ({
  id: idOf("sec", number), gen: 1, account: idOf("acc", 1), state: new Uint8Array([1]), stored: new Uint8Array(), unsent, at: 1,
}); // prettier-ignore

/** A device with three notes and their texts; the words of the second have not left it. */
async function device(ready = true): Promise<Device> {
  const one = await new Device().boot();
  await one.store([
    put("keys", "h1", blob(1, 2, 3)),
    ...[1, 2, 3].map((number) => put("sections", idOf("sec", number), text(number, number === 2))),
    ...(ready ? [put("meta", "ready", 1)] : []),
  ]);
  return one;
}
/** What is left after these writes, and of which texts a card has to be made. */
async function after(one: Device, writes: readonly Write[]): Promise<readonly [readonly number[], readonly string[]]> {
  const left: string[] = [];
  const plan = withTexts(one.replica, writes, (caches) => left.push(...caches.map(({ id }) => id)));
  one.replica.absorb((await one.disk.write(plan)).writes);
  const there: number[] = [];
  for (const number of [1, 2, 3]) if (await one.disk.section(idOf("sec", number))) there.push(number);
  return [there, left];
}

describe("texts of sections on the disk", () => {
  it("[SYNC-E3] case 20: go in the transaction in which their records go; unsent words wait for their card", async () => {
    expect(await after(await device(), [put("keys", "h1", blob(3))])).toEqual([[2, 3], [idOf("sec", 2)]]);
    expect(await after(await device(), [drop("keys", "h1")])).toEqual([[2], [idOf("sec", 2)]]);
  });
  it("[SYNC-E3] stay where the record moved to another key, and where something else went", async () => {
    const moved = [put("keys", "h1", blob(2, 3)), put("keys", "h2", blob(1))];
    expect(await after(await device(), moved)).toEqual([[1, 2, 3], []]);
    expect(await after(await device(), [put("keys", "h2", blob())])).toEqual([[1, 2, 3], []]);
  });
  it("[SYNC-E3] [SYNC-T6] stay during a reset, and what did not come again goes when the copy is whole", async () => {
    const one = await device();
    expect(await after(one, [drop("keys", "h1"), drop("meta", "ready")])).toEqual([[1, 2, 3], []]);
    expect(await after(one, [put("keys", "h1", blob(1))])).toEqual([[1, 2, 3], []]);
    const whole = [put("keys", "h1", blob(1, 3)), put("meta", "ready", 1)];
    expect(await after(one, whole)).toEqual([[1, 2, 3], [idOf("sec", 2)]]);
    expect(await after(await device(false), [put("keys", "h1", blob(3)), put("meta", "ready", 1)])).toEqual([
      [2, 3],
      [idOf("sec", 2)],
    ]);
  });
  it("[LOOK-1] [SYNC-E3] when an account was looked at goes with the account, and stays while it only moves", async () => {
    const acc = idOf("acc", 1);
    const own = (): KeyBlob => ({ g, rows: new Map([[acc, { e: "account", row: { ...row(1), id: acc } }]]) });
    const one = await new Device().boot();
    await one.store([put("keys", "h1", own()), put("meta", "ready", 1), putLooked(acc, { at: 1, moved: {} })]);
    await after(one, [put("keys", "h2", own()), drop("keys", "h1")]);
    expect(lookedAt(one.replica, acc)).toEqual({ at: 1, moved: {} });
    await after(one, [drop("keys", "h2")]);
    expect(lookedAt(one.replica, acc)).toBeUndefined();
  });
  it("[SECTION-5] [case 43] go with the refusal of a note's making; a mark says whose words wait for their card", async () => {
    const one = await device();
    await one.store([drop("keys", "h1")]);
    const refused = { key: "c:1", name: "section.create@1", args: {}, at: 1, code: "denied", mine: {}, makes: [idOf("sec", 2)] } as const; // prettier-ignore
    await one.store([put("sections", idOf("sec", 2), text(2, true))]);
    expect((await after(one, [put("attention", "c:1", refused)]))[1]).toEqual([idOf("sec", 2)]);
    expect(leftIn(one.replica)).toEqual([idOf("sec", 2)]);
  });
});
