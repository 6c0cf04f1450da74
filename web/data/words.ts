/**
 * Words of a section that no room has stored: what a cached text or an open note has beyond what its room said it has.
 * Apart from the rooms, so that a copy that goes need not load the transport.
 */
import * as Y from "yjs";
import { drop, put, type SectionCache } from "./disk.ts";
import type { LocalData } from "./store.ts";
import { leftIn, leftMark } from "./texts.ts";

/** Sections that are open in this tab: each keeps its own words when it ends. */
export const openHere = new Set<string>();

/** The text that was typed here and never stored, in the order of typing: own words only, nobody else's. */
export function unsentText(state: Uint8Array, stored: Uint8Array): string {
  const { structs } = Y.decodeUpdate(Y.diffUpdate(state, stored));
  let text = "";
  for (const struct of structs) {
    if (!(struct instanceof Y.Item)) continue;
    if (struct.content instanceof Y.ContentString) text += struct.content.str;
    else if (struct.content instanceof Y.ContentType && !text.endsWith("\n")) text += "\n";
  }
  return text.trim();
}

/** Unsent words become a card that their member can copy; the cached text goes, in the same transaction. */
export async function keepDraft(
  data: LocalData,
  cache: SectionCache,
  code: "denied" | "missing" | "version_conflict" = "version_conflict",
): Promise<void> {
  const text = unsentText(cache.state, cache.stored);
  const key = `section:${cache.id}.${cache.gen}:${cache.at}`;
  const source = data.source(cache.account);
  const since = source?.clock.now() || Date.now();
  const words = { text };
  const card = { key, name: "section.draft@1", args: { id: cache.id, set: words }, at: cache.at, since, code, mine: words }; // prettier-ignore
  await source?.write([
    drop("sections", cache.id),
    drop("meta", leftMark(cache.id)),
    ...(text === "" ? [] : [put("attention", key, card)]),
  ]);
}

/**
 * Texts whose records went, with words that no room has: of the words a card is made, the rest goes (SYNC-E3). With those
 * that are marked because no page was left to do it.
 */
export async function keepWords(data: LocalData, caches: readonly SectionCache[]): Promise<void> {
  const left = [...caches];
  for (const { replica, store } of data.allSources())
    for (const id of leftIn(replica)) {
      const cache = await store.section(id);
      if (cache && left.every((one) => one.id !== id)) left.push(cache);
    }
  for (const cache of left) if (!openHere.has(cache.id)) await keepDraft(data, cache, "missing");
}

/** What a room says of others who have the section open; null: it said something else. */
export function hasCompany(said: string): boolean | null {
  try {
    const { type, others } = JSON.parse(said) as { readonly type?: unknown; readonly others?: unknown };
    return type === "company" && typeof others === "boolean" ? others : null;
  } catch {
    return null;
  }
}
