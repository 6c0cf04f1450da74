/** New leads that nobody owns, at the edge: to whom rules give them, in which turn, and who learns of it. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { loader, memberSource, teamSource } from "../../demo/people.ts";
import { assignedOf } from "../../shared/leads/assigned.ts";
import { makeId, orgAnchor } from "../../shared/kernel/id.ts";
import type { Custom } from "../../shared/records/field.ts";
import type { Row } from "../../shared/records/entities.ts";
import { account, accountSource, ask, boot, bring, bytesOf, device, idOf, json, memberId, pushBody, under, type Page } from "./app-rig.ts"; // prettier-ignore

const id: Record<string, string> = {};
const newId = (kind: string): string => makeId("local", kind, crypto.getRandomValues(new Uint8Array(13)));

beforeAll(async () => {
  await boot();
  await bring([
    account("mine", "ana", "west", "americas"),
    { entity: "queue", source: "test:queue:new", fields: { name: "New leads", intake: true }, refs: { steward: memberSource("marcus") } }, // prettier-ignore
  ]);
  for (const handle of ["ana", "bo", "tomas", "marcus", "lina"]) id[handle] = await memberId(handle);
  id["mine"] = await idOf(accountSource("mine"));
  id["closed"] = await idOf(accountSource("closed"));
  id["queue"] = await idOf("test:queue:new");
  id["europe"] = await idOf(teamSource("europe"));
}, 60_000);

type Fields = Readonly<Record<string, unknown>>;
const where = (field: string, op: string, ...values: string[]) => JSON.stringify([{ field, op, values }]);
const makeRule = (as: string, fields: Fields): Promise<Response> =>
  ask("/api/lead_rules", { as, body: { anchor: orgAnchor("local"), ...fields } });
interface Told {
  ok: boolean;
  code?: string;
  fields?: string[];
}
async function send(as: string, name: string, args: unknown, dev = device()): Promise<Told> {
  for (;;) {
    const answer = await ask("/sync/push", { as, body: pushBody(dev, [{ n: 1, name, args }]) });
    if (answer.status === 503) continue; // others were first again and again: a device comes back
    return (await json<{ results: Told[] }>(answer)).results[0] ?? { ok: false };
  }
}
async function capture(as: string, fields: Fields, at?: string): Promise<string> {
  const [lead, prospect] = [newId("lea"), at ?? newId("acc")];
  const args = { id: lead, account: prospect, ...(at ? {} : { company: "Kopi" }), fields: { name: "Siti", ...fields } };
  expect(await send(as, "lead.capture@1", args)).toMatchObject({ ok: true });
  return lead;
}
const read = (as: string, path: string): Promise<Row> => json<Row>(ask(path, { as }));
/** As it lies in the cell, whoever may see it. */
const kept = async (
  lead: string,
): Promise<{ owner: string | null; queue: string | null; line: ReturnType<typeof assignedOf> }> => {
  // prettier-ignore
  const row = await env.DB.prepare("select owner, queue, assigned from lead where id = ?").bind(lead).first<{ owner: string | null; queue: string | null; assigned: string | null }>(); // prettier-ignore
  return { owner: row?.owner ?? null, queue: row?.queue ?? null, line: assignedOf(JSON.parse(row?.assigned ?? "null") as Custom | null) }; // prettier-ignore
};

describe("rules for new leads", () => {
  it("[LEAD-10] waits in the intake queue with its steward, who sees it and gives it on", async () => {
    const lead = await capture("lina", { country: "Peru" });
    expect(await kept(lead)).toMatchObject({ owner: id["marcus"], queue: id["queue"], line: { kind: "waits", to: id["marcus"] } }); // prettier-ignore
    expect(await read("marcus", `/api/leads/${lead}`)).toMatchObject({ name: "Siti", queue: id["queue"] });
    const given = await ask(`/api/leads/${lead}/assign`, { as: "marcus", body: { to: id["ana"] } });
    expect(given.ok).toBe(true);
    expect(await kept(lead)).toMatchObject({ owner: id["ana"], queue: null, line: { kind: "waits" } });
  });
  it("[LEAD-8] are kept by who spreads leads, read by all, and made only as such that can be judged", async () => {
    const nordics = {
      name: "Nordics",
      order: "a2",
      where: where("country", "is", "Sweden", "Norway"),
      toMember: id["bo"],
    };
    expect((await makeRule("ana", nordics)).status).toBe(403);
    const made = await makeRule("tomas", nordics);
    expect(await made.clone().json()).toMatchObject({ name: "Nordics", keeper: id["tomas"] });
    id["nordics"] = (await made.json<Row>()).id;
    for (const as of ["ana", "sofia", "femi"])
      expect((await json<Page>(ask("/api/lead_rules", { as }))).items.map(({ id }) => id)).toEqual([id["nordics"]]);
    for (const [wrong, field] of [
      [{ where: where("budgetMinor", "gt", "100") }, "where"],
      [{ where: "x" }, "where"],
      [{ toTeam: id["europe"] }, "toMember"],
      [{ toMember: null }, "toMember"],
    ] as const) {
      const answer = await makeRule("tomas", { ...nordics, ...wrong });
      expect([answer.status, await answer.json()]).toMatchObject([422, { fields: [field] }]);
      const edit = await ask(`/api/lead_rules/${id["nordics"]}`, { as: "tomas", method: "PATCH", body: wrong });
      expect([edit.status, await edit.json()]).toMatchObject([422, { fields: [field] }]);
    }
  });
  it("[LEAD-6] [LEAD-7] the first that fits gives it, with a line that says which, whose and why; who gets it sees it and its account", async () => {
    const lead = await capture("ana", { country: "sweden ", employees: 40 });
    const line = { kind: "rule", rule: id["nordics"], name: "Nordics", keeper: id["tomas"], to: id["bo"], why: [["country", "sweden "]] }; // prettier-ignore
    expect(await kept(lead)).toMatchObject({ owner: id["bo"], queue: null, line });
    const seen = await read("bo", `/api/leads/${lead}`);
    expect(assignedOf(seen["assigned"] as Custom)).toMatchObject(line);
    expect(await read("bo", `/api/accounts/${seen.anchor}`)).toMatchObject({ name: "Kopi", country: "sweden " });
    expect((await ask(`/api/leads/${lead}/qualify`, { as: "bo", body: { to: "working" } })).status).toBe(200);
    expect((await ask(`/api/leads/${lead}`, { as: "sofia" })).status, "nobody else").toBe(404);
  });
  it("[LEAD-6] one that has an owner from the start is left alone; nobody writes a line of their own", async () => {
    const own = await capture("ana", { country: "Sweden", owner: id["ana"], assigned: { kind: "rule", at: 1, name: "Forged" }, queue: id["queue"] }); // prettier-ignore
    expect(await kept(own)).toEqual({ owner: id["ana"], queue: null, line: null });
    const forged = {
      anchor: id["mine"],
      name: "Ben",
      country: "Sweden",
      assigned: { kind: "rule", at: 1, name: "Forged" },
    };
    const made = await ask("/api/leads", { as: "ana", body: forged });
    expect(await made.json()).toMatchObject({ owner: id["bo"], assigned: { name: "Nordics" } });
    const lead = under("lead", "forged", "mine", { fields: { name: "x", assigned: { kind: "rule", at: 1, name: "Forged" } }, refs: { owner: memberSource("ana") } }); // prettier-ignore
    await bring([lead]);
    expect(await kept(await idOf("test:lead:forged"))).toEqual({ owner: id["ana"], queue: null, line: null });
    for (const set of [{ assigned: null }, { queue: null }])
      expect(await send("bo", "lead.edit@1", { id: own, set })).toMatchObject({ ok: false, code: "invalid" });
  });
  it("[LEAD-9] a team takes turns, also where many come at once and in one import; a push that is sent again deals none", async () => {
    const rule = await makeRule("tomas", { name: "Europe", order: "a3", where: where("leadSource", "is", "Web"), toTeam: id["europe"] }); // prettier-ignore
    id["turns"] = (await rule.json<Row>()).id;
    const leads = await Promise.all(Array.from({ length: 6 }, () => capture("ana", { leadSource: "Web" })));
    const owners = async (of: readonly string[]) => (await Promise.all(of.map(kept))).map(({ owner }) => owner);
    const share = (some: readonly (string | null)[]) => ["bo", "tomas"].map((who) => some.filter((one) => one === id[who]).length); // prettier-ignore
    expect(share(await owners(leads)), "at once").toEqual([3, 3]);
    const rows = Array.from({ length: 7 }, (_, n) => under("lead", `web-${n}`, "mine", { fields: { name: `W${n}`, leadSource: "Web" } })); // prettier-ignore
    await ask("/api/imports", { as: loader, body: { rows, commit: false } }); // a rehearsal deals none
    await bring(rows);
    const imported = await Promise.all(rows.map(({ source }) => idOf(source)));
    expect(
      share(await owners(imported)).toSorted((a, b) => a - b),
      "imported",
    ).toEqual([3, 4]);
    await bring(rows); // again: they are there
    const dev = device();
    const args = {
      id: newId("lea"),
      account: newId("acc"),
      company: "Kopi",
      fields: { name: "Once", leadSource: "Web" },
    };
    expect(await send("ana", "lead.capture@1", args, dev)).toEqual(await send("ana", "lead.capture@1", args, dev));
    const turn = await env.DB.prepare("select n from lead_turn where rule = ?").bind(id["turns"]).first<number>("n");
    expect(turn).toBe(14);
  });
  it("[LEAD-9] never to who may not see it: a closed account's lead stays with it, and says so to nobody else", async () => {
    const before = await bytesOf(ask("/api/leads", { as: "bo" }));
    const lead = await capture("ana", { country: "Sweden" }, id["closed"]);
    expect(await kept(lead)).toMatchObject({ owner: null, queue: null, line: { kind: "none", to: null } });
    expect(await bytesOf(ask("/api/leads", { as: "bo" }))).toBe(before);
    expect((await env.DB.prepare("select count(*) as n from share where cause = ?").bind(lead).first<number>("n"))).toBe(0); // prettier-ignore
    expect((await read("ana", `/api/leads/${lead}`))["assigned"]).toMatchObject({ kind: "none" });
  });
  it("[LEAD-9] to who stands in for somebody on cover; not to who has left: the next of the team has the turn", async () => {
    const now = Date.now();
    await env.DB.prepare(`insert into cover (id, "of", member, from_t, until_t, reason) values ('c1', ?, ?, ?, ?, 'away')`).bind(id["bo"], id["tomas"], now - 1_000, now + 3_600_000).run(); // prettier-ignore
    expect(await kept(await capture("ana", { country: "Norway" }))).toMatchObject({ owner: id["tomas"], line: { to: id["tomas"], cover: id["bo"], rule: id["nordics"] } }); // prettier-ignore
    await env.DB.prepare("update cover set ended_at = ? where id = 'c1'").bind(now).run();
    const gone = await ask(`/api/members/${id["tomas"]}/facts`, { as: "omar", body: { employment: "left" } });
    expect(gone.status).toBe(200);
    for (const _ of [1, 2]) expect((await kept(await capture("ana", { leadSource: "Web" }))).owner).toBe(id["bo"]);
  });
  it("[LEAD-8] one that is paused or deleted gives nothing; put back, it goes on", async () => {
    const [rule, as] = [`/api/lead_rules/${id["nordics"]}`, "yuki"];
    const owner = async () => (await kept(await capture("ana", { country: "Sweden" }))).owner;
    expect((await ask(rule, { as, method: "PATCH", body: { paused: true } })).status).toBe(200);
    expect(await owner()).toBe(id["marcus"]);
    await ask(rule, { as, method: "PATCH", body: { paused: false } });
    expect((await ask(rule, { as, method: "DELETE" })).status).toBe(204);
    expect(await owner()).toBe(id["marcus"]);
    expect(await send(as, "lead_rule.restore@1", { id: id["nordics"] })).toMatchObject({ ok: true });
    expect(await owner()).toBe(id["bo"]);
  });
});
