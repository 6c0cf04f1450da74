import { holds, leavesOf, reduce } from "../access/condition.ts";
import type { Bound, Place } from "../access/engine.ts";
import type { ApprovalRule, Cond } from "../access/rules.ts";
import { gateFailures, stageRefusal, type GateFailure, type StageRef } from "../access/stages.ts";
import { fail, ok, type Result } from "../kernel/result.ts";
import { entity, type EntityName, type Row } from "../records/entities.ts";
import { hasGroup } from "../records/groups.ts";
import { bindsOf, compare, unfolded } from "./bound.ts";
import { isEnded, isApprovalState } from "./state.ts";

/**
 * What must be met before a write counts, whatever mutation made it: gates between stages, and somebody else's yes for
 * protected fields and deletes. Judged over what would be written, with all fields in sight: the answer is one yes or
 * no, and names only fields that the member may see. A device that lacks a value lets the write go, and the edge decides.
 */
export interface Drafted {
  readonly op: "create" | "edit" | "delete" | "restore";
  readonly entity: EntityName;
  readonly id: string;
  readonly before: Row | null;
  readonly after: Row;
  /** Fields that the mutation names, whether they differ or not: else a refusal would tell a guess from a miss. */
  readonly named: readonly string[];
}
export interface Around {
  readonly bound: Bound;
  readonly mutation: string;
  readonly now: number;
  readonly edge: boolean;
  place(anchor: string): Place | undefined;
  /** A record with every field that is here, hidden ones too at the edge. Undefined: not here. */
  whole(id: string): Row | undefined;
  /** Ids that the mutation names. */
  readonly reads: readonly string[];
}

/** What is brought in, and taken back by an undo of just that, was not made here: gates of work do not ask it. */
const importing = ({ mutation }: Around): boolean => mutation.startsWith("record.import");

export function judge(drafts: readonly Drafted[], around: Around): Result<void> {
  for (const draft of drafts) {
    const judged =
      draft.entity === "approval"
        ? ownMutations(draft, around)
        : first(stageGate, stageKeeps, protectedFields, protectedDelete)(draft, drafts, around);
    if (!judged.ok) return judged;
  }
  return ok(undefined);
}
type Rule = (draft: Drafted, drafts: readonly Drafted[], around: Around) => Result<void>;
const first =
  (...rules: readonly Rule[]): Rule =>
  (draft, drafts, around) =>
    rules.reduce<Result<void>>((result, rule) => (result.ok ? rule(draft, drafts, around) : result), ok(undefined));

/** An approval is brought in only as a draft or as history: nobody imports a yes. */
function ownMutations(draft: Drafted, { mutation }: Around): Result<void> {
  if (draft.op !== "create" || mutation.startsWith("approval.")) return ok(undefined);
  const state = draft.after["state"] ?? "draft";
  const harmless = state === "draft" || (isApprovalState(state) && isEnded(state));
  return harmless ? ok(undefined) : fail("invalid", { fields: ["state"] });
}

// --- stages

function stageGate(draft: Drafted, drafts: readonly Drafted[], around: Around): Result<void> {
  const { after, before, op } = draft;
  const to = after["stage"];
  if (draft.entity !== "opportunity" || op === "delete" || typeof to !== "string" || importing(around))
    return ok(undefined);
  if (op === "edit" && before?.["stage"] === to) return ok(undefined);
  const place = around.place(after.anchor);
  const into = stageRef(to, around);
  if (!place || !into) return around.edge ? fail("missing") : ok(undefined);
  const from = op === "edit" && typeof before?.["stage"] === "string" ? leaving(before["stage"], into, around) : null;
  const gate = gateFailures(
    around.bound,
    {
      entity: draft.entity,
      row: after,
      place,
      from,
      to: into,
      approved: approvedKinds(draft, around),
      handoff: handoffState(draft, around),
    },
    around.now,
  );
  if (gate.state === "open" || (gate.state === "proposed" && !around.edge)) return ok(undefined);
  return unmet(gate.failures);
}

/** Whether any rule says what may be written in a stage: then the stage of a record has to be there. */
export const keepsInStages = ({ rules: { stages } }: Bound): boolean =>
  stages !== undefined && (stages.locks.length > 0 || stages.rules.some((rule) => rule.in !== undefined));

/** What the stage keeps from being written besides: fields that it locks, roles that only read in it. */
function stageKeeps(draft: Drafted, _drafts: readonly Drafted[], around: Around): Result<void> {
  const { op, before, after, named } = draft;
  const moves = before !== null && before["stage"] !== after["stage"]; // the gates have judged that
  if (draft.entity !== "opportunity" || op === "restore" || moves || importing(around)) return ok(undefined);
  const id = after["stage"];
  const place = around.place(after.anchor);
  const stage = typeof id === "string" && keepsInStages(around.bound) ? stageRef(id, around) : null;
  if (typeof id === "string" && keepsInStages(around.bound) && around.edge && !(stage && place)) return fail("missing");
  if (!stage || !place) return ok(undefined);
  const refusal = stageRefusal(
    around.bound,
    op,
    { entity: draft.entity, row: before ?? after, place, stage },
    named,
    around.now,
  );
  return refusal
    ? fail("denied", { detail: refusal.why, fields: visible(around, draft, refusal.fields) })
    : ok(undefined);
}

/** The stage that is left. One that is gone is still left by the rules that name it by id, or any: at the edge all others are here. */
const leaving = (id: string, into: StageRef, around: Around): StageRef | null =>
  stageRef(id, around) ??
  (around.edge ? { id, pipeline: into.pipeline, pipelineName: into.pipelineName ?? null } : null);

function stageRef(id: string, around: Around): StageRef | null {
  const stage = around.whole(id);
  const pipeline = stage?.["pipeline"];
  if (!stage || typeof pipeline !== "string") return null;
  const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
  return {
    id,
    pipeline,
    name: text(stage["name"]),
    pipelineName: text(around.whole(pipeline)?.["name"]),
    outcome: text(stage["outcome"]),
  };
}

/**
 * Kinds to which somebody said yes for just this state. It may have been used by an earlier move: it stands as long as
 * every value that it binds does.
 */
function approvedKinds({ id, after }: Drafted, around: Around): ReadonlySet<string> | null {
  const kinds = new Set<string>();
  let known = true;
  for (const approval of approvalsAbout(id, around)) {
    if (approval["state"] !== "used") continue; // the mutation has used it up by now
    const { moved, unknown } = compare(approval, after);
    const other = Object.entries(unfolded(approval, "proposed")).some(([field, value]) => after[field] !== value);
    if (unknown.length > 0) known = false;
    else if (moved.length === 0 && !other) kinds.add(String(approval["approvalKind"]));
  }
  return known || around.edge ? kinds : null;
}
function approvalsAbout(id: string, around: Around): Row[] {
  return around.reads
    .flatMap((read) => (read.includes("_apr_") ? (around.whole(read) ?? []) : []))
    .filter((approval) => approval["about"] === id);
}

function handoffState({ id, after }: Drafted, around: Around): "accepted" | "open" | "none" {
  const handoffs = around.reads
    .flatMap((read) => (read.includes("_han_") ? (around.whole(read) ?? []) : []))
    .filter((handoff) => handoff["about"] === id || handoff.anchor === after.anchor);
  if (handoffs.some(({ state }) => state === "accepted" || state === "done")) return "accepted";
  return handoffs.length > 0 ? "open" : "none";
}

// --- protected fields and deletes

const rulesOf = (bound: Bound, kind: string, on: EntityName): readonly ApprovalRule[] =>
  (bound.rules.approvals ?? []).filter((rule) => rule.kind === kind && rule.on === on);

/** Fields that change only by a yes to just this change: old value and new. Imports leave them alone beforehand. */
function protectedFields(draft: Drafted, drafts: readonly Drafted[], around: Around): Result<void> {
  const { before, after, op, named } = draft;
  if (op !== "edit" || !before) return ok(undefined);
  for (const rule of rulesOf(around.bound, "protected_change", draft.entity)) {
    const touched = rule.binds.filter((field) => named.includes(field));
    if (touched.length === 0) continue;
    const needed = [before, after].map((state) => isNeeded(rule.when, state));
    if (needed.every((one) => one === false)) continue;
    if (needed.includes(null) && !around.edge) continue;
    const fits = usedHere(drafts, rule.kind, draft.id).some((approval) => {
      const bound = unfolded(approval, "bound");
      const proposed = unfolded(approval, "proposed");
      const hidden = bindsOf(approval).some((field) => !(field in bound) || !(field in proposed));
      if (hidden && !around.edge) return true;
      return touched.every(
        (field) =>
          field in proposed && proposed[field] === (after[field] ?? null) && bound[field] === (before[field] ?? null),
      );
    });
    if (!fits) return unmet([askFor(rule)], visible(around, draft, touched));
  }
  return ok(undefined);
}

function protectedDelete(draft: Drafted, drafts: readonly Drafted[], around: Around): Result<void> {
  const { before, op } = draft;
  if (op !== "delete" || !before || importing(around)) return ok(undefined);
  for (const rule of rulesOf(around.bound, "delete_protected", draft.entity)) {
    const needed = isNeeded(rule.when, before);
    if (needed === false || (needed === null && !around.edge)) continue;
    const fits = usedHere(drafts, rule.kind, draft.id).some((approval) => {
      const { moved, unknown } = compare(approval, before);
      return moved.length === 0 && (unknown.length === 0 || !around.edge);
    });
    if (!fits) return unmet([askFor(rule)]);
  }
  return ok(undefined);
}

/** Approvals that this very mutation used up. */
const usedHere = (drafts: readonly Drafted[], kind: string, about: string): Row[] =>
  drafts
    .filter(
      ({ entity: of, before, after }) =>
        of === "approval" && before?.["state"] === "approved" && after["state"] === "used",
    )
    .map(({ after }) => after)
    .filter((approval) => approval["approvalKind"] === kind && approval["about"] === about);

/** True or false, or null where a column that it asks for is not here. */
export function isNeeded(when: Cond | undefined, row: Row): boolean | null {
  if (!when) return true;
  const node = reduce(when, {}, new Set(), true);
  const columns = leavesOf(node).flatMap((leaf) => ("column" in leaf ? [leaf.column] : []));
  if (columns.some((column) => row[column] === undefined)) return null;
  return holds(node, {
    reach: () => true, // who is in reach does not decide whether a second person is needed
    column: (name) => {
      const value = row[name];
      return value === undefined || value === null || typeof value === "object" ? null : value;
    },
  });
}

const askFor = (rule: ApprovalRule): GateFailure => ({
  kind: "approval",
  approval: rule.kind,
  askTo: rule.asked.holds,
});

function visible(around: Around, { entity: name, after }: Drafted, fields: readonly string[]): string[] {
  const at = around.place(after.anchor);
  const mask = at ? around.bound.recordMask(name, after, at, around.now) : 0;
  return fields.filter((field) => hasGroup(mask, entity(name).fields[field]?.group ?? "unclassified"));
}

function unmet(failures: readonly GateFailure[], more: readonly string[] = []): Result<never> {
  const fields = [...more, ...failures.flatMap((one) => (one.kind === "field" ? [one.field] : []))];
  const [move] = failures.flatMap((one) => (one.kind === "move" ? [one.why] : []));
  return fail("gate_unmet", {
    ...(fields.length > 0 ? { fields } : {}),
    ...(move ? { detail: move } : {}),
    unmet: failures,
  });
}
