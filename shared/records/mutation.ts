import type * as z from "zod/mini";
import type { Action } from "../kernel/actions.ts";
import type { Result } from "../kernel/result.ts";
import type { EntityName, Row } from "./entities.ts";
import type { Value } from "./field.ts";
import type { Group } from "./groups.ts";

/**
 * A mutation is the only way data changes: named, versioned, validated, pure. The same function runs in the browser on
 * the local copy (optimistic) and at the edge on the real records (authoritative); the edge never trusts the browser's
 * result. Names are `noun.verb@version` for ever, because an outbox may be a month old.
 */
export interface Mutation<A = unknown> {
  readonly name: `${string}.${string}@${number}`;
  readonly args: z.ZodMiniType<A>;
  /** Records that `run` will ask for, so that the edge can load them all in one read. */
  readonly reads: (args: A) => readonly string[];
  /** Records whose shares `run` may give or end: what a share was given for, and ends with. */
  readonly causes?: (args: A) => readonly string[];
  /** Said by the Worker alone, of what no device can know: never taken from one. */
  readonly edge?: true;
  /** Plans the writes. No clock, no randomness, no I/O: time and actor come with `tx`, new ids with the arguments. */
  readonly run: (tx: Tx, args: A) => Result<void>;
}

export interface ActorFacts {
  readonly member: string;
  readonly teams: readonly string[];
  readonly regions: readonly string[];
  /** Base and duties. */
  readonly roles?: readonly string[];
  /** Whom the member stands in for now, under their own name. */
  readonly standsFor?: readonly string[];
}
/** What the policy asks a second person for, as far as mutators need it. */
export interface Ask {
  readonly kind: string;
  readonly on: string;
  readonly asked: { readonly holds: string; readonly reach: string };
  readonly sees: readonly Group[];
  readonly binds: readonly string[];
  readonly expiresDays?: number | undefined;
}

/** Somebody to be let in by name. What they get is what the policy's recipes for this mutation say, or less. */
export interface ShareAsk {
  /** The record that they are let into: just it, or keys of its account, as the recipe says. */
  readonly record: string;
  /** The record that the share is given for, and ends with. */
  readonly cause: string;
  /** Whose column names them, where the recipe asks for it; else the cause's, or the record's own. */
  readonly named?: string;
  /** A member or team by id, or those who hold a role in the account's region. */
  readonly to: string | { readonly role: string };
  /** Fewer groups than the recipe gives. */
  readonly groups?: readonly Group[];
  /** Not from now on but from then. */
  readonly from?: number;
  /** An end before the recipe's longest time. */
  readonly until?: number;
  /** A right on the record that the actor must have, where the mutation writes nothing that is decided. */
  readonly action?: Action;
  /** Without it the mutation makes no sense: it is refused if no recipe lets them in. */
  readonly needed?: true;
}
export interface ShareEnd {
  /** All shares of the cause; else those whose recipe names this mutation as their end. */
  readonly all?: true;
  /** Only those to this member or team. */
  readonly to?: string;
  /** Not now but then, if they would last longer. */
  readonly at?: number;
  /** A right on the cause that the actor must have, where the mutation writes nothing that is decided. */
  readonly action?: Action;
}

/** What a mutator may see and do. Reads see the writes before them. */
export interface Tx {
  /** The edge's clock when run there; the device's when run optimistically (audit only: it orders nothing). */
  readonly now: number;
  readonly cell: string;
  readonly actor: ActorFacts;
  /** At the edge an absent field is hidden; on a device it may also be one that no device keeps. */
  readonly edge: boolean;
  readonly asks: readonly Ask[];
  /** The record, or null if it is missing, deleted or not visible: a mutator can't tell which. */
  get(id: string): Row | null;
  /** Creates a record of `entity` under the key (anchor, compartment). */
  create(entity: EntityName, row: NewRow, action?: Action, origin?: Origin): void;
  /** Changes fields; every changed field must be in the edit mask of `action` before and after. */
  edit(id: string, set: Fields, action?: Action): void;
  /** Soft delete; `restore` undoes it. */
  remove(id: string, action?: Action): void;
  /** False if there is nothing to restore. */
  restore(id: string, action?: Action): boolean;
  /** Lets somebody in by name. Decided and written at the edge; a device shows it when its page comes. */
  share(ask: ShareAsk): void;
  /** Whether this actor is let in, now, for a record's sake: by name or with their team. A device can't tell, and lets the edge say. */
  isShared(cause: string): boolean;
  /** Ends shares that were given for a record (`cause`). */
  endShares(cause: string, end?: ShareEnd): void;
}
/** Of what is brought in: when (UTC ms) and by whom it was made where it comes from, as far as that is known here. */
export interface Origin {
  readonly at?: number;
  readonly by?: string;
}
export type Fields = { readonly [field: string]: Value | undefined };
export type NewRow = { readonly id: string; readonly anchor: string; readonly compartment: string } & Fields;

/** Gives a mutation its types and loses them again for the registry. */
export function defineMutation<A>(mutation: Mutation<A>): Mutation {
  return mutation as unknown as Mutation;
}
