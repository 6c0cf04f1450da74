import type { Action } from "../kernel/actions.ts";

/**
 * What an approval may become, and by whom. An approval is a record; the values that it is about stay where they are.
 * Two of its ends come by themselves: by the clock, and because a value that was looked at is another one now. Both are
 * decided when somebody acts on it, not by a job.
 */
export const approvalKinds = [
  "discount",
  "stage",
  "protected_change",
  "delete_protected",
  "export",
  "grant",
  "cover",
  "widen",
  "email",
  "policy",
] as const;
export type ApprovalKind = (typeof approvalKinds)[number];
export const isApprovalKind = (text: unknown): text is ApprovalKind =>
  (approvalKinds as readonly unknown[]).includes(text);

/** About the organisation itself, not about a piece of work: what they would do is a proposal of the directory. */
export const governanceKinds: ReadonlySet<string> = new Set(["grant", "cover", "widen", "email", "policy"]);

/** The right that its decision takes. */
export const decideAction: Readonly<Record<ApprovalKind, Action>> = {
  discount: "approve_discount",
  stage: "approve_stage",
  protected_change: "approve_change",
  delete_protected: "approve_change",
  export: "approve_export",
  grant: "approve_grant",
  cover: "approve_grant",
  widen: "approve_policy",
  email: "approve_policy",
  policy: "approve_policy",
};

export const approvalStates = [
  "draft",
  "open",
  "returned",
  "approved",
  "refused",
  "withdrawn",
  "expired",
  "stale",
  "used",
] as const;
export type ApprovalState = (typeof approvalStates)[number];
export const isApprovalState = (value: unknown): value is ApprovalState =>
  (approvalStates as readonly unknown[]).includes(value);

export const approvalActs = [
  "open",
  "approve",
  "refuse",
  "return",
  "pass_on",
  "pass_back",
  "answer",
  "withdraw",
  "use",
  "expire",
  "spoil",
] as const;
export type ApprovalAct = (typeof approvalActs)[number];
/** Who takes a step: who asked, who was asked, the mutation that was allowed, the clock, a value that moved. */
export type ApprovalParty = "requester" | "asked" | "mutation" | "clock" | "value";

interface Step {
  readonly to: ApprovalState;
  readonly by: ApprovalParty;
}
const withdraw: Step = { to: "withdrawn", by: "requester" };
const expire: Step = { to: "expired", by: "clock" };
const spoil: Step = { to: "stale", by: "value" };

/** All steps there are. Asking again after an end is a new approval that names the old one. */
const steps: Readonly<Record<ApprovalState, Partial<Record<ApprovalAct, Step>>>> = {
  draft: { open: { to: "open", by: "requester" } },
  open: {
    approve: { to: "approved", by: "asked" },
    refuse: { to: "refused", by: "asked" },
    return: { to: "returned", by: "asked" },
    pass_on: { to: "open", by: "asked" },
    pass_back: { to: "open", by: "asked" },
    withdraw,
    expire,
    spoil,
  },
  returned: { answer: { to: "open", by: "requester" }, withdraw, expire },
  approved: { use: { to: "used", by: "mutation" }, expire, spoil },
  refused: {},
  withdrawn: {},
  expired: {},
  stale: {},
  used: {},
};

/** Where a step leads, or null: there is no such step, or not for this party. */
export function step(state: ApprovalState, act: ApprovalAct, by: ApprovalParty): ApprovalState | null {
  const found = steps[state][act];
  return found && found.by === by ? found.to : null;
}
export const isEnded = (state: ApprovalState): boolean => Object.keys(steps[state]).length === 0;

/**
 * The state as it is at `at`, whatever is written: nothing is open or approved from the instant of its end on, nor when
 * a value that it binds has moved.
 */
export function stateAt(written: ApprovalState, expiresAt: number | null, moved: boolean, at: number): ApprovalState {
  if (expiresAt !== null && expiresAt <= at) return step(written, "expire", "clock") ?? written;
  if (moved) return step(written, "spoil", "value") ?? written;
  return written;
}

/**
 * Whether two lists of identities name one person. Who asks, whom it is for, and everybody for whom one of them stands
 * in, are one side; whoever decides, with everybody for whom they stand in, must be wholly on the other.
 */
export function samePerson(left: readonly string[], right: readonly string[]): boolean {
  return left.some((one) => right.includes(one));
}
