/** Texts of sections that were not opened here, fetched so that they open offline, within what a device may hold. */
import { fromBase64, toBase64 } from "lib0/buffer";
import * as Y from "yjs";
import { cellOf } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { drop, put, type Plan, type Reader, type SectionCache, type Write } from "./disk.ts";
import type { Source } from "./source.ts";
import type { LocalData } from "./store.ts";
import { send } from "./wire.ts";
import { keepDraft, openHere } from "./words.ts";

/** A larger text is read online. */
export const stateBytesMax = 262_144;
const askedAgainMs = 60_000;

interface Item {
  readonly id: string;
  readonly gen: number;
  readonly state: string;
}

/**
 * Fetches what this device lacks of an account's sections; of those that are here, what was written since. `asked`: when
 * each account was asked about last, by this page.
 */
export async function prefetch(
  data: LocalData,
  account: string,
  sections: readonly { readonly id: string; readonly gen: number }[],
  asked: Map<string, number>,
): Promise<void> {
  const source = data.source(account);
  if (!source || cellOf(account) === null) return;
  const wanted: string[] = [];
  const have: Record<string, string> = {};
  let isLacking = false;
  for (const { id, gen } of sections) {
    if (openHere.has(id)) continue; // its room tells it
    const there = await source.store.section(id);
    wanted.push(`${id}.${gen}`);
    if (there?.gen === gen) have[`${id}.${gen}`] = toBase64(snapshotOf(there.state));
    else isLacking = true;
    // Written in a document that was replaced meanwhile: the new text takes its place.
    if (there && there.gen < gen && there.unsent !== false) await keepDraft(data, there);
  }
  const last = asked.get(account) ?? 0;
  if (wanted.length === 0 || (!isLacking && Date.now() < last + askedAgainMs)) return;
  asked.set(account, Date.now());
  const response = await send(source.link, `/api/accounts/${account}/sections/states`, {
    sections: wanted,
    have,
  }).catch(() => null);
  if (!response?.ok) return; // comes with the next opening
  const { items } = (await response.json()) as { readonly items: readonly Item[] };
  if (items.length > 0) await source.change((read) => taken(source, account, items, read));
}

function snapshotOf(state: Uint8Array): Uint8Array {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, state);
  const snapshot = Y.encodeSnapshot(Y.snapshot(doc));
  doc.destroy();
  return snapshot;
}

async function taken(source: Source, account: string, items: readonly Item[], read: Reader): Promise<Plan<void>> {
  const held = new Map(await read.all("sections"));
  const writes: Write[] = [];
  for (const { id, gen, state } of items) {
    const there = held.get(id);
    // Revoked meanwhile, or opened and replaced: then this is not the newest any more.
    if (!source.replica.record(id) || openHere.has(id) || (there && there.gen > gen)) continue;
    const cache = withNews(there?.gen === gen ? there : null, { id, gen, account }, fromBase64(state));
    if (!cache) continue;
    held.set(id, cache);
    writes.push(put("sections", id, cache));
  }
  return { writes: [...writes, ...over(held, new Set(items.map(({ id }) => id)))], value: undefined };
}

/** Null: it is read online. What the room sent is what it has. */
function withNews(
  there: SectionCache | null,
  ref: Pick<SectionCache, "id" | "gen" | "account">,
  news: Uint8Array,
): SectionCache | null {
  const doc = new Y.Doc();
  const stored = there ? Y.decodeStateVector(there.stored) : new Map<number, number>();
  if (there) Y.applyUpdate(doc, there.state);
  Y.applyUpdate(doc, news);
  const { from, to } = Y.parseUpdateMeta(news);
  for (const [client, clock] of to)
    if ((from.get(client) ?? 0) <= (stored.get(client) ?? 0))
      stored.set(client, Math.max(clock, stored.get(client) ?? 0));
  const state = Y.encodeStateAsUpdate(doc);
  doc.destroy();
  const unsent = there ? there.unsent !== false : false;
  if (state.byteLength > stateBytesMax && !unsent) return null;
  const seen = there ? (there.seen ?? snapshotOf(there.state)) : new Uint8Array();
  return { ...ref, state, stored: Y.encodeStateVector(stored), unsent, seen, at: Date.now() };
}

/** What leaves so that the device holds no more than it may: what was touched longest ago, never words that wait. */
export function over(held: ReadonlyMap<string, SectionCache>, fresh: ReadonlySet<string>): Write[] {
  let bytes = [...held.values()].reduce((sum, { state }) => sum + state.byteLength, 0);
  let count = held.size;
  const writes: Write[] = [];
  const byAge = [...held.values()].sort((a, b) => Number(fresh.has(a.id)) - Number(fresh.has(b.id)) || a.at - b.at);
  for (const { id, state, unsent } of byAge) {
    if (bytes <= limits.heldTextBytes && count <= limits.heldTextsMax) break;
    if (unsent !== false || openHere.has(id)) continue;
    writes.push(drop("sections", id));
    bytes -= state.byteLength;
    count -= 1;
  }
  return writes;
}
