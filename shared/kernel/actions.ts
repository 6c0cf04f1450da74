/** Everything that a rule may allow. Reading is an action like any other. Source: docs/spec/access.md 4. */
export const seeActions = ["find", "read", "read_history", "export", "report_on", "see_label", "see_presence"] as const;
export const workActions = [
  "create", "edit", "comment", "write", "qualify", "disqualify", "advance", "reopen", "reassign", "hand_off",
  "accept_handoff", "escalate", "resolve", "merge", "link", "share", "manage_account_team", "bulk_edit", "import",
  "archive", "delete", "restore", "ask", "decide", "regen", "raise_schema", "tighten", "restrict",
  "match", // to be told that a colleague has something similar, and whom to ask: nothing of it is seen
] as const; // prettier-ignore
export const governActions = [
  "approve_discount", "approve_stage", "approve_grant", "approve_export", "approve_change", "approve_policy",
  "attest_access", "edit_policy", "assign_duty", "simulate", "break_glass", "read_audit", "manage_member",
] as const; // prettier-ignore
export const actions = [...seeActions, ...workActions, ...governActions] as const;
export type Action = (typeof actions)[number];
