import * as z from "zod/mini";
import { fail, ok } from "../kernel/result.ts";
import { entityOfId } from "../records/entities.ts";
import { defineMutation } from "../records/mutation.ts";
import { sectionKinds } from "./kinds.ts";

/**
 * Makes a shared note one of sales alone: a narrower group and the next generation, so that nobody goes on in what they
 * may not read any more. Its comments and words go along. There is no way back: wider means a new note with a copy.
 * Fails with `version_conflict` for another generation than the one looked at, `invalid` for what is not shared.
 */
const args = z.strictObject({
  id: z.string().check(z.minLength(1), z.maxLength(64)),
  gen: z.int().check(z.gte(1)),
});
export const tightenSection = defineMutation<z.infer<typeof args>>({
  name: "section.tighten@1",
  args,
  reads: (a) => [a.id],
  run: (tx, a) => {
    const section = entityOfId(a.id) === "section" ? tx.get(a.id) : null;
    if (!section) return fail("missing");
    if ((section["gen"] ?? 1) !== a.gen) return fail("version_conflict", { fields: ["gen"] });
    if (section["sectionKind"] !== "shared" || section["group"] !== sectionKinds.shared.group)
      return fail("invalid", { fields: ["group"] });
    tx.edit(a.id, { group: sectionKinds["internal:sales"].group, gen: a.gen + 1 }, "tighten");
    return ok(undefined);
  },
});
