import * as z from "zod/mini";
import { limits } from "../kernel/limits.ts";
import { fail, ok } from "../kernel/result.ts";
import type { Row } from "../records/entities.ts";
import type { Custom } from "../records/field.ts";
import { defineMutation, type Fields, type Tx } from "../records/mutation.ts";
import { sinceOf } from "./pace.ts";
import { fitsOutcome, isClosing } from "./reasons.ts";

const id = z.string().check(z.minLength(1), z.maxLength(64));

/**
 * Moves an opportunity to another stage of its pipeline. Compare-and-set on the stage that was seen; a stage that lists
 * `next` steps allows only those. Why it was won or lost comes with the move, and goes when it is open again (PIPE-3).
 */
const args = z.strictObject({
  id,
  from: id,
  to: id,
  order: z.optional(z.string().check(z.regex(/^[0-9A-Za-z]{1,64}$/))),
  outcomeCode: z.optional(z.string().check(z.maxLength(40))),
  outcomeReason: z.optional(z.string().check(z.maxLength(500))),
});
type Args = z.infer<typeof args>;
export const advanceOpportunity = defineMutation<Args>({
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
    if (Array.isArray(next) && next.length > 0 && !(next as readonly unknown[]).includes(a.to))
      return fail("transition_unknown", { fields: ["stage"] });
    if (a.outcomeCode !== undefined && !fitsOutcome(a.outcomeCode, to["outcome"]))
      return fail("invalid", { fields: ["outcomeCode"] });
    tx.edit(
      a.id,
      {
        stage: a.to,
        ...(a.order === undefined ? {} : { order: a.order }),
        ...since(tx, opportunity, a),
        ...reason(opportunity, to, a),
      },
      "advance",
    );
    // Who bills what was won sees it, for as long as it is won.
    tx.endShares(a.id);
    if (to["outcome"] === "won") tx.share({ record: a.id, cause: a.id, to: { role: "finance" } });
    return ok(undefined);
  },
});

/** Since when it is there: from now on, or, a moment after it left, as if it had never left (PIPE-1). */
function since(tx: Tx, opportunity: Row, { from, to }: Args): Fields {
  if (from === to) return {};
  const entered = sinceOf(opportunity);
  const before = opportunity["cameFrom"] as Custom | null | undefined;
  const returns = before?.["stage"] === to && tx.now - entered < limits.stageReturnMs;
  return returns
    ? { stageSince: before["since"], cameFrom: null }
    : { stageSince: tx.now, cameFrom: { stage: from, since: entered } };
}
/** What was said, or nothing: a reason of another end is none of this one. */
function reason(opportunity: Row, to: Row, a: Args): Fields {
  const outcome = to["outcome"];
  const said = (field: "outcomeCode" | "outcomeReason"): boolean =>
    opportunity[field] !== null && opportunity[field] !== undefined && opportunity[field] !== "";
  const stays = isClosing(outcome) && fitsOutcome(opportunity["outcomeCode"], outcome);
  return {
    ...(said("outcomeCode") && !stays ? { outcomeCode: null } : {}),
    ...(said("outcomeReason") && !stays && a.from !== a.to ? { outcomeReason: null } : {}),
    ...(a.outcomeCode === undefined ? {} : { outcomeCode: a.outcomeCode }),
    ...(a.outcomeReason === undefined ? {} : { outcomeReason: a.outcomeReason }),
  };
}
