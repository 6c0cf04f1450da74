/**
 * A log of incident events as cases with their handovers. A handover is a change of the assignment group between two
 * neighbouring events of a case, after events without a group were left out; it becomes a handoff of kind
 * `queue_to_queue`. A change of the assigned person becomes an activity. What the log counts stays on the case.
 */
import type { ImportRow } from "./import-plan.ts";
import { present, said } from "./values.ts";

type Cells = Readonly<Record<string, string>>;
const unknown = "?";
const known = (text: string | undefined): string | undefined => (text === unknown ? undefined : present(text));

/** `DD-MM-YYYY HH:MM`, day first, read as UTC. NaN for anything else, so that validation names the field. */
function incidentInstant(text: string | undefined): number | undefined {
  if (known(text) === undefined) return undefined;
  const match = /^(\d{2})-(\d{2})-(\d{4}) (\d{2}):(\d{2})$/.exec(text ?? "");
  if (!match) return Number.NaN;
  const [, day, month, year, hour, minute] = match;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
}

const severities: Readonly<Record<string, string>> = {
  "1 - Critical": "critical",
  "2 - High": "high",
  "3 - Moderate": "moderate",
  "4 - Low": "low",
};
const states: Readonly<Record<string, string>> = { New: "new", Active: "open", Resolved: "resolved", Closed: "closed" };

interface Event {
  readonly at: number;
  readonly cells: Cells;
}
interface Change {
  readonly from: string;
  readonly to: string;
  readonly fromAt: number;
  readonly toAt: number;
}

/** The changes of one column between neighbouring events in which it is known. */
function changes(events: readonly Event[], column: string): Change[] {
  const found: Change[] = [];
  let last: { value: string; at: number } | undefined;
  for (const { at, cells } of events) {
    const value = known(cells[column]);
    if (value === undefined) continue;
    if (last && last.value !== value) found.push({ from: last.value, to: value, fromAt: last.at, toAt: at });
    last = { value, at };
  }
  return found;
}

/** `anchorOf` says under which account a case is kept: the log itself knows no customers. */
export function incidentRows(
  events: Iterable<Cells>,
  anchorOf: (number: string, index: number) => string,
): ImportRow[] {
  const cases = new Map<string, Event[]>();
  for (const cells of events) {
    const number = cells["number"] ?? "";
    const log = cases.get(number) ?? [];
    log.push({ at: incidentInstant(cells["sys_updated_at"]) ?? Number.NaN, cells });
    cases.set(number, log);
  }
  return [...cases].flatMap(([number, log], index) =>
    // Equal times keep the order of the file: sorting is stable.
    caseRows(number, log.toSorted((a, b) => a.at - b.at), anchorOf(number, index)),
  ); // prettier-ignore
}

function caseRows(number: string, log: readonly Event[], anchor: string): ImportRow[] {
  const first = log[0];
  const last = log.at(-1);
  if (!first || !last) return [];
  const source = `incidents:case:${number}`;
  const groups = log.flatMap(({ cells }) => known(cells["assignment_group"]) ?? []);
  const people = log.flatMap(({ cells }) => known(cells["assigned_to"]) ?? []);
  const category = known(last.cells["category"]);
  const handovers = changes(log, "assignment_group");

  const record: ImportRow = {
    entity: "case",
    source,
    anchor,
    compartment: "service",
    fields: said({
      number,
      name: `${category ?? "Incident"} · ${number}`,
      status: states[last.cells["incident_state"] ?? ""] ?? "waiting",
      severity: severities[last.cells["priority"] ?? ""],
      category,
      queue: groups.at(-1),
      openedAt: incidentInstant(last.cells["opened_at"]),
      resolvedAt: incidentInstant(last.cells["resolved_at"]),
      slaMet: last.cells["made_sla"] === "TRUE",
      reopened: Number(last.cells["reopen_count"]),
      customShared: said({
        firstSeverity: severities[first.cells["priority"] ?? ""],
        firstEventAt: first.at,
        lastEventAt: last.at,
        events: log.length,
        eventsWithoutQueue: log.length - groups.length,
        eventsWithoutResolver: log.length - people.length,
        eventsByState: tally(log.map(({ cells }) => cells["incident_state"] ?? unknown)),
        eventsByDay: tally(log.map(({ at }) => new Date(at).toISOString().slice(0, 10))),
        resolver: people.at(-1),
        reassignmentsCounted: Number(last.cells["reassignment_count"]),
      }),
    }),
  };
  const handoffs = handovers.map(({ from, to, fromAt, toAt }, index): ImportRow => ({
    entity: "handoff",
    source: `incidents:handoff:${number}-${ordinal(index)}`,
    anchor,
    compartment: "handoff",
    fields: {
      name: `${number}: ${from} → ${to}`,
      handoffKind: "queue_to_queue",
      state: "accepted",
      fromQueue: from,
      toQueue: to,
      offeredAt: fromAt,
      acceptedAt: toAt,
      lagMs: toAt - fromAt,
    },
    refs: { about: source },
  }));
  const resolvers = changes(log, "assigned_to").map(({ from, to, fromAt, toAt }, index): ImportRow => ({
    entity: "activity",
    source: `incidents:activity:${number}-${ordinal(index)}`,
    anchor,
    compartment: "service",
    fields: {
      name: `${from} → ${to}`,
      activityKind: "other",
      at: toAt,
      durationMin: (toAt - fromAt) / 60_000,
      outcome: "resolver changed",
      customShared: { from, to },
    },
    refs: { about: source },
  }));
  return [record, ...handoffs, ...resolvers];
}

/** `New 2, Active 5`: custom values are short texts. */
function tally(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => `${value} ${count}`).join(", ");
}
/** Two digits, so that handovers of a case sort by their ids' sources. */
const ordinal = (index: number): string => String(index + 1).padStart(2, "0");
