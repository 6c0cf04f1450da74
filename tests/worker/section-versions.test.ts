/** What a section was, in workerd on real D1: versions, going back to one, and who wrote what (docs/spec/rooms.md). */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { edgeLimits } from "../../shared/kernel/limits.ts";
import { bounds, type VersionInfo } from "../../worker/rooms/versions.ts";
import { SectionLog } from "../../worker/rooms/log.ts";
import * as wire from "../../worker/rooms/protocol.ts";
import { ask, connect, hex, makeOrg, newId, paragraph, sql, typing, type Org } from "./rooms-rig.ts";

const room = (org: Org) => env.ROOM.getByName(org.account);
const at = (section: string, gen = 1) => `${section}.${gen}`;
const same = (one: Uint8Array) => (other: Uint8Array) => hex(one) === hex(other);
const session = (org: Org, who: keyof Org["members"]) => `${org.members[who]}-1`;
const path = (org: Org, section: string) => `/api/accounts/${org.account}/sections/${section}`;

/** Support reads sections, but not what they were. */
beforeAll(async () => {
  const allow = shippedPolicy.allow.map((rule) =>
    rule.id === "section.region" ? { ...rule, actions: rule.actions.filter((act) => act !== "read_history") } : rule,
  );
  await sql(
    `INSERT INTO "policy" ("version", "body", "author", "why", "at") VALUES (2, ?, 'test', 'test', 2)`,
    JSON.stringify({ ...shippedPolicy, allow }),
  );
});

async function writer(org: Org, who: keyof Org["members"], section: string, gen = 1) {
  const spy = await connect(org.account, session(org, who));
  const address = at(section, gen);
  spy.auth(address, ";schema=1");
  await spy.until(same(wire.authenticatedFrame(address, "write")), "write");
  const doc = new Y.Doc();
  let sent = 0;
  const send = async (update: Uint8Array): Promise<void> => {
    spy.sync(address, 2, update);
    sent++;
    await spy.until(() => spy.frames.filter(same(wire.statusFrame(address, true))).length >= sent, "stored");
  };
  const change = (work: () => void): Promise<void> => {
    const before = Y.encodeStateVector(doc);
    work();
    return send(Y.encodeStateAsUpdate(doc, before));
  };
  const text = doc.getText("plain");
  return {
    spy,
    doc,
    send,
    type: (words: string) => change(() => text.insert(text.length, words)),
    erase: (from: number, count: number) => change(() => text.delete(from, count)),
  };
}
interface Listed {
  readonly gen: number;
  readonly writes: boolean;
  readonly restores: boolean;
  readonly items: readonly VersionInfo[];
}
async function list(org: Org, who: keyof Org["members"], section: string): Promise<Listed> {
  const answer = await ask(`${path(org, section)}/versions`, session(org, who));
  expect(answer.status).toBe(200);
  return answer.json();
}
async function read(org: Org, who: keyof Org["members"], section: string, version: string) {
  const answer = await ask(`${path(org, section)}/versions/${version}`, session(org, who));
  return (await answer.json()) as { text: string; rich: unknown };
}
const bytesOf = async (answer: Response): Promise<string> =>
  `${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`;
const whys = ({ items }: Listed) => items.map(({ why }) => why);
/** Lets the room's alarm fire as if this much time had gone by. */
async function after(org: Org, ms: number): Promise<void> {
  const now = Date.now();
  vi.useFakeTimers({ toFake: ["Date"], now: now + ms });
  try {
    await runDurableObjectAlarm(room(org));
  } finally {
    vi.useRealTimers();
  }
}

describe("versions", () => {
  it("[ROOM-13] [LEAK-64] [case 2] [case 27] one is made by hand, listed and read with read_history alone; for all others it is missing, byte for byte", async () => {
    const org = await makeOrg();
    const { pad, notes, desk } = org.sections;
    const ana = await writer(org, "ana", pad);
    await ana.type("SECRET public");
    const made = await ask(`${path(org, pad)}/versions`, session(org, "ana"), { name: "Before the call" });
    expect(made.status).toBe(201);
    const version = (await made.json()) as VersionInfo;
    expect(version).toMatchObject({ gen: 1, by: org.members.ana, why: "hand", name: "Before the call" });
    expect(version.writers).toEqual([org.members.ana]);
    await ana.erase(0, 7);
    const listed = await list(org, "bo", pad);
    expect(listed.items).toEqual([version]);
    expect(listed).toMatchObject({ gen: 1, writes: true, restores: false });
    expect((await list(org, "ana", pad)).restores).toBe(true);
    expect(await read(org, "bo", pad, version.id)).toMatchObject({ text: "SECRET public", rich: null });
    // Sam reads the section but not what it was; Mal reads nothing; neither can tell it from what is not there.
    const tails = ["versions", `versions/${version.id}`, "authors"];
    for (const tail of tails) {
      const missing = await bytesOf(await ask(`${path(org, newId("sec"))}/${tail}`, session(org, "sam")));
      expect(missing).toContain("404");
      for (const who of ["sam", "mal"] as const)
        expect(await bytesOf(await ask(`${path(org, pad)}/${tail}`, session(org, who)))).toBe(missing);
      expect(await bytesOf(await ask(`${path(org, desk)}/${tail}`, session(org, "ana")))).toBe(missing);
    }
    const restore = (section: string, who: keyof Org["members"]) =>
      ask(`${path(org, section)}/versions/${version.id}/restore`, session(org, who), { gen: 1 }).then(bytesOf);
    const absent = await restore(newId("sec"), "mal");
    for (const who of ["sam", "mal"] as const) expect(await restore(pad, who)).toBe(absent);
    expect(await restore(notes, "ana")).toBe(absent); // of another section of the same room
    expect(await restore(pad, "bo")).toContain("403");
    expect((await ask(`${path(org, pad)}/versions`, session(org, "sam"), {})).status).toBe(404);
    // Sam, who came in later than the deletion, gets no byte of it on any way.
    const spy = await connect(org.account, session(org, "sam"));
    spy.auth(at(pad), "");
    spy.sync(at(pad), 0, new Uint8Array([0]));
    await spy.until((frame) => new TextDecoder().decode(frame).includes("public"));
    expect(spy.heard).not.toContain("SECRET");
    const states = await ask(`/api/accounts/${org.account}/sections/states`, session(org, "sam"), { sections: [at(pad)] }); // prettier-ignore
    const { items } = (await states.json()) as { items: { state: string }[] };
    expect(items.map(({ state }) => atob(state)).join()).toContain("public");
    expect(items.map(({ state }) => atob(state)).join()).not.toContain("SECRET");
  });

  it("[ROOM-13] [LEAK-64] [case 27] who joined the account's team later sees no version from before", async () => {
    const org = await makeOrg();
    const pad = org.sections.pad;
    const ana = await writer(org, "ana", pad);
    await ana.type("SECRET public");
    const old = (await (await ask(`${path(org, pad)}/versions`, session(org, "ana"), {})).json()) as VersionInfo;
    await ana.erase(0, 7);
    await new Promise((done) => setTimeout(done, 5));
    await sql(
      `INSERT INTO "account_team" ("id", "anchor", "compartment", "ver", "created_at", "created_by", "updated_at", "member") VALUES (?, ?, 'core', 1, ?, 'test', 1, ?)`,
      newId("atm"), org.account, Date.now(), org.members.mal,
    ); // prettier-ignore
    await new Promise((done) => setTimeout(done, 5));
    expect((await list(org, "mal", pad)).items).toEqual([]);
    const missing = await bytesOf(await ask(`${path(org, pad)}/versions/77`, session(org, "mal")));
    expect(await bytesOf(await ask(`${path(org, pad)}/versions/${old.id}`, session(org, "mal")))).toBe(missing);
    const later = (await (await ask(`${path(org, pad)}/versions`, session(org, "mal"), {})).json()) as VersionInfo;
    expect((await list(org, "mal", pad)).items).toEqual([later]);
    expect((await read(org, "mal", pad, later.id)).text).toBe("public");
    expect(whys(await list(org, "ana", pad))).toEqual(["hand", "hand"]);
  });

  it("[ROOM-13] one is taken half an hour after typing stopped, none without a change; rich text is given as data", async () => {
    const org = await makeOrg();
    const notes = org.sections.notes;
    const ana = await writer(org, "ana", notes);
    await ana.send(paragraph("first words"));
    await after(org, bounds.versionIdleMs / 2);
    expect((await list(org, "ana", notes)).items).toEqual([]);
    await after(org, bounds.versionIdleMs + 1_000);
    const [taken] = (await list(org, "ana", notes)).items;
    expect(taken).toMatchObject({ why: "idle", by: null, writers: [org.members.ana] });
    const again = await ask(`${path(org, notes)}/versions`, session(org, "ana"), { name: "Same" });
    expect(await again.json()).toMatchObject({ id: taken?.id, name: "Same" });
    expect(await read(org, "ana", notes, taken?.id ?? "")).toMatchObject({
      text: "first words",
      rich: { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: "first words" }] }] },
    });
  });

  it("[ROOM-13] [case 20] a version larger than a row comes back whole; unnamed ones stay few, named ones stay", async () => {
    const org = await makeOrg();
    const pad = org.sections.pad;
    const ana = await writer(org, "ana", pad);
    const noise = (n: number) => Array.from({ length: n }, () => Math.random().toString(36).slice(2, 12)).join("");
    const words = [noise(70_000), noise(70_000)];
    for (const part of words) await ana.type(part);
    const big = (await (
      await ask(`${path(org, pad)}/versions`, session(org, "ana"), { name: "Big" })
    ).json()) as VersionInfo;
    expect(big.bytes).toBeGreaterThan(edgeLimits.updateBytesMax);
    await evictDurableObject(room(org));
    expect((await read(org, "ana", pad, big.id)).text === words.join("")).toBe(true);
    await ana.erase(0, words.join("").length);
    for (let n = 0; n < bounds.versionsKeptElse + 3; n++) {
      await ana.type(`${n} `);
      await room(org).keepVersion({ section: pad, gen: 1, regen: null, handed: null }, org.members.ana, null);
    }
    const { items } = await list(org, "ana", pad);
    expect(items.length).toBe(bounds.versionsKeptElse + 1);
    expect(items.at(-1)?.name).toBe("Big");
    const chunks = await runInDurableObject(room(org), (_room, { storage }) => storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM version_chunk").one().n); // prettier-ignore
    expect(chunks).toBe(items.reduce((sum, { bytes }) => sum + Math.ceil(bytes / edgeLimits.updateBytesMax), 0));
  });
});

describe("before loss", () => {
  it("[ROOM-19] [case 39] before most of a text is deleted, and before one member writes very much, it is kept; the owner's one click brings it back", async () => {
    const org = await makeOrg();
    const { pad, notes } = org.sections;
    const [ana, bo] = [await writer(org, "ana", pad), await writer(org, "bo", notes)];
    await ana.type("word ".repeat(100));
    await ana.erase(0, 200); // less than half
    expect(whys(await list(org, "ana", pad))).toEqual([]);
    await ana.erase(0, 300); // the slip: everything
    const [slip] = (await list(org, "ana", pad)).items;
    expect(slip).toMatchObject({ why: "loss", by: org.members.ana });
    expect((await read(org, "ana", pad, slip?.id ?? "")).text).toBe("word ".repeat(60));
    const owner = await writer(org, "ana", notes);
    await owner.send(paragraph("What we agreed"));
    for (let n = 0; n < 3; n++) await bo.send(paragraph("x".repeat(400_000)));
    await bo.spy.until(same(wire.authenticatedFrame(at(notes), "read")), "reads only");
    const [before] = (await list(org, "ana", notes)).items;
    expect(before).toMatchObject({ why: "flood", by: org.members.bo });
    const back = await ask(`${path(org, notes)}/versions/${before?.id}/restore`, session(org, "ana"), { gen: 1 });
    expect(await back.json()).toEqual({ gen: 2 });
    const again = await writer(org, "ana", notes, 2);
    again.spy.sync(at(notes, 2), 0, new Uint8Array([0]));
    await again.spy.until((frame) => new TextDecoder().decode(frame).includes("What we agreed"));
    expect(again.spy.heard).not.toContain("xxxx");
  });
});

describe("squash", () => {
  const genOf = (section: string) =>
    env.DB.prepare(`SELECT "gen" FROM "section" WHERE "id" = ?`).bind(section).first("gen");

  it("[ROOM-17] [case 29] [case 40] above a thousand client ids the text goes into a new generation once it is quiet: small again, what it was is kept", async () => {
    const org = await makeOrg();
    const pad = org.sections.pad;
    const words = await runInDurableObject(room(org), async (instance, { storage }) => {
      instance.keepTicket("none", { member: "m", session: "s", directory: 1, writes: false, exp: 0 }); // makes the tables
      const log = new SectionLog(storage);
      const section = await log.open(pad, 1, Date.now());
      for (let n = 0; n <= bounds.sectionClientsMax; n++) {
        const doc = new Y.Doc();
        const update = typing(`${n} `, doc);
        Y.applyUpdate(section.doc, update);
        log.append(section, { member: org.members.ana, session: "s" }, Date.now(), update, [doc.clientID]);
        log.store(section);
      }
      log.compact(section);
      return section.doc.getText("plain").toString();
    });
    await evictDurableObject(room(org));
    const bo = await writer(org, "bo", pad);
    await after(org, bounds.squashQuietMs + 60_000);
    expect(await genOf(pad)).toBe(1); // somebody sits there
    bo.spy.close();
    await vi.waitFor(async () => expect((await room(org).live()).sockets).toBe(0));
    await after(org, 2 * bounds.squashQuietMs);
    expect(await genOf(pad)).toBe(2);
    const fresh = await writer(org, "ana", pad, 2);
    fresh.spy.sync(at(pad, 2), 0, new Uint8Array([0]));
    const step1 = await fresh.spy.until(
      (frame) => frame[at(pad, 2).length + 1] === 0 && frame[at(pad, 2).length + 2] === 0,
    );
    expect(step1.byteLength).toBeLessThan(80);
    const states = await ask(`/api/accounts/${org.account}/sections/states`, session(org, "ana"), {
      sections: [at(pad, 2)],
    });
    const doc = new Y.Doc();
    const [state] = ((await states.json()) as { items: { state: string }[] }).items;
    Y.applyUpdate(
      doc,
      Uint8Array.from(atob(state?.state ?? ""), (char) => char.charCodeAt(0)),
    );
    expect(doc.getText("plain").toString()).toBe(words);
    const { items } = await list(org, "ana", pad);
    expect(items[0]).toMatchObject({ gen: 1, why: "idle", writers: [org.members.ana] }); // nothing changed since
    // Who was offline across it is denied under the old name, and nothing of theirs is parked.
    const late = await connect(org.account, session(org, "bo"));
    late.auth(at(pad), "");
    await late.until(same(wire.deniedFrame(at(pad))), "denied");
    const change = await env.DB.prepare(
      `SELECT "actor" FROM "change" WHERE "record" = ? AND "mutation" = 'section.regen@1'`,
    )
      .bind(pad)
      .all();
    expect(change.results).toEqual([{ actor: "room" }]);
  });

  it("[ROOM-9] [ROOM-17] past the hard size, where the text alone is small, the section is squashed at once and written again", async () => {
    const org = await makeOrg();
    const pad = org.sections.pad;
    const ana = await writer(org, "ana", pad);
    await ana.type("All that is said");
    const before = Y.encodeStateVector(ana.doc);
    ana.doc.getMap("no text").set("filler", "x".repeat(900_000));
    await ana.send(Y.encodeStateAsUpdate(ana.doc, before));
    ana.spy.sync(at(pad), 2, typing("x".repeat(900_000)));
    await ana.spy.until(same(wire.statusFrame(at(pad), false)), "refused");
    await ana.spy.until(same(wire.closeFrame(at(pad))), "close");
    expect(await genOf(pad)).toBe(2);
    const again = await writer(org, "ana", pad, 2);
    again.spy.sync(at(pad, 2), 0, new Uint8Array([0]));
    await again.spy.until((frame) => new TextDecoder().decode(frame).includes("All that is said"));
    await again.type("words ");
  });
});

describe("going back", () => {
  it("[ROOM-14] [case 28] a restore is the next generation with the version's words: everybody goes there, what was is a version, and it is written who did it", async () => {
    const org = await makeOrg();
    const pad = org.sections.pad;
    const [ana, bo] = [await writer(org, "ana", pad), await writer(org, "bo", pad)];
    await ana.type("Good words");
    const good = (await (await ask(`${path(org, pad)}/versions`, session(org, "ana"), {})).json()) as VersionInfo;
    await bo.type(" and bad ones");
    const restore = (gen: number, version = good.id) =>
      ask(`${path(org, pad)}/versions/${version}/restore`, session(org, "ana"), { gen });
    expect((await restore(7)).status).toBe(409);
    const done = await restore(1);
    expect(await done.json()).toEqual({ gen: 2 });
    for (const { spy } of [ana, bo]) await spy.until(same(wire.closeFrame(at(pad))), "close");
    bo.spy.sync(at(pad), 2, typing("late", bo.doc)); // nobody answers: its client keeps it as a draft
    const next = await writer(org, "bo", pad, 2);
    next.spy.sync(at(pad, 2), 0, new Uint8Array([0]));
    await next.spy.until((frame) => new TextDecoder().decode(frame).includes("Good words"));
    expect(next.spy.heard).not.toContain("bad ones");
    const listed = await list(org, "ana", pad);
    expect(whys(listed)).toEqual(["restore", "hand"]);
    expect(listed.items[0]).toMatchObject({ gen: 1, by: org.members.ana });
    expect((await read(org, "ana", pad, listed.items[0]?.id ?? "")).text).toContain("and bad ones");
    const change = await env.DB.prepare(`SELECT "actor", "patch" FROM "change" WHERE "record" = ? AND "mutation" = 'section.regen@1'`).bind(pad).all(); // prettier-ignore
    expect(change.results).toEqual([{ actor: org.members.ana, patch: JSON.stringify({ gen: [1, 2] }) }]);
    // Told twice, the second is too late, and nothing moves.
    expect((await restore(1)).status).toBe(409);
    expect((await list(org, "ana", pad)).gen).toBe(2);
  });

  it("[ROOM-8] [ROOM-14] [case 28] while the room is not told of a new generation and somebody else asks for it, nothing is acknowledged that no version holds", async () => {
    const org = await makeOrg();
    const pad = org.sections.pad;
    const ana = await writer(org, "ana", pad);
    await ana.type("kept");
    await sql(`UPDATE "section" SET "gen" = 2 WHERE "id" = ?`, pad);
    const states = await ask(`/api/accounts/${org.account}/sections/states`, session(org, "bo"), { sections: [at(pad, 2)] }); // prettier-ignore
    expect(((await states.json()) as { items: unknown[] }).items.length).toBe(1);
    ana.spy.sync(at(pad), 2, typing(" lost", ana.doc));
    await ana.spy.until(same(wire.statusFrame(at(pad), false)), "refused");
    const [version] = (await list(org, "ana", pad)).items;
    expect((await read(org, "ana", pad, version?.id ?? "")).text).toBe("kept");
  });

  it("[ROOM-14] [case 42] cut off between D1 and the room, the room follows with the version that D1 names, once", async () => {
    const org = await makeOrg();
    const pad = org.sections.pad;
    const ana = await writer(org, "ana", pad);
    await ana.type("Good words");
    const good = (await (await ask(`${path(org, pad)}/versions`, session(org, "ana"), {})).json()) as VersionInfo;
    await ana.type(" and bad ones");
    await evictDurableObject(room(org));
    await sql(`UPDATE "section" SET "gen" = 2 WHERE "id" = ?`, pad);
    await sql(`INSERT INTO "regen" VALUES (?, 2, 'restore', ?, ?, 1)`, pad, good.id, org.members.ana);
    await room(org).rightsChanged(2);
    const textIn = async (gen: number): Promise<string> => {
      const bo = await writer(org, "bo", pad, gen);
      bo.spy.sync(at(pad, gen), 0, new Uint8Array([0]));
      await bo.spy.until((frame) => new TextDecoder().decode(frame).includes("Good words"));
      return bo.spy.heard;
    };
    for (let round = 0; round < 2; round++) {
      expect(await textIn(2)).not.toContain("bad ones");
      await evictDurableObject(room(org));
    }
    expect(whys(await list(org, "ana", pad))).toEqual(["restore", "hand"]);
    // A later raise for another reason carries the text; the old reason is not taken again.
    await sql(`UPDATE "section" SET "gen" = 3 WHERE "id" = ?`, pad);
    await room(org).rightsChanged(3);
    expect(await textIn(3)).toContain("Good words");
    expect(whys(await list(org, "ana", pad))[0]).toBe("raise");
  });
});

describe("who wrote", () => {
  it("[ROOM-15] [case 30] every client id of the text is its member's, through compaction and sleep; what clients claim plays no part", async () => {
    const org = await makeOrg();
    const pad = org.sections.pad;
    const [ana, bo] = [await writer(org, "ana", pad), await writer(org, "bo", pad)];
    for (let n = 0; n < 3; n++) {
      await ana.type(`a${n}`);
      await bo.type(`b${n}`);
    }
    // Bo says that Ana's ids are his: the map is a client's word, and the server's table is not.
    const before = Y.encodeStateVector(bo.doc);
    new Y.PermanentUserData(bo.doc).setUserMapping(bo.doc, ana.doc.clientID, "bo");
    await bo.send(Y.encodeStateAsUpdate(bo.doc, before));
    const authors = async () => {
      const answer = await ask(`${path(org, pad)}/authors`, session(org, "bo"));
      const { gen, items } = (await answer.json()) as { gen: number; items: { member: string; clients: number[] }[] };
      return { gen, of: new Map(items.map(({ member, clients }) => [member, clients])) };
    };
    const expected = new Map([[org.members.ana, [ana.doc.clientID]], [org.members.bo, [bo.doc.clientID]]]); // prettier-ignore
    expect((await authors()).of).toEqual(expected);
    await after(org, 60_000);
    await evictDurableObject(room(org));
    expect(await authors()).toEqual({ gen: 1, of: expected });
    const saved = (await (await ask(`${path(org, pad)}/versions`, session(org, "ana"), {})).json()) as VersionInfo;
    expect(saved.writers).toEqual([org.members.ana, org.members.bo].sort());
    await ask(`${path(org, pad)}/versions/${saved.id}/restore`, session(org, "ana"), { gen: 1 });
    const carried = await authors();
    expect([carried.gen, ...carried.of.keys()]).toEqual([2, "room"]);
  });
});
