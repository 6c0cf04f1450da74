import * as z from "zod/mini";
import { ok } from "../kernel/result.ts";
import { defineMutation } from "../records/mutation.ts";

/**
 * Keeps the place of a mutation that its member took back before it left: a client's numbers have no gaps (SYNC-W1).
 * Reads nothing, writes nothing, and moves the watermark.
 */
const args = z.strictObject({});
export const skip = defineMutation<z.infer<typeof args>>({
  name: "outbox.skip@1",
  args,
  reads: () => [],
  run: () => ok(undefined),
});
