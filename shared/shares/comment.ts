import * as z from "zod/mini";
import { limits } from "../kernel/limits.ts";
import { fail, ok } from "../kernel/result.ts";
import { compartments } from "../records/compartments.ts";
import { entityOfId } from "../records/entities.ts";
import { emptyFields } from "../records/generic.ts";
import { defineMutation } from "../records/mutation.ts";

/**
 * A comment that may also let somebody in. A mention alone tells only those who can read it already; "let in" is said
 * apart, needs the right to share, and gives what the comment is about and the comment itself, for a while.
 */
const id = z.string().check(z.minLength(1), z.maxLength(64));
const args = z.strictObject({
  id,
  anchor: id,
  compartment: z.enum(compartments),
  about: id,
  body: z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.longTextMax)),
  group: z.optional(z.string().check(z.maxLength(40))),
  letIn: z.array(id).check(z.maxLength(20)),
});
export const addComment = defineMutation<z.infer<typeof args>>({
  name: "comment.add@1",
  args,
  reads: (a) => [a.id, a.anchor, a.about, ...a.letIn],
  causes: (a) => [a.id],
  run: (tx, { letIn, about, id: comment, anchor, compartment, body, group = null }) => {
    if (entityOfId(comment) !== "comment") return fail("invalid", { fields: ["id"] });
    if (!tx.get(about)) return fail("invalid", { fields: ["about"] });
    const fields = { about, body, group, at: tx.now };
    tx.create("comment", { ...emptyFields("comment"), ...fields, id: comment, anchor, compartment });
    for (const to of letIn) {
      if (!tx.get(to)) return fail("invalid", { fields: ["letIn"] });
      tx.share({ record: about, cause: comment, to, action: "share", needed: true });
      tx.share({ record: comment, cause: comment, to });
    }
    return ok(undefined);
  },
});
