import { describe, expect, it } from "vitest";
import { runPair, shrinkPair } from "./pair.ts";

const from = Number(process.env["SIM_START"] ?? 0);
const each = 5; // pairs a test, so that the run is seen to move

describe("two worlds that differ only in what a member cannot see", () => {
  it.each(Array.from({ length: 8 }, (_, index) => from + index * each))(
    "[ACCESS-3] [case 33] from pair %i on, give that member's devices the same bytes and the same pokes, and whatever comes was announced by a poke",
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

/**
 * Mistakes that only the pairs can see: every device would still hold exactly what it may.
 */
const bugs = [
  { name: "cut_by_scan", what: "a page ends after so many changes, seen or not", within: 80 },
  { name: "silence_sent", what: "an edit of hidden fields is sent as a patch of nothing", within: 80 },
  { name: "band_unchanged_sent", what: "a masked value is sent though it is what it was", within: 80 },
  { name: "gone_after_right", what: "a record is said to be gone whose key was lost before", within: 80 },
  { name: "touched_order", what: "rights are told in the order in which they were touched", within: 80 },
  { name: "poke_for_hidden_fields", what: "a change pokes whoever holds the record, seen or not", within: 80 },
  { name: "values_not_told", what: "a device that holds a record is not poked when it changes", within: 80 },
  { name: "rights_not_told", what: "a device is not poked when what it may hold changes", within: 80 },
  {
    name: "poke_by_last_pull",
    what: "[case 44] what was told is what was pulled last, so a hidden change pokes again",
    within: 80,
  },
  {
    name: "no_poke_for_shared",
    what: "[case 44] a record that is shared is deleted without a poke",
    within: 80,
  },
];

describe("seeded bugs of the pairs", () => {
  it.each(bugs)("$what: $name is caught", async ({ name, within }) => {
    for (let seed = 0; seed < within; seed += 1) if ((await runPair(seed, name)).violation !== null) return;
    expect.fail(`not caught in ${within} pairs`);
  });
});
