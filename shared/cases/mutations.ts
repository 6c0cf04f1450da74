import * as z from "zod/mini";
import { limits } from "../kernel/limits.ts";
import { fail, ok } from "../kernel/result.ts";
import { entityOfId, type Row } from "../records/entities.ts";
import { defineMutation, type Tx } from "../records/mutation.ts";

/**
 * A case and its escalation: a named lead, perhaps of another region, sees the history of the account until the case is
 * resolved, and not a moment longer: what lets them in ends in the batch that resolves it.
 */
const id = z.string().check(z.minLength(1), z.maxLength(64));
const long = z.string().check(z.maxLength(limits.longTextMax));
const caseOf = (tx: Tx, record: string): Row | null => (entityOfId(record) === "case" ? tx.get(record) : null);
const isOpen = (row: Row): boolean => row["status"] !== "resolved" && row["status"] !== "closed";

const escalateArgs = z.strictObject({ id, to: id });
export const escalateCase = defineMutation<z.infer<typeof escalateArgs>>({
  name: "case.escalate@1",
  args: escalateArgs,
  reads: (a) => [a.id, a.to],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const row = caseOf(tx, a.id);
    if (!row) return fail("missing");
    if (!isOpen(row)) return fail("transition_unknown", { fields: ["status"] });
    if (!tx.get(a.to)) return fail("invalid", { fields: ["to"] });
    if ((row["escalatedTo"] ?? null) !== null) return fail("version_conflict", { fields: ["escalatedTo"] });
    tx.edit(a.id, { escalatedTo: a.to }, "escalate");
    tx.share({ record: a.id, cause: a.id, to: a.to, needed: true });
    return ok(undefined);
  },
});

const oneArgs = z.strictObject({ id });
export const deescalateCase = defineMutation<z.infer<typeof oneArgs>>({
  name: "case.deescalate@1",
  args: oneArgs,
  reads: (a) => [a.id],
  causes: (a) => [a.id],
  run: (tx, a) => {
    if (!caseOf(tx, a.id)) return fail("missing");
    tx.edit(a.id, { escalatedTo: null }, "escalate");
    tx.endShares(a.id);
    return ok(undefined);
  },
});

const resolveArgs = z.strictObject({
  id,
  status: z.optional(z.enum(["resolved", "closed"])),
  cause: z.optional(long),
  fix: z.optional(long),
});
export const resolveCase = defineMutation<z.infer<typeof resolveArgs>>({
  name: "case.resolve@1",
  args: resolveArgs,
  reads: (a) => [a.id],
  causes: (a) => [a.id],
  run: (tx, { id: record, status = "resolved", cause, fix }) => {
    const row = caseOf(tx, record);
    if (!row) return fail("missing");
    if (row["status"] === "closed" || row["status"] === status) return fail("version_conflict", { fields: ["status"] });
    const words = { ...(cause === undefined ? {} : { cause }), ...(fix === undefined ? {} : { fix }) };
    tx.edit(record, { status, resolvedAt: tx.now, escalatedTo: null, ...words }, "resolve");
    tx.endShares(record);
    return ok(undefined);
  },
});

export const reopenCase = defineMutation<z.infer<typeof oneArgs>>({
  name: "case.reopen@1",
  args: oneArgs,
  reads: (a) => [a.id],
  run: (tx, a) => {
    const row = caseOf(tx, a.id);
    if (!row) return fail("missing");
    if (isOpen(row)) return fail("version_conflict", { fields: ["status"] });
    const { reopened } = row;
    const again = typeof reopened === "number" || reopened === null ? { reopened: Number(reopened) + 1 } : {};
    tx.edit(a.id, { status: "open", resolvedAt: null, ...again }, "reopen");
    return ok(undefined);
  },
});
