import { describe, expect, it } from "vitest";
import { runSeed, shrink } from "./simulate.ts";

const from = Number(process.env["SIM_START"] ?? 0);
const each = 10; // seeds a test, so that a failure names its neighbourhood and the run is seen to move

/** Seeds `first` to `first + count - 1`; two files share the work, for two cores. */
export function seeds(first: number, count: number): void {
  describe("the simulation", () => {
    it.each(Array.from({ length: count / each }, (_, index) => from + first + index * each))(
      "[SYNC-1] [SYNC-2] [SYNC-3] [SYNC-4] [SYNC-5] [LEAK-24] [LEAK-60] [case 1] [case 40] from seed %i on, every device holds exactly what it may",
      async (start) => {
        for (let seed = start; seed < start + each; seed += 1) {
          const { violation } = await runSeed(seed);
          if (violation !== null) expect.fail(JSON.stringify(await shrink(seed), null, 1));
        }
      },
    );
  });
}
