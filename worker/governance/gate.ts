import { widens } from "../../shared/access/widen.ts";
import { isMeantOtherwise } from "../../shared/access/stages.ts";
import type { Facts } from "../../shared/access/engine.ts";
import { validatePolicy, type Policy } from "../../shared/access/policy.ts";
import { acceptHandoff } from "../../shared/handoffs/mutations.ts";
import type { Row } from "../../shared/records/entities.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { fail, type Result } from "../../shared/kernel/result.ts";
import type { Actor } from "../context.ts";
import type { Write } from "../sync/plan.ts";

/**
 * The one gate before everything that widens rights (ACCESS-4): whatever path a write comes by, it is looked at here,
 * over what it would do and not over who says so. What is narrower or the same passes at once: a cut never waits.
 */
export function waitsForSecond(actor: Actor, writes: readonly Write[]): Result<never> | null {
  const policy = policyFrom(actor.policyBody);
  const unknown = writes.find((write) => policy && !rolesFit(policy, actor, write));
  if (unknown) return fail("invalid", { fields: ["base", "duties"].filter((name) => unknown.changed.includes(name)) });
  if (actor.seconded) return null;
  const widening = writes.map((write) => widensBy(policy, write)).find((found) => found !== null);
  return widening ? secondNeeded(widening) : null;
}
/**
 * Accounts that an act gives to another owner, team or region (ACCESS-R58). Not those of a handoff: who accepts it is the
 * second person.
 */
export function reassigned(mutation: string, writes: readonly Write[]): number {
  if (mutation === acceptHandoff.name) return 0;
  const moved = ({ entity, op, changed }: Write): boolean =>
    entity === "account" && op === "edit" && ["owner", "team", "region"].some((name) => changed.includes(name));
  return writes.filter(moved).length;
}
/** A few accounts a day change hands by one person's word; more of them wait. `before`: unknown means no. */
export function waitsForMany(actor: Actor, given: number, before: number | undefined): Result<never> | null {
  if (given === 0) return null;
  const own = policyFrom(actor.policyBody)?.lower?.reassignPerDay ?? limits.reassignPerDayAlone;
  if (before !== undefined && before + given <= Math.min(own, limits.reassignPerDayAlone)) return null;
  return fail("needs_approval", {
    detail: "More accounts than one person may give to others on a day: a second person must agree.",
  });
}

export const secondNeeded = ({ kind, beneficiary }: Widened): Result<never> =>
  fail("needs_approval", {
    detail:
      kind === "email"
        ? "The address is how somebody signs in: a second person must agree."
        : beneficiary === null
          ? "The policy means this by name, so this changes the policy: a second person must agree."
          : "This gives somebody more rights: a second person must agree.",
  });

export interface Widened {
  readonly kind: "widen" | "email";
  /** Whose rights would grow. */
  readonly beneficiary: string | null;
}
/** A member's roles are those of the policy, few enough to be understood, and given by those who may give them. */
function rolesFit(policy: Policy, actor: Actor, { entity, op, changed, before, after }: Write): boolean {
  if (entity !== "member" || op === "delete" || !changed.some((name) => name === "base" || name === "duties"))
    return true;
  const { base, duties } = factsOfRow(after);
  const had = new Set(before ? [factsOfRow(before).base, ...factsOfRow(before).duties] : []);
  const own = [actor.facts.base, ...actor.facts.duties];
  const isRole = (name: string, kind: "base" | "duty"): boolean => {
    const role = Object.hasOwn(policy.roles, name) ? policy.roles[name] : undefined;
    return had.has(name) || (role?.kind === kind && (role.assignableBy ?? own).some((by) => own.includes(by)));
  };
  return (base === "" || isRole(base, "base")) && duties.every((name) => isRole(name, "duty")) && duties.length < limits.rolesPerMember; // prettier-ignore
}

/** What one write would widen; null: nothing. */
export function widensBy(policy: Policy | null, write: Write): Widened | null {
  const { before, after, op } = write;
  // The engine refuses these two without a second person; here it is said for whom.
  if (write.entity === "account_team") return null;
  if ((write.entity === "stage" || write.entity === "pipeline") && before) {
    const meant =
      op !== "restore" && isMeantOtherwise(policy?.stages ?? [], write.entity, before, op === "edit" ? after : null);
    return meant ? { kind: "widen", beneficiary: null } : null;
  }
  if (write.entity !== "member" || policy === null || op === "delete") return null;
  const was = op === "edit" ? before : null;
  if (was && was["email"] !== after["email"] && after["email"] !== undefined)
    return { kind: "email", beneficiary: write.id };
  const then = was ? factsOfRow(was) : null;
  const now = factsOfRow(after);
  if (then && JSON.stringify(then) === JSON.stringify(now)) return null;
  if (now.employment !== "active" || (!then && isName(after))) return null; // out of office nobody has a right
  const verdict = widens({ policy, facts: then ? [then] : [] }, { policy, facts: [now] });
  return verdict === "wider" || verdict === "unknown" ? { kind: "widen", beneficiary: write.id } : null;
}
/** A name on old records, as imports bring them: no role, and no way to sign in until an address is given, which waits. */
const isName = (row: Row): boolean =>
  [row["base"], row["email"], row["handle"]].every((value) => value === null || value === undefined) &&
  list(row["duties"]).length === 0;

const list = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);
const factsOfRow = (row: Row): Facts => ({
  member: row.id,
  base: typeof row["base"] === "string" ? row["base"] : "",
  duties: list(row["duties"]),
  teams: list(row["teams"]),
  regions: list(row["regions"]),
  employment: row["employment"] === "active" || row["employment"] === "suspended" ? row["employment"] : "left",
});

let held: { readonly body: string; readonly policy: Policy | null } | null = null;
/** The policy of a request, read once for all requests under it. */
export function policyFrom(body: string): Policy | null {
  if (held?.body !== body) {
    const valid = body === "" ? null : validatePolicy(JSON.parse(body));
    held = { body, policy: valid?.ok ? valid.value : null };
  }
  return held.policy;
}
