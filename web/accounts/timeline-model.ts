import type { RecordOf } from "../../shared/records/entities.ts";
import { addDays, dayIn } from "../i18n/format.ts";

export interface Entry {
  readonly id: string;
  readonly kind: "activity" | "task" | "comment";
  readonly at: number;
  readonly title: string;
  readonly body: string | null;
  readonly who: string | null;
  readonly activityKind?: RecordOf<"activity">["activityKind"];
  readonly outcome?: string | null;
  readonly minutes?: number | null;
  readonly done?: boolean;
  readonly due?: string;
}
interface Sources {
  readonly activities: readonly RecordOf<"activity">[];
  readonly tasks: readonly RecordOf<"task">[];
  readonly comments: readonly RecordOf<"comment">[];
}

const instantOf = (day: string): number => Date.parse(`${day}T12:00:00Z`);

/** One line of events out of three kinds of records, newest first; open tasks stand at their due day. */
export function timeline(from: Sources, filter: "all" | "touches" | "tasks" | "comments"): readonly Entry[] {
  const entries: Entry[] = [];
  if (filter === "all" || filter === "touches") {
    for (const row of from.activities) {
      const body = row.body?.trim() || null;
      entries.push({
        id: row.id,
        kind: "activity",
        at: row.at ?? row.createdAt,
        title: row.name ?? "",
        body: body === row.name ? null : body,
        who: row.owner ?? row.createdBy,
        activityKind: row.activityKind ?? null,
        outcome: row.outcome ?? null,
        minutes: row.durationMin ?? null,
      });
    }
  }
  if (filter === "all" || filter === "tasks") {
    for (const row of from.tasks) {
      entries.push({
        id: row.id,
        kind: "task",
        at: row.done
          ? (row.doneAt ?? (row.dueDay ? instantOf(row.dueDay) : row.createdAt))
          : row.dueDay
            ? instantOf(row.dueDay)
            : row.createdAt,
        title: row.name ?? "",
        body: row.description?.trim() || null,
        who: row.owner ?? null,
        done: row.done ?? false,
        ...(row.dueDay ? { due: row.dueDay } : {}),
      });
    }
  }
  if (filter === "all" || filter === "comments") {
    for (const row of from.comments)
      entries.push({
        id: row.id,
        kind: "comment",
        at: row.at ?? row.createdAt,
        title: row.body ?? "",
        body: row.quote ?? null,
        who: row.createdBy,
      });
  }
  return entries.sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
}

export interface Group {
  readonly key: string; // ahead, today, yesterday, or a month
  readonly entries: readonly Entry[];
}
/** Cut into what is ahead, the last two days, and months. */
export function groups(entries: readonly Entry[], today: string, zone: string): readonly Group[] {
  const found = new Map<string, Entry[]>();
  const yesterday = addDays(today, -1);
  for (const entry of entries) {
    const on = entry.kind === "task" && entry.due && !entry.done ? entry.due : dayIn(entry.at, zone);
    const key = on > today ? "ahead" : on === today ? "today" : on === yesterday ? "yesterday" : on.slice(0, 7);
    const held = found.get(key);
    if (held) held.push(entry);
    else found.set(key, [entry]);
  }
  return [...found].map(([key, list]) => ({ key, entries: list }));
}
