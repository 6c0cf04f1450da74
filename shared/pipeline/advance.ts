import * as z from "zod/mini";
import { fail, ok } from "../kernel/result.ts";
import { defineMutation } from "../records/mutation.ts";

const id = z.string().check(z.minLength(1), z.maxLength(64));

/**
 * Moves an opportunity to another stage of its pipeline. Compare-and-set on the stage that was seen; a stage that lists
 * `next` steps allows only those.
 */
const args = z.strictObject({
  id,
  from: id,
  to: id,
  order: z.optional(z.string().check(z.regex(/^[0-9A-Za-z]{1,64}$/))),
  outcomeReason: z.optional(z.string().check(z.maxLength(500))),
});
export const advanceOpportunity = defineMutation<z.infer<typeof args>>({
  name: "opportunity.advance@1",
  args,
  reads: (a) => [a.id, a.from, a.to],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const opportunity = tx.get(a.id);
    if (!opportunity) return fail("missing");
    if (opportunity["stage"] !== a.from) return fail("version_conflict", { fields: ["stage"] });
    const from = tx.get(a.from);
    const to = tx.get(a.to);
    if (!to || to["pipeline"] !== opportunity["pipeline"]) return fail("invalid", { fields: ["to"] });
    const next = from?.["next"];
    if (Array.isArray(next) && next.length > 0 && !next.includes(a.to))
      return fail("transition_unknown", { fields: ["stage"] });
    tx.edit(
      a.id,
      {
        stage: a.to,
        ...(a.order === undefined ? {} : { order: a.order }),
        ...(a.outcomeReason === undefined ? {} : { outcomeReason: a.outcomeReason }),
      },
      "advance",
    );
    // Who bills what was won sees it, for as long as it is won.
    tx.endShares(a.id);
    if (to["outcome"] === "won") tx.share({ record: a.id, cause: a.id, to: { role: "finance" } });
    return ok(undefined);
  },
});
