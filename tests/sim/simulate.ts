/** Runs a seed; when it fails, finds the shortest story that still fails the same way. */
import { planActs, Violation, World, type Act, type Stats } from "./world.ts";

export interface Outcome {
  readonly seed: number;
  readonly stats: Stats;
  readonly violation: string | null;
}
export interface Failure extends Outcome {
  readonly acts: readonly Act[];
}
const actsPerSeed = 34;
const shrinkRuns = 150;

export async function runActs(seed: number, acts: readonly Act[], bug?: string): Promise<Outcome> {
  const world = new World(seed, bug);
  try {
    await world.start();
    for (const act of acts) await world.act(act);
    await world.finish();
    return { seed, stats: world.stats, violation: null };
  } catch (error) {
    if (!(error instanceof Violation)) throw new Error(`seed ${seed}`, { cause: error }); // the product or the harness broke
    return { seed, stats: world.stats, violation: error.message };
  } finally {
    world.edge.d1.sqlite.close();
  }
}
export const runSeed = (seed: number, bug?: string): Promise<Outcome> =>
  runActs(seed, planActs(seed, actsPerSeed), bug);

/** The kind of failure, without names: what must stay while acts are left out. */
const kindOf = (violation: string | null): string => violation?.split(" (")[0] ?? "";

type Run = (seed: number, acts: readonly Act[], bug?: string) => Promise<Outcome>;

export const shrink = (seed: number, bug?: string): Promise<Failure> =>
  shorten(runActs, seed, planActs(seed, actsPerSeed), bug);

/** Leaves acts out as long as it still fails the same way. */
export async function shorten(run: Run, seed: number, all: readonly Act[], bug?: string): Promise<Failure> {
  let acts = all;
  let outcome = await run(seed, acts, bug);
  const kind = kindOf(outcome.violation);
  let runs = 0;
  for (let size = Math.ceil(acts.length / 2); size >= 1 && kind !== ""; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < acts.length && runs < shrinkRuns;) {
      const fewer = [...acts.slice(0, from), ...acts.slice(from + size)];
      runs += 1;
      const again = await run(seed, fewer, bug).catch(() => null); // breaks in another way: not this failure
      if (again && kindOf(again.violation) === kind) {
        acts = fewer;
        outcome = again;
      } else from += size;
    }
  }
  return { ...outcome, acts };
}
