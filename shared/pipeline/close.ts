import { ok } from "../kernel/result.ts";
import { defineMutation, type Fields, type Mutation } from "../records/mutation.ts";

/**
 * Editing an opportunity counts how often its close day went back. A day that comes nearer takes one back, so that
 * whoever undoes what they did leaves no trace of it (PIPE-2).
 */
export function withCloseMoves(edit: Mutation): Mutation {
  interface Args {
    readonly id: string;
    readonly set: Fields;
  }
  const base = edit as unknown as Mutation<Args>;
  return defineMutation<Args>({
    ...base,
    run(tx, a) {
      const row = tx.get(a.id);
      const edited = base.run(tx, a);
      const [before, after] = [row?.["closeDay"], a.set["closeDay"]];
      const moves = row?.["closeMoves"];
      // Of a field that is not seen nothing is counted.
      if (!edited.ok || typeof before !== "string" || typeof after !== "string" || moves === undefined) return edited;
      const count = typeof moves === "number" ? moves : 0;
      const next = after > before ? count + 1 : after < before ? Math.max(0, count - 1) : count;
      if (next !== count) tx.edit(a.id, { closeMoves: next });
      return ok(undefined);
    },
  });
}
