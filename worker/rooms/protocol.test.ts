import fc from "fast-check";
import * as encoding from "lib0/encoding";
import { describe, expect, it } from "vitest";
import * as wire from "./protocol.ts";
import { encodePresence, readPresence } from "./presence.ts";

const id = "local_sec_00000000000000000000";
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

describe("frames", () => {
  it("[ROOM-2] [case 22] bytes that are no frame are null, never a throw", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void wire.readFrame(bytes)),
      { numRuns: 5_000 },
    );
    for (const bytes of [
      [],
      [0],
      [1, 65],
      [1, 65, 6, 1, 65],
      [1, 65, 99],
      [1, 65, 0, 0],
      [1, 65, 0, 3, 0],
      [1, 65, 2, 1, 0],
      [2, 255, 254, 7],
    ]) {
      expect(wire.readFrame(Uint8Array.from(bytes))).toBeNull();
    }
    const long = encoding.encode((to) => encoding.writeVarString(to, "x".repeat(1_000_000)));
    expect(wire.readFrame(long)).toBeNull();
  });

  it("[ROOM-2] a frame cut at any byte is null or says less, never more", () => {
    const whole = wire.updateFrame(`${id}.1`, new Uint8Array([1, 2, 3, 4]));
    for (let at = 0; at < whole.length; at++) expect(wire.readFrame(whole.slice(0, at))).toBeNull();
    expect(wire.readFrame(whole)).toMatchObject({ type: "update", address: `${id}.1` });
  });

  it("[ROOM-2] an address is a section's id and generation, with or without a provider's session", () => {
    expect(wire.parseAddress(`${id}.3`)).toEqual({ section: id, gen: 3 });
    expect(wire.parseAddress(`${id}.3\0abc`)).toEqual({ section: id, gen: 3 });
    for (const wrong of [
      "",
      id,
      `${id}.0`,
      `${id}.-1`,
      `${id}.1.1`,
      `${id}.1e3`,
      `${id}.99999999999`,
      "local_acc_00000000000000000000.1",
      `${id}.1 `,
    ]) {
      expect(wire.parseAddress(wrong)).toBeNull();
    }
  });

  it("[ROOM-3] the token is a ticket, a schema number, both or neither", () => {
    expect(wire.parseToken("")).toEqual({ ticket: "", schema: 0 });
    expect(wire.parseToken("abc")).toEqual({ ticket: "abc", schema: 0 });
    expect(wire.parseToken(";schema=2")).toEqual({ ticket: "", schema: 2 });
    expect(wire.parseToken("abc;schema=2")).toEqual({ ticket: "abc", schema: 2 });
    expect(wire.parseToken("abc;schema=x;schema=9")).toEqual({ ticket: "", schema: 0 });
  });

  it("[SECTION-2] the answer to a section that may not be seen holds nothing but the address asked for", () => {
    const [hidden, missing] = [`${id}.1`, "local_sec_zzzzzzzzzzzzzzzzzzzz.1"];
    expect(text(wire.deniedFrame(hidden)).replace(hidden, "")).toBe(
      text(wire.deniedFrame(missing)).replace(missing, ""),
    );
  });
});

describe("presence", () => {
  const stamp = { member: "ana", name: "Ana" };
  const free = () => false;
  const said = (client: number, clock: number, state: unknown) =>
    encodePresence([{ client, clock, state: JSON.stringify(state) }]);

  it("[ROOM-7] [case 15] the name is the server's, whatever was announced", () => {
    const presence = readPresence(said(7, 1, { user: { member: "bo", name: "Bo" }, cursor: null }), null, free, stamp);
    expect(presence).toEqual({ client: 7, clock: 1, state: JSON.stringify({ user: stamp, cursor: null }) });
  });
  it("[ROOM-7] a socket speaks for the id it announced first, and for no other", () => {
    const bound = { client: 7, clock: 1, state: "{}" };
    expect(readPresence(said(8, 1, {}), bound, free, stamp)).toBeNull();
    expect(readPresence(said(8, 9, null), bound, free, stamp)).toBeNull();
    expect(readPresence(said(9, 1, {}), null, (client) => client === 9, stamp)).toBeNull();
    expect(readPresence(said(7, 2, null), bound, free, stamp)).toEqual({ client: 7, clock: 2, state: null });
    expect(readPresence(said(7, 1, { old: true }), bound, free, stamp)).toBeNull();
  });
  it("[ROOM-7] what is too large, no object, or no JSON is not relayed", () => {
    for (const state of ["x".repeat(600), 5, "text", [1]])
      expect(readPresence(said(7, 1, state), null, free, stamp)).toBeNull();
    expect(readPresence(said(7, 1, { name: "界".repeat(170) }), null, free, stamp)).toBeNull();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => void readPresence(bytes, null, free, stamp)),
      { numRuns: 2_000 },
    );
  });
});
