import { workActions, type Action } from "../../shared/kernel/actions.ts";

/**
 * What a token may be given beyond reading: the acts of daily work, chosen one by one. Never to govern, approve, decide,
 * widen who may see, export, or make tokens (docs/spec/access.md 13).
 */
const never: ReadonlySet<string> = new Set(["decide", "share", "manage_account_team", "restrict", "tighten"]);
export const capabilities = workActions.filter((action) => !never.has(action)) as [Action, ...Action[]];

/** API tokens begin with their kind, so that secret scanners know them, and a session token is never taken for one. */
export const apiTokenPrefix = "baton_";
export const isApiToken = (bearer: string): boolean => bearer.startsWith(apiTokenPrefix);
