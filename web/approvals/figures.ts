import { leavesOf, reduce } from "../../shared/access/condition.ts";
import { entityOfId } from "../../shared/records/entities.ts";
import type { Data } from "../data/types.ts";
import type { Approval, Value } from "./model.ts";

/** A number that is asked about, beside the number from which the policy asks: the two that matter. */
export interface Figure {
  readonly field: string;
  readonly now: number;
  readonly limit: number;
  /** A yes is needed from the limit on, or below it. */
  readonly from: "up" | "below";
}
export function figureOf(row: Approval, values: readonly Value[], asks: Data["asks"]): Figure | undefined {
  const on = entityOfId(row.about ?? "");
  const rule = asks.find((one) => one.kind === row.approvalKind && one.on === on);
  if (!rule?.when) return undefined;
  for (const leaf of leavesOf(reduce(rule.when, {}, new Set(), true))) {
    if (!("op" in leaf) || (leaf.op !== "gte" && leaf.op !== "lt") || typeof leaf.value !== "number") continue;
    const value = values.find(({ field }) => field === leaf.column);
    const asked = value?.next ?? value?.now;
    if (value && typeof asked === "number")
      return {
        field: value.field,
        now: asked,
        limit: leaf.value,
        from: (leaf.op === "gte") !== (leaf.not === true) ? "up" : "below",
      };
  }
  return undefined;
}
