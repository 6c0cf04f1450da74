import type { Facts } from "./engine.ts";
import type { Policy } from "./rules.ts";

export interface Rights {
  readonly policy: Policy;
  /** Every member whom the act touches, by id; a member who is in one only had nothing, or loses all. */
  readonly facts: readonly Facts[];
}
export type Widening = "same" | "narrower" | "wider" | "unknown";

export function widens(before: Rights, after: Rights): Widening {
  return JSON.stringify(before) === JSON.stringify(after) ? "same" : "unknown";
}
