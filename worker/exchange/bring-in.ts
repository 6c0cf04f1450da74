import * as z from "zod/mini";
import type { PlannedWrite } from "../../shared/exchange/import-plan.ts";
import { amountIsOfLines, linesOf, priceOf } from "../../shared/pipeline/lines.ts";
import { fail, ok } from "../../shared/kernel/result.ts";
import { entityOfId, type Row } from "../../shared/records/entities.ts";
import { emptyFields } from "../../shared/records/generic.ts";
import { defineMutation, type Ask, type Fields } from "../../shared/records/mutation.ts";

/** A protected field that the importer can't see stays as it is: whether the row brings the same value must not show. */
function withoutProtected(asks: readonly Ask[], { id, set }: PlannedWrite & { act: "update" }, there: Row): Fields {
  const guarded = new Set(
    asks.filter(({ kind, on }) => kind === "protected_change" && on === entityOfId(id)).flatMap(({ binds }) => binds),
  );
  return Object.fromEntries(Object.entries(set).filter(([name]) => !guarded.has(name) || there[name] !== undefined));
}

/** One planned write of an import as a mutation: decided by the action `import`, row by row. */
export const bringIn = defineMutation<PlannedWrite>({
  name: "record.import@1",
  args: z.any(),
  reads: () => [],
  run: (tx, write) => {
    if (write.act === "create") {
      const priced = priceOf(linesOf(write.row));
      const counted =
        priced && amountIsOfLines(write.row)
          ? { amountMinor: priced.amountMinor, discountPct: priced.discountPct }
          : {};
      const ruled = write.entity === "lead" ? { queue: null, assigned: null } : {}; // said by the rules alone
      tx.create(
        write.entity,
        { ...emptyFields(write.entity), ...write.row, ...counted, ...ruled },
        "import",
        write.origin,
      );
      return ok(undefined);
    }
    const there = tx.get(write.id);
    if (!there) return fail("missing");
    tx.edit(write.id, withoutProtected(tx.asks, write, there), "import");
    return ok(undefined);
  },
});

export type TakeBack =
  | { readonly act: "remove"; readonly id: string }
  | { readonly act: "edit"; readonly id: string; readonly set: Fields };
/** What an import did to one record, undone: decided by the right to import, as it was. */
export const takeBack = defineMutation<TakeBack>({
  name: "record.import_undo@1",
  args: z.any(),
  reads: () => [],
  run: (tx, one) => {
    if (!tx.get(one.id)) return fail("missing");
    if (one.act === "remove") tx.remove(one.id, "import");
    else tx.edit(one.id, one.set, "import");
    return ok(undefined);
  },
});
