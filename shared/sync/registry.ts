import { allowedBy } from "../approvals/allowed.ts";
import { approvalMutations } from "../approvals/mutations.ts";
import { advanceOpportunity } from "../pipeline/advance.ts";
import { reassignAccount, restrictAccount } from "../records/account.ts";
import { entityNames } from "../records/entities.ts";
import { createMutation, editMutation, removeMutation, restoreMutation } from "../records/generic.ts";
import { assignDuties, setMemberFacts } from "../records/member.ts";
import type { Mutation } from "../records/mutation.ts";
import { completeTask } from "../tasks/complete.ts";

/** All mutations there are, by name and version. Nothing else changes data. */
const all: readonly Mutation[] = [
  // An approval is asked for, decided and used; nobody makes or edits one.
  ...entityNames
    .filter((name) => name !== "approval")
    .flatMap((name) => [
      createMutation(name),
      allowedBy(editMutation(name)),
      allowedBy(removeMutation(name)),
      restoreMutation(name),
    ]),
  ...approvalMutations,
  reassignAccount,
  restrictAccount,
  setMemberFacts,
  assignDuties,
  allowedBy(advanceOpportunity),
  completeTask,
];
export const mutations: ReadonlyMap<string, Mutation> = new Map(all.map((mutation) => [mutation.name, mutation]));
