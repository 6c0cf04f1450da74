/**
 * Frames that no client makes: real ones, cut, flipped, spliced and blown up by a seed. Whatever comes, reading never
 * throws, and a document either takes the whole update or stays as it was.
 */
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import { acceptUpdate } from "../../worker/rooms/accept.ts";
import { readPresence } from "../../worker/rooms/presence.ts";
import { readFrame } from "../../worker/rooms/protocol.ts";
import { Random } from "../sim/random.ts";

const address = "local_sec_00000000000000000000.1";
const framesPerDocument = 200; // what is accepted makes it larger

export interface Judged {
  frames: number;
  /** Were no frame; were an update that was refused, found out by Yjs alone (the document is dropped), or taken whole. */
  malformed: number;
  refused: number;
  dropped: number;
  taken: number;
  /** What must be 0. */
  thrown: number;
  partly: number;
  slowestMs: number;
}

/** Updates of real editing: text, deletions, formats, nested elements, attributes; and what has all of them. */
function editing(): { doc: Y.Doc; updates: Uint8Array[] } {
  const doc = new Y.Doc();
  doc.clientID = 7;
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  const root = doc.getXmlFragment("default");
  for (let n = 0; n < 8; n++) {
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
const made = (type: number, body: (to: encoding.Encoder) => void): Uint8Array =>
  encoding.encode((to) => {
    encoding.writeVarString(to, address);
    encoding.writeVarUint(to, type);
    body(to);
  });
const sync = (step: number, bytes: Uint8Array): Uint8Array =>
  made(0, (to) => {
    encoding.writeVarUint(to, step);
    encoding.writeVarUint8Array(to, bytes);
  });

function spoil(frame: Uint8Array, others: readonly Uint8Array[], random: Random): Uint8Array {
  const at = random.below(frame.length + 1);
  const end = Math.min(frame.length, at + 1 + random.below(12));
  const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
  switch (random.below(8)) {
    case 0:
      return frame.slice(0, at);
    case 1:
      return join(frame.slice(0, at), frame.slice(end));
    case 2:
      return join(frame.slice(0, at), random.bytes(1 + random.below(12)), frame.slice(at));
    case 3: // a number that promises more than there is
      return join(
        frame.slice(0, at),
        new Uint8Array(1 + random.below(8)).fill(255),
        new Uint8Array([random.below(128)]),
        frame.slice(end),
      );
    case 4:
      return join(frame.slice(0, at), frame.slice(at, end), frame.slice(at, end), frame.slice(end));
    case 5: {
      const other = random.pick(others) ?? frame;
      return join(frame.slice(0, at), other.slice(random.below(other.length)));
    }
    case 6:
      return random.bytes(random.below(120));
    default: {
      const flipped = frame.slice();
      for (let flips = 1 + random.below(4); flips > 0; flips--)
        flipped[random.below(flipped.length)] = random.below(256);
      return flipped;
    }
  }
}

/** `room` is where the updates go; it has half of them, so that some follow and some repeat. */
export function judgeFrames({ frames, seed }: { frames: number; seed: number }): Judged {
  const random = new Random(seed);
  const so: Judged = { frames: 0, malformed: 0, refused: 0, dropped: 0, taken: 0, thrown: 0, partly: 0, slowestMs: 0 };
  const { doc, updates } = editing();
  const half = updates.slice(0, updates.length / 2);
  const base = [
    ...updates.map((update) => sync(2, update)),
    sync(1, Y.encodeStateAsUpdate(doc)),
    sync(0, Y.encodeStateVector(doc)),
    made(1, (to) => encoding.writeVarUint8Array(to, new Uint8Array([1, 7, 1, 2, 123, 125]))),
    made(2, (to) => (encoding.writeVarUint(to, 0), encoding.writeVarString(to, ";schema=1"))),
    made(7, () => undefined),
  ];
  const fresh = () => {
    const copy = new Y.Doc();
    for (const update of half) Y.applyUpdate(copy, update);
    return copy;
  };
  const state = (of: Y.Doc): string => Buffer.from(Y.encodeStateAsUpdate(of)).toString("latin1");
  const words = (of: Y.Doc): string => of.getXmlFragment("default").toString() + of.getText("plain").toString();
  let room = fresh();
  for (; so.frames < frames; so.frames++) {
    if (so.frames % framesPerDocument === 0) room = fresh();
    // Half of them are spoilt inside a frame that is right, so that they come as far as an update can.
    const frame = random.chance(0.5)
      ? spoil(random.pick(base) ?? new Uint8Array(), base, random)
      : sync(2, spoil(random.pick(updates) ?? new Uint8Array(), updates, random));
    const schema = random.chance(0.5) ? 1 : null;
    const before = Y.encodeStateAsUpdate(room);
    const startedAt = performance.now();
    try {
      const read = readFrame(frame);
      if (read?.type === "awareness") readPresence(read.update, null, () => false, { member: "m", name: "n" });
      if (read?.type !== "update") {
        so.malformed += read ? 0 : 1;
        continue;
      }
      const answer = acceptUpdate(room, read.update, schema, { member: "m", clientsLeft: 8, ownerOf: () => undefined });
      so.slowestMs = Math.max(so.slowestMs, performance.now() - startedAt);
      const was = Buffer.from(before).toString("latin1");
      if (!answer.ok && answer.why === "anomaly") {
        so.dropped++;
        room = new Y.Doc();
        Y.applyUpdate(room, before);
      } else if (!answer.ok) {
        so.refused++;
        if (state(room) !== was) so.partly++;
      } else {
        so.taken++;
        const whole = new Y.Doc();
        Y.applyUpdate(whole, before);
        Y.applyUpdate(whole, read.update);
        const logged = new Y.Doc(); // what is stored of it is all of it; of void formats Yjs deletes more or fewer
        Y.applyUpdate(logged, before);
        if (answer.change) Y.applyUpdate(logged, answer.change);
        const isWhole = state(room) === state(whole) && words(room) === words(logged);
        if (!isWhole || room.store.pendingStructs || room.store.pendingDs) so.partly++;
      }
    } catch {
      so.thrown++;
    }
  }
  return so;
}
