import * as z from "zod/mini";
import { fail, ok } from "../kernel/result.ts";
import { defineMutation } from "./mutation.ts";

const id = z.string().check(z.minLength(1), z.maxLength(64));

/**
 * Gives an account another owner (and team, region): one row of the anchor, whatever hangs below it. Compare-and-set on
 * the owner that was seen: of two who reassign at once the first wins, and the other is told.
 */
const reassignArgs = z.strictObject({
  id,
  from: z.nullable(id),
  to: id,
  team: z.optional(z.nullable(id)),
  region: z.optional(z.nullable(id)),
});
export const reassignAccount = defineMutation<z.infer<typeof reassignArgs>>({
  name: "account.reassign@1",
  args: reassignArgs,
  reads: (a) => [a.id, a.to, ...(a.team ? [a.team] : []), ...(a.region ? [a.region] : [])],
  run: (tx, a) => {
    const account = tx.get(a.id);
    if (!account) return fail("missing");
    if (account["owner"] !== a.from) return fail("version_conflict", { fields: ["owner"] });
    const receiver = tx.get(a.to);
    if (!receiver || receiver["employment"] !== "active") return fail("invalid", { fields: ["to"] });
    tx.edit(
      a.id,
      {
        owner: a.to,
        ...(a.team === undefined ? {} : { team: a.team }),
        ...(a.region === undefined ? {} : { region: a.region }),
      },
      "reassign",
    );
    return ok(undefined);
  },
});

const restrictArgs = z.strictObject({ id, restricted: z.boolean() });
export const restrictAccount = defineMutation<z.infer<typeof restrictArgs>>({
  name: "account.restrict@1",
  args: restrictArgs,
  reads: (a) => [a.id],
  run: (tx, a) => {
    if (!tx.get(a.id)) return fail("missing");
    tx.edit(a.id, { restricted: a.restricted }, "restrict");
    return ok(undefined);
  },
});
