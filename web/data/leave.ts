/**
 * What stays on a device whose session was ended elsewhere, or where somebody else signed in: words that were never
 * sent, for their own member alone, and nothing that was seen. Without such words nothing stays (SYNC-E3).
 */
import { drop, isSealed, put, type Disk, type Plan, type Reader, type SectionCache, type Write } from "./disk.ts";
import { diskName, diskNames, openDisk, removeDisk, shelfName } from "./idb-disk.ts";
import type { TabMessage } from "./messages.ts";
import { blindSeen, wordsAlone } from "./replica.ts";
import { Shelf } from "./shelf.ts";
import { typedIn } from "./typed.ts";
import type { Me } from "./types.ts";

/** The number of the next mutation and what may have left stay: else what waits would be numbered twice. */
const keptMeta: ReadonlySet<string> = new Set(["device", "client", "sent", "term"]);

type WordsIn = (cache: SectionCache) => string;

/** One transaction: all that was seen goes. True: words are left. */
const leavePlan =
  (wordsIn: WordsIn) =>
  async (read: Reader): Promise<Plan<boolean>> => {
    const writes: Write[] = [];
    for (const store of ["keys", "want", "ask", "follow"] as const)
      for (const key of (await read.all(store)).keys()) writes.push(drop(store, key));
    for (const key of (await read.all("meta")).keys())
      if (!keptMeta.has(key) && key !== "rev") writes.push(drop("meta", key));
    // Under a lock nobody can tell words from what was seen: what may hold some stays sealed, until its member opens it.
    if (isSealed(await read.get("meta", "device"))) {
      const left = await Promise.all((["outbox", "attention", "sections"] as const).map((store) => read.all(store)));
      return { writes, value: left.some(({ size }) => size > 0) };
    }
    let words = 0;
    for (const [key, entry] of await read.all("outbox")) {
      words += 1;
      const { theirs: _seen, ...outcome } = entry.outcome ?? { code: "missing" as const };
      const kept = { ...entry, base: {}, mine: typedIn(entry), args: blindSeen(entry.args, {}) };
      writes.push(put("outbox", key, entry.outcome ? { ...kept, outcome } : kept));
    }
    for (const [key, card] of await read.all("attention")) {
      words += 1;
      writes.push(put("attention", key, wordsAlone(card)));
    }
    for (const [key, cache] of await read.all("sections")) {
      writes.push(drop("sections", key));
      const text = wordsIn(cache);
      if (text === "") continue;
      words += 1;
      const card = { key: `section:${cache.id}.${cache.gen}:${cache.at}`, name: "section.draft@1", args: { id: cache.id, set: { text } }, at: cache.at, since: Date.now(), code: "missing" as const, mine: { text } }; // prettier-ignore
      writes.push(put("attention", card.key, card));
    }
    return { writes, value: words > 0 };
  };

async function leave(disk: Disk, name: string): Promise<void> {
  let any = false;
  await disk.write(async (read) => {
    any = (await read.all("sections")).size > 0;
    return { writes: [], value: undefined };
  });
  // The editor's engine is fetched only where a text lies: it alone knows which words were never stored.
  const words = any ? await import("./words.ts") : null;
  const { value: waits } = await disk.write(leavePlan((cache) => words?.unsentText(cache.state, cache.stored) ?? ""));
  disk.close();
  // A file that was not sent yet is what its member brought, like words that were not.
  const files = await new Shelf(shelfName(name)).count().catch(() => 1);
  if (!waits && files === 0) await removeDisk(name);
}

/** Tabs that still show it leave, and let go of the database. */
function tellTabs(name: string): void {
  if (typeof BroadcastChannel === "undefined") return;
  const channel = new BroadcastChannel(name);
  channel.postMessage({ t: "forget" } satisfies TabMessage);
  channel.close();
}

/** The copies of all cells of a member who is not signed in here any more. */
export async function leaveCopies(me: Me): Promise<void> {
  const cells = new Set([me.cell, ...me.cells.map(({ cell }) => cell)]);
  const there = (await indexedDB.databases?.()) ?? null; // opening one that is not there would make it
  await Promise.all(
    [...cells].map(async (cell) => {
      const name = diskName(cell, me.member);
      const names = diskNames(name);
      if (there && !there.some((one) => names.includes(one.name ?? ""))) return;
      tellTabs(name);
      await leave(await openDisk(name), name).catch((error: unknown) => console.warn("copy not left", error));
    }),
  );
}
