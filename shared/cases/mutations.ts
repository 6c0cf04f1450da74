import * as z from "zod/mini";
import { isDay, isZone } from "../kernel/clock.ts";
import { limits } from "../kernel/limits.ts";
import { fail, ok, type Result } from "../kernel/result.ts";
import { entityOfId, type Row } from "../records/entities.ts";
import { emptyFields } from "../records/generic.ts";
import { defineMutation, type Fields, type Mutation, type Tx } from "../records/mutation.ts";
import { escalated, escalationEnded, isOpen, restedBetween, waitFrom, waitUntil } from "./waits.ts";

/**
 * The life of a case: opened, taken, moved with a next action each time, solved with its cause and its fix, opened again.
 * And its escalation: a named lead, perhaps of another region, sees the history of the account until the case is
 * resolved, and not a moment longer: what lets them in ends in the batch that resolves it. Rules: docs/spec/cases.md.
 */
const id = z.string().check(z.minLength(1), z.maxLength(64));
const long = z.string().check(z.maxLength(limits.longTextMax));
const caseOf = (tx: Tx, record: string): Row | null => (entityOfId(record) === "case" ? tx.get(record) : null);
const isBlank = (value: unknown): boolean => typeof value !== "string" || value.trim() === "";

/** A case starts as new, or with what is done next; nobody makes one that is solved already. */
export function opening(create: Mutation): Mutation {
  const base = create as unknown as Mutation<{ readonly fields: Fields }>;
  return defineMutation<{ readonly fields: Fields }>({
    ...base,
    run(tx, a) {
      const { status = "new", nextAction, nextActionDay } = a.fields;
      if (!isOpen(status)) return fail("invalid", { fields: ["status"] });
      if (status !== null && status !== "new" && (isBlank(nextAction) || isBlank(nextActionDay)))
        return fail("invalid", { fields: ["nextAction", "nextActionDay"] });
      return base.run(tx, a);
    },
  });
}

/** Takes a case, gives it to somebody, or back to its queue (`to` null). Compare-and-set on the owner that was seen. */
const assignArgs = z.strictObject({ id, account: id, from: z.nullable(id), to: z.nullable(id) });
const assignCase = defineMutation<z.infer<typeof assignArgs>>({
  name: "case.assign@1",
  args: assignArgs,
  reads: (a) => [a.id, a.account, ...(a.to ? [a.to] : [])],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const row = caseOf(tx, a.id);
    if (row?.anchor !== a.account) return fail("missing");
    if (!isOpen(row["status"])) return fail("transition_unknown", { fields: ["status"] });
    if ((row["owner"] ?? null) !== a.from) return fail("version_conflict", { fields: ["owner"] });
    if (a.to === null && isBlank(row["queue"])) return fail("invalid", { fields: ["queue"] });
    if (a.to !== null && tx.get(a.to)?.["employment"] !== "active") return fail("invalid", { fields: ["to"] });
    tx.edit(a.id, { owner: a.to }, "reassign");
    tx.endShares(a.id);
    if (a.to !== null) tx.share({ record: a.id, cause: a.id, to: a.to });
    return ok(undefined);
  },
});

/** A step between *open* and *waiting*, with what is done next and by when: without it nobody leaves either. */
const moveArgs = z.strictObject({
  id,
  from: z.enum(["new", "open", "waiting"]),
  to: z.enum(["open", "waiting"]),
  nextAction: z.string().check(z.maxLength(limits.textMax)),
  nextActionDay: z.string(),
  nextActionZone: z.optional(z.nullable(z.string())),
});
const moveCase = defineMutation<z.infer<typeof moveArgs>>({
  name: "case.move@1",
  args: moveArgs,
  reads: (a) => [a.id],
  run: (tx, a) => {
    const row = caseOf(tx, a.id);
    if (!row) return fail("missing");
    if (!isOpen(row["status"]) || (row["status"] ?? "new") !== a.from)
      return fail("version_conflict", { fields: ["status"] });
    if (a.to === a.from) return fail("transition_unknown", { fields: ["status"] });
    const lacks = [...(isBlank(a.nextAction) ? ["nextAction"] : []), ...(isDay(a.nextActionDay) ? [] : ["nextActionDay"])]; // prettier-ignore
    if (lacks.length > 0) return fail("invalid", { fields: lacks, detail: "Say what is done next, and by when." });
    if (a.nextActionZone && !isZone(a.nextActionZone)) return fail("invalid", { fields: ["nextActionZone"] });
    const { waits } = row;
    tx.edit(
      a.id,
      {
        status: a.to,
        respondedAt: row["respondedAt"] ?? tx.now,
        waits: a.to === "waiting" ? waitFrom(waits, tx.now) : waitUntil(waits, tx.now),
        nextAction: a.nextAction.trim(),
        nextActionDay: a.nextActionDay,
        nextActionZone: a.nextActionZone ?? null,
      },
      "resolve",
    );
    return ok(undefined);
  },
});

const escalateArgs = z.strictObject({ id, to: id });
const escalateCase = defineMutation<z.infer<typeof escalateArgs>>({
  name: "case.escalate@1",
  args: escalateArgs,
  reads: (a) => [a.id, a.to],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const row = caseOf(tx, a.id);
    if (!row) return fail("missing");
    if (!isOpen(row["status"])) return fail("transition_unknown", { fields: ["status"] });
    if (!tx.get(a.to)) return fail("invalid", { fields: ["to"] });
    if ((row["escalatedTo"] ?? null) !== null) return fail("version_conflict", { fields: ["escalatedTo"] });
    const escalations = escalated(row["escalations"], tx.now, tx.actor.member, a.to);
    tx.edit(a.id, { escalatedTo: a.to, escalations }, "escalate");
    tx.share({ record: a.id, cause: a.id, to: a.to, needed: true });
    return ok(undefined);
  },
});

const oneArgs = z.strictObject({ id });
const deescalateCase = defineMutation<z.infer<typeof oneArgs>>({
  name: "case.deescalate@1",
  args: oneArgs,
  reads: (a) => [a.id],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const row = caseOf(tx, a.id);
    if (!row) return fail("missing");
    tx.edit(a.id, { escalatedTo: null, escalations: escalationEnded(row["escalations"], tx.now) }, "escalate");
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
const resolveCase = defineMutation<z.infer<typeof resolveArgs>>({
  name: "case.resolve@1",
  args: resolveArgs,
  reads: (a) => [a.id],
  causes: (a) => [a.id],
  run: (tx, { id: record, status = "resolved", cause, fix }) => {
    const row = caseOf(tx, record);
    if (!row) return fail("missing");
    if (row["status"] === "closed" || row["status"] === status) return fail("version_conflict", { fields: ["status"] });
    const words = { ...(cause === undefined ? {} : { cause }), ...(fix === undefined ? {} : { fix }) };
    const noted = explained(tx, row, words);
    if (!noted.ok) return noted;
    const wasOpen = isOpen(row["status"]);
    tx.edit(
      record,
      {
        status,
        ...(wasOpen ? { resolvedAt: tx.now, waits: waitUntil(row["waits"], tx.now) } : {}),
        ...(wasOpen && (row["respondedAt"] ?? null) === null ? { respondedAt: tx.now } : {}),
        escalatedTo: null,
        escalations: escalationEnded(row["escalations"], tx.now),
        ...words,
      },
      "resolve",
    );
    tx.endShares(record);
    return ok(undefined);
  },
});
/** Both notes stand on the case afterwards. A device that does not hold them leaves that to the edge. */
function explained(tx: Tx, row: Row, words: Fields): Result<void> {
  const lacks = (["cause", "fix"] as const).filter((field) => {
    const value = field in words ? words[field] : row[field];
    return value === undefined ? tx.edge : isBlank(value);
  });
  return lacks.length === 0
    ? ok(undefined)
    : fail("invalid", { fields: lacks, detail: "Say what caused it and what was done about it." });
}

const reopenCase = defineMutation<z.infer<typeof oneArgs>>({
  name: "case.reopen@1",
  args: oneArgs,
  reads: (a) => [a.id],
  run: (tx, a) => {
    const row = caseOf(tx, a.id);
    if (!row) return fail("missing");
    if (isOpen(row["status"])) return fail("version_conflict", { fields: ["status"] });
    const { reopened, resolvedAt } = row;
    const again = typeof reopened === "number" || reopened === null ? { reopened: Number(reopened) + 1 } : {};
    const rested = typeof resolvedAt === "number" ? { waits: restedBetween(row["waits"], resolvedAt, tx.now) } : {};
    tx.edit(a.id, { status: "open", resolvedAt: null, slaMet: null, ...rested, ...again }, "reopen");
    return ok(undefined);
  },
});

/**
 * *Sales should know*: a line on the account's timeline, where sales reads. It holds what its author wrote for them and
 * that it is about this case; of the case's own words nothing is taken along.
 */
const tellArgs = z.strictObject({
  id,
  account: id,
  line: id,
  words: z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.textMax)),
});
const tellSales = defineMutation<z.infer<typeof tellArgs>>({
  name: "case.tell@1",
  args: tellArgs,
  reads: (a) => [a.id, a.account, a.line],
  run: (tx, a) => {
    const row = caseOf(tx, a.id);
    if (row?.anchor !== a.account) return fail("missing");
    if (entityOfId(a.line) !== "activity") return fail("invalid", { fields: ["line"] });
    tx.create("activity", {
      ...emptyFields("activity"),
      id: a.line,
      anchor: a.account,
      compartment: "core",
      name: a.words,
      activityKind: "note",
      about: a.id,
      at: tx.now,
      customShared: { told: "sales" },
    });
    return ok(undefined);
  },
});

export const caseMutations: readonly Mutation[] = [
  assignCase,
  moveCase,
  escalateCase,
  deescalateCase,
  resolveCase,
  reopenCase,
  tellSales,
];
