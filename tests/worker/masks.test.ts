/** Masked values in the running Worker: a colleague on the account's team sees the band of a deal, and nothing of its terms. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../shared/kernel/limits.ts";
import type { Row } from "../../shared/records/entities.ts";
import { accountSource, ask, boot, bring, bytesOf, device, eventually, idOf, json, listen, memberId, opportunity, type Page, pull, pullBody } from "./app-rig.ts"; // prettier-ignore

type Line = Record<string, unknown>;
const band = "amountMinor_shared";
const low = { from: null, to: 10_000_00 };
const middle = { from: 10_000_00, to: 50_000_00 };
const top = { from: 250_000_00, to: null };
const amounts = [123_456_78, 4_321_09, 34_567_89, null];
let west = "";
let deals: string[] = [];

const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 2 * limits.pokeCoalesceMs));
const setAmount = async (deal: string, amountMinor: number | null): Promise<void> => {
  const answer = await ask(`/api/opportunities/${deal}`, { as: "ana", method: "PATCH", body: { amountMinor } });
  if (!answer.ok) throw new Error(await answer.text());
};
const list = async (query: string): Promise<readonly Row[]> =>
  (await json<Page>(ask(`/api/opportunities?${query}`, { as: "bo" }))).items;
const names = async (query: string): Promise<string[]> =>
  (await list(query)).map((row) => String(row["name"]).slice(-1));
/** All of a device's copy of the account, and where it goes on from. */
async function copy(dev: string): Promise<{ lines: readonly Line[]; cursor: unknown }> {
  const first = await pull("bo", pullBody(dev));
  const want = first.flatMap((line) => (line["t"] === "rights" ? [{ h: line["h"] }] : []));
  const second = await pull("bo", pullBody(dev, { cursor: first.at(-1)?.["cursor"], want }));
  return { lines: second, cursor: second.at(-1)?.["cursor"] };
}

describe("[ACCESS-R39] [LEAK-70] a masked value crosses into a wider group, and the value does not", () => {
  beforeAll(async () => {
    await boot();
    west = await idOf(accountSource("west"));
    const crew = await ask("/api/account_teams", { as: "ana", body: { anchor: west, member: await memberId("bo"), role: "helper" } }); // prettier-ignore
    if (!crew.ok) throw new Error(await crew.text());
    await bring(amounts.map((amountMinor, n) => opportunity(`${n}`, "west", { amountMinor, currency: "USD" })));
    deals = await Promise.all(amounts.map((_, n) => idOf(`test:opportunity:${n}`)));
  }, 120_000);

  it("in a list, in one record and on a device, and no byte of the value anywhere", async () => {
    const rows = await list("limit=50");
    const bands = new Map(rows.map((row) => [row.id, row[band]]));
    expect(deals.map((id) => bands.get(id))).toEqual([{ from: 50_000_00, to: 250_000_00 }, low, middle, null]);
    const dev = device();
    const told = [
      JSON.stringify(rows),
      await bytesOf(ask(`/api/opportunities/${deals[0]}`, { as: "bo" })),
      JSON.stringify((await copy(dev)).lines),
    ];
    for (const text of told) expect(text).toContain(band);
    for (const text of told) for (const amount of amounts) if (amount) expect(text).not.toContain(String(amount));
    expect(told.join()).not.toContain('"amountMinor"');
    // Who reads the group of the value has both, and the copy of a member who sees neither has none.
    const own = await json<Row>(ask(`/api/opportunities/${deals[0]}`, { as: "ana" }));
    expect([own["amountMinor"], own[band]]).toEqual([amounts[0], { from: 50_000_00, to: 250_000_00 }]);
  });

  it("[ACCESS-R35] an explanation says in words that the value is seen in its masked form", async () => {
    const explain = async (as: string, field: string, more = ""): Promise<string> =>
      bytesOf(ask(`/api/access/explain?action=read&entity=opportunity&id=${deals[0]}&field=${field}${more}`, { as }));
    const words = "You see the range that it lies in, not the value.";
    expect(await explain("bo", "amountMinor")).toContain(`"allowed":false,"because":["${words}"`);
    expect(await explain("bo", "discountPct")).not.toContain("You see");
    expect(await explain("ana", "amountMinor")).not.toContain("You see");
    expect(await explain("omar", "amountMinor", `&member=${await memberId("bo")}`)).not.toContain("12345678");
  });

  it("[LEAK-3] [LEAK-4] orders and filters by the band alone", async () => {
    expect(await names(`sort=${band}`)).toEqual(["1", "2", "0", "3"]);
    expect(await names(`sort=-${band}`)).toEqual(["0", "2", "1", "3"]);
    expect((await names(`filter[${band}][gte]=1000000`)).sort()).toEqual(["0", "2"]);
    expect(await names(`filter[${band}][eq]=1000000`)).toEqual(["2"]);
    expect(await names(`filter[${band}][eq]=`)).toEqual(["3"]);
    // Nothing between two borders can be asked for, and the value itself is as if it were empty.
    for (const probe of [3_456_788, 3_456_789, 3_456_790])
      expect((await names(`filter[${band}][gte]=${probe}`)).sort()).toEqual(["0"]);
    expect(await names("filter[amountMinor][gte]=0")).toEqual([]);
    const order = await names("sort=amountMinor");
    expect(await names("sort=-amountMinor")).toEqual(order);
    expect((await ask("/api/opportunities?sort=amountMinor_terms", { as: "bo" })).status).toBe(422);
  });

  it("[ACCESS-3] [SYNC-P4] inside one band a change is silence: no byte, no tag, no poke, no line", async () => {
    const [, , deal = ""] = deals;
    const dev = device();
    const { cursor } = await copy(dev);
    const socket = await listen("bo", dev);
    const seen = async (): Promise<string> => {
      const one = await ask(`/api/opportunities/${deal}`, { as: "bo" });
      return `${one.headers.get("etag")} ${await one.text()} ${await bytesOf(ask(`/api/opportunities?sort=${band}`, { as: "bo" }))}`;
    };
    const before = await seen();
    for (const amount of [10_000_00, 49_999_99, 20_000_00]) await setAmount(deal, amount);
    await settle();
    expect(socket.heard).toEqual([]);
    expect(await seen()).toBe(before);
    const still = await pull("bo", pullBody(dev, { cursor }));
    expect(still.filter((line) => line["t"] !== "page")).toEqual([]);

    // Over the border it is told, and as a band.
    await setAmount(deal, 300_000_00);
    await eventually(() => socket.heard.length > 0);
    socket.close();
    expect(await seen()).not.toBe(before);
    const moved = await pull("bo", pullBody(dev, { cursor }));
    expect(moved.filter((line) => line["t"] !== "page")).toMatchObject([
      { t: "patch", id: deal, set: { [band]: top } },
    ]);
    expect(Object.keys((moved[0]?.["set"] ?? {}) as object)).toEqual([band]);
    // There and back between two pulls: told, for a snapshot may have been made in between.
    const after = moved.at(-1)?.["cursor"];
    await setAmount(deal, 20_000_00);
    await setAmount(deal, 300_000_00);
    const back = await pull("bo", pullBody(dev, { cursor: after }));
    expect(back.filter((line) => line["t"] !== "page")).toMatchObject([{ t: "patch", id: deal, set: { [band]: top } }]);
  });

  it("[SYNC-T7] can't be written, and another mask takes away what the old one told, and tells anew", async () => {
    const write = await ask(`/api/opportunities/${deals[0]}`, { as: "ana", method: "PATCH", body: { [band]: low } });
    expect(write.status).toBe(422);
    const dev = device();
    const { cursor } = await copy(dev);
    const { body } = (await env.DB.prepare("select body from policy order by version desc limit 1").first<{ body: string }>()) ?? { body: "{}" }; // prettier-ignore
    const policy = JSON.parse(body) as { masks: { opportunity: { amountMinor: { steps: number[] } } } };
    policy.masks.opportunity.amountMinor.steps = [250_000_00];
    const check = await json<{ widening: string; differences: { masks: string[] } }>(ask("/api/policy/diff", { as: "greta", body: { policy } })); // prettier-ignore
    expect(check.widening).toBe("narrower");
    expect(check.differences.masks).toEqual([
      "amountMinor of opportunity: now the band between 25000000 for readers of shared, before the band between 1000000, 5000000, 25000000 for readers of shared",
    ]);
    const done = await ask("/api/policy/publish", { as: "greta", body: { policy, why: "Coarser bands." } });
    expect([done.status, await done.text()]).toEqual([201, expect.any(String)]);
    const lines = await pull("bo", pullBody(dev, { cursor }));
    const rights = lines.filter((line) => line["t"] === "rights") as { h: string; g: Record<string, object> }[];
    const sales = rights.filter(({ g }) => "opportunity" in g);
    // Both keys in which bo holds opportunities: first without the group, then with it.
    expect(sales.map(({ g }) => "shared" in (g["opportunity"] ?? {}))).toEqual([false, true, false, true]);
    const want = [...new Set(sales.map(({ h }) => h))].map((h) => ({ h }));
    const again = await pull("bo", pullBody(dev, { cursor: lines.at(-1)?.["cursor"], want }));
    expect(JSON.stringify(again)).toContain('"to":25000000');
    expect(JSON.stringify(again)).not.toContain('"to":5000000');
  });
});
