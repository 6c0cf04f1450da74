import { allowedBy } from "../approvals/allowed.ts";
import { approvalMutations } from "../approvals/mutations.ts";
import { deescalateCase, escalateCase, reopenCase, resolveCase } from "../cases/mutations.ts";
import { withBrief } from "../handoffs/brief.ts";
import { acceptHandoff, offerHandoff, returnHandoff, withdrawHandoff } from "../handoffs/mutations.ts";
import { advanceOpportunity } from "../pipeline/advance.ts";
import { reassignAccount, restrictAccount } from "../records/account.ts";
import { wholeEntities } from "../records/entities.ts";
import { createMutation, editMutation, removeMutation, restoreMutation } from "../records/generic.ts";
import { assignDuties, setMemberEmail, setMemberFacts } from "../records/member.ts";
import type { Mutation } from "../records/mutation.ts";
import { sectionCommentMutations } from "../sections/comments.ts";
import { raiseSchema } from "../sections/raise.ts";
import { tightenSection } from "../sections/tighten.ts";
import { assignOpportunity, assignTask } from "../shares/assign.ts";
import { addComment } from "../shares/comment.ts";
import { endShare, shareAccount, shareRecord } from "../shares/share.ts";
import { completeTask } from "../tasks/complete.ts";
import { skip } from "./skip.ts";

/** All mutations there are, by name and version. Nothing else changes data. */
const all: readonly Mutation[] = [
  // An approval is asked for, decided and used; nobody makes or edits one.
  ...wholeEntities
    .filter((name) => name !== "approval")
    .flatMap((name) => [
      name === "handoff" ? withBrief(createMutation(name)) : createMutation(name),
      allowedBy(editMutation(name)),
      allowedBy(removeMutation(name)),
      restoreMutation(name),
    ]),
  ...approvalMutations,
  reassignAccount,
  restrictAccount,
  setMemberFacts,
  setMemberEmail,
  assignDuties,
  allowedBy(advanceOpportunity),
  completeTask,
  assignTask,
  assignOpportunity,
  offerHandoff,
  acceptHandoff,
  returnHandoff,
  withdrawHandoff,
  escalateCase,
  deescalateCase,
  resolveCase,
  reopenCase,
  shareRecord,
  shareAccount,
  endShare,
  addComment,
  ...sectionCommentMutations,
  raiseSchema,
  tightenSection,
  skip,
];
export const mutations: ReadonlyMap<string, Mutation> = new Map(all.map((mutation) => [mutation.name, mutation]));
