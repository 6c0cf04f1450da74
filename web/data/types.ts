import type { BoundAllow } from "../../shared/access/slice.ts";
import type { Accessor } from "solid-js";
import type { ApprovalRule } from "../../shared/access/rules.ts";
import type { ErrorCode, Unmet } from "../../shared/kernel/result.ts";
import type { Choice, Reason } from "./follow.ts";
import type { DiskFault } from "./disk.ts";
import type { EntityName, RecordOf, Row } from "../../shared/records/entities.ts";
import type { Gives } from "../../shared/access/slice.ts";
import type { Group, Mask } from "../../shared/records/groups.ts";
import type { Fields } from "../../shared/records/mutation.ts";

/** What the screens know of the local copy. They read it by signals and change it by mutations only. */
export interface Data {
  readonly me: Me;
  /** One record of the local copy with pending edits on top; undefined when it is not on this device. */
  record<E extends EntityName>(entity: E, id: () => string | undefined): Accessor<RecordOf<E> | undefined>;
  /** A live window over the local copy: filtered, sorted, limited, kept up to date incrementally. */
  list<E extends EntityName>(entity: E, query: Accessor<ListQuery<E>>): Accessor<readonly RecordOf<E>[]>;
  /** The same for long lists: rows are asked for by place. */
  window<E extends EntityName>(entity: E, query: Accessor<ListQuery<E>>): WindowView<E>;
  /** Counts by group, kept up to date: asks `(group) => count`. */
  tally<E extends EntityName>(entity: E, query: Accessor<TallyQuery<E>>): TallyView;
  /** Everything is in from the disk. Until then lists are as long as what was read. */
  readonly whole: Accessor<boolean>;
  /** True while no list is still being sorted. */
  readonly settled: Accessor<boolean>;
  /** How many records of an entity pass the filter on this device. */
  count<E extends EntityName>(entity: E, query: Accessor<ListQuery<E>>): Accessor<number>;
  /** Runs a mutation optimistically and puts it into the outbox. Resolves when it is on disk. */
  mutate(name: string, args: unknown): Promise<Mutated>;
  /** What this device would say of an act now, without doing it. */
  would(name: string, args: unknown): Mutated;
  /** Fields of a record that are changed here and not confirmed yet, and whether they are on their way. */
  pendingFields(id: () => string | undefined): Accessor<ReadonlyMap<string, PendingState>>;
  readonly sync: Accessor<SyncState>;
  readonly outbox: Accessor<readonly OutboxLine[]>;
  readonly attention: Accessor<readonly AttentionCard[]>;
  /** Names of files that wait on this device to be sent. */
  readonly files: Accessor<readonly string[]>;
  dismiss(card: AttentionCard): Promise<void>;
  /** The same act again, over what is there now; with other words, or what was deleted put back first. */
  retry(card: AttentionCard, how?: { readonly args?: unknown; readonly restore?: boolean }): Promise<Mutated>;
  /** Takes back what has provably not left this device, with what makes no sense without it. False: too late. */
  discard(line: OutboxLine): Promise<boolean>;
  /** Refused words that were kept as long as they are, and are gone now; until the notice is dismissed. */
  readonly expired: Accessor<number>;
  dismissExpired(): void;
  /** This device follows the account from now on: its records come with the next pull and stay. */
  open(accountId: string): void;
  /** What this device holds of an account beyond its reasons: pinned, opened, or removed from here (SYNC-F1). */
  follow(accountId: string, kind: Choice): Promise<void>;
  choice(id: () => string | undefined): Accessor<Choice | undefined>;
  /** What stands at the top of a screen: read before the rest when this copy is opened next. */
  showFirst(screen: string, ids: readonly string[]): void;
  /** Why an account is on this device. */
  reason(account: Row): Reason | undefined;
  /** May I? Same engine as the edge, on my own slice of the policy. `why` is a sentence for members. */
  can(action: string, record: Row, field?: string): { readonly allowed: boolean; readonly why?: string };
  /** Whom an act of mine would let in to what, and for how long: shown before it is done. */
  gives(act: string): readonly Gift[];
  /** The rules of the policy that hold for me, each with its reason. */
  rules(): readonly BoundAllow[];
  /** Field groups of an entity that I read somewhere at all: those that may be on this device, and all of them. */
  sees(entity: EntityName): { readonly here: Mask; readonly online: Mask };
  /** Where the policy asks for somebody else's yes, as far as it concerns me. */
  readonly asks: readonly ApprovalRule[];
  /** Members for whom I stand in, by id. */
  readonly standsFor: readonly string[];
  /** A new id, in the cell of the record `under` which it will be; without it in the own cell. */
  newId(entity: EntityName, under?: string): string;
  /** Sends what waits, then ends the session and removes the local copy. False: there is unsent work and `force` was not set. */
  signOut(force: boolean): Promise<boolean>;
  /** Removes this device's copy and its choices; the member stays signed in. False: there is unsent work and `force` was not set. */
  removeCopy(force: boolean): Promise<boolean>;
  /** Pulls and pushes now. */
  syncNow(): void;
}
/** A share that an act would write, as the policy's recipe has it. */
export interface Gift extends Gives {
  readonly groups: readonly Group[];
}
/** A record of this device by its id, whatever it is. */
export type Look = (id: string) => Row | undefined;
/** What rows are sorted by when it is no plain field. `key` names it: one key, one meaning, since the order is kept. */
export interface SortKey<E extends EntityName = EntityName> {
  readonly key: string;
  readonly of: (row: RecordOf<E>, look: Look) => string | number | boolean | null | undefined;
  /** Fields whose records `of` looks at: when one of these changes, its rows move. */
  readonly refs?: readonly string[];
  readonly down?: boolean;
}
export interface ListQuery<E extends EntityName> {
  readonly where?: (row: RecordOf<E>, look: Look) => boolean;
  /** Fields whose records `where` looks at. */
  readonly refs?: readonly string[];
  /**
   * Names of fields, `-` for descending; `owner.name` is the name of the record that `owner` points at. Ties are broken
   * by id. Text is compared by the member's locale.
   */
  readonly sort?: string | readonly SortKey<E>[];
  readonly limit?: number;
  /** Only records under this anchor (an account). */
  readonly anchor?: string;
}
/** Live counts in groups: "open opportunities of each account". */
export interface TallyQuery<E extends EntityName = EntityName> {
  /** The field whose values make the groups; without it all are one group, named "". */
  readonly by?: string;
  readonly anchor?: string;
  readonly where?: (row: RecordOf<E>) => boolean;
  /** A moment of the row; each group knows its latest. */
  readonly latest?: (row: RecordOf<E>) => number | null;
}
export interface Count {
  readonly count: number;
  readonly latest: number | null;
}
/** The count of a group; `all` reads any group, for who looks at all of them: told once for many changes. */
export interface TallyView {
  (group: string): Count;
  all(): (group: string) => Count;
}
/** A list that is read by place: nothing is copied, however long it is. Each reading is tracked as a signal. */
export interface WindowView<E extends EntityName> {
  /** False until it is sorted for the first time; a new order replaces the old one when it is ready. */
  ready(): boolean;
  total(): number;
  length(): number;
  at(place: number): RecordOf<E> | undefined;
  slice(from: number, to: number): readonly RecordOf<E>[];
  indexOf(id: string): number;
}
export interface Me {
  readonly member: string;
  readonly name: string;
  readonly base: string;
  readonly duties: readonly string[];
  readonly teams: readonly string[];
  readonly regions: readonly string[];
  readonly locale: "en" | "zh-CN";
  readonly zone: string;
  readonly cell: string;
  readonly cells: readonly { readonly cell: string; readonly url: string }[];
}
export type Mutated =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly code: ErrorCode;
      readonly detail?: string;
      readonly fields?: readonly string[];
      readonly unmet?: readonly Unmet[];
    };
export interface SyncState {
  readonly state:
    | "synced"
    | "saved_here"
    | "sending"
    | "offline"
    | "attention"
    | "locked"
    | "first_sync"
    | "signed_out"
    | "update_needed"
    | "memory_only";
  readonly waiting: number; // mutations not yet acknowledged
  readonly attention: number;
  readonly at: number | null; // last complete page, edge's clock
  readonly records: number;
  /** Accounts that this device follows and has no place for. */
  readonly over?: number;
  /** Why nothing is kept on disk. */
  readonly disk?: DiskFault;
}
/** `saved`: provably here only. `sending`: on its way. `waiting`: it may have left, and the answer is not here. */
export type PendingState = "saved" | "sending" | "waiting";
export interface OutboxLine {
  readonly key: string;
  readonly n: number;
  readonly name: string;
  readonly args: unknown;
  readonly at: number;
  readonly state: PendingState;
  readonly mine: Fields;
  readonly changes: readonly { readonly id: string; readonly before: Fields; readonly after: Fields }[];
}
export interface AttentionCard {
  readonly key: string;
  readonly name: string;
  readonly args: unknown;
  readonly at: number;
  /** When it was refused, by the edge's clock. */
  readonly since?: number;
  /** `overwritten`: it was taken, and somebody who had not seen it wrote another value. */
  readonly code: ErrorCode | "overwritten";
  readonly detail?: string;
  readonly fields?: readonly string[];
  readonly unmet?: readonly Unmet[];
  readonly mine: Fields;
  readonly theirs?: Fields; // only what is still visible
  readonly by?: string;
  readonly when?: number;
  /** What was deleted and may be put back. */
  readonly restore?: string;
  /** Records that it would have made. */
  readonly makes?: readonly string[];
  /** The card that it is shown with: refused because that one was. */
  readonly root?: string;
  readonly with?: readonly AttentionCard[];
}
