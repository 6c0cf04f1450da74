/** Who writes the brief of a handoff, through every state of it: acts over HTTP, words through real sockets of the room. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { memberSource } from "../../demo/people.ts";
import { briefOf } from "../../shared/handoffs/brief.ts";
import type { Row } from "../../shared/records/entities.ts";
import { hubOf } from "../../worker/env.ts";
import * as wire from "../../worker/rooms/protocol.ts";
import { account, accountSource, ask, bring, boot, idOf, json, memberId, opportunity, origin, under } from "./app-rig.ts"; // prettier-ignore
import { hex, paragraph, Spy } from "./rooms-rig.ts";

const id: Record<string, string> = {};
const who: Record<string, string> = {};

beforeAll(async () => {
  await boot();
  await bring([
    ...["given", "back", "parts"].map((key) => account(key, "ana", "west", "americas")),
    opportunity("1", "parts", { amountMinor: 4_200 }),
    under("handoff", "old", "back", {
      fields: { name: "Brought in", state: "draft" },
      refs: { fromMember: memberSource("ana") },
    }),
  ]);
  for (const name of ["given", "back", "parts"]) id[name] = await idOf(accountSource(name));
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
    const made = { owner: who["ana"], section_kind: "handoff", compartment: "handoff", group: "handoff" };
    expect(await sectionRow(old)).toEqual(made);
    expect(await sectionRow(briefOf(await makeHandoff(id["back"] ?? "")))).toEqual(made);
  });

  it("[SHARE-9] nobody names its writer: not when it is made, not by an edit, not by a section under its id", async () => {
    const handoff = await makeHandoff(id["back"] ?? "");
    const brief = briefOf(handoff);
    const edit = await ask(`/api/sections/${brief}`, { method: "PATCH", as: "ana", body: { owner: who["bo"] } });
    expect(edit.status).toBe(422);
    const fields = { title: "Mine", sectionKind: "shared", group: "shared", owner: who["marcus"] };
    const made = await json<Row>(ask("/api/sections", { as: "ana", body: { anchor: id["back"], ...fields } }));
    expect((await sectionRow(made.id))?.["owner"]).toBe(null);
    // What is no brief of this handoff does not move with it.
    await env.DB.prepare("UPDATE section SET about = ? WHERE id = ?").bind(id["deal"], brief).run();
    await act("ana", handoff, "offer", { to: who["bo"] });
    expect(await act("bo", handoff, "accept")).toBe(true);
    expect((await sectionRow(brief))?.["owner"]).toBe(who["ana"]);
  });
});
