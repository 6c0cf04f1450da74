import { bind, type Facts, type Place } from "./engine.ts";
import type { Policy } from "./rules.ts";

/** Members who can change the policy and say yes to another's change: without two of them nobody can mend anything. */
export function policyAdmins(policy: Policy, members: readonly Facts[], organisation: string): string[] {
  const place: Place = {
    anchor: { id: organisation, owner: null, team: null, region: null, restricted: false },
    accountTeam: [],
    shares: [],
  };
  // Rights that end by themselves keep nobody in office.
  const standing = members.map(({ grants: _lent, covers: _covered, ...facts }) => facts);
  return standing
    .filter((facts) => {
      const bound = bind(policy, facts);
      return (["edit_policy", "approve_policy"] as const).every(
        (action) => bound.decide(action, "member", "core", place, 0, null).allowed,
      );
    })
    .map((facts) => facts.member);
}
