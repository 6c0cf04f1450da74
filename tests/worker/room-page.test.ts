/** Who edits which field of an account's page, as the room tells it (ROOM-24): seen from raw sockets, on the shipped policy. */
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { describe, expect, it } from "vitest";
import * as wire from "../../worker/rooms/protocol.ts";
import { connect, hex, makeOrg, newId, sql, type Org, type Spy } from "./rooms-rig.ts";

const room = (org: Org) => env.ROOM.getByName(org.account);
const quiet = (ms = 80) => new Promise((done) => setTimeout(done, ms));
const same = (one: Uint8Array) => (other: Uint8Array) => hex(one) === hex(other);
async function onPage(org: Org, who: keyof Org["members"], address = org.account): Promise<{ spy: Spy; isIn: boolean }> {
  const spy = await connect(org.account, `${org.members[who]}-1`);
  spy.auth(address);
  const denied = same(wire.deniedFrame(address));
  const isIn = same(wire.authenticatedFrame(address, "read"));
  const answer = await spy.until((frame) => denied(frame) || isIn(frame), "answer to auth");
  return { spy, isIn: isIn(answer) };
} // prettier-ignore
const edit = (org: Org, spy: Spy, field: string): void =>
  spy.send(org.account, 5, (to) => encoding.writeVarString(to, field));
/** What a socket was told, list by list: who edits what. */
function told(org: Org, spy: Spy): string[] {
  return spy.frames.flatMap((frame) => {
    if (frame.length === 1) return [];
    const from = decoding.createDecoder(frame);
    if (decoding.readVarString(from) !== org.account || decoding.readVarUint(from) !== 5) return [];
    const { type, of } = JSON.parse(decoding.readVarString(from)) as { type: string; of: { member: string; name: string; field: string }[] };
    expect(type).toBe("editors");
    return [of.map(({ name, field }) => `${name}: ${field}`).join(", ")];
  });
} // prettier-ignore
const untilTold = (org: Org, spy: Spy, n: number) => spy.until(() => told(org, spy).length >= n, `list ${n}`);

describe("the page of an account", () => {
  it("[ROOM-24] who edits a field is told to those on the page who read it, stamped by the room, and told when it ends", async () => {
    const org = await makeOrg();
    const { spy: ana } = await onPage(org, "ana");
    const { spy: sam } = await onPage(org, "sam");
    edit(org, ana, "nextAction");
    await untilTold(org, sam, 1);
    edit(org, ana, "no such field");
    edit(org, ana, "");
    await untilTold(org, sam, 2);
    edit(org, sam, "health");
    await untilTold(org, ana, 1);
    // Who comes later is told of what goes on; a closed socket edits nothing.
    const { spy: bo } = await onPage(org, "bo");
    await untilTold(org, bo, 1);
    sam.close();
    await untilTold(org, ana, 2);
    await untilTold(org, bo, 2);
    expect(told(org, sam)).toEqual(["Name of ana: nextAction", ""]);
    expect(told(org, ana)).toEqual(["Name of sam: health", ""]);
    expect(told(org, bo)).toEqual(["Name of sam: health", ""]);
  });

  it("[ROOM-24] [SECTION-2] a page that one may not see is denied like a name that is none, and nothing is told there", async () => {
    const org = await makeOrg();
    const { spy: ana } = await onPage(org, "ana");
    const bare = (frames: readonly Uint8Array[], address: string) =>
      frames.map((frame) => Buffer.from(frame).toString("latin1").replace(address, "")); // prettier-ignore
    const missing = newId("acc");
    const [own, none] = [await onPage(org, "mal"), await onPage(org, "mal", missing)];
    expect([own.isIn, none.isIn]).toEqual([false, false]);
    expect(bare(own.spy.frames, org.account)).toEqual(bare(none.spy.frames, missing));
    edit(org, own.spy, "name");
    edit(org, ana, "name");
    await quiet();
    expect(own.spy.frames).toHaveLength(1);
    expect(told(org, ana)).toEqual([]);
    // Another account's name at this room, by who may see both.
    const elsewhere = await onPage(org, "ana", missing);
    expect(elsewhere.isIn).toBe(false);
  });

  it("[ROOM-24] [ACCESS-3] an edit of a field that is hidden from somebody changes no frame, order or moment of theirs, asleep too", async () => {
    const hears = async (withHidden: boolean): Promise<string[]> => {
      const org = await makeOrg();
      const { spy: ana } = await onPage(org, "ana");
      const { spy: sam } = await onPage(org, "sam");
      const hidden = async () => {
        if (withHidden) edit(org, ana, "contractTerms");
        await quiet();
        if (withHidden) edit(org, ana, "");
        await quiet();
      };
      const from = () => sam.frames.length;
      const before = from();
      await hidden();
      expect(from()).toBe(before);
      edit(org, ana, "name");
      await untilTold(org, sam, 1);
      if (withHidden) edit(org, ana, "contractTerms");
      else edit(org, ana, "");
      await untilTold(org, sam, 2);
      await quiet();
      await evictDurableObject(room(org));
      await hidden();
      const { spy: bo } = await onPage(org, "bo");
      edit(org, bo, "city");
      await untilTold(org, sam, 3);
      return told(org, sam);
    };
    const [with_, without] = [await hears(true), await hears(false)];
    expect(with_).toEqual(without);
    expect(with_).toEqual(["Name of ana: name", "", "Name of bo: city"]);
  });

  it("[ROOM-24] survives a sleep, and a socket that closed meanwhile is told of once", async () => {
    const org = await makeOrg();
    const { spy: ana } = await onPage(org, "ana");
    const { spy: sam } = await onPage(org, "sam");
    edit(org, ana, "name");
    await untilTold(org, sam, 1);
    await evictDurableObject(room(org));
    edit(org, ana, "name");
    await quiet();
    expect(told(org, sam)).toEqual(["Name of ana: name"]);
    await evictDurableObject(room(org));
    ana.close();
    await untilTold(org, sam, 2);
    await quiet();
    expect(told(org, sam)).toEqual(["Name of ana: name", ""]);
  });

  it("[ROOM-24] [ROOM-5] whoever loses the account is denied the page, and what they edited there is over", async () => {
    const org = await makeOrg();
    const { spy: ana } = await onPage(org, "ana");
    const { spy: sam } = await onPage(org, "sam");
    edit(org, sam, "health");
    await untilTold(org, ana, 1);
    await sql(`UPDATE "member" SET regions = '[]' WHERE id = ?`, org.members.sam);
    await room(org).rightsChanged(0);
    await untilTold(org, ana, 2);
    expect(told(org, ana)).toEqual(["Name of sam: health", ""]);
    await sam.until(same(wire.closeFrame(org.account)), "the end of the page");
    const frames = sam.frames.length;
    edit(org, ana, "name");
    await quiet();
    expect(sam.frames).toHaveLength(frames);
    expect(sam.frames.some(same(wire.deniedFrame(org.account)))).toBe(true);
  });

  it("[ROOM-2] what is no field and no text strikes nobody, and a page alone is not too much before signing in", async () => {
    const org = await makeOrg();
    const { spy: ana } = await onPage(org, "ana");
    const { spy: bo } = await onPage(org, "bo");
    for (let n = 0; n < 30; n++) {
      edit(org, ana, n % 2 ? "name" : "");
      await quiet(15);
    }
    edit(org, ana, "x".repeat(5_000));
    await quiet(1_100);
    edit(org, ana, "city");
    await bo.until(() => told(org, bo).at(-1) === "Name of ana: city", "the last field");
    expect(ana.closed).toBe(null);
  });
});
