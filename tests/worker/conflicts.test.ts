/** Two who change the same thing: the table of docs/spec/sync.md, row by row, through the door that devices use. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { Row } from "../../shared/records/entities.ts";
import {
  accountSource, ask, boot, bring, device, idOf, json, memberId, opportunity, pull, pullBody, pushBody, under,
} from "./app-rig.ts"; // prettier-ignore

type Line = Record<string, unknown>;
type Mut = { readonly n: number; readonly name: string; readonly args: unknown; readonly base?: unknown };
const id: Record<string, string> = {};
const who: Record<string, string> = {};
let made = 0;
const freshId = (kind: string): string => `${env.CELL}_${kind}_${String((made += 1)).padStart(20, "0")}`;

beforeAll(async () => {
  await boot();
  await bring([
    ...[1, 2, 3].map((n) => opportunity(String(n), "west", { amountMinor: 40_000_00, currency: "USD", discountPct: 5, closeDay: "2026-12-01", nextAction: "Call" })),
    under("contact", "1", "west", { fields: { name: "Noor", title: "Buyer" } }),
    under("contact", "2", "west", { fields: { name: "Lee", title: "Chief" } }),
    under("task", "1", "west", { fields: { name: "Call", done: false } }),
  ]); // prettier-ignore
  for (const handle of ["ana", "marcus", "bo", "lina", "sofia"]) who[handle] = await memberId(handle);
  for (const n of [1, 2, 3]) id[`opp${n}`] = await idOf(`test:opportunity:${n}`);
  for (const n of [1, 2]) id[`con${n}`] = await idOf(`test:contact:${n}`);
  id["tas"] = await idOf("test:task:1");
  id["west"] = await idOf(accountSource("west"));
  for (const stage of ["open", "priced", "won"]) id[stage] = await idOf(`test:stage:${stage}`);
}, 60_000);

const push = async (as: string, dev: string, muts: readonly Mut[]): Promise<Line[]> =>
  (await json<{ results: Line[] }>(ask("/sync/push", { as, body: pushBody(dev, muts) }))).results;
/** One mutation of a device of its own: what somebody does elsewhere. */
const does = async (as: string, name: string, args: unknown, base?: unknown): Promise<Line> =>
  (await push(as, device(), [{ n: 1, name, args, ...(base === undefined ? {} : { base }) }]))[0] ?? {};
const pageOf = (lines: readonly Line[]): Line => lines.find((line) => line["t"] === "page") ?? {};
/** A device that holds the account, and what its next page says of a record. */
async function holder(as: string): Promise<{ readonly hears: (record: string) => Promise<Line | undefined> }> {
  const dev = device();
  let { cursor } = pageOf(await pull(as, pullBody(dev)));
  return {
    hears: async (record) => {
      const lines = await pull(as, pullBody(dev, { cursor }));
      ({ cursor } = pageOf(lines));
      return lines.find((line) => line["id"] === record || (line["row"] as Row | undefined)?.id === record);
    },
  };
}
const read = (as: string, path: string): Promise<Row> => json<Row>(ask(`/api/${path}`, { as }));

describe("plain fields: the last to arrive wins, and whoever lost is told", () => {
  const edit = (set: Record<string, unknown>) => ({ id: id["con1"], set });
  const title = async (): Promise<unknown> => (await read("ana", `contacts/${id["con1"]}`))["title"];

  it("[SYNC-W8] two who edit different fields both keep theirs, and nobody is told anything", async () => {
    const ana = await holder("ana");
    await does("ana", "contact.edit@1", edit({ title: "Hers" }), { [id["con1"] ?? ""]: { title: "Buyer" } });
    await does("marcus", "contact.edit@1", edit({ department: "IT" }), { [id["con1"] ?? ""]: { department: null } });
    const line = await ana.hears(id["con1"] ?? "");
    expect(line).toMatchObject({ t: "patch", set: { title: "Hers", department: "IT" } });
    expect(line).not.toHaveProperty("lost");
  });
  it("[SYNC-W8] an edit made without having seen the one before it: the loser gets their words back, and no one else hears of it", async () => {
    const [ana, again, marcus] = [await holder("ana"), await holder("ana"), await holder("marcus")];
    await does("ana", "contact.edit@1", edit({ title: "Ana's words" }), { [id["con1"] ?? ""]: { title: "Hers" } });
    // Marcus was on a train: he still saw "Hers".
    await does("marcus", "contact.edit@1", edit({ title: "Marcus's" }), { [id["con1"] ?? ""]: { title: "Hers" } });
    expect(await title()).toBe("Marcus's");
    for (const hers of [ana, again])
      expect(await hers.hears(id["con1"] ?? "")).toMatchObject({
        lost: { title: { mine: "Ana's words", by: who["marcus"], at: expect.any(Number) } },
      });
    expect(await marcus.hears(id["con1"] ?? "")).not.toHaveProperty("lost");
    const kept = await env.DB.prepare("select patch from change where record = ? order by seq desc limit 1")
      .bind(id["con1"])
      .first<{ patch: string }>();
    expect(JSON.parse(kept?.patch ?? "")).toEqual({ title: ["Ana's words", "Marcus's", who["ana"]] });
  });
  it("[SYNC-W8] who saw what stood there, who wrote it again since, and who may not see it: nothing is said", async () => {
    const base = (seen: string) => ({ [id["con1"] ?? ""]: { title: seen } });
    const ana = await holder("ana");
    await does("ana", "contact.edit@1", edit({ title: "One" }), base("Marcus's"));
    await does("marcus", "contact.edit@1", edit({ title: "Two" }), base("One"));
    expect(await ana.hears(id["con1"] ?? "")).not.toHaveProperty("lost");
    await does("ana", "contact.edit@1", edit({ title: "Three" }), base("Two"));
    await does("marcus", "contact.edit@1", edit({ title: "Four" }), base("One"));
    await does("ana", "contact.edit@1", edit({ title: "Five" }), base("Four"));
    expect(await ana.hears(id["con1"] ?? "")).not.toHaveProperty("lost");
    // The group of the field is no longer hers: not a word of it reaches her device.
    const away = await holder("ana");
    await does(
      "ana",
      "opportunity.edit@1",
      { id: id["opp1"], set: { blockers: "Ana's" } },
      { [id["opp1"] ?? ""]: { blockers: null } },
    );
    await does(
      "marcus",
      "opportunity.edit@1",
      { id: id["opp1"], set: { blockers: "His" } },
      { [id["opp1"] ?? ""]: { blockers: null } },
    );
    await env.DB.prepare("update anchor set restricted = 1, owner = ?, team = null, ver = ver + 1 where id = ?")
      .bind(who["lina"], id["west"])
      .run();
    await env.DB.prepare("insert into was (seq, kind, id, anchor, member, before) select max(seq), 'anchor', ?1, ?1, null, json_object('id', ?1, 'owner', ?2, 'team', ?3, 'region', null, 'restricted', json('false')) from change").bind(id["west"], who["ana"], await idOf("demo:team:west")).run(); // prettier-ignore
    expect(await away.hears(id["opp1"] ?? "")).not.toMatchObject({ t: "patch" });
    await env.DB.prepare("update anchor set restricted = 0, owner = ?, team = ?, ver = ver + 1 where id = ?")
      .bind(who["ana"], await idOf("demo:team:west"), id["west"])
      .run();
  });
});

describe("compare and set", () => {
  it("[SYNC-W8] amount, discount and close day are never overwritten unseen: what stands there, by whom and when", async () => {
    for (const [field, mine, theirs, seen] of [["amountMinor", 1, 2, 40_000_00], ["discountPct", 7, 8, 5], ["closeDay", "2027-01-01", "2027-02-02", "2026-12-01"]] as const) {
      const edit = (value: unknown) => ({ id: id["opp1"], set: { [field]: value }, seen: { [field]: seen } });
      expect(await does("marcus", "opportunity.edit@1", edit(theirs))).toMatchObject({ ok: true });
      expect(await does("ana", "opportunity.edit@1", edit(mine))).toMatchObject({
        code: "version_conflict", fields: [field], theirs: { [field]: theirs }, by: who["marcus"], when: expect.any(Number),
      });
      expect((await read("ana", `opportunities/${id["opp1"]}`))[field]).toBe(theirs);
    } // prettier-ignore
  });
  it("[SYNC-W8] a stage that moved meanwhile: which one stands, from which the next steps follow", async () => {
    const advance = (to: string) => ({ id: id["opp2"], from: id["open"], to });
    expect(await does("marcus", "opportunity.advance@1", advance(id["priced"] ?? ""))).toMatchObject({ ok: true });
    expect(await does("ana", "opportunity.advance@1", advance(id["priced"] ?? ""))).toMatchObject({
      code: "version_conflict", fields: ["stage"], theirs: { stage: id["priced"] }, by: who["marcus"],
    }); // prettier-ignore
  });
  it("[SYNC-W8] a case that somebody else resolved says so", async () => {
    await bring([under("case", "1", "west", { fields: { name: "Down", number: "C1", status: "open" } })]);
    const of = await idOf("test:case:1");
    expect(await does("sofia", "case.resolve@1", { id: of, cause: "Known", fix: "First" })).toMatchObject({ ok: true });
    expect(await does("sofia", "case.resolve@1", { id: of, cause: "Known", fix: "Second" })).toMatchObject({
      code: "version_conflict", fields: ["status"], theirs: { status: "resolved" }, by: who["sofia"],
    }); // prettier-ignore
  });
  it("[SYNC-W8] of two who give an account away the first wins, and the second sees who has it, if they may still see it", async () => {
    const away = await json<Row>(ask("/api/accounts", { as: "ana", body: { name: "Away" } }));
    const to = (handle: string) => ({ id: away.id, from: who["ana"], to: who[handle] });
    expect(await does("marcus", "account.reassign@1", to("marcus"))).toMatchObject({ ok: true });
    expect(await does("ana", "account.reassign@1", to("ana"))).toMatchObject({
      code: "version_conflict", fields: ["owner"], theirs: { owner: who["marcus"] }, by: who["marcus"],
    }); // prettier-ignore
    const hidden = await does("bo", "account.reassign@1", to("bo"));
    expect(hidden).toEqual({ ok: false, n: 1, code: "missing" });
    const assign = (handle: string) => ({ id: id["tas"], account: id["west"], from: null, to: who[handle] });
    expect(await does("ana", "task.assign@1", assign("marcus"))).toMatchObject({ ok: true });
    expect(await does("marcus", "task.assign@1", assign("bo"))).toMatchObject({
      code: "version_conflict",
      theirs: { owner: who["marcus"] },
    });
  });
  it("[SYNC-W8] a handoff whose subject went to another: the one who is late sees who took it", async () => {
    const account = await json<Row>(ask("/api/accounts", { as: "ana", body: { name: "Handed" } }));
    const handoff = freshId("han");
    const steps: readonly (readonly [string, string, unknown])[] = [
      ["ana", "handoff.create@1", { id: handoff, anchor: account.id, compartment: "handoff", fields: { name: "Take it", about: account.id, handoffKind: "region_to_region" } }],
      ["ana", "handoff.offer@1", { id: handoff, account: account.id, about: account.id, to: who["bo"] }],
      ["marcus", "account.reassign@1", { id: account.id, from: who["ana"], to: who["marcus"] }],
    ]; // prettier-ignore
    for (const [as, name, args] of steps)
      expect([name, await does(as, name, args)]).toMatchObject([name, { ok: true }]);
    expect(
      await does("bo", "handoff.accept@1", { id: handoff, account: account.id, about: account.id, from: who["ana"] }),
    ).toMatchObject({
      code: "version_conflict",
      fields: ["owner"],
      theirs: { owner: who["marcus"] },
      by: who["marcus"],
    });
  });
});

describe("rows, not arrays", () => {
  it("[SYNC-W8] two who add to the account team at once both do, and taking one off leaves the other", async () => {
    const add = (handle: string) => ({
      id: freshId("atm"), anchor: id["west"], fields: { member: who[handle], role: "helper" },
    }); // prettier-ignore
    const [one, two] = [add("bo"), add("lina")];
    const done = await Promise.all([
      does("ana", "account_team.create@1", one),
      does("marcus", "account_team.create@1", two),
    ]);
    expect(done).toMatchObject([{ ok: true }, { ok: true }]);
    expect(await does("ana", "account_team.delete@1", { id: one.id })).toMatchObject({ ok: true });
    const { results } = await env.DB.prepare("select member from account_team where anchor = ? and deleted_at is null")
      .bind(id["west"])
      .all();
    expect(results.map((row) => row["member"])).toContain(who["lina"]);
    expect(results.map((row) => row["member"])).not.toContain(who["bo"]);
  });
  it("[SYNC-W8] activities are appended: two written offline at the same moment are two", async () => {
    const note = (name: string) => ({
      id: freshId("act"),
      anchor: id["west"],
      fields: { name, activityKind: "call", about: id["west"], at: 1_800_000_000_000 },
    });
    expect(await does("ana", "activity.create@1", note("Hers"))).toMatchObject({ ok: true });
    expect(await does("marcus", "activity.create@1", note("His"))).toMatchObject({ ok: true });
    const { results } = await env.DB.prepare("select name from activity where anchor = ?").bind(id["west"]).all();
    expect(results.map((row) => row["name"])).toEqual(expect.arrayContaining(["Hers", "His"]));
  });
});

describe("deleted and edited", () => {
  it("[SYNC-W9] the deletion stands; the edit is told who deleted it and may be put back by who may restore it", async () => {
    const edit = { id: id["opp3"], set: { nextAction: "Still here" } };
    expect(await does("ana", "opportunity.delete@1", { id: id["opp3"] })).toMatchObject({ ok: true });
    expect(await does("marcus", "opportunity.edit@1", edit)).toEqual({
      ok: false, n: 1, code: "deleted", restore: id["opp3"], by: who["ana"], when: expect.any(Number),
    }); // prettier-ignore
    const both = await push("marcus", device(), [
      { n: 1, name: "opportunity.restore@1", args: { id: id["opp3"] } },
      { n: 2, name: "opportunity.edit@1", args: edit },
    ]);
    expect(both).toMatchObject([{ ok: true }, { ok: true }]);
    expect((await read("ana", `opportunities/${id["opp3"]}`))["nextAction"]).toBe("Still here");
  });
  it("[SYNC-W9] [ACCESS-3] to who could not see it, it is as if it had never been, byte for byte; who may not restore gets no way to", async () => {
    expect(await does("ana", "contact.delete@1", { id: id["con2"] })).toMatchObject({ ok: true });
    const edit = (record: string) => ({ id: record, set: { title: "x" } });
    expect(await does("bo", "contact.edit@1", edit(id["con2"] ?? ""))).toEqual(
      await does("bo", "contact.edit@1", edit(freshId("con"))),
    );
    expect((await ask(`/api/contacts/${id["con2"]}`, { as: "ana" })).status).toBe(404);
    const sofia = await does("sofia", "contact.edit@1", edit(id["con2"] ?? "")); // support sees it, and restores no contacts
    expect(sofia).toMatchObject({ code: "deleted" });
    expect(sofia).not.toHaveProperty("restore");
    // An account is its own anchor: whoever answered for it may put it back.
    const gone = await json<Row>(ask("/api/accounts", { as: "ana", body: { name: "Gone" } }));
    await env.DB.batch([
      env.DB.prepare("update account set deleted_at = 1 where id = ?").bind(gone.id),
      env.DB.prepare("update anchor set deleted_at = 1 where id = ?").bind(gone.id),
    ]);
    const turku = { id: gone.id, set: { city: "Turku" } };
    expect(await does("ana", "account.edit@1", turku)).toMatchObject({ code: "deleted", restore: gone.id });
    expect(await does("lina", "account.edit@1", turku)).toEqual({ ok: false, n: 1, code: "missing" });
    expect(await does("ana", "account.restore@1", { id: gone.id })).toMatchObject({ ok: true });
    expect(await does("ana", "account.edit@1", turku)).toMatchObject({ ok: true });
  });
});

describe("the queue", () => {
  it("[SYNC-W5] failure case 13: one that is always refused among a hundred: the other 99 land, in order", async () => {
    const dev = device();
    const edit = (n: number): Mut => ({
      n,
      name: "contact.edit@1",
      args: n === 40 ? { id: id["con1"], set: { owner: "x" } } : { id: id["con1"], set: { title: `T${n}` } },
    });
    const all = Array.from({ length: 100 }, (_, index) => edit(index + 1));
    const results = [...(await push("ana", dev, all.slice(0, 50))), ...(await push("ana", dev, all.slice(50)))];
    expect(results.filter((one) => one["ok"] === true)).toHaveLength(99);
    expect(results[39]).toEqual({ ok: false, n: 40, code: "invalid", fields: ["owner"] });
    expect((await read("ana", `contacts/${id["con1"]}`))["title"]).toBe("T100");
  });
  it("[SYNC-W1] a place that is kept for what was taken back moves the watermark and changes nothing", async () => {
    const dev = device();
    const count = async (): Promise<number> =>
      Number((await env.DB.prepare("select count(*) as n from change").first<{ n: number }>())?.n);
    const before = await count();
    expect(await push("ana", dev, [{ n: 1, name: "outbox.skip@1", args: {} }, { n: 2, name: "outbox.skip@1", args: {} }])).toEqual([
      { n: 1, ok: true }, { n: 2, ok: true },
    ]); // prettier-ignore
    expect(await count()).toBe(before);
    expect(pageOf(await pull("ana", pullBody(dev)))["lmid"]).toBe(2);
  });
  it("[SYNC-W6] failure case 45: the answer to a refusal is lost, and the page that passes it brings the reason", async () => {
    const dev = device();
    const lost = await push("ana", dev, [
      { n: 1, name: "contact.edit@1", args: { id: id["con1"], set: { owner: "x" } } },
    ]); // nobody reads it
    expect(lost).toHaveLength(1);
    for (let times = 0; times < 2; times += 1) {
      const page = pageOf(await pull("ana", pullBody(dev)));
      expect([page["lmid"], page["outcomes"]]).toEqual([1, [{ n: 1, code: "invalid", fields: ["owner"] }]]);
    }
  });
  it("[SYNC-T3] failure case 46: unfollowing with no other write is a difference, and takes the rows away", async () => {
    const dev = device();
    const first = await pull("ana", pullBody(dev));
    const handles = first.flatMap((line) => (line["t"] === "rights" ? [{ h: line["h"] }] : []));
    const second = await pull("ana", pullBody(dev, { cursor: pageOf(first)["cursor"], want: handles }));
    const at = second.find(
      (line) => line["t"] === "snap" && (line["rows"] as [string, Row][]).some(([, row]) => row.id === id["west"]),
    );
    const { cursor } = pageOf(second);
    const next = await pull("ana", pullBody(dev, { cursor, follow: [{ anchor: id["west"], kind: "unfollow" }] }));
    expect(next).toContainEqual({ t: "rights", h: at?.["h"], g: {} });
  });
});
