import { allowedBy } from "../approvals/allowed.ts";
import { approvalMutations } from "../approvals/mutations.ts";
import { caseMutations, opening } from "../cases/mutations.ts";
import { duplicateMutations } from "../duplicates/mutations.ts";
import { withBrief } from "../handoffs/brief.ts";
import { fileMutations } from "../files/mutations.ts";
import { handoffMutations } from "../handoffs/mutations.ts";
import { leadMutations } from "../leads/mutations.ts";
import { advanceOpportunity } from "../pipeline/advance.ts";
import { withCloseMoves } from "../pipeline/close.ts";
import { createPriced, priceOpportunity, withLines } from "../pipeline/lines.ts";
import { viewMutations } from "../lists/views.ts";
import { reassignAccount, restrictAccount } from "../records/account.ts";
import { personal, wholeEntities } from "../records/entities.ts";
import { createMutation, editMutation, removeMutation, restoreMutation } from "../records/generic.ts";
import { assignDuties, setMemberEmail, setMemberFacts } from "../records/member.ts";
import type { Mutation } from "../records/mutation.ts";
import { sectionCommentMutations } from "../sections/comments.ts";
import { addTask } from "../sections/add-task.ts";
import { raiseSchema } from "../sections/raise.ts";
import { tightenSection } from "../sections/tighten.ts";
import { assignLead, assignOpportunity, assignTask } from "../shares/assign.ts";
import { noticeMutations } from "../notices/mutations.ts";
import { addComment } from "../shares/comment.ts";
import { endShare, shareAccount, shareRecord } from "../shares/share.ts";
import { checkItem } from "../tasks/checklist.ts";
import { completeTask } from "../tasks/complete.ts";
import { skip } from "./skip.ts";

/** All mutations there are, by name and version. Nothing else changes data. */
const all: readonly Mutation[] = [
  // An approval is asked for, decided and used; nobody makes or edits one, nor what is a member's own.
  ...wholeEntities
    .filter((name) => name !== "approval" && !personal.has(name))
    .flatMap((name) => [
      ...(name === "view"
        ? viewMutations
        : name === "file"
          ? fileMutations
          : [
              name === "handoff"
                ? withBrief(createMutation(name))
                : name === "case"
                  ? opening(createMutation(name))
                  : name === "opportunity"
                    ? createPriced(createMutation(name))
                    : createMutation(name),
              allowedBy(name === "opportunity" ? withCloseMoves(withLines(editMutation(name))) : editMutation(name)),
            ]),
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
  priceOpportunity,
  ...leadMutations,
  ...duplicateMutations,
  completeTask,
  checkItem,
  ...noticeMutations,
  assignTask,
  assignOpportunity,
  ...handoffMutations,
  assignLead,
  ...caseMutations,
  shareRecord,
  shareAccount,
  endShare,
  addComment,
  ...sectionCommentMutations,
  addTask,
  raiseSchema,
  tightenSection,
  skip,
];
export const mutations: ReadonlyMap<string, Mutation> = new Map(all.map((mutation) => [mutation.name, mutation]));
