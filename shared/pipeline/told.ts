import type { Custom } from "../records/field.ts";

/** Whether a member with these roles is told of what comes into a stage, of which this is said (PIPE-9, NOTICE-11). */
export const isTold = (kept: Custom | null | undefined, roles: readonly string[]): boolean =>
  String(kept?.["informed"] ?? "")
    .split(",")
    .some((role) => role.trim() !== "" && roles.includes(role.trim()));
