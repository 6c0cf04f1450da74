import { manyPeople, febrl, personOf } from "../../tests/febrl.ts";
import { findTwins, TwinIndex } from "../../shared/duplicates/twins.ts";
import { one, rowsOf, say, type SuiteResult } from "../lib/report.ts";
import type { Options } from "../run.ts";

/** What the product promises of finding twins. */
const targets = { rows: 20_000, ms: 60_000, askMs: 16 };

/** Twins among many people, and what is like one person while they are typed. */
export async function duplicatesSuite({ full, progress }: Options): Promise<SuiteResult> {
  const rounds = full ? 5 : 1;
  const rows = manyPeople(targets.rows);
  const times: number[] = [];
  let found = 0;
  for (let round = 0; round < rounds; round += 1) {
    progress(`twins among ${targets.rows} people`);
    const begun = performance.now();
    found = findTwins(rows).length;
    times.push(performance.now() - begun);
  }
  const ms = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
  progress("what is like one of them");
  const index = new TwinIndex("person");
  let begun = performance.now();
  for (const row of rows) index.put(row);
  const madeMs = performance.now() - begun;
  const asked = rows.filter((_, at) => at % 100 === 0);
  begun = performance.now();
  for (const row of asked) index.near(row);
  const askMs = (performance.now() - begun) / asked.length;
  const wrong = findTwins(febrl("febrl-dataset1")).filter(({ a, b }) => personOf(a) !== personOf(b)).length;
  const rowOf = (name: string, value: number) => rowsOf(name, "", "ms", new Map([["baton", one(value)]]));
  const atMost = (name: string, value: number, most: number, more = "") => ({ name, target: `at most ${say(most, "ms")}`, measured: say(value, "ms") + more, met: value <= most }); // prettier-ignore
  return {
    suite: "duplicates",
    rounds,
    peers: new Map(),
    rows: [
      ...rowOf(`twins among ${targets.rows} people`, ms),
      ...rowOf(`an index of ${targets.rows} people`, madeMs),
      ...rowOf("what is like one of them", askMs),
    ],
    figures: [
      atMost(`twins among ${targets.rows} people`, ms, targets.ms, ` (${found} pairs)`),
      atMost("what is like one of them", askMs, targets.askMs),
    ],
    checks: [{ peer: "Febrl", what: "pairs of its first set that are no pairs", compared: 500, wrong, note: "" }],
    notes: ["How many of the known pairs are found, and how many are wrong, stands in docs/spec/duplicates.md."],
  };
}
