/** How long a newcomer waits for a document with a long history, while it is in memory and when it is not. */
import type { Place, Subject } from "./engine.ts";
import type { History } from "./history.ts";
import { documentOf, fetchDocument, Line } from "./wire.ts";

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Writes the history into a new document, and waits until also those that save later have saved. */
export async function writeHistory(subject: Subject, history: History): Promise<Place> {
  const place = await subject.place();
  const line = await Line.open(place);
  let taken = 0;
  line.hear = (frame) => (taken += line.wire.status(frame) === true ? 1 : 0);
  const acknowledges = subject.name === "baton" || subject.name === "hocuspocus";
  for (const [index, update] of history.updates.entries()) {
    line.send(line.wire.update(update));
    if (index % 50 === 49) await wait(1); // or a queue that nobody needs grows
    while (acknowledges && index - taken > 500) await wait(1);
  }
  for (let tries = 0; ; tries += 1) {
    await wait(200);
    const doc = documentOf((await fetchDocument(place)).updates);
    if (doc.getText("plain").toString() === history.text) break;
    if (tries > 100) throw new Error(`${subject.name} does not have the history`);
  }
  await wait(12_000); // it is saved, and whoever saves by the clock rests
  line.close();
  return place;
}

export interface Opened {
  /** Milliseconds from the beginning of the connection to the document's bytes, and until they are a document. */
  readonly received: number;
  readonly applied: number;
  readonly isWhole: boolean;
}
export async function openOnce(place: Place, history: History): Promise<Opened> {
  const start = performance.now();
  const { ms, updates } = await fetchDocument(place);
  const doc = documentOf(updates);
  const applied = performance.now() - start;
  return { received: ms, applied, isWhole: doc.getText("plain").toString() === history.text };
}
