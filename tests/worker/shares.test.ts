/** Who is let in by name, by which act, and until when: over HTTP, the record sync and the poke socket, in workerd. */
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { env } from "cloudflare:workers";
import { dayMs } from "../../shared/kernel/limits.ts";
import type { Row } from "../../shared/records/entities.ts";
import {
  account,
  accountSource,
  ask,
  bring,
  boot,
  device,
  eventually,
  idOf,
  json,
  listen,
  memberId,
  opportunity,
  type Page,
  pull,
  pullBody,
  under,
} from "./app-rig.ts";

const id: Record<string, string> = {};
const who: Record<string, string> = {};

beforeAll(async () => {
  await boot();
  await bring([
    account("given", "ana", "west", "americas"),
    account("won", "ana", "west", "americas"),
    opportunity("1", "given", { amountMinor: 4_200, discountPct: 3 }),
    opportunity("2", "given", { amountMinor: 7_700 }),
    opportunity("3", "won", { amountMinor: 100, discountPct: 1 }),
    under("contact", "1", "given", { fields: { name: "Con", mobile: "+1 555" } }),
    under("case", "1", "given", { fields: { number: "C-1", name: "It burns", status: "open", cause: "Unknown" } }),
    under("activity", "1", "given", { fields: { name: "Old call", body: "History" } }),
    under("task", "1", "given", { fields: { name: "Look at it", done: false } }),
  ]);
  for (const name of ["west", "given", "won", "closed", "europe"]) id[name] = await idOf(accountSource(name));
  for (const [key, source] of [["deal", "opportunity:1"], ["deal2", "opportunity:2"], ["deal3", "opportunity:3"], ["contact", "contact:1"], ["case", "case:1"], ["call", "activity:1"], ["task", "task:1"]] as const)
    id[key] = await idOf(`test:${source}`); // prettier-ignore
  for (const handle of ["ana", "bo", "marcus", "sofia", "lina", "femi", "eva", "tom", "greta"]) who[handle] = await memberId(handle);
}, 60_000); // prettier-ignore
afterEach(() => void vi.useRealTimers());

const at = (now: number): void => void vi.useFakeTimers({ toFake: ["Date"], now });
const post = (as: string, path: string, body: unknown = {}): Promise<Response> => ask(`/api/${path}`, { as, body });
const reads = async (as: string, path: string): Promise<Row | null> => {
  const answer = await ask(`/api/${path}`, { as });
  return answer.ok ? await answer.json<Row>() : null;
};
async function done(answer: Promise<Response>): Promise<Response> {
  const got = await answer;
  if (!got.ok) throw new Error(`${got.status} ${await got.text()}`);
  return got;
}
async function makeHandoff(as: string, anchor: string, about?: string): Promise<string> {
  const fields = { name: "Over to you", promised: "Delivery in May", ...(about ? { about } : {}) };
  const made = await json<Row>(done(post(as, "handoffs", { anchor, ...fields })));
  return made.id;
}

describe("handing over an account", () => {
  it("the receiver sees what is offered, takes it, and the sender goes on reading for 30 days", async () => {
    expect(await reads("bo", `accounts/${id["given"]}`)).toBe(null);
    const handoff = await makeHandoff("ana", id["given"] ?? "");
    expect(await reads("bo", `handoffs/${handoff}`)).toBe(null);
    await done(post("ana", `handoffs/${handoff}/offer`, { to: who["bo"] }));
    expect((await reads("bo", `accounts/${id["given"]}`))?.["name"]).toBe("Account given");
    expect((await reads("bo", `handoffs/${handoff}`))?.["promised"]).toBe("Delivery in May");
    expect(await reads("bo", `opportunities/${id["deal"]}`)).not.toHaveProperty("amountMinor");
    expect((await post("lina", `handoffs/${handoff}/accept`)).status).toBe(404);
    await done(post("bo", `handoffs/${handoff}/accept`));
    const taken = await reads("bo", `accounts/${id["given"]}`);
    expect(taken?.["owner"]).toBe(who["bo"]);
    expect((await reads("bo", `opportunities/${id["deal"]}`))?.["amountMinor"]).toBe(4_200);
    const left = await reads("ana", `opportunities/${id["deal"]}`);
    expect([left?.["name"], left && "amountMinor" in left]).toEqual(["Opportunity 1", false]);
    const now = Date.now();
    at(now + 31 * dayMs);
    expect(await reads("ana", `opportunities/${id["deal"]}`)).toBe(null);
  });
});
