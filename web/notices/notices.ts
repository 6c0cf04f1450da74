import {
  createEffect,
  createMemo,
  createRoot,
  createSignal,
  getOwner,
  runWithOwner,
  untrack,
  type Accessor,
} from "solid-js";
import { addDays, dayIn } from "../../shared/kernel/clock.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { handoffWaits } from "../../shared/handoffs/ends.ts";
import { modeOf, noticeKinds, preferenceId, type NoticeKind, type NoticeMode } from "../../shared/notices/kinds.ts";
import { isQuiet, merged } from "../../shared/notices/quiet.ts";
import { isTold } from "../../shared/pipeline/told.ts";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { dueDayIn } from "../../shared/tasks/due.ts";
import { approvalLists } from "../approvals/lists.ts";
import { remindsAt } from "../approvals/model.ts";
import { now, type Session } from "../shell/context.ts";
import { showsFirst } from "../shell/shows-first.ts";
import { staleOnes, touchedAt, type Stale } from "../today/stale.ts";
import type { MentionedIn } from "./in-notes.ts";
import { daysPast, dueRows, hasCome, isMeeting, isPutOff, isUnfinished, keyOf, mentionsOf, wasLookedAt, type DueRow, type Mention } from "./model.ts"; // prettier-ignore

const aheadDays = 7;
/** So many of a kind are read before the rest at the next start. */
const firstOfKind = 20;

/** One thing that waits for its member, by kind; `at` orders the newest first. */
export type Item = { readonly about: string; readonly anchor: string; readonly at: number } & (
  | { readonly kind: "asked"; readonly row: RecordOf<"approval"> }
  | { readonly kind: "handed"; readonly row: RecordOf<"handoff"> }
  | { readonly kind: "mention"; readonly row: (Mention & { readonly count: number }) | MentionedIn }
  | { readonly kind: "due"; readonly row: DueRow }
  | { readonly kind: "stale"; readonly row: Stale | { readonly opportunity: RecordOf<"opportunity">; readonly days: number } }
  | { readonly kind: "finish"; readonly row: RecordOf<"activity"> }
  | { readonly kind: "moved"; readonly row: RecordOf<"opportunity"> }
); // prettier-ignore
export type ItemOf<K extends NoticeKind> = Item & { readonly kind: K };

export interface Notices {
  /** All that waits, put off or not; in the order of Today within each kind. */
  readonly all: Accessor<readonly Item[]>;
  readonly of: <K extends NoticeKind>(kind: K) => readonly ItemOf<K>[];
  /** How many of Today's rows are put off. */
  readonly putOff: Accessor<number>;
  /** How many would stand there, had their member not turned their kind off. */
  readonly turnedOff: Accessor<number>;
  readonly showPutOff: Accessor<boolean>;
  readonly setShowPutOff: (show: boolean) => void;
  readonly untilDay: (item: Pick<Item, "kind" | "about">) => string | null;
  readonly asked: Accessor<readonly RecordOf<"approval">[]>;
  readonly meetings: Accessor<readonly RecordOf<"activity">[]>;
  readonly accounts: Accessor<readonly RecordOf<"account">[]>;
  readonly kept: Accessor<readonly RecordOf<"notice">[]>;
  readonly preference: Accessor<RecordOf<"preference"> | undefined>;
  readonly mode: (kind: NoticeKind) => NoticeMode;
  /** What the bell tells: of kinds that are told at once, what has come and is not put off. */
  readonly told: Accessor<readonly Item[]>;
  /** How many of them were not looked at yet; none in quiet hours. */
  readonly fresh: Accessor<number>;
  readonly isQuiet: Accessor<boolean>;
  /** Whether this member's policy lets them keep what became of notices. */
  readonly mayKeep: () => boolean;
}

/** A mention in a comment: it is answered. One in a note is read. */
export const isComment = (row: ItemOf<"mention">["row"]): row is Mention & { readonly count: number } =>
  "comment" in row;

const remindOf = (item: Item): number | null => (item.kind === "asked" ? remindsAt(item.row) : null);

const made = new WeakMap<Session, Notices>();
/** Worked out once a session, for the bell and for Today. Lives as long as the page. */
export function noticesOf(session: Session): Notices {
  const known = made.get(session);
  if (known) return known;
  const notices = createRoot(() => make(session));
  made.set(session, notices);
  return notices;
}

function make(session: Session): Notices {
  const { data } = session;
  const me = data.me.member;
  const zone = data.me.zone;
  const today = createMemo(() => dayIn(now(), zone));
  const own = data.record("member", () => me);
  const names = createMemo(() => [own()?.name, data.me.name, own()?.handle].filter((name): name is string => !!name));
  const kept = data.list("notice", () => ({ anchor: me }));
  const byKey = createMemo(
    () => new Map(kept().map((row) => [keyOf(row.noticeKind as NoticeKind, row.about ?? ""), row])),
  );
  const preference = data.record("preference", () => preferenceId(me));
  const mode = (kind: NoticeKind) => modeOf(kind, preference()?.modes);

  const { deciding, asked } = approvalLists(session);
  const handoffs = data.list("handoff", () => {
    const at = now();
    return { where: (row) => handoffWaits(row, data.me, at), sort: "offeredAt" };
  });
  const sectionComments = data.list("section_comment", () => ({ where: (row) => row.body !== null }));
  const comments = data.list("comment", () => ({}));
  const mentioned = createMemo(() => {
    const found = merged(mentionsOf([...comments(), ...sectionComments()], { member: me, names: names() }, now()));
    return found.filter((one, at) => found.findIndex(({ about }) => about === one.about) === at); // the newest of each
  });
  // What notes say only the edge knows: it is asked when the copy is in, and nothing waits for it.
  const [isUnasked, setIsUnasked] = createSignal(true);
  const [inNotes, setInNotes] = createSignal<Accessor<readonly MentionedIn[]>>(() => []);
  const owner = getOwner();
  createEffect(() => {
    if (!data.whole() || !untrack(isUnasked)) return;
    setIsUnasked(false);
    void import("./in-notes.ts").then(({ onlineMentions }) =>
      runWithOwner(owner, () => setInNotes(() => onlineMentions(data, () => !session.offline()))),
    );
  });
  const accounts = data.list("account", () => ({ where: (row) => row.owner === me, sort: "name" }));
  const tasks = data.list("task", () => {
    const last = addDays(today(), aheadDays);
    return {
      where: (row, look) =>
        row.done !== true &&
        (dueDayIn(row, zone) ?? "9") <= last &&
        (row.owner || (row.anchor === me ? me : look(row.anchor)?.["owner"])) === me, // without an owner: whose account it is
      refs: ["anchor"],
    };
  });
  const nextOpportunities = data.list("opportunity", () => {
    const last = addDays(today(), aheadDays);
    return {
      where: (row, look) =>
        !!row.nextAction &&
        (row.nextActionDay ?? "9") <= last &&
        (row.owner || look(row.anchor)?.["owner"]) === me &&
        look(row.stage ?? "")?.["outcome"] !== "won" &&
        look(row.stage ?? "")?.["outcome"] !== "lost",
      refs: ["anchor", "stage"],
    };
  });
  const lateOpportunities = data.list("opportunity", () => {
    const day = today();
    return {
      where: (row, look) =>
        (row.closeDay ?? "9") < day &&
        (row.owner || look(row.anchor)?.["owner"]) === me &&
        look(row.stage ?? "")?.["outcome"] === "open",
      refs: ["anchor", "stage"],
      sort: "closeDay",
    };
  });
  // Whoever is told of a stage hears of what came into it lately, as far as it is theirs to see: it is on this device.
  const roles = createMemo(() => [own()?.base ?? "", ...(own()?.duties ?? [])]);
  const stages = data.list("stage", () => ({ where: (row) => isTold(row.duties, roles()) }));
  const toldOf = createMemo(() => new Set(stages().map(({ id }) => id)));
  const arrived = data.list("opportunity", () => {
    const [ids, from] = [toldOf(), untrack(now) - limits.noticeWindowMs];
    today();
    return {
      where: (row, look) =>
        ids.has(row.stage ?? "") && (row.stageSince ?? 0) > from && (row.owner || look(row.anchor)?.["owner"]) !== me,
      refs: ["anchor"],
      sort: "-stageSince",
    };
  });
  /** Seen since, or moved by their own hand: what they did stands in no list of what happened. */
  const isSeen = (row: RecordOf<"opportunity">): boolean =>
    (byKey().get(keyOf("moved", row.id))?.goneAt ?? 0) > (row.stageSince ?? 0) - limits.noticeMergeMs;
  // By the day, not by the minute: a meeting later today is a touch when it is over, at the latest tomorrow.
  const touches = data.tally("activity", () => {
    today();
    const at = untrack(now);
    return { by: "anchor", latest: (row) => touchedAt(row, at) };
  });
  const mine = data.list("activity", () => ({
    where: (row) => (row.owner ?? row.createdBy) === me && (row.left ?? []).length > 0,
    sort: "-at",
  }));
  const meetings = createMemo(() =>
    mine()
      .filter((row) => isMeeting(row, now(), zone))
      .sort((a, b) => (a.at ?? 0) - (b.at ?? 0)),
  );

  const due = createMemo(() => {
    const last = addDays(today(), aheadDays);
    const nexts = accounts().filter((row) => row.nextAction && (row.nextActionDay ?? "9") <= last);
    return dueRows({ tasks: tasks(), accounts: nexts, opportunities: nextOpportunities() }, zone);
  });
  // What was touched is known when all is in; until then every account would seem left alone.
  const idle = createMemo(() => {
    if (!data.whole()) return [];
    const touchesOf = touches.all();
    return staleOnes(accounts(), (account) => touchesOf(account).latest, today());
  });
  const stale = createMemo(() => [
    ...idle().map((row) => ({ kind: "stale" as const, about: row.account.id, anchor: row.account.id, at: 0, row })),
    ...lateOpportunities().map((opportunity) => ({
      kind: "stale" as const, about: opportunity.id, anchor: opportunity.anchor, at: 0,
      row: { opportunity, days: daysPast(opportunity, today()) },
    })),
  ]); // prettier-ignore
  const all = createMemo((): readonly Item[] => [
    ...deciding().map((row) => ({ kind: "asked" as const, about: row.id, anchor: row.anchor, at: row.createdAt, row })),
    ...handoffs().map((row) => ({ kind: "handed" as const, about: row.id, anchor: row.anchor, at: row.offeredAt ?? row.createdAt, row })),
    ...mentioned().map((row) => ({ kind: "mention" as const, about: row.about, anchor: row.comment.anchor, at: row.at, row })),
    ...inNotes()().filter(({ section, at }) => Number(byKey().get(keyOf("mention", section))?.goneAt ?? 0) < at).map((row) => ({ kind: "mention" as const, about: row.section, anchor: row.anchor, at: row.at, row })),
    ...due().map((row) => ({ kind: "due" as const, about: row.id, anchor: row.anchor, at: 0, row })),
    ...mine().filter((row) => isUnfinished(row, now())).map((row) => ({ kind: "finish" as const, about: row.id, anchor: row.anchor, at: row.at ?? row.createdAt, row })),
    ...stale(),
    ...arrived().filter((row) => !isSeen(row)).map((row) => ({ kind: "moved" as const, about: row.id, anchor: row.anchor, at: row.stageSince ?? 0, row })),
  ]); // prettier-ignore
  showsFirst(session, "today", () => {
    const items = noticeKinds.flatMap((kind) => all().filter((item) => item.kind === kind).slice(0, firstOfKind)); // prettier-ignore
    const named = (["member", "team", "pipeline", "stage"] as const).flatMap((kind) => Array.from(data.copy.records(kind), ({ id }) => id)); // prettier-ignore
    return [...items, ...meetings().map(({ id, anchor }) => ({ about: id, anchor }))]
      .flatMap(({ about, anchor }) => [about, anchor])
      .concat(named, kept().map(({ id }) => id)); // prettier-ignore
  });
  const keptOf = (item: Pick<Item, "kind" | "about">) => byKey().get(keyOf(item.kind, item.about));
  const isOff = (item: Item) => isPutOff(keptOf(item), today());
  const [showPutOff, setShowPutOff] = createSignal(false);
  // What is asked for, handed over or due stands in Today in any case.
  const isIn = (item: Item) => mode(item.kind) !== "off" || item.kind === "asked" || item.kind === "handed" || item.kind === "due"; // prettier-ignore
  const shown = createMemo(() => all().filter((item) => isIn(item) && (showPutOff() || !isOff(item))));
  const byId = createMemo(() => new Map(tasks().map((task) => [task.id, task])));
  const told = createMemo(() =>
    all().filter(
      (item) =>
        mode(item.kind) === "now" &&
        !isOff(item) &&
        (item.kind !== "due" || hasCome(item.row, byId().get(item.about), zone, now())),
    ),
  );
  const quiet = createMemo(() => isQuiet(preference(), zone, now()));
  const probe = { id: preferenceId(me), anchor: me, compartment: "private", createdAt: 0, createdBy: me } as Row;
  return {
    all,
    of: <K extends NoticeKind>(kind: K) => shown().filter((item): item is ItemOf<K> => item.kind === kind),
    putOff: createMemo(() => all().filter((item) => isIn(item) && isOff(item)).length),
    turnedOff: createMemo(() => all().filter((item) => !isIn(item) && !isOff(item)).length),
    showPutOff,
    setShowPutOff: (show) => void setShowPutOff(show),
    untilDay: (item) => (isPutOff(keptOf(item), today()) ? (keptOf(item)?.snoozeDay ?? null) : null),
    asked,
    meetings,
    accounts,
    kept,
    preference,
    mode,
    told,
    fresh: createMemo(() =>
      quiet() ? 0 : told().filter((item) => !wasLookedAt(keptOf(item)?.openedAt, remindOf(item), now())).length,
    ),
    isQuiet: quiet,
    mayKeep: () => data.can("edit", probe).allowed,
  };
}

// --- what is kept of them

interface Mark {
  readonly kind: NoticeKind;
  readonly about: string;
  readonly shown?: number;
  readonly opened?: number;
  readonly gone?: number | null;
  readonly forget?: boolean;
}
async function send(session: Session, marks: readonly Mark[]): Promise<void> {
  const { data } = session;
  for (let from = 0; from < marks.length; from += limits.noticeMarksMax)
    await data.mutate("notice.mark@1", {
      anchor: data.me.member,
      marks: marks.slice(from, from + limits.noticeMarksMax),
    });
}

/** A mention in a note was read: it asks for nothing any more, until somebody names this member there anew. */
export function markRead(session: Session, { about, row }: ItemOf<"mention">): void {
  void send(session, [{ kind: "mention", about, gone: Math.max(Date.now(), row.at) }]);
}
/** They were looked at, each by itself. */
export function markOpened(session: Session, items: readonly Item[]): void {
  const notices = noticesOf(session);
  if (!notices.mayKeep()) return;
  const known = new Map(notices.kept().map((row) => [keyOf(row.noticeKind as NoticeKind, row.about ?? ""), row]));
  const at = Date.now();
  const marks = unique(items)
    .filter((item) => !wasLookedAt(known.get(keyOf(item.kind, item.about))?.openedAt, remindOf(item), at))
    .map(({ kind, about }): Mark => ({ kind, about, opened: at }));
  void send(session, marks);
}

/** What the screen shows for the first time, what asks for nothing any more, and what is long over: said in one go. */
export function settle(session: Session, shown: readonly Item[]): void {
  const notices = noticesOf(session);
  if (!notices.mayKeep() || session.data.sync().state === "first_sync") return;
  const at = Date.now();
  const open = new Set(notices.all().map((item) => keyOf(item.kind, item.about)));
  const known = new Map(notices.kept().map((row) => [keyOf(row.noticeKind as NoticeKind, row.about ?? ""), row]));
  const marks: Mark[] = unique(shown).flatMap(({ kind, about }) =>
    typeof known.get(keyOf(kind, about))?.shownAt === "number" ? [] : [{ kind, about, shown: at }],
  );
  for (const [key, row] of known) {
    const [kind, about] = [row.noticeKind as NoticeKind, row.about ?? ""];
    const isGone = typeof row.goneAt === "number";
    // What this device does not hold, another one may: nothing is known of it here.
    const isHere = session.data.source(about)?.replica.record(about) !== undefined;
    if (open.has(key)) {
      if (isGone) marks.push({ kind, about, gone: null });
    } else if (at - Math.max(row.shownAt ?? 0, row.goneAt ?? 0, row.openedAt ?? 0, row.createdAt) > limits.noticeWindowMs) {
      if (isGone || !isHere) marks.push({ kind, about, forget: true });
    } else if (!isGone && isHere) marks.push({ kind, about, gone: at });
  }
  void send(session, marks);
} // prettier-ignore
const unique = (items: readonly Item[]): readonly Item[] => [
  ...new Map(items.map((item) => [keyOf(item.kind, item.about), item])).values(),
];
