import { describe, expect, it } from "vitest";
import { runPair, shrinkPair } from "./pair.ts";

const from = Number(process.env["SIM_START"] ?? 0);
const each = 5; // pairs a test, so that the run is seen to move

describe("two worlds that differ only in what a member cannot see", () => {
  it.each(Array.from({ length: 8 }, (_, index) => from + index * each))(
    "[ACCESS-3] [case 33] from pair %i on, give that member's device the same bytes",
    async (start) => {
      let hidden = 0;
      for (let seed = start; seed < start + each; seed += 1) {
        const { violation, stats } = await runPair(seed);
        if (violation !== null) expect.fail(JSON.stringify(await shrinkPair(seed), null, 1));
        hidden += stats.hidden;
      }
      expect(hidden).toBeGreaterThan(0); // else nothing was compared
    },
  );
});

/** Mistakes that only such a comparison can see: every device would still hold exactly what it may. */
const bugs = [
  { name: "cut_by_scan", what: "a page ends after so many changes, seen or not", within: 40 },
  { name: "silence_sent", what: "an edit of hidden fields is sent as a patch of nothing", within: 40 },
  { name: "gone_after_right", what: "a record is said to be gone whose key was lost before", within: 40 },
  { name: "touched_order", what: "rights are told in the order in which they were touched", within: 40 },
];

describe("seeded bugs of the pairs", () => {
  it.each(bugs)("$name is caught: $what", async ({ name, within }) => {
    for (let seed = 0; seed < within; seed += 1) if ((await runPair(seed, name)).violation !== null) return;
    expect.fail(`not caught in ${within} pairs`);
  });
});
