/**
 * `npm run bench -- <suite> [--full] [--json FILE]`: measures the product beside its peers in one run. Every answer is
 * checked in the same run; a wrong one is the only thing that makes the command fail. Times are those of this machine,
 * so read them as ratios; budgets in bytes, rows and parameters are held by tests as well.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { accessSuite } from "./access/suite.ts";
import { duplicatesSuite } from "./duplicates/suite.ts";
import { roomsSuite } from "./rooms/suite.ts";
import { storeSuite } from "./store/suite.ts";
import { syncSuite } from "./sync/suite.ts";
import { webSuite } from "./web/suite.ts";
import { checkTable, figureTable, machine, rowTable, type Machine, type SuiteResult } from "./lib/report.ts";

export interface Options {
  readonly full: boolean;
  /** Told what is being measured, since some of it takes its time. */
  readonly progress: (what: string) => void;
}
const suites: { readonly [name: string]: (options: Options) => Promise<SuiteResult> } = {
  access: accessSuite,
  duplicates: duplicatesSuite,
  rooms: roomsSuite,
  store: storeSuite,
  sync: syncSuite,
  web: webSuite,
};

const root = fileURLToPath(new URL("../", import.meta.url));
const usage = `npm run bench -- [${Object.keys(suites).join("|")}] [--full] [--json FILE]`;

function read(): { names: readonly string[]; full: boolean; json: string | null } | null {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { full: { type: "boolean", default: false }, json: { type: "string" } },
    });
    if (positionals.some((name) => !Object.hasOwn(suites, name))) return null;
    return {
      names: positionals.length > 0 ? positionals : Object.keys(suites),
      full: values.full,
      json: values.json ?? null,
    };
  } catch {
    return null;
  }
}

/** A suite's part of the page. Each says when and where it was measured, for they are run apart. */
const part = (result: SuiteResult, on: Machine, full: boolean): string =>
  [
    `## ${result.suite}`,
    "",
    `Measured by \`npm run bench -- ${result.suite}${full ? " --full" : ""}\`, ${on.date}, commit ${on.commit}. Node ${on.node}, ${on.cores} cores`,
    `(${on.cpu}), ${on.memoryGb} GB. Beside ${[...result.peers].map(([name, version]) => `${name} ${version}`).join(", ")}. ${result.rounds} rounds.`,
    "",
    figureTable(result),
    "",
    rowTable(result),
    "",
    checkTable(result),
    "",
    ...result.notes.map((note) => `- ${note}`),
  ].join("\n");

/** The page with the parts of this run; those of suites that were not run stay as they are. */
function page(before: string, results: readonly SuiteResult[], on: Machine, full: boolean): string {
  const [head = "", ...parts] = before.split(/^(?=## )/m);
  const kept = new Map(parts.map((text) => [/^## (.*)$/m.exec(text)?.[1] ?? "", text.trimEnd()]));
  const old = /(\d{4}-\d\d-\d\d, commit [^.]+)\./.exec(head)?.[1]; // a page on which all parts were of one run
  if (old !== undefined) for (const [name, text] of kept) kept.set(name, text.replace("\n\n", `\n\nMeasured ${old}. `));
  for (const result of results) kept.set(result.suite, part(result, on, full));
  const order = Object.keys(suites).filter((name) => kept.has(name));
  return [
    "# Benchmarks",
    "",
    "Written by `npm run bench`; do not edit. Times are medians of interleaved rounds and mean little elsewhere; the ratios do.",
    ...order.flatMap((name) => ["", kept.get(name) ?? ""]),
    "",
  ].join("\n");
}

async function main(): Promise<number> {
  const asked = read();
  if (!asked) {
    console.error(usage);
    return 2;
  }
  const on = machine(root);
  const results: SuiteResult[] = [];
  for (const name of asked.names) {
    const suite = suites[name];
    if (!suite) continue;
    const startedAt = Date.now();
    const result = await suite({ full: asked.full, progress: (what) => console.error(`${name}: ${what} …`) });
    results.push(result);
    console.log(`\n${name}, beside ${[...result.peers].map(([peer, version]) => `${peer} ${version}`).join(", ")}\n`);
    for (const text of [rowTable(result), checkTable(result), figureTable(result)]) console.log(`${text}\n`);
    for (const note of result.notes) console.log(`- ${note}`);
    console.log(`${((Date.now() - startedAt) / 1000).toFixed(0)} s`);
  }
  const file = `${root}docs/benchmarks.md`;
  writeFileSync(file, page(existsSync(file) ? readFileSync(file, "utf8") : "", results, on, asked.full));
  if (asked.json !== null) {
    const body = results.map(({ suite, rounds, rows, figures, checks, peers }) => ({
      suite, machine: on, rounds, rows, figures, checks, peers: Object.fromEntries(peers),
    })); // prettier-ignore
    writeFileSync(resolve(asked.json), `${JSON.stringify(body.length === 1 ? body[0] : body, null, 1)}\n`);
  }
  const wrong = results.flatMap(({ checks }) => checks).reduce((sum, check) => sum + check.wrong, 0);
  if (wrong > 0) console.error(`${wrong} answers differ.`);
  return wrong > 0 ? 1 : 0;
}

process.exitCode = await main();
