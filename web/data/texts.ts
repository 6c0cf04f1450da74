/**
 * Cached texts go with their sections' records, in the same transaction (SYNC-E3). Words in them that no room has stored
 * yet are their member's: those wait for the editor's engine, which makes a card of them; a mark says so until it did,
 * also when the page goes before.
 */
import { drop, put, type Plan, type Reader, type SectionCache, type Write } from "./disk.ts";
import { dropLooked } from "./looked.ts";
import type { Replica } from "./replica.ts";

const prefix = "left:";
export const leftMark = (id: string): string => prefix + id;
/** Sections whose words wait for a card. */
export const leftIn = (replica: Replica): string[] =>
  [...replica.table("meta").keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));

/** Whose records are here no more once these writes are stored; null: nobody's. While a first sync or reset is under way, none. */
function lost(replica: Replica, writes: readonly Write[]): ((id: string) => boolean) | null {
  const here = (): Set<string> => {
    const keys = new Map(replica.table("keys"));
    for (const { store, key, value } of writes) {
      if (store !== "keys") continue;
      if (value) keys.set(key, value);
      else keys.delete(key);
    }
    return new Set([...keys.values()].flatMap(({ rows }) => [...rows.keys()]));
  };
  const ready = writes.find(({ store, key }) => store === "meta" && key === "ready");
  if (ready && ready.value === undefined) return null;
  if (ready && !replica.table("meta").has("ready")) {
    const held = here();
    return (id) => !held.has(id);
  }
  const gone = new Set<string>();
  for (const write of writes) {
    // A note whose making was refused never had a row.
    if (write.store === "attention") for (const id of write.value?.makes ?? []) gone.add(id);
    if (write.store !== "keys") continue;
    for (const [id, { e }] of replica.table("keys").get(write.key)?.rows ?? [])
      if ((e === "section" || e === "account") && !write.value?.rows.has(id)) gone.add(id);
  }
  if (gone.size === 0 || !replica.table("meta").has("ready")) return null;
  const held = here();
  return (id) => gone.has(id) && !held.has(id);
}

/** The plan of these writes with what goes along. `left`: is told which texts have words that were never stored. */
export function withTexts(
  replica: Replica,
  writes: readonly Write[],
  left: (caches: readonly SectionCache[]) => void,
): (read: Reader) => Promise<Plan<void>> {
  const touches = writes.some(({ store, key }) => store === "keys" || store === "attention" || key === "ready");
  const isLost = touches ? lost(replica, writes) : null; // before they are taken in
  return async (read) => {
    const caches = isLost ? [...(await read.all("sections")).values()].filter(({ id }) => isLost(id)) : [];
    const unsent = caches.filter((cache) => cache.unsent !== false);
    if (unsent.length > 0) left(unsent);
    const gone = caches.filter((cache) => cache.unsent === false).map(({ id }) => drop("sections", id));
    const marks = unsent.map(({ id }) => put("meta", leftMark(id), 1));
    const looked = isLost ? dropLooked(replica, isLost) : [];
    return { writes: [...writes, ...gone, ...marks, ...looked], value: undefined };
  };
}
