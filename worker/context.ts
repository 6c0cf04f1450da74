import type { Context } from "hono";
import type { Bound, Facts } from "../shared/access/engine.ts";
import type { Env } from "./env.ts";

/** Who acts, resolved once per request from the session or token by worker/auth (never from a header of the client's). */
export interface Actor {
  readonly member: string;
  /** Session or token id: sockets and rooms are cut by it. */
  readonly session: string;
  readonly facts: Facts;
  readonly bound: Bound;
  /** The published policy that `bound` was made from. */
  readonly policyBody: string;
  /** Version of the directory (members, policy) that facts and policy were read at. */
  readonly directory: number;
  /** Null for a session; for an API token the actions it may use beyond reading. */
  readonly capabilities: ReadonlySet<string> | null;
  /** When the session was last proven by its owner, for acts that need a fresh sign-in. */
  readonly freshAt: number;
  /** A second person agreed to this act (worker/governance): the gate is passed. Never set by a request. */
  readonly seconded?: true;
}
export interface AppEnv {
  Bindings: Env;
  Variables: { actor: Actor; cost: Cost; requestId: string };
}
export type AppContext = Context<AppEnv>;

/** D1 cost of a request; shown only in the demo, because the numbers tell of hidden rows. */
export interface Cost {
  rowsRead: number;
  rowsWritten: number;
  queries: number;
}
