/** Old changes leave the database for R2, in workerd: what leaves, what stays, and who notices. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { dayMs, limits } from "../../shared/kernel/limits.ts";
import { openDb } from "../../worker/db/db.ts";
import { cursorKey, openCursor, sealCursor, type Cursor } from "../../worker/sync/cursor.ts";
import { keepHistory, prune, segmentName, sweepDead } from "../../worker/history/prune.ts";
import { accountSource, ask, boot, device, idOf, pull, pullBody, pushBody } from "./app-rig.ts";

type Line = Record<string, unknown>;
const pageOf = (lines: readonly Line[]): Line => lines.find((line) => line["t"] === "page") ?? {};
const sql = (query: string, ...values: unknown[]) => env.DB.prepare(query).bind(...values);
const rows = async <T>(query: string, ...values: unknown[]): Promise<T[]> =>
  (await sql(query, ...values).all<T>()).results;
const count = async (table: string, where = "1"): Promise<number> =>
  (await rows<{ n: number }>(`select count(*) as n from "${table}" where ${where}`))[0]?.n ?? -1;
const segments = async (): Promise<string[]> =>
  (await env.SEGMENTS.list({ prefix: "segments/" })).objects.map(({ key }) => key);
async function linesOf(name: string): Promise<Line[]> {
  const object = await env.SEGMENTS.get(name);
  const text = await new Response(object?.body.pipeThrough(new DecompressionStream("gzip"))).text();
  return text.trimEnd().split("\n").map((line) => JSON.parse(line) as Line); // prettier-ignore
}
let west = "";
/** Changes of long ago: more than two pieces of them, after what the organisation began with. */
async function age(): Promise<void> {
  const old = Date.now() - limits.hotMs - limits.hotSlackMs - dayMs;
  await sql(
    `insert into change (anchor, compartment, entity, record, op, actor, client, n, at, mutation, patch)
     with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
     select ?, 'core', 'account', ?, 'edit', 'x', 'old', i, ?, 'account.edit@1', '{"city":[null,null]}' from n`,
    2 * limits.segmentRows + 20, west, west, old,
  ).run(); // prettier-ignore
  await sql("update change set at = ?", old).run();
}
beforeAll(async () => {
  await boot();
  west = await idOf(accountSource("west"));
}, 60_000);

describe("pruning", () => {
  it("[SYNC-D3] writes whole pieces to R2, then deletes them with what rights were; killed between, it does so again", async () => {
    await age();
    const before = await rows<{ seq: number; at: number }>("select * from change order by seq");
    const was = await rows<Line>("select * from was order by seq");
    const first = before[0]?.seq ?? 0;
    const names = [0, 1].map((n) =>
      segmentName(first + n * limits.segmentRows, first + (n + 1) * limits.segmentRows - 1),
    );
    const db = openDb(env.DB);
    const dying = { put: async (name: string, body: Uint8Array<ArrayBuffer>) => {
      await env.SEGMENTS.put(name, body);
      throw new Error("killed");
    } }; // prettier-ignore
    await expect(prune({ db, segments: dying, now: Date.now() })).rejects.toThrow("killed");
    expect([await segments(), await count("change")]).toEqual([[names[0]], before.length]);
    const half = (await env.SEGMENTS.head(names[0] ?? ""))?.etag;

    await keepHistory(env);
    expect(await segments()).toEqual(names);
    expect((await env.SEGMENTS.head(names[0] ?? ""))?.etag).toBe(half);
    const left = await rows<{ seq: number }>("select * from change order by seq");
    expect(left.length).toBe(before.length - 2 * limits.segmentRows);
    const kept = (await Promise.all(names.map(linesOf))).flat();
    const plain = (line: Line): Line => Object.fromEntries(Object.entries(line).filter(([key]) => key !== "t"));
    const stored = (t: string): Line[] => kept.filter((line) => line["t"] === t).map(plain);
    const parsed = (row: Line): unknown => (typeof row["patch"] === "string" ? JSON.parse(row["patch"]) : row["patch"]);
    expect(stored("change").map((row) => [row["seq"], row["record"], row["patch"]])).toEqual(
      before.slice(0, 2 * limits.segmentRows).map((row) => [row.seq, (row as Line)["record"], parsed(row as Line)]),
    );
    const last = first + 2 * limits.segmentRows - 1;
    expect(was.length).toBeGreaterThan(5);
    expect(stored("was").map((row) => [row["seq"], row["id"]])).toEqual(
      was.filter((row) => Number(row["seq"]) <= last).map((row) => [row["seq"], row["id"]]),
    );
    expect(await count("was", `seq <= ${last}`)).toBe(0);
    await keepHistory(env);
    expect([await segments(), await count("change")]).toEqual([names, left.length]);
  });

  it("[SYNC-D3] leaves what is hot, and never takes the newest change: its number would be given again", async () => {
    await sql(
      "delete from change where seq not in (select seq from change order by seq desc limit ?)",
      limits.segmentRows,
    ).run();
    await age();
    const newest = (await rows<{ seq: number }>("select max(seq) as seq from change"))[0]?.seq ?? 0;
    await sql("delete from change where seq <= ?", newest - limits.segmentRows).run();
    await keepHistory(env);
    expect(await count("change")).toBe(limits.segmentRows);
    await ask(`/api/accounts/${west}`, { as: "ana", method: "PATCH", body: { city: "Lund" } });
    await keepHistory(env);
    expect(await rows("select seq from change")).toEqual([{ seq: newest + 1 }]);
  });

  it("[SYNC-T6] a device that was told everything goes on; one from before the floor starts anew, however quiet the cell was", async () => {
    const dev = device();
    const { cursor } = pageOf(await pull("ana", pullBody(dev)));
    await age();
    await keepHistory(env);
    const again = await pull("ana", pullBody(dev, { cursor }));
    expect(again.map(({ t }) => t)).not.toContain("reset");
    // The last page of a long pull is young; what counts is how far its data had come.
    const key = await cursorKey(env.CURSOR_KEY);
    const opened = await openCursor(key, dev, String(pageOf(again)["cursor"]));
    for (const [ms, first] of [
      [limits.hotMs - dayMs, "page"],
      [limits.hotMs + 1, "reset"],
    ] as const) {
      const older = await sealCursor(key, dev, { ...(opened as Cursor), tp: Date.now() - ms });
      expect([ms, (await pull("ana", pullBody(dev, { cursor: older })))[0]?.["t"]]).toEqual([ms, first]);
    }
  });

  it("[SYNC-D3] expired shares go when no cursor can ask what was then, and not before", async () => {
    const add = (id: string, until: number | null, ended: number | null) =>
      sql("insert into share (id, anchor, compartment, to_kind, to_id, groups, recipe, until_t, ended_at, cause) values (?, ?, 'core', 'member', 'x', 3, 'hand', ?, ?, 'x')", id, west, until, ended).run(); // prettier-ignore
    const long = Date.now() - limits.hotMs - limits.hotSlackMs - 1;
    await add("s-gone", long, null);
    await add("s-ended", null, long);
    await add("s-young", long + dayMs, null);
    await add("s-open", null, null);
    await keepHistory(env);
    expect(await rows("select id from share where id like 's-%' order by id")).toEqual([
      { id: "s-open" },
      { id: "s-young" },
    ]);
  });
});

describe("sweeping", () => {
  it("[SYNC-D5] what a dead device and a dead client left goes, a stretch at a time; a live device keeps its watermark", async () => {
    const [alive, dead] = [device(), device()];
    const edit = (dev: string, n: number) =>
      ask("/sync/push", {
        as: "ana",
        body: pushBody(dev, [{ n, name: "account.edit@1", args: { id: west, set: { city: `${dev} ${n}` } } }]),
      });
    for (const dev of [alive, dead]) {
      await pull("ana", pullBody(dev, { follow: [{ anchor: west, kind: "pin" }] }));
      expect((await edit(dev, 1)).status).toBe(200);
      await ask("/sync/push", {
        as: "ana",
        body: pushBody(dev, [{ n: 2, name: "account.edit@1", args: { id: "nothing", set: { city: "x" } } }]),
      });
    }
    await ask(`/api/accounts/${west}`, { as: "ana", method: "PATCH", body: { city: "Lund" } });
    const old = Date.now() - limits.deviceDeadMs - 1;
    await sql("update device set seen_at = ? where id = ?", old, dead).run();
    await sql("update client set at = ?", old).run();
    const of = async (dev: string) => [
      await count("device", `id = '${dev}'`),
      await count("follow", `device = '${dev}'`),
      await count("client", `device = '${dev}'`),
      await count("outcome", `client in (select id from client where device = '${dev}')`),
    ];
    expect([await of(alive), await of(dead)]).toEqual([
      [1, 1, 1, 1],
      [1, 1, 1, 1],
    ]);
    await sweepDead(openDb(env.DB), Date.now());
    expect([await of(alive), await of(dead)]).toEqual([
      [1, 1, 1, 1],
      [0, 0, 1, 0],
    ]);
    expect(await count("client", "device = 'http'")).toBe(0);
    expect(await count("outcome", "client not in (select id from client)")).toBe(0);

    // What it sent then may lie in its queue: nobody does it a second time, and it still hears what changed.
    const made = await count("change");
    const late = await edit(dead, 1);
    expect([late.status, (await late.json<{ code: string }>()).code]).toEqual([409, "client_unknown"]);
    expect(await count("change")).toBe(made);
    const page = pageOf(await pull("ana", pullBody(dead, { cursor: "x" })));
    expect(page["lmid"]).toBe(0);
    expect((await edit(alive, 3)).status).toBe(200);
  });
  it("[SYNC-D5] a pull says once a day, not each time, that its device is alive", async () => {
    const dev = device();
    const { cursor } = pageOf(await pull("ana", pullBody(dev)));
    const written = async () =>
      Number(
        (
          await ask("/sync/pull", { as: "ana", body: pullBody(dev, { cursor }), headers: { "x-measure": "1" } })
        ).headers.get("x-d1-rows-written"),
      );
    expect(await written()).toBe(0);
    await sql("update device set seen_at = ? where id = ?", Date.now() - limits.deviceSeenMs - 1, dev).run();
    expect([await written(), await written()]).toEqual([1, 0]);
  });
});
