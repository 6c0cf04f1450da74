/** What a room tells whom, and what ends a right when a word is lost: hidden readers, a deaf hub, a database of yesterday. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as decoding from "lib0/decoding";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { edgeLimits, limits } from "../../shared/kernel/limits.ts";
import { hubOf } from "../../worker/env.ts";
import * as wire from "../../worker/rooms/protocol.ts";
import { caret, connect, hex, makeOrg, newId, paragraph, type Spy, sql, typing, type Org } from "./rooms-rig.ts";

const room = (org: Org) => env.ROOM.getByName(org.account);
const same = (one: Uint8Array) => (other: Uint8Array) => hex(one) === hex(other);
const stored = (address: string) => same(wire.statusFrame(address, true));
const refused = (address: string) => same(wire.statusFrame(address, false));
const at = (section: string, gen = 1) => `${section}.${gen}`;
const quiet = (ms = 60) => new Promise((done) => setTimeout(done, ms));
const sitting = (org: Org, who: keyof Org["members"]): Promise<Spy> => connect(org.account, `${org.members[who]}-1`);
async function open(spy: Spy, address: string, token = ";schema=1"): Promise<"write" | "read" | "denied"> {
  const from = spy.frames.length;
  spy.auth(address, token);
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
const company = (address: string, others: boolean) =>
  same(wire.statelessFrame(address, `{"type":"company","others":${others}}`));
const texts = (spy: Spy): string[] => spy.frames.map((frame) => new TextDecoder("latin1").decode(frame));
/** The clock of this test and of the rooms, which run beside it. */
const clock = (now: number) => vi.spyOn(Date, "now").mockReturnValue(now);
afterEach(() => void vi.restoreAllMocks());

/** Support may read notes and see nobody there. */
async function hidePresence(): Promise<void> {
  const allow = shippedPolicy.allow.map((rule) =>
    rule.id === "section.region" ? { ...rule, actions: rule.actions.filter((one) => one !== "see_presence") } : rule,
  );
  await sql(
    `INSERT INTO "policy" ("version", "body", "author", "why", "at") VALUES (2, ?, 'test', 'test', 2)`,
    JSON.stringify({ ...shippedPolicy, version: 2, allow }),
  );
}

describe("whoever may not see presence", () => {
  it("[ROOM-18] [case 46] gets the same frames, and makes others write at the same pace, with and without somebody present", async () => {
    await hidePresence();
    try {
      /** What Sam hears of a while in which Ana writes, and Bo is there or not, comes and goes, falls asleep and is swept. */
      const hears = async (withBo: boolean): Promise<{ frames: string[]; pace: boolean[] }> => {
        const org = await makeOrg();
        const address = at(org.sections.notes);
        const [sam, ana] = [await sitting(org, "sam"), await sitting(org, "ana")];
        expect(await open(sam, address)).toBe("read");
        await open(ana, address);
        const pace = () => texts(ana).some((text) => text.includes('"others":false'));
        const paces = [pace()];
        const bos: Spy[] = [];
        const come = async (client: number) => {
          if (!withBo) return;
          const bo = await sitting(org, "bo");
          await open(bo, address);
          bo.present(address, client, 1, { cursor: caret(client) });
          bos.push(bo);
          await ana.until((frame) => new TextDecoder().decode(frame).includes(`"client":${client}`), "Bo's caret");
        };
        const ends = (n: number) => ana.until(() => texts(ana).filter((text) => text.endsWith("null")).length >= n, `end ${n}`); // prettier-ignore
        await come(1_001);
        ana.sync(address, 2, paragraph("one"));
        await ana.until(stored(address));
        sam.send(address, 3); // who is here?
        bos[0]?.close();
        if (withBo) await ends(1);
        paces.push(pace());
        // Closed while the room sleeps.
        await come(1_002);
        await evictDurableObject(room(org));
        bos[1]?.close();
        if (withBo) await ends(2);
        // Swept: nothing heard of for 90 seconds.
        await come(1_003);
        const now = Date.now();
        const later = clock(now + edgeLimits.roomSilenceMs + 20_000);
        for (const spy of [sam, ana]) spy.raw(new Uint8Array([9]));
        ana.send(address, 3);
        if (withBo) await ends(3);
        ana.sync(address, 2, paragraph("two"));
        await ana.until(() => ana.frames.filter(stored(address)).length === 2, "both stored");
        later.mockRestore();
        paces.push(pace());
        await quiet();
        sam.send(address, 3);
        await quiet();
        const bare = (frame: Uint8Array) =>
          hex(frame).replaceAll(hex(new TextEncoder().encode(org.sections.notes)), "S");
        const updates = texts(sam).filter((text) => /one|two/.test(text)).length;
        expect(updates).toBe(2);
        // Of what Ana wrote only its length can be compared: each document draws ids of its own.
        return { frames: sam.frames.map(bare).map((text) => (text.length > 60 ? "words" : text)), pace: paces };
      };
      const [alone, together] = [await hears(false), await hears(true)];
      expect(together).toEqual(alone);
      expect(alone.pace).toEqual([false, false, false]); // Sam reads, so Ana's words are sent at once, whoever else is there
    } finally {
      await sql(`DELETE FROM "policy" WHERE "version" = 2`);
    }
  }, 20_000);

  it("[ROOM-18] whoever may see presence is told of company when it comes and when it goes", async () => {
    const org = await makeOrg();
    const address = at(org.sections.notes);
    const ana = await sitting(org, "ana");
    await open(ana, address);
    await ana.until(company(address, false));
    const bo = await sitting(org, "bo");
    await open(bo, address);
    await bo.until(company(address, true));
    await ana.until(company(address, true));
    bo.close();
    await ana.until(() => ana.frames.filter(company(address, false)).length === 2);
  });
});

describe("presence", () => {
  it("[ROOM-7] [case 16] a socket that closes while the room sleeps is told of, once, with no frame of anybody's", async () => {
    const org = await makeOrg();
    const address = at(org.sections.pad);
    const [ana, bo] = [await sitting(org, "ana"), await sitting(org, "bo")];
    for (const spy of [ana, bo]) await open(spy, address, "");
    bo.present(address, 77, 1, { cursor: caret(77) });
    await ana.until((frame) => new TextDecoder().decode(frame).includes(org.members.bo));
    await evictDurableObject(room(org));
    const ends = () => texts(ana).filter((text) => text.endsWith("null")).length;
    bo.close();
    await ana.until(() => ends() > 0, "the end of Bo's presence");
    await evictDurableObject(room(org));
    ana.send(address, 3);
    await quiet();
    expect(ends()).toBe(1);
    ana.close();
    await quiet();
    expect(await runInDurableObject(hubOf(env), (_hub, { storage }) => storage.sql.exec("SELECT account FROM room WHERE account = ?", org.account).toArray())).toEqual([]);
  }); // prettier-ignore

  it("[ROOM-7] a caret is two places in the document, or it is sent to nobody", async () => {
    const org = await makeOrg();
    const address = at(org.sections.notes);
    const [ana, bo] = [await sitting(org, "ana"), await sitting(org, "bo")];
    for (const spy of [ana, bo]) await open(spy, address);
    const place = { type: null, tname: "default", item: null, assoc: 0 };
    const hostile: unknown[] = [
      7, "x", [], true, {}, { anchor: place }, { anchor: place, head: null }, { anchor: place, head: place, style: "x" },
      ...[null, [], {}, { ...place, tname: null }, { ...place, tname: "<img>" }, { ...place, tname: 1 }, { ...place, assoc: 9 }, { ...place, assoc: "0" },
        { ...place, item: { client: -1, clock: 0 } }, { ...place, item: { client: 1 } }, { ...place, type: { client: 1, clock: 1.5 } },
        { ...place, item: { client: 2 ** 33, clock: 0 } }, { ...place, more: 1 }, { ...place, item: { client: 1, clock: 1, onclick: "x" } },
      ].map((head) => ({ anchor: place, head })),
      { anchor: JSON.parse('{"__proto__":{"x":1},"tname":"default"}') as unknown, head: place },
    ]; // prettier-ignore
    for (const [n, cursor] of hostile.entries()) {
      bo.present(address, 77, n + 1, { cursor });
      await quiet(edgeLimits.presencePerSecond * 11); // no faster than presence may go
    }
    expect(ana.heard).not.toContain(org.members.bo);
    bo.present(address, 77, 100, { cursor: caret(77) });
    await ana.until((frame) => new TextDecoder().decode(frame).includes('"assoc":-1'));
    bo.present(address, 77, 101, { cursor: null });
    await ana.until((frame) => new TextDecoder().decode(frame).includes('"cursor":null'));
  }, 20_000);
});

describe("a word of the hub is lost", () => {
  const leaves = (org: Org): Promise<unknown> =>
    sql(`UPDATE "member" SET "teams" = '[]', "regions" = '[]' WHERE "id" = ?`, org.members.bo);

  it("[ROOM-5] [case 6] the minute's read ends the right, before then frames still pass", async () => {
    const org = await makeOrg();
    const pad = at(org.sections.pad);
    const [ana, bo] = [await sitting(org, "ana"), await sitting(org, "bo")];
    for (const spy of [ana, bo]) await open(spy, pad, "");
    await leaves(org); // and nobody says so
    ana.sync(pad, 2, typing("still"));
    await bo.until((frame) => new TextDecoder("latin1").decode(frame).includes("still"));
    clock(Date.now() + edgeLimits.rightsReadMs);
    ana.send(pad, 3); // any frame: the read goes on behind it
    await bo.until(same(wire.closeFrame(pad)));
    ana.sync(pad, 2, typing("CANARY"));
    await ana.until(() => ana.frames.filter(stored(pad)).length === 2);
    await quiet();
    expect(bo.heard).not.toContain("CANARY");
  });

  it("[ROOM-5] [case 6] and when that fails too, the end of what the room believes is awaited before a frame passes", async () => {
    const org = await makeOrg();
    const pad = at(org.sections.pad);
    const [ana, bo] = [await sitting(org, "ana"), await sitting(org, "bo")];
    for (const spy of [ana, bo]) await open(spy, pad, "");
    await leaves(org);
    clock(Date.now() + limits.sessionTokenMs);
    ana.sync(pad, 2, typing("CANARY"));
    await ana.until(stored(pad));
    expect(bo.frames.some(same(wire.closeFrame(pad)))).toBe(true);
    expect(bo.heard).not.toContain("CANARY");
  });

  it("[ROOM-5] [case 6] said again it applies; an older answer that comes late changes nothing", async () => {
    const org = await makeOrg();
    const notes = at(org.sections.notes);
    const bo = await sitting(org, "bo");
    await open(bo, notes);
    await runInDurableObject(room(org), (instance) => {
      const real = instance.authority;
      let asked = 0;
      instance.authority = {
        read: async (...about) => {
          const answer = await real.read(...about);
          const version = asked++ === 0 ? 7 : 6; // the second comes from a copy of the database that is behind
          return answer && { ...answer, directory: version };
        },
      };
    });
    await room(org).rightsChanged(7);
    await leaves(org);
    // Behind: it says that Bo is out, as of a version that is over. Nobody acts on it, and the next word is believed.
    await runInDurableObject(room(org), (instance) => instance.alarm());
    bo.sync(notes, 2, paragraph("words"));
    await bo.until(stored(notes));
    await runInDurableObject(room(org), (instance) => {
      const behind = instance.authority;
      instance.authority = {
        read: async (...about) => {
          const answer = await behind.read(...about);
          return answer && { ...answer, directory: 8 };
        },
      };
    });
    await room(org).rightsChanged(8);
    await bo.until(same(wire.closeFrame(notes)));
    bo.sync(notes, 2, paragraph("too late"));
    await quiet();
    expect(bo.frames.filter(stored(notes)).length + bo.frames.filter(refused(notes)).length).toBe(1);
  });
});

type Dump = { readonly [table: string]: readonly Record<string, SqlStorageValue>[] };
const dump = (org: Org): Promise<Dump> =>
  runInDurableObject(room(org), (_room, { storage }) =>
    Object.fromEntries(
      ["sec", "log", "snap", "owner"].map((table) => [table, storage.sql.exec(`SELECT * FROM ${table}`).toArray()]),
    ),
  );
/** The room's storage as it was then, as a restore to a point in time leaves it. */
async function putBack(org: Org, then: Dump): Promise<void> {
  await runInDurableObject(room(org), (_room, { storage }) => {
    for (const [table, rows] of Object.entries(then)) {
      storage.sql.exec(`DELETE FROM ${table}`);
      for (const row of rows)
        storage.sql.exec(
          `INSERT INTO ${table} (${Object.keys(row).join(", ")}) VALUES (${Object.keys(row).map(() => "?").join(", ")})`,
          ...Object.values(row),
        ); // prettier-ignore
    }
  });
  await evictDurableObject(room(org));
}
const toGen = (section: string, gen: number): Promise<unknown> =>
  sql(`UPDATE "section" SET "gen" = ? WHERE "id" = ?`, gen, section);
async function status(spy: Spy, address: string, update: Uint8Array): Promise<"stored" | "refused"> {
  const from = spy.frames.length;
  spy.sync(address, 2, update);
  const answer = await spy.until((frame) => spy.frames.indexOf(frame) >= from && (stored(address)(frame) || refused(address)(frame)), "status"); // prettier-ignore
  return stored(address)(answer) ? "stored" : "refused";
}
/** What the room has, in a new document. */
async function fetched(spy: Spy, address: string): Promise<Y.Doc> {
  spy.sync(address, 0, new Uint8Array([0]));
  const head = hex(wire.step2Frame(address, new Uint8Array())).slice(0, -2);
  const frame = await spy.until((one) => hex(one).startsWith(head), "step 2");
  const doc = new Y.Doc();
  const from = decoding.createDecoder(frame.subarray(head.length / 2));
  Y.applyUpdate(doc, decoding.readVarUint8Array(from));
  return doc;
}

describe("restored", () => {
  it.each([
    ["the database", true, false],
    ["the room", false, true],
    ["both", true, true],
  ])("[ROOM-8] [case 42] %s of yesterday: no honest client is refused once the generation is above both, and not before", async (_what, ofDatabase, ofRoom) => {
    const org = await makeOrg();
    const { pad } = org.sections;
    const first = at(pad, 1);
    const [ana, bo] = [await sitting(org, "ana"), await sitting(org, "bo")];
    for (const spy of [ana, bo]) await open(spy, first, "");
    const doc = new Y.Doc(); // what Bo's device has of it
    const yesterday = typing("Yesterday. ", doc);
    expect(await status(bo, first, yesterday)).toBe("stored");
    const then = await dump(org);
    const hers = new Y.Doc();
    Y.applyUpdate(hers, Y.encodeStateAsUpdate(doc));
    const today = typing("Today. ", hers);
    expect(await status(ana, first, today)).toBe("stored");
    let gen = 1;
    if (ofDatabase) {
      await toGen(pad, 2);
      await room(org).rightsChanged(0);
      expect(await open(bo, at(pad, 2), "")).toBe("write");
      await toGen(pad, 1); // as it was
      gen = 2;
    }
    if (ofRoom) await putBack(org, then);
    else await evictDurableObject(room(org));

    // Bo's device holds Ana's words, which are gone, and writes behind them.
    Y.applyUpdate(doc, today);
    typing("Bo goes on.", doc);
    const again = async (as: "ana" | "bo", generation: number, words: Uint8Array): Promise<string> => {
      const spy = await sitting(org, as);
      const mode = await open(spy, at(pad, generation), "");
      return mode === "write" ? status(spy, at(pad, generation), words) : mode;
    };
    typing("Ana too.", hers);
    // Without a new generation: read only where the database is behind; where the room is, Ana's words are now Bo's.
    const bare = [await again("bo", 1, Y.encodeStateAsUpdate(doc)), await again("ana", 1, Y.encodeStateAsUpdate(hers))];
    expect(bare).toEqual(ofRoom ? ["stored", "refused"] : ["read", "read"]);

    await toGen(pad, gen + 1);
    await room(org).rightsChanged(0);
    const spy = await sitting(org, "ana");
    expect(await open(spy, at(pad, gen + 1), "")).toBe("write");
    const fresh = await fetched(spy, at(pad, gen + 1));
    expect(fresh.getText("plain").toString()).toContain("Yesterday. Today. ");
    for (const as of ["bo", "ana"] as const) {
      const mine = new Y.Doc(); // a client id of its own
      Y.applyUpdate(mine, Y.encodeStateAsUpdate(fresh));
      expect(await again(as, gen + 1, typing(` ${as} goes on.`, mine))).toBe("stored");
    }
  }); // prettier-ignore

  it("[ROOM-8] [case 42] a generation that broke off half-way is made anew, with every word", async () => {
    const org = await makeOrg();
    const { pad } = org.sections;
    const bo = await sitting(org, "bo");
    await open(bo, at(pad), "");
    expect(await status(bo, at(pad), typing("Every word."))).toBe("stored");
    await toGen(pad, 2);
    await evictDurableObject(room(org));
    await runInDurableObject(room(org), (_room, { storage }) => {
      for (const table of ["snap", "log"])
        storage.sql.exec(`CREATE TRIGGER crash_${table} BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'crash'); END`);
    }); // prettier-ignore
    const unlucky = await sitting(org, "bo");
    unlucky.auth(at(pad, 2), "");
    expect(await unlucky.untilClosed()).toBe(1011);
    await runInDurableObject(room(org), (_room, { storage }) => {
      for (const table of ["snap", "log"]) storage.sql.exec(`DROP TRIGGER crash_${table}`);
    });
    await evictDurableObject(room(org));
    const spy = await sitting(org, "ana");
    expect(await open(spy, at(pad, 2), "")).toBe("write");
    const doc = await fetched(spy, at(pad, 2));
    expect(doc.getText("plain").toString()).toBe("Every word.");
    expect(await status(spy, at(pad, 2), typing(" And more.", doc))).toBe("stored");
  });
});

describe("tightened", () => {
  it("[ROOM-8] [case 41] while three edit: who loses it hears nothing more from the call on, the others go on in the next generation with every stored word", async () => {
    const org = await makeOrg();
    const { notes } = org.sections;
    await sql(
      `INSERT INTO "account_team" ("id", "anchor", "compartment", "ver", "created_at", "created_by", "updated_at", "member") VALUES (?, ?, 'core', 1, 1, 'test', 1, ?)`,
      newId("atm"), org.account, org.members.sam,
    ); // prettier-ignore
    const [ana, bo, sam] = [await sitting(org, "ana"), await sitting(org, "bo"), await sitting(org, "sam")];
    const three = [ana, bo, sam];
    for (const spy of three) expect(await open(spy, at(notes))).toBe("write");
    for (const [n, spy] of three.entries()) spy.present(at(notes), 500 + n, 1, { cursor: caret(500 + n) });
    const said: string[] = [];
    let isOver = false;
    /** Types without a pause, whatever happens. */
    const typists = three.map(async (spy, n) => {
      for (let word = 0; !isOver && word < 400; word++) {
        said.push(`w${n}x${word}y`);
        spy.sync(at(notes), 2, paragraph(`w${n}x${word}y`));
        spy.present(at(notes), 500 + n, word + 2, { cursor: caret(500 + n) });
        await quiet(2);
      }
    });
    const isStored = stored(at(notes));
    for (const spy of three) await spy.until(() => spy.frames.filter(isStored).length > 2, "three words stored");
    await sql(`UPDATE "section" SET "gen" = 2, "compartment" = 'sales', "section_kind" = 'internal:sales', "group" = 'internal' WHERE "id" = ?`, notes); // prettier-ignore
    await room(org).rightsChanged(0);
    for (const spy of three) await spy.until(same(wire.closeFrame(at(notes))));
    const [heard, acknowledged] = [sam.frames.length, three.map((spy) => spy.frames.filter(isStored).length)];
    await quiet(100);
    isOver = true;
    await Promise.all(typists);
    await quiet();
    expect(sam.frames.length).toBe(heard);
    expect(three.map((spy) => spy.frames.filter(isStored).length)).toEqual(acknowledged);

    expect(await open(sam, at(notes, 2))).toBe("denied");
    for (const spy of [ana, bo]) expect(await open(spy, at(notes, 2))).toBe("write");
    const text = (await fetched(ana, at(notes, 2))).getXmlFragment("default").toString();
    for (const [n, spy] of three.entries()) {
      const mine = said.filter((word) => word.startsWith(`w${n}x`));
      const kept = mine.filter((word) => text.includes(word));
      expect([n, kept]).toEqual([n, mine.slice(0, spy.frames.filter(isStored).length)]);
    }
    ana.sync(at(notes, 2), 2, paragraph("CANARY of sales"));
    await bo.until((frame) => new TextDecoder("latin1").decode(frame).includes("CANARY of sales"));
    sam.sync(at(notes, 2), 0, new Uint8Array([0]));
    await quiet();
    expect(sam.heard).not.toContain("CANARY");
  }, 20_000);
});
