import { addDays, dayIn } from "../../shared/kernel/clock.ts";
import { commentMutation } from "../notices/answer.ts";
import { h } from "../handoffs/words.ts";
import { day } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import type { DueRow, Mention } from "../notices/model.ts";
import type { Item, ItemOf } from "../notices/notices.ts";
import { now, type Session } from "../shell/context.ts";
import { complete, reschedule, taken } from "../tasks/act.ts";
import { toast } from "../ui/toast.tsx";
import { said } from "./words.ts";

/** One act of a row: by its button or its entry in the row's menu, and by its key. */
export interface Act {
  readonly key?: "x" | "s" | "a" | "e" | "l";
  readonly words: string;
  readonly run: () => void;
  /** Why it can't be done by this member: said instead of done. */
  readonly reason?: string | undefined;
}
const shortDay = (session: Session, value: string): string =>
  day(value, { locale: locale(), today: dayIn(now(), session.data.me.zone) });

/** Out of Today until a day, for me alone, on all my devices; with a way back. */
export async function putOff(session: Session, { kind, about }: Pick<Item, "kind" | "about">, until: string | null): Promise<void> {
  const { data } = session;
  const ask = { anchor: data.me.member, kind, about };
  if (!taken(await data.mutate("notice.snooze@1", { ...ask, until })) || until === null) return;
  toast({
    text: said("putOff", shortDay(session, until)),
    undo: () => void data.mutate("notice.snooze@1", { ...ask, until: null }),
  });
} // prettier-ignore
export function putOffActs(session: Session, item: Item, until: string | null, pick: () => void): readonly Act[] {
  if (until) return [{ key: "s", words: said("back"), run: () => void putOff(session, item, null) }];
  const today = dayIn(now(), session.data.me.zone);
  const days = [addDays(today, 1), addDays(today, 7)];
  return [
    ...days.map((one, index): Act => ({
      ...(index === 0 ? { key: "s" as const } : {}),
      words: said("later", index === 0 ? t("day.tomorrow") : t("day.nextWeek")),
      run: () => void putOff(session, item, one),
    })),
    { words: said("laterDay"), run: pick },
  ];
}

const mutationOf = { account: "account.edit@1", opportunity: "opportunity.edit@1" } as const;
/** What is due is done: a task is ticked; a next action leaves its record, which then has none. */
export async function finishDue(session: Session, row: DueRow): Promise<void> {
  const { data } = session;
  if (row.kind === "task") {
    const task = data.record("task", () => row.id)();
    if (task) await complete(session, task);
    return;
  }
  const name = mutationOf[row.kind];
  const before = {
    nextAction: row.title,
    nextActionDay: row.due.dueDay ?? null,
    nextActionZone: row.due.dueZone ?? null,
  };
  const set = { nextAction: null, nextActionDay: null, nextActionZone: null };
  if (taken(await data.mutate(name, { id: row.id, set })))
    toast({ text: said("nextDone"), undo: () => void data.mutate(name, { id: row.id, set: before }) });
}
export async function moveDue(session: Session, row: DueRow, to: string): Promise<void> {
  const { data } = session;
  const words = said("moved", shortDay(session, to));
  if (row.kind === "task") {
    const task = data.record("task", () => row.id)();
    if (task) await reschedule(session, task, to, words);
    return;
  }
  const name = mutationOf[row.kind];
  const before = { nextActionDay: row.due.dueDay ?? null, nextActionZone: row.due.dueZone ?? null };
  const set = { nextActionDay: to, nextActionZone: row.due.dueZone ?? data.me.zone };
  if (taken(await data.mutate(name, { id: row.id, set })))
    toast({ text: words, undo: () => void data.mutate(name, { id: row.id, set: before }) });
}

export async function acceptHandoff(session: Session, { row }: ItemOf<"handed">): Promise<void> {
  const ask = {
    id: row.id,
    account: row.anchor,
    about: row.about ?? row.anchor,
    from: row.fromMember,
    ...(row.toTeam ? { asked: row.toTeam } : {}),
  };
  if (taken(await session.data.mutate("handoff.accept@1", ask)))
    toast({ text: h(session.offline() ? "handoff.done.proposed" : "handoff.done.accepted") });
}
export async function returnHandoff(session: Session, { row }: ItemOf<"handed">, reason: string): Promise<boolean> {
  const done = taken(await session.data.mutate("handoff.return@1", { id: row.id, account: row.anchor, reason }));
  if (done) toast({ text: h("handoff.done.returned") });
  return done;
}
export async function answerMention(session: Session, row: Mention, body: string): Promise<boolean> {
  const { name, args } = commentMutation(session, row, body);
  const done = taken(await session.data.mutate(name, args));
  if (done) toast({ text: said("answered") });
  return done;
}
/** Whoever was told knows it now; until it moves on again. */
export async function seen({ data }: Session, { row }: ItemOf<"moved">): Promise<void> {
  const mark = (gone: number | null) =>
    data.mutate("notice.mark@1", { anchor: data.me.member, marks: [{ kind: "moved", about: row.id, gone }] });
  if (taken(await mark(Date.now()))) toast({ text: said("seenDone"), undo: () => void mark(null) });
}
/** What was left out stays so. */
export async function waveOff({ data }: Session, { row }: ItemOf<"finish">): Promise<void> {
  const before = row.left ?? [];
  if (taken(await data.mutate("activity.edit@1", { id: row.id, set: { left: [] } })))
    toast({ text: said("wavedOff"), undo: () => void data.mutate("activity.edit@1", { id: row.id, set: { left: before } }) }); // prettier-ignore
}
