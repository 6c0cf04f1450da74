import type { Policy } from "../../shared/access/rules.ts";

/** A draft of the policy, changed rule by rule. Pure. */
export const ruleKinds = ["allow", "forbid", "stages", "approvals", "shares", "roles"] as const;
export type RuleKind = (typeof ruleKinds)[number];
export interface NamedRule {
  readonly id: string;
  readonly why: string;
  readonly body: object;
}

/** Rules of a kind with their names; roles by their name, approvals by kind. */
export function rulesOf(policy: Policy, kind: RuleKind): NamedRule[] {
  if (kind === "roles") return Object.entries(policy.roles).map(([id, body]) => ({ id, why: body.why, body }));
  return (policy[kind] ?? []).map((body) => ({ id: "id" in body ? body.id : `${body.kind} ${body.on}`, why: body.why, body })); // prettier-ignore
}
/** The policy with one rule another, one more (`id` null), or one less (`body` null). */
export function withRule(policy: Policy, kind: RuleKind, id: string | null, body: unknown): Policy {
  if (kind === "roles") {
    const roles = Object.entries(policy.roles).flatMap(([name, role]) => (name !== id ? [[name, role] as const] : body === null ? [] : [[name, body] as const])); // prettier-ignore
    const named = body as { readonly name?: string } | null;
    if (id === null && named?.name) {
      const { name, ...rest } = named;
      roles.push([name, rest]);
    }
    return { ...policy, roles: Object.fromEntries(roles) as Policy["roles"] };
  }
  const rules = rulesOf(policy, kind).flatMap((rule) => (rule.id !== id ? [rule.body] : body === null ? [] : [body as object])); // prettier-ignore
  return { ...policy, [kind]: id === null ? [...rules, body] : rules } as Policy;
}
/** Rules that are another, new or gone. */
export function changesIn(before: Policy, after: Policy): { readonly kind: RuleKind; readonly id: string }[] {
  return ruleKinds.flatMap((kind) => {
    const [was, now] = [before, after].map((policy) => new Map(rulesOf(policy, kind).map(({ id, body }) => [id, JSON.stringify(body)]))) as [Map<string, string>, Map<string, string>]; // prettier-ignore
    return [...new Set([...was.keys(), ...now.keys()])].filter((id) => was.get(id) !== now.get(id)).map((id) => ({ kind, id })); // prettier-ignore
  });
}
