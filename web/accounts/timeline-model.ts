import type { RecordOf } from "../../shared/records/entities.ts";
import { addDays, dayIn } from "../i18n/format.ts";

/** One who wrote in a note, on one day; `line`: how it begins now. */
export interface Wrote {
  readonly section: string;
  readonly title: string;
  readonly by: string;
  readonly at: number;
  readonly line: string;
}
/** What happened around an account; `record`: what was shared of it, null for all. */
export interface Happening {
  readonly what: "shared" | "share_ended" | "grant_ended" | "imported";
  readonly at: number;
  readonly by: string | null;
  readonly to?: string;
  readonly record?: string | null;
  readonly until?: number | null;
  readonly count?: number;
}
export interface Past {
  readonly wrote: readonly Wrote[];
  readonly around: readonly { readonly id: string; readonly at: number; readonly text: string }[];
}
export const filters = ["all", "touches", "tasks", "comments", "notes", "rules", "access"] as const;
export type Filter = (typeof filters)[number];

export interface Entry {
  readonly id: string;
  readonly kind: "activity" | "task" | "comment" | "rule" | "note" | "access";
  readonly at: number;
  readonly title: string;
  readonly body: string | null;
  readonly who: string | null;
  readonly activityKind?: RecordOf<"activity">["activityKind"];
  readonly outcome?: string | null;
  readonly minutes?: number | null;
  readonly done?: boolean;
  readonly due?: string;
  /** The note that was written in. */
  readonly section?: string;
  /** The case of which sales should know. */
  readonly told?: string;
}
interface Sources {
  readonly activities: readonly RecordOf<"activity">[];
  readonly tasks: readonly RecordOf<"task">[];
  readonly comments: readonly RecordOf<"comment">[];
  /** What rules did, in words. */
  readonly rules?: readonly {
    readonly id: string;
    readonly at: number;
    readonly text: string;
    readonly rule: string;
  }[];
  readonly wrote?: readonly Wrote[];
  /** What happened around it, in words. */
  readonly around?: readonly { readonly id: string; readonly at: number; readonly text: string }[];
  /** By whose clock days are told apart. */
  readonly zone?: string;
}

const instantOf = (day: string): number => Date.parse(`${day}T12:00:00Z`);

/** One line of events out of three kinds of records, newest first; open tasks stand at their due day. */
export function timeline(from: Sources, filter: Filter): readonly Entry[] {
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
        ...(row.customShared?.["told"] && row.about ? { told: row.about } : {}),
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
      // Of one that comes again, each day that was done.
      for (const day of row.doneDays ?? [])
        entries.push({
          id: row.id,
          kind: "task",
          at: instantOf(day),
          title: row.name ?? "",
          body: null,
          who: row.owner ?? null,
          done: true,
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
  if (filter === "all" || filter === "rules")
    for (const { id, at, text, rule } of from.rules ?? [])
      entries.push({ id, kind: "rule", at, title: text, body: null, who: null, outcome: rule });
  if (filter === "all" || filter === "notes") {
    // One line for a note, a writer and a day, however often they came back to it.
    const seen = new Set<string>();
    for (const { section, title, by, at, line } of [...(from.wrote ?? [])].sort((a, b) => b.at - a.at)) {
      const id = `${section}:${by}:${dayIn(at, from.zone ?? "UTC")}`;
      if (seen.has(id)) continue;
      seen.add(id);
      entries.push({ id, kind: "note", at, title, body: line && line !== title ? line : null, who: by, section });
    }
  }
  if (filter === "all" || filter === "access")
    for (const { id, at, text } of from.around ?? [])
      entries.push({ id, kind: "access", at, title: text, body: null, who: null });
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
