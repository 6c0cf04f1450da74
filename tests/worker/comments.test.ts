/** Comments on a section's text: who reads them, who writes them, and what becomes of them with their section. In workerd. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { makeId } from "../../shared/kernel/id.ts";
import type { Row } from "../../shared/records/entities.ts";
import { commit } from "../../worker/db/commit.ts";
import { openDb } from "../../worker/db/db.ts";
import { loadRows } from "../../worker/db/rows.ts";
import { authenticatedFrame, statusFrame } from "../../worker/rooms/protocol.ts";
import { accountSource, ask, boot, bytesOf, device, handles, idOf, json, memberId, origin, type Page, pull, pullBody, pushBody } from "./app-rig.ts"; // prettier-ignore
import { hex, paragraph, Spy } from "./rooms-rig.ts";

const place = { start: "AAEC", end: "AwQF", quote: "the words" };
const newComment = (): string => makeId(env.CELL, "sco", crypto.getRandomValues(new Uint8Array(13)));
const post = (as: string, path: string, body: unknown = {}): Promise<Response> => ask(`/api/${path}`, { as, body });
async function done<T = Row>(answer: Promise<Response>): Promise<T> {
  const got = await answer;
  if (!got.ok) throw new Error(`${got.status} ${await got.text()}`);
  return got.json<T>();
}
const add = (as: string, section: string, more: object = {}): Promise<Row> =>
  done(post(as, "section_comments", { section, body: "Is that so?", place, ...more }));
const one = async (as: string, comment: string): Promise<Row | null> => {
  const answer = await ask(`/api/section_comments/${comment}`, { as });
  return answer.ok ? answer.json<Row>() : null;
};
async function ids(as: string, plural: string, filter: string): Promise<string[]> {
  const page = await json<Page>(ask(`/api/${plural}?limit=200&${filter}`, { as }));
  return page.items.map((row) => row.id).sort();
}

let west = "";
const sections: Record<string, string> = {};
beforeAll(async () => {
  await boot();
  west = await idOf(accountSource("west"));
  for (const [name, as, compartment, sectionKind, group] of [
    ["notes", "ana", "core", "shared", "shared"],
    ["second", "ana", "core", "shared", "shared"],
    ["sales", "ana", "sales", "internal:sales", "internal"],
    ["desk", "sofia", "service", "internal:service", "internal"],
    ["books", "femi", "finance", "internal:finance", "internal"],
  ] as const)
    sections[name] = (await done(post(as, "sections", { anchor: west, compartment, title: name, sectionKind, group }))).id;
}, 60_000); // prettier-ignore
const at = (name: string): string => sections[name] ?? "";

describe("[COMMENT-1] a comment, its answers, and what is done to them", () => {
  it("lies where its section lies, with the place and the words that it is about", async () => {
    const made = await add("ana", at("sales"), { gen: 3 });
    expect(made).toMatchObject({
      anchor: west, compartment: "sales", group: "internal", section: at("sales"), parent: null, body: "Is that so?", gen: 3,
      rangeStart: place.start, rangeEnd: place.end, quote: place.quote, resolvedAt: null, createdBy: await memberId("ana"),
    }); // prettier-ignore
    const answer = await done(
      post("marcus", "section_comments", { section: at("sales"), parent: made.id, body: "Yes" }),
    );
    expect(answer).toMatchObject({ parent: made.id, group: "internal", compartment: "sales", gen: 3, quote: null });
  });
  it("is edited and taken back by its author alone, settled and reopened by whoever may comment", async () => {
    const { id } = await add("ana", at("notes"));
    expect((await post("marcus", `section_comments/${id}/edit`, { body: "Mine now" })).status).toBe(403);
    expect((await ask(`/api/section_comments/${id}`, { as: "marcus", method: "DELETE" })).status).toBe(403);
    expect(await done(post("ana", `section_comments/${id}/edit`, { body: "Is it?" }))).toMatchObject({
      body: "Is it?",
    });
    const settled = await done(post("marcus", `section_comments/${id}/resolve`, { resolved: true }));
    expect(settled["resolvedBy"]).toBe(await memberId("marcus"));
    // Who was first stays.
    expect(await done(post("ana", `section_comments/${id}/resolve`, { resolved: true }))).toEqual(settled);
    expect(await done(post("ana", `section_comments/${id}/resolve`, { resolved: false }))).toMatchObject({ resolvedAt: null, resolvedBy: null }); // prettier-ignore
    const answer = await done(post("marcus", "section_comments", { section: at("notes"), parent: id, body: "Yes" }));
    expect((await ask(`/api/section_comments/${id}`, { as: "ana", method: "DELETE" })).status).toBe(204);
    expect(await one("marcus", id)).toMatchObject({ body: null, quote: place.quote }); // its answers keep their place
    expect((await post("ana", `section_comments/${id}/edit`, { body: "Back" })).status).toBe(404);
    expect((await ask(`/api/section_comments/${answer.id}`, { as: "marcus", method: "DELETE" })).status).toBe(204);
    expect(await one("marcus", answer.id)).toBe(null);
  });
  it("answers a comment of its own section only, one level deep, within its bounds", async () => {
    const { id } = await add("ana", at("notes"));
    const answer = await done(post("ana", "section_comments", { section: at("notes"), parent: id, body: "And" }));
    const status = async (body: object): Promise<number> => (await post("ana", "section_comments", { section: at("notes"), body: "x", ...body })).status; // prettier-ignore
    expect(await status({ parent: answer.id })).toBe(422);
    expect(await status({ section: at("second"), parent: id })).toBe(404);
    expect(await status({ parent: newComment() })).toBe(404);
    expect(await status({ section: newComment() })).toBe(404);
    expect(await status({ section: west })).toBe(404);
    expect(await status({ id: makeId(env.CELL, "com", new Uint8Array(13)) })).toBe(422);
    expect(await status({ body: "x".repeat(4_001) })).toBe(422);
    expect(await status({ place: { ...place, quote: "x".repeat(121) } })).toBe(422);
    expect(await status({ place: { ...place, start: "A".repeat(89) } })).toBe(422);
    expect(await status({ place: { ...place, end: "<b>" } })).toBe(422);
    expect(await status({ anchor: west })).toBe(422);
    expect((await post("ana", `section_comments/${answer.id}/resolve`, { resolved: true })).status).toBe(422);
  });
  it("[SYNC-W3] goes out with the outbox: made, answered and settled offline, sent twice, there once", async () => {
    const [dev, id, answer] = [device(), newComment(), newComment()];
    const section = at("notes");
    const body = pushBody(dev, [
      { n: 1, name: "section_comment.add@1", args: { id, section, body: "On a train", gen: 1, place } },
      { n: 2, name: "section_comment.reply@1", args: { id: answer, section, parent: id, body: "Still there" } },
      { n: 3, name: "section_comment.resolve@1", args: { id, section, resolved: true } },
    ]);
    for (let times = 0; times < 2; times += 1) await done(ask("/sync/push", { as: "ana", body }));
    expect(await one("marcus", id)).toMatchObject({ body: "On a train", resolvedBy: await memberId("ana") });
    expect(await ids("marcus", "section_comments", `filter[parent][eq]=${id}`)).toEqual([answer]);
  });
});

describe("[COMMENT-2] who reads a section reads its comments, and nobody else", () => {
  it("[case 2] [ACCESS-3] holds for every member, kind of section and surface; hidden is missing, byte for byte", async () => {
    const made = new Map<string, string>();
    for (const [name, as] of [["notes", "ana"], ["sales", "ana"], ["desk", "sofia"], ["books", "femi"]] as const)
      made.set(name, (await add(as, at(name), { body: `canary-${name}`, place: { ...place, quote: `quote-${name}` } })).id); // prettier-ignore
    const readers = new Map<string, number>();
    for (const as of handles) {
      const dev = device();
      const first = await pull(as, pullBody(dev, { follow: [{ anchor: west, kind: "open" }] }));
      const want = first.flatMap((line) => (line["t"] === "rights" ? [{ h: line["h"] }] : []));
      const held = JSON.stringify(await pull(as, pullBody(dev, { cursor: first.at(-1)?.["cursor"], want })));
      for (const [name, id] of made) {
        const reads = (await ask(`/api/sections/${at(name)}`, { as })).ok;
        if (reads) readers.set(name, (readers.get(name) ?? 0) + 1);
        const listed = await ids(as, "section_comments", `filter[section][eq]=${at(name)}`);
        expect([as, name, listed.includes(id), (await one(as, id)) !== null]).toEqual([as, name, reads, reads]);
        expect([as, name, held.includes(`canary-${name}`)]).toEqual([as, name, held.includes(`"${at(name)}"`)]);
        if (reads) continue;
        expect(listed).toEqual([]);
        expect(held).not.toContain(id);
        expect(held).not.toContain(`quote-${name}`);
        const hidden = await bytesOf(ask(`/api/section_comments/${id}`, { as }));
        expect(hidden).toBe(await bytesOf(ask(`/api/section_comments/${newComment()}`, { as })));
        if (name !== "notes" && name !== "desk") continue;
        // Nor can it be written to, or another put beside it: the section is not there.
        for (const path of [`section_comments/${id}/edit`, `section_comments/${newComment()}/edit`])
          expect((await post(as, path, { body: "x" })).status).toBe(404);
        const beside = [at(name), makeId(env.CELL, "sec", new Uint8Array(13))];
        const [there, nowhere] = await Promise.all(beside.map((section) => bytesOf(post(as, "section_comments", { section, body: "x" })))); // prettier-ignore
        expect(there).toBe(nowhere);
      }
    }
    // Not blind: some read each, and not all do.
    for (const name of made.keys()) expect([name, (readers.get(name) ?? 0) > 0, readers.get(name) !== handles.length]).toEqual([name, true, true]); // prettier-ignore
  });
  it("[LEAK-73] is let in to by no share, import or rule of its own", async () => {
    const { id } = await add("ana", at("sales"));
    const to = await memberId("bo");
    expect((await post("ana", "shares", { record: id, to })).status).toBe(403);
    const about = { anchor: west, compartment: "core", about: id, body: "Look", letIn: [to] };
    expect((await post("ana", "comments/add", about)).status).toBe(403);
    expect(await one("bo", id)).toBe(null);
    const row = { entity: "section_comment", source: "test:section_comment:1", fields: { body: "x" } };
    expect((await post("greta", "imports", { rows: [row], commit: true })).status).toBe(422);
    const before = await one("ana", id);
    for (const name of ["create", "edit", "delete", "restore"]) {
      const args = name === "create" ? { id: newComment(), anchor: west, compartment: "core", fields: { body: "x" } } : { id, set: {} }; // prettier-ignore
      const body = pushBody(device(), [{ n: 1, name: `section_comment.${name}@1`, args }]);
      const said = JSON.stringify(await done(ask("/sync/push", { as: "ana", body })));
      expect([name, said]).toEqual([name, expect.stringContaining('"ok":false')]);
    }
    expect(await one("ana", id)).toEqual(before);
  });
});

/** A seat in the room, and what it may do in the section. */
async function sit(as: string, section: string): Promise<{ readonly spy: Spy; readonly address: string; readonly mode: string }> {
  const { webSocket } = await ask(`/rooms/${west}`, { as, headers: { upgrade: "websocket", origin } });
  if (!webSocket) throw new Error("no socket");
  const [spy, address] = [new Spy(webSocket), `${section}.1`];
  spy.auth(address);
  const first = hex(await spy.until(() => true));
  const mode = (["read", "write"] as const).find((each) => first === hex(authenticatedFrame(address, each)));
  return { spy, address, mode: mode ?? "none" };
} // prettier-ignore
const textOf = async (section: string): Promise<string> =>
  bytesOf(post("ana", `accounts/${west}/sections/states`, { sections: [`${section}.1`] }));

describe("[COMMENT-3] to comment is a right of its own", () => {
  it("[case 44] without the right to write a comment lands and no byte of the document moves; lost, the socket lives on", async () => {
    const section = at("notes");
    const [ana, sofia] = [await sit("ana", section), await sit("sofia", section)];
    expect([ana.mode, sofia.mode]).toEqual(["write", "read"]);
    ana.spy.sync(ana.address, 2, paragraph("Written together"));
    await ana.spy.until((frame) => hex(frame) === hex(statusFrame(ana.address, true)), "stored");
    const before = await textOf(section);
    const made = await add("sofia", section);
    await done(post("sofia", `section_comments/${made.id}/resolve`, { resolved: true }));
    expect(await one("ana", made.id)).toMatchObject({ createdBy: await memberId("sofia") });
    expect(await textOf(section)).toBe(before);
    // The steward reads and may not comment.
    expect((await post("greta", "section_comments", { section, body: "x" })).status).toBe(403);
    // The policy takes `comment` and leaves the rest.
    const body = { ...shippedPolicy, allow: shippedPolicy.allow.filter((rule) => rule.id !== "section.comment") };
    await env.DB.batch([
      env.DB.prepare(`INSERT INTO policy (version, body, author, why, at) SELECT max(version) + 1, ?, 'test', 'test', 1 FROM policy`).bind(JSON.stringify(body)),
      env.DB.prepare(`UPDATE meta SET v = v + 1 WHERE k = 'directory'`),
    ]); // prettier-ignore
    expect((await post("sofia", "section_comments", { section, body: "x" })).status).toBe(403);
    expect(await one("sofia", made.id)).not.toBe(null);
    const heard = sofia.spy.frames.length;
    ana.spy.sync(ana.address, 2, paragraph("More of it"));
    await sofia.spy.until((frame) => sofia.spy.frames.indexOf(frame) >= heard && hex(frame).includes(hex(new TextEncoder().encode("More of it")))); // prettier-ignore
    expect(sofia.spy.closed).toBe(null);
    for (const { spy } of [ana, sofia]) spy.close();
  });
  it("a token for comments alone comments, one for writing does not", async () => {
    const token = async (capability: string): Promise<string> =>
      (await done<{ token: string }>(post("ana", "tokens", { name: "t", capabilities: [capability], expiresInDays: 1 }))).token;
    const by = async (capability: string): Promise<number> =>
      (await ask("/api/section_comments", { body: { section: at("notes"), body: "x" }, headers: { authorization: `Bearer ${await token(capability)}` } })).status;
    expect([await by("comment"), await by("write")]).toEqual([201, 403]);
  }); // prettier-ignore
});

describe("[COMMENT-4] comments go where their section goes", () => {
  it("[case 41] a tighter group takes them along, also those that are deleted; devices forget words, quote and id", async () => {
    const section = (await done(post("ana", "sections", { anchor: west, title: "t", sectionKind: "shared", group: "shared" }))).id; // prettier-ignore
    const kept = await add("ana", section, { body: "canary-tight", place: { ...place, quote: "quote-tight" } });
    const answer = await done(post("ana", "section_comments", { section, parent: kept.id, body: "Yes" }));
    const gone = await done(post("ana", "section_comments", { section, parent: kept.id, body: "No" }));
    expect((await ask(`/api/section_comments/${gone.id}`, { as: "ana", method: "DELETE" })).status).toBe(204);
    const dev = device();
    const first = await pull("sofia", pullBody(dev, { follow: [{ anchor: west, kind: "open" }] }));
    const want = first.flatMap((line) => (line["t"] === "rights" ? [{ h: line["h"] }] : []));
    const second = await pull("sofia", pullBody(dev, { cursor: first.at(-1)?.["cursor"], want }));
    expect(JSON.stringify(second)).toContain("canary-tight");

    const db = openDb(env.DB);
    const stored = (await loadRows(db, [section])).get(section);
    if (!stored) throw new Error("no section");
    const after: Row = { ...stored.row, group: "internal", gen: 2 };
    const write = { op: "edit", entity: "section", id: section, before: stored.row, after, changed: ["group", "gen"], ver: stored.ver } as const; // prettier-ignore
    const directory = (await env.DB.prepare("SELECT v FROM meta WHERE k = 'directory'").first<number>("v")) ?? 0;
    await commit(db, [{ client: "tight", device: "tight", member: await memberId("ana"), n: 1, mutation: "section.tighten@1", directory,
      planned: { writes: [write], guards: new Map([[section, stored.ver]]), anchors: new Map() } }], Date.now()); // prettier-ignore
    const groups = await env.DB.prepare(`SELECT id FROM section_comment WHERE section = ? AND "group" = 'internal'`).bind(section).all(); // prettier-ignore
    expect(groups.results.length).toBe(3);
    const third = await pull("sofia", pullBody(dev, { cursor: second.at(-1)?.["cursor"] }));
    const forgotten = third.flatMap((line) => (line["t"] === "gone" ? [line["id"]] : []));
    expect(new Set(forgotten)).toEqual(new Set([section, kept.id, answer.id]));
    for (const word of ["canary-tight", "quote-tight"]) expect(JSON.stringify(third)).not.toContain(word);
    expect(await one("sofia", kept.id)).toBe(null);
    expect(await ids("sofia", "section_comments", `filter[section][eq]=${section}`)).toEqual([]);
  });
  it("are gone with a deleted section and back with it, but for those that were gone before", async () => {
    const section = (await done(post("ana", "sections", { anchor: west, title: "d", sectionKind: "shared", group: "shared" }))).id; // prettier-ignore
    const kept = await add("ana", section);
    const answer = await done(post("ana", "section_comments", { section, parent: kept.id, body: "No" }));
    expect((await ask(`/api/section_comments/${answer.id}`, { as: "ana", method: "DELETE" })).status).toBe(204);
    const listed = (): Promise<string[]> => ids("marcus", "section_comments", `filter[section][eq]=${section}`);
    expect(await listed()).toEqual([kept.id]);
    expect((await ask(`/api/sections/${section}`, { as: "ana", method: "DELETE" })).status).toBe(204);
    expect(await listed()).toEqual([]);
    expect(await one("ana", kept.id)).toBe(null);
    expect((await post("ana", "section_comments", { section, body: "x" })).status).toBe(404);
    await done(post("ana", `sections/${section}/restore`));
    expect(await listed()).toEqual([kept.id]);
  });
});
