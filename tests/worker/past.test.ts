/** What an account's timeline asks the server for: who was let in, whose access ended, what an import brought. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { idBytes, makeId } from "../../shared/kernel/id.ts";
import { accountSource, ask, boot, bring, bytesOf, handles, idOf, memberId, under } from "./app-rig.ts";

interface Item {
  readonly what: string;
  readonly at: number;
  readonly by: string | null;
  readonly to?: string;
  readonly record?: string | null;
  readonly count?: number;
}
let west = "";
const path = () => `/api/accounts/${west}/happened`;
const happened = async (as: string): Promise<readonly Item[]> =>
  (await (await ask(path(), { as })).json<{ items: readonly Item[] }>()).items;
const kinds = async (as: string, what: string): Promise<number> => (await happened(as)).filter((one) => one.what === what).length; // prettier-ignore

beforeAll(async () => {
  await boot();
  west = await idOf(accountSource("west"));
});

describe("what happened around an account", () => {
  it("[LOOK-4] says what an import brought of what one sees, and not a byte of the rest", async () => {
    const before = await happened("ana");
    const brought = before.filter(({ what }) => what === "imported").reduce((sum, { count }) => sum + (count ?? 0), 0);
    expect(brought).toBeGreaterThan(0);
    await bring([under("contact", "past", "west", { fields: { name: "Pat Past" } })]);
    const after = (await happened("ana")).filter(({ what }) => what === "imported");
    expect(after.reduce((sum, { count }) => sum + (count ?? 0), 0)).toBe(brought + 1);
    // A case is nothing that marketing sees.
    const yuki = await bytesOf(ask(path(), { as: "yuki" }));
    await bring([under("case", "past", "west", { fields: { name: "Hidden from marketing", number: "CS-PAST", severity: "low", status: "new" } })]); // prettier-ignore
    expect(await bytesOf(ask(path(), { as: "yuki" }))).toBe(yuki);
  });

  it("[LOOK-4] [SHARE-8] says that somebody was let in to who did it, who may, and who it was; to nobody else", async () => {
    const bo = await memberId("bo");
    const seers = ["sofia", "femi", "helen", "yuki"];
    const before = await Promise.all(seers.map((as) => bytesOf(ask(path(), { as }))));
    expect((await ask("/api/shares", { as: "ana", body: { record: west, to: bo } })).status).toBe(204);
    expect((await happened("ana"))[0]).toMatchObject({ what: "shared", by: await memberId("ana"), to: bo });
    expect((await happened("bo"))[0]).toMatchObject({ what: "shared", to: bo });
    expect(await Promise.all(seers.map((as) => bytesOf(ask(path(), { as }))))).toEqual(before);
    expect((await ask("/api/shares/end", { as: "ana", body: { record: west, to: bo } })).status).toBe(204);
    expect([await kinds("ana", "share_ended"), await kinds("ana", "shared")]).toEqual([1, 1]);
    expect(await Promise.all(seers.map((as) => bytesOf(ask(path(), { as }))))).toEqual(before);
  });

  it("[LOOK-4] says that a grant ended to whose it was and to who looks after that; a hidden account is missing", async () => {
    const seers = ["ana", "sofia", "femi"];
    const before = await Promise.all(seers.map((as) => bytesOf(ask(path(), { as }))));
    const [now, marcus] = [Date.now(), await memberId("marcus")];
    const grant = `insert into "grant" (id, member, kind, body, requested_by, approver, reason, from_t, until_t, renewals) values (?, ?, 'grant', ?, ?, ?, 'c4nreason', ?, ?, 0)`;
    const body = JSON.stringify({
      actions: ["read"],
      entities: ["account"],
      to: { anchors: [west] },
      groups: ["shared"],
    });
    await env.DB.prepare(grant).bind(makeId(env.CELL, "grt", new Uint8Array(idBytes).fill(7)), marcus, body, marcus, null, now - 9_000, now - 1_000).run(); // prettier-ignore
    expect((await happened("marcus")).filter(({ what }) => what === "grant_ended")).toEqual([{ what: "grant_ended", at: now - 1_000, by: null, to: marcus }]); // prettier-ignore
    expect(await bytesOf(ask(path(), { as: "marcus" }))).not.toContain("c4nreason");
    expect(await Promise.all(seers.map((as) => bytesOf(ask(path(), { as }))))).toEqual(before);
    const missing = await bytesOf(ask("/api/nowhere"));
    for (const as of handles) {
      const got = await ask(`/api/accounts/${west}`, { as });
      if (got.status === 404) expect([as, await bytesOf(ask(path(), { as }))]).toEqual([as, missing]);
    }
    expect((await ask(path())).status).toBe(401);
  });
});
