/** Moves, reasons and lines at the edge, over the real routes. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Row } from "../../shared/records/entities.ts";
import { accountSource, ask, boot, bring, idOf, json, opportunity } from "./app-rig.ts";

interface Problem {
  readonly code: string;
  readonly fields?: readonly string[];
  readonly unmet?: readonly { readonly kind: string; readonly field?: string; readonly approval?: string }[];
}
const post = (as: string, path: string, body: unknown): Promise<Response> => ask(path, { as, body });
const read = (as: string, id: string): Promise<Row> => json<Row>(ask(`/api/opportunities/${id}`, { as }));
const problem = async (answer: Promise<Response>): Promise<Problem> => (await answer).json<Problem>();

let seat = "";
let stage: Record<"open" | "priced" | "won" | "lost", string>;
const line = (more: object = {}): object => ({ product: seat, name: "Seat", quantity: 10, unitMinor: 24_000, discountPct: 0, ...more }); // prettier-ignore
async function made(key: string, fields: Record<string, unknown> = {}): Promise<string> {
  await bring([opportunity(key, "west", { amountMinor: 50_000, currency: "EUR", closeDay: "2026-12-01", ...(fields as object) })]); // prettier-ignore
  return idOf(`test:opportunity:${key}`);
}

beforeAll(async () => {
  await boot();
  await bring([
    { entity: "stage", source: "test:stage:lost", fields: { name: "lost", order: "d", outcome: "lost" }, refs: { pipeline: "test:pipeline:1" } },
    { entity: "product", source: "test:product:seat", fields: { name: "Seat", priceMinor: 24_000, currency: "EUR", active: true } },
  ]); // prettier-ignore
  const [open = "", priced = "", won = "", lost = ""] = await Promise.all(
    ["open", "priced", "won", "lost"].map((key) => idOf(`test:stage:${key}`)),
  );
  stage = { open, priced, won, lost };
  seat = await idOf("test:product:seat");
  expect(await idOf(accountSource("west"))).toBeTruthy();
});

describe("a move", () => {
  it("[PIPE-1] is timed by the edge, and one back at once leaves the days as they were", async () => {
    const since = Date.parse("2026-11-01T00:00:00Z");
    const id = await made("m1", { stageSince: since });
    const before = Date.now();
    expect((await post("ana", `/api/opportunities/${id}/advance`, { to: stage.priced })).status).toBe(200);
    expect(Number((await read("ana", id))["stageSince"])).toBeGreaterThanOrEqual(before);
    await post("ana", `/api/opportunities/${id}/advance`, { to: stage.open });
    expect(await read("ana", id)).toMatchObject({ stage: stage.open, stageSince: since, cameFrom: null });
    const made2 = await json<Row>(post("ana", "/api/opportunities", { anchor: await idOf(accountSource("west")), name: "New", stageSince: 1, closeMoves: 9 })); // prettier-ignore
    expect(Number(made2["stageSince"])).toBeGreaterThanOrEqual(before);
    expect(made2["closeMoves"]).toBe(0);
  });
  it("[PIPE-3] to an end needs a reason of that end, and says which field is missing", async () => {
    const id = await made("m2");
    const lose = (more: object): Promise<Response> =>
      post("ana", `/api/opportunities/${id}/advance`, { to: stage.lost, ...more });
    expect(await problem(lose({}))).toMatchObject({ code: "gate_unmet", unmet: [{ kind: "field", field: "outcomeCode" }] }); // prettier-ignore
    expect(await problem(lose({ outcomeCode: "fit" }))).toMatchObject({ code: "invalid", fields: ["outcomeCode"] });
    expect((await lose({ outcomeCode: "timing", outcomeReason: "Next year" })).status).toBe(200);
    expect(await read("ana", id)).toMatchObject({ stage: stage.lost, outcomeCode: "timing", outcomeReason: "Next year" }); // prettier-ignore
  });
});

describe("[PIPE-6] lines", () => {
  it("make amount and discount at the edge; a large discount is won by somebody else's yes alone", async () => {
    const id = await made("l1");
    const priced = await post("ana", `/api/opportunities/${id}/price`, {
      lines: [line({ discountPct: 18 })],
      seen: null,
    });
    expect(await priced.json<Row>()).toMatchObject({ amountMinor: 196_800, discountPct: 18, currency: "EUR" });
    expect(await problem(post("ana", `/api/opportunities/${id}/price`, { lines: [line()], seen: null }))).toMatchObject({ code: "version_conflict", fields: ["lines"] }); // prettier-ignore
    expect(await problem(post("ana", `/api/opportunities/${id}/advance`, { to: stage.won, outcomeCode: "fit" }))).toMatchObject({ code: "gate_unmet", unmet: [{ kind: "approval", approval: "discount" }] }); // prettier-ignore
    expect((await post("ana", `/api/opportunities/${id}/price`, { lines: [line({ discountPct: 9 })] })).status).toBe(200); // prettier-ignore
    expect((await post("ana", `/api/opportunities/${id}/advance`, { to: stage.won, outcomeCode: "fit" })).status).toBe(200); // prettier-ignore
  });
  it("stay the amount's only source: an edit is refused, an import leaves the amount alone", async () => {
    const id = await made("l2", { lines: [line({ product: "test:product:seat" })] });
    expect(await read("ana", id)).toMatchObject({ amountMinor: 240_000, discountPct: 0, lines: [line()] });
    const edit = ask(`/api/opportunities/${id}`, { as: "ana", method: "PATCH", body: { amountMinor: 1 } });
    expect(await problem(edit)).toMatchObject({ code: "invalid", fields: ["amountMinor"] });
    await bring([opportunity("l2", "west", { amountMinor: 7, name: "Brought again" })]);
    expect(await read("ana", id)).toMatchObject({ amountMinor: 240_000, name: "Brought again" });
  });
  it("are terms: who sees the opportunity without them sees and writes none", async () => {
    const id = await made("l3", { lines: [line({ product: null, name: "A name of nobody else's" })] });
    const steward = await read("greta", id);
    expect(steward).not.toHaveProperty("lines");
    expect(steward).toMatchObject({ amountMinor_shared: { from: null, to: 1_000_000 } });
    expect((await post("greta", `/api/opportunities/${id}/price`, { lines: [] })).status).toBe(403);
    expect((await post("sofia", `/api/opportunities/${id}/price`, { lines: [] })).status).toBe(404);
  });
});

describe("who does what in a stage", () => {
  it("[PIPE-9] is kept by who keeps pipelines, and read by all; it gives nobody a right", async () => {
    const duties = { responsible: "seller", informed: "finance" };
    const edit = (as: string) => ask(`/api/stages/${stage.open}`, { as, method: "PATCH", body: { duties } });
    expect((await edit("ana")).status).toBe(403);
    expect((await edit("omar")).status).toBe(200);
    for (const as of ["ana", "femi", "yuki"])
      expect(await json<Row>(ask(`/api/stages/${stage.open}`, { as }))).toMatchObject({ duties });
    const hidden = await made("told");
    expect((await ask(`/api/opportunities/${hidden}`, { as: "femi" })).status, "told, and not let in").toBe(404);
  });
});
