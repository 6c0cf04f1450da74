import type { EntityName, Row } from "../records/entities.ts";
import type { Bound, Place } from "./engine.ts";

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

export function gateFailures(_bound: Bound, _move: StageMove, _at: number): Gate {
  return { state: "open", failures: [] };
}

/** Fields that the stage keeps from being edited, or null where the stage says nothing against the act. */
export function stageRefusal(
  _bound: Bound,
  _action: "create" | "edit" | "delete",
  _at: { readonly entity: EntityName; readonly row: Row; readonly place: Place; readonly stage: StageRef },
  _changed: readonly string[],
  _now: number,
): { readonly why: string; readonly fields: readonly string[] } | null {
  return null;
}
