/** Who is poked, how often, and when: the real hub, sockets, D1 and pulls in workerd. Rules: SYNC-U1, SYNC-U2. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../shared/kernel/limits.ts";
import type { Row } from "../../shared/records/entities.ts";
import type { Env } from "../../worker/env.ts";
import { hubOf } from "../../worker/env.ts";
import type { Hub } from "../../worker/sync/hub.ts";
import {
  account,
  accountSource,
  ask,
  boot,
  bring,
  device,
  eventually,
  idOf,
  json,
  listen,
  memberId,
  opportunity,
  pull,
  pullBody,
} from "./app-rig.ts";

type Line = Record<string, unknown>;
const pageOf = (lines: readonly Line[]): Line => lines.find((line) => line["t"] === "page") ?? {};
const poke = '{"t":"poke"}';
const none = '{"t":"none"}';

/** A device as the product has it: pulls when it is poked, or not, and hears. */
class Follower {
  readonly dev = device();
  pulls = 0;
  private cursor: unknown = null;
  private socket: Awaited<ReturnType<typeof listen>> | null = null;
  readonly as: string;
  constructor(as: string) {
    this.as = as;
  }
  static async of(as: string): Promise<Follower> {
    const one = new Follower(as);
    await one.pull();
    one.socket = await listen(as, one.dev);
    return one;
  }
  get heard(): readonly string[] {
    return this.socket?.heard ?? [];
  }
  async pull(more: Readonly<Record<string, unknown>> = {}): Promise<readonly Line[]> {
    this.pulls += 1;
    const lines = await pull(this.as, pullBody(this.dev, { cursor: this.cursor, ...more }));
    this.cursor = pageOf(lines)["cursor"];
    return lines;
  }
  say(word: string): void {
    this.socket?.say(word);
  }
  async asked(): Promise<string | undefined> {
    const before = this.heard.length;
    this.say("?");
    await eventually(() => this.heard.length > before);
    return this.heard.at(-1);
  }
  close(): void {
    this.socket?.close();
  }
}
const follow = (...names: string[]) => Promise.all(names.map((name) => Follower.of(name)));
/** What is told together within a moment has arrived. */
const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 2 * limits.pokeCoalesceMs));
const done = async (answer: Promise<Response>): Promise<void> => {
  const got = await answer;
  expect([got.url, got.ok ? "" : await got.text()]).toEqual([got.url, ""]);
};
const patch = (as: string, path: string, body: unknown): Promise<void> =>
  done(ask(path, { as, method: "PATCH", body }));
const hub = () => hubOf(env as Env);

let west = "";
let europe = "";
let deal = "";
beforeAll(async () => {
  await boot();
  await bring([opportunity("1", "west", { amountMinor: 100_00, currency: "USD" })]);
  [west, europe, deal] = (await Promise.all([
    idOf(accountSource("west")),
    idOf(accountSource("europe")),
    idOf("test:opportunity:1"),
  ])) as [string, string, string];
}, 60_000);

describe("values that change", () => {
  it("[SYNC-U1] many commits of a moment are one poke", async () => {
    const [marcus] = await follow("marcus");
    await Promise.all(["a", "b", "c", "d", "e", "f"].map((city) => patch("ana", `/api/accounts/${west}`, { city }).catch(() => undefined))); // prettier-ignore
    await settle();
    expect(marcus?.heard.length).toBeLessThanOrEqual(2);
    expect(marcus?.heard[0]).toBe(poke);
    marcus?.close();
  });
  it("[SYNC-U1] a device that nobody looks at hears later, and at once when it comes to the front and asks", async () => {
    const [marcus] = await follow("marcus");
    if (!marcus) throw new Error("marcus follows");
    marcus.say("back");
    await patch("ana", `/api/accounts/${west}`, { city: "Later" });
    marcus.say("front");
    expect(await marcus.asked()).toBe(poke);
    await settle();
    expect(await marcus.asked()).toBe(none);
    marcus.close();
  });
  it("[SYNC-U1] anything for me? is answered from memory, and the same whether the hub slept or others are busy", async () => {
    const [bo, marcus] = await follow("bo", "marcus");
    if (!bo || !marcus) throw new Error("two follow");
    expect(await bo.asked()).toBe(none);
    await patch("ana", `/api/accounts/${west}`, { city: "Hidden from Bo" });
    await settle();
    expect([await bo.asked(), bo.heard]).toEqual([none, [none, none]]);
    await evictDurableObject(hub());
    expect([await bo.asked(), await marcus.asked()]).toEqual([none, none]);
    for (const one of [bo, marcus]) one.close();
  });
  it("[SYNC-U1] of a device that never pulled the hub can't say that there is nothing", async () => {
    const socket = await listen("bo", device());
    socket.say("?");
    await eventually(() => socket.heard.length === 1);
    expect(socket.heard).toEqual([poke]);
    socket.say("!");
    await eventually(() => socket.closed() !== null);
    expect(socket.closed()).toBe(1003);
  });
  it("[SYNC-U1] what was committed between a page and the word of its interest is poked for", async () => {
    const ana = new Follower("marcus");
    await ana.pull();
    const socket = await listen("marcus", ana.dev);
    const page = {
      reset: false,
      keys: [{ key: `${west}|core`, rights: { account: { identity: null, shared: null } } }],
    };
    const before = await runInDurableObject(hub(), (_: Hub, state) =>
      Number([...state.storage.sql.exec<{ head: number }>("select head from position")][0]?.head),
    );
    await patch("ana", `/api/accounts/${west}`, { city: "Between" });
    await settle();
    const heard = socket.heard.length;
    await hub().interest(`${await memberId("marcus")}/${ana.dev}`, { ...page, at: before });
    await eventually(() => socket.heard.length > heard);
    await hub().interest(`${await memberId("marcus")}/${ana.dev}`, { ...page, at: before + 100 });
    await settle();
    expect(socket.heard.length).toBe(heard + 1);
    socket.close();
  });
});

describe("rights that move", () => {
  it("[SYNC-U2] case 44: who holds an account is not poked for rights there that are not theirs, again and again", async () => {
    // Yuki opened Ana's account and sees its shared groups; who else works on it changes nothing of that.
    const yuki = new Follower("yuki");
    await yuki.pull();
    await yuki.pull({ follow: [{ anchor: west, kind: "open" }] });
    const socket = await listen("yuki", yuki.dev);
    const [ines] = await follow("marcus");
    for (const member of ["bo", "lina"]) {
      await done(ask("/api/shares", { as: "ana", body: { record: deal, to: await memberId(member) } }));
      await done(ask("/api/shares/end", { as: "ana", body: { record: deal, to: await memberId(member) } }));
    }
    await settle();
    expect(socket.heard).toEqual([]);
    socket.close();
    ines?.close();
  });
  it("[SYNC-U2] case 44: a right that is the same as was told pokes nobody; one that differs pokes once, at once", async () => {
    const [bo] = await follow("bo");
    if (!bo) throw new Error("bo follows");
    const to = await memberId("bo");
    const share = (until?: number) => done(ask("/api/shares", { as: "ana", body: { record: deal, to, ...(until ? { until } : {}) } })); // prettier-ignore
    const until = Date.now() + 86_400_000;
    await share(until);
    expect(bo.heard).toEqual([poke]); // in the answer's own time: never coalesced
    await share(until); // told already, though Bo has not pulled yet
    await settle();
    expect(bo.heard).toEqual([poke]);
    await done(ask("/api/shares/end", { as: "ana", body: { record: deal, to } }));
    expect(bo.heard).toEqual([poke, poke]);
    const lines = await bo.pull();
    expect(lines).toEqual([pageOf(lines)]); // came and went between two pages: no difference
    bo.close();
  });
  it("[SYNC-U2] case 44: a shared record that is deleted or restored is told to whom it concerns, and to nobody else", async () => {
    const contact = await json<Row>(ask("/api/contacts", { as: "ana", body: { anchor: west, name: "Shared" } }));
    const other = contact.id;
    const [bo, lina, marcus] = await follow("bo", "lina", "marcus");
    if (!bo || !lina || !marcus) throw new Error("three follow");
    await done(ask("/api/shares", { as: "ana", body: { record: other, to: await memberId("bo") } }));
    await bo.pull({ want: [{ h: other }] });
    const told = bo.heard.length;
    await done(ask(`/api/contacts/${other}`, { as: "ana", method: "DELETE" }));
    await eventually(() => bo.heard.length === told + 1);
    expect(await bo.pull()).toContainEqual({ t: "rights", h: other, g: {} });
    await settle();
    const teams = marcus.heard.length;
    await done(ask(`/api/contacts/${other}/restore`, { as: "ana", body: {} }));
    await eventually(() => marcus.heard.length > teams);
    await settle();
    // The share ended with the record: what comes back out of the bin is nothing to Bo (LEAK-47).
    expect([bo.heard.length, lina.heard]).toEqual([told + 1, []]);
    for (const one of [bo, lina, marcus]) one.close();
  });
  it("[SYNC-U2] case 33: two worlds that differ in what a member can't see give the same pokes and the same answers", async () => {
    const world = async (hidden: boolean): Promise<readonly string[]> => {
      const [lina] = await follow("lina"); // of Asia and Pacific
      if (!lina) throw new Error("lina follows");
      if (hidden) {
        await patch("bo", `/api/accounts/${europe}`, { city: "Hidden" });
        const to = { to: await memberId("tomas"), team: await idOf("demo:team:europe"), region: await idOf("demo:region:europe") }; // prettier-ignore
        await done(ask(`/api/accounts/${europe}/reassign`, { as: "bo", body: to }));
        await done(ask(`/api/accounts/${europe}/reassign`, { as: "tomas", body: { ...to, to: await memberId("bo") } }));
        await json(ask("/api/accounts", { as: "bo", body: { name: "Hidden" } }));
        await done(ask("/api/shares", { as: "ana", body: { record: deal, to: await memberId("bo") } }));
      }
      await settle();
      const answer = await lina.asked();
      await settle();
      lina.close();
      return [...lina.heard, String(answer)];
    };
    expect(await world(true)).toEqual(await world(false));
  });
  it("[SYNC-U2] [SYNC-E1] case 6: what begins and ends by the clock alone does so in the poke, the pull and the push, and nobody else hears", async () => {
    const mine = await json<Row>(ask("/api/accounts", { as: "ana", body: { name: "For a while" } }));
    const [bo, lina] = await follow("bo", "lina");
    if (!bo || !lina) throw new Error("two follow");
    let n = 0;
    /** Whether Bo may write there: decided at the commit, on the edge's clock. */
    const writes = async (): Promise<boolean> => {
      const args = { id: `${env.CELL}_con_${String(++n).padStart(20, "0")}`, anchor: mine.id, compartment: "core", fields: { name: "By the clock" } }; // prettier-ignore
      const body = { v: 1, device: bo.dev, client: `${bo.dev}-c`, seen: 0, muts: [{ n, name: "contact.create@1", args, at: 1 }] }; // prettier-ignore
      const { results } = await json<{ results: { ok: boolean }[] }>(ask("/sync/push", { as: "bo", body }));
      return results[0]?.ok === true;
    };
    expect(await writes()).toBe(false);
    const from = Date.now() + 1_500;
    await done(ask("/api/account_teams", { as: "ana", body: { anchor: mine.id, member: await memberId("bo"), role: "helper", from, until: from + 2_500 } })); // prettier-ignore
    await settle();
    const before = bo.heard.length;
    await eventually(() => bo.heard.length > before);
    expect(Date.now()).toBeGreaterThanOrEqual(from);
    const begun = await bo.pull();
    expect(await writes()).toBe(true);
    expect(begun.filter((line) => line["t"] === "rights").length).toBeGreaterThan(0);
    const there = bo.heard.length;
    await eventually(() => bo.heard.length > there);
    expect(Date.now()).toBeGreaterThanOrEqual(from + 2_500);
    expect(await writes()).toBe(false);
    expect((await bo.pull()).filter((line) => line["t"] === "rights").map((line) => line["g"])).toContainEqual({});
    expect(lina.heard).toEqual([]);
    for (const one of [bo, lina]) one.close();
  });
});

describe("the word between commit and hub", () => {
  it("[SYNC-U1] a commit of which the hub never heard is found by the next question, and told to whom it concerns", async () => {
    const [marcus, bo] = await follow("marcus", "bo");
    if (!marcus || !bo) throw new Error("two follow");
    expect(await marcus.asked()).toBe(none);
    // What a Worker that died behind its commit leaves: the change, and no word of it.
    const { meta } = await env.DB.prepare(
      `insert into change (anchor, compartment, entity, record, op, actor, client, n, at, mutation, patch)
        values (?, 'core', 'account', ?, 'edit', 'x', 'x', 1, 1, 'account.edit@1', '{"city":["a","b"]}')`,
    )
      .bind(west, west)
      .run();
    expect(meta.changes).toBe(1);
    await runInDurableObject(hub(), (one: Hub) => Object.assign(one, { looked: 0 })); // a minute passed
    const [told, quiet] = await Promise.all([marcus.asked(), bo.asked()]);
    expect([told, quiet]).toEqual([poke, none]);
    expect(await marcus.asked()).toBe(none);
    for (const one of [marcus, bo]) one.close();
  });
});

describe("an import", () => {
  it("[SYNC-U1] case 25: a storm of rows is a few pokes for who sees them, and none for who does not", async () => {
    const [marcus, lina] = await follow("marcus", "lina");
    if (!marcus || !lina) throw new Error("two follow");
    const chunks = 6;
    for (let chunk = 0; chunk < chunks; chunk += 1)
      await bring([
        ...Array.from({ length: 20 }, (_, n) => account(`storm-${chunk}-${n}`, "ana", "west", "americas")),
        ...Array.from({ length: 20 }, (_, n) => opportunity(`storm-${chunk}-${n}`, "west")),
      ]);
    await settle();
    await settle();
    expect(marcus.heard.length).toBeGreaterThan(0);
    expect(marcus.heard.length).toBeLessThanOrEqual(chunks);
    expect(lina.heard).toEqual([]);
    for (const one of [marcus, lina]) one.close();
  });
});

describe("a socket to another cell", () => {
  it("[SYNC-X1] opens by a ticket that is shown once, as the socket's protocol, and closes with its session", async () => {
    const dev = device();
    const { ticket } = await json<{ ticket: string }>(ask("/sync/hub/ticket", { as: "ana", body: { device: dev } }));
    const knock = (shown: string): Promise<Response> =>
      ask("/sync/hub", { headers: { upgrade: "websocket", "sec-websocket-protocol": `baton, ${shown}` } });
    const answer = await knock(ticket);
    expect([answer.status, answer.headers.get("sec-websocket-protocol")]).toEqual([101, "baton"]);
    answer.webSocket?.accept();
    answer.webSocket?.close(1000);
    for (const shown of [ticket, "x", ""]) expect((await knock(shown)).status).toBe(401);
    expect((await ask("/sync/hub/ticket", { body: { device: dev } })).status).toBe(401);
    for (const name of ["", "a/b", "x".repeat(65)])
      expect((await ask("/sync/hub/ticket", { as: "ana", body: { device: name } })).status).toBe(422);
  });
});
