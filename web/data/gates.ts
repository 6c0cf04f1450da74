/**
 * Gates as far as this device can tell: the same code as the edge's, over what is held here. What is not here lets the
 * act go, and the edge decides.
 */
import { judge, type Drafted } from "../../shared/approvals/gates.ts";
import type { Bound, Place } from "../../shared/access/engine.ts";
import type { Result } from "../../shared/kernel/result.ts";
import { entityOfId, isPersonal, type Row } from "../../shared/records/entities.ts";
import type { Made, Replica } from "./replica.ts";

const textOrNull = (value: Row[string]): string | null => (typeof value === "string" ? value : null);
const numberOrNull = (value: Row[string]): number | null => (typeof value === "number" ? value : null);

/** How this member stands to an anchor, as far as it is known here: shares are the edge's to count. */
/** `made`: an account that is not there yet stands for itself. */
export function placeHere(replica: Replica, anchor: string, member: string, made?: Row): Place {
  const account = replica.record(anchor) ?? (made?.id === anchor ? made : undefined);
  return {
    anchor: {
      id: anchor,
      owner: isPersonal(anchor) ? anchor : textOrNull(account?.["owner"]),
      team: textOrNull(account?.["team"]),
      region: textOrNull(account?.["region"]),
      restricted: account?.["restricted"] === true,
    },
    accountTeam: [...replica.records("account_team", anchor)]
      .filter((row) => row["member"] === member)
      .map((row) => ({ from: numberOrNull(row["from"]), until: numberOrNull(row["until"]) })),
    shares: [],
  };
}

export function judgeHere(bound: Bound, replica: Replica, made: Made): Result<void> {
  const drafts = made.changes.flatMap((change): Drafted[] => {
    const entity = entityOfId(change.id);
    const before = made.before(change.id) ?? null;
    const after = made.record(change.id) ?? null;
    const row = after ?? before;
    if (!entity || !row) return [];
    const op = !after ? "delete" : before ? "edit" : "create";
    return [{ op, entity, id: change.id, before, after: row, named: Object.keys(change.after) }];
  });
  return judge(drafts, {
    bound,
    mutation: made.name,
    now: made.now,
    edge: false,
    place: (anchor) => placeHere(replica, anchor, bound.member),
    whole: (id) => made.record(id),
    reads: made.reads,
  });
}
