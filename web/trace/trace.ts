import { createMemo, type Accessor } from "solid-js";
import { traceOf, type TraceLine } from "../../shared/reporting/trace.ts";
import { service } from "../cases/around.ts";
import { day, dayIn } from "../i18n/format.ts";
import { dictionary, locale, roleName } from "../i18n/i18n.ts";
import { now, useSession, type Session } from "../shell/context.ts";
import { nameOf } from "../shell/name-of.ts";
import { traceWords } from "./words.ts";

/** What rules did on an account, from what this device holds of it. */
export function accountTrace(account: Accessor<string>): Accessor<readonly TraceLine[]> {
  const { data } = useSession();
  const terms = service();
  const place = data.record("account", account);
  const cases = data.list("case", () => ({ anchor: account() }));
  const handoffs = data.list("handoff", () => ({ anchor: account() }));
  const approvals = data.list("approval", () => ({ anchor: account() }));
  const days = (act: string): number | undefined => data.gives(act).find(({ maxDays }) => maxDays !== undefined)?.maxDays; // prettier-ignore
  return createMemo(() =>
    traceOf({
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

/** The words of one line, in the language of now. */
export function lineWords(session: Session, line: TraceLine): { readonly text: string; readonly rule: string } {
  const { data } = session;
  return traceWords(line, dictionary(), {
    member: (id) => session.memberName(id) || null,
    record: (id) => {
      const number = data.record("case", () => id)()?.number;
      const approval = data.record("approval", () => id)()?.name;
      return number ?? approval ?? (nameOf(data, id) || null);
    },
    day: (at) => day(dayIn(at, data.me.zone), { locale: locale(), today: dayIn(now(), data.me.zone) }),
    role: roleName,
  });
}
