/** What only the product itself is asked: the thread under load, the same frame, memory, and the disk. */
import { createSignal, type Accessor } from "solid-js";
import { createComponent, For, insert, render } from "solid-js/web";
import { slice } from "../../shared/access/slice.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { always, put } from "../../web/data/disk.ts";
import { diskName, openDisk, removeDisk } from "../../web/data/idb-disk.ts";
import { atOnce, browserJobs } from "../../web/data/jobs.ts";
import type { Session } from "../../web/data/session.ts";
import { Find } from "../../web/search/find.ts";
import { terms, textsOf, titleOf } from "../../web/search/text.ts";
import { createData, type LocalData } from "../../web/data/store.ts";
import { blobsOf, Local, queryOf } from "./baton.ts";
import { answer, asPeople, id, makeOpportunities, shownRows, type Ask } from "./data.ts";

const text: Ask = { stage: null, by: "name", down: false };
const member = id("mem", 1);
const facts = {
  member, base: "seller", duties: [], teams: [], regions: [], employment: "active" as const,
}; // prettier-ignore
function session(name: string): Session {
  return {
    me: {
      member: name, name: "Ana", base: "seller", duties: [], teams: [], regions: [], locale: "en", zone: "UTC", cell: "local",
      cells: [],
    },
    slice: slice(shippedPolicy, facts),
    policyId: 1,
  }; // prettier-ignore
}
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
const painted = (): Promise<void> =>
  new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));

/** The text sort as screens run it: how long until it is there, and the longest time that the thread was held. */
export async function throttled(count: number): Promise<{ readyMs: number; longestMs: number; right: boolean }> {
  const rows = makeOpportunities(count);
  const local = new Local(browserJobs(), blobsOf(rows));
  await turn();
  let longest = 0;
  let last = performance.now();
  let going = true;
  // A message a turn: the gap between two is what a press of a key would have waited.
  const channel = new MessageChannel();
  channel.port1.onmessage = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (going) channel.port2.postMessage(0);
  };
  channel.port2.postMessage(0);
  await turn();
  longest = 0;
  const start = performance.now();
  const shown = await new Promise<readonly string[]>((resolve) => {
    let take = (): void => undefined;
    const window = local.windows.open("opportunity", queryOf(text), "en", () => take());
    take = () => resolve(window.rows.map((row) => row.id));
    if (window.ready) take();
  });
  const readyMs = performance.now() - start;
  await turn();
  going = false;
  return { readyMs, longestMs: longest, right: shown.join() === answer(rows, text, asPeople).join() };
}

/** From the member's act to the changed text in the document, and whether a frame was painted between. */
export async function frame(count: number): Promise<{ ms: number[]; sameFrame: boolean }> {
  const rows = makeOpportunities(count);
  const local = new Local(atOnce, blobsOf(rows));
  const stage = rows[0]?.stage ?? "";
  const query = queryOf({ stage, by: "amountMinor", down: true });
  const [shown, show] = createSignal<readonly { readonly id: string; readonly name?: string | null }[]>([]);
  let take = (): void => undefined;
  const window = local.windows.open("opportunity", query, "en", () => take());
  take = () => show(window.rows);
  show(window.rows);
  const list = document.createElement("ul");
  document.body.append(list);
  const stop = render(
    () =>
      createComponent(For<readonly { readonly id: string; readonly name?: string | null }[], HTMLElement>, {
        get each() {
          return shown();
        },
        children: (row) => {
          const item = document.createElement("li");
          insert(item, () => row.name);
          return item;
        },
      }),
    list,
  );
  await painted();
  const ms: number[] = [];
  let sameFrame = true;
  for (let round = 0; round < 30; round += 1) {
    let frames = 0;
    requestAnimationFrame(() => (frames += 1));
    const edited = window.rows[round % 20]?.id ?? "";
    const start = performance.now();
    const drafted = local.copy.draft("opportunity.edit@1", { id: edited, set: { name: `Mine ${round}` } }, start);
    if (!drafted.ok) throw new Error(drafted.error.code);
    local.tell(local.copy.preview({ ...drafted.value, client: "", n: 0 }));
    if (!list.textContent?.includes(`Mine ${round}`) || frames > 0) sameFrame = false;
    ms.push(performance.now() - start);
    await painted();
  }
  stop();
  list.remove();
  return { ms, sameFrame };
}

const kept: unknown[] = [];
/** Holds the copy with three orders, for the suite to weigh. */
export function heap(count: number): number {
  kept.length = 0;
  if (count === 0) return 0;
  // As the disk gives it: every value its own, nothing shared with what made it.
  const local = new Local(atOnce, structuredClone(blobsOf(makeOpportunities(count))));
  const asks: readonly Ask[] = [
    text,
    { stage: null, by: "amountMinor", down: true },
    { stage: id("stg", 1), by: "amountMinor", down: true },
  ];
  const windows = asks.map((ask) => local.windows.open("opportunity", queryOf(ask), "en", () => undefined));
  kept.push(local, windows);
  return windows.reduce((sum, window) => sum + window.total, 0);
}

let unsorted: Local | null = null;
/** Rows without any order, for the suite to time what sorting them takes of the thread. */
export function beforeSort(count: number): void {
  unsorted = new Local(atOnce, blobsOf(makeOpportunities(count)));
}
export function sort(): number {
  return unsorted?.windows.open("opportunity", queryOf(text), "en", () => undefined).rows.length ?? 0;
}

const asked = ["mull masch", "北京", "nov 12", "ang", "jose alph"];
/** The search index, beside going through all rows for each question. Answers are the ids, in the order of ids. */
export function search(count: number): { putMs: number; askMs: number[]; scanMs: number[]; wrong: number } {
  const docs = makeOpportunities(count).map((row) => ({
    id: row.id,
    title: titleOf("opportunity", row),
    more: textsOf("opportunity", row).join("\n"),
  }));
  const find = new Find();
  let start = performance.now();
  find.put(docs);
  const putMs = performance.now() - start;
  const askMs: number[] = [];
  const scanMs: number[] = [];
  let wrong = 0;
  for (const query of [...asked, ...asked, ...asked]) {
    start = performance.now();
    const found = find.find(query, count).map((hit) => hit.id);
    askMs.push(performance.now() - start);
    start = performance.now();
    const wanted = terms(query, false);
    const scanned = docs.filter(({ title, more }) => {
      const words = terms(`${title}\n${more}`, true);
      return wanted.every((term) => words.some((word) => word.startsWith(term)));
    });
    scanMs.push(performance.now() - start);
    if (
      found.sort().join() !==
      scanned
        .map((doc) => doc.id)
        .sort()
        .join()
    )
      wrong += 1;
  }
  return { putMs, askMs, scanMs, wrong };
}

/** Puts a member's copy on the disk, a blob a key. */
export async function seed(name: string, count: number): Promise<number> {
  await removeDisk(diskName("local", name));
  const disk = await openDisk(diskName("local", name));
  const now = Date.now();
  const keys = [...blobsOf(makeOpportunities(count))].map(([h, blob]) => put("keys", h, blob));
  const start = performance.now();
  await disk.write(
    always([
      put("meta", "sync", { cursor: null, seen: 0, now, wall: now, lease: now + 1e9, round: 1 }),
      put("meta", "ready", 1),
      ...keys,
    ]),
  );
  const ms = performance.now() - start;
  disk.close();
  return ms;
}
/** In a fresh page: from nothing to the first rows of a sorted list, and until everything is in. */
export async function cold(
  name: string,
  count: number,
): Promise<{ firstMs: number; wholeMs: number; shown: string[] }> {
  const start = performance.now();
  const data: LocalData = await createData(session(name), (() => "en") as Accessor<string>);
  const view = data.window("opportunity", () => queryOf({ stage: null, by: "amountMinor", down: true }) as never);
  while (view.length() < Math.min(shownRows, count)) await turn();
  const firstMs = performance.now() - start;
  while (view.total() < count) await turn();
  const wholeMs = performance.now() - start;
  const shown = view.slice(0, shownRows).map((row) => row.id);
  data.close();
  return { firstMs, wholeMs, shown };
}
