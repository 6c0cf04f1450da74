import * as z from "zod/mini";
import type { ErrorCode, Unmet } from "../kernel/result.ts";
import { limits } from "../kernel/limits.ts";
import type { Row } from "../records/entities.ts";
import type { Value } from "../records/field.ts";
import type { Fields } from "../records/mutation.ts";
import type { Digest } from "./digest.ts";

/**
 * The record sync protocol. Rules with their ids: docs/spec/sync.md.
 *
 * History. The edge speaks the newest version and the one before, for at least 30 days (SYNC-L5); the older forms are in
 * worker/sync/versions.ts, and recorded traffic of each is replayed in the tests.
 * 1 (2026-11) first version: snapshots are objects, a line a key.
 * 2 (2026-11) snapshots are columns, all of a page in one `cols` line (columns.ts); a device may ask for digests (`check`)
 *   and reports repairs (`drift`); patches may tell what was lost, and outcomes by whom and when.
 */
export const protocolVersion = 2;

const id = z.string().check(z.minLength(1), z.maxLength(64));
const handle = z.string().check(z.minLength(1), z.maxLength(64));

export const pullRequest = z.strictObject({
  v: z.literal(protocolVersion),
  device: id, // random, made by the device once per (member, cell)
  client: id, // whose watermark and outcomes are wanted
  cursor: z.nullable(z.string().check(z.maxLength(400))),
  /** Keys whose snapshot the device still needs, in the order in which it wants them; `after`: the last record id it has. */
  want: z
    .array(z.strictObject({ h: handle, after: z.optional(z.string().check(z.maxLength(64))) }))
    .check(z.maxLength(limits.wantMax)),
  /** Handles of which the device holds less than its cursor says. */
  ask: z.array(handle).check(z.maxLength(limits.wantMax)),
  /** New follow choices of this device, oldest first. */
  follow: z.array(z.strictObject({ anchor: id, kind: z.enum(["open", "pin", "unfollow"]) })).check(z.maxLength(200)),
  /** Outcomes up to this number are stored on the device and may be forgotten by the edge. */
  seen: z.int().check(z.gte(0)),
  /** Keys of which the device wants to know whether it holds them as the edge would send them (SYNC-K1). */
  check: z.optional(z.array(handle).check(z.maxLength(limits.checkKeysMax))),
  /** Keys that the device found different and asked for anew since it last said so. */
  drift: z.optional(z.int().check(z.gte(0), z.lte(limits.driftMax))),
});
export type PullRequest = z.infer<typeof pullRequest>;

/** Field groups held of one entity in a key, each with the instant at which it ends if nothing is written (null: none known). */
export type EntityRights = { readonly [group: string]: number | null };
/** By entity; empty: the key is dropped. */
export type KeyRights = { readonly [entity: string]: EntityRights };

/**
 * A pull answer is NDJSON, one page. Order: `reset`? · `rights`* · `gone`/`moved`* · `set`/`patch`* · `snap`* · `page`.
 * Removals come first, so that a page may break off anywhere and the device still holds nothing forbidden (SYNC-5).
 * On the wire the `snap`s stand together in one `cols` line.
 */
export type PullLine =
  | { readonly t: "reset" }
  | { readonly t: "rights"; readonly h: string; readonly g: KeyRights }
  | { readonly t: "gone"; readonly id: string }
  /** The record left the key in which the device held it, and is now held under h: replaces the old row whole. */
  | { readonly t: "moved"; readonly e: string; readonly h: string; readonly row: Row }
  | { readonly t: "set"; readonly e: string; readonly h: string; readonly row: Row }
  | {
      readonly t: "patch";
      readonly e: string;
      readonly h: string;
      readonly id: string;
      readonly set: Fields;
      readonly lost?: Lost;
    }
  /** All rows of h with ids in (from, to]; to null: to the end. The device deletes its others in that range. */
  | {
      readonly t: "snap";
      readonly h: string;
      readonly from: string;
      readonly to: string | null;
      readonly rows: readonly (readonly [string, Row])[];
    }
  | {
      readonly t: "page";
      readonly cursor: string;
      readonly more: boolean; // visible entries remain: ask again at once
      readonly lmid: number | null; // null while the delta is not complete
      readonly outcomes: readonly Outcome[];
      readonly now: number; // the edge's clock
      readonly over?: number; // accounts that this device follows and has no place for; absent: none
      readonly lease: number; // the store locks at this instant unless a page comes before
      readonly checks?: Readonly<Record<string, Digest>>; // of keys to check; none while the delta is not complete
    };

/**
 * Of fields that this member had written: somebody put another value there without having seen it. By field: the words
 * that were lost, who wrote over them, and when. Only on the page of whoever lost them.
 */
export interface Lost {
  readonly [field: string]: { readonly mine: Value; readonly by: string; readonly at: number };
}

export interface Outcome {
  readonly n: number;
  readonly code: ErrorCode;
  readonly fields?: readonly string[];
  readonly detail?: string;
  /** Of `needs_approval`: where it is decided. */
  readonly approval?: string;
  /** Of `gate_unmet`: all that is asked for first. */
  readonly unmet?: readonly Unmet[];
  /** For conflicts: present values of the fields in question, as far as this member sees them. */
  readonly theirs?: Fields;
  /** Who put them there, or deleted the record, and when. */
  readonly by?: string;
  readonly when?: number;
  /** Of `deleted`: what this member may restore. */
  readonly restore?: string;
}

const value = z.any(); // validated by the mutation's own schema
const pushedMutation = z.strictObject({
  n: z.int().check(z.gte(1)),
  name: z.string().check(z.regex(/^[a-z_]+\.[a-z_]+@\d+$/)),
  args: value,
  /** Values that the member saw in the fields being changed, never versions. `{id: {field: value}}` */
  base: z.optional(z.record(id, z.record(z.string(), value))),
  at: z.int(), // the device's clock, for the audit only
});
export const pushRequest = z.strictObject({
  v: z.literal(protocolVersion),
  device: id,
  client: id,
  seen: z.int().check(z.gte(0)),
  muts: z.array(pushedMutation).check(z.minLength(1), z.maxLength(limits.pushMutationsMax)),
});
export type PushedMutation = z.infer<typeof pushedMutation>;
export type PushRequest = z.infer<typeof pushRequest>;

/** One answer per mutation, in order. An error never deletes anything on the device; only `page.lmid` does. */
export interface PushAnswer {
  readonly results: readonly ({ readonly n: number; readonly ok: true } | ({ readonly ok: false } & Outcome))[];
}

/**
 * What the poke socket says: `poke` (pull now), `cut` (this session ended), `none` (nothing since the last poke, in answer
 * to "?"). Content-free. A device says "?", "front" and "back" (somebody looks at it, or nobody), and "ping".
 */
export type HubMessage = { readonly t: "poke" } | { readonly t: "cut" } | { readonly t: "none" };
/** The poke socket's protocol where a ticket is shown with it: `["baton", ticket]`. */
export const hubProtocol = "baton";
