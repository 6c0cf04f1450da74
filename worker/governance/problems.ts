import { policyAdmins } from "../../shared/access/admins.ts";
import { bind, type Facts, type Place } from "../../shared/access/engine.ts";
import { validatePolicy, type Policy, type Problem } from "../../shared/access/policy.ts";
import { orgAnchor } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import type { Db } from "../db/db.ts";
import * as store from "./store.ts";

/** `where: what` as the strict reader says it, in two parts. */
const problemOf = (text: string): Problem => {
  const cut = text.indexOf(": ");
  return cut < 0 ? { path: "", says: text } : { path: text.slice(0, cut), says: text.slice(cut + 2) };
};

/** Rights about rights are asked of the organisation's own place. */
const organisation = (cell: string): Place => ({
  anchor: { id: orgAnchor(cell), owner: null, team: null, region: null, restricted: false },
  accountTeam: [],
  shares: [],
});
type GovernAction = "attest_access" | "edit_policy" | "approve_policy" | "read_audit" | "simulate" | "manage_member";
export const maySomewhere = (
  bound: ReturnType<typeof bind>,
  action: GovernAction,
  cell: string,
  now: number,
): boolean => bound.decide(action, "member", "core", organisation(cell), now, null).allowed;

/** Everything that is wrong with a policy for this organisation; empty: it may be published. */
export async function problemsOf(
  context: { readonly db: Db; readonly now: number; readonly cell: string },
  json: unknown,
): Promise<{ policy: Policy | null; problems: Problem[]; people: readonly Facts[] }> {
  const valid = validatePolicy(json);
  if (!valid.ok) return { policy: null, problems: (valid.error.fields ?? []).map(problemOf), people: [] };
  const policy = valid.value;
  const problems: Problem[] = [];
  const people = (await store.allPeople(context.db, context.now, peopleMax)).map(({ facts }) => facts);
  for (const [role, count] of await store.rolesHeld(context.db))
    if (!Object.hasOwn(policy.roles, role))
      problems.push({
        path: `roles.${role}`,
        says: `${count} member${count === 1 ? " holds" : "s hold"} this role, and it would be gone.`,
      });
  const able = await store.holdersOf(context.db, store.rolesWith(policy, "edit_policy"), context.now);
  const admins = policyAdmins(
    policy,
    able.map(({ facts }) => facts),
    orgAnchor(context.cell),
  );
  if (admins.length < limits.policyAdminsMin)
    problems.push({
      path: "allow",
      says: `Only ${admins.length} member${admins.length === 1 ? "" : "s"} could edit and approve the policy; ${limits.policyAdminsMin} are needed, or nobody could mend it.`,
    });
  return { policy, problems, people };
}
export const peopleMax = 1_000;
