/**
 * Refused changes as their member sees them: which of them are one act, how long words are kept, and what a discarded
 * entry takes along. Pure. Rules: docs/spec/sync.md (SYNC-L6, SYNC-W1).
 */
import type { Fields, Mutation } from "../../shared/records/mutation.ts";
import { skip } from "../../shared/sync/skip.ts";
import { entryKey, put, type ClientMeta, type Entry, type Plan, type Reader, type Write } from "./disk.ts";
import type { AttentionCard } from "./types.ts";

type Known = ReadonlyMap<string, Mutation>;
/** What an entry and a card have in common. */
type Act = Pick<Entry, "name" | "args" | "mine" | "makes">;

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);
const idIn = (args: unknown): unknown => (args as { readonly id?: unknown } | null)?.id;

/** Made on something that the earlier one makes: without it there is nothing to change or to point at. */
function standsOn(known: Known, later: Act, earlier: Act): boolean {
  const { makes = [] } = earlier;
  if (makes.length === 0) return false;
  const reads = known.get(later.name)?.reads(later.args as never) ?? [];
  return makes.some((id) => reads.includes(id));
}
/** Values that the later one goes on from, of the record that both are about. */
function builtOn(later: Pick<Entry, "args" | "base">, earlier: Act): string[] {
  const id = idIn(later.args);
  if (typeof id !== "string" || id !== idIn(earlier.args)) return [];
  return Object.entries(later.base[id] ?? {}).flatMap(([field, seen]) =>
    earlier.mine[field] !== undefined && same(earlier.mine[field], seen) ? [field] : [],
  );
}
/** Compare and set: it means nothing without the value that it was made on. */
const comparesWith = (args: unknown, field: string): boolean => {
  const { seen, from } = (args ?? {}) as { readonly seen?: object; readonly from?: unknown };
  return from !== undefined || (seen !== undefined && field in seen);
};

/** A refusal that follows from an earlier one: it is shown with it, as one act. */
function followsFrom(known: Known, later: Entry, earlier: AttentionCard): boolean {
  if (standsOn(known, later, earlier)) return true;
  const { code, fields = [] } = later.outcome ?? {};
  if (code === "missing") return earlier.code === "missing" && idIn(later.args) === idIn(earlier.args);
  return builtOn(later, earlier).some((field) => fields.includes(field));
}

/** With the card of what it follows from, if that was refused and is not dealt with. */
export function underRoot(
  known: Known,
  entry: Entry,
  card: AttentionCard,
  there: Iterable<AttentionCard>,
): AttentionCard {
  for (const earlier of [...there].sort((a, b) => (a.key < b.key ? -1 : 1))) {
    const before = earlier.key.startsWith(`${entry.client}:`) && earlier.key < card.key;
    if (before && followsFrom(known, entry, earlier)) return { ...card, root: earlier.root ?? earlier.key };
  }
  return card;
}

/** One card for each act: the refused one, and what was refused because of it. Newest first. */
export function grouped(cards: Iterable<AttentionCard>): AttentionCard[] {
  const all = [...cards].sort((a, b) => (a.key < b.key ? -1 : 1)); // in the order of making
  const by = new Map(all.map((card) => [card.key, card]));
  const tails = Map.groupBy(all, (card) => (card.root !== undefined && by.has(card.root) ? card.root : card.key));
  return [...tails]
    .map(([key, group]): AttentionCard => {
      const head = by.get(key) ?? group[0];
      if (!head) throw new Error("a group without a card");
      const rest = group.filter((card) => card !== head);
      return rest.length > 0 ? { ...head, with: rest } : head;
    })
    .sort((a, b) => b.at - a.at || (a.key < b.key ? 1 : -1));
}

// --- taking back what has not left

export const isSkip = (entry: Pick<Entry, "name">): boolean => entry.name === skip.name;

/** What a device says of itself while its member looks on: it goes out like all else, and is not counted as their work. */
export const isQuiet = (entry: Pick<Entry, "name">): boolean => isSkip(entry) || entry.name === "notice.mark@1";

/** An entry with all that makes no sense without it. */
function withDependants(known: Known, entries: readonly Entry[], first: Entry): Entry[] {
  const taken = [first];
  for (const entry of [...entries].sort((a, b) => a.n - b.n)) {
    if (entry.client !== first.client || entry.n <= first.n) continue;
    const falls = taken.some(
      (gone) => standsOn(known, entry, gone) || builtOn(entry, gone).some((field) => comparesWith(entry.args, field)),
    );
    if (falls) taken.push(entry);
  }
  return taken;
}

/**
 * Takes back an entry that has provably not left this device, in one transaction with the mark of what may have left.
 * Its place is kept by a mutation that does nothing. False: too late.
 */
export const discardPlan =
  (known: Known, key: string) =>
  async (read: Reader): Promise<Plan<boolean>> => {
    const entry = await read.get("outbox", key);
    const client = (await read.get("meta", "client")) as ClientMeta | undefined;
    const sent = Number((await read.get("meta", "sent")) ?? 0);
    if (!entry || entry.client !== client?.id || entry.n <= sent || entry.outcome) return { writes: [], value: false };
    const all = [...(await read.all("outbox")).values()];
    const taken = withDependants(known, all, entry);
    const writes: Write[] = taken.map(({ client: id, n, at }) =>
      put("outbox", entryKey(id, n), { client: id, n, at, name: skip.name, args: {}, base: {}, mine: {} }),
    );
    // What stays and was made on a value that now never was, was made on the one before it.
    for (const left of all) {
      if (left.client !== entry.client || left.n <= entry.n || taken.includes(left)) continue;
      const base = rebased(left, taken);
      if (base !== left.base) writes.push(put("outbox", entryKey(left.client, left.n), { ...left, base }));
    }
    return { writes, value: true };
  };

function rebased(left: Entry, taken: readonly Entry[]): Entry["base"] {
  let { base } = left;
  for (const gone of taken.toReversed()) {
    const id = idIn(left.args);
    for (const field of typeof id === "string" ? builtOn({ args: left.args, base }, gone) : []) {
      const { [field]: _seen, ...others } = base[String(id)] ?? {};
      const before = gone.base[String(id)]?.[field];
      const fields: Fields = before === undefined ? others : { ...others, [field]: before };
      base = { ...base, [String(id)]: fields };
    }
  }
  return base;
}
