/** What a run prints: a table for people, rows for machines, a page for docs/. */
import { spawnSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import type { Times } from "./measure.ts";

export type Unit = "ns" | "ms" | "bytes" | "rows" | "count" | "ratio";
export interface BenchRow {
  /** What is measured. */
  readonly name: string;
  /** Who: `baton`, a peer, or `floor`, the least that could do it. */
  readonly subject: string;
  readonly metric: string;
  readonly unit: Unit;
  readonly median: number;
  readonly p95: number;
  /** Our value divided by the subject's named here. */
  readonly ratioTo: { readonly [subject: string]: number };
}
export interface Figure {
  readonly name: string;
  readonly target: string;
  readonly measured: string;
  readonly met: boolean;
}
export interface Check {
  readonly peer: string;
  readonly what: string;
  readonly compared: number;
  readonly wrong: number;
  readonly note: string;
}
export interface SuiteResult {
  readonly suite: string;
  readonly rounds: number;
  readonly peers: ReadonlyMap<string, string>;
  readonly rows: readonly BenchRow[];
  readonly figures: readonly Figure[];
  readonly checks: readonly Check[];
  /** What one must know to read the numbers. */
  readonly notes: readonly string[];
}
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly node: string;
  readonly date: string;
  readonly commit: string;
}

export function machine(root: string): Machine {
  const git = (...args: string[]): string =>
    spawnSync("git", args, { cwd: root, encoding: "utf8" }).stdout?.trim() ?? "";
  const changed = git("status", "--porcelain", "--untracked-files=no", "--", "shared", "worker", "web", "bench") !== "";
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.versions.node,
    date: new Date().toISOString().slice(0, 10),
    commit: `${git("rev-parse", "--short", "HEAD") || "unknown"}${changed ? " and changes not committed" : ""}`,
  };
}

/** Rows of one measurement; every other subject's row tells what we are to it. */
export function rowsOf(
  name: string,
  metric: string,
  unit: Unit,
  bySubject: ReadonlyMap<string, Times>,
  factor = 1,
): BenchRow[] {
  const ours = bySubject.get("baton")?.median ?? 0;
  const others = [...bySubject].filter(([subject]) => subject !== "baton");
  return [...bySubject].map(([subject, { median, p95 }]) => ({
    name, subject, metric, unit, median: median * factor, p95: p95 * factor,
    ratioTo: subject === "baton" ? Object.fromEntries(others.map(([peer, times]) => [peer, ours / times.median])) : {},
  })); // prettier-ignore
}
export const one = (value: number): Times => ({ median: value, p95: value });

export function say(value: number, unit: Unit): string {
  const digits = (number: number): string =>
    number >= 100 ? Math.round(number).toLocaleString("en") : String(Number(number.toPrecision(3)));
  if (unit === "ns")
    return value >= 1e6
      ? `${digits(value / 1e6)} ms`
      : value >= 1e3
        ? `${digits(value / 1e3)} µs`
        : `${digits(value)} ns`;
  if (unit === "bytes") return value >= 1000 ? `${digits(value / 1000)} kB` : `${digits(value)} B`;
  if (unit === "ratio") return `${digits(value)}x`;
  return unit === "ms" ? `${digits(value)} ms` : unit === "rows" ? `${digits(value)} rows` : digits(value);
}

function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const widths = head.map((text, column) => Math.max(text.length, ...lines.map((line) => line[column]?.length ?? 0)));
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(" | ")} |`;
  return [row(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...lines.map(row)].join("\n");
}

export const figureTable = ({ figures }: SuiteResult): string =>
  table(
    ["figure", "target", "measured", ""],
    figures.map(({ name, target, measured, met }) => [name, target, measured, met ? "pass" : "MISSED"]),
  );
export const rowTable = ({ rows }: SuiteResult): string =>
  table(
    ["measured", "subject", "median", "p95", "we are"],
    rows.map(({ name, subject, metric, unit, median, p95, ratioTo }) => [
      metric === "" ? name : `${name}: ${metric}`,
      subject,
      say(median, unit),
      p95 === median ? "" : say(p95, unit),
      Object.entries(ratioTo)
        .map(([peer, ratio]) => `${say(ratio, "ratio")} of ${peer}`)
        .join(", "),
    ]),
  );
export const checkTable = ({ checks }: SuiteResult): string =>
  table(
    ["answers compared with", "of", "compared", "otherwise", "note"],
    checks.map(({ peer, what, compared, wrong, note }) => [peer, what, String(compared), String(wrong), note]),
  );
