/** The words of sections in D1: written by real rooms after real edits, found through the real routes (SECTION-7). */
import { createExecutionContext, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import type { Row } from "../../shared/records/entities.ts";
import { app } from "../../worker/app.ts";
import type { Cost } from "../../worker/context.ts";
import { commit, GuardFailed } from "../../worker/db/commit.ts";
import { openDb } from "../../worker/db/db.ts";
import { loadRows } from "../../worker/db/rows.ts";
import { SectionLog } from "../../worker/rooms/log.ts";
import { Projection, type Words } from "../../worker/rooms/projection.ts";
import * as wire from "../../worker/rooms/protocol.ts";
import { storeWords } from "../../worker/rooms/store.ts";
import type { Write } from "../../worker/sync/plan.ts";
import { connect, cookie, hex, makeOrg, newId, origin, paragraph, sql, type Org, type Spy } from "./rooms-rig.ts";

type Who = keyof Org["members"];
const room = (org: Org) => env.ROOM.getByName(org.account);
const at = (section: string, gen = 1) => `${section}.${gen}`;
const is = (one: Uint8Array) => (other: Uint8Array) => hex(one) === hex(other);

async function sits(org: Org, who: Who, address: string, schema = 1): Promise<Spy> {
  const spy = await connect(org.account, `${org.members[who]}-1`);
  spy.auth(address, `;schema=${schema}`);
  await spy.until(() => spy.frames.length > 0, "an answer");
  return spy;
}
async function writes(org: Org, who: Who, address: string, update: Uint8Array, schema = 1): Promise<void> {
  const spy = await sits(org, who, address, schema);
  spy.sync(address, 2, update);
  await spy.until(is(wire.statusFrame(address, true)), "stored");
  spy.close();
}
const dueOf = (org: Org): Promise<string[]> =>
  runInDurableObject(room(org), (_room, { storage }) =>
    storage.sql
      .exec<{ ref: string }>("SELECT ref FROM due WHERE what = 'project'")
      .toArray()
      .map(({ ref }) => ref),
  );
/** As if the time had come. */
async function alarm(org: Org): Promise<void> {
  await runInDurableObject(room(org), (_room, { storage }) => void storage.sql.exec("UPDATE due SET at = 1"));
  await runDurableObjectAlarm(room(org));
}
const stored = (section: string) =>
  env.DB.prepare("SELECT gen, upto, text FROM section_text WHERE section = ?")
    .bind(section)
    .first<{ gen: number; upto: number; text: string }>();

interface Found {
  readonly items: readonly Row[];
  readonly excerpts?: Readonly<Record<string, string>>;
}
async function call(org: Org, who: Who, path: string, method = "GET"): Promise<Response> {
  const headers = { origin, cookie: await cookie(`${org.members[who]}-1`), "content-type": "application/json" };
  const body = method === "POST" ? { body: "{}" } : {};
  return app.fetch(new Request(origin + path, { method, headers, ...body }), env, createExecutionContext());
}
const finds = async (org: Org, who: Who, words: string): Promise<Found> =>
  (await call(org, who, `/api/sections?q=${encodeURIComponent(words)}`)).json();
const ids = ({ items }: Found): string[] => items.map(({ id }) => id);

/** The section's record changed by one batch, as a mutation would. */
async function changes(org: Org, section: string, op: Write["op"], set: Partial<Row>, ver?: number): Promise<unknown> {
  const db = openDb(env.DB);
  const before = (await loadRows(db, [section])).get(section);
  if (!before) throw new Error("no section");
  const after = { ...before.row, ...set } as Row;
  const write: Write = { op, entity: "section", id: section, before: before.row, after, changed: Object.keys(set), ver: before.ver };
  const directory = (await env.DB.prepare("SELECT v FROM meta WHERE k = 'directory'").first<number>("v")) ?? 0;
  const planned = { writes: [write], guards: new Map([[section, ver ?? before.ver]]), anchors: new Map<string, number>() };
  return commit(db, [{ client: crypto.randomUUID(), device: "d", member: org.members.ana, n: 1, mutation: "test@1", planned, directory }], Date.now());
} // prettier-ignore

describe("the words of a section", () => {
  it("[SECTION-7] [ROOM-16] are in the database after an edit, once, and found by who may read them; the room's due row goes then", async () => {
    const org = await makeOrg();
    const { notes, desk } = org.sections;
    await writes(org, "ana", at(notes), paragraph("Renewal hinges on Kowalczyk, who wants it signed before the summer break"));
    await writes(org, "sam", at(desk), paragraph("Kowalczyk shouted at us"));
    expect((await dueOf(org)).sort()).toEqual([at(notes), at(desk)].sort());
    expect(await stored(notes)).toBeNull();
    await alarm(org);
    expect(await dueOf(org)).toEqual([]);
    expect(await stored(notes)).toMatchObject({ gen: 1, upto: 1, text: expect.stringContaining("Renewal hinges") });
    expect(await finds(org, "ana", "kowalczyk")).toMatchObject({
      items: [{ id: notes }],
      excerpts: { [notes]: "Renewal hinges on Kowalczyk, who wants it signed before the summer break" },
    });
    const { excerpts } = await finds(org, "ana", "summer");
    expect(excerpts).toEqual({ [notes]: "…wants it signed before the summer break" });
    expect(ids(await finds(org, "sam", "kowalczyk")).sort()).toEqual([notes, desk].sort());
    expect(await finds(org, "ana", "Title BREAK summer")).toMatchObject({ items: [{ id: notes }] });
    for (const [who, words] of [["ana", "shouted"], ["ana", "kowalczyk shouted"], ["mal", "kowalczyk"], ["bo", "nowhere"]] as const)
      expect([who, words, await finds(org, who, words)]).toEqual([who, words, { items: [], nextCursor: null, note: expect.any(String) }]);
  }); // prettier-ignore

  it("[ROOM-16] an older projection, one of another generation, of another account or of a section that is gone changes nothing; two rows, then one", async () => {
    const org = await makeOrg();
    const { notes, desk, pad } = org.sections;
    const cost: Cost = { queries: 0, rowsRead: 0, rowsWritten: 0 };
    const words = (text: string): Words => ({ text, mentions: [], tasks: [], links: [] });
    const stores = async (account: string, id: string, gen: number, upto: number, text: string): Promise<unknown> => {
      const before = { ...cost };
      await storeWords(openDb(env.DB, cost), account, { id, gen, upto }, words(text));
      return [await stored(id).then((row) => row?.text), cost.rowsWritten - before.rowsWritten];
    };
    expect(await stores(org.account, notes, 1, 5, "five")).toEqual(["five", 2]);
    expect(await stores(org.account, notes, 1, 5, "five again")).toEqual(["five", 0]);
    expect(await stores(org.account, notes, 1, 4, "four")).toEqual(["five", 0]);
    expect(await stores(org.account, notes, 2, 9, "of the next generation")).toEqual(["five", 0]);
    expect(await stores(newId("acc"), notes, 1, 9, "of another room")).toEqual(["five", 0]);
    expect(await stores(org.account, notes, 1, 6, "six")).toEqual(["six", 1]);
    expect(cost.rowsRead).toBeLessThan(6 * 5);
    await sql(`UPDATE section SET deleted_at = 1 WHERE id = ?`, desk);
    expect(await stores(org.account, desk, 1, 1, "gone")).toEqual([undefined, 0]);
    expect(await stores(org.account, newId("sec"), 1, 1, "never there")).toEqual([undefined, 0]);
    await sql(`UPDATE section SET gen = 2 WHERE id = ?`, pad);
    expect(await stores(org.account, pad, 1, 1, "late")).toEqual([undefined, 0]);
  });

  it("[ROOM-16] a database that fails is asked again, and no word of it is in the log", async () => {
    const org = await makeOrg();
    const { notes } = org.sections;
    const said: string[] = [];
    const log = vi
      .spyOn(console, "error")
      .mockImplementation((...words) => void said.push(words.map(String).join(" ")));
    await writes(org, "ana", at(notes), paragraph("CANARY"));
    await sql("ALTER TABLE section_text RENAME TO away");
    await alarm(org);
    await sql("ALTER TABLE away RENAME TO section_text");
    log.mockRestore();
    expect(said).toEqual(["projection_failed 1"]);
    expect(await dueOf(org)).toEqual([at(notes)]);
    await evictDurableObject(room(org));
    await alarm(org);
    expect([await stored(notes), await dueOf(org)]).toMatchObject([{ upto: 1, text: "CANARY" }, []]);
  });

  it("[ROOM-16] what is typed while the database takes the words is due again, half a minute later; then nothing is", async () => {
    const org = await makeOrg();
    const address = at(org.sections.notes);
    const [first, second] = await runInDurableObject(room(org), async (_room, { storage }) => {
      const log = new SectionLog(storage);
      log.begin();
      const types = async (text: string): Promise<void> => {
        const section = await log.open(org.sections.notes, 1, Date.now());
        const change = paragraph(text);
        Y.applyUpdate(section.doc, change);
        log.append(section, { member: org.members.ana, session: "s" }, Date.now(), change, []);
        log.store(section);
      };
      const due = () => storage.sql.exec<{ at: number }>("SELECT at FROM due WHERE what = 'project'").toArray()[0]?.at;
      const taken: string[] = [];
      const projection = new Projection(log, () => undefined, async (_section, { text }) => {
        taken.push(text);
        if (taken.length === 1) await types("meanwhile");
      });
      await types("before");
      await projection.run(address);
      const again = due();
      await projection.run(address);
      return [[taken[0], again], [taken[1], due()]];
    });
    expect(first).toEqual(["before", expect.any(Number)]);
    expect((first?.[1] as number) - Date.now()).toBeGreaterThan(20_000);
    expect(second).toEqual([expect.stringContaining("meanwhile"), undefined]);
  }); // prettier-ignore

  it("[ROOM-16] what was lost in the room's plans or in the database is there again when somebody opens the section", async () => {
    const org = await makeOrg();
    const { notes } = org.sections;
    await writes(org, "ana", at(notes), paragraph("heals"));
    await runInDurableObject(room(org), (_room, { storage }) => void storage.sql.exec("DELETE FROM due"));
    await evictDurableObject(room(org));
    (await sits(org, "bo", at(notes))).close();
    expect(await dueOf(org)).toEqual([at(notes)]);
    await alarm(org);
    expect(await stored(notes)).toMatchObject({ text: "heals" });
    (await sits(org, "bo", at(notes))).close();
    expect(await dueOf(org)).toEqual([]); // nothing is wanting
    await sql("DELETE FROM section_text WHERE section = ?", notes);
    (await sits(org, "sam", at(notes))).close();
    await alarm(org);
    expect(ids(await finds(org, "ana", "heals"))).toEqual([notes]);
  });

  it("[SECTION-7] [LEAK-64] [case 41] tightened: gone in the same batch, and for good to who may not read it; back for its readers when the room has followed", async () => {
    const org = await makeOrg();
    const { notes } = org.sections;
    await writes(org, "ana", at(notes), paragraph("CANARY"));
    await alarm(org);
    expect(ids(await finds(org, "ana", "CANARY"))).toEqual([notes]);
    const tight = { gen: 2, group: "internal", sectionKind: "internal:service" };
    await expect(changes(org, notes, "edit", tight, 77)).rejects.toThrow(GuardFailed);
    expect(ids(await finds(org, "ana", "CANARY"))).toEqual([notes]); // the whole batch, or nothing of it
    await changes(org, notes, "edit", tight);
    expect(await stored(notes)).toBeNull();
    // What was under way when it was tightened comes too late.
    await storeWords(openDb(env.DB), org.account, { id: notes, gen: 1, upto: 99 }, { text: "CANARY", mentions: [], tasks: [], links: [] }); // prettier-ignore
    expect(await stored(notes)).toBeNull();
    await sql("UPDATE section SET compartment = 'service' WHERE id = ?", notes); // a commit moves no record to another key
    await room(org).follow({ section: notes, gen: 2, regen: null, handed: null }); // as the edge says it, with nobody there
    await alarm(org);
    expect(await stored(notes)).toMatchObject({ gen: 2, text: "CANARY" });
    expect(ids(await finds(org, "sam", "CANARY"))).toEqual([notes]);
    for (const who of ["ana", "bo", "mal"] as const)
      expect([who, JSON.stringify(await finds(org, who, "CANARY"))]).toEqual([who, expect.not.stringContaining("CANARY")]); // prettier-ignore
  });

  it("[SECTION-7] deleted: gone with the record; restored and opened: there again", async () => {
    const org = await makeOrg();
    const { notes } = org.sections;
    await writes(org, "ana", at(notes), paragraph("Ephemera"));
    await alarm(org);
    await changes(org, notes, "delete", {});
    expect(await stored(notes)).toBeNull();
    await changes(org, notes, "restore", {});
    await room(org).rightsChanged(2);
    (await sits(org, "ana", at(notes))).close();
    await alarm(org);
    expect(ids(await finds(org, "ana", "ephemera"))).toEqual([notes]);
    // A new title is no new reader.
    await changes(org, notes, "edit", { title: "Another" });
    expect(await stored(notes)).not.toBeNull();
  });

  it("[SECTION-7] a mention that somebody typed gives nobody anything and tells nobody", async () => {
    const org = await makeOrg();
    const { pad } = org.sections;
    const doc = new Y.Doc();
    const [line, mention] = [new Y.XmlElement("paragraph"), new Y.XmlElement<Record<string, string>>("mention")];
    doc.getXmlFragment("default").insert(0, [line]);
    line.insert(0, [new Y.XmlText("CANARY"), mention]);
    for (const [key, value] of Object.entries({ kind: "member", id: org.members.mal, label: "Mal" }))
      mention.setAttribute(key, value);
    const counted = () => env.DB.prepare("SELECT (SELECT count(*) FROM share) + (SELECT count(*) FROM change) AS n").first<number>("n"); // prettier-ignore
    const before = await counted();
    await writes(org, "ana", at(pad), Y.encodeStateAsUpdate(doc));
    await alarm(org);
    const kept = await env.DB.prepare("SELECT mentions FROM section_text WHERE section = ?").bind(pad).first("mentions"); // prettier-ignore
    expect(kept).toBe(JSON.stringify([{ kind: "member", id: org.members.mal }]));
    expect(await counted()).toBe(before);
    expect(ids(await finds(org, "mal", "CANARY"))).toEqual([]);
    expect(ids(await finds(org, "mal", org.members.mal))).toEqual([]);
  });
});

describe("who the text of a section names", () => {
  /** A document whose pages come one after the other, as one writer sends them. */
  const naming = (doc: Y.Doc, ...members: readonly string[]): Uint8Array => {
    const before = Y.encodeStateVector(doc);
    const line = new Y.XmlElement("paragraph");
    doc.getXmlFragment("default").insert(doc.getXmlFragment("default").length, [line]);
    for (const id of members) {
      const mention = new Y.XmlElement("mention");
      line.insert(line.length, [mention]);
      for (const [key, value] of Object.entries({ kind: "member", id, label: "Somebody" }))
        mention.setAttribute(key, value);
    }
    return Y.encodeStateAsUpdate(doc, before);
  };
  /** Mentions came with the schema's second number. */
  const org2 = async (): Promise<Org> => {
    const org = await makeOrg();
    await sql(`UPDATE section SET schema = 2 WHERE anchor = '${org.account}'`);
    return org;
  };
  const told = async (org: Org, who: Who): Promise<unknown[]> =>
    (await (await call(org, who, "/api/mentions")).json<{ items: unknown[] }>()).items;
  const raw = async (org: Org, who: Who): Promise<string> => (await call(org, who, "/api/mentions")).text();

  it("[NOTICE-8] tells each of them, where they may read it, since when and by whom; not who wrote it, not anew, and not when it is gone", async () => {
    const org = await org2();
    const { notes } = org.sections;
    const { ana, sam, mal } = org.members;
    const doc = new Y.Doc();
    await writes(org, "ana", at(notes), naming(doc, sam, mal, ana), 2);
    await alarm(org);
    const first = await told(org, "sam");
    expect(first).toEqual([
      { section: notes, anchor: org.account, title: expect.any(String), at: expect.any(Number), by: ana },
    ]);
    expect([await told(org, "ana"), await told(org, "mal"), await told(org, "bo")]).toEqual([[], [], []]);
    await writes(org, "ana", at(notes), naming(doc, sam), 2);
    await alarm(org);
    expect(await told(org, "sam")).toEqual(first);
    doc.getXmlFragment("default").delete(0, 2);
    await writes(org, "ana", at(notes), Y.encodeStateAsUpdate(doc), 2);
    await alarm(org);
    expect(await told(org, "sam")).toEqual([]);
  });

  it("[NOTICE-8] [LEAK-10] [LEAK-56] a note that one may not read changes no byte of what one is told, however often it names one", async () => {
    const org = await org2();
    const { notes, desk } = org.sections;
    await writes(org, "bo", at(notes), naming(new Y.Doc(), org.members.ana), 2);
    await alarm(org);
    const before = await raw(org, "ana");
    expect(before).toContain(notes);
    await writes(org, "sam", at(desk), naming(new Y.Doc(), org.members.ana, org.members.mal), 2);
    await alarm(org);
    expect(
      (await env.DB.prepare("SELECT count(*) AS n FROM section_mention WHERE section = ?")
        .bind(desk)
        .first<number>("n")) ?? 0,
    ).toBe(2);
    expect([await raw(org, "ana"), await told(org, "mal")]).toEqual([before, []]);
    // Beyond a page of what is hidden, too.
    const many = Array.from(
      { length: 250 },
      (_, n) => `('${desk}${n}', '${org.members.ana}', ${Date.now() + n})`,
    ).join();
    await sql(`INSERT INTO section_mention (section, member, at) VALUES ${many}`);
    expect(await raw(org, "ana")).toBe(before);
  });

  it("[NOTICE-8] is forgotten with its section, and older than a month it is not told", async () => {
    const org = await org2();
    const { notes, pad } = org.sections;
    await writes(org, "bo", at(notes), naming(new Y.Doc(), org.members.ana), 2);
    await alarm(org);
    await changes(org, notes, "delete", { deletedAt: Date.now() } as Partial<Row>);
    expect(await env.DB.prepare("SELECT * FROM section_mention WHERE section = ?").bind(notes).first()).toBeNull();
    await sql(`INSERT INTO section_mention (section, member, at) VALUES ('${pad}', '${org.members.ana}', 1)`);
    expect(await told(org, "ana")).toEqual([]);
  });
});

describe("who wrote in the notes of an account", () => {
  interface Wrote {
    readonly section: string;
    readonly by: string;
    readonly line: string;
  }
  const raw = async (org: Org, who: Who): Promise<string> =>
    (await call(org, who, `/api/accounts/${org.account}/wrote`)).text();
  const told = async (org: Org, who: Who): Promise<readonly Wrote[]> => (JSON.parse(await raw(org, who)) as { items: Wrote[] }).items; // prettier-ignore

  it("[SECTION-15] is one line a note, a writer and a day, with how the note begins now; of notes that one may not read there is not a byte", async () => {
    const org = await makeOrg();
    const { notes, desk } = org.sections;
    expect(await told(org, "ana")).toEqual([]);
    await writes(org, "ana", at(notes), paragraph("Renewal hinges on the board"));
    await writes(org, "ana", at(notes), paragraph("and on the price"));
    expect(await told(org, "sam")).toMatchObject([{ section: notes, by: org.members.ana, line: "" }]); // no words in the database yet
    await alarm(org);
    const line = (await told(org, "sam"))[0]?.line ?? "";
    expect(["Renewal hinges on the board", "and on the price"]).toContain(line);
    const before = await raw(org, "ana");
    await writes(org, "sam", at(desk), paragraph("Kowalczyk shouted at us"));
    await alarm(org);
    expect(await raw(org, "ana")).toBe(before);
    expect((await told(org, "sam")).map(({ section }) => section).sort()).toEqual([notes, desk].sort());
    // Beyond the log, from what is kept of it; of one that is deleted nothing.
    await call(org, "ana", `/api/accounts/${org.account}/sections/${notes}/versions`, "POST");
    expect((await told(org, "ana")).map(({ by }) => by)).toEqual([org.members.ana]);
    await changes(org, notes, "delete", { deletedAt: Date.now() } as Partial<Row>);
    expect(await told(org, "ana")).toEqual([]);
  });

  it("[SECTION-15] is missing with the account, like one that never was", async () => {
    const org = await makeOrg();
    await writes(org, "ana", at(org.sections.notes), paragraph("Hello"));
    const never = await (await call(org, "mal", `/api/accounts/${newId("acc")}/wrote`)).text();
    expect(await raw(org, "mal")).toBe(never);
  });
});
