/**
 * One push and one pull: what goes out, what comes back, in which order it is stored. Free of timers and of the DOM, so
 * that the simulation runs this very code over a faulty wire. No answer but a complete page removes anything queued.
 */
import { limits } from "../../shared/kernel/limits.ts";
import { protocolVersion, type PullRequest, type PushAnswer, type PushRequest } from "../../shared/sync/protocol.ts";
import type { EdgeClock } from "./clock.ts";
import { isSkip, underRoot } from "./cards.ts";
import { drop, entryKey, put, type ClientMeta, type Entry, type Plan, type Reader, type Write } from "./disk.ts";
import { lineGroups } from "./lines.ts";
import { ask, cardOf, PageReader } from "./page.ts";
import type { Replica } from "./replica.ts";
import type { AttentionCard } from "./types.ts";
import { WireError } from "./wire-error.ts";

export interface Wire {
  push(body: PushRequest): Promise<PushAnswer>;
  /** The answer's text as it arrives. Throws `WireError` for anything but a 200, also in the middle. */
  pull(body: PullRequest): AsyncIterable<string>;
}
export interface Exchange {
  readonly replica: Replica;
  readonly clock: EdgeClock;
  readonly wire: Wire;
  readonly wall: () => number;
  /** Stores writes under the leader's term and takes them in. */
  readonly store: (writes: readonly Write[]) => Promise<void>;
  readonly transact: (plan: (read: Reader) => Promise<Plan<void>>) => Promise<void>;
  readonly newClient: () => string;
  readonly report?: (drift: number) => void;
}

/** Sends what waits, oldest first. True if there may be more. */
export async function pushOnce(x: Exchange): Promise<boolean> {
  const { replica } = x;
  const { client, device } = replica;
  const batch = await leaving(x);
  if (!client || !device || batch.length === 0) return false;
  let answer: PushAnswer;
  try {
    answer = await x.wire.push({
      v: protocolVersion,
      device,
      client: batch[0]?.client ?? client.id,
      seen: batch[0]?.client === client.id ? replica.sync.seen : 0,
      muts: batch.map(pushed),
    });
  } catch (error) {
    if (error instanceof WireError && error.refusal === "client_unknown") {
      await renewClient(x);
      return true;
    }
    throw error;
  }
  const refused: Write[] = [];
  for (const result of answer.results) {
    const entry = batch.find(({ n }) => n === result.n);
    if (!entry) continue;
    replica.ack(entry.client, entry.n);
    if (!result.ok) {
      const { ok: _ok, n: _n, ...outcome } = result;
      refused.push(put("outbox", entryKey(entry.client, entry.n), { ...entry, outcome }));
    }
  }
  if (refused.length > 0) await x.store(refused);
  return replica.unsent(1, limits.bodyBytesMax).length > 0 && answer.results.length > 0;
}

/**
 * What goes out now. Marked before it leaves, in one transaction with reading it: what is above the mark is provably
 * unsent (SYNC-W1), and what was taken back a moment ago is not sent.
 */
async function leaving(x: Exchange): Promise<readonly Entry[]> {
  const batch = x.replica.unsent(limits.pushMutationsMax, limits.bodyBytesMax / 2);
  const last = batch.at(-1);
  if (!last || last.client !== x.replica.client?.id || last.n <= x.replica.sent) return batch;
  let present: Entry[] = [];
  await x.transact(async (read) => {
    present = [];
    for (const { client, n } of batch) {
      const entry = await read.get("outbox", entryKey(client, n));
      if (!entry) break;
      present.push(entry);
    }
    const most = present.at(-1)?.n ?? 0;
    const marked = Number((await read.get("meta", "sent")) ?? 0);
    return { writes: most > marked ? [put("meta", "sent", most)] : [], value: undefined };
  });
  return present;
}

const pushed = ({ n, name, args, base, at }: Entry): PushRequest["muts"][number] => ({
  n,
  name,
  args,
  at,
  ...(Object.keys(base).length > 0 ? { base } : {}),
});

/**
 * The edge does not know this client (or has lost it): go on as a new one. What was provably never sent is numbered
 * anew; about the rest nobody can say whether it took effect, so its member decides.
 */
async function renewClient(x: Exchange): Promise<void> {
  const fresh = x.newClient();
  await x.transact(async (read) => {
    const sent = Number((await read.get("meta", "sent")) ?? 0);
    const old = (await read.get("meta", "client")) as ClientMeta | undefined;
    const writes: Write[] = [];
    const cards = [...(await read.all("attention")).values()];
    const before = cards.length;
    let n = 0;
    for (const [key, entry] of [...(await read.all("outbox"))].sort(([, a], [, b]) => a.n - b.n)) {
      writes.push(drop("outbox", key));
      if (isSkip(entry)) continue;
      if (entry.client === old?.id && entry.n > sent)
        writes.push(put("outbox", entryKey(fresh, (n += 1)), { ...entry, client: fresh, n }));
      else cards.push(doubtful(x, entry, cards));
    }
    for (const card of cards.slice(before)) writes.push(put("attention", card.key, card));
    writes.push(put("meta", "client", { id: fresh, next: n + 1 }), put("meta", "sent", 0));
    const sync = await read.get("meta", "sync");
    if (sync && typeof sync === "object" && "seen" in sync) writes.push(put("meta", "sync", { ...sync, seen: 0 }));
    return { writes, value: undefined };
  });
  x.replica.forgetAcks();
}

function doubtful(x: Exchange, entry: Entry, there: readonly AttentionCard[]): AttentionCard {
  const decided = { ...entry, outcome: entry.outcome ?? ({ code: "client_unknown" } as const) };
  const card = cardOf(decided, x.clock.now() || x.wall());
  return underRoot(x.replica.options.mutations, decided, card, there);
}

const wishes = (replica: Replica): string =>
  [...replica.table("want")].map(([h, { after }]) => `${h}>${after}`).join(" ");

/** Asks for one page and applies it. True if there is more to ask for at once. */
export async function pullOnce(x: Exchange): Promise<boolean> {
  const { replica } = x;
  const { client, device } = replica;
  if (!client || !device) return false;
  const asked = ask(replica, device, client.id);
  const reader = new PageReader(replica, asked);
  const wanted = asked.body.want.map(({ h }) => h);
  for await (const group of lineGroups(x.wire.pull(asked.body), wanted)) {
    for (const line of group) {
      if (line.t !== "page") {
        reader.read(line);
        continue;
      }
      const before = wishes(replica);
      if (replica.client?.id !== client.id) return true; // the client was renewed meanwhile: this page speaks of the old one
      x.clock.hear(line.now);
      await x.store(reader.finish(line, x.wall(), x.clock.now()));
      if (reader.drift > 0) x.report?.(reader.drift);
      const after = wishes(replica);
      return line.more || (after !== "" && after !== before); // a wish that no page moves waits for the next poll
    }
    const removals = reader.takeRemovals();
    if (removals.length > 0) await x.store(removals);
  }
  throw new WireError("retry", "the page broke off");
}
