/** Rooms in workerd, on real D1 and the shipped policy: what docs/spec/rooms.md promises, seen from raw sockets. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import fc from "fast-check";
import * as encoding from "lib0/encoding";
import { describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import { edgeLimits, limits } from "../../shared/kernel/limits.ts";
import { SectionLog } from "../../worker/rooms/log.ts";
import * as wire from "../../worker/rooms/protocol.ts";
import {
  ask,
  connect,
  cookie,
  fetchApp,
  hex,
  makeApiToken,
  makeOrg,
  newId,
  origin,
  caret,
  paragraph,
  Spy,
  sql,
  startSession,
  typing,
  type Org,
} from "./rooms-rig.ts";

const room = (org: Org) => env.ROOM.getByName(org.account);
const same = (one: Uint8Array) => (other: Uint8Array) => hex(one) === hex(other);
const at = (section: string, gen = 1) => `${section}.${gen}`;
const stored = (address: string) => same(wire.statusFrame(address, true));
const refused = (address: string) => same(wire.statusFrame(address, false));

/** Opens a section and waits for the answer. */
async function open(spy: Spy, address: string, token?: string): Promise<"write" | "read" | "denied"> {
  const answers = {
    write: wire.authenticatedFrame(address, "write"),
    read: wire.authenticatedFrame(address, "read"),
    denied: wire.deniedFrame(address),
  };
  spy.auth(address, token);
  const answer = await spy.until((frame) => Object.values(answers).some(same(frame)), "answer to auth");
  for (const name of ["write", "read", "denied"] as const) if (same(answers[name])(answer)) return name;
  throw new Error("unreachable");
}
async function sitting(org: Org, who: keyof Org["members"]): Promise<Spy> {
  return connect(org.account, `${org.members[who]}-1`);
}
const textOf = async (org: Org, section: string, gen = 1): Promise<string> =>
  runInDurableObject(room(org), async (_room, { storage }) =>
    (await new SectionLog(storage).open(section, gen, Date.now())).doc.getText("plain").toString(),
  );
const rows = async (org: Org, table: string): Promise<number> =>
  runInDurableObject(
    room(org),
    (_room, { storage }) => storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n,
  );
const quiet = (ms = 60) => new Promise((done) => setTimeout(done, ms));
const updateOf = (text: string) => typing(text);

describe("opening", () => {
  it("[SECTION-2] [LEAK-28] [case 2] hidden, missing, malformed and stale sections are answered with the same bytes, and silence after", async () => {
    const org = await makeOrg();
    const spy = await sitting(org, "sam");
    const mal = await sitting(org, "mal");
    const missing = at(newId("sec"));
    const asked = [at(org.sections.notes), missing, "nonsense", at(org.sections.notes, 9), `${org.account}.1`];
    for (const address of asked) expect(await open(mal, address)).toBe("denied");
    const bare = (frames: readonly Uint8Array[], address: string) =>
      frames.map((frame) => Buffer.from(frame)).filter((frame) => frame.includes(address)).map((frame) => frame.subarray(frame.indexOf(address) + address.length).toString("hex")); // prettier-ignore
    const answers = asked.map((address) => bare(mal.frames, address));
    for (const answer of answers) expect(answer).toEqual(answers[1]);
    for (const address of asked) {
      mal.sync(address, 0, new Uint8Array([0]));
      mal.sync(address, 2, updateOf("x"));
      mal.send(address, 3);
      mal.present(address, 5, 1, {});
    }
    await quiet();
    expect(mal.frames.length).toBe(asked.length);
    expect(await rows(org, "log")).toBe(0);
    expect(await open(spy, at(org.sections.desk))).toBe("write");
  });

  it("[SECTION-2] opening stores nothing, and a stranger without a ticket leaves no trace", async () => {
    const org = await makeOrg();
    const spy = await connect(org.account, null);
    spy.auth(at(org.sections.notes), "no-such-ticket;schema=1");
    expect(await spy.untilClosed()).toBe(4401);
    expect(
      await runInDurableObject(
        room(org),
        (_room, { storage }) => storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'log'").toArray().length,
      ),
    ).toBe(0);
    const ana = await sitting(org, "ana");
    expect(await open(ana, at(org.sections.notes))).toBe("write");
    expect(await rows(org, "sec")).toBe(0);
  });

  it("[SECTION-3] [case 33] an editor that states an older schema, or none, reads only; scratch needs none; a newer one writes", async () => {
    const org = await makeOrg();
    const ana = await sitting(org, "ana");
    expect(await open(ana, at(org.sections.notes), "")).toBe("read");
    expect(await open(ana, at(org.sections.pad), "")).toBe("write");
    const [again] = [await sitting(org, "ana")];
    expect(await open(again, at(org.sections.notes), ";schema=2")).toBe("write");
    await sql(`UPDATE "section" SET "schema" = 2 WHERE "id" = ?`, org.sections.notes);
    const third = await sitting(org, "ana");
    expect(await open(third, at(org.sections.desk))).toBe("denied");
    await room(org).rightsChanged(2);
    expect(await open(await sitting(org, "ana"), at(org.sections.notes), ";schema=1")).toBe("read");
  });

  it("[ROOM-3] [case 24] the twenty-fifth section of a socket is refused, and the others live on", async () => {
    const org = await makeOrg();
    const ana = await sitting(org, "ana");
    const address = at(org.sections.pad);
    for (let n = 0; n < edgeLimits.openSectionsMax; n++) {
      expect(await open(ana, `${address}\0${n}`)).toBe("write");
      ana.present(`${address}\0${n}`, 100 + n, 1, { filler: "é".repeat(200) });
      await quiet(); // or the rate of presence would hide that there is too much of it
    }
    for (let n = edgeLimits.openSectionsMax; n < 40; n++) expect(await open(ana, `${address}\0${n}`)).toBe("denied");
    await evictDurableObject(room(org)); // which modes it has is what the attachment says
    ana.sync(`${address}\0${3}`, 2, updateOf("still here"));
    await ana.until(stored(`${address}\0${3}`));
  }, 60_000);
});

describe("writing", () => {
  it("[SECTION-1] an update is acknowledged when it is in the log, relayed to the others alone, and survives the room", async () => {
    const org = await makeOrg();
    const address = at(org.sections.pad);
    const [ana, bo, other] = [await sitting(org, "ana"), await sitting(org, "bo"), await sitting(org, "bo")];
    for (const spy of [ana, bo]) expect(await open(spy, address, "")).toBe("write");
    expect(await open(other, at(org.sections.notes))).toBe("write");
    const update = updateOf("Kept words");
    ana.sync(address, 2, update);
    await ana.until(stored(address));
    expect(await rows(org, "log")).toBe(1);
    expect(hex(await bo.until(same(wire.updateFrame(address, update))))).toBe(hex(wire.updateFrame(address, update)));
    expect(ana.frames.filter(same(wire.updateFrame(address, update)))).toEqual([]);
    expect(other.heard).not.toContain("Kept");
    await evictDurableObject(room(org));
    expect(await textOf(org, org.sections.pad)).toBe("Kept words");
    bo.sync(address, 0, new Uint8Array([0]));
    expect(
      await bo.until(
        (frame) => hex(frame).includes(hex(new TextEncoder().encode("Kept words"))) && frame[address.length + 2] === 1,
      ),
    ).toBeDefined();
  });

  it("[SECTION-1] [ROOM-11] what comes first is stored at once, what comes in the same turn after it is one row and one frame for each; every update is acknowledged", async () => {
    const org = await makeOrg();
    const [pad, notes] = [at(org.sections.pad), at(org.sections.notes)];
    const [ana, bo, sam] = [await sitting(org, "ana"), await sitting(org, "bo"), await sitting(org, "sam")];
    for (const spy of [ana, bo, sam]) await open(spy, pad, "");
    for (const spy of [ana, bo]) await open(spy, notes);
    const [one, two] = [new Y.Doc(), new Y.Doc()];
    const gap = [typing("never sent ", one), typing("after it", one)][1];
    if (!gap) throw new Error("unreachable");
    const writes: [keyof Org["members"], string, Uint8Array][] = [["ana", pad, gap]];
    for (let n = 0; n < 5; n++) writes.push(["bo", pad, typing(`b${n} `, two)], ["ana", notes, paragraph(`n${n}`)]);
    const mine = new Y.Doc();
    for (let n = 0; n < 5; n++) writes.push(["ana", pad, typing(`a${n} `, mine)]);
    const heard = sam.frames.length;
    await runInDurableObject(room(org), async (instance, state) => {
      const socket = (who: keyof Org["members"]) => state.getWebSockets(`m:${org.members[who]}`)[0] as WebSocket;
      const frame = (address: string, update: Uint8Array) => wire.updateFrame(address, update).slice().buffer;
      await Promise.all(writes.map(([who, address, update]) => instance.webSocketMessage(socket(who), frame(address, update)))); // prettier-ignore
    });
    await ana.until(() => [pad, notes].every((address) => ana.frames.filter(stored(address)).length === 5));
    await bo.until(() => bo.frames.filter(stored(pad)).length === 5);
    expect(ana.frames.filter(refused(pad)).length).toBe(1);
    expect(await rows(org, "log")).toBe(3); // the pad's first, the pad's others, the notes'
    await sam.until(() => sam.frames.length > heard + 1);
    expect(sam.frames.length).toBe(heard + 2);
    const words = await textOf(org, org.sections.pad);
    for (const word of ["a0 a1 a2 a3 a4", "b0 b1 b2 b3 b4"]) expect(words).toContain(word);
    // What each wrote is known after a sleep too, though the row is of both.
    const spent = await runInDurableObject(room(org), async (_room, { storage }) => {
      const log = new SectionLog(storage);
      const section = await log.open(org.sections.pad, 1, Date.now());
      return (["ana", "bo", "sam"] as const).map((who) => log.spentBy(section, org.members[who], Date.now()) > 0);
    });
    expect(spent).toEqual([true, true, false]);
  });

  it("[SECTION-1] what cannot be stored is not acknowledged and not kept in memory", async () => {
    const org = await makeOrg();
    const address = at(org.sections.pad);
    const ana = await sitting(org, "ana");
    await open(ana, address, "");
    ana.sync(address, 2, updateOf("first"));
    await ana.until(stored(address));
    await runInDurableObject(room(org), (_room, { storage }) =>
      storage.sql.exec("CREATE TRIGGER no_room BEFORE INSERT ON log BEGIN SELECT RAISE(ABORT, 'disk full'); END"),
    );
    ana.sync(address, 2, updateOf("second"));
    await ana.until(refused(address));
    await runInDurableObject(room(org), (_room, { storage }) => storage.sql.exec("DROP TRIGGER no_room"));
    const bo = await sitting(org, "bo");
    await open(bo, address, "");
    bo.sync(address, 0, new Uint8Array([0]));
    await bo.until((frame) => frame.includes(0x66) && hex(frame).includes(hex(new TextEncoder().encode("first"))));
    expect(bo.heard).not.toContain("second");
  });

  it("[ROOM-4] [case 4] a reader's update, step 2, and step 2 under type 4 change nothing; a reader is never asked for what they have", async () => {
    const org = await makeOrg();
    const address = at(org.sections.notes);
    const sam = await sitting(org, "sam");
    expect(await open(sam, address)).toBe("read");
    sam.sync(address, 0, new Uint8Array([0]));
    sam.sync(address, 2, paragraph("forbidden"));
    sam.sync(address, 1, paragraph("forbidden"));
    sam.sync(address, 1, paragraph("forbidden"), 4);
    await sam.until((_frame) => sam.frames.filter(refused(address)).length === 3, "three refusals");
    expect(await rows(org, "log")).toBe(0);
    expect(sam.frames.some((frame) => frame[address.length + 1] === 0 && frame[address.length + 2] === 0)).toBe(false);
  });

  it("[ROOM-4] a token without the right to write only reads", async () => {
    const org = await makeOrg();
    const token = await makeApiToken(org.members.ana, ["comment"]);
    const spy = await connect(org.account, null, { authorization: `Bearer ${token}` });
    expect(await open(spy, at(org.sections.pad), "")).toBe("read");
    const writer = await connect(org.account, null, {
      authorization: `Bearer ${await makeApiToken(org.members.ana, ["write"])}`,
    });
    expect(await open(writer, at(org.sections.pad), "")).toBe("write");
  });

  it("[ROOM-6] [case 10] [case 12] gaps, hijacked ids and truncated updates are refused; what follows from their owner lands", async () => {
    const org = await makeOrg();
    const address = at(org.sections.pad);
    const [ana, bo] = [await sitting(org, "ana"), await sitting(org, "bo")];
    for (const spy of [ana, bo]) await open(spy, address, "");
    const doc = new Y.Doc();
    const [one, two, three] = [typing("one", doc), typing(" two", doc), typing(" three", doc)];
    ana.sync(address, 2, one);
    await ana.until(stored(address));
    ana.sync(address, 2, three);
    await ana.until(refused(address));
    const forged = new Y.Doc();
    Y.applyUpdate(forged, one);
    forged.clientID = doc.clientID;
    bo.sync(address, 2, typing("EVIL", forged));
    await bo.until(refused(address));
    for (let cut = 0; cut < 2; cut++) bo.sync(address, 2, two.slice(0, two.length - 1 - cut));
    await bo.until(() => bo.frames.filter(refused(address)).length === 3);
    ana.sync(address, 2, two);
    ana.sync(address, 2, three);
    await ana.until(() => ana.frames.filter(stored(address)).length === 3);
    expect(await textOf(org, org.sections.pad)).toBe("one two three");
  });

  it("[SECTION-3] [LEAK-62] [case 33] a node that the section's schema does not have is refused, before and after it is known", async () => {
    const org = await makeOrg();
    const address = at(org.sections.notes);
    const ana = await sitting(org, "ana");
    await open(ana, address, ";schema=1");
    ana.sync(address, 2, paragraph("x", "script"));
    await ana.until(refused(address));
    ana.sync(address, 2, paragraph("words"));
    await ana.until(stored(address));
    expect(await rows(org, "log")).toBe(1);
  });

  it("[ROOM-9] [LEAK-63] [case 39] an hour's bytes used up: that member reads, others write on", async () => {
    const org = await makeOrg();
    const address = at(org.sections.notes);
    const [ana, bo] = [await sitting(org, "ana"), await sitting(org, "bo")];
    for (const spy of [ana, bo]) await open(spy, address);
    for (let n = 0; n < 2; n++) ana.sync(address, 2, paragraph("x".repeat(600_000)));
    await ana.until(same(wire.statelessFrame(address, '{"type":"budget","state":"used"}')));
    await ana.until(same(wire.authenticatedFrame(address, "read")));
    ana.sync(address, 2, paragraph("more"));
    await ana.until(refused(address));
    bo.sync(address, 2, paragraph("mine"));
    await bo.until(stored(address));
    await evictDurableObject(room(org));
    ana.sync(address, 2, paragraph("more"));
    await ana.until(() => ana.frames.filter(refused(address)).length === 2);
  });

  it("[ROOM-9] [case 20] past the hard size the section takes no more, and nothing of it is lost", async () => {
    const org = await makeOrg();
    const address = at(org.sections.pad);
    const ana = await sitting(org, "ana");
    await open(ana, address, "");
    ana.sync(address, 2, updateOf("a".repeat(edgeLimits.updateBytesMax))); // fits a frame, and no row
    await ana.until(refused(address));
    expect(await rows(org, "log")).toBe(0);
    ana.sync(address, 2, updateOf("a".repeat(900_000)));
    await ana.until(stored(address));
    ana.sync(address, 2, updateOf("b".repeat(900_000)));
    await ana.until(() => ana.frames.filter(refused(address)).length === 2);
    await ana.until(same(wire.authenticatedFrame(address, "read")));
    await evictDurableObject(room(org));
    expect(await textOf(org, org.sections.pad)).toBe("a".repeat(900_000));
  });

  it("[ROOM-9] one that is full of text alone is not squashed: it is written again, but only shorter until there is room", async () => {
    const org = await makeOrg();
    const address = at(org.sections.pad);
    const ana = await sitting(org, "ana");
    await open(ana, address, "");
    const doc = new Y.Doc();
    const text = doc.getText("plain");
    const write = async (act: () => void, answer: (address: string) => (frame: Uint8Array) => boolean) => {
      const before = Y.encodeStateVector(doc);
      const from = ana.frames.length;
      act();
      ana.sync(address, 2, Y.encodeStateAsUpdate(doc, before));
      await ana.until((frame) => ana.frames.indexOf(frame) >= from && answer(address)(frame));
    };
    const adding = (much: string) => {
      const copy = new Y.Doc(); // what is refused must not stay in the writer's own
      Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
      const before = Y.encodeStateVector(copy);
      copy.getText("plain").insert(0, much);
      return Y.encodeStateAsUpdate(copy, before);
    };
    const refuses = async (update: Uint8Array) => {
      const from = ana.frames.length;
      ana.sync(address, 2, update);
      await ana.until((frame) => ana.frames.indexOf(frame) >= from && refused(address)(frame));
    };
    await write(() => text.insert(0, "a".repeat(900_000)), stored);
    await refuses(adding("b".repeat(900_000)));
    await ana.until(same(wire.authenticatedFrame(address, "read")));
    const modes = () => ana.frames.filter((frame) => frame.length < 100 && same(wire.authenticatedFrame(address, "write"))(frame)).length; // prettier-ignore
    await runDurableObjectAlarm(room(org)); // unless it has rung by itself
    await ana.until(() => modes() === 2); // once when it was opened, and now again
    await refuses(adding("b".repeat(900_000)));
    expect(await open(await sitting(org, "bo"), address, "")).toBe("write");
    await write(() => text.delete(0, 400_000), stored);
    await write(() => text.insert(0, "b".repeat(900_000)), stored);
    await evictDurableObject(room(org));
    expect(await textOf(org, org.sections.pad)).toBe("b".repeat(900_000) + "a".repeat(500_000));
  });
});

describe("hostile frames", () => {
  it("[ROOM-2] [case 14] [case 22] malformed frames never throw: three strikes close the socket, others write on", async () => {
    const org = await makeOrg();
    const address = at(org.sections.pad);
    const said = vi.spyOn(console, "error");
    const [ana, bo] = [await sitting(org, "ana"), await sitting(org, "bo")];
    await open(ana, address, "");
    const odd = await sitting(org, "bo");
    odd.raw(new Uint8Array());
    odd.sync("x".repeat(1_000_000), 2, new Uint8Array(10));
    odd.send(address, 99);
    expect(await odd.untilClosed()).toBe(4400);
    const random = fc.sample(fc.uint8Array({ minLength: 0, maxLength: 200 }), 200);
    for (const bytes of random) bo.raw(bytes);
    expect(await bo.untilClosed()).toBe(4400);
    const [text, large, type6] = [await sitting(org, "bo"), await sitting(org, "bo"), await sitting(org, "bo")];
    text.raw("hello");
    expect(await text.untilClosed()).toBe(1003);
    large.raw(new Uint8Array(edgeLimits.frameBytesMax + 1));
    expect(await large.untilClosed()).toBe(1009);
    for (let n = 0; n < 3; n++) type6.send(address, 6);
    expect(await type6.untilClosed()).toBe(4400);
    const vectors = await sitting(org, "bo");
    await open(vectors, address, "");
    vectors.sync(address, 0, new Uint8Array([255, 255, 255]));
    const clients = encoding.encode((to) => {
      for (let n = 0; n < 150_000; n++) encoding.writeVarUint(to, n === 0 ? 149_999 : n);
    });
    for (let n = 0; n < 2; n++) vectors.sync(address, 0, clients);
    expect(await vectors.untilClosed()).toBe(4400);
    ana.sync(address, 2, updateOf("fine"));
    await ana.until(stored(address));
    expect(said).not.toHaveBeenCalled();
    said.mockRestore();
  });

  it("[ROOM-2] [case 23] who sends much before opening anything is closed; a lone ping byte is answered", async () => {
    const org = await makeOrg();
    const spy = await connect(org.account, null);
    spy.raw(new Uint8Array([9]));
    await spy.until(same(new Uint8Array([10])));
    for (let n = 0; n < 1_000; n++) spy.sync(`address-${n}`, 2, new Uint8Array(10));
    expect(await spy.untilClosed()).toBe(4429);
    const member = await sitting(org, "ana"); // whoever signed in has opened nothing yet either
    for (let n = 0; n < 6; n++) member.sync(at(newId("sec")), 2, new Uint8Array(1_000_000));
    expect(await member.untilClosed()).toBe(4529); // so much at once is too fast as well
    for (const table of ["sec", "log", "owner"]) expect(await rows(org, table)).toBe(0);
  });
});

describe("presence", () => {
  const named = (org: Org, who: keyof Org["members"]) =>
    `"user":{"member":"${org.members[who]}","name":"Name of ${who}"}`;
  it("[ROOM-22] [case 21] who does not say that they read is closed after four megabytes; others write on, and whoever comes back has all", async () => {
    const org = await makeOrg();
    const address = at(org.sections.pad);
    const [ana, more] = [await sitting(org, "ana"), await sitting(org, "ana")]; // a socket may send 4 MB at once
    const [bo, deaf, slow] = [await sitting(org, "bo"), await sitting(org, "bo"), await sitting(org, "bo")];
    deaf.reads = false;
    slow.reads = false;
    for (const spy of [ana, more, bo, deaf, slow]) expect(await open(spy, address)).toBe("write");
    deaf.present(address, 77, 1, { at: "the desk" });
    const says = (words: string) => (frame: Uint8Array) =>
      frame.byteLength < 300 && new TextDecoder().decode(frame).includes(words);
    await bo.until(says("the desk"));
    const doc = new Y.Doc();
    const text = doc.getText("plain");
    const write = async (from: Spy) => {
      const vector = Y.encodeStateVector(doc);
      text.insert(0, "x".repeat(90_000));
      const over = text.length - 450_000; // or the section would be full
      if (over > 0) text.delete(text.length - over, over);
      const before = from.frames.length;
      from.sync(address, 2, Y.encodeStateAsUpdate(doc, vector));
      const isStored = () => from.frames.slice(before).some((frame) => frame.length < 100 && stored(address)(frame));
      while (!isStored()) await quiet(2);
    };
    const bytesOf = ({ frames }: Spy) => frames.reduce((sum, { byteLength }) => sum + byteLength, 0);

    // A megabyte unread: presence is left out, and an answer waits until more was read, also over a sleep.
    while (bytesOf(slow) < edgeLimits.sendSkipBytes + 200_000) await write(ana);
    const asks = async () => {
      const before = bytesOf(slow);
      slow.sync(address, 0, new Uint8Array([0]));
      await quiet();
      return bytesOf(slow) - before;
    };
    expect(await asks()).toBe(0);
    await evictDurableObject(room(org));
    await quiet();
    const before = bytesOf(slow);
    const pings = slow.frames.filter(same(wire.pingFrame)).length;
    slow.reads = true;
    for (let n = 0; n < pings; n++) slow.raw(wire.pongFrame);
    for (let tries = 0; tries < 500 && bytesOf(slow) === before; tries++) await quiet(10);
    expect(bytesOf(slow) - before).toBeGreaterThan(90_000);

    for (let n = 0; n < 60 && deaf.closed === null; n++) await write(n % 2 === 0 ? ana : more);
    expect(await deaf.untilClosed()).toBe(4513);
    expect(bytesOf(deaf)).toBeGreaterThan(edgeLimits.sendCloseBytes);
    expect(bytesOf(deaf)).toBeLessThan(edgeLimits.sendCloseBytes + edgeLimits.sendPingBytes + 200_000); // a sleep forgets one
    for (const spy of [ana, more, bo, slow]) expect(spy.closed).toBe(null);
    await bo.until(says("null"), "the end of its presence");
    const again = await sitting(org, "bo");
    await open(again, address);
    again.sync(address, 0, new Uint8Array([0]));
    const whole = new Y.Doc();
    await again.until((frame) => {
      const read = wire.readFrame(frame);
      if (read?.type === "update") Y.applyUpdate(whole, read.update);
      return whole.getText("plain").length === text.length;
    });
    expect(whole.getText("plain").toString()).toBe(text.toString());
  }, 60_000);

  it("[ROOM-7] [case 15] the name is the server's; nobody speaks for another; leaving is told", async () => {
    const org = await makeOrg();
    const address = at(org.sections.notes);
    const [ana, bo, desk] = [await sitting(org, "ana"), await sitting(org, "bo"), await sitting(org, "sam")];
    for (const spy of [ana, bo]) await open(spy, address);
    await open(desk, at(org.sections.desk));
    ana.present(address, 77, 1, { user: { name: "Bo" }, cursor: caret(9) });
    await bo.until((frame) => new TextDecoder().decode(frame).includes(named(org, "ana")));
    bo.present(address, 77, 5, null);
    bo.present(address, 77, 6, { user: {} });
    bo.present(address, 88, 1, {});
    await ana.until((frame) => new TextDecoder().decode(frame).includes(named(org, "bo")));
    expect(ana.heard).not.toContain("null");
    expect(desk.heard).not.toContain("Name of");
    ana.close();
    await bo.until((frame) => frame[address.length + 1] === 1 && new TextDecoder().decode(frame).endsWith("null"));
  });

  it("[ROOM-7] [case 3] [case 16] [case 17] after a sleep a newcomer sees everybody, nobody is gone, and one edit is one frame", async () => {
    const org = await makeOrg();
    const address = at(org.sections.pad);
    const [ana, bo] = [await sitting(org, "ana"), await sitting(org, "bo")];
    for (const spy of [ana, bo]) await open(spy, address, "");
    ana.present(address, 77, 1, { cursor: caret(9) });
    await bo.until((frame) => new TextDecoder().decode(frame).includes(named(org, "ana")));
    await evictDurableObject(room(org));
    const [forAna, forBo] = [ana.frames.length, bo.frames.length];
    const sam = await sitting(org, "sam");
    await open(sam, address, "");
    await sam.until((frame) => new TextDecoder().decode(frame).includes(named(org, "ana")));
    sam.sync(address, 0, new Uint8Array([0]));
    await sam.until(same(wire.step2Frame(address, new Uint8Array([0, 0])))); // the answer is the asker's alone
    expect([ana.frames.length, bo.frames.length]).toEqual([forAna, forBo]);
    bo.sync(address, 2, updateOf("one"));
    await bo.until(stored(address));
    await quiet();
    expect([ana.frames.length, bo.frames.length]).toEqual([forAna + 1, forBo + 1]);
  });
});

describe("silence", () => {
  it("[ROOM-12] whoever says nothing for 90 seconds is closed at the next frame and gone for the others; a ping or a frame counts, a sleep does not", async () => {
    expect(edgeLimits.roomSilenceMs).toBeGreaterThan(60_000 + limits.roomPingMs); // a hidden page pings once a minute
    const org = await makeOrg();
    const address = at(org.sections.pad);
    const [ana, bo, sam] = [await sitting(org, "ana"), await sitting(org, "bo"), await sitting(org, "sam")];
    for (const spy of [ana, bo, sam]) await open(spy, address, "");
    bo.present(address, 77, 1, {});
    await ana.until((frame) => new TextDecoder().decode(frame).includes(org.members.bo));
    bo.raw("ping");
    await quiet();
    await evictDurableObject(room(org));
    const now = Date.now();
    const clock = vi.spyOn(Date, "now");
    try {
      clock.mockReturnValue(now + edgeLimits.roomSilenceMs - 10_000);
      sam.send(address, 3);
      await quiet();
      expect([ana.closed, bo.closed, sam.closed]).toEqual([null, null, null]);
      clock.mockReturnValue(now + edgeLimits.roomSilenceMs + 1_000);
      ana.sync(address, 2, updateOf("words"));
      await ana.until(stored(address));
      expect(await bo.untilClosed()).toBe(4508);
      expect(ana.heard).toContain("null");
      expect(sam.closed).toBe(null);
    } finally {
      clock.mockRestore();
    }
  });
});

describe("rights that change", () => {
  it("[ROOM-5] [LEAK-21] [case 5] read taken away while another writes: no byte of the section after the call returns; the rest of the socket lives", async () => {
    const org = await makeOrg();
    const [notes, pad, desk] = [at(org.sections.notes), at(org.sections.pad), at(org.sections.desk)];
    const [ana, sam] = [await sitting(org, "ana"), await sitting(org, "sam")];
    await open(ana, pad, "");
    await open(sam, pad, "");
    await open(sam, desk);
    sam.present(pad, 5, 1, {});
    const doc = new Y.Doc();
    for (let n = 0; n < 20; n++) ana.sync(pad, 2, typing(`before ${n} `, doc));
    await sql(`UPDATE "section" SET "compartment" = 'sales', "group" = 'internal' WHERE "id" = ?`, org.sections.pad);
    const changed = room(org).rightsChanged(2);
    for (let n = 0; n < 20; n++) ana.sync(pad, 2, typing(`during ${n} `, doc));
    await changed;
    await sam.until(same(wire.deniedFrame(pad)));
    await sam.until(same(wire.closeFrame(pad)));
    const heard = sam.frames.length;
    for (let n = 0; n < 20; n++) ana.sync(pad, 2, typing(`CANARY ${n} `, doc));
    await ana.until(() => ana.frames.filter(stored(pad)).length === 60);
    sam.sync(pad, 2, updateOf("late"));
    sam.sync(desk, 2, paragraph("still mine"));
    await sam.until(stored(desk));
    expect(sam.frames.length).toBe(heard + 1);
    expect(sam.heard).not.toContain("CANARY");
    expect(ana.heard).toContain("null"); // his presence ended
    expect(await open(sam, notes)).toBe("read");
  });

  it("[ROOM-5] [LEAK-22] write taken away: told so, and refused from then on; given back: asked for what waited", async () => {
    const org = await makeOrg();
    const address = at(org.sections.notes);
    const bo = await sitting(org, "bo");
    expect(await open(bo, address)).toBe("write");
    await sql(`UPDATE "section" SET "section_kind" = 'handoff' WHERE "id" = ?`, org.sections.notes);
    await room(org).rightsChanged(2);
    await bo.until(same(wire.authenticatedFrame(address, "read")));
    bo.sync(address, 2, paragraph("late"));
    await bo.until(refused(address));
    expect(await rows(org, "log")).toBe(0);
    await sql(`UPDATE "section" SET "section_kind" = 'shared' WHERE "id" = ?`, org.sections.notes);
    const before = bo.frames.length;
    await room(org).rightsChanged(3);
    await bo.until(
      (frame) => bo.frames.indexOf(frame) >= before && same(wire.authenticatedFrame(address, "write"))(frame),
    );
  });

  it("[ROOM-5] [LEAK-32] [case 31] rights that changed while the room slept are read before the first frame", async () => {
    const org = await makeOrg();
    const pad = at(org.sections.pad);
    const [ana, sam] = [await sitting(org, "ana"), await sitting(org, "sam")];
    for (const spy of [ana, sam]) await open(spy, pad, "");
    await evictDurableObject(room(org));
    await sql(`UPDATE "section" SET "compartment" = 'sales', "group" = 'internal' WHERE "id" = ?`, org.sections.pad);
    ana.sync(pad, 2, updateOf("CANARY"));
    await ana.until(stored(pad));
    await sam.until(same(wire.deniedFrame(pad)));
    await quiet();
    expect(sam.heard).not.toContain("CANARY");
  });

  it("[ROOM-5] [case 38] a session that is cut loses its sockets, told or not; other sessions of the member stay", async () => {
    const org = await makeOrg();
    const pad = at(org.sections.pad);
    await startSession(org.members.ana, `${org.members.ana}-2`);
    const [one, two] = [await sitting(org, "ana"), await connect(org.account, `${org.members.ana}-2`)];
    for (const spy of [one, two]) await open(spy, pad, "");
    await room(org).cut([`${org.members.ana}-1`]);
    expect(await one.untilClosed()).toBe(4403);
    await sql(`DELETE FROM "auth_session" WHERE "id" = ?`, `${org.members.ana}-2`);
    await evictDurableObject(room(org)); // a word of the hub that was lost
    two.sync(pad, 2, updateOf("late"));
    expect(await two.untilClosed()).toBe(4403);
    expect(await rows(org, "log")).toBe(0);
  });

  it("[ROOM-5] [case 35] a share that ends with no write ends by the room's alarm", async () => {
    const org = await makeOrg();
    const pad = at(org.sections.pad);
    const [ana, mal] = [await sitting(org, "ana"), await sitting(org, "mal")];
    const until = Date.now() + 400;
    await sql(
      `INSERT INTO "account_team" ("id", "anchor", "compartment", "ver", "created_at", "created_by", "updated_at", "member", "until") VALUES (?, ?, 'core', 1, 1, 'test', 1, ?, ?)`,
      newId("atm"), org.account, org.members.mal, until,
    ); // prettier-ignore
    await open(ana, pad, "");
    expect(await open(mal, pad, "")).toBe("write");
    await new Promise((done) => setTimeout(done, until - Date.now() + 20));
    await runDurableObjectAlarm(room(org));
    await mal.until(same(wire.closeFrame(pad)));
    ana.sync(pad, 2, updateOf("CANARY"));
    await ana.until(stored(pad));
    await quiet();
    expect(mal.heard).not.toContain("CANARY");
  });

  it("[ROOM-5] between the word of a change and the read that follows it, nobody acts on what was known before", async () => {
    const org = await makeOrg();
    const address = at(org.sections.notes);
    const bo = await sitting(org, "bo");
    await open(bo, address);
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    const late = gates.map(({ promise }) => promise);
    await runInDurableObject(room(org), (instance) => {
      const real = instance.authority;
      const answerLate = <T>(answer: T) => (late.shift() ?? Promise.resolve()).then(() => answer);
      instance.authority = { read: async (...asked) => answerLate(await real.read(...asked)) };
    });
    const first = room(org).rightsChanged(2); // reads the old rights, and is slow to say so
    await quiet();
    await sql(`UPDATE "section" SET "section_kind" = 'handoff' WHERE "id" = ?`, org.sections.notes);
    const second = room(org).rightsChanged(3);
    gates[0].resolve();
    await quiet();
    bo.sync(address, 2, paragraph("late"));
    await quiet();
    expect(await rows(org, "sec")).toBe(0);
    gates[1].resolve();
    await Promise.all([first, second]);
    await bo.until(refused(address));
    expect(await rows(org, "log")).toBe(0);
  });

  it("[ROOM-5] [case 36] rights that cannot be read: nothing is sent, everybody is asked to come back later", async () => {
    const org = await makeOrg();
    const spy = await sitting(org, "ana");
    await runInDurableObject(room(org), (instance) => {
      instance.authority = { read: () => Promise.reject(new Error("the database is away")) };
    });
    spy.auth(at(org.sections.pad));
    expect(await spy.untilClosed()).toBe(4503);
    expect(spy.frames).toEqual([]);
  });

  it("[ROOM-8] [LEAK-27] [LEAK-64] [case 27] a new generation takes the text along and leaves the history; the old name is denied", async () => {
    const org = await makeOrg();
    const pad = org.sections.pad;
    const ana = await sitting(org, "ana");
    await open(ana, at(pad), "");
    const doc = new Y.Doc();
    ana.sync(at(pad), 2, typing("SECRET public", doc));
    const before = Y.encodeStateVector(doc);
    doc.getText("plain").delete(0, 7);
    ana.sync(at(pad), 2, Y.encodeStateAsUpdate(doc, before));
    await ana.until(() => ana.frames.filter(stored(at(pad))).length === 2);
    await sql(`UPDATE "section" SET "gen" = 2 WHERE "id" = ?`, pad);
    await room(org).rightsChanged(2);
    await ana.until(same(wire.closeFrame(at(pad))));
    ana.sync(at(pad), 2, typing("late", doc));
    const fresh = await sitting(org, "bo");
    expect(await open(fresh, at(pad), "")).toBe("denied");
    expect(await open(fresh, at(pad, 2), "")).toBe("write");
    fresh.sync(at(pad, 2), 0, new Uint8Array([0]));
    await fresh.until((frame) => new TextDecoder().decode(frame).includes("public"));
    expect(fresh.heard).not.toContain("SECRET");
    expect(await textOf(org, pad, 2)).toBe("public");
    // The database goes back to yesterday: the room does not lose what it has, and nobody writes on top.
    await sql(`UPDATE "section" SET "gen" = 1 WHERE "id" = ?`, pad);
    await evictDurableObject(room(org));
    expect(await open(await sitting(org, "ana"), at(pad), "")).toBe("read");
  });
});

describe("over HTTP", () => {
  it("[SECTION-2] [LEAK-30] [case 2] [case 45] the list and the states hold what may be read; a hidden account is byte-equal to a missing one", async () => {
    const org = await makeOrg();
    const { notes, desk, pad } = org.sections;
    const ana = await sitting(org, "ana");
    await open(ana, at(pad), "");
    ana.sync(at(pad), 2, updateOf("prefetched"));
    await ana.until(stored(at(pad)));
    const list = async (who: keyof Org["members"]) =>
      (
        (await (await ask(`/api/accounts/${org.account}/sections`, `${org.members[who]}-1`)).json()) as {
          items: { id: string; mode: string }[];
        }
      ).items.map(({ id, mode }) => `${id} ${mode}`);
    expect(await list("ana")).toEqual([`${notes} write`, `${pad} write`].sort());
    expect(await list("sam")).toEqual([`${desk} write`, `${notes} read`, `${pad} read`].sort());
    const answers = [org.account, newId("acc"), "nonsense"].map(async (account) => {
      const one = await ask(`/api/accounts/${account}/sections`, `${org.members.mal}-1`);
      const two = await ask(`/api/accounts/${account}/sections/states`, `${org.members.mal}-1`, {
        sections: [at(pad)],
      });
      const three = await ask("/api/rooms/ticket", `${org.members.mal}-1`, { accountId: account });
      return Promise.all(
        [one, two, three].map(
          async (answer) => `${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`,
        ),
      );
    });
    const [hidden, missing, nonsense] = await Promise.all(answers);
    expect(hidden).toEqual(missing);
    expect(nonsense).toEqual(missing);
    expect(hidden?.[0]).toContain("404");
    const states = await ask(`/api/accounts/${org.account}/sections/states`, `${org.members.ana}-1`, {
      sections: [at(pad), at(desk), at(newId("sec"))],
    });
    const { items } = (await states.json()) as { items: { id: string; state: string }[] };
    expect(items.map(({ id }) => id)).toEqual([pad]);
    const doc = new Y.Doc();
    Y.applyUpdate(
      doc,
      Uint8Array.from(atob(items[0]?.state ?? ""), (char) => char.charCodeAt(0)),
    );
    expect(doc.getText("plain").toString()).toBe("prefetched");
    // What is there already does not come again; what was deleted since does.
    const since = async () => {
      const have = { [at(pad)]: btoa(String.fromCharCode(...Y.encodeSnapshot(Y.snapshot(doc)))) };
      const answer = await ask(`/api/accounts/${org.account}/sections/states`, `${org.members.ana}-1`, { sections: [at(pad)], have }); // prettier-ignore
      return ((await answer.json()) as { items: { state: string }[] }).items;
    };
    expect(await since()).toEqual([]);
    const bo = new Y.Doc();
    Y.applyUpdate(bo, Y.encodeStateAsUpdate(doc));
    bo.getText("plain").delete(0, 3);
    ana.sync(at(pad), 2, Y.encodeStateAsUpdate(bo, Y.encodeStateVector(doc)));
    await ana.until(() => ana.frames.filter(stored(at(pad))).length === 2);
    for (const { state } of await since())
      Y.applyUpdate(
        doc,
        Uint8Array.from(atob(state), (char) => char.charCodeAt(0)),
      );
    expect(doc.getText("plain").toString()).toBe("fetched");
  });

  it("[ROOM-3] [case 37] a ticket opens a room once, in time, for its account, in an Auth frame", async () => {
    const org = await makeOrg();
    const address = at(org.sections.pad);
    const ticket = async () =>
      (
        (await (await ask("/api/rooms/ticket", `${org.members.ana}-1`, { accountId: org.account })).json()) as {
          ticket: string;
        }
      ).ticket;
    const first = await ticket();
    const spy = await connect(org.account, null);
    expect(await open(spy, address, first)).toBe("write");
    expect(await open(spy, at(org.sections.notes), `${first};schema=1`)).toBe("write"); // this socket is bound already
    const again = await connect(org.account, null);
    expect(await open(again, address, first)).toBe("denied");
    expect(await again.untilClosed()).toBe(4401);
    const late = await ticket();
    await runInDurableObject(room(org), (_room, { storage }) =>
      storage.sql.exec("UPDATE ticket SET exp = ?", Date.now()),
    );
    expect(await open(await connect(org.account, null), address, late)).toBe("denied");
    const other = await makeOrg();
    expect(await open(await connect(other.account, null), at(other.sections.pad), await ticket())).toBe("denied");
    const query = await fetchApp(
      new Request(`${origin}/rooms/${org.account}?ticket=${await ticket()}`, {
        headers: { upgrade: "websocket" },
      }),
    );
    if (!query.webSocket) throw new Error("no socket");
    const bare = new Spy(query.webSocket);
    expect(await open(bare, address, "")).toBe("denied");
    expect(await rows(org, "ticket")).toBe(2); // unused ones
    const kept = await runInDurableObject(room(org), (_room, { storage }) =>
      storage.sql.exec<{ hash: string }>("SELECT hash FROM ticket").toArray(),
    );
    expect(kept.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
  });

  it("[ROOM-3] [case 32] [case 37] a forged principal, a foreign origin, a dead session and a plain-text post are refused", async () => {
    const org = await makeOrg();
    const forged = JSON.stringify({
      member: org.members.ana,
      session: `${org.members.ana}-1`,
      directory: 1,
      writes: true,
      exp: 9e15,
    });
    const spy = await connect(org.account, null, { "x-principal": forged });
    expect(await open(spy, at(org.sections.pad), "")).toBe("denied");
    await expect(connect(org.account, `${org.members.ana}-1`, { origin: "https://evil.test" })).rejects.toThrow("403");
    const plain = { method: "POST", body: JSON.stringify({ accountId: org.account }) };
    const headers = { cookie: await cookie(`${org.members.ana}-1`), origin, "content-type": "text/plain" };
    expect((await fetchApp(new Request(`${origin}/api/rooms/ticket`, { ...plain, headers }))).status).toBe(415);
    await sql(`DELETE FROM "auth_session" WHERE "id" = ?`, `${org.members.bo}-1`);
    await expect(sitting(org, "bo")).rejects.toThrow("401");
    await expect(connect(newId("con"), `${org.members.ana}-1`)).rejects.toThrow("404");
  });
});

describe("the log", () => {
  const inRoom = <T>(name: string, act: (storage: DurableObjectStorage) => Promise<T>): Promise<T> =>
    runInDurableObject(env.ROOM.getByName(name), (_room, { storage }) => act(storage));

  it("[ROOM-10] [case 20] a snapshot larger than a row is kept in chunks, none above a million bytes", async () => {
    await inRoom("chunks", async (storage) => {
      const log = new SectionLog(storage);
      log.begin();
      const id = newId("sec");
      const doc = new Y.Doc();
      const section = await log.open(id, 1, 1);
      for (let n = 0; n < 3; n++) {
        const update = typing(String(n).repeat(450_000), doc);
        Y.applyUpdate(section.doc, update);
        log.append(section, { member: "ana", session: "s" }, 1, update, [doc.clientID]);
        log.store(section);
      }
      log.compact(section);
      const sizes = storage.sql
        .exec<{ size: number }>("SELECT length(d) AS size FROM snap")
        .toArray()
        .map(({ size }) => size);
      expect(sizes.length).toBe(2);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(edgeLimits.updateBytesMax);
      expect((await new SectionLog(storage).open(id, 1, 1)).doc.getText("plain").length).toBe(1_350_000);
    });
  });

  it("[ROOM-10] [case 25] a broken row, or a load that never ended twice, goes to quarantine; the section reads on without it; a broken snapshot shuts its section alone", async () => {
    await inRoom("broken", async (storage) => {
      const log = new SectionLog(storage);
      log.begin();
      const write = async (id: string) => {
        const doc = new Y.Doc();
        for (const text of ["good", " newer"]) {
          const section = await log.open(id, 1, 1);
          const update = typing(text, doc);
          Y.applyUpdate(section.doc, update);
          log.append(section, { member: "ana", session: "s" }, 1, update, [doc.clientID]);
          log.store(section);
        }
      };
      const [broken, looping, whole, torn, holed] = [
        newId("sec"),
        newId("sec"),
        newId("sec"),
        newId("sec"),
        newId("sec"),
      ];
      for (const id of [broken, looping, whole, torn, holed]) await write(id);
      log.compact(await log.open(torn, 1, 1));
      storage.sql.exec("UPDATE snap SET d = substr(d, 1, length(d) - 3)");
      storage.sql.exec("DELETE FROM log WHERE k = (SELECT no * 4294967296 + 1 FROM sec WHERE id = ?)", holed);
      storage.sql.exec(
        "UPDATE log SET d = x'ffff' WHERE k = (SELECT no * 4294967296 + 2 FROM sec WHERE id = ?)",
        broken,
      );
      storage.sql.exec("UPDATE sec SET loading = 2 WHERE id = ?", looping);
      for (let restart = 0; restart < 3; restart++) {
        const again = new SectionLog(storage);
        for (const id of [broken, looping]) {
          expect((await again.glance(id, 1, 1)).frozen).toBe(true); // its bytes don't go out as they are either
          const section = await again.open(id, 1, 1);
          expect([section.doc.getText("plain").toString(), section.frozen]).toEqual(["good", true]);
        }
        expect((await again.glance(torn, 1, 1)).frozen).toBe(true);
        const unread = await again.open(torn, 1, 1);
        expect([unread.doc.getText("plain").toString(), unread.frozen]).toEqual(["", true]);
        expect(storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM snap").one().n).toBe(1); // for repair
        expect((await again.glance(whole, 1, 1)).doc).toBeNull();
        const other = await again.open(whole, 1, 1);
        expect([other.doc.getText("plain").toString(), other.frozen]).toEqual(["good newer", false]);
      }
      const gap = await new SectionLog(storage).glance(holed, 1, 1);
      expect([gap.frozen, gap.doc?.getText("plain").length]).toEqual([true, 0]);
      expect(storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM quarantine").one().n).toBe(3);
    });
  });

  it("[ROOM-10] [case 50] after typing stops the alarm writes one snapshot; the rows of an hour of typing stay few", async () => {
    const org = await makeOrg();
    const address = at(org.sections.pad);
    const ana = await sitting(org, "ana");
    await open(ana, address, "");
    const doc = new Y.Doc();
    for (let n = 1; n <= 40; n++) {
      ana.sync(address, 2, typing("word ", doc));
      await ana.until(() => ana.frames.filter(stored(address)).length === n); // or several would share a row
    }
    expect(await rows(org, "due")).toBe(3); // this, a version, and its words to the database
    await runInDurableObject(room(org), (_room, { storage }) => {
      storage.sql.exec("UPDATE due SET at = 1");
      storage.sql.exec("UPDATE log SET at = 1");
    });
    await evictDurableObject(room(org));
    await runDurableObjectAlarm(room(org));
    expect([await rows(org, "log"), await rows(org, "snap")]).toEqual([0, 1]);
    expect(await textOf(org, org.sections.pad)).toBe("word ".repeat(40));
    const written = await runInDurableObject(room(org), (_room, { storage }) => {
      const log = new SectionLog(storage);
      return log.open(newId("sec"), 1, 1).then((section) => {
        const typist = new Y.Doc();
        const before = storage.sql.exec("SELECT total_changes() AS n").one()["n"] as number;
        for (let second = 0; second < 3_600; second++) {
          const update = typing("a", typist);
          Y.applyUpdate(section.doc, update);
          log.append(
            section,
            { member: "ana", session: "s" },
            1_000 * second,
            update,
            second === 0 ? [typist.clientID] : [],
          );
          log.store(section);
        }
        return (storage.sql.exec("SELECT total_changes() AS n").one()["n"] as number) - before;
      });
    });
    expect(written).toBeLessThan(8_000);
  });
});

describe("what a spy hears", () => {
  it("[SECTION-2] [LEAK-29] [case 1] through the whole workload, sleep included, no byte of a section that is not theirs", async () => {
    const org = await makeOrg();
    const spy = await sitting(org, "mal");
    const sam = await sitting(org, "sam");
    const [ana, bo] = [await sitting(org, "ana"), await sitting(org, "bo")];
    const pad = at(org.sections.pad);
    for (const address of Object.values(org.sections).map((id) => at(id))) spy.auth(address);
    await open(sam, at(org.sections.desk));
    for (const one of [ana, bo]) await open(one, pad, "");
    for (let round = 0; round < 3; round++) {
      ana.sync(pad, 2, updateOf(`CANARY-${round}`));
      ana.present(pad, 9, round + 1, { words: "CANARY-P" });
      await ana.until(() => ana.frames.filter(stored(pad)).length === round + 1);
      if (round === 1) await evictDurableObject(room(org));
    }
    bo.close();
    await quiet();
    for (const one of [spy, sam]) {
      const utf16 = new TextDecoder("utf-16le").decode(
        Uint8Array.from(one.frames.flatMap((frame) => [...frame])).slice(
          0,
          -1 * (one.frames.flat().length % 2) || undefined,
        ),
      );
      for (const heard of [one.heard, one.frames.map(hex).join(""), utf16])
        expect(heard).not.toMatch(/CANARY|43414e415259|Q0FOQVJZ/);
      expect(one.heard).not.toContain("Title of notes");
    }
    expect(spy.frames.length).toBe(3);
  });
});
