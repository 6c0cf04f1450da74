/** The record sync as a device has it: HTTP, the poke socket, and what either says to nonsense. Rules: docs/spec/sync.md. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { Row } from "../../shared/records/entities.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { digestOf } from "../../shared/sync/digest.ts";
import { protocolVersion } from "../../shared/sync/protocol.ts";
import {
  accountSource,
  ask,
  boot,
  bring,
  bytesOf,
  device,
  eventually,
  idOf,
  json,
  listen,
  opportunity,
  pull,
  pullBody,
  pushBody,
  signIn,
  under,
} from "./app-rig.ts";

type Line = Record<string, unknown>;
const pageOf = (lines: readonly Line[]): Line => lines.find((line) => line["t"] === "page") ?? {};
const push = async (as: string, body: unknown): Promise<Line[]> =>
  (await json<{ results: Line[] }>(ask("/sync/push", { as, body }))).results;
const code = async (answer: Promise<Response>): Promise<readonly [number, unknown]> => {
  const got = await answer;
  return [got.status, (await got.json<{ code?: unknown }>()).code];
};
/** A device that has pulled once and listens. */
async function follower(as: string): Promise<{
  readonly dev: string;
  readonly cursor: unknown;
  readonly pokes: () => number;
  readonly close: () => void;
}> {
  const dev = device();
  const cursor = pageOf(await pull(as, pullBody(dev)))["cursor"];
  const socket = await listen(as, dev);
  return { dev, cursor, pokes: () => socket.heard.length, close: () => socket.close() };
}
/** Pokes of changed values go out together within a moment; this lets them arrive. */
const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 2 * limits.pokeCoalesceMs));

let west = "";
let deal = "";
let desk = "";
beforeAll(async () => {
  await boot();
  await bring([
    opportunity("1", "west", { amountMinor: 100_00, currency: "USD", discountPct: 5 }),
    under("section", "notes", "west", { fields: { title: "Notes", sectionKind: "shared", group: "shared" } }),
    under("section", "desk", "west", {
      fields: { title: "Desk", sectionKind: "internal:service", group: "internal" },
      compartment: "service",
    }),
    under("section", "sales", "west", {
      fields: { title: "Aloud", sectionKind: "internal:sales", group: "internal" },
      compartment: "sales",
    }),
  ]);
  [west, deal, desk] = (await Promise.all([
    idOf(accountSource("west")),
    idOf("test:opportunity:1"),
    idOf("test:section:desk"),
  ])) as [string, string, string];
}, 60_000);

const patch = (as: string, path: string, body: unknown): Promise<Response> => ask(path, { as, method: "PATCH", body });

describe("pulling", () => {
  it("[SYNC-P1] brings keys, then rows, and nothing a second time", async () => {
    const dev = device();
    const first = await pull("ana", pullBody(dev));
    const handles = first.flatMap((line) => (line["t"] === "rights" ? [String(line["h"])] : []));
    expect(handles.length).toBeGreaterThan(2);
    const second = await pull(
      "ana",
      pullBody(dev, { cursor: pageOf(first)["cursor"], want: handles.map((h) => ({ h })) }),
    );
    const rows = second.flatMap((line) => (line["t"] === "snap" ? (line["rows"] as [string, Row][]) : []));
    expect(rows.map(([, row]) => row.id)).toEqual(expect.arrayContaining([west, deal]));
    expect(rows.map(([, row]) => row.id)).not.toContain(desk);
    const third = await pull("ana", pullBody(dev, { cursor: pageOf(second)["cursor"] }));
    expect(third.map((line) => line["t"])).toEqual(["page"]);
  });
  it("[SYNC-C1] seals its cursor: always as long, never the same, of use to no other device", async () => {
    const [one, two] = await Promise.all([pull("ana", pullBody(device())), pull("ana", pullBody(device()))]);
    const cursors = [one, two].map((lines) => String(pageOf(lines)["cursor"]));
    expect(new Set(cursors).size).toBe(2);
    expect(new Set(cursors.map((cursor) => cursor.length)).size).toBe(1);
    const other = await pull("ana", pullBody(device(), { cursor: cursors[0] }));
    expect(other[0]).toEqual({ t: "reset" });
  });
  it("[SYNC-C2] tells a device no time before the one that it told it last", async () => {
    const dev = device();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    const ahead = pageOf(await pull("ana", pullBody(dev)));
    vi.useRealTimers();
    const back = pageOf(await pull("ana", pullBody(dev, { cursor: ahead["cursor"] })));
    expect(Number(ahead["now"])).toBeGreaterThan(Date.now());
    expect(back["now"]).toBe(ahead["now"]);
  });
  it("starts again from a cursor that is broken", async () => {
    for (const cursor of ["", "x", "!".repeat(100), "A".repeat(400)])
      expect([cursor, (await pull("ana", pullBody(device(), { cursor })))[0]]).toEqual([cursor, { t: "reset" }]);
  });
  it("[LEAK-53] is refused when it is malformed, by name; another version is told apart", async () => {
    const good = pullBody(device());
    for (const [wrong, expected] of [
      [{ ...good, v: 0 }, [400, "unsupported_version"]],
      [{ ...good, v: protocolVersion + 1 }, [400, "unsupported_version"]],
      [{ ...good, v: "1" }, [400, "unsupported_version"]],
      [{ ...good, seen: -1 }, [422, "invalid"]],
      [{ ...good, cursor: 7 }, [422, "invalid"]],
      [{ ...good, cursor: "A".repeat(401) }, [422, "invalid"]],
      [{ ...good, want: [{ h: "x", more: 1 }] }, [422, "invalid"]],
      [{ ...good, want: Array.from({ length: limits.wantMax + 1 }, () => ({ h: "x" })) }, [422, "invalid"]],
      [{ ...good, follow: [{ anchor: west, kind: "all" }] }, [422, "invalid"]],
      [{ ...good, extra: 1 }, [422, "invalid"]],
      [[], [422, "invalid"]],
    ] as const)
      expect([JSON.stringify(wrong).slice(0, 80), await code(ask("/sync/pull", { as: "ana", body: wrong }))]).toEqual([
        JSON.stringify(wrong).slice(0, 80),
        expected,
      ]);
    expect(await code(ask("/sync/pull", { as: "ana", body: "{" }))).toEqual([415, "not_json"]);
    expect(await code(ask("/sync/pull", { body: good }))).toEqual([401, "unauthenticated"]);
    expect(await code(ask("/sync/pull", { as: "ana", body: good, headers: { origin: "https://evil.test" } }))).toEqual([
      403,
      "origin_refused",
    ]);
  });
  it("handles of others, broken or invented, open nothing", async () => {
    const theirs = (await pull("bo", pullBody(device()))).flatMap((line) =>
      line["t"] === "rights" ? [String(line["h"])] : [],
    );
    const lines = await pull(
      "ana",
      pullBody(device(), { want: [...theirs, "x", "AAAA"].map((h) => ({ h })), ask: theirs }),
    );
    expect(lines.filter((line) => line["t"] === "snap")).toEqual([]);
  });
  it("[ACCESS-3] [LEAK-60] following a hidden account is as following none", async () => {
    const shape = async (anchor: string): Promise<unknown[]> => {
      const dev = device();
      const { cursor } = pageOf(await pull("bo", pullBody(dev)));
      return (await pull("bo", pullBody(dev, { cursor, follow: [{ anchor, kind: "open" }] }))).map((line) =>
        Object.keys(line),
      );
    };
    expect(await shape(west)).toEqual(await shape(`${env.CELL}_acc_${"0".repeat(20)}`));
  });
  it("[SYNC-P5] a page ends by what is visible in it, at 256 KB: of changes at a mutation's end, of a snapshot at a record", async () => {
    const dev = device();
    const first = await pull("marcus", pullBody(dev));
    const texts = Array.from({ length: 30 }, (_, n) => `${n} `.padEnd(19_000, String.fromCharCode(97 + (n % 20))));
    for (const [n, body] of texts.entries())
      expect((await ask("/api/activities", { as: "marcus", body: { anchor: west, name: `Long ${n}`, body } })).ok).toBe(
        true,
      );
    const sizes: number[] = [];
    const found = new Set<unknown>();
    let { cursor } = pageOf(first);
    for (let more: unknown = true; more;) {
      const last = await pull("marcus", pullBody(dev, { cursor }));
      sizes.push(JSON.stringify(last).length);
      for (const line of last) if (line["t"] === "set") found.add((line["row"] as Row)["body"]);
      ({ cursor, more } = pageOf(last));
    }
    expect([sizes.length, found.size]).toEqual([3, 30]);
    for (const size of sizes) expect(size).toBeLessThan(limits.pageBytesMax + 25_000);
    // A snapshot too: it goes on where it stopped.
    const dev2 = device();
    const again = await pull("marcus", pullBody(dev2));
    const wants = again.flatMap((line) => (line["t"] === "rights" ? [{ h: String(line["h"]) }] : []));
    const snaps = (await pull("marcus", pullBody(dev2, { cursor: pageOf(again)["cursor"], want: wants }))).filter(
      ({ t }) => t === "snap",
    );
    expect(snaps.filter(({ to }) => to !== null)).toHaveLength(1);
    expect(JSON.stringify(snaps).length).toBeLessThan(limits.pageBytesMax + 45_000);
  });
  it("[SYNC-K1] [LEAK-61] case 34: a digest speaks of what this member sees: hidden work leaves it, and the page, as they were", async () => {
    const dev = device();
    const first = await pull("yuki", pullBody(dev));
    const opened = await pull("yuki", pullBody(dev, { cursor: pageOf(first)["cursor"], follow: [{ anchor: west, kind: "open" }] })); // prettier-ignore
    const want = opened.flatMap((line) => (line["t"] === "rights" ? [{ h: String(line["h"]) }] : []));
    const lines = await pull("yuki", pullBody(dev, { cursor: pageOf(opened)["cursor"], want }));
    const held = new Map(lines.flatMap((line) => (line["t"] === "snap" ? [[String(line["h"]), line["rows"] as [string, Row][]] as const] : []))); // prettier-ignore
    expect([...held.values()].flat().map(([, row]) => row.id)).toContain(west);
    let { cursor } = pageOf(lines);
    const checks = async (): Promise<{ checks: unknown; page: string }> => {
      const all = await pull("yuki", pullBody(dev, { cursor, check: want.map(({ h }) => h) }));
      ({ cursor } = pageOf(all));
      const { checks: said, cursor: _sealed, now: _now, lease: _lease, ...page } = pageOf(all);
      return { checks: said, page: JSON.stringify([all.length, page]) };
    };
    const before = await checks();
    expect(before.checks).toEqual(Object.fromEntries([...held].map(([h, rows]) => [h, digestOf(rows)])));
    // Hidden fields, hidden records, and keys that she does not hold.
    expect(
      (await patch("ana", `/api/accounts/${west}`, { contractTerms: `hidden ${dev}`, internalNote: dev })).ok,
    ).toBe(true);
    expect((await ask("/api/tasks", { as: "ana", body: { anchor: west, name: "hidden" } })).ok).toBe(true);
    expect((await patch("sofia", `/api/sections/${desk}`, { title: dev })).ok).toBe(true);
    expect(await checks()).toEqual(before);
    // What she sees changes it, and nobody may have others' keys checked.
    await patch("ana", `/api/accounts/${west}`, { city: dev.slice(0, 20) });
    expect((await checks()).checks).not.toEqual(before.checks);
    const stranger = device();
    const foreign = await pull("bo", pullBody(stranger, { check: want.map(({ h }) => h) }));
    expect(pageOf(foreign)["checks"]).toEqual({});
  });
  it("[SYNC-K1] drift that a device reports is counted for who watches the cell, and never by whom or of what", async () => {
    const dev = device();
    const drift = async (): Promise<number> => (await json<{ drift?: number }>(ask("/api/health"))).drift ?? 0;
    const before = await drift();
    await pull("ana", pullBody(dev, { drift: 3 }));
    expect(await drift()).toBe(before + 3);
    expect(await code(ask("/sync/pull", { as: "ana", body: pullBody(dev, { drift: limits.driftMax + 1 }) }))).toEqual([422, "invalid"]); // prettier-ignore
    expect(await code(ask("/sync/pull", { as: "ana", body: pullBody(dev, { v: 1, drift: 1 }) }))).toEqual([422, "invalid"]); // prettier-ignore
    expect(await drift()).toBe(before + 3);
  });
  it("[SYNC-E4] [LEAK-25] cases 20, 30: a device is its member's: nothing is pulled or pushed through it in another's name", async () => {
    const dev = device();
    await pull("ana", pullBody(dev));
    const refused = [401, "unauthenticated"];
    expect(await code(ask("/sync/pull", { as: "bo", body: pullBody(dev) }))).toEqual(refused);
    const mut = { n: 1, name: "account.edit@1", args: { id: west, set: { city: "Of another" } } };
    for (const body of [pushBody(dev, [mut]), { ...pushBody(dev, [mut]), client: device() }])
      expect(await code(ask("/sync/push", { as: "marcus", body }))).toEqual(refused);
    expect((await json<Row>(ask(`/api/accounts/${west}`, { as: "ana" })))["city"]).not.toBe("Of another");
    expect(await push("ana", pushBody(dev, [mut]))).toEqual([{ n: 1, ok: true }]);
  });
});

describe("pushing", () => {
  const edit = (n: number, city: string) => ({ n, name: "account.edit@1", args: { id: west, set: { city } } });

  it("[SYNC-W3] takes effect once, however often it is sent", async () => {
    const dev = device();
    const before = await env.DB.prepare("select count(*) as n from change").first<{ n: number }>();
    for (let times = 0; times < 3; times++)
      expect(await push("ana", pushBody(dev, [edit(1, "Once")]))).toEqual([{ n: 1, ok: true }]);
    await Promise.all([1, 2, 3].map(() => push("ana", pushBody(dev, [edit(1, "Once"), edit(2, "Twice")]))));
    const after = await env.DB.prepare("select count(*) as n from change").first<{ n: number }>();
    expect((after?.n ?? 0) - (before?.n ?? 0)).toBe(2);
    const page = pageOf(await pull("ana", pullBody(dev)));
    expect(page["lmid"]).toBe(2);
  });
  it("[SYNC-W1] is out of order when a number is skipped, and nothing of it happens", async () => {
    const dev = device();
    await push("ana", pushBody(dev, [edit(1, "Kept")]));
    expect(await code(ask("/sync/push", { as: "ana", body: pushBody(dev, [edit(3, "Skipped")]) }))).toEqual([
      409,
      "out_of_order",
    ]);
    expect(await code(ask("/sync/push", { as: "ana", body: pushBody(dev, [edit(2, "Gap"), edit(4, "Gap")]) }))).toEqual(
      [409, "out_of_order"],
    );
    const row = await json<Row>(ask(`/api/accounts/${west}`, { as: "ana" }));
    expect(row["city"]).toBe("Kept");
  });
  it("[SYNC-W1] is of an unknown client when it starts in the middle, or is another device's; another member's is nobody's", async () => {
    const dev = device();
    expect(await code(ask("/sync/push", { as: "ana", body: pushBody(dev, [edit(5, "Late")]) }))).toEqual([
      409,
      "client_unknown",
    ]);
    await push("ana", pushBody(dev, [edit(1, "Mine")]));
    expect(await code(ask("/sync/push", { as: "marcus", body: pushBody(dev, [edit(2, "Theirs")]) }))).toEqual([
      401,
      "unauthenticated",
    ]);
    const body = { ...pushBody(dev, [edit(2, "Moved")]), device: device() };
    expect(await code(ask("/sync/push", { as: "ana", body }))).toEqual([409, "client_unknown"]);
  });
  it("tells a version that it does not know from a malformed push", async () => {
    const dev = device();
    const good = pushBody(dev, [edit(1, "x")]);
    expect(await code(ask("/sync/push", { as: "ana", body: { ...good, v: 9 } }))).toEqual([400, "unsupported_version"]);
    expect(await code(ask("/sync/push", { as: "ana", body: { ...good, muts: [] } }))).toEqual([422, "invalid"]);
    expect(
      await code(
        ask("/sync/push", { as: "ana", body: { ...good, muts: [{ n: 1, name: "drop table", args: {}, at: 1 }] } }),
      ),
    ).toEqual([422, "invalid"]);
    expect(await push("ana", pushBody(dev, [{ n: 1, name: "account.edit@9", args: {} }]))).toEqual([
      { ok: false, n: 1, code: "unsupported_version", detail: expect.any(String) },
    ]);
  });
  it("[SYNC-W6] refuses one and takes the others, and says so again until it was seen", async () => {
    const dev = device();
    const muts = [
      edit(1, "Good"),
      { n: 2, name: "account.edit@1", args: { id: west, set: { owner: "x" } } },
      edit(3, "Better"),
    ];
    const results = await push("ana", pushBody(dev, muts));
    expect(results).toEqual([
      { n: 1, ok: true },
      { ok: false, n: 2, code: "invalid", fields: ["owner"] },
      { n: 3, ok: true },
    ]);
    expect(await push("ana", pushBody(dev, muts))).toEqual(results);
    const first = pageOf(await pull("ana", pullBody(dev)));
    expect([first["lmid"], first["outcomes"]]).toEqual([3, [{ n: 2, code: "invalid", fields: ["owner"] }]]);
    const seen = pageOf(await pull("ana", pullBody(dev, { cursor: first["cursor"], seen: 2 })));
    expect(seen["outcomes"]).toEqual([]);
  });
  it("[ACCESS-3] a mutation of one kind can't touch a record of another", async () => {
    const dev = device();
    for (const [n, name, args] of [
      [1, "contact.edit@1", { id: deal, set: { email: "a@b" } }],
      [2, "task.delete@1", { id: deal }],
      [3, "account.restore@1", { id: deal }],
    ] as const)
      expect(await push("ana", pushBody(dev, [{ n, name, args }]))).toEqual([{ ok: false, n, code: "missing" }]);
    expect((await ask(`/api/opportunities/${deal}`, { as: "ana" })).status).toBe(200);
  });
});

describe("the poke socket", () => {
  it("[SYNC-U1] pokes who follows and may see, without a word of what, and nobody else", async () => {
    const [marcus, bo, sofia, omar] = await Promise.all(["marcus", "bo", "sofia", "omar"].map(follower));
    if (!marcus || !bo || !sofia || !omar) throw new Error("four follow");
    const pokes = (): number[] => [marcus, bo, sofia, omar].map(({ pokes: count }) => count());
    await patch("ana", `/api/accounts/${west}`, { city: "Poked" });
    await eventually(() => marcus.pokes() > 0);
    await settle();
    expect(pokes()).toEqual([1, 0, 0, 0]); // sofia follows what she opened, and opened nothing
    const lines = await pull("marcus", pullBody(marcus.dev, { cursor: marcus.cursor }));
    expect(lines).toContainEqual(expect.objectContaining({ t: "patch", id: west, set: { city: "Poked" } }));
    for (const each of [marcus, bo, sofia, omar]) each.close();
  });
  it("[ACCESS-3] [LEAK-20] [LEAK-59] is silent about hidden field groups, entities and sections of an account that is followed", async () => {
    const dev = device();
    const { cursor } = pageOf(await pull("yuki", pullBody(dev)));
    await pull("yuki", pullBody(dev, { cursor, follow: [{ anchor: west, kind: "open" }] }));
    const yuki = await listen("yuki", dev); // sees account and contacts there, shared groups only
    const aloud = await idOf("test:section:sales");
    for (const act of [
      () => patch("ana", `/api/accounts/${west}`, { contractTerms: "hidden" }),
      () => patch("ana", `/api/accounts/${west}`, { internalNote: "hidden" }),
      () => patch("ana", `/api/opportunities/${deal}`, { nextAction: "hidden" }),
      () => ask("/api/tasks", { as: "ana", body: { anchor: west, name: "hidden" } }),
      () => patch("sofia", `/api/sections/${desk}`, { title: "hidden" }),
      () => patch("ana", `/api/sections/${aloud}`, { title: "hidden" }),
    ]) {
      expect([String(act), (await act()).ok]).toEqual([String(act), true]);
    }
    await settle();
    expect(yuki.heard).toEqual([]);
    await patch("ana", `/api/accounts/${west}`, { city: "Seen" });
    await eventually(() => yuki.heard.length > 0);
    expect(yuki.heard).toEqual(['{"t":"poke"}']);
    yuki.close();
  });
  it("[SYNC-U1] does not poke the device that made the change, which pulls by itself", async () => {
    const [own, other] = await Promise.all([follower("ana"), follower("ana")]);
    await push("ana", pushBody(own.dev, [{ n: 1, name: "account.edit@1", args: { id: west, set: { city: "Own" } } }]));
    await eventually(() => other.pokes() > 0);
    await settle();
    expect([own.pokes(), other.pokes()]).toEqual([0, 1]);
    own.close();
    other.close();
  });
  it("[ACCESS-3] tells nothing to who names another member's device", async () => {
    const ana = await follower("ana");
    const thief = await listen("bo", ana.dev);
    await patch("marcus", `/api/accounts/${west}`, { city: "Whose" });
    await eventually(() => ana.pokes() > 0);
    await settle();
    expect(thief.heard).toEqual([]);
    thief.close();
    ana.close();
  });
  it("[SYNC-U1] pokes whose rights moved: the new owner and the one before", async () => {
    const away = await json<Row>(ask("/api/accounts", { as: "ana", body: { name: "Away" } }));
    const [ana, bo, lina] = await Promise.all(["ana", "bo", "lina"].map(follower));
    const to = {
      to: await idOf("demo:member:bo"),
      team: await idOf("demo:team:europe"),
      region: await idOf("demo:region:europe"),
    };
    expect((await ask(`/api/accounts/${away.id}/reassign`, { as: "ana", body: to })).status).toBe(204);
    await eventually(() => (ana?.pokes() ?? 0) > 0 && (bo?.pokes() ?? 0) > 0);
    await settle();
    expect(lina?.pokes()).toBe(0);
    const lines = await pull("ana", pullBody(ana?.dev ?? "", { cursor: ana?.cursor }));
    expect(lines.filter((line) => line["t"] === "rights").map((line) => line["g"])).toContainEqual({});
  });
  it("[SYNC-X1] [LEAK-21] closes with its session, at sign-out, and only with its own", async () => {
    const cookie = await signIn("ana");
    const [mine, other] = [await listen("ana", device(), cookie), await listen("ana", device())];
    const out = await ask("/api/auth/sign-out", { body: {}, headers: { cookie } });
    expect(out.status).toBe(204);
    await eventually(() => mine.closed() !== null);
    expect([mine.heard, mine.closed()]).toEqual([['{"t":"cut"}'], 4403]);
    expect(other.closed()).toBeNull();
    expect(await code(ask("/sync/pull", { body: pullBody(device()), headers: { cookie } }))).toEqual([
      401,
      "unauthenticated",
    ]);
    other.close();
  });
  it("is for members, from our own page, with a device named plainly", async () => {
    const upgrade = { upgrade: "websocket" };
    expect((await ask("/sync/hub?device=d", { headers: { ...upgrade, origin: "https://baton.test" } })).status).toBe(
      401,
    );
    expect(
      (await ask("/sync/hub?device=d", { as: "ana", headers: { ...upgrade, origin: "https://evil.test" } })).status,
    ).toBe(403);
    expect((await ask("/sync/hub?device=d", { as: "ana", headers: upgrade })).status).toBe(403);
    for (const name of ["", "a/b", "x".repeat(65)])
      expect(
        (await ask(`/sync/hub?device=${name}`, { as: "ana", headers: { ...upgrade, origin: "https://baton.test" } }))
          .status,
      ).toBe(422);
    expect(await bytesOf(ask("/sync/hub?device=d", { as: "ana" }))).toMatch(/^422 .*WebSocket/);
  });
});
