/** Expected outcomes are values; only bugs are thrown (decision 12 of ARCHITECTURE.md). */

/** The closed list of error codes, each stating a fact. `missing` also stands for forbidden: the two must not differ. */
const errorCodes = [
  "missing", // not there, or not visible: one answer for both
  "denied", // visible, but this act on it is not allowed
  "invalid", // a field, a type, a range; details.fields says which
  "version_conflict", // the record changed since the value that was sent as seen
  "deleted", // the record was deleted; it can be restored
  "needs_approval", // allowed if a second person agrees, who has been asked: `approval` says where
  "gate_unmet", // a stage rule asks for something first; details.fields says what, as far as visible
  "transition_unknown", // the state machine has no such step
  "unauthenticated",
  "origin_refused",
  "not_json",
  "too_large",
  "too_many_requests",
  "unsupported_version", // of the protocol or of a mutation
  "client_unknown", // a push by a client id that this member and device do not own
  "out_of_order", // a push whose number is not the next one
  "busy", // the guard failed three times, or the store is not ready; trying again helps
  "unavailable",
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** One thing that a gate asks for first. Fields stand here only where the member may see them; the others are counted. */
export interface Unmet {
  readonly kind: "move" | "field" | "hidden" | "approval" | "handoff";
  readonly field?: string;
  readonly count?: number;
  readonly heldBy?: string | null;
  readonly approval?: string;
  readonly askTo?: string | null;
  readonly why?: string;
}

export interface DomainError {
  readonly code: ErrorCode;
  /** Names of fields, never values; only those that the member may see. */
  readonly fields?: readonly string[];
  /** A sentence for people, without names of records, rules or members. */
  readonly detail?: string;
  /** Of `needs_approval`: the approval that was made. */
  readonly approval?: string;
  /** Of `gate_unmet`: all that is asked for first. */
  readonly unmet?: readonly Unmet[];
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: DomainError };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const fail = (code: ErrorCode, more: Omit<DomainError, "code"> = {}): { ok: false; error: DomainError } => ({
  ok: false,
  error: { code, ...more },
});
