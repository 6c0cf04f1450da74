import { entity, type EntityName, type Row } from "../records/entities.ts";
import { hasGroup } from "../records/groups.ts";
import type { Bound, Place } from "./engine.ts";
import type { StageNames, StageRule } from "./rules.ts";
import type { BoundStage } from "./slice.ts";

/**
 * What a stage rule asks before a record moves. One pure function, on the device and at the edge; where a device lacks a
 * value the move is proposed, and the edge decides.
 */
export interface StageRef {
  readonly id: string;
  readonly pipeline: string;
  readonly name?: string | null;
  readonly pipelineName?: string | null;
  readonly outcome?: string | null;
}
export interface StageMove {
  readonly entity: EntityName;
  /** The record as it would be after the move; a field that is not loaded is absent. */
  readonly row: Row;
  readonly place: Place;
  readonly from: StageRef | null;
  readonly to: StageRef;
  /** Kinds to which somebody said yes for just this state; null: not known here. */
  readonly approved: ReadonlySet<string> | null;
  readonly handoff: "accepted" | "open" | "none" | null;
}
export type GateFailure =
  | { readonly kind: "move"; readonly why: string; readonly askTo?: string }
  | { readonly kind: "field"; readonly field: string }
  /** Fields that the member may not see: how many, and which role can fill them. */
  | { readonly kind: "hidden"; readonly count: number; readonly heldBy: string | null }
  | { readonly kind: "approval"; readonly approval: string; readonly askTo: string | null }
  | { readonly kind: "handoff" };
export interface Gate {
  /** `proposed`: all that can be told from here is met, and the edge must say the rest. */
  readonly state: "open" | "proposed" | "shut";
  readonly failures: readonly GateFailure[];
}

/** Whether a name of a rule means this stage or pipeline: by id, by name, by outcome, or `*`. */
const means = (rule: string, id: string, name: string | null | undefined, outcome?: string | null): boolean =>
  rule === "*" ||
  rule === id ||
  (!!name && rule.toLowerCase() === name.toLowerCase()) ||
  (!!outcome && rule === `outcome:${outcome}`);
const inPipeline = (rule: string, stage: StageRef): boolean => means(rule, stage.pipeline, stage.pipelineName);
const isAmong = (names: StageNames | undefined, stage: StageRef): boolean =>
  names?.some((name) => means(name, stage.id, stage.name, stage.outcome)) ?? false;

/**
 * Whether rules mean a stage or pipeline otherwise once it is changed, or gone: then whoever keeps pipelines would have
 * changed the policy. What is gone is left by its id alone.
 */
export function isMeantOtherwise(
  rules: readonly Pick<StageRule, "pipeline" | "from" | "to" | "in">[],
  kind: "stage" | "pipeline",
  before: Row,
  after: Row | null,
): boolean {
  const text = (value: unknown): string | null => (typeof value === "string" ? value : null);
  if (kind === "stage" && after && before["pipeline"] !== after["pipeline"]) return rules.length > 0;
  const names = rules.flatMap(({ pipeline, from = [], to = [], in: within = [] }) =>
    kind === "pipeline" ? [pipeline] : after ? [...from, ...to, ...within] : from,
  );
  return names.some((name) => {
    const then = means(name, before.id, text(before["name"]), text(before["outcome"]));
    return then !== means(name, before.id, text(after?.["name"]), text(after?.["outcome"]));
  });
}

interface Told {
  readonly failures: readonly GateFailure[];
  /** Something could not be told from here. */
  readonly unsure: boolean;
}
const isEmpty = (value: unknown): boolean =>
  value === null || value === "" || (Array.isArray(value) && value.length === 0);

/** What keeps this member from moving a record. Needs a rule that lets out, one that lets in, and the gates of both. */
export function gateFailures(bound: Bound, move: StageMove, at: number): Gate {
  const { stages } = bound.rules;
  const { entity: name, row, place, to, from } = move;
  if (!stages?.ruled.some((pipeline) => inPipeline(pipeline, to))) return { state: "open", failures: [] };
  const mask = bound.recordMask(name, row, place, at);
  const reachable = (rule: BoundStage): boolean | null =>
    rule.reach === "all" ? true : bound.meets({ reach: rule.reach }, name, row.compartment, place, at, row);
  const here = stages.rules.filter((rule) => inPipeline(rule.pipeline, to));
  const may = (rule: BoundStage): boolean => reachable(rule) !== false;
  const outs = from === null ? [null] : here.filter((rule) => isAmong(rule.from, from) && may(rule));
  const ins = here.filter((rule) => isAmong(rule.to, to) && may(rule));
  if (outs.length === 0 || ins.length === 0) {
    const near = here.find((rule) => isAmong(rule.to, to) || (from !== null && isAmong(rule.from, from)));
    const why = near?.why ?? "Your role does not move records here.";
    return { state: "shut", failures: [{ kind: "move", why, ...(near?.askTo ? { askTo: near.askTo } : {}) }] };
  }

  function gatesOf(rules: readonly BoundStage[]): Told {
    const failures: GateFailure[] = [];
    const hidden = new Map<string | null, number>();
    let unsure = rules.some((rule) => (rule.more ?? 0) > 0 || reachable(rule) === null);
    const heldBy = Object.assign({}, ...rules.map((rule) => rule.heldBy)) as { readonly [group: string]: string };
    for (const field of new Set(rules.flatMap((rule) => rule.require ?? []))) {
      const value = row[field];
      const group = entity(name).fields[field]?.group ?? "unclassified";
      if (value === undefined) unsure = true;
      else if (isEmpty(value) && hasGroup(mask, group)) failures.push({ kind: "field", field });
      else if (isEmpty(value)) hidden.set(heldBy[group] ?? null, (hidden.get(heldBy[group] ?? null) ?? 0) + 1);
    }
    for (const [role, count] of hidden) failures.push({ kind: "hidden", count, heldBy: role });
    // Either gate may ask for the same kind, each when it says.
    for (const { kind, when, askTo } of rules.flatMap(({ approval }) => approval ?? [])) {
      const needed = when === null ? null : bound.meets(when, name, row.compartment, place, at, row);
      if (needed === false || move.approved?.has(kind)) continue;
      if (needed === null || move.approved === null) unsure = true;
      else if (!failures.some((one) => one.kind === "approval" && one.approval === kind))
        failures.push({ kind: "approval", approval: kind, askTo });
    }
    if (rules.some((rule) => rule.handoff) && move.handoff !== "accepted") {
      if (move.handoff === null) unsure = true;
      else failures.push({ kind: "handoff" });
    }
    return { failures, unsure };
  }
  const ways = outs.flatMap((out) => ins.map((into) => gatesOf(out === null || out === into ? [into] : [out, into])));
  const [best] = ways.sort((a, b) => a.failures.length - b.failures.length || Number(a.unsure) - Number(b.unsure));
  const { failures, unsure } = best ?? { failures: [], unsure: true };
  return { state: failures.length > 0 ? "shut" : unsure ? "proposed" : "open", failures };
}

/** What the stage a record is in keeps from being written, or null. Asked besides the allow rules, never instead of them. */
export function stageRefusal(
  bound: Bound,
  action: "create" | "edit" | "delete",
  at: { readonly entity: EntityName; readonly row: Row; readonly place: Place; readonly stage: StageRef },
  changed: readonly string[],
  now: number,
): { readonly why: string; readonly fields: readonly string[] } | null {
  const { stages } = bound.rules;
  if (!stages) return null;
  const { entity: name, row, place, stage } = at;
  for (const lock of stages.locks) {
    if (!inPipeline(lock.pipeline, stage) || !isAmong(lock.in, stage)) continue;
    if (lock.fields === "*" && action !== "create") return { why: lock.why, fields: changed };
    const locked =
      lock.fields === "*" || action !== "edit" ? [] : changed.filter((field) => lock.fields.includes(field));
    if (locked.length > 0) return { why: lock.why, fields: locked };
  }
  const named = stages.rules.filter((rule) => inPipeline(rule.pipeline, stage) && isAmong(rule.in, stage));
  const [near] = named;
  if (!near) return null;
  const mine = named.filter(
    ({ reach }) => reach === "all" || bound.meets({ reach }, name, row.compartment, place, now, row) === true,
  );
  if (action !== "edit") return mine.some((rule) => rule[action]) ? null : { why: near.why, fields: [] };
  const groups = mine.reduce((mask, rule) => mask | rule.edit, 0);
  const fields = changed.filter((field) => !hasGroup(groups, entity(name).fields[field]?.group ?? "unclassified"));
  return fields.length > 0 ? { why: near.why, fields } : null;
}
