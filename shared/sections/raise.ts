import * as z from "zod/mini";
import { fail, ok } from "../kernel/result.ts";
import { entityOfId } from "../records/entities.ts";
import { defineMutation } from "../records/mutation.ts";
import { currentSchema } from "./number.ts";

/**
 * Lets newer names into a section: same generation, same bytes, and the number only goes up. Whoever runs an older
 * editor reads from then on, so only who may write the section does this, and done twice is done once.
 */
const args = z.strictObject({
  id: z.string().check(z.minLength(1), z.maxLength(64)),
  schema: z.int().check(z.gte(1)),
});
export const raiseSchema = defineMutation<z.infer<typeof args>>({
  name: "section.raise_schema@1",
  args,
  reads: (a) => [a.id],
  run: (tx, a) => {
    const section = entityOfId(a.id) === "section" ? tx.get(a.id) : null;
    if (!section) return fail("missing");
    // A room can't check names against a number that the edge does not know: nothing could be written any more.
    if (tx.edge && a.schema > currentSchema) return fail("invalid", { fields: ["schema"] });
    const now = typeof section["schema"] === "number" ? section["schema"] : 1;
    tx.edit(a.id, { schema: Math.max(now, a.schema) }, "raise_schema");
    tx.edit(a.id, {}, "write");
    return ok(undefined);
  },
});
