import type { approvalsEn } from "../en/approvals.ts";
import type { Words } from "../part.ts";

export const approvalsZh: Words<typeof approvalsEn> = {
  ends: (when) => `有效至 ${when}`,
  since: (when) => `提出于 ${when}`,
  limitUp: "达到即需批准",
  limitBelow: "低于即需批准",
};
