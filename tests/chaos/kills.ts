/**
 * Kill -9 under load. Writers on real sockets type into several sections; workerd dies in the middle; after each
 * restart a newcomer opens everything before any writer is back, and must find every edit that was acknowledged.
 */
import * as Y from "yjs";
import { textOf } from "../../shared/sections/text.ts";
import { Random } from "../sim/random.ts";
import type { Cell } from "./cell.ts";
import { Line, Member, type Copy } from "./wire.ts";

const writers = 3;
const pads = 4; // and one rich section
const liveMax = 12; // words of one writer in a section before it takes out the oldest: small documents are rewritten often
const wordCharsMax = 6000;
const killsPerAccount = 25; // a rich section takes a megabyte of a member in an hour
const loadMsMax = 400;
const loadingMsMax = 100;
const pauseMs = 3;

export interface Kills {
  kills: number;
  /** Edits that the room said it stored, before a kill or when they were sent again. */
  acked: number;
  /** Edits that were under way at a kill, summed over the kills: the writers bring them again. */
  open: number;
  /** Acknowledged and not found; found twice; sections shut for writing. All must be 0. */
  lost: number;
  doubled: number;
  shut: number;
  ms: number;
}
interface Word {
  readonly text: string;
  readonly put: number; // the edit that put it in
  cut: number | null; // the one that took it out
}

/** One writer's document of one section, with what the room owes it. */
class Draft implements Copy {
  readonly section: string;
  readonly doc = new Y.Doc();
  readonly words: Word[] = [];
  acked = 0;
  private readonly kind: "scratch" | "shared";
  private readonly name: string;
  private edits = 0;
  constructor(section: string, kind: "scratch" | "shared", name: string) {
    this.section = section;
    this.kind = kind;
    this.name = name;
  }
  mark(): number {
    return this.edits;
  }
  stored(mark: number): void {
    this.acked = Math.max(this.acked, mark);
  }

  edit(random: Random): void {
    const oldest = this.words.find(({ cut }) => cut === null);
    const live = this.words.filter(({ cut }) => cut === null).length;
    this.edits++;
    if (oldest && live >= liveMax) {
      oldest.cut = this.edits;
      this.remove(oldest.text);
      return;
    }
    const length = this.kind === "shared" ? 40 : random.chance(0.3) ? random.below(wordCharsMax) : random.below(60);
    const text = `${this.name}.${this.edits}.${"x".repeat(length)};`;
    this.words.push({ text, put: this.edits, cut: null });
    this.insert(text, random);
  }
  private insert(text: string, random: Random): void {
    if (this.kind === "shared") {
      const root = this.doc.getXmlFragment("default");
      const paragraph = new Y.XmlElement("paragraph");
      paragraph.insert(0, [new Y.XmlText(text)]);
      root.insert(random.below(root.length + 1), [paragraph]);
      return;
    }
    // Between two words, never inside one.
    const plain = this.doc.getText("plain");
    const ends = [...plain.toString().matchAll(/;/g)].map(({ index }) => index + 1);
    plain.insert(random.pick([0, ...ends]) ?? 0, text);
  }
  private remove(text: string): void {
    if (this.kind === "shared") {
      const root = this.doc.getXmlFragment("default");
      const at = root.toArray().findIndex((node) => node.toString().includes(`>${text}<`));
      if (at >= 0) root.delete(at);
      return;
    }
    const plain = this.doc.getText("plain");
    const at = positions(plain.toString(), text)[0];
    if (at !== undefined) plain.delete(at, text.length);
  }

  /** What of the acknowledged edits a text does not show, and what it shows twice. */
  missing(found: string): { lost: string[]; doubled: string[] } {
    const lost: string[] = [];
    const doubled: string[] = [];
    for (const { text, put, cut } of this.words) {
      const times = positions(found, text).length;
      if (times > 1) doubled.push(text.slice(0, 30));
      if (put <= this.acked && times === 0 && cut === null) lost.push(`put ${text.slice(0, 30)}`);
      if (cut !== null && cut <= this.acked && times > 0) lost.push(`cut ${text.slice(0, 30)}`);
    }
    return { lost, doubled };
  }
  get view(): string {
    return textOf(this.doc, this.kind);
  }
  empty(): Draft {
    return new Draft(this.section, this.kind, "newcomer");
  }
}

/** Where a word stands, as a whole word: `1.2.;` is no part of `11.2.;`. */
function positions(text: string, word: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (at === 0 || /[;\n]/.test(text[at - 1] ?? "")) found.push(at);
  return found;
}
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** `tell` hears of each kill, and in words of what went wrong. */
export async function runKills(
  cell: Cell,
  member: Member,
  { kills, seed, tell }: { kills: number; seed: number; tell: (so: Kills, wrong: readonly string[]) => void },
): Promise<Kills> {
  const random = new Random(seed);
  const startedAt = Date.now();
  const so: Kills = { kills: 0, acked: 0, open: 0, lost: 0, doubled: 0, shut: 0, ms: 0 };
  let account = "";
  let drafts: Draft[][] = [];
  let ackedBefore = 0;

  const begin = async () => {
    account = await member.makeAccount();
    const sections: (readonly [string, "scratch" | "shared"])[] = [];
    for (let n = 0; n < pads; n++) sections.push([await member.makeSection(account, "scratch"), "scratch"]);
    sections.push([await member.makeSection(account, "shared"), "shared"]);
    ackedBefore = so.acked;
    drafts = Array.from({ length: writers }, (_, writer) =>
      sections.map(([id, kind]) => new Draft(id, kind, `w${writer}`)),
    );
  };

  /** A newcomer opens all sections: what do they hold? */
  const look = async (): Promise<Draft[]> => {
    const copies = (drafts[0] ?? []).map((draft) => draft.empty());
    const line = new Line(member, account, copies);
    await line.open();
    line.close();
    so.shut += line.refused.size;
    return copies;
  };
  const judge = async (): Promise<string[]> => {
    const found = await look();
    const wrong: string[] = [];
    for (const mine of drafts)
      for (const [at, draft] of mine.entries()) {
        const { lost, doubled } = draft.missing(found[at]?.view ?? "");
        so.lost += lost.length;
        so.doubled += doubled.length;
        wrong.push(...lost.map((text) => `lost: ${text}`), ...doubled.map((text) => `twice: ${text}`));
      }
    so.acked = ackedBefore + drafts.flat().reduce((sum, { acked }) => sum + acked, 0);
    so.ms = Date.now() - startedAt;
    return wrong;
  };

  while (so.kills < kills) {
    if (so.kills % killsPerAccount === 0) await begin();
    const lines = drafts.map((mine) => new Line(member, account, mine));
    let alive = true;
    const dead = Promise.all(lines.map(({ closed }) => closed)).then(() => (alive = false));
    const opening = Promise.all(lines.map((line) => line.open()));
    opening.catch(() => undefined);
    const type = async (mine: readonly Draft[]) => {
      await opening;
      while (alive) {
        for (let burst = random.below(4); burst >= 0; burst--)
          (random.chance(0.6) ? mine[0] : random.pick(mine))?.edit(random);
        await pause(pauseMs);
      }
    };
    const typing = drafts.map((mine) => type(mine).catch(() => undefined));
    // Some die while the sections are still loading, most while three write.
    const isEarly = random.chance(0.2);
    if (!isEarly) await opening;
    await pause(random.below(isEarly ? loadingMsMax : loadMsMax));
    cell.kill();
    await Promise.all([dead, ...typing]);
    so.open += drafts.flat().reduce((sum, draft) => sum + draft.mark() - draft.acked, 0);
    for (const { refused } of lines) so.shut += refused.size;
    await cell.back();
    so.kills++;
    tell(so, await judge());
  }

  // All come back, bring what was never acknowledged, and hold the same at last.
  const lines = drafts.map((mine) => new Line(member, account, mine));
  await Promise.all(lines.map((line) => line.open()));
  const isSettled = () => drafts.flat().every((draft) => draft.acked === draft.mark());
  for (let tries = 0; tries < 500 && !isSettled(); tries++) await pause(20);
  const wrong = await judge();
  const found = await look();
  for (const mine of drafts)
    for (const [at, draft] of mine.entries())
      if (draft.view !== found[at]?.view) {
        so.lost++;
        wrong.push(`section ${at} differs at the end`);
      }
  for (const line of lines) line.close();
  tell(so, wrong);
  return so;
}
