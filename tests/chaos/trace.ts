/**
 * A real editing session of two, replayed through two stock providers on real sockets. Each author has a document of
 * their own beside the provider's: what the other typed enters it just as far as the trace says that they had seen,
 * and no farther. So what was concurrent then is concurrent now.
 */
import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider";
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import * as Y from "yjs";
import type { Cell } from "./cell.ts";
import { Line, plainCopy, type Member } from "./wire.ts";

interface Transaction {
  readonly parents: readonly number[];
  readonly agent: number;
  readonly patches: readonly (readonly [position: number, deleted: number, inserted: string])[];
}
/** Transactions of one author with nothing new seen between them, and none of them the last that the other saw. */
interface Spell {
  readonly first: number;
  /** How many spells of the other were seen before. */
  readonly seen: number;
  readonly patches: Transaction["patches"][number][];
}

/**
 * Y.Text puts what is typed beside deleted characters behind them. So once in this trace two spells, which its own
 * editor kept apart by such a character, meet in one place, and the lower client id comes first: here as there the first author's.
 */
const clientIds = [1, 2] as const;
const empty = Y.encodeStateAsUpdate(new Y.Doc());

class Trace {
  readonly endContent: string;
  readonly length: number;
  readonly spells: readonly (readonly Spell[])[];
  /** The text after all spells that begin before a transaction: by two documents in memory, without any room. */
  textAfter(until: number): string {
    const authors = clientIds.map((id) => new Script(id));
    const made: Uint8Array[][] = [[], []];
    const all = this.spells.flatMap((own, author) => own.map((spell) => ({ author, spell })));
    for (const { author, spell } of all.sort((a, b) => a.spell.first - b.spell.first)) {
      if (spell.first < until) made[author]?.push(authors[author]?.type(spell, made[1 - author] ?? []) ?? empty);
    }
    return authors[0]?.see(made[1] ?? []) ?? "";
  }
  constructor() {
    const file = new URL("../fixtures/edit-traces/friendsforever.json.gz", import.meta.url);
    const { endContent, txns } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as {
      endContent: string;
      txns: readonly Transaction[];
    };
    this.endContent = endContent;
    this.length = txns.length;
    // How many of each author's transactions a transaction comes after.
    const after: (readonly [number, number])[] = [];
    const made: [number, number] = [0, 0];
    const seen = txns.map(({ parents, agent }) => {
      const known: [number, number] = [0, 0];
      for (const parent of parents)
        for (const author of [0, 1] as const) known[author] = Math.max(known[author], after[parent]?.[author] ?? 0);
      const [self, other] = agent === 0 ? ([0, 1] as const) : ([1, 0] as const);
      if (known[self] !== made[self]) throw new Error("an author did not know their own words");
      known[self] = ++made[self];
      after.push(known);
      return known[other];
    });
    const ends = [new Set<number>(), new Set<number>()]; // of spells, in transactions of that author
    for (const [index, { agent }] of txns.entries()) ends[1 - agent]?.add(seen[index] ?? 0);
    const spells: (Spell & { seenMade: number; made: number })[][] = [[], []];
    const count: [number, number] = [0, 0];
    for (const [index, { agent, patches }] of txns.entries()) {
      const own = spells[agent] ?? [];
      const author = agent === 0 ? 0 : 1;
      const last = own.at(-1);
      const seenMade = seen[index] ?? 0;
      if (last && last.seenMade === seenMade && !ends[agent]?.has(count[author])) {
        last.patches.push(...patches);
        last.made++;
      } else own.push({ first: index, seen: 0, seenMade, made: count[author] + 1, patches: [...patches] });
      count[author]++;
    }
    this.spells = spells.map((own, author) =>
      own.map(({ first, seenMade, patches }) => ({
        first,
        patches,
        seen: (spells[1 - author] ?? []).filter(({ made: upto }) => upto <= seenMade).length,
      })),
    );
  }
}

/** An author's own document. */
class Script {
  private readonly document = new Y.Doc();
  private seen = 0;
  constructor(client: number) {
    this.document.clientID = client;
  }
  /** Types one spell after as many spells of the other as the trace says; returns what it made. */
  type({ patches, seen }: Spell, others: readonly Uint8Array[]): Uint8Array {
    this.see(others.slice(0, seen));
    const updates: Uint8Array[] = [];
    const gather = (update: Uint8Array) => updates.push(update);
    this.document.on("update", gather);
    this.document.transact(() => {
      const text = this.document.getText("plain");
      for (const [position, deleted, inserted] of patches) {
        if (deleted > 0) text.delete(position, deleted);
        if (inserted) text.insert(position, inserted);
      }
    });
    this.document.off("update", gather);
    if (updates.length === 0) throw new Error("a spell that changes nothing");
    return Y.mergeUpdates(updates);
  }
  see(others: readonly Uint8Array[]): string {
    for (; this.seen < others.length; this.seen++) Y.applyUpdate(this.document, others[this.seen] ?? empty);
    return this.document.getText("plain").toString();
  }
}

/** An author at a socket. */
class Author {
  private readonly script: Script;
  readonly provider: HocuspocusProvider;
  private readonly line: HocuspocusProviderWebsocket;
  private readonly arrived: Uint8Array[] = [];
  /** Of the other, as they came; what is in none of them yet is in `arrived`. */
  private readonly spells: Uint8Array[] = [];
  private wake: () => void = () => undefined;
  next = 0;

  constructor(client: number, member: Member, account: string, section: string) {
    this.script = new Script(client);
    const { cookie, url: origin } = member;
    class Socket extends WebSocket {
      constructor(url: string) {
        super(url, { headers: { cookie, origin } } as unknown as string[]);
      }
    }
    this.line = new HocuspocusProviderWebsocket({
      url: `${origin.replace("http", "ws")}/rooms/${account}`,
      WebSocketPolyfill: Socket,
      delay: 100,
      minDelay: 100,
      maxDelay: 500,
    });
    // No presence: its heartbeat would keep the room awake.
    this.provider = new HocuspocusProvider({
      websocketProvider: this.line,
      name: `${section}.1`,
      document: new Y.Doc(),
      token: null,
      awareness: null,
    });
    this.provider.document.on("update", (update: Uint8Array, from: unknown) => {
      if (from === this.provider) this.arrived.push(update);
      this.wake();
    });
    this.provider.attach();
  }
  close(): void {
    this.provider.destroy();
    this.line.destroy();
  }

  /** Types one spell and sends it. */
  type(spell: Spell): Uint8Array {
    const made = this.script.type(spell, this.spells);
    Y.applyUpdate(this.provider.document, made, "author");
    return made;
  }
  /** The other's spell has come here, whole. */
  async got(update: Uint8Array): Promise<void> {
    for (const holds = contains(this.provider.document, update); !holds();)
      await new Promise<void>((done) => (this.wake = done));
    this.spells.push(Y.mergeUpdates([empty, ...this.arrived.splice(0)]));
  }
  see(): string {
    return this.script.see(this.spells);
  }
}

/** Whether a document has everything of an update, its deletions too. */
function contains(doc: Y.Doc, update: Uint8Array): () => boolean {
  const { structs, ds } = Y.decodeUpdate(update);
  return () =>
    structs.every(({ id, length }) => Y.getState(doc.store, id.client) >= id.clock + length) &&
    [...ds.clients].every(([client, ranges]) =>
      ranges.every(({ clock, len }) => {
        if (Y.getState(doc.store, client) < clock + len) return false;
        for (let at = clock; at < clock + len;) {
          const item = Y.getItem(doc.store, Y.createID(client, at));
          if (!item.deleted) return false;
          at = item.id.clock + item.length;
        }
        return true;
      }),
    );
}

class Replay {
  readonly trace = new Trace();
  private readonly member: Member;
  private readonly account: string;
  private readonly section: string;
  private readonly authors: readonly [Author, Author];

  private constructor(member: Member, account: string, section: string) {
    this.member = member;
    this.account = account;
    this.section = section;
    const [first, second] = clientIds;
    this.authors = [new Author(first, member, account, section), new Author(second, member, account, section)];
  }
  static async begin(member: Member): Promise<Replay> {
    const account = await member.makeAccount();
    return new Replay(member, account, await member.makeSection(account, "scratch"));
  }

  /** Both type until this transaction of the trace. An author waits for the other only where the trace did. */
  async play(until: number): Promise<void> {
    const delivered = [0, 0].map((_, author) => this.authors[author === 0 ? 0 : 1].next);
    const waiting: (() => void)[] = [];
    const one = async (author: 0 | 1) => {
      const [self, other] = [this.authors[author], this.authors[author === 0 ? 1 : 0]];
      const spells = this.trace.spells[author] ?? [];
      for (let spell = spells[self.next]; spell && spell.first < until; spell = spells[self.next]) {
        while ((delivered[1 - author] ?? 0) < spell.seen) await new Promise<void>((done) => waiting.push(done));
        await other.got(self.type(spell));
        self.next++;
        delivered[author] = self.next;
        for (const done of waiting.splice(0)) done();
      }
    };
    await Promise.all([one(0), one(1)]);
  }
  /** Both are past this transaction. */
  async reaches(transaction: number): Promise<void> {
    const isThere = () =>
      this.authors.every(({ next }, author) => (this.trace.spells[author]?.[next]?.first ?? Infinity) >= transaction);
    while (!isThere()) await new Promise((done) => setTimeout(done, 5));
  }
  /** What each author sees, and what a newcomer gets. */
  async texts(): Promise<[string, string, string]> {
    const [a, b] = this.authors;
    return [a.see(), b.see(), await this.newcomer()];
  }
  async newcomer(): Promise<string> {
    const copy = plainCopy(this.section);
    const line = new Line(this.member, this.account, [copy]);
    await line.open();
    line.close();
    return copy.doc.getText("plain").toString();
  }
  close(): void {
    for (const author of this.authors) author.close();
  }
}

/** Part of the trace, with a kill -9 in the middle of typing and a sleep; resolves with what must be equal to the last. */
export async function replayUntil(
  cell: Cell,
  member: Member,
  part: number,
  // What an edit leaves to do is done within 35 seconds; ten seconds after that the room sleeps.
  meanwhile: () => Promise<unknown> = () => new Promise((done) => setTimeout(done, 60_000)),
): Promise<{ texts: string[]; expected: string; slept: boolean }> {
  const replay = await Replay.begin(member);
  const until = Math.min(part, replay.trace.length);
  try {
    const typing = replay.play(until / 2);
    await replay.reaches(until / 4);
    cell.kill();
    await cell.back();
    await typing;
    await meanwhile();
    const before = cell.roomsMade();
    await replay.play(until);
    const slept = cell.roomsMade() > before;
    const texts = await replay.texts();
    cell.kill();
    await cell.back();
    texts.push(await replay.newcomer());
    const { trace } = replay;
    return { texts, expected: until < trace.length ? trace.textAfter(until) : trace.endContent, slept };
  } finally {
    replay.close();
  }
}
