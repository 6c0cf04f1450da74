/**
 * `npm run sim -- [--seeds N] [--pairs N] [--start S] [--json FILE] [--bug NAME]`: two threads, each every second seed;
 * then pairs of worlds that must look alike, one for ten seeds unless said.
 */
import { writeFileSync } from "node:fs";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { registerHooks } from "node:module";

// The hub is a Durable Object: what it needs of the platform stands in workers.ts.
registerHooks({
  resolve: (name, context, next) =>
    next(name === "cloudflare:workers" ? `${import.meta.dirname}/workers.ts` : name, context),
});
const { runPair, shrinkPair } = await import("./pair.ts");
const { runSeed, shrink } = await import("./simulate.ts");

interface Part {
  readonly start: number;
  readonly end: number;
  readonly pairs: number; // seeds below start + pairs are run as pairs too
  readonly step: number;
  readonly bug?: string;
}
interface Done {
  readonly pair: boolean;
  readonly pulls: number;
  readonly pushes: number;
  readonly comparisons: number;
  readonly report: string | null;
}
const threads = 2;
const shrinkMax = 3; // failures of a thread that are made short: enough to look at

if (isMainThread) await lead();
else await work(workerData as Part);

async function lead(): Promise<void> {
  const option = (name: string): string | undefined => {
    const at = process.argv.indexOf(`--${name}`);
    return at < 0 ? undefined : process.argv[at + 1];
  };
  const start = Number(option("start") ?? 0);
  const seeds = Number(option("seeds") ?? 300);
  const pairs = Number(option("pairs") ?? Math.ceil(seeds / 10));
  const bug = option("bug");
  const totals = { seeds: 0, pairs: 0, pulls: 0, pushes: 0, comparisons: 0, violations: 0 };
  const parts = Array.from({ length: threads }, (_, index) => ({
    start: start + index,
    end: start + seeds,
    pairs,
    step: threads,
    ...(bug === undefined ? {} : { bug }),
  }));
  await Promise.all(
    parts.map(
      (part) =>
        new Promise<void>((resolve, reject) => {
          const worker = new Worker(`${import.meta.dirname}/run.ts`, {
            workerData: part,
            execArgv: ["--disable-warning=ExperimentalWarning"],
          });
          worker.on("message", (message) => {
            const done = message as Done;
            totals[done.pair ? "pairs" : "seeds"] += 1;
            totals.pulls += done.pulls;
            totals.pushes += done.pushes;
            totals.comparisons += done.comparisons;
            if (done.report === null) return;
            totals.violations += 1;
            process.stdout.write(`${done.report}\n`);
          });
          worker.on("error", reject);
          worker.on("exit", resolve);
        }),
    ),
  );
  process.stdout.write(`${JSON.stringify(totals)}\n`);
  const file = option("json");
  if (file) writeFileSync(file, `${JSON.stringify(totals)}\n`);
  if (totals.violations > 0 || totals.seeds < seeds || totals.pairs < pairs) process.exitCode = 1;
}

async function work({ start, end, step, pairs, bug }: Part): Promise<void> {
  let shrunk = 0;
  const first = start - (start % step);
  for (const pair of [false, true]) {
    const { one, short } = pair ? { one: runPair, short: shrinkPair } : { one: runSeed, short: shrink };
    for (let seed = start; seed < (pair ? first + pairs : end); seed += step) {
      const { stats, violation } = await one(seed, bug);
      let report: string | null = null;
      if (violation !== null) {
        report = `${pair ? "pair" : "seed"} ${seed}: ${violation}`;
        if ((shrunk += 1) <= shrinkMax) {
          const shortest = await short(seed, bug);
          report += `\n  shortest: ${shortest.violation}\n${shortest.acts.map(({ kind, r }) => `    ${kind} ${r}`).join("\n")}`;
        }
      }
      const { pulls, pushes, comparisons } = stats;
      parentPort?.postMessage({ pair, pulls, pushes, comparisons, report } satisfies Done);
    }
  }
}
