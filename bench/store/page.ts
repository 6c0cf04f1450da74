/** What runs in the browser. The suite calls it by `window.bench`. */
import { answer, makeOpportunities, type Ask, type Opportunity } from "./data.ts";
import { bare, baton } from "./baton.ts";
import { beforeSort, cold, frame, heap, search, seed, sort, throttled } from "./own.ts";
import { dexie, rxdb, tanstack, tinybase } from "./peers.ts";
import type { Edit, Live, Subject } from "./subject.ts";

const subjects: readonly Subject[] = [baton, bare, tanstack, tinybase, dexie, rxdb];
const byAmount: Ask = { stage: "", by: "amountMinor", down: true };
export interface Taken {
  readonly ms: { [measure: string]: number };
  compared: number;
  wrong: number;
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  const done = work();
  if (done instanceof Promise) await done;
  return performance.now() - start;
}

const warmEdits = 1_000;

/** One subject, once through everything; `sorts`: also all rows by name and by amount. Each answer is compared with the list made anew. */
async function once(name: string, count: number, singles: number, sorts: boolean): Promise<Taken> {
  const subject = subjects.find((one) => one.name === name);
  if (!subject) throw new Error(name);
  const rows = makeOpportunities(count);
  const truth = new Map(rows.map((row) => [row.id, row]));
  const stage = rows[0]?.stage ?? "";
  const other = rows.find((row) => row.stage !== stage)?.stage ?? "";
  const ask: Ask = { ...byAmount, stage };
  const taken: Taken = { ms: {}, compared: 0, wrong: 0 };
  const check = async (live: Live, asked: Ask): Promise<void> => {
    taken.compared += 1;
    const expected = answer(truth.values(), asked, subject.compareText).join();
    // A store that tells later may have told of the act before: it has a moment.
    for (let waits = 0; waits < 50 && live.ids().join() !== expected; waits += 1) await pause();
    if (live.ids().join() !== expected) taken.wrong += 1;
  };
  const start = subject.prepare(rows);
  let store: Awaited<ReturnType<typeof start>> | undefined;
  taken.ms["load"] = await timed(async () => (store = await start()));
  if (!store) throw new Error("no store");
  const here = store;
  const open = async (asked: Ask): Promise<readonly [Live, number]> => {
    let live: Live | undefined;
    const ms = await timed(async () => (live = await here.open(asked)));
    if (!live) throw new Error("no list");
    await check(live, asked);
    return [live, ms];
  };
  const set = (edits: readonly Edit[]): void => {
    for (const edit of edits)
      truth.set(edit.id, { ...(truth.get(edit.id) as Opportunity), ...edit.set } as Opportunity);
  };

  const [live, first] = await open(ask);
  taken.ms["first window"] = first;
  // Of single acts the middle one counts: one in which the machine was busy elsewhere does not.
  let spent: number[] = [];
  const middle = (): number => spent.sort((a, b) => a - b)[spent.length >> 1] ?? Number.NaN;
  // Ten to a measurement, one after the other: the clock's steps are half of what one takes.
  const editTens = async (turns: number): Promise<void> => {
    spent = [];
    for (let turn = 0; turn < turns; turn += 10) {
      const edits = Array.from({ length: 10 }, (_, at): Edit => {
        const of = turn + at;
        return { id: live.ids()[of % 20] ?? "", set: { nextAction: `Call ${of} of ${turns}`, name: `Edited ${of}` } };
      });
      const ms = await timed(async () => {
        for (const edit of edits) {
          const done = here.edit([edit]);
          if (done) await done;
        }
      });
      spent.push(ms / 10);
      set(edits);
    }
  };
  await editTens(singles);
  taken.ms["edit in window, the first ones"] = middle();
  await check(live, ask);
  await editTens(warmEdits); // until the engine has compiled what a day's edits run through, of every subject
  await editTens(singles);
  taken.ms["edit in window"] = middle();
  await check(live, ask);
  spent = [];
  for (let turn = 0; turn < 10; turn += 1) {
    // Another amount, and so another place among the first ones.
    const edits = [{ id: live.ids()[19] ?? "", set: { amountMinor: 2e12 + turn } }];
    spent.push(await timed(() => here.edit(edits)));
    set(edits);
  }
  taken.ms["row moves in window"] = middle();
  await check(live, ask);
  spent = [];
  for (let turn = 0; turn < singles; turn += 1) {
    const edits = [{ id: live.ids()[turn % 20] ?? "", set: { stage: other } }];
    spent.push(await timed(() => here.edit(edits)));
    set(edits);
    if (turn % 10 === 0) await check(live, ask);
  }
  taken.ms["row leaves window"] = middle();
  await check(live, ask);
  const many = rows
    .filter((_, at) => at % Math.floor(count / 1000) === 0)
    .slice(0, 1000)
    .map((row, at): Edit => ({
      id: row.id,
      set: { stage: at % 2 ? stage : other, amountMinor: row.amountMinor + 500_000 },
    }));
  // One that is shown is among them, so that every store has something to tell.
  many.push({ id: live.ids()[0] ?? "", set: { nextAction: "Many" } });
  taken.ms["1,000 changes at once"] = await timed(() => here.edit(many));
  set(many);
  await check(live, ask);
  live.close();
  if (!sorts) {
    await here.close();
    return taken;
  }

  const text: Ask = { stage: null, by: "name", down: false };
  const [byName, sorted] = await open(text);
  taken.ms["text sort of all"] = sorted;
  byName.close();
  const [again, reversed] = await open({ ...text, down: true });
  taken.ms["the same backwards"] = reversed;
  again.close();
  const [numbers, numbered] = await open({ stage: null, by: "amountMinor", down: false });
  taken.ms["number sort of all"] = numbered;
  numbers.close();
  await here.close();
  return taken;
}

export const api = { once, beforeSort, cold, frame, heap, search, seed, sort, throttled };
(globalThis as { bench?: typeof api }).bench = api;
