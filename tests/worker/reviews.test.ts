/** Reviews of what members hold, and the way out of those who leave, over HTTP. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { dayMs, limits } from "../../shared/kernel/limits.ts";
import type { Row } from "../../shared/records/entities.ts";
import type { Env } from "../../worker/env.ts";
import { keepReviews } from "../../worker/reviews/run.ts";
import {
  accountSource,
  ask,
  boot,
  bytesOf,
  eventually,
  handles,
  idOf,
  json,
  listen,
  memberId,
  signIn,
} from "./app-rig.ts";

const cell = env as Env;
interface Line { readonly id: string; readonly member: string; readonly kind: string; readonly what: string; readonly reason: string; readonly lastUse: number | null; readonly decision: string | null } // prettier-ignore
interface Open { readonly id: string; readonly scope: string; readonly closedAt: number | null; readonly lines: readonly Line[] } // prettier-ignore
const open = async (): Promise<Open | null> =>
  (await json<{ open: Open | null }>(ask("/api/reviews", { as: "omar" }))).open;
const answer = (as: string, line: Line | undefined, decision: string, why = "Still needed.") => ask(`/api/reviews/items/${line?.id}`, { as, body: { decision, why } }); // prettier-ignore
let [priya, tomas, omar, bo] = ["", "", "", ""];
/** Ana is lent something for a while, by two people. */
async function lend(): Promise<string> {
  const asked = await ask("/api/grants", { as: "greta", body: { member: await memberId("ana"), entities: ["account"], to: { anchors: [await idOf(accountSource("east"))] }, groups: ["identity", "shared"], reason: "Helps east for a week" } }); // prettier-ignore
  const { approval } = await asked.json<{ approval: string }>();
  const yes = await ask(`/api/approvals/${approval}/decide`, { as: "marcus", body: { decision: "approve" } });
  expect([asked.status, yes.status]).toEqual([202, 200]);
  const { items } = await json<{ items: { id: string; endedAt: number | null }[] }>(ask("/api/grants", { as: "omar" }));
  return items.find(({ endedAt }) => endedAt === null)?.id ?? "";
}
beforeAll(async () => {
  await boot();
  [priya, tomas, omar, bo] = await Promise.all(["priya", "tomas", "omar", "bo"].map(memberId)) as [string, string, string, string]; // prettier-ignore
}, 60_000);

describe("reviews", () => {
  it("[ADMIN-6] opens by the schedule, asks of every duty and grant, and takes keep or remove from somebody else", async () => {
    const grant = await lend();
    await keepReviews(cell);
    await keepReviews(cell); // one at a time
    const now = await open();
    expect([now?.scope, now?.closedAt]).toEqual(["all", null]);
    const line = (member: string, what: string) => now?.lines.find((one) => one.member === member && one.what === what);
    expect(line(priya, "escalation_lead")).toMatchObject({ kind: "duty", decision: null });
    expect(line(await memberId("ana"), grant)).toMatchObject({ kind: "grant", reason: "Helps east for a week" });
    expect(now?.lines.every(({ reason }) => reason.length > 3)).toBe(true);
    expect((await ask("/api/reviews", { as: "omar", body: { scope: "all" } })).status).toBe(422);
    expect((await answer("omar", line(omar, "policy_admin"), "keep")).status).toBe(403);
    expect((await answer("greta", line(priya, "escalation_lead"), "keep", "x")).status).toBe(422);
    for (const as of handles.filter((one) => one !== "omar" && one !== "greta")) {
      expect(await bytesOf(ask("/api/reviews", { as }))).toBe(await bytesOf(ask("/api/nowhere", { as })));
      expect((await answer(as, line(priya, "escalation_lead"), "remove")).status).toBe(404);
    }
    expect((await answer("omar", line(priya, "escalation_lead"), "keep")).status).toBe(204);
    expect((await answer("greta", line(priya, "escalation_lead"), "remove")).status).toBe(409);
    expect((await answer("omar", line(tomas, "discount_approver"), "remove", "Has left pricing.")).status).toBe(204);
    const { items } = await json<{ items: Row[] }>(ask("/api/members?limit=200", { as: "omar" }));
    expect(items.find(({ id }) => id === tomas)?.["duties"]).toEqual([]);
    const stream = await json<{ items: { subject?: string; detail?: { decision: string; why: string } }[] }>(ask("/api/audit?kind=review", { as: "omar" }));
    expect(stream.items.map(({ subject, detail }) => [subject, detail?.decision, detail?.why])).toContainEqual([tomas, "remove", "Has left pricing."]);
  }); // prettier-ignore

  it("[ADMIN-7] without an answer what is lent ends and a duty is escalated, once, and can still be answered", async () => {
    await keepReviews(cell, Date.now() + (limits.reviewAnswerDays - 1) * dayMs);
    expect((await open())?.lines.some(({ decision }) => decision === "ended")).toBe(false);
    await env.DB.prepare("update review set due = 1").run();
    await keepReviews(cell);
    await keepReviews(cell);
    const now = await open();
    expect(now?.closedAt).not.toBe(null);
    expect(new Set(now?.lines.filter(({ kind }) => kind === "grant").map(({ decision }) => decision))).toEqual(new Set(["ended"]));
    const escalated = now?.lines.find(({ member, what }) => member === omar && what === "policy_admin");
    expect(escalated?.decision).toBe("escalated");
    const { items } = await json<{ items: { endedAt: number | null }[] }>(ask("/api/grants", { as: "omar" }));
    expect(items.every(({ endedAt }) => endedAt !== null)).toBe(true);
    expect((await answer("greta", escalated, "keep")).status).toBe(204);
    // The sharp part comes round earlier, and by hand at any time.
    await env.DB.prepare("update review set at = ?").bind(Date.now() - limits.reviewSharpDays * dayMs).run();
    await keepReviews(cell);
    expect((await open())?.scope).toBe("sharp");
  }); // prettier-ignore
});

describe("leavers", () => {
  it("[ADMIN-8] the cut comes first: sessions, sockets and what is lent end, by one person, with a why in the stream; then the numbers", async () => {
    const cookie = await signIn("bo");
    const socket = await listen("bo", "leaver", cookie);
    await ask("/api/accounts?limit=200", { as: "bo" });
    const before = await json<{ owned: { accounts: number }; employment: string }>(ask(`/api/leavers/${bo}`, { as: "omar" }));
    expect([before.employment, before.owned.accounts]).toEqual(["active", 1]);
    for (const as of handles.filter((one) => one !== "omar" && one !== "greta")) {
      expect(await bytesOf(ask(`/api/leavers/${bo}`, { as }))).toBe(await bytesOf(ask("/api/nowhere", { as })));
      expect((await ask(`/api/leavers/${bo}/cut`, { as, body: { why: "Gone" } })).status).toBe(404);
    }
    expect((await ask(`/api/leavers/${omar}/cut`, { as: "omar", body: { why: "Myself" } })).status).toBe(403);
    const cut = await ask(`/api/leavers/${bo}/cut`, { as: "omar", body: { why: "Last day" } });
    expect(cut.status).toBe(200);
    expect((await ask("/api/me", { headers: { cookie } })).status).toBe(401);
    await eventually(() => socket.heard.length > 0 || socket.closed() !== null);
    expect((await json<{ employment: string }>(ask(`/api/leavers/${bo}`, { as: "greta" }))).employment).toBe("left");
    const stream = await json<{ items: { subject?: string; detail?: { why: string } }[] }>(ask("/api/audit?kind=left", { as: "omar" }));
    expect(stream.items[0]).toMatchObject({ subject: bo, detail: { why: "Last day" } });
  }); // prettier-ignore
});
