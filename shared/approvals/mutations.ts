import * as z from "zod/mini";
import { dayMs, limits } from "../kernel/limits.ts";
import { fail, ok, type Result } from "../kernel/result.ts";
import { entityOfId, type Row } from "../records/entities.ts";
import { emptyFields } from "../records/generic.ts";
import { defineMutation, type Ask, type Fields, type Mutation, type Tx } from "../records/mutation.ts";
import { holdersOf } from "./holders.ts";
import { bindsOf, canBind, compare, folded, unfolded, valuesOf, type Scalar } from "./bound.ts";
import {
  decideAction,
  governanceKinds,
  isApprovalKind,
  isApprovalState,
  samePerson,
  stateAt,
  step,
  type ApprovalAct,
  type ApprovalParty,
  type ApprovalState,
} from "./state.ts";

/**
 * Asking for an approval, deciding it, answering a question, taking it back. An approval changes by these alone: it has
 * no `create`, `edit` or `delete`. What it allows names it and uses it up (`allowed.ts`).
 */
const id = z.string().check(z.minLength(1), z.maxLength(64));
const words = z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.longTextMax));
const values = z.record(
  z.string().check(z.minLength(1), z.maxLength(64)),
  z.union([z.string().check(z.maxLength(limits.longTextMax)), z.number(), z.boolean(), z.null()]),
);
const workKind = z.string().check(z.refine((text) => isApprovalKind(text) && !governanceKinds.has(text), "not a kind"));

const askArgs = z.strictObject({
  id,
  about: id,
  /** The account of the subject. */
  anchor: id,
  kind: workKind,
  name: z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.nameMax)),
  reason: words,
  /** One member by name; absent: whoever holds the role that the kind names. */
  member: z.optional(id),
  /** Those who can be asked now: they are let see what it is about. */
  to: z.array(id).check(z.minLength(1), z.maxLength(50)),
  /** What the fields would become, for a change that waits for its yes. */
  set: z.optional(values),
  /** The values that were looked at. They are what the yes is bound to. */
  seen: z.optional(values),
  /** The one that ended before. */
  again: z.optional(id),
});
type AskArgs = z.infer<typeof askArgs>;

const askApproval = defineMutation<AskArgs>({
  name: "approval.ask@1",
  args: askArgs,
  reads: (a) => [a.id, a.about, a.anchor, ...(a.member ? [a.member] : []), ...a.to, ...(a.again ? [a.again] : [])],
  causes: (a) => [a.id, ...(a.again ? [a.again] : [])],
  run: (tx, a) => {
    const subject = tx.get(a.about);
    const account = tx.get(a.anchor);
    const name = entityOfId(a.about);
    if (!subject || !account || !name || subject.anchor !== a.anchor) return fail("missing");
    const rule = ruleOf(tx, a.kind, name);
    if (!rule) return fail("invalid", { fields: ["kind"] });
    const named = a.member ? [a.member] : a.to;
    if (a.to.some((one) => !named.includes(one))) return fail("invalid", { fields: ["to"] });
    const owner = typeof subject["owner"] === "string" ? subject["owner"] : account["owner"];
    const { member, standsFor = [] } = tx.actor;
    const parties = [...new Set([member, ...standsFor, ...(typeof owner === "string" ? [owner] : [])])];
    if (named.some((one) => !mayBeAsked(tx, one, rule, account, parties))) return fail("invalid", { fields: ["to"] });
    if (a.again && !endAgain(tx, a.again, a.about)) return fail("missing");

    const fields = boundFields(rule, a.kind, a.set);
    if (fields.length === 0 && a.kind === "protected_change") return fail("invalid", { fields: ["set"] });
    const bound = take(tx, subject, fields, a.seen ?? {});
    if (!bound.ok) return bound;
    const expiresAt = tx.now + (rule.expiresDays ?? limits.approvalOpenDays) * dayMs;
    tx.create(
      "approval",
      {
        ...emptyFields("approval"),
        ...folded(name, bound.value, "bound"),
        ...folded(name, a.set ?? {}, "proposed"),
        id: a.id,
        anchor: subject.anchor,
        compartment: subject.compartment,
        name: a.name,
        about: a.about,
        approvalKind: a.kind,
        asked: a.member ?? rule.asked.holds,
        state: "open",
        requester: member,
        parties,
        reason: a.reason,
        expiresAt,
        binds: fields.join(","),
        again: a.again ?? null,
      },
      "ask",
    );
    // Whoever is asked sees what the kind declares, of this one record and of what is asked, while it is open.
    for (const to of a.to)
      for (const record of [a.about, a.id]) tx.share({ record, cause: a.id, to, groups: rule.sees, until: expiresAt });
    return ok(undefined);
  },
});

const decideArgs = z.strictObject({
  id,
  /** What it is about, so that the edge can look at it. */
  about: id,
  decision: z.enum(["approve", "refuse", "return", "pass_on", "pass_back"]),
  /** Why it was refused, the question it is returned with, or a word beside a yes. */
  note: z.optional(words),
  /** Another holder, when it is passed on; and the account, which says who is in reach of it. */
  to: z.optional(id),
  anchor: z.optional(id),
  /** The values that were looked at, so that a yes from a device without a network is a yes to just them. */
  seen: z.optional(values),
});
const decideApproval = defineMutation<z.infer<typeof decideArgs>>({
  name: "approval.decide@1",
  args: decideArgs,
  reads: (a) => [a.id, a.about, ...(a.to ? [a.to] : []), ...(a.anchor ? [a.anchor] : [])],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const approval = tx.get(a.id);
    if (!approval || approval["about"] !== a.about) return fail("missing");
    const kind = approval["approvalKind"];
    if (!isApprovalKind(kind)) return fail("invalid", { fields: ["kind"] });
    const { member, roles = [], standsFor = [] } = tx.actor;
    const subject = tx.get(a.about);
    const account = a.anchor === approval.anchor ? tx.get(a.anchor) : null;
    const governs = governanceKinds.has(kind);
    // Whom it is for: those of when it was asked, and of work whoever owns it by now.
    const owner = governs ? null : (subject?.["owner"] ?? account?.["owner"]);
    const asking = Array.isArray(approval["parties"]) ? approval["parties"].map(String) : [];
    const parties = typeof owner === "string" ? [...asking, owner] : asking;
    if (samePerson([member, ...standsFor], [...parties, String(approval["requester"])]))
      return fail("denied", { detail: "Nobody decides on what they asked for, or what is for themselves." });
    const asked = String(approval["asked"]);
    const rule = ruleOf(tx, kind, governs ? "organisation" : (entityOfId(a.about) ?? ""));
    // Who stands in for the one who was asked decides by their own right, or not at all.
    const instead = standsFor.includes(asked) && rule !== undefined && roles.includes(rule.asked.holds);
    if (asked !== member && !roles.includes(asked) && !instead)
      return fail("denied", { detail: "Somebody else was asked." });
    if ((a.decision === "refuse" || a.decision === "return") && !a.note) return fail("invalid", { fields: ["note"] });

    const next = after(tx, approval, a.decision, "asked");
    if (!next.ok) return next;
    const judged = a.decision === "approve" ? judge(tx, approval, subject, a.seen ?? {}) : ok(undefined);
    if (!judged.ok) return judged;
    const path = Array.isArray(approval["path"]) ? approval["path"].map(String) : [];
    const passed = passOn(tx, a, path, rule, account, parties);
    if (!passed.ok) return passed;
    const decided = next.value === "approved" || next.value === "refused";
    tx.edit(
      a.id,
      {
        // What is decided about the organisation's rights is carried out in the same batch (worker/governance).
        state: governs && next.value === "approved" ? (step("approved", "use", "mutation") ?? next.value) : next.value,
        ...passed.value,
        ...(a.decision === "return" ? { question: a.note } : a.note ? { note: a.note } : {}),
        ...(decided ? { decidedBy: member, decidedAt: tx.now } : {}),
        ...(next.value === "approved" ? { expiresAt: tx.now + limits.approvalUnusedDays * dayMs } : {}),
      },
      decideAction[kind],
    );
    if (decided) tx.endShares(a.id);
    const until = typeof approval["expiresAt"] === "number" ? { until: approval["expiresAt"] } : {};
    if (a.decision === "pass_on" && a.to && rule)
      for (const record of [a.about, a.id]) tx.share({ record, cause: a.id, to: a.to, groups: rule.sees, ...until });
    return ok(undefined);
  },
});

const answerArgs = z.strictObject({ id, about: id, answer: words, seen: z.optional(values) });
/** Answers the question; from now on the yes would be to the values of this moment. */
const answerApproval = defineMutation<z.infer<typeof answerArgs>>({
  name: "approval.answer@1",
  args: answerArgs,
  reads: (a) => [a.id, a.about],
  run: (tx, a) => {
    const approval = tx.get(a.id);
    const subject = tx.get(a.about);
    const name = entityOfId(a.about);
    if (!approval || approval["about"] !== a.about) return fail("missing");
    const own = isRequester(tx, approval);
    if (!own.ok) return own;
    const next = after(tx, approval, "answer", "requester");
    if (!next.ok) return next;
    const fields = bindsOf(approval);
    let values: Fields = {};
    // A question about rights binds no value, and may be about what its asker does not see.
    if (fields.length > 0) {
      if (!subject || !name) return fail("missing");
      const bound = take(tx, subject, fields, a.seen ?? {});
      if (!bound.ok) return bound;
      values = folded(name, bound.value, "bound");
    }
    tx.edit(a.id, { state: next.value, answer: a.answer, ...values }, "ask");
    return ok(undefined);
  },
});

const withdrawArgs = z.strictObject({ id });
const withdrawApproval = defineMutation<z.infer<typeof withdrawArgs>>({
  name: "approval.withdraw@1",
  args: withdrawArgs,
  reads: (a) => [a.id],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const approval = tx.get(a.id);
    if (!approval) return fail("missing");
    const own = isRequester(tx, approval);
    if (!own.ok) return own;
    const next = after(tx, approval, "withdraw", "requester");
    if (!next.ok) return next;
    tx.edit(a.id, { state: next.value }, "ask");
    tx.endShares(a.id);
    return ok(undefined);
  },
});

export const approvalMutations: readonly Mutation[] = [askApproval, decideApproval, answerApproval, withdrawApproval];

const ruleOf = (tx: Tx, kind: string, on: string): Ask | undefined =>
  tx.asks.find((rule) => rule.kind === kind && rule.on === on);

/** A kind binds what its rule names; a change binds just the fields that it would change. */
function boundFields(rule: Ask, kind: string, set: Record<string, Scalar> | undefined): string[] {
  return kind === "protected_change" ? rule.binds.filter((field) => set && field in set) : [...rule.binds];
}

/**
 * The values to bind: what stands there, and it must be what was looked at. Whoever asks sees it all: else asking would
 * be a way to try a hidden value. A device that does not hold a value takes what its screen showed.
 */
function take(
  tx: Tx,
  subject: Row,
  fields: readonly string[],
  seen: Record<string, Scalar>,
): Result<Record<string, Scalar>> {
  const name = entityOfId(subject.id);
  if (!name || fields.some((field) => !canBind(name, field))) return fail("invalid", { fields: ["kind"] });
  if (fields.some((field) => subject[field] === undefined)) {
    if (tx.edge) return fail("denied", { detail: "Whoever asks has to see what it is about." });
    return ok(Object.fromEntries(fields.flatMap((field) => (field in seen ? [[field, seen[field] ?? null]] : []))));
  }
  const moved = fields.filter((field) => field in seen && seen[field] !== subject[field]);
  if (moved.length > 0) return fail("version_conflict", { fields: moved });
  const bound = valuesOf(subject, fields);
  return bound ? ok(bound) : fail("invalid", { fields: ["kind"] });
}

/** A yes is to what was looked at and what stands there now; both must be what was asked. */
function judge(tx: Tx, approval: Row, subject: Row | null, seen: Record<string, Scalar>): Result<void> {
  if (bindsOf(approval).length === 0) return ok(undefined);
  if (!subject) return tx.edge ? fail("missing") : ok(undefined);
  const { moved, unknown } = compare(approval, subject);
  if (tx.edge && unknown.length > 0) return fail("denied", { detail: "Nobody decides on what they can't see." });
  const bound = unfolded(approval, "bound");
  const unseen = Object.keys(seen).filter((field) => field in bound && bound[field] !== seen[field]);
  const fields = [...new Set([...moved, ...unseen])];
  return fields.length > 0
    ? fail("version_conflict", { fields, detail: "It changed since it was asked." })
    : ok(undefined);
}

/** The state after an act, or why there is none: it ended by itself, or a colleague was first. */
function after(tx: Tx, approval: Row, act: ApprovalAct, by: ApprovalParty): Result<ApprovalState> {
  const written = approval["state"];
  if (!isApprovalState(written)) return fail("transition_unknown", { fields: ["state"] });
  const expiresAt = typeof approval["expiresAt"] === "number" ? approval["expiresAt"] : null;
  const now = stateAt(written, expiresAt, false, tx.now);
  const next = step(now, act, by);
  if (next) return ok(next);
  if (now === "expired") return fail("transition_unknown", { fields: ["state"], detail: "It was open for too long." });
  // Another has decided meanwhile: whoever is late is told what, and by whom.
  return fail("version_conflict", { fields: ["state", "decidedBy"] });
}

function isRequester(tx: Tx, approval: Row): Result<void> {
  return approval["requester"] === tx.actor.member
    ? ok(undefined)
    : fail("denied", { detail: "Only who asked may do that." });
}

function passOn(
  tx: Tx,
  a: z.infer<typeof decideArgs>,
  path: readonly string[],
  rule: Ask | undefined,
  account: Row | null,
  parties: readonly string[],
): Result<{ readonly asked?: string; readonly path?: readonly string[] }> {
  if (a.decision === "pass_back") {
    const before = path.at(-1);
    if (before === undefined) return fail("transition_unknown", { fields: ["state"] });
    return ok({ asked: before, path: path.slice(0, -1) });
  }
  if (a.decision !== "pass_on") return ok({});
  if (!a.to || !rule || !mayBeAsked(tx, a.to, rule, account, [tx.actor.member, ...parties]))
    return fail("invalid", { fields: ["to"] });
  return ok({ asked: a.to, path: [...path, tx.actor.member].slice(-16) });
}

/** Someone who holds the role where the record is, and whom it is not for. What they may decide is the policy's to say. */
function mayBeAsked(tx: Tx, member: string, rule: Ask, account: Row | null, parties: readonly string[]): boolean {
  const row = tx.get(member);
  const text = (value: Row[string]): string | null => (typeof value === "string" ? value : null);
  const place = { team: text(account?.["team"]), region: text(account?.["region"]) };
  return row !== null && holdersOf([row], rule.asked, place, parties).length === 1;
}

/** Asking again ends the old one in the words of what happened to it. */
function endAgain(tx: Tx, old: string, about: string): boolean {
  const approval = tx.get(old);
  if (!approval || approval["about"] !== about || approval["requester"] !== tx.actor.member) return false;
  const written = approval["state"];
  if (!isApprovalState(written)) return false;
  const expiresAt = typeof approval["expiresAt"] === "number" ? approval["expiresAt"] : null;
  const subject = tx.get(about);
  const moved = subject !== null && compare(approval, subject).moved.length > 0;
  const now = stateAt(written, expiresAt, moved, tx.now);
  const next = now === written ? (step(now, "withdraw", "requester") ?? now) : now;
  if (next !== written) tx.edit(old, { state: next }, "ask");
  tx.endShares(old, { all: true });
  return true;
}
