/** How much a device follows, and who leaves first when not all accounts have a place (SYNC-H1), in workerd. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { limits } from "../../shared/kernel/limits.ts";
import { account, accountSource, ask, boot, bring, device, idOf, pull, pullBody } from "./app-rig.ts";

type Line = Record<string, unknown>;
const keys = ["f1", "f2", "f3", "f4"];
const bounds = { followAccounts: limits.followAccounts, followRecent: limits.followRecent };
let ids: ReadonlyMap<string, string> = new Map();
const id = (key: string): string => ids.get(key) ?? "";

/** A device of Ana's: which accounts it holds, and how many it has no place for. */
class Seats {
  readonly dev = device();
  private cursor: unknown = null;
  private readonly handles = new Map<unknown, boolean>();
  over: unknown;
  async pull(...follow: { anchor: string; kind: string }[]): Promise<readonly string[]> {
    const lines = await pull("ana", pullBody(this.dev, { cursor: this.cursor, follow }));
    for (const line of lines)
      if (line["t"] === "rights") this.handles.set(line["h"], Object.hasOwn(line["g"] as object, "account"));
    const page = lines.at(-1) ?? {};
    this.cursor = page["cursor"];
    this.over = page["over"];
    const want = [...this.handles].flatMap(([h, held]) => (held ? [{ h: String(h) }] : []));
    const rows = (await pull("ana", pullBody(this.dev, { cursor: this.cursor, want }))).flatMap((line) =>
      line["t"] === "snap" ? (line["rows"] as [string, Line][]) : [],
    );
    const held = new Set(rows.flatMap(([entity, row]) => (entity === "account" ? [row["id"]] : [])));
    return [...ids].filter(([, known]) => held.has(known)).map(([key]) => key).sort(); // prettier-ignore
  }
}

beforeAll(async () => {
  await boot();
  await bring(keys.map((key) => account(key, "ana", "west", "americas")));
  await bring([account("t1", "marcus", "west", "americas"), account("t2", "marcus", "west", "americas")]);
  const all = [...keys, "t1", "t2", "west", "closed", "europe"];
  ids = new Map(await Promise.all(all.map(async (key) => [key, await idOf(accountSource(key))] as const)));
}, 60_000);
beforeEach(() => void Object.assign(limits, { ...bounds }));
afterAll(() => void Object.assign(limits, bounds));

describe("the follow set", () => {
  it("[SYNC-H1] has a place for all as long as they fit, and then says nothing of places", async () => {
    const seats = new Seats();
    expect(await seats.pull()).toEqual(["closed", ...keys, "t1", "t2", "west"]);
    expect(seats.over).toBeUndefined();
  });
  it("[SYNC-H1] at the cap keeps own before the team's, by a steady order; a pin comes first, unfollowing makes room", async () => {
    Object.assign(limits, { followAccounts: 5 });
    const seats = new Seats();
    expect(await seats.pull()).toEqual(["closed", "f1", "f2", "f3", "west"]);
    expect(seats.over).toBe(3);
    expect(await seats.pull({ anchor: id("t2"), kind: "pin" })).toEqual(["closed", "f1", "f2", "t2", "west"]);
    expect(await seats.pull({ anchor: id("closed"), kind: "unfollow" })).toEqual(["f1", "f2", "f3", "t2", "west"]);
    expect(seats.over).toBe(2);
    Object.assign(limits, { ...bounds });
    expect(await seats.pull({ anchor: id("f1"), kind: "open" })).toEqual([...keys, "t1", "t2", "west"]);
    expect(seats.over).toBeUndefined();
  });
  it("[SYNC-H1] of opened accounts the newest stay; the oldest leaves as its rights do", async () => {
    Object.assign(limits, { followAccounts: 7, followRecent: 1 });
    const seats = new Seats();
    await seats.pull({ anchor: id("t1"), kind: "open" });
    expect(await seats.pull()).toEqual(["closed", ...keys, "t1", "west"]);
    expect(await seats.pull({ anchor: id("t2"), kind: "open" })).toEqual(["closed", ...keys, "t2", "west"]);
  });
  it("[SYNC-H1] [ACCESS-3] an account of which nothing may be seen takes no place and is not counted", async () => {
    Object.assign(limits, { followAccounts: 5 });
    const [plain, guesses] = [new Seats(), new Seats()];
    const held = await plain.pull();
    expect(
      await guesses.pull(
        { anchor: id("europe"), kind: "pin" },
        { anchor: "local_acc_00000000000000000000", kind: "pin" },
      ),
    ).toEqual(held);
    expect(guesses.over).toBe(plain.over);
    // Somebody works on what she can't see: nothing of it moves her places.
    expect(
      (await ask(`/api/accounts/${id("europe")}`, { as: "bo", method: "PATCH", body: { city: "Oslo" } })).status,
    ).toBe(200);
    expect([await guesses.pull(), guesses.over]).toEqual([held, plain.over]);
  });
});
