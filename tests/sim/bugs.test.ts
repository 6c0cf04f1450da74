import { describe, expect, it } from "vitest";
import { runSeed } from "./simulate.ts";

/**
 * A harness that finds nothing proves nothing: each of these mistakes, put into the edge or the device by its seam, must
 * be caught. `within`: seeds that it may take.
 */
/*
 * Of the mistakes that the design names, these have no line here:
 * | mistake | why |
 * |---|---|
 * | page cut by scanned rows, unchanged band sent, poke for hidden fields, by last pull, not for a deleted share | pairs.test.ts: only two worlds side by side can see them |
 * | key shape ignored, or kept as a flag | keys have one shape (no stages in them) and the shape is a number that only grows: cases.test.ts, case 41 |
 */
const bugs: readonly (readonly [name: string, what: string, within: number, from?: number])[] = [
  ["cursor_ahead", "[case 2] the cursor says more than the page delivered", 120],
  ["removals_last", "[case 40] a page takes away only after it has added", 40],
  ["no_removals", "[case 3] a record that is deleted or leaves is not taken away", 20],
  ["no_time_difference", "[case 6] an end that passes without a write makes no difference", 120],
  ["move_as_patch", "[case 4] a record that comes in is sent as a patch", 20],
  ["follow_ignored_then", "[case 46] a follow choice is taken for one that was made long ago", 30],
  ["no_replay_guard", "[case 12] a repeated push is applied again", 20],
  ["no_base_guard", "[case 1] a write is planned on a state that has moved on", 80],
  ["no_right_guard", "[case 11] a right that ended between reading and writing still writes", 40],
  ["no_was_row", "[case 29] what the rights were before is not written down", 20],
  ["keep_ignored", "what may be seen only online is stored", 20],
  ["no_until", "a device is not told when a right ends", 30],
  ["no_timer", "[case 6] a device drops nothing while it is offline", 30],
  ["no_strip", "[case 7] a device keeps the fields of a narrower right", 20],
  ["no_ask", "[case 38] a device never asks about what it dropped by itself", 40, 40],
  ["no_reset", "[case 39] a device keeps its rows when the edge starts anew", 30],
  ["no_outcomes", "[case 19] a refusal whose answer was lost is not told again", 40],
  ["drop_at_ack", "[case 18] an entry leaves the queue before its page", 20],
  ["snapshot_short", "the last record of a snapshot is lost", 20],
  ["cursor_with_removals", "[case 9] the cursor is stored with what a page takes away, before the rest came", 40],
  ["outcome_not_kept", "[case 45] a refusal is answered and not kept for a lost answer", 40],
  ["poison_blocks", "[case 13] a mutation that is refused stops the queue", 40, 1],
  ["newest_was", "[case 31] what was is put back to its newest row, not to its oldest", 80],
  ["sweep_early", "intervals are swept as soon as they have ended", 80],
  ["no_follow_end", "a right is told to last though the reason to follow ends before", 60],
  ["one_until", "the groups of a key are told one end for all", 60],
  ["first_page_only", "[case 35] rights are compared on the first page of a long pull only", 60],
  ["snapshot_stale", "a snapshot is older than the delta before it, and deletes what that set", 80],
  ["cap_counts_hidden", "an account that is followed and hidden takes a place", 60],
  ["unfollow_ignored", "an account that the member does not want here is held all the same", 20],
  ["no_floor", "[case 8] a cursor goes on although changes after it are pruned", 60],
  ["floor_by_seq", "[case 8] the floor is a number, which the work of others moves", 60],
  ["floor_by_page", "[case 42] the floor is compared with the last page of a long pull and not with its data", 200],
  ["prune_early", "[case 36] what rights were is deleted while cursors still ask for it", 40],
  ["mask_kept", "a mask is another one, and what the old one let through stays on the device", 80],
  ["no_check", "[case 34] a device never compares what it holds with the edge", 5],
  ["newest_pruned", "the newest change is pruned, and its number given again", 40],
  ["no_moved", "[case 5] a record whose own share ends is not told with its account again", 60],
];

describe("seeded bugs", () => {
  it.each(bugs.map(([name, what, within, from = 0]) => ({ name, what, within, from })))(
    "$what: $name is caught",
    async ({ name, within, from }) => {
      for (let seed = from; seed < from + within; seed += 1) if ((await runSeed(seed, name)).violation !== null) return;
      expect.fail(`not caught in ${within} seeds`);
    },
    600_000, // a machine that has other things to do finds it all the same
  );
});
