import * as z from "zod/mini";
import { fail, ok } from "../kernel/result.ts";
import { entityOfId, type EntityName } from "../records/entities.ts";
import { defineMutation, type Mutation } from "../records/mutation.ts";

/**
 * Gives a record of one's own an owner other than its account's, and lets them see it. Compare-and-set on the owner that
 * was seen. `about`: what the record is for, of which the new owner learns no more than that it is there.
 */
const id = z.string().check(z.minLength(1), z.maxLength(64));
const args = z.strictObject({ id, account: id, from: z.nullable(id), to: id, about: z.optional(id) });

const assignMutation = (name: EntityName): Mutation =>
  defineMutation<z.infer<typeof args>>({
    name: `${name}.assign@1`,
    args,
    reads: (a) => [a.id, a.account, a.to, ...(a.about ? [a.about] : [])],
    causes: (a) => [a.id],
    run: (tx, a) => {
      const row = entityOfId(a.id) === name ? tx.get(a.id) : null;
      if (!row || row.anchor !== a.account) return fail("missing");
      if ((row["owner"] ?? null) !== a.from) return fail("version_conflict", { fields: ["owner"] });
      const receiver = tx.get(a.to);
      if (!receiver || receiver["employment"] !== "active") return fail("invalid", { fields: ["to"] });
      const isKeys = tx.get(a.account)?.["owner"] === a.to; // whose account it is needs no owner of its own
      // Given on by hand, a lead waits in no queue any more.
      const waits = name === "lead" && typeof row["queue"] === "string";
      tx.edit(a.id, { owner: isKeys ? null : a.to, ...(waits ? { queue: null } : {}) }, "reassign");
      tx.endShares(a.id);
      if (isKeys) return ok(undefined);
      tx.share({ record: a.id, cause: a.id, to: a.to });
      if (a.about && a.about !== a.id && row["about"] === a.about && tx.get(a.about))
        tx.share({ record: a.about, cause: a.id, to: a.to, groups: ["identity"] });
      return ok(undefined);
    },
  });

export const assignTask = assignMutation("task");
export const assignOpportunity = assignMutation("opportunity");
export const assignLead = assignMutation("lead");
