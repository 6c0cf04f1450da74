/** What each part of the suite adds to it, and how its numbers are said. */
import { timesOf } from "../lib/measure.ts";
import { rowsOf, say, type BenchRow, type Check, type Figure, type Unit } from "../lib/report.ts";
import type { Device } from "./device.ts";

export interface Part {
  readonly rows: readonly BenchRow[];
  readonly figures: readonly Figure[];
  readonly checks: readonly Check[];
  readonly notes: readonly string[];
}
export interface Run {
  readonly device: Device;
  readonly full: boolean;
  readonly progress: (what: string) => void;
}
export const row = (name: string, unit: Unit, values: readonly number[]): BenchRow[] =>
  rowsOf(name, "", unit, new Map([["baton", timesOf(values)]]));
export const median = (values: readonly number[]): number => timesOf(values).median;
export const atMost = (name: string, value: number, most: number, unit: Unit): Figure => ({
  name, target: `at most ${say(most, unit)}`, measured: say(value, unit), met: value <= most,
}); // prettier-ignore
/** `said`: what differs, to be read by whoever mends it. */
export const check = (peer: string, what: string, compared: number, wrong: readonly string[]): Check => ({
  peer, what, compared, wrong: wrong.length, note: wrong.slice(0, 3).join(", ").replaceAll("|", "/"),
}); // prettier-ignore
