import fc from "fast-check";
import * as encoding from "lib0/encoding";
import { describe, expect, it } from "vitest";
import * as Y from "yjs";
import { edgeLimits } from "../../shared/kernel/limits.ts";
import { acceptUpdate, type Writer } from "./accept.ts";
import { scanUpdate } from "./scan.ts";

const writer = (owners: Readonly<Record<number, string>> = {}): Writer => ({
  member: "ana",
  clientsLeft: 8,
  ownerOf: (client) => owners[client],
});
const take = (doc: Y.Doc, update: Uint8Array, schema: number | null = null, by = writer()) =>
  acceptUpdate(doc, update, schema, by);
const bytes = (write: (to: encoding.Encoder) => void): Uint8Array => encoding.encode(write);
const hash = (doc: Y.Doc): string => Buffer.from(Y.encodeStateAsUpdate(doc)).toString("base64");

/** Fifty updates of real editing: text, deletions, formats, nested elements, attributes. */
function editing(): { doc: Y.Doc; updates: Uint8Array[] } {
  const doc = new Y.Doc();
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  const root = doc.getXmlFragment("default");
  for (let n = 0; n < 10; n++) {
    const heading = new Y.XmlElement("heading");
    root.insert(0, [heading]);
    heading.setAttribute("level", String(n % 3));
    const text = new Y.XmlText();
    heading.insert(0, [text]);
    text.insert(0, `Réunion 会議 ${n} 🎈`);
    text.format(0, 4, { bold: {} });
    text.delete(2, 3);
  }
  return { doc, updates };
}

describe("what enters a document", () => {
  it("[SECTION-3] takes real editing whole: the room's document equals the writer's", () => {
    const { doc, updates } = editing();
    const room = new Y.Doc();
    for (const update of updates) expect(take(room, update, 1)).toMatchObject({ ok: true });
    expect(room.getXmlFragment("default").toString()).toBe(doc.getXmlFragment("default").toString());
    expect(take(room, Y.encodeStateAsUpdate(doc), 1)).toMatchObject({ ok: true, change: null });
  });

  it("[SECTION-3] [case 13] an update cut at any byte leaves the document as it was", () => {
    const { updates } = editing();
    const room = new Y.Doc();
    let cuts = 0;
    for (const update of updates) {
      const before = hash(room);
      for (let at = 0; at < update.length; at++, cuts++) expect(take(room, update.slice(0, at), 1).ok).toBe(false);
      expect(hash(room)).toBe(before);
      expect(take(room, update, 1).ok).toBe(true);
    }
    expect(cuts).toBeGreaterThan(1_000);
  });

  it("[SECTION-3] the scan and Yjs agree on what an update holds", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(30), fc.string({ maxLength: 8 }), fc.boolean()), { minLength: 1, maxLength: 20 }),
        (steps) => {
          const doc = new Y.Doc();
          for (const [at, text, remove] of steps) {
            const plain = doc.getText("plain");
            if (remove && plain.length > 0) plain.delete(Math.min(at, plain.length - 1), 1);
            else plain.insert(Math.min(at, plain.length), text);
          }
          const update = Y.encodeStateAsUpdate(doc);
          const scan = scanUpdate(update);
          const { structs } = Y.decodeUpdate(update);
          const length = structs.reduce((sum, struct) => sum + struct.length, 0);
          expect(scan?.brings.reduce((sum, range) => sum + range.to - range.from, 0)).toBe(length);
        },
      ),
      { numRuns: 200 },
    );
  });

  const struct = (client: number, clock: number, info: number, body: (to: encoding.Encoder) => void, structs = 1) =>
    bytes((to) => {
      for (const n of [1, structs, client, clock]) encoding.writeVarUint(to, n);
      encoding.writeUint8(to, info);
      body(to);
      encoding.writeVarUint(to, 0);
    });
  const atRoot = (to: encoding.Encoder) => {
    encoding.writeVarUint(to, 1);
    encoding.writeVarString(to, "plain");
  };
  const number = (n: number) => (to: encoding.Encoder) => encoding.writeVarUint(to, n);
  const hostile: readonly (readonly [string, Uint8Array])[] = [
    ["2^53-1 structs", struct(1, 0, 0, number(1), Number.MAX_SAFE_INTEGER)],
    ["a client id of 2^32", struct(2 ** 32, 0, 0, number(1))],
    ["a garbage run of 2^40", struct(1, 0, 0, number(2 ** 40))],
    ["a hole", struct(1, 0, 10, number(5))],
    ["an unknown content", struct(1, 0, 11, atRoot)],
    ["an unknown type", struct(1, 0, 7, (to) => (atRoot(to), encoding.writeVarUint(to, 7)))],
    ["an empty text", struct(1, 0, 4, (to) => (atRoot(to), encoding.writeVarString(to, "")))],
    ["a document inside the document", struct(1, 0, 9, (to) => (atRoot(to), encoding.writeVarString(to, "x"), encoding.writeAny(to, {})))],
    ["values nested 5,000 deep", struct(1, 0, 8, (to) => (atRoot(to), encoding.writeVarUint(to, 1), encoding.writeUint8Array(to, new Uint8Array(10_000).map((_, i) => (i % 2 ? 1 : 117)))))],
    ["2^53-1 values", struct(1, 0, 8, (to) => (atRoot(to), encoding.writeVarUint(to, Number.MAX_SAFE_INTEGER)))],
    ["a format that is no JSON", struct(1, 0, 6, (to) => (atRoot(to), encoding.writeVarString(to, "bold"), encoding.writeVarString(to, "{")))],
    ["a million deletions", bytes((to) => { for (const n of [0, 1, 1, 1_000_000]) encoding.writeVarUint(to, n); for (let n = 0; n < 400_000; n++) encoding.writeUint8Array(to, new Uint8Array([n & 127, 1])); })],
    ["more than a row holds", new Uint8Array(edgeLimits.updateBytesMax + 1)],
  ]; // prettier-ignore
  it.each(hostile)("[SECTION-3] [case 14] refuses %s without touching the document", (_name, update) => {
    const room = new Y.Doc();
    room.getText("plain").insert(0, "kept");
    const before = hash(room);
    expect(take(room, update).ok).toBe(false);
    expect(hash(room)).toBe(before);
  });

  it("[ROOM-6] [case 14] refuses types nested deeper than any editor makes", () => {
    const doc = new Y.Doc();
    const chain = Array.from({ length: edgeLimits.nestingMax + 1 }, () => new Y.XmlElement("blockquote"));
    chain.forEach((element, n) =>
      (n === 0 ? doc.getXmlFragment("default") : (chain[n - 1] as Y.XmlElement)).insert(0, [element]),
    );
    expect(take(new Y.Doc(), Y.encodeStateAsUpdate(doc), 1)).toEqual({ ok: false, why: "anomaly" });
  });

  it("[ROOM-6] [case 12] refuses an update whose predecessor is missing, and parks nothing", () => {
    const { updates } = editing();
    const room = new Y.Doc();
    for (const update of updates.slice(1)) expect(take(room, update, 1)).toEqual({ ok: false, why: "gap" });
    expect(hash(room)).toBe(hash(new Y.Doc()));
  });

  it("[ROOM-6] [case 10] refuses edits under another member's client id; the owner's next edit lands", () => {
    const [victim, room] = [new Y.Doc(), new Y.Doc()];
    const updates: Uint8Array[] = [];
    victim.on("update", (update: Uint8Array) => updates.push(update));
    victim.getText("plain").insert(0, "one");
    victim.getText("plain").insert(3, " two");
    const [one = new Uint8Array(), two = new Uint8Array()] = updates;
    expect(take(room, one).ok).toBe(true);
    const forged = new Y.Doc();
    Y.applyUpdate(forged, one);
    forged.clientID = victim.clientID;
    forged.getText("plain").insert(3, "EVIL");
    const owned = { ...writer({ [victim.clientID]: "victim" }), member: "mallory" };
    expect(acceptUpdate(room, Y.encodeStateAsUpdate(forged), null, owned)).toEqual({ ok: false, why: "client_taken" });
    expect(acceptUpdate(room, two, null, { ...owned, member: "victim" }).ok).toBe(true);
    expect(room.getText("plain").toString()).toBe("one two");
  });

  it("[ROOM-6] refuses the ninth client id of one socket", () => {
    expect(take(new Y.Doc(), editing().updates[0] ?? new Uint8Array(), 1, { ...writer(), clientsLeft: 0 })).toEqual({
      ok: false,
      why: "too_many_clients",
    });
  });

  const rich = (build: (root: Y.XmlFragment, doc: Y.Doc) => void): Uint8Array => {
    const doc = new Y.Doc();
    build(doc.getXmlFragment("default"), doc);
    return Y.encodeStateAsUpdate(doc);
  };
  const element = (name: string, attribute?: string) => {
    const node = new Y.XmlElement(name);
    if (attribute) node.setAttribute(attribute, "1");
    return node;
  };
  const foreign: readonly (readonly [string, Uint8Array])[] = [
    ["a node of a newer schema", rich((root) => root.insert(0, [element("checklistItem")]))],
    ["a script element", rich((root) => root.insert(0, [element("script")]))],
    ["an attribute that no node has", rich((root) => root.insert(0, [element("paragraph", "onerror")]))],
    ["a mark of a newer schema", rich((root) => { const text = new Y.XmlText("words"); root.insert(0, [text]); text.format(0, 2, { glow: {} }); })],
    ["another root", rich((_root, doc) => doc.getMap("users").set("ana", 1))],
    ["an embedded value", rich((root) => { const text = new Y.XmlText(); root.insert(0, [text]); text.insertEmbed(0, { image: "https://example.com/x.png" }); })],
  ]; // prettier-ignore
  it.each(foreign)("[SECTION-3] rich text refuses %s", (_name, update) => {
    expect(take(new Y.Doc(), update, 1)).toEqual({ ok: false, why: "foreign" });
    expect(take(new Y.Doc(), update, null).ok).toBe(true); // a scratch section takes what Yjs takes
  });
  it("[SECTION-3] nothing is written under a schema number that this build does not know", () => {
    expect(take(new Y.Doc(), editing().updates[0] ?? new Uint8Array(), 99)).toEqual({ ok: false, why: "foreign" });
  });

  it("[ROOM-6] what Yjs tidies on top goes back to the writer too, so that both stay equal", () => {
    const [room, other] = [new Y.Doc(), new Y.Doc()];
    const relayed: Uint8Array[] = [];
    const send = (from: Y.Doc, act: () => void) => {
      const before = Y.encodeStateVector(from);
      act();
      const accepted = take(room, Y.encodeStateAsUpdate(from, before), null);
      if (accepted.ok && accepted.change) relayed.push(accepted.change);
      if (accepted.ok && accepted.echo) Y.applyUpdate(from, accepted.echo);
    };
    send(other, () => other.getText("plain").insert(0, "bold words", { bold: true }));
    send(other, () => other.getText("plain").delete(0, 5));
    send(other, () => other.getText("plain").format(0, 5, { bold: null }));
    expect(hash(other)).toBe(hash(room));
  });
});
