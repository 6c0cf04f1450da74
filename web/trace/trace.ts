import { createMemo, type Accessor } from "solid-js";
import { linesOf } from "../../shared/leads/assigned.ts";
import { traceOf, type TraceLine } from "../../shared/reporting/trace.ts";
import { service } from "../cases/around.ts";
import { now, useSession } from "../shell/context.ts";

/** What rules did on an account, from what this device holds of it. */
export function accountTrace(account: Accessor<string>): Accessor<readonly TraceLine[]> {
  const { data } = useSession();
  const terms = service();
  const place = data.record("account", account);
  const leads = data.list("lead", () => ({ anchor: account(), where: (row) => Boolean(row.assigned) }));
  const cases = data.list("case", () => ({ anchor: account() }));
  const handoffs = data.list("handoff", () => ({ anchor: account() }));
  const approvals = data.list("approval", () => ({ anchor: account() }));
  const days = (act: string): number | undefined => data.gives(act).find(({ maxDays }) => maxDays !== undefined)?.maxDays; // prettier-ignore
  return createMemo(() =>
    traceOf({
      assigned: linesOf(leads()),
      cases: cases(),
      handoffs: handoffs(),
      approvals: approvals(),
      level: terms().levelOf(place()?.region),
      escalationDays: days("case.escalate"),
      senderDays: days("handoff.accept"),
      now: now(),
    }),
  );
}
