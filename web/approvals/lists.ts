import { now, type Session } from "../shell/context.ts";
import { concernsMe, waitsForMe } from "./model.ts";

/** Approvals that I decide, and those that I asked for: live lists for Today. */
export function approvalLists({ data }: Session) {
  const deciding = data.list("approval", () => {
    const at = now();
    return { where: (row) => waitsForMe(row, data.me, at, data), sort: "expiresAt" };
  });
  const asked = data.list("approval", () => {
    const at = now();
    return { where: (row) => concernsMe(row, data.me, at), sort: "-createdAt" };
  });
  return { deciding, asked };
}
