/** What a room costs its writers in time, beside the least that a Durable Object can do and beside other servers of Yjs. */
import { timesOf, type Times } from "../lib/measure.ts";
import { installPeers } from "../lib/peers.ts";
import { rowsOf, say, type BenchRow, type Check, type Figure, type SuiteResult } from "../lib/report.ts";
import type { Options } from "../run.ts";
import { startEngine, type Engine, type Name } from "./engine.ts";
import { flood, propagate } from "./traffic.ts";

const together = [2, 20, 100] as const;
const writing = [1, 10] as const;
const edits = 50; // of a round: two and a half seconds
const floodEdits = 2_000;

/** Values by subject, one a round. */
class Rounds {
  private readonly values = new Map<string, number[]>();
  add(subject: string, value: number): void {
    this.values.set(subject, [...(this.values.get(subject) ?? []), value]);
  }
  times(): Map<string, Times> {
    return new Map([...this.values].map(([subject, values]) => [subject, timesOf(values)]));
  }
  /** Of the medians. */
  ratio(of: Name, to: Name): number {
    const times = this.times();
    return (times.get(of)?.median ?? Number.NaN) / (times.get(to)?.median ?? Number.NaN);
  }
}
const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((left, right) => left - right)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
  Number.NaN;

interface Part {
  readonly rows: readonly BenchRow[];
  readonly figures: readonly Figure[];
  readonly checks: readonly Check[];
  readonly notes: readonly string[];
}
interface Run {
  readonly engine: Engine;
  readonly rounds: number;
  readonly full: boolean;
  readonly progress: (what: string) => void;
}
const ratio = (name: string, value: number, most: number): Figure => ({
  name, target: `at most ${most}x`, measured: say(value, "ratio"), met: value <= most,
}); // prettier-ignore
const speed = (name: string, value: number, least: number): Figure => ({
  name, target: `at least ${least}x`, measured: say(value, "ratio"), met: value >= least,
}); // prettier-ignore
const lostCheck = (peer: string, what: string, compared: number, wrong: number, note = ""): Check => ({
  peer, what, compared, wrong, note,
}); // prettier-ignore

async function propagation({ engine, rounds, progress }: Run): Promise<Part> {
  const rows: BenchRow[] = [];
  const figures: Figure[] = [];
  const checks: Check[] = [];
  for (const clients of together) {
    progress(`an edit to ${clients - 1} others`);
    const [p50, p99] = [new Rounds(), new Rounds()];
    const lost = new Map<Name, number>();
    for (let round = 0; round < rounds; round += 1)
      for (const subject of engine.subjects) {
        const got = await propagate(subject, clients, edits);
        p50.add(subject.name, percentile(got.times, 0.5));
        p99.add(subject.name, percentile(got.times, 0.99));
        lost.set(subject.name, (lost.get(subject.name) ?? 0) + got.lost);
      }
    const name = `an edit reaches others, ${clients} clients`;
    rows.push(...rowsOf(name, "p50", "ms", p50.times()), ...rowsOf(name, "p99", "ms", p99.times()));
    figures.push(
      ratio(`${name}: p50 to raw + row`, p50.ratio("baton", "raw + row"), 1.15),
      ratio(`${name}: p99 to raw + row`, p99.ratio("baton", "raw + row"), 2),
    );
    checks.push(lostCheck("what was sent", name, edits * rounds, lost.get("baton") ?? 0, othersLost(lost)));
  }
  return { rows, figures, checks, notes: [] };
}
const othersLost = (lost: ReadonlyMap<Name, number>): string =>
  [...lost].filter(([name, count]) => name !== "baton" && count > 0).map(([name, count]) => `${name} lost ${count}`).join(", "); // prettier-ignore

async function flooding({ engine, rounds, progress }: Run): Promise<Part> {
  const rows: BenchRow[] = [];
  const figures: Figure[] = [];
  const checks: Check[] = [];
  for (const writers of writing) {
    progress(`a flood of ${writers}`);
    const rate = new Rounds();
    const lost = new Map<Name, number>();
    for (let round = 0; round < rounds; round += 1)
      for (const subject of engine.subjects) {
        const got = await flood(subject, writers, floodEdits);
        rate.add(subject.name, got.perSecond);
        lost.set(subject.name, (lost.get(subject.name) ?? 0) + got.lost + got.refused);
      }
    const name = `flood, ${writers} ${writers === 1 ? "writer" : "writers"}`;
    rows.push(...rowsOf(name, "edits a second", "count", rate.times()));
    figures.push(speed(`${name}: edits a second to raw`, rate.ratio("baton", "raw"), writers === 1 ? 2 : 3));
    checks.push(lostCheck("what was sent", name, floodEdits * rounds, lost.get("baton") ?? 0, othersLost(lost)));
  }
  return { rows, figures, checks, notes: [] };
}

const parts: readonly ((run: Run) => Promise<Part>)[] = [propagation, flooding];

export async function roomsSuite({ full, progress }: Options): Promise<SuiteResult> {
  const peers = installPeers("rooms");
  progress("five servers start");
  const engine = await startEngine([...peers.keys()]);
  const rounds = full ? 9 : 5;
  try {
    const done: Part[] = [];
    for (const part of parts) done.push(await part({ engine, rounds, full, progress }));
    return {
      suite: "rooms",
      rounds,
      peers,
      rows: done.flatMap(({ rows }) => rows),
      figures: done.flatMap(({ figures }) => figures),
      checks: done.flatMap(({ checks }) => checks),
      notes: [
        "Each server runs in a workerd of its own, reached at the runtime's own port; state is on disk. Clients are plain sockets that know the frames, the same code for all.",
        "raw: a hibernating Durable Object that hands every message on to the others. raw + row: the same after it wrote the message as a row. Neither knows documents, rights or acknowledgements.",
        "y-partyserver hibernates and saves two to ten seconds after an edit; Hocuspocus in a Durable Object can't hibernate and saves two to ten seconds after; neither asks for rights. Only baton and raw + row have an edit on disk before anybody hears of it, and only baton judges it.",
        `An edit is ten characters; in a round ${edits} are made, one every 50 ms, by the clients in turn. A flood is ${floodEdits.toLocaleString("en")} edits sent at once; it ends when everybody has those of all others.`,
        ...done.flatMap(({ notes }) => notes),
      ],
    };
  } finally {
    await engine.stop();
  }
}
