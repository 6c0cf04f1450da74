/** What a room costs its writers in time, beside the least that a Durable Object can do and beside other servers of Yjs. */
import { timesOf, type Times } from "../lib/measure.ts";
import { installPeers } from "../lib/peers.ts";
import { rowsOf, say, type BenchRow, type Check, type Figure, type SuiteResult, type Unit } from "../lib/report.ts";
import type { Options } from "../run.ts";
import { startEngine, type Engine, type Name } from "./engine.ts";
import { attack, hourOfTyping, idle } from "./calm.ts";
import { makeHistory } from "./history.ts";
import { openOnce, writeHistory } from "./opening.ts";
import { flood, propagate } from "./traffic.ts";
import { Line } from "./wire.ts";

const together = [2, 20, 100] as const;
const writing = [1, 10] as const;
const edits = 50; // of a round: two and a half seconds
const floodEdits = 1_000;
const historyEdits = 250_000;
const idleSockets = 250;

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

async function opening({ engine, rounds, progress }: Run): Promise<Part> {
  progress("a long history is written");
  const history = makeHistory(7, historyEdits);
  const subjects = engine.subjects.filter(({ keeps }) => keeps);
  const places = await Promise.all(subjects.map((subject) => writeHistory(subject, history)));
  progress("a long history is opened");
  const measured = {
    "warm, received": new Rounds(), "warm, applied": new Rounds(), "cold, received": new Rounds(), "cold, applied": new Rounds(),
  }; // prettier-ignore
  let wrong = 0;
  for (let round = 0; round < rounds * 2; round += 1)
    for (const temperature of ["cold", "warm"] as const)
      for (const [index, { name }] of subjects.entries()) {
        const place = places[index];
        if (!place) continue;
        if (temperature === "cold") await place.evict();
        const company = temperature === "warm" ? await Line.open(place) : null;
        const { received, applied, isWhole } = await openOnce(place, history);
        company?.close();
        if (!isWhole) wrong += 1;
        if (round === 0) continue; // warms up
        measured[`${temperature}, received`].add(name, received);
        measured[`${temperature}, applied`].add(name, applied);
      }
  const what = `open ${history.edits.toLocaleString("en")} edits`;
  return {
    rows: Object.entries(measured).flatMap(([metric, values]) => rowsOf(what, metric, "ms", values.times())),
    figures: Object.entries(measured).map(([metric, values]) =>
      ratio(
        `${what}: ${metric}, to y-partyserver`,
        values.ratio("baton", "y-partyserver"),
        metric.startsWith("warm") ? 0.9 : 0.8,
      ),
    ),
    checks: [lostCheck("what was written", what, rounds * 4 * subjects.length, wrong)],
    notes: [
      `The history: ${history.edits.toLocaleString("en")} insertions and deletions of one character, in ${history.updates.length.toLocaleString("en")} updates, from a seed; ${history.text.length.toLocaleString("en")} characters are left. Cold: the object was taken out of memory (Hocuspocus loses its sockets by that). Warm: somebody has it open. Times begin with the connection; ours are with the session looked up, and cold with the rights.`,
    ],
  };
}

async function calm({ engine, full, progress }: Run): Promise<Part> {
  progress(`${idleSockets} sockets idle for a minute`);
  const rest = await idle(engine, idleSockets, 60_000);
  progress("an hour of typing");
  const rows = await hourOfTyping(engine);
  const frames = full ? 100_000 : 10_000;
  progress(`${frames.toLocaleString("en")} malformed frames`);
  const got = await attack(engine, frames, 500);
  const [calmly, attacked] = [percentile(got.calm, 0.99), percentile(got.attacked, 0.99)];
  const count = (name: string, value: number, wanted: number): Figure => ({
    name, target: String(wanted), measured: String(value), met: value === wanted,
  }); // prettier-ignore
  const one = (name: string, metric: string, unit: Unit, value: number): BenchRow[] =>
    rowsOf(name, metric, unit, new Map([["baton", { median: value, p95: value }]]));
  const others = idleSockets - 1;
  return {
    rows: [
      ...one(`${idleSockets} sockets idle for a minute`, "an edit after it reaches all", "ms", rest.ms),
      ...one("an hour of typing alone", "rows written", "rows", rows),
      ...one("two who work together", "p99", "ms", calmly),
      ...one("two who work together while malformed frames come", "p99", "ms", attacked),
    ],
    figures: [
      count(`${idleSockets} sockets idle for a minute: times the object was made`, rest.made, 0),
      count(`${idleSockets} sockets idle for a minute: frames`, rest.frames, 0),
      count("an edit after it: times the object was made (1: it slept with its sockets open)", rest.woken, 1),
      count(`an edit after it: sockets reached once, of ${others}`, rest.once, others),
      { name: "an hour of typing alone: rows written", target: "at most 8,000", measured: say(rows, "rows"), met: rows <= 8_000 },
      count(`${frames.toLocaleString("en")} malformed frames: crashes`, got.made, 0),
      ratio(`${frames.toLocaleString("en")} malformed frames: p99 of others to before and after`, attacked / calmly, 1.5),
    ],
    checks: [
      lostCheck("what was sent", "edits among malformed frames", got.calm.length + got.attacked.length + got.lost, got.lost),
      lostCheck("what was written", "a document under malformed frames", 1, got.isUnchanged ? 0 : 1),
      lostCheck("what was sent", `an edit to ${others} sockets that slept`, others, others - rest.once),
    ],
    notes: [
      `Malformed frames: noise, cut and altered ones, updates that lean on what is not there, promises of more than there is; from a seed, 500 a second by four members' sockets which come back when they are closed (${got.connections.toLocaleString("en")} connections). None is sent to a closed socket.`,
      "An hour of typing is 3,600 edits sent one after the other, as the app sends once a second while nobody else is there; the alarm's own rows come to it (three every half a minute).",
    ],
  };
} // prettier-ignore

const parts: readonly ((run: Run) => Promise<Part>)[] = [propagation, flooding, opening, calm];

export async function roomsSuite({ full, progress }: Options): Promise<SuiteResult> {
  const peers = installPeers("rooms");
  progress("five servers start");
  const engine = await startEngine([...peers.keys()]);
  const rounds = full ? 7 : 3;
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
