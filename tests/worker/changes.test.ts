/** What others changed on an account since an instant, over HTTP as each may know it (LOOK-3). */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Policy } from "../../shared/access/policy.ts";
import { accountSource, ask, boot, bytesOf, idOf, memberId } from "./app-rig.ts";

interface Change {
  readonly record: string;
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly at: number;
  readonly by: string;
}
let west = "";
const path = (since: number) => `/api/accounts/${west}/changes?since=${since}`;
const patch = async (as: string, set: object): Promise<void> => {
  const answer = await ask(`/api/accounts/${west}`, { as, method: "PATCH", body: set });
  expect(answer.status).toBe(200);
  await new Promise((done) => setTimeout(done, 2)); // another millisecond for what comes next
};
async function changes(as: string, since: number): Promise<readonly string[]> {
  const answer = await ask(path(since), { as });
  expect(answer.status).toBe(200);
  const { items } = await answer.json<{ items: readonly Change[] }>();
  return items.map(({ field, before, after }) => `${field}: ${String(before)} > ${String(after)}`);
}

beforeAll(async () => {
  await boot();
  west = await idOf(accountSource("west"));
});

describe("what changed since", () => {
  it("[LOOK-3] names who changed which field from what to what, newest first, own changes left out", async () => {
    const since = Date.now() - 1;
    await patch("ana", { nextAction: "Call" });
    await patch("ana", { nextAction: "Send the quote", city: "Lyon" });
    expect(await changes("sofia", since)).toEqual(["nextAction: Call > Send the quote", "city: null > Lyon", "nextAction: null > Call"]);
    const { items } = await (await ask(path(since), { as: "sofia" })).json<{ items: readonly Change[] }>();
    expect(new Set(items.map(({ by }) => by))).toEqual(new Set([await memberId("ana")]));
    expect(items.every(({ record }) => record === west)).toBe(true);
    expect(await changes("marcus", since)).toHaveLength(3);
    expect(await changes("ana", since)).toEqual([]);
    expect(await changes("sofia", Date.now())).toEqual([]);
  }); // prettier-ignore

  it("[LOOK-3] [LEAK-15] [ACCESS-3] hidden fields are in no answer and change no byte of one; a hidden account is missing", async () => {
    const since = Date.now() - 1;
    await patch("ana", { country: "France" });
    const before = await bytesOf(ask(path(since), { as: "sofia" }));
    expect(before).toContain("France");
    await patch("ana", { contractTerms: "Two years" });
    await patch("ana", { internalNote: "They are in trouble" });
    expect(await bytesOf(ask(path(since), { as: "sofia" }))).toBe(before);
    const missing = await bytesOf(ask("/api/nowhere"));
    for (const as of ["bo", "lina", "omar"]) expect([as, await bytesOf(ask(path(since), { as }))]).toEqual([as, missing]);
    expect(await bytesOf(ask("/api/accounts/nonsense/changes", { as: "ana" }))).toBe(missing);
    expect((await ask(path(since))).status).toBe(401);
    expect((await ask(`/api/accounts/${west}/changes?since=yesterday`, { as: "sofia" })).status).toBe(422);
  }); // prettier-ignore

  it("[LOOK-3] who was put on the account's team later sees nothing of before", async () => {
    const since = Date.now() - 1;
    await patch("ana", { nextAction: "Before Bo" });
    const made = await ask("/api/account_teams", { as: "ana", body: { anchor: west, member: await memberId("bo") } });
    expect(made.status).toBe(201);
    await new Promise((done) => setTimeout(done, 5));
    await patch("ana", { nextAction: "With Bo" });
    expect(await changes("bo", since)).toEqual(["nextAction: Before Bo > With Bo"]);
    expect(await changes("sofia", since)).toHaveLength(2);
  });

  it("[LOOK-3] [LEAK-16] is for those alone who may look into the history, which is a right of its own", async () => {
    const since = Date.now() - 1;
    await patch("ana", { city: "Lille" });
    expect(await changes("sofia", since)).toHaveLength(1);
    const [held] = (await env.DB.prepare("SELECT version, body FROM policy ORDER BY version DESC LIMIT 1").all<{ version: number; body: string }>()).results;
    const policy = JSON.parse(held?.body ?? "") as Policy;
    const version = (held?.version ?? 0) + 1;
    const allow = policy.allow.map((rule) => (rule.to.includes("support") ? { ...rule, actions: rule.actions.filter((one) => one !== "read_history") } : rule));
    await env.DB.prepare(`INSERT INTO policy (version, body, author, why, at) VALUES (?, ?, 'test', 'test', ?)`).bind(version, JSON.stringify({ ...policy, version, allow }), version).run();
    expect((await ask(`/api/accounts/${west}`, { as: "sofia" })).status).toBe(200);
    expect(await changes("sofia", since)).toEqual([]);
    await env.DB.prepare("DELETE FROM policy WHERE version = ?").bind(version).run();
    expect(await changes("sofia", since)).toHaveLength(1);
  }); // prettier-ignore

  it("[LOOK-3] is found beyond a page of changes that one does not see", async () => {
    const since = Date.now() - 1;
    await patch("ana", { city: "Nantes" });
    const [row] = (await env.DB.prepare("SELECT max(seq) AS seq FROM change").all<{ seq: number }>()).results;
    const actor = await memberId("ana");
    for (let n = 1; n <= 700; n += 100)
      await env.DB.batch(
        Array.from({ length: 100 }, (_, at) =>
          env.DB.prepare(
            `INSERT INTO change (seq, anchor, compartment, entity, record, op, actor, client, n, at, mutation, patch) VALUES (?, ?, 'core', 'account', ?, 'edit', ?, 'x', 1, ?, 'account.edit@1', '{"contractTerms":["a","b"]}')`,
          ).bind((row?.seq ?? 0) + n + at, west, west, actor, Date.now()),
        ),
      );
    expect(await changes("sofia", since)).toEqual(["city: Lille > Nantes"]);
  }); // prettier-ignore
});
