/** Who writes the brief of a handoff, through every state of it: acts over HTTP, words through real sockets of the room. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { memberSource, teamSource } from "../../demo/people.ts";
import { briefOf } from "../../shared/handoffs/brief.ts";
import { lateAt } from "../../shared/handoffs/ends.ts";
import type { Row } from "../../shared/records/entities.ts";
import { hubOf } from "../../worker/env.ts";
import * as wire from "../../worker/rooms/protocol.ts";
import { account, accountSource, ask, bring, boot, device, idOf, json, memberId, opportunity, origin, pushBody, under } from "./app-rig.ts"; // prettier-ignore
import { hex, paragraph, Spy } from "./rooms-rig.ts";

const id: Record<string, string> = {};
const who: Record<string, string> = {};

beforeAll(async () => {
  await boot();
  await bring([
    ...["given", "back", "parts", "kept", "moved"].map((key) => account(key, "ana", "west", "americas")),
    opportunity("1", "parts", { amountMinor: 4_200 }),
    under("handoff", "old", "back", {
      fields: { name: "Brought in", state: "draft" },
      refs: { fromMember: memberSource("ana") },
    }),
  ]);
  for (const name of ["given", "back", "parts", "kept", "moved"]) id[name] = await idOf(accountSource(name));
  id["deal"] = await idOf("test:opportunity:1");
  id["old"] = await idOf("test:handoff:old");
  for (const handle of ["ana", "bo", "lina", "marcus"]) who[handle] = await memberId(handle);
}, 60_000);

const room = (key: string) => env.ROOM.getByName(id[key] ?? "");
const same = (one: Uint8Array) => (other: Uint8Array) => hex(one) === hex(other);
const got = (spy: Spy, frame: Uint8Array): number => spy.frames.filter(same(frame)).length;

async function act(as: string, handoff: string, verb: string, body: unknown = {}): Promise<boolean> {
  return (await ask(`/api/handoffs/${handoff}/${verb}`, { as, body })).ok;
}
async function makeHandoff(anchor: string, about?: string): Promise<string> {
  const body = { anchor, name: "Over to you", ...(about ? { about } : {}) };
  return (await json<Row>(ask("/api/handoffs", { as: "ana", body }))).id;
}
async function sit(as: string, key: string): Promise<Spy> {
  const { webSocket } = await ask(`/rooms/${id[key]}`, { as, headers: { upgrade: "websocket", origin } });
  if (!webSocket) throw new Error(`no socket for ${as}`);
  return new Spy(webSocket);
}
async function open(spy: Spy, address: string): Promise<"write" | "read" | "denied"> {
  const from = spy.frames.length;
  spy.auth(address);
  const answers = [
    ["write", wire.authenticatedFrame(address, "write")],
    ["read", wire.authenticatedFrame(address, "read")],
    ["denied", wire.deniedFrame(address)],
  ] as const;
  const found = await spy.until(
    (frame) => spy.frames.indexOf(frame) >= from && answers.some(([, answer]) => same(answer)(frame)),
    "answer to auth",
  );
  return answers.find(([, answer]) => same(answer)(found))?.[0] ?? "denied";
}
/** Whether the room takes this member's words. */
async function takes(spy: Spy, address: string, words: string): Promise<boolean> {
  const from = spy.frames.length;
  spy.sync(address, 2, paragraph(words));
  const answer = await spy.until(
    (frame) =>
      spy.frames.indexOf(frame) >= from &&
      [true, false].some((stored) => same(wire.statusFrame(address, stored))(frame)),
    "status",
  );
  return same(wire.statusFrame(address, true))(answer);
}
const sectionRow = (section: string) =>
  env.DB.prepare('SELECT owner, section_kind, compartment, "group" FROM section WHERE id = ?').bind(section).first();
/** What both may do, each at a socket of their own that was opened just now. */
async function modes(key: string, address: string): Promise<[giver: string, receiver: string]> {
  const [ana, bo] = [await sit("ana", key), await sit("bo", key)];
  const found: [string, string] = [await open(ana, address), await open(bo, address)];
  ana.close();
  bo.close();
  return found;
}
/** The hub knows of no open room, so that it tells none. */
const losesRooms = async (): Promise<void> =>
  runInDurableObject(hubOf(env), (_hub, { storage }) => void storage.sql.exec("DELETE FROM room"));

describe("the brief of a handoff", () => {
  it("[SHARE-9] [case 47] is the giver's to write until it is taken, and the receiver's from then on; a room that is not told yet takes one's words, never both's nor nobody's", async () => {
    const handoff = await makeHandoff(id["given"] ?? "");
    const address = `${briefOf(handoff)}.1`;
    expect(await modes("given", address)).toEqual(["write", "denied"]);
    const ana = await sit("ana", "given");
    const bo = await sit("bo", "given");
    await open(ana, address);
    expect(await takes(ana, address, "Promised in May")).toBe(true);

    expect(await act("ana", handoff, "offer", { to: who["bo"] })).toBe(true);
    expect(await modes("given", address)).toEqual(["write", "read"]);
    expect(await open(bo, address)).toBe("read");
    bo.sync(address, 0, new Uint8Array([0]));
    await bo.until(() => bo.heard.includes("Promised in May"), "the words");
    expect(await takes(bo, address, "Let me in")).toBe(false);
    expect(await takes(ana, address, "and in June")).toBe(true);
    await bo.until(() => bo.heard.includes("and in June"), "the words that follow");

    await losesRooms();
    expect(await act("bo", handoff, "accept")).toBe(true);
    expect(await takes(bo, address, "Not yet")).toBe(false);
    expect(await takes(ana, address, "a last word")).toBe(true);
    await room("given").rightsChanged(0);
    expect(got(ana, wire.authenticatedFrame(address, "read"))).toBe(1);
    expect(got(bo, wire.authenticatedFrame(address, "write"))).toBe(1);
    expect(await takes(ana, address, "One more thing")).toBe(false);
    expect(await takes(bo, address, "Mine now")).toBe(true);
    expect(await modes("given", address)).toEqual(["read", "write"]);
    for (const said of ["Let me in", "Not yet", "One more thing"]) expect(ana.heard + bo.heard).not.toContain(said);
  });

  it.each([
    ["returned", "bo", "return", { reason: "Not our region" }],
    ["withdrawn", "ana", "withdraw", {}],
  ])("[SHARE-9] once %s it is out of the receiver's sight at once, and still the giver's to write", async (_state, as, verb, body) => {
    const handoff = await makeHandoff(id["back"] ?? "");
    const address = `${briefOf(handoff)}.1`;
    await act("ana", handoff, "offer", { to: who["bo"] });
    const [ana, bo] = [await sit("ana", "back"), await sit("bo", "back")];
    expect([await open(ana, address), await open(bo, address)]).toEqual(["write", "read"]);
    expect(await act(as, handoff, verb, body)).toBe(true);
    expect([got(bo, wire.deniedFrame(address)), got(bo, wire.closeFrame(address))]).toEqual([1, 1]);
    expect(await takes(ana, address, `After it was ${verb}`)).toBe(true);
    expect(bo.heard).not.toContain("After it was");
    expect(await modes("back", address)).toEqual(["write", "denied"]);
  }); // prettier-ignore

  it("[SHARE-9] goes with a single record, and leaves with it when it is given on", async () => {
    const handoff = await makeHandoff(id["parts"] ?? "", id["deal"]);
    const brief = briefOf(handoff);
    await act("ana", handoff, "offer", { to: who["bo"] });
    expect(await act("bo", handoff, "accept")).toBe(true);
    // The account is still ana's; its brief is not.
    expect(await modes("parts", `${brief}.1`)).toEqual(["read", "write"]);
    expect((await ask(`/api/handoffs/${handoff}`, { as: "bo" })).status).toBe(200);
    await ask(`/api/opportunities/${id["deal"]}/assign`, { as: "bo", body: { to: who["ana"] } });
    expect(await modes("parts", `${brief}.1`)).toEqual(["read", "denied"]);
  });

  it("[SHARE-9] is made with its handoff, or not at all; one that was brought in gets it with its offer", async () => {
    const count = async () => env.DB.prepare("SELECT count(*) AS n FROM section").first("n");
    const before = await count();
    const refused = await ask("/api/handoffs", { as: "lina", body: { anchor: id["back"], name: "Mine" } });
    expect([refused.ok, await count()]).toEqual([false, before]);
    const old = briefOf(id["old"] ?? "");
    expect(await sectionRow(old)).toBe(null);
    expect(await act("ana", id["old"] ?? "", "offer", { to: who["bo"] })).toBe(true);
    // Of an account its owner writes, so that nobody is named; of a single record its holder.
    const made = { owner: null, section_kind: "handoff", compartment: "handoff", group: "handoff" };
    expect(await sectionRow(old)).toEqual(made);
    expect(await sectionRow(briefOf(await makeHandoff(id["back"] ?? "")))).toEqual(made);
    const part = briefOf(await makeHandoff(id["parts"] ?? "", id["deal"]));
    expect(await sectionRow(part)).toEqual({ ...made, owner: who["ana"] });
  });

  it("[SHARE-9] nobody names its writer: not when it is made, not by an edit, not by a section under its id", async () => {
    const handoff = await makeHandoff(id["parts"] ?? "", id["deal"]);
    const brief = briefOf(handoff);
    const edit = await ask(`/api/sections/${brief}`, { method: "PATCH", as: "ana", body: { owner: who["bo"] } });
    expect(edit.status).toBe(422);
    const fields = { title: "Mine", sectionKind: "shared", group: "shared", owner: who["marcus"] };
    const made = await json<Row>(ask("/api/sections", { as: "ana", body: { anchor: id["back"], ...fields } }));
    expect((await sectionRow(made.id))?.["owner"]).toBe(null);
    // What is no brief of this handoff does not move with it.
    await env.DB.prepare("UPDATE section SET about = ? WHERE id = ?").bind(id["old"], brief).run();
    await act("ana", handoff, "offer", { to: who["bo"] });
    expect(await act("bo", handoff, "accept")).toBe(true);
    expect((await sectionRow(brief))?.["owner"]).toBe(who["ana"]);
  });

  it("[SHARE-9] is written by whoever the account goes to meanwhile, and by its giver no more", async () => {
    const handoff = await makeHandoff(id["moved"] ?? "");
    const address = `${briefOf(handoff)}.1`;
    await act("ana", handoff, "offer", { to: who["bo"] });
    const ana = await sit("ana", "moved");
    expect(await open(ana, address)).toBe("write");
    const given = await ask(`/api/accounts/${id["moved"]}/reassign`, { as: "ana", body: { to: who["marcus"] } });
    expect(given.ok).toBe(true);
    expect(got(ana, wire.deniedFrame(address))).toBe(1); // the account is out of her sight
    const marcus = await sit("marcus", "moved");
    expect(await open(marcus, address)).toBe("write");
    expect(await takes(marcus, address, "Mine now")).toBe(true);
  });

  it("[ROOM-23] what was written is kept as a version when a handoff is offered and when it is taken: its brief, and the account's shared notes; once, also when no room was told", async () => {
    const make = async (title: string, as = "ana") =>
      (await json<Row>(ask("/api/sections", { as, body: { anchor: id["kept"], title, sectionKind: "shared", group: "shared" } }))).id; // prettier-ignore
    const note = await make("Plan");
    const handoff = await makeHandoff(id["kept"] ?? "");
    const brief = briefOf(handoff);
    interface Listed {
      readonly id: string;
      readonly why: string;
      readonly by: string | null;
    }
    const kept = async (as: string, section: string) => {
      const path = `/api/accounts/${id["kept"]}/sections/${section}/versions`;
      const { items } = await json<{ items: Listed[] }>(ask(path, { as }));
      return Promise.all(
        items.map(async (one) => [one.why, one.by, (await json<{ text: string }>(ask(`${path}/${one.id}`, { as }))).text]), // prettier-ignore
      );
    };
    const ana = await sit("ana", "kept");
    for (const section of [note, brief]) await open(ana, `${section}.1`);
    expect(await takes(ana, `${note}.1`, "Plan of May")).toBe(true);
    expect(await takes(ana, `${brief}.1`, "Promised in May")).toBe(true);
    expect(await kept("ana", note)).toEqual([]);

    expect(await act("ana", handoff, "offer", { to: who["bo"] })).toBe(true);
    expect(await takes(ana, `${note}.1`, "In June. ")).toBe(true);
    const offered = [["handoff", who["ana"], "Plan of May"]];
    expect(await kept("ana", note)).toEqual(offered);
    expect(await kept("ana", note)).toEqual(offered);
    expect(await kept("ana", brief)).toEqual([["handoff", who["ana"], "Promised in May"]]); // nobody wrote since

    // Whoever may not know of handoffs learns from no version that there was one, nor whose (ACCESS-1).
    expect(await kept("marcus", note)).toEqual(offered);
    const last = await env.DB.prepare("SELECT version, body FROM policy ORDER BY version DESC LIMIT 1").first<{ version: number; body: string }>(); // prettier-ignore
    const policy = JSON.parse(last?.body ?? "{}") as { allow: { id: string }[] };
    const allow = policy.allow.filter(({ id: rule }) => rule !== "handoff.read" && rule !== "handoff.region");
    const blind = JSON.stringify({ ...policy, version: (last?.version ?? 0) + 1, allow });
    await env.DB.prepare(`INSERT INTO policy (version, body, author, why, at) VALUES (?, ?, 'test', 'test', 2)`).bind((last?.version ?? 0) + 1, blind).run(); // prettier-ignore
    expect(await kept("marcus", note)).toEqual([["idle", null, "Plan of May"]]);
    await env.DB.prepare("DELETE FROM policy WHERE version = ?")
      .bind((last?.version ?? 0) + 1)
      .run();

    await losesRooms();
    const later = await make("Empty when it is taken");
    expect(await act("bo", handoff, "accept")).toBe(true);
    const bo = await sit("bo", "kept");
    expect(await open(bo, `${note}.1`)).toBe("write");
    expect(await takes(bo, `${note}.1`, "By Bo. ")).toBe(true);
    expect(await takes(bo, `${note}.1`, "Again. ")).toBe(true);
    const taken = (await kept("bo", note)).map(([why, by, text]) => [
      why,
      by,
      String(text)
        .split("\n")
        .map((line) => line.trim())
        .sort()
        .join(),
    ]);
    expect(taken).toEqual([["handoff", who["bo"], "In June.,Plan of May"], ...offered]);
    expect(await kept("bo", brief)).toHaveLength(1); // the same words
    const fresh = await make("Made after it", "bo");
    for (const section of [later, fresh]) {
      await open(bo, `${section}.1`);
      expect(await takes(bo, `${section}.1`, "New")).toBe(true);
      expect(await takes(bo, `${section}.1`, "Newer")).toBe(true);
      expect(await kept("bo", section)).toEqual([]);
    }
  });
});

describe("to whom it goes and what goes along", () => {
  const offer = async (as: string, handoff: string, body: object): Promise<Response> =>
    ask(`/api/handoffs/${handoff}/offer`, { as, body });
  const ownerOf = async (as: string, plural: string, key: string) =>
    (await json<Row>(ask(`/api/${plural}/${id[key]}`, { as })))["owner"];
  beforeAll(async () => {
    const mine = { owner: memberSource("ana") };
    await bring([
      { entity: "queue", source: "test:queue:europe", fields: { name: "Europe" }, refs: { steward: memberSource("tomas"), team: teamSource("europe") } },
      { entity: "queue", source: "test:queue:alone", fields: { name: "Alone" }, refs: { steward: memberSource("bo") } },
      ...["whole", "shared", "quiet", "thrown"].map((key) => account(key, "ana", "west", "americas")),
      under("contact", "own", "whole", { fields: { name: "Own" }, refs: mine }),
      under("task", "own", "whole", { fields: { name: "Own" }, refs: mine }),
      under("task", "theirs", "whole", { fields: { name: "Marcus's" }, refs: { owner: memberSource("marcus") } }),
      under("case", "own", "whole", { fields: { name: "Own", number: "C1", queue: "Terminals" }, refs: mine }),
      opportunity("own", "whole"), opportunity("single", "shared", { amountMinor: 100 }),
      under("task", "single", "shared", { fields: { name: "About it" }, refs: { about: "test:opportunity:single" }, compartment: "sales" }),
    ]); // prettier-ignore
    for (const key of ["whole", "shared", "quiet", "thrown"]) id[key] = await idOf(accountSource(key));
    for (const [key, source] of [["contact", "contact:own"], ["task", "task:own"], ["theirs", "task:theirs"], ["case", "case:own"], ["opp", "opportunity:own"], ["single", "opportunity:single"], ["step", "task:single"], ["queue", "queue:europe"], ["alone", "queue:alone"]] as const)
      id[key] = await idOf(`test:${source}`); // prettier-ignore
    id["europe"] = await idOf(teamSource("europe"));
    who["tomas"] = await memberId("tomas");
    await env.DB.prepare("UPDATE opportunity SET owner = ? WHERE id = ?").bind(who["ana"], id["opp"]).run();
  });

  it("[HAND-2] [HAND-3] an account brings what has no owner, and of the giver's own what was chosen; nobody else's", async () => {
    const handoff = await makeHandoff(id["whole"] ?? "");
    expect((await offer("ana", handoff, { to: who["bo"], moves: ["task", "case", "contact"] })).status).toBe(200);
    const moves = ["contact", "task", "theirs", "case", "opp"].map((key) => id[key]);
    expect(await act("bo", handoff, "accept", { moves })).toBe(true);
    expect(await ownerOf("bo", "accounts", "whole")).toBe(who["bo"]);
    expect(await ownerOf("bo", "tasks", "task")).toBe(null); // whose account it is, theirs it is
    expect(await ownerOf("bo", "contacts", "contact")).toBe(null);
    expect(await ownerOf("bo", "cases", "case")).toBe(who["ana"]); // Bo did not see it with the offer
    expect(await ownerOf("bo", "tasks", "theirs")).toBe(who["marcus"]);
    expect(await ownerOf("bo", "opportunities", "opp")).toBe(who["ana"]); // that kind was not chosen
    expect(await act("ana", handoff, "finish")).toBe(false);
    expect(await act("bo", handoff, "finish")).toBe(true);
    expect((await json<Row>(ask(`/api/handoffs/${handoff}`, { as: "bo" })))["state"]).toBe("done");
  });

  it("[HAND-1] what is offered to a queue any member of its team takes; the second is told who has it", async () => {
    const handoff = await makeHandoff(id["shared"] ?? "", id["single"]);
    const late = who["tomas"];
    expect((await offer("ana", handoff, { to: id["queue"], late })).status).toBe(422); // the team that it names is part of what is offered
    expect((await offer("ana", handoff, { to: id["queue"], team: id["europe"], late, moves: ["task"] })).status).toBe(200);
    expect(await act("lina", handoff, "accept")).toBe(false);
    const seen = await json<Row>(ask(`/api/handoffs/${handoff}`, { as: "bo" }));
    expect([seen["toTeam"], seen["toQueue"], seen["toMember"]]).toEqual([id["europe"], "Europe", null]);
    expect(await act("bo", handoff, "return", { reason: "Not us" })).toBe(false); // one does not answer for all
    expect(await act("bo", handoff, "accept", { moves: [id["step"]] })).toBe(true);
    const second = await ask(`/api/handoffs/${handoff}/accept`, { as: "tomas", body: {} });
    expect([second.status, await second.json()]).toMatchObject([409, { code: "version_conflict", fields: ["state"] }]);
    expect((await json<Row>(ask(`/api/handoffs/${handoff}`, { as: "tomas" })))["toMember"]).toBe(who["bo"]);
    expect([await ownerOf("bo", "opportunities", "single"), await ownerOf("bo", "tasks", "step")]).toEqual([who["bo"], who["bo"]]);
    expect((await ask(`/api/opportunities/${id["single"]}`, { as: "tomas" })).status).toBe(404); // what was offered is out of sight again
  }); // prettier-ignore
  it("[HAND-1] a queue without a team is its steward's to answer", async () => {
    const handoff = await makeHandoff(id["quiet"] ?? "");
    expect((await offer("ana", handoff, { to: id["alone"], late: who["bo"] })).status).toBe(200);
    expect((await json<Row>(ask(`/api/handoffs/${handoff}`, { as: "bo" })))["toMember"]).toBe(who["bo"]);
    expect(await act("ana", handoff, "withdraw")).toBe(true);
  });

  it("[HAND-5] silence goes to whoever the receiver reports to, after a working day and not before; and nobody names another", async () => {
    const handoff = await makeHandoff(id["quiet"] ?? "");
    expect((await offer("ana", handoff, { to: who["bo"], late: who["marcus"] })).status).toBe(200); // not his manager: nobody
    const rows = await env.DB.prepare("SELECT to_id FROM share WHERE cause = ? AND recipe = 'sh.offer_late'").bind(handoff).all();
    expect(rows.results).toEqual([]);
    await act("ana", handoff, "withdraw");
    await offer("ana", handoff, { to: who["bo"], late: who["tomas"] });
    expect((await ask(`/api/handoffs/${handoff}`, { as: "tomas" })).status).toBe(404);
    vi.useFakeTimers({ toFake: ["Date"], now: lateAt(Date.now()) + 1_000 });
    try {
      expect((await json<Row>(ask(`/api/handoffs/${handoff}`, { as: "tomas" })))["late"]).toBe(who["tomas"]);
      expect((await ask(`/api/accounts/${id["quiet"]}`, { as: "tomas" })).status).toBe(404); // that it waits, and nothing else
      expect(await act("tomas", handoff, "accept")).toBe(false);
      expect(await act("tomas", handoff, "return", { reason: "Bo is away" })).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  }); // prettier-ignore

  it("[HAND-6] a draft is thrown away with its brief by who made it, and kept after all", async () => {
    const handoff = await makeHandoff(id["thrown"] ?? "");
    expect(await act("marcus", handoff, "discard")).toBe(false);
    expect(await act("ana", handoff, "discard")).toBe(true);
    expect((await ask(`/api/handoffs/${handoff}`, { as: "ana" })).status).toBe(404);
    expect((await ask(`/api/sections/${briefOf(handoff)}`, { as: "ana" })).status).toBe(404);
    const keep = (as: string) =>
      json<{ results: { ok: boolean }[] }>(ask("/sync/push", { as, body: pushBody(device(), [{ n: 1, name: "handoff.keep@1", args: { id: handoff, account: id["thrown"] } }]) })); // prettier-ignore
    expect((await keep("marcus")).results[0]?.ok).toBe(false);
    expect((await keep("ana")).results[0]?.ok).toBe(true);
    expect((await ask(`/api/sections/${briefOf(handoff)}`, { as: "ana" })).status).toBe(200);
    await offer("ana", handoff, { to: who["bo"] });
    expect(await act("ana", handoff, "discard")).toBe(false); // not what somebody looks at
  });
});
