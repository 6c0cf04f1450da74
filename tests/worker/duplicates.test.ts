/** Twins at the edge: merged whichever way round, undone, told apart; and what may be asked of what one can't see. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";

import { edgeLimits } from "../../shared/kernel/limits.ts";
import type { Row } from "../../shared/records/entities.ts";
import { account, accountSource, ask, boot, bring, bytesOf, device, idOf, json, memberId, pushBody, under } from "./app-rig.ts"; // prettier-ignore

const id: Record<string, string> = {};
beforeAll(async () => {
  await boot();
  const person = (key: string, at: string, fields: Record<string, string>) => under("contact", key, at, { fields: { name: "Noor Haddad", ...fields } }); // prettier-ignore
  await bring([
    account("one", "ana", "west", "americas", { name: "Kopi Putra", city: "Bandung", phone: "+62 22 1234567" }),
    account("two", "ana", "west", "americas", { name: "KOPI Putra Ltd", website: "kopi.test" }),
    account("far", "bo", "europe", "europe", { name: "Kopi Putra", phone: "+62 22 1234567", website: "kopi.test" }),
    person("a", "one", { email: "noor@kopi.test" }),
    person("b", "one", { email: "noor@kopi.test", phone: "+62 811 111", title: "Buyer" }),
    person("c", "two", { email: "noor@kopi.test", title: "Owner" }),
    person("d", "far", { email: "noor@kopi.test" }),
    ...["e", "f", "g", "h", "i", "j"].map((key) => person(key, "one", { title: `Title ${key}`, department: key })),
    under("task", "t", "one", { fields: { name: "Call" }, refs: { about: "test:contact:b" } }),
  ]);
  for (const key of ["one", "two", "far", "closed"]) id[key] = await idOf(accountSource(key));
  for (const key of "abcdefghij") id[key] = await idOf(`test:contact:${key}`);
}, 60_000);

const post = (as: string, act: string, body: unknown): Promise<Response> => ask(`/api/duplicates/${act}`, { as, body });
const read = (as: string, kind: string, key: string): Promise<Row> => json<Row>(ask(`/api/${kind}/${id[key] ?? ""}`, { as })); // prettier-ignore
const elder = (one: Row, other: Row): [Row, Row] =>
  one.createdAt < other.createdAt || (one.createdAt === other.createdAt && one.id < other.id) ? [one, other] : [other, one]; // prettier-ignore
/** Keys of two contacts, the one that stays first. */
async function ordered(a: string, b: string): Promise<[string, string]> {
  const [stays] = elder(await read("greta", "contacts", a), await read("greta", "contacts", b));
  return stays.id === id[a] ? [a, b] : [b, a];
}
async function pushed(as: string, name: string, args: unknown): Promise<{ ok: boolean; code?: string }> {
  const sent = await json<{ results: { ok: boolean; code?: string }[] }>(
    ask("/sync/push", { as, body: pushBody(device(), [{ n: 1, name, args }]) }),
  );
  return sent.results[0] ?? { ok: false };
}

describe("merging", () => {
  it("[DUP-7] the elder stays with the values that were chosen; the other says so and keeps its own, and what hangs on it", async () => {
    const [stays, goes] = await ordered("a", "b");
    const before = { stays: await read("greta", "contacts", stays), goes: await read("greta", "contacts", goes) };
    const done = await post("greta", "merge", { id: id[goes], other: id[stays], take: ["title", "phone"] });
    expect(done.status, await done.clone().text()).toBe(200);
    const after = { stays: await read("greta", "contacts", stays), goes: await read("greta", "contacts", goes) };
    expect(after.stays).toMatchObject({ ...before.stays, title: before.goes["title"], phone: before.goes["phone"] });
    expect(after.goes).toEqual({ ...before.goes, mergedInto: id[stays], mergedAt: expect.any(Number) });
    expect(await json<Row>(ask(`/api/tasks/${await idOf("test:task:t")}`, { as: "ana" }))).toMatchObject({ about: id["b"] }); // prettier-ignore
  });
  it("[DUP-8] is undone with the values that were there, but for what was changed since; once", async () => {
    const [stays, goes] = await ordered("a", "b");
    const edited = await ask(`/api/contacts/${id[stays] ?? ""}`, { as: "ana", method: "PATCH", body: { phone: "+62 811 999" } }); // prettier-ignore
    expect(edited.ok).toBe(true);
    const taken = stays === "a" ? null : "Buyer"; // the one that went has the other title
    expect((await post("greta", "undo", { id: id[goes] })).status).toBe(200);
    expect(await read("greta", "contacts", stays)).toMatchObject({ title: taken, phone: "+62 811 999", mergedInto: null }); // prettier-ignore
    expect(await read("greta", "contacts", goes)).toMatchObject({ mergedInto: null, mergedAt: null });
    expect((await post("greta", "undo", { id: id[goes] })).status).toBe(409);
  });
  it("[DUP-8] not after thirty days, and by nobody who may not merge", async () => {
    const [, goes] = await ordered("e", "f");
    expect((await post("greta", "merge", { id: id["e"], other: id["f"] })).status).toBe(200);
    expect((await post("ana", "undo", { id: id[goes] })).status).toBe(403);
    await env.DB.prepare("UPDATE contact SET merged_at = ? WHERE id = ?").bind(Date.now() - edgeLimits.mergeUndoMs - 1, id[goes]).run(); // prettier-ignore
    const late = await post("greta", "undo", { id: id[goes] });
    expect([late.status, await late.json()]).toMatchObject([403, { detail: "A merge can be undone for thirty days." }]);
  });
  it("[DUP-9] the same record stays and the same values stand there, whichever device merges first and names them how", async () => {
    const [stays, goes] = await ordered("g", "h");
    const [first, second] = [{ id: id["g"], other: id["h"], take: ["title"] }, { id: id["h"], other: id["g"], take: ["department"] }]; // prettier-ignore
    expect(await pushed("greta", "contact.merge@1", first)).toMatchObject({ ok: true });
    expect(await pushed("greta", "contact.merge@1", second)).toMatchObject({ ok: true });
    const one = await read("greta", "contacts", stays);
    expect((await post("greta", "undo", { id: id[goes] })).status).toBe(200);
    expect(await pushed("greta", "contact.merge@1", second)).toMatchObject({ ok: true });
    expect(await pushed("greta", "contact.merge@1", first)).toMatchObject({ ok: true });
    expect(await read("greta", "contacts", stays)).toEqual(one);
    expect(one).toMatchObject({ title: `Title ${goes}`, department: goes });
    // Of three the second merge is refused: what it was about is another pair by now.
    expect(await pushed("greta", "contact.merge@1", { id: id["i"], other: id[goes] })).toMatchObject({ ok: false, code: "version_conflict" }); // prettier-ignore
    expect((await post("greta", "undo", { id: id[goes] })).status).toBe(200);
    expect(await read("greta", "contacts", stays)).toMatchObject({ title: `Title ${stays}`, department: stays });
  });
  it("[DUP-6] what was told apart is noted once on the younger, and taken back", async () => {
    const [stays, goes] = await ordered("i", "j");
    expect((await post("greta", "apart", { id: id["i"], other: id["j"] })).status).toBe(200);
    expect((await post("greta", "apart", { id: id["j"], other: id["i"] })).status).toBe(200);
    expect(await read("greta", "contacts", goes)).toMatchObject({ apart: [id[stays]] });
    expect((await post("greta", "apart", { id: id["j"], other: id["i"], apart: false })).status).toBe(200);
    expect(await read("greta", "contacts", goes)).toMatchObject({ apart: null });
  });
  it("[DUP-7] [ACCESS-1] only by who may merge; nobody makes, edits or says by hand what stands for what", async () => {
    expect((await post("ana", "merge", { id: id["a"], other: id["b"] })).status).toBe(403);
    expect((await post("ana", "apart", { id: id["a"], other: id["b"] })).status).toBe(403);
    const patched = await ask(`/api/contacts/${id["a"] ?? ""}`, { as: "greta", method: "PATCH", body: { mergedInto: id["b"] } }); // prettier-ignore
    expect(patched.status).toBe(422);
    const made = await ask("/api/contacts", { as: "ana", body: { anchor: id["one"], name: "x", mergedInto: id["a"] } });
    expect(await made.json()).toMatchObject({ mergedInto: null });
    const undo = { id: id["a"], into: id["b"], back: { wrote: {}, before: {} } };
    expect(await pushed("greta", "contact.unmerge@1", undo)).toMatchObject({ ok: false, code: "unsupported_version" });
    expect((await post("greta", "merge", { id: id["a"], other: id["b"], take: ["owner"] })).status).toBe(422);
    expect((await post("greta", "merge", { id: id["a"], other: id["one"] })).status).toBe(404);
    expect((await post("greta", "merge", { id: id["a"], other: id["a"] })).status).toBe(404);
  });
});

describe("[LEAK-45] a merge carries nothing to whom it is hidden from", () => {
  it("between different hands no value goes over, and nobody sees more or less than before", async () => {
    const paths = ["one", "far"].map((key) => `/api/accounts/${id[key] ?? ""}`);
    const sights = () => Promise.all(paths.map(async (path) => Promise.all(["ana", "bo", "marcus", "sofia", "femi"].map(async (as) => (await ask(path, { as })).status)))); // prettier-ignore
    const before = await sights();
    const carried = await post("greta", "merge", { id: id["one"], other: id["far"], take: ["website"] });
    expect([carried.status, await carried.json()]).toMatchObject([403, { detail: expect.stringContaining("different hands") }]); // prettier-ignore
    expect((await post("greta", "merge", { id: id["one"], other: id["far"] })).status).toBe(200);
    expect(await sights()).toEqual(before);
    const [, goes] = elder(await read("greta", "accounts", "one"), await read("greta", "accounts", "far"));
    expect((await post("greta", "undo", { id: goes.id })).status).toBe(200);
    expect(await sights()).toEqual(before);
  });
  it("people of two accounts of one owner may; the contract, personal and internal fields stay where they are", async () => {
    await env.DB.prepare("UPDATE contact SET birthday = '1980-01-01' WHERE id = ?").bind(id["c"]).run();
    const hidden = await post("greta", "merge", { id: id["b"], other: id["c"], take: ["birthday"] });
    expect([hidden.status, await hidden.json()]).toMatchObject([422, { fields: ["birthday"] }]);
    expect((await post("greta", "merge", { id: id["b"], other: id["c"], take: ["title"] })).status).toBe(200);
    const [stays, goes] = await ordered("b", "c");
    expect(await read("greta", "contacts", stays)).toMatchObject({ title: goes === "c" ? "Owner" : "Buyer" });
    const sight = await env.DB.prepare("SELECT birthday FROM contact WHERE id = ?").bind(id["b"]).first<string>("birthday"); // prettier-ignore
    expect(sight).toBe(null);
  });
  it("one that is not to be seen is as good as none: merging, parting and undoing answer the same bytes", async () => {
    const none = "local_acc_00000000000000000000";
    for (const act of ["merge", "apart"])
      expect(await bytesOf(post("greta", act, { id: id["one"], other: id["closed"] })), act).toBe(await bytesOf(post("greta", act, { id: id["one"], other: none }))); // prettier-ignore
    expect(await bytesOf(post("ana", "undo", { id: id["far"] }))).toBe(
      await bytesOf(post("ana", "undo", { id: none })),
    );
  });
});

describe("asking whether a colleague has it", () => {
  const asked = async (as: string, more: object = {}) => bytesOf(post(as, "ask", { entity: "account", name: "Kopi  PUTRA, Ltd.", ...more })); // prettier-ignore
  const nothing = JSON.stringify({ found: false, ask: null });
  it("[DUP-10] tells that there is something and whom to ask, and not a byte of what it is", async () => {
    const lina = await asked("lina", { phone: "022 1234567" });
    expect(lina).toContain(JSON.stringify({ found: true, ask: await memberId("ana") }));
    for (const key of ["one", "two", "far"]) expect(lina).not.toContain(id[key]);
    expect(lina).not.toMatch(/kopi|bandung|1234567/i);
  });
  it("[DUP-10] [LEAK-14] nothing there, what is restricted, and what one sees oneself are one answer", async () => {
    await env.DB.prepare("UPDATE account SET name = 'Sealed Works', phone = '+1 555 7654321' WHERE id = ?").bind(id["closed"]).run(); // prettier-ignore
    const none = await asked("lina", { name: "Nobody Knows Us" });
    expect(none).toContain(nothing);
    expect(await asked("lina", { name: "Sealed Works", phone: "+1 555 7654321" })).toBe(none);
    await env.DB.prepare("UPDATE account SET name = 'Ana Alone' WHERE id = ?").bind(id["two"]).run();
    expect(await asked("ana", { name: "Ana Alone" })).toBe(none);
    expect(await asked("lina", { name: "Ana" })).toBe(none); // a part of a name is no name
  });
  it("[DUP-10] of people only what is surely one: a name alone is not enough, nor is what is personal", async () => {
    const person = (more: object) => bytesOf(post("lina", "ask", { entity: "contact", name: "Noor Haddad", ...more }));
    expect(await person({})).toContain(nothing);
    expect(await person({ email: "NOOR@kopi.test" })).toContain(`"found":true`);
    await env.DB.prepare("UPDATE contact SET mobile = '+62 899 555444' WHERE id = ?").bind(id["d"]).run();
    expect(await person({ phone: "+62 899 555444" })).toContain(nothing);
  });
  it("[DUP-10] who has no such right is told so whatever is there; and nobody asks on and on", async () => {
    const marketing = await asked("femi");
    expect(marketing).toMatch(/^403/);
    expect(await asked("femi", { name: "Nobody Knows Us" })).toBe(marketing);
    let last = "";
    for (let n = 0; n <= edgeLimits.twinAsksPerHour; n += 1) last = await asked("bo", { name: `Try ${n}` });
    expect(last).toMatch(/^429/);
    expect(await asked("bo")).toBe(last);
    const { results } = await env.DB.prepare("SELECT * FROM twin_ask WHERE member = ?").bind(await memberId("bo")).all(); // prettier-ignore
    expect(JSON.stringify(results)).not.toMatch(/try|kopi/i);
  });
});
