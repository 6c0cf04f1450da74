import type { EntityName } from "../records/entities.ts";
import type { Group } from "../records/groups.ts";
import type { Place } from "./engine.ts";
import type { Rights } from "./widen.ts";

/** Records as far as reading knows them: which key they are in. */
export interface Record {
  readonly id: string;
  readonly entity: EntityName;
  readonly compartment: string;
  readonly anchor: string;
}
export interface World {
  /** The place of an anchor as one member has it: their account team intervals and shares. */
  readonly place: (member: string, anchor: string) => Place | null;
  readonly records: readonly Record[];
}
export interface Change {
  readonly member: string;
  readonly entity: EntityName;
  readonly group: Group;
  readonly gains: number;
  readonly losses: number;
  /** Ids of a few records. */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}
export interface Differences {
  readonly changes: readonly Change[];
  /** Lines for people: "12 members lose 340 records' terms". */
  readonly summary: readonly {
    readonly group: Group;
    readonly entity: EntityName;
    readonly members: number;
    readonly records: number;
    readonly kind: "gain" | "loss";
  }[];
}

export function differences(_before: Rights, _after: Rights, _world: World, _at: number): Differences {
  return { changes: [], summary: [] };
}
