import * as z from "zod/mini";
import { fail, ok } from "../kernel/result.ts";
import { defineMutation } from "../records/mutation.ts";

/** Letting somebody in by name, by hand: a record, or the shared picture of an account, for a while. */
const id = z.string().check(z.minLength(1), z.maxLength(64));
const shareArgs = z.strictObject({ record: id, to: id, until: z.optional(z.int()) });
type ShareArgs = z.infer<typeof shareArgs>;

const shareMutation = (name: "record.share@1" | "account.share@1") =>
  defineMutation<ShareArgs>({
    name,
    args: shareArgs,
    reads: (a) => [a.record, a.to],
    causes: (a) => [a.record],
    run: (tx, a) => {
      if (!tx.get(a.record)) return fail("missing");
      if (!tx.get(a.to)) return fail("invalid", { fields: ["to"] });
      const until = a.until === undefined ? {} : { until: a.until };
      tx.share({ record: a.record, cause: a.record, to: a.to, action: "share", needed: true, ...until });
      return ok(undefined);
    },
  });
export const shareRecord = shareMutation("record.share@1");
export const shareAccount = shareMutation("account.share@1");

/** Whoever may share ends it, and whoever was let in may leave. */
const endArgs = z.strictObject({ record: id, to: id });
export const endShare = defineMutation<z.infer<typeof endArgs>>({
  name: "share.end@1",
  args: endArgs,
  reads: (a) => [a.record],
  causes: (a) => [a.record],
  run: (tx, a) => {
    if (!tx.get(a.record)) return fail("missing");
    tx.endShares(a.record, { to: a.to, ...(a.to === tx.actor.member ? {} : { action: "share" as const }) });
    return ok(undefined);
  },
});
