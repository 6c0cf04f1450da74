import { escalationsOf, isOpen } from "../cases/waits.ts";
import { clocksOf, type ServiceLevel } from "../cases/service.ts";
import { lateAt, offerEnds } from "../handoffs/ends.ts";
import type { Assigned } from "../leads/assigned.ts";
import { dayMs, limits } from "../kernel/limits.ts";
import type { RecordOf } from "../records/entities.ts";

/**
 * What rules did on an account: each a line that says which rule, because of what, and until when. Made from what the
 * records themselves carry, as far as the viewer has it, so that it stands on a device offline and nobody learns more by
 * it than the record tells them. Pure.
 */
type RuleName = "assignment" | "escalation" | "service_level" | "silence" | "handing_over" | "approval";
export interface TraceLine {
  /** One line, one id: of the record that caused it, and which of its lines. */
  readonly id: string;
  readonly at: number;
  readonly rule: RuleName;
  readonly what: "assigned" | "sight" | "sight_ended" | "not_answered" | "not_solved" | "offer_late" | "offer_ended" | "sight_kept" | "carried_out";
  /** The record that set it off. */
  readonly cause: string;
  readonly by: string | null;
  readonly to: string | null;
  /** When what it gave ends by itself. */
  readonly until: number | null;
  /** Of a service level: its name. */
  readonly level?: string;
  /** Of a lead: the line that it carries. */
  readonly line?: Assigned;
} // prettier-ignore

interface Sources {
  /** Leads that a rule gave to somebody, by their lines. */
  readonly assigned: readonly (readonly [lead: string, line: Assigned])[];
  readonly cases: readonly RecordOf<"case">[];
  readonly handoffs: readonly RecordOf<"handoff">[];
  readonly approvals: readonly RecordOf<"approval">[];
  readonly level: ServiceLevel;
  /** Days for which who escalates lets somebody in, and who hands over reads on: as the policy says. */
  readonly escalationDays?: number | undefined;
  readonly senderDays?: number | undefined;
  readonly now: number;
}

export function traceOf({
  assigned,
  cases,
  handoffs,
  approvals,
  level,
  escalationDays,
  senderDays,
  now,
}: Sources): TraceLine[] {
  const lines: TraceLine[] = [];
  const put = (line: Omit<TraceLine, "id">): void => {
    if (line.at <= now) lines.push({ ...line, id: `${line.cause}:${line.what}:${line.at}` });
  };
  for (const [cause, line] of assigned)
    put({ rule: "assignment", what: "assigned", cause, at: line.at, by: line.keeper, to: line.to, until: null, line });
  for (const row of cases) {
    for (const { at, by, to, ended } of escalationsOf(row.escalations)) {
      const until = at + (escalationDays ?? limits.escalationShareDays) * dayMs;
      const line = { rule: "escalation", cause: row.id, by, to } as const;
      put({ ...line, at, what: "sight", until });
      put({ ...line, at: Math.min(ended ?? until, until), what: "sight_ended", until: null });
    }
    // Of a case that came with its end from elsewhere, nobody here kept watch.
    if (typeof row.slaMet === "boolean" && !isOpen(row.status)) continue;
    const { response, resolution } = clocksOf(row, level, now);
    const late = { rule: "service_level", cause: row.id, by: null, to: row.owner ?? null, until: null, level: level.name } as const; // prettier-ignore
    if (response.missedAt !== null) put({ ...late, at: response.missedAt, what: "not_answered" });
    if (resolution.missedAt !== null) put({ ...late, at: resolution.missedAt, what: "not_solved" });
  }
  for (const row of handoffs) {
    const { offeredAt, acceptedAt, state } = row;
    const from = { cause: row.id, by: row.fromMember ?? null, to: row.toMember ?? null, until: null };
    if (state === "offered" && typeof offeredAt === "number") {
      if (row.late) put({ ...from, to: row.late, at: lateAt(offeredAt), rule: "silence", what: "offer_late" });
      put({ ...from, at: offerEnds(offeredAt), rule: "silence", what: "offer_ended" });
    }
    if ((state === "accepted" || state === "done") && typeof acceptedAt === "number" && row.fromMember) {
      const until = acceptedAt + (senderDays ?? limits.senderKeepsDays) * dayMs;
      put({ ...from, at: acceptedAt, rule: "handing_over", what: "sight_kept", until });
    }
  }
  for (const row of approvals)
    if (row.state === "used" && typeof row.usedAt === "number")
      put({ cause: row.id, at: row.usedAt, rule: "approval", what: "carried_out", by: row.decidedBy ?? null, to: row.requester ?? null, until: null }); // prettier-ignore
  return lines.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
}
