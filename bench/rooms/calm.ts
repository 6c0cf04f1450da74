/** What a room does while nothing happens, what an hour of typing writes, and what garbage does to those who work. */
import { Worker } from "node:worker_threads";
import * as Y from "yjs";
import type { Orders } from "./attacker.ts";
import type { Engine, Place } from "./engine.ts";
import { marksIn, Writer } from "./traffic.ts";
import { documentOf, fetchDocument, Line } from "./wire.ts";

async function countsOf(place: Place, rows = false): Promise<{ readonly made: number; readonly rows: number }> {
  if (!place.counts) throw new Error("only rooms of ours are counted");
  return place.counts(rows);
}
const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export interface Idle {
  readonly sockets: number;
  /** Constructor runs and frames while nobody did anything. */
  readonly made: number;
  readonly frames: number;
  /** Constructor runs at the edit after it; one says that the room slept. */
  readonly woken: number;
  /** Of the others: who got the edit, and who got it once. */
  readonly reached: number;
  readonly once: number;
  readonly ms: number;
}
/** Sockets that do nothing but the app's pings, then one edit. */
export async function idle(engine: Engine, sockets: number, forMs: number): Promise<Idle> {
  const place = await engine.of("baton").place();
  const lines: Line[] = [];
  while (lines.length < sockets) lines.push(...(await Promise.all(Array.from({ length: 25 }, () => Line.open(place)))));
  await wait(1_000); // what their coming makes
  let frames = 0;
  const heard = new Map<Line, number>();
  for (const line of lines)
    line.hear = (frame) => {
      frames += 1;
      marksIn(frame, () => heard.set(line, (heard.get(line) ?? 0) + 1));
    };
  const before = await countsOf(place);
  for (let left = forMs; left > 0; left -= 25_000) {
    await wait(Math.min(left, 25_000));
    for (const { ws } of lines) ws.send("ping");
  }
  await wait(11_000); // a ping does not wake it, nor does it keep it awake
  const after = await countsOf(place);
  const quiet = frames;
  const [writer, ...others] = lines;
  const start = performance.now();
  writer?.send(writer.wire.update(new Writer().edit(1)));
  for (const end = start + 10_000; heard.size < others.length && performance.now() < end;) await wait(1);
  const ms = performance.now() - start;
  await wait(500);
  const woken = (await countsOf(place)).made - after.made;
  for (const line of lines) line.close();
  const counts = others.map((line) => heard.get(line) ?? 0);
  return {
    sockets, made: after.made - before.made, frames: quiet, woken, ms,
    reached: counts.filter((count) => count > 0).length, once: counts.filter((count) => count === 1).length,
  }; // prettier-ignore
}

/** Rows that a room writes when one types alone for an hour: the app sends once a second. */
export async function hourOfTyping(engine: Engine): Promise<number> {
  const place = await engine.of("baton").place();
  await countsOf(place, true);
  const line = await Line.open(place);
  const writer = new Writer();
  const before = (await countsOf(place)).rows;
  for (let second = 0; second < 3_600; second += 1)
    await new Promise<void>((resolve) => {
      line.hear = (frame) => {
        if (line.wire.status(frame) === true) resolve();
      };
      line.send(line.wire.update(writer.edit(second)));
    });
  line.close();
  return (await countsOf(place)).rows - before;
}

export interface Attacked {
  readonly frames: number;
  readonly connections: number;
  /** Of the two who work in the same document meanwhile, and while they are alone. */
  readonly calm: readonly number[];
  readonly attacked: readonly number[];
  readonly lost: number;
  readonly isUnchanged: boolean;
  readonly made: number;
}
/** Two write to each other, twenty edits a second; a third sends garbage as fast as `perSecond`, and comes back when it is closed. */
export async function attack(engine: Engine, frames: number, perSecond: number): Promise<Attacked> {
  const place = await engine.of("baton").place();
  const [left, right] = [await Line.open(place), await Line.open(place)];
  const writers = [new Writer(), new Writer()] as const;
  const sent: number[] = [];
  const times: number[] = [];
  const hear = (parity: number) => (frame: Uint8Array) => {
    const at = performance.now();
    marksIn(frame, (edit) => {
      if (edit % 2 === parity) times.push(at - (sent[edit] ?? Number.NaN));
    });
  };
  [left.hear, right.hear] = [hear(1), hear(0)];
  let edit = 0;
  const work = async (until: () => boolean): Promise<readonly number[]> => {
    const from = times.length;
    while (!until()) {
      const [line, writer] = edit % 2 === 0 ? [left, writers[0]] : [right, writers[1]];
      const frame = line.wire.update(writer.edit(edit));
      sent[edit] = performance.now();
      edit += 1;
      line.send(frame);
      await wait(50);
    }
    await wait(200);
    return times.slice(from);
  };
  const forMs = (ms: number): (() => boolean) => {
    const end = performance.now() + ms;
    return () => performance.now() >= end;
  };
  const seconds = Math.min(20, frames / perSecond) * 1_000;
  const calmBefore = await work(forMs(seconds));
  const copy = documentOf((await fetchDocument(place)).updates);
  const made = (await countsOf(place)).made;

  let over = false;
  const orders: Orders = {
    place: { url: place.url, headers: place.headers },
    address: place.wire.address,
    state: Y.encodeStateAsUpdate(copy),
    frames,
    perSecond,
  };
  // A thread of its own, or its work would be taken for the room's slowness.
  const thread = new Worker(new URL("attacker.ts", import.meta.url), { workerData: orders });
  const attacking = new Promise<number>((resolve, reject) => {
    thread.once("message", resolve).once("error", reject);
  }).finally(() => (over = true));
  const attacked = await work(() => over);
  const connections = await attacking;
  const calmAfter = await work(forMs(seconds));
  const doc = documentOf((await fetchDocument(place)).updates);
  const words =
    doc
      .getText("plain")
      .toString()
      .match(/~\d{9}/g) ?? [];
  const isUnchanged = doc.getText("plain").length === edit * 10 && new Set(words).size === edit;
  left.close();
  right.close();
  return {
    frames, connections, calm: [...calmBefore, ...calmAfter], attacked,
    lost: edit - times.length, isUnchanged, made: (await countsOf(place)).made - made,
  }; // prettier-ignore
}
