import * as z from "zod/mini";
import { fail, ok } from "../kernel/result.ts";
import { entityOfId } from "../records/entities.ts";
import { createMutation, editMutation } from "../records/generic.ts";
import { defineMutation, type Fields, type Mutation, type Tx } from "../records/mutation.ts";
import { jsonOf, partOf, viewParts } from "./parts.ts";
import { isListed } from "./query.ts";
import { filtersSchema, layoutSchema } from "./schema.ts";

/** The part that says what it may not: a layout or conditions that can't be read, or one that stands in another's part. */
function unsound(of: unknown, fields: Fields): string | null {
  if (typeof of !== "string" || !isListed(of)) return "of";
  for (const part of ["layout", ...viewParts]) {
    const text = fields[part];
    if (text === undefined || text === null) continue;
    if (part === "layout") {
      if (!layoutSchema.safeParse(jsonOf(text)).success) return part;
      continue;
    }
    const read = filtersSchema.safeParse(jsonOf(text));
    if (!read.success || read.data.some(({ field }) => partOf(of, field) !== part)) return part;
  }
  return null;
}
const withSound = <A>(mutation: Mutation, parts: (tx: Tx, args: A) => string | readonly [of: unknown, fields: Fields]): Mutation => ({
  ...mutation,
  run: (tx, args) => {
    const read = parts(tx, args as A);
    const bad = typeof read === "string" ? read : unsound(...read);
    return bad ? fail("invalid", { fields: [bad] }) : mutation.run(tx, args);
  },
}); // prettier-ignore

const createView = withSound<{ readonly fields: Fields }>(createMutation("view"), (tx, { fields }) =>
  typeof fields["team"] === "string" && !tx.actor.teams.includes(fields["team"]) ? "team" : [fields["of"], fields],
);
/** A view that is not there is said to be missing by the edit itself. */
const editView = withSound<{ readonly id: string; readonly set: Fields }>(editMutation("view"), (tx, { id, set }) => [
  (entityOfId(id) === "view" ? tx.get(id)?.["of"] : null) ?? "account",
  set,
]);

/** Gives a view to one of one's teams as well, or keeps it to oneself again. Its owner stays who it was. */
const id = z.string().check(z.minLength(1), z.maxLength(64));
const shareArgs = z.strictObject({ id, team: z.nullable(id) });
const shareView = defineMutation<z.infer<typeof shareArgs>>({
  name: "view.share@1",
  args: shareArgs,
  reads: (a) => [a.id, ...(a.team ? [a.team] : [])],
  run: (tx, a) => {
    if (entityOfId(a.id) !== "view" || !tx.get(a.id)) return fail("missing");
    if (a.team !== null && !tx.actor.teams.includes(a.team)) return fail("invalid", { fields: ["team"] });
    tx.edit(a.id, { team: a.team }, "share");
    return ok(undefined);
  },
});

export const viewMutations: readonly Mutation[] = [createView, editView, shareView];
