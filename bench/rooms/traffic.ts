/** Edits of ten characters, each to be told from all others in whatever bytes it comes, and the times they take. */
import * as Y from "yjs";
import type { Subject, Place } from "./engine.ts";
import { documentOf, fetchDocument, Line } from "./wire.ts";

const mark = 0x7e; // "~", then nine digits
/** The edits in a frame, by number. */
export function marksIn(frame: Uint8Array, found: (edit: number) => void): void {
  for (let at = frame.indexOf(mark); at >= 0; at = frame.indexOf(mark, at + 1)) {
    let edit = 0;
    let digits = 0;
    for (; digits < 9; digits += 1) {
      const digit = (frame[at + 1 + digits] ?? 0) - 48;
      if (digit < 0 || digit > 9) break;
      edit = edit * 10 + digit;
    }
    if (digits === 9) found(edit);
  }
}

/** A writer of its own words: what it sends leans on nobody else's. */
export class Writer {
  private readonly doc = new Y.Doc();
  private last: Uint8Array = new Uint8Array();
  constructor() {
    this.doc.on("update", (update: Uint8Array) => (this.last = update));
  }
  edit(number: number): Uint8Array {
    const text = this.doc.getText("plain");
    text.insert(text.length, `~${String(number).padStart(9, "0")}`);
    return this.last;
  }
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
async function until(holds: () => boolean, ms: number): Promise<void> {
  for (const end = performance.now() + ms; !holds() && performance.now() < end;) await wait(2);
}

export interface Propagated {
  /** Milliseconds from the sending of an edit to its coming, at each of the others. */
  readonly times: readonly number[];
  readonly lost: number;
}
/** `clients` in one document, one after the other makes an edit, twenty a second. */
export async function propagate(subject: Subject, clients: number, edits: number): Promise<Propagated> {
  const place = await subject.place();
  const lines = await Promise.all(Array.from({ length: clients }, () => Line.open(place)));
  const writers = lines.map(() => new Writer());
  const sent: number[] = [];
  const times: number[] = [];
  const heard = lines.map(() => new Set<number>());
  lines.forEach((line, index) => {
    line.hear = (frame) => {
      const at = performance.now();
      marksIn(frame, (edit) => {
        if (edit % clients === index || heard[index]?.has(edit)) return;
        heard[index]?.add(edit);
        times.push(at - (sent[edit] ?? Number.NaN));
      });
    };
  });
  await wait(100);
  const start = performance.now();
  for (let edit = 0; edit < edits; edit += 1) {
    const line = lines[edit % clients];
    const frame = line?.wire.update(writers[edit % clients]?.edit(edit) ?? new Uint8Array());
    sent[edit] = performance.now();
    if (frame) line?.send(frame);
    await wait(Math.max(0, start + (edit + 1) * 50 - performance.now()));
  }
  const all = edits * (clients - 1);
  await until(() => times.length === all, 5_000);
  const lost = all - times.length + (await missing(subject, place, edits));
  for (const line of lines) line.close();
  return { times, lost };
}

/** Edits that a newcomer does not find, or finds twice. */
async function missing(subject: Subject, place: Place, edits: number): Promise<number> {
  if (!subject.keeps) return 0;
  const doc = documentOf((await fetchDocument(place)).updates);
  const words =
    doc
      .getText("plain")
      .toString()
      .match(/~\d{9}/g) ?? [];
  return Math.abs(edits - words.length) + (words.length - new Set(words).size);
}

export interface Flooded {
  readonly perSecond: number;
  readonly lost: number;
  readonly refused: number;
}
/** As many edits as fast as they can be sent, until everybody has those of all others. */
export async function flood(subject: Subject, writing: number, edits: number): Promise<Flooded> {
  const place = await subject.place();
  const lines = await Promise.all(Array.from({ length: Math.max(2, writing) }, () => Line.open(place)));
  const writers = Array.from({ length: writing }, () => new Writer());
  const frames = Array.from({ length: edits }, (_, edit) =>
    (lines[0] as Line).wire.update(writers[edit % writing]?.edit(edit) ?? new Uint8Array()),
  );
  let left = 0;
  let refused = 0;
  lines.forEach((line, index) => {
    const heard = new Uint8Array(edits);
    const own = index < writing ? Math.ceil((edits - index) / writing) : 0;
    left += edits - own;
    line.hear = (frame) => {
      if (line.wire.status(frame) === false) refused += 1;
      marksIn(frame, (edit) => {
        if (heard[edit] === 1 || (index < writing && edit % writing === index)) return;
        heard[edit] = 1;
        left -= 1;
      });
    };
  });
  await wait(100);
  const start = performance.now();
  frames.forEach((frame, edit) => lines[edit % writing]?.send(frame));
  const done = new Promise<void>((resolve) => {
    const end = performance.now() + 30_000;
    const look = (): void => void (left === 0 || performance.now() > end ? resolve() : setImmediate(look));
    look();
  });
  await done;
  const ms = performance.now() - start;
  const lost = left + (await missing(subject, place, edits));
  for (const line of lines) line.close();
  return { perSecond: (edits / ms) * 1000, lost, refused };
}
