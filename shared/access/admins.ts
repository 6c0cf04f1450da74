import { maskOf } from "../records/groups.ts";
import type { Row } from "../records/entities.ts";
import { emptyFields } from "../records/generic.ts";
import { bind, type Bound, type Facts, type Place } from "./engine.ts";
import type { Policy } from "./rules.ts";

/** The recipe by which who asks about rights, and who is asked, see the question. */
export const rightsRecipe = "sh.rights";

/**
 * Members who can change the policy and say yes to another's change: without two of them nobody can mend anything. A yes
 * is an approval that is seen and decided, so both are tried; a policy that only takes can take those too.
 */
export function policyAdmins(policy: Policy, members: readonly Facts[], organisation: string): string[] {
  // Rights that end by themselves keep nobody in office.
  const standing = members.map(({ grants: _lent, covers: _covered, ...facts }) => facts);
  return standing
    .filter((facts) => {
      const bound = bind(policy, facts);
      return (
        (["edit_policy", "approve_policy"] as const).every(
          (action) => bound.decide(action, "member", "core", placeOf(organisation), 0, null).allowed,
        ) && [facts.base, ...facts.duties].some((role) => agrees(bound, organisation, role))
      );
    })
    .map((facts) => facts.member);
}

const placeOf = (organisation: string, shares: Place["shares"] = []): Place => ({
  anchor: { id: organisation, owner: null, team: null, region: null, restricted: false },
  accountTeam: [],
  shares,
});

/** Whether a change of the policy that somebody else asked of this role could be seen and agreed to. */
function agrees(bound: Bound, organisation: string, role: string): boolean {
  const share = {
    id: "", anchor: organisation, compartment: "core", record: "question", recipe: rightsRecipe,
    groups: maskOf(["identity", "shared"]), from: null, until: null,
  }; // prettier-ignore
  const place = placeOf(organisation, [share]);
  const row: Row = {
    ...emptyFields("approval"), id: share.record, anchor: organisation, compartment: "core", createdAt: 0, createdBy: "other",
    approvalKind: "policy", asked: role, state: "open", requester: "other",
  }; // prettier-ignore
  const [before, after] = [row, { ...row, state: "used" }].map((state) => ({ compartment: "core", place, row: state }));
  const changed = ["state", "note", "decidedBy", "decidedAt", "expiresAt"];
  return !!before && !!after && bound.decideWrite("approve_policy", "approval", before, after, changed, 0).allowed;
}
