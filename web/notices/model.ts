import { addDays, dayIn, daysBetween } from "../../shared/kernel/clock.ts";
import { limits } from "../../shared/kernel/limits.ts";
import type { RecordOf } from "../../shared/records/entities.ts";
import { dueFrom, dueOrder, type Due } from "../../shared/tasks/due.ts";
import type { NoticeKind } from "../../shared/notices/kinds.ts";

type Task = RecordOf<"task">;
type Account = RecordOf<"account">;
type Opportunity = RecordOf<"opportunity">;

/** One row of Today that is due: a task, or the next action of an account or an opportunity. */
export interface DueRow {
  readonly kind: "task" | "account" | "opportunity";
  readonly id: string;
  readonly anchor: string;
  readonly title: string;
  readonly due: Due;
  readonly order: string;
}
const nextOf = (row: Account | Opportunity): Due => ({
  dueDay: row.nextActionDay ?? null,
  dueMin: null,
  dueZone: row.nextActionZone ?? null,
});

/** What is due, the earliest first: by day here, those with a time before those without. */
export function dueRows(
  from: {
    readonly tasks: readonly Task[];
    readonly accounts: readonly Account[];
    readonly opportunities: readonly Opportunity[];
  },
  zone: string,
): readonly DueRow[] {
  const row = (kind: DueRow["kind"], { id, anchor }: Task | Account | Opportunity, title: string, due: Due): DueRow => ({
    kind, id, anchor, title, due, order: `${dueOrder(due, zone)} ${title} ${id}`,
  }); // prettier-ignore
  return [
    ...from.tasks.map((task) => row("task", task, task.name ?? "", task)),
    ...from.accounts.map((account) => row("account", account, account.nextAction ?? "", nextOf(account))),
    ...from.opportunities.map((one) => row("opportunity", one, one.nextAction ?? "", nextOf(one))),
  ].sort((a, b) => (a.order < b.order ? -1 : 1));
}
/** Of what is due, that which has come: its day is here, or it reminds already. */
export const hasCome = (row: DueRow, task: Task | undefined, zone: string, now: number): boolean =>
  dueFrom(task ?? row.due, zone) <= now;

/** How long ago a record's close date went by. */
export const daysPast = (row: Pick<Opportunity, "closeDay">, today: string): number =>
  row.closeDay ? Math.max(0, daysBetween(row.closeDay, today)) : 0;

/** Whether words name a member: by name or handle after an @, not as a part of a longer word. */
export function mentions(body: string | null | undefined, names: readonly string[]): boolean {
  const text = (body ?? "").toLocaleLowerCase();
  return names.some((name) => {
    const word = `@${name.toLocaleLowerCase()}`;
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
      const [before, after] = [text[at - 1] ?? " ", text[at + word.length] ?? " "];
      // Chinese is written without spaces: a name ends where it ends.
      const goesOn = /\p{Script=Han}/u.test(name.at(-1) ?? "") ? /[@]/u : /[\p{L}\p{N}_]/u;
      const isMail = /[\p{L}\p{N}]/u.test(before) && !/\p{Script=Han}/u.test(before);
      if (!isMail && !goesOn.test(after)) return true;
    }
    return false;
  });
}

/** A comment that names me, with the thread or record that it belongs to. */
export interface Mention {
  readonly about: string;
  readonly at: number;
  readonly comment: RecordOf<"comment"> | RecordOf<"section_comment">;
}
type Words = RecordOf<"comment"> | RecordOf<"section_comment">;
const isOfSection = (row: Words): row is RecordOf<"section_comment"> => row.id.includes("_sco_");
const threadOf = (row: Words): string => (isOfSection(row) ? (row.parent ?? row.id) : (row.about ?? row.anchor));
const atOf = (row: Words): number => row.at ?? row.createdAt;

/** Those that name me and that I have not answered since; a thread that is settled asks for nothing. */
export function mentionsOf(
  comments: readonly Words[],
  me: { readonly member: string; readonly names: readonly string[] },
  now: number,
): readonly Mention[] {
  const answered = new Map<string, number>();
  const settled = new Set<string>();
  for (const row of comments) {
    const thread = threadOf(row);
    if (row.createdBy === me.member) answered.set(thread, Math.max(answered.get(thread) ?? 0, atOf(row)));
    if (isOfSection(row) && row.resolvedAt) settled.add(row.id);
  }
  return comments.flatMap((row) => {
    const about = threadOf(row);
    const isNew = now - atOf(row) <= limits.noticeWindowMs && atOf(row) > (answered.get(about) ?? 0);
    if (row.createdBy === me.member || !isNew || settled.has(about) || !mentions(row.body, me.names)) return [];
    return [{ about, at: atOf(row), comment: row }];
  });
}

/** Looked at, and not reminded since: a yes that waits is told once more a while before it ends, and then no more. */
export const wasLookedAt = (openedAt: number | null | undefined, remindsAt: number | null, now: number): boolean =>
  typeof openedAt === "number" && !(remindsAt !== null && remindsAt <= now && openedAt < remindsAt);

/** What is put off by its member, by kind and record, until which day. */
export const keyOf = (kind: NoticeKind, about: string): string => `${kind} ${about}`;
export const isPutOff = (kept: Pick<RecordOf<"notice">, "snoozeDay"> | undefined, today: string): boolean =>
  (kept?.snoozeDay ?? "") > today;

/** What was left out and still may be filled in: of what was logged lately, of a meeting once it is over. */
export function isUnfinished(row: RecordOf<"activity">, now: number): boolean {
  const left = row.left ?? [];
  const at = row.at ?? row.createdAt;
  return left.length > 0 && at <= now && now - Math.max(at, row.createdAt) <= limits.finishDays * 86_400_000;
}
/** A meeting of the days ahead; one of today also while it lasts. */
export const isMeeting = (row: RecordOf<"activity">, now: number, zone: string): boolean => {
  const at = row.at ?? 0;
  const lasts = (row.durationMin ?? 30) * 60_000;
  return at + lasts > now && dayIn(at, zone) <= addDays(dayIn(now, zone), 7) && (row.left ?? []).includes("outcome");
};
