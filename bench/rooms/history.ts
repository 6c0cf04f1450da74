/** A document that was written for long: typing in bursts, places in between, a third of it taken back. */
import * as Y from "yjs";
import { seeded } from "../lib/measure.ts";

export interface History {
  readonly edits: number;
  readonly updates: readonly Uint8Array[];
  readonly text: string;
}
const perUpdate = 100;

export function makeHistory(seed: number, edits: number): History {
  const random = seeded(seed);
  const doc = new Y.Doc();
  const text = doc.getText("plain");
  const updates: Uint8Array[] = [];
  doc.on("update", (update: Uint8Array) => updates.push(update));
  let cursor = 0;
  let left = 0;
  let taking = false;
  for (let done = 0; done < edits; done += perUpdate)
    doc.transact(() => {
      for (let edit = 0; edit < perUpdate; edit += 1) {
        if (left === 0) {
          left = 1 + random.int(60);
          taking = text.length > 200 && random.chance(0.35);
          if (random.chance(0.3)) cursor = random.int(text.length + 1);
        }
        left -= 1;
        if (taking && cursor > 0) text.delete((cursor -= 1), 1);
        else text.insert(cursor++, String.fromCharCode(97 + random.int(26)));
      }
    });
  return { edits: updates.length * perUpdate, updates, text: text.toString() };
}
