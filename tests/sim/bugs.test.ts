import { describe, expect, it } from "vitest";
import { runSeed } from "./simulate.ts";

/**
 * A harness that finds nothing proves nothing: each of these mistakes, put into the edge or the device by its seam, must
 * be caught. `within`: seeds that it may take.
 */
const bugs: readonly (readonly [name: string, what: string, within: number])[] = [
  ["cursor_ahead", "the cursor says more than the page delivered", 40],
  ["removals_last", "a page takes away only after it has added", 20],
  ["no_removals", "a record that is deleted or leaves is not taken away", 20],
  ["no_time_difference", "an end that passes without a write makes no difference", 40],
  ["move_as_patch", "a record that comes in is sent as a patch", 20],
  ["follow_ignored_then", "a follow choice is taken for one that was made long ago", 30],
  ["no_replay_guard", "a repeated push is applied again", 20],
  ["no_base_guard", "a write is planned on a state that has moved on", 80],
  ["no_right_guard", "a right that ended between reading and writing still writes", 40],
  ["no_was_row", "what the rights were before is not written down", 20],
  ["keep_ignored", "what may be seen only online is stored", 20],
  ["no_until", "a device is not told when a right ends", 30],
  ["no_timer", "a device drops nothing while it is offline", 30],
  ["no_strip", "a device keeps the fields of a narrower right", 20],
  ["no_ask", "a device never asks about what it dropped by itself", 30],
  ["no_reset", "a device keeps its rows when the edge starts anew", 30],
  ["no_outcomes", "a refusal whose answer was lost is not told again", 40],
  ["drop_at_ack", "an entry leaves the queue before its page", 20],
  ["snapshot_short", "the last record of a snapshot is lost", 20],
  ["no_moved", "a record whose own share ends is not told with its account again", 60],
];

describe("seeded bugs", () => {
  it.each(bugs)("%s is caught: %s", async (name, _what, within) => {
    for (let seed = 0; seed < within; seed += 1) if ((await runSeed(seed, name)).violation !== null) return;
    expect.fail(`not caught in ${within} seeds`);
  });
});
