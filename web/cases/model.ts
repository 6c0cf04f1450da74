import { answersFor, type QueueRow } from "../../shared/cases/answers.ts";
import { clocksOf, isLate, nextClock, severities, type ServiceLevel } from "../../shared/cases/service.ts";
import { isOpen } from "../../shared/cases/waits.ts";
import type { RecordOf } from "../../shared/records/entities.ts";

/** What a list of cases shows: all of it stands in the address. */
export const whose = ["mine", "queues", "free"] as const;
export const stands = ["new", "open", "waiting", "done", "all"] as const;
export interface Filter {
  /** Undefined: anybody's. */
  readonly who?: (typeof whose)[number] | undefined;
  /** Undefined: all that are not solved. */
  readonly status?: (typeof stands)[number] | undefined;
  readonly severity?: (typeof severities)[number] | undefined;
  readonly region?: string | undefined;
  readonly late: boolean;
}
export type Search = Partial<Record<"who" | "status" | "severity" | "region" | "late", string | string[]>>;

const oneOf = <T extends string>(known: readonly T[], value: unknown): T | undefined => known.find((one) => one === value); // prettier-ignore
export const readFilter = (search: Search): Filter => ({
  who: oneOf(whose, search.who),
  status: oneOf(stands, search.status),
  severity: oneOf(severities, search.severity),
  region: typeof search.region === "string" ? search.region : undefined,
  late: search.late === "1",
});
export const isFiltered = ({ who, status, severity, region, late }: Filter): boolean =>
  late || [who, status, severity, region].some((one) => one !== undefined);

export type Case = RecordOf<"case">;
/** What a case is judged by besides itself. */
export interface Around {
  readonly me: { readonly member: string; readonly teams: readonly string[] };
  readonly queueOf: (name: string | null | undefined) => QueueRow | undefined;
  readonly levelOf: (region: string | null | undefined) => ServiceLevel;
  readonly accountOf: (row: Case) => { readonly region?: string | null; readonly owner?: string | null } | undefined;
}

export function passes(row: Case, filter: Filter, around: Around, now: number): boolean {
  const { who, status, severity, region, late } = filter;
  const { me, queueOf, accountOf } = around;
  if (status === undefined ? !isOpen(row.status) : !standsAs(row, status)) return false;
  if (severity !== undefined && row.severity !== severity) return false;
  const queue = queueOf(row.queue);
  if (who === "free" && row.owner) return false;
  if (who === "mine" && answersFor(row, queue, accountOf(row)?.owner) !== me.member) return false;
  if (who === "queues" && !(queue && (queue.steward === me.member || me.teams.includes(queue.team ?? ""))))
    return false;
  if (region !== undefined && accountOf(row)?.region !== region) return false;
  return !late || isLate(clocksOf(row, around.levelOf(accountOf(row)?.region), now));
}
const standsAs = (row: Case, status: (typeof stands)[number]): boolean =>
  status === "all" || (status === "done" ? !isOpen(row.status) : (row.status ?? "new") === status);

const [paused, done] = [9e15, 1e16];
/** What breaks first stands first; then what waits, the longest first; then what is solved, the latest first. */
export function orderOf(row: Case, level: ServiceLevel): number {
  if (!isOpen(row.status)) return done - (row.resolvedAt ?? row.createdAt);
  const start = row.openedAt ?? row.createdAt;
  return nextClock(clocksOf(row, level, start))?.clock.dueAt ?? Math.min(done - 1, paused + start / 1e4);
}
