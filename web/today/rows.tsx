import { useLocation, useNavigate } from "@solidjs/router";
import Check from "lucide-solid/icons/check";
import Ellipsis from "lucide-solid/icons/ellipsis";
import { createMemo, createSignal, lazy, Match, Show, Suspense, Switch, type JSX, type ParentProps } from "solid-js";
import { addDays, dayIn } from "../../shared/kernel/clock.ts";
import type { Row as Row_ } from "../../shared/records/entities.ts";
import { outcomeWords } from "../accounts/words.ts";
import { Saying } from "../approvals/saying.tsx";
import { clock, day, instant } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import type { MentionedIn } from "../notices/in-notes.ts";
import type { Mention } from "../notices/model.ts";
import { isComment, markRead, noticesOf, type Item, type ItemOf } from "../notices/notices.ts";
import { paths } from "../paths.ts";
import { now, useSession, type Session } from "../shell/context.ts";
import { markOf } from "../shell/marks.ts";
import { DueWords } from "../tasks/due.tsx";
import { say } from "../tasks/words.ts";
import { Chip } from "../ui/bits.tsx";
import { Button, buttonClass } from "../ui/button.tsx";
import { ChangeMark, type MarkState } from "../ui/mark.tsx";
import { Menu } from "../ui/menu.tsx";
import { toast } from "../ui/toast.tsx";
import { acceptHandoff, answerMention, finishDue, moveDue, putOff, putOffActs, returnHandoff, waveOff, type Act } from "./acts.ts"; // prettier-ignore
import css from "./today.module.css";
import { said } from "./words.ts";

// Who decides fetches what it takes; most members never do.
const RealAskDay = lazy(async () => ({ default: (await import("./ask-day.tsx")).AskDay }));
const RealMoved = lazy(async () => ({ default: (await import("./moved.tsx")).Moved }));
const ToDecide = lazy(async () => ({ default: (await import("../approvals/inbox.tsx")).ToDecide }));

const actsOf = new WeakMap<Element, () => readonly Act[]>();
/** Runs the act of a key on the row that has the focus. */
export function runKey(row: Element | null | undefined, key: Act["key"]): boolean {
  const act =
    row &&
    actsOf
      .get(row)?.()
      .find((one) => one.key === key);
  if (act?.reason) toast({ text: act.reason, bad: true });
  else act?.run();
  return act !== undefined;
}

interface RowProps {
  readonly title: string;
  readonly account: string;
  /** Where it leads; without it there is nothing to open. */
  readonly href?: string | undefined;
  readonly anchor?: string | undefined;
  readonly mark?: MarkState | undefined;
  /** What it tells of, by kind and record. */
  readonly item?: Pick<Item, "kind" | "about">;
  /** Its end fits beside the account in a narrow place. */
  readonly short?: boolean;
  readonly soft?: boolean;
  readonly faded?: boolean;
  readonly tick?: (() => void) | undefined;
  /** The one act that stands there to be pressed; it is the first of the others as well. */
  readonly primary?: Act | undefined;
  readonly acts: readonly Act[];
  /** Below the row: what is being said. */
  readonly below?: JSX.Element;
}
/** A row of Today: complete in itself, by mouse, touch and keys. */
export function Row(props: ParentProps<RowProps>): JSX.Element {
  const all = createMemo(() => [...(props.primary ? [props.primary] : []), ...props.acts]);
  // By their words: what is worked out anew while the menu is open must not take an entry from under the finger.
  const words = createMemo(() => all().flatMap((act) => (act.reason ? [] : [act.words])), [], {
    equals: (a, b) => a.length === b.length && a.every((one, at) => one === b[at]),
  });
  const parts = createMemo(() =>
    words().map((one) => ({
      words: one,
      onSelect: () =>
        all()
          .find((act) => act.words === one)
          ?.run(),
    })),
  );
  const inside = () => (
    <>
      <span class={`${css.title} clip`}>{props.title}</span>
      <span class={`${css.account} ${props.soft ? css.soft : ""} clip`}>{props.account}</span>
    </>
  );
  return (
    <li
      class={css.item}
      classList={{ [css.faded ?? ""]: props.faded ?? false }}
      data-row
      data-account={props.anchor}
      data-item={props.item && `${props.item.kind} ${props.item.about}`}
      data-short={props.short ? "" : undefined}
      ref={(element) => actsOf.set(element, all)}
    >
      <div class={css.row}>
        <Show when={props.tick} fallback={<span class={css.noTick} />}>
          <button
            type="button"
            class={css.tick}
            aria-label={said("complete", props.title)}
            title="X"
            onClick={() => props.tick?.()}
          >
            <Check size={12} stroke-width={3} />
          </button>
        </Show>
        <Show
          when={props.href}
          fallback={
            <span class={css.link} tabindex="-1" data-main>
              {inside()}
            </span>
          }
        >
          {(href) => (
            <a class={css.link} data-main href={href()}>
              {inside()}
            </a>
          )}
        </Show>
        <span class={css.end}>
          <ChangeMark state={props.mark} />
          {props.children}
        </span>
        <span class={css.rowActs}>
          <Show when={props.primary}>
            {(act) => (
              <Button small disabledReason={act().reason} onClick={() => act().run()}>
                {act().words}
              </Button>
            )}
          </Show>
          <Show when={all().length > 0}>
            <Menu
              label={said("acts", props.title)}
              placement="bottom-end"
              triggerClass={`${css.dots} ${buttonClass({ look: "quiet", square: true, small: true })}`}
              trigger={<Ellipsis size={16} />}
              parts={parts()}
            />
          </Show>
        </span>
      </div>
      {props.below}
    </li>
  );
}

/** A day for something, fetched when it is asked for. */
const AskDay = (props: {
  readonly title: string;
  readonly onDay: (day: string) => void;
  readonly onClose: () => void;
}) => (
  <Suspense>
    <RealAskDay {...props} />
  </Suspense>
);

export const placeName = (session: Session, anchor: string): string =>
  session.data.record("account", () => anchor)()?.name ?? (anchor === session.data.me.member ? said("mine") : "");

/** What waits, as a row with its acts, whatever it is. */
export function ItemRow(props: { readonly item: Item }): JSX.Element {
  return (
    <Switch>
      <Match when={props.item.kind === "asked" && props.item}>{(item) => <ToDecide row={item().row} />}</Match>
      <Match when={props.item.kind === "handed" && props.item}>{(item) => <Handed item={item()} />}</Match>
      <Match when={props.item.kind === "mention" && !isComment(props.item.row) && props.item}>
        {(item) => <MentionedInNote item={item()} row={item().row as MentionedIn} />}
      </Match>
      <Match when={props.item.kind === "mention" && isComment(props.item.row) && props.item.row}>
        {(row) => <Mentioned item={props.item as ItemOf<"mention">} row={row()} />}
      </Match>
      <Match when={props.item.kind === "due" && props.item}>{(item) => <DueItem item={item()} />}</Match>
      <Match when={props.item.kind === "stale" && props.item}>{(item) => <StaleItem item={item()} />}</Match>
      <Match when={props.item.kind === "finish" && props.item}>{(item) => <Unfinished item={item()} />}</Match>
      <Match when={props.item.kind === "moved" && props.item}>
        {(item) => (
          <Suspense>
            <RealMoved item={item()} />
          </Suspense>
        )}
      </Match>
    </Switch>
  );
}

/** What can be done with any row: to put it off, until a day of one's own. */
export function usePutOff(item: () => Item) {
  const session = useSession();
  const notices = noticesOf(session);
  const [asking, ask] = createSignal(false);
  const until = () => notices.untilDay(item());
  return {
    until,
    acts: () => putOffActs(session, item(), until(), () => ask(true)),
    dialog: (
      <Show when={asking()}>
        <AskDay
          title={said("untilDay")}
          onDay={(one) => void putOff(session, item(), one)}
          onClose={() => ask(false)}
        />
      </Show>
    ),
    /** Of a row that is put off and shown all the same: until when. */
    words: (
      <Show when={until()}>
        {(one) => <Chip>{said("putOff", day(one(), { locale: locale(), today: dayIn(now(), session.data.me.zone) }))}</Chip>}
      </Show>
    ),
  };
} // prettier-ignore

function Handed(props: { readonly item: ItemOf<"handed"> }): JSX.Element {
  const session = useSession();
  const navigate = useNavigate();
  const [saying, setSaying] = createSignal(false);
  const row = () => props.item.row;
  const off = usePutOff(() => props.item);
  const may = () => session.data.can("accept_handoff", row() as Row_);
  return (
    <Row
      item={props.item}
      title={row().name ?? ""}
      account={placeName(session, row().anchor)}
      href={paths.handoff(row().id)}
      anchor={row().anchor}
      mark={markOf(session.data, row().id)}
      faded={off.until() !== null}
      primary={
        row().moves?.length
          ? { key: "a", words: t("act.open"), run: () => navigate(paths.handoff(row().id)) } // what moves is seen before it moves
          : { key: "a", words: said("accept"), run: () => void acceptHandoff(session, props.item), reason: may().allowed ? undefined : (may().why ?? t("why.denied")) }
      }
      acts={[{ words: said("giveBack"), run: () => setSaying(true) }, ...off.acts()]}
      below={
        <>
          {off.dialog}
          <Show when={saying()}>
            <div class={css.below}>
              <Saying
                label={said("why")}
                act={said("giveBack")}
                onSay={(reason) => void returnHandoff(session, props.item, reason)}
                onCancel={() => setSaying(false)}
              />
            </div>
          </Show>
        </>
      }
    >
      {off.words}
      <span class={css.when}>{row().fromMember ? said("from", session.memberName(row().fromMember)) : ""}</span>
      <Chip tone="info">{said("handoff")}</Chip>
    </Row>
  );
} // prettier-ignore

function MentionedInNote(props: { readonly item: ItemOf<"mention">; readonly row: MentionedIn }): JSX.Element {
  const session = useSession();
  const navigate = useNavigate();
  const off = usePutOff(() => props.item);
  const href = () => paths.account(props.row.anchor, "notes", props.row.section);
  const read = () => markRead(session, props.item);
  return (
    <Row
      item={props.item}
      title={props.row.title || said("note")}
      account={placeName(session, props.row.anchor)}
      href={href()}
      anchor={props.row.anchor}
      faded={off.until() !== null}
      primary={{
        key: "a",
        words: said("openNote"),
        run: () => {
          read();
          navigate(href());
        },
      }}
      acts={[{ words: said("isRead"), run: read }, ...off.acts()]}
      below={off.dialog}
    >
      {off.words}
      <span class={css.when}>{props.row.by ? said("mentioned", session.memberName(props.row.by)) : said("namedHere")}</span>
      <span class={`${css.when} num`}>
        {instant(props.row.at, { locale: locale(), zone: session.data.me.zone, now: now() })}
      </span>
    </Row>
  );
} // prettier-ignore

function Mentioned(props: {
  readonly item: ItemOf<"mention">;
  readonly row: Mention & { readonly count: number };
}): JSX.Element {
  const session = useSession();
  const [saying, setSaying] = createSignal(false);
  const comment = () => props.row.comment;
  const off = usePutOff(() => props.item);
  const isNote = () => comment().id.includes("_sco_");
  return (
    <Row
      item={props.item}
      title={comment().body ?? ""}
      account={placeName(session, comment().anchor)}
      href={paths.account(comment().anchor, isNote() ? "notes" : undefined, isNote() && "section" in comment() ? (comment().section ?? undefined) : undefined)}
      anchor={comment().anchor}
      faded={off.until() !== null}
      primary={{ key: "a", words: said("answer"), run: () => setSaying(true) }}
      acts={off.acts()}
      below={
        <>
          {off.dialog}
          <Show when={saying()}>
            <div class={css.below}>
              <Saying
                label={said("answer")}
                act={said("answer")}
                onSay={(body) => void answerMention(session, props.row, body).then((done) => done && setSaying(false))}
                onCancel={() => setSaying(false)}
              />
            </div>
          </Show>
        </>
      }
    >
      {off.words}
      <span class={css.when}>
        {said("mentioned", session.memberName(comment().createdBy))}
        <Show when={props.row.count > 1}>{` · ${said("times", props.row.count)}`}</Show>
      </span>
      <span class={`${css.when} num`}>
        {instant(props.item.row.at, { locale: locale(), zone: session.data.me.zone, now: now() })}
      </span>
    </Row>
  );
} // prettier-ignore

function DueItem(props: { readonly item: ItemOf<"due"> }): JSX.Element {
  const session = useSession();
  const navigate = useNavigate();
  const location = useLocation();
  const row = () => props.item.row;
  const { zone } = session.data.me;
  const today = () => dayIn(now(), zone);
  const off = usePutOff(() => props.item);
  const [moving, setMoving] = createSignal(false);
  const opportunity = session.data.record("opportunity", () => (row().kind === "opportunity" ? row().id : undefined));
  const place = () => [placeName(session, row().anchor), opportunity()?.name].filter(Boolean).join(" · ");
  const href = () =>
    row().kind === "task" ? location.pathname + paths.task(row().id) : paths.account(row().anchor, row().kind === "opportunity" ? "opportunities" : undefined);
  const moves = (): readonly Act[] => [
    ...[today(), addDays(today(), 1), addDays(today(), 7)]
      .map((one, index) => ({ one, name: t((["day.today", "day.tomorrow", "day.nextWeek"] as const)[index] ?? "day.today") }))
      .filter(({ one }) => one !== row().due.dueDay)
      .map(({ one, name }): Act => ({ words: said("moveTo", name), run: () => void moveDue(session, row(), one) })),
    { words: said("moveDay"), run: () => setMoving(true) },
  ];
  const log = () => session.showLog({ account: row().anchor });
  return (
    <Row
      short
      item={props.item}
      title={row().title}
      account={place()}
      href={href()}
      anchor={row().kind === "task" && row().anchor === session.data.me.member ? undefined : row().anchor}
      mark={markOf(session.data, row().id)}
      faded={off.until() !== null}
      tick={() => void finishDue(session, row())}
      acts={[
        { key: "x", words: said("markDone"), run: () => void finishDue(session, row()) },
        ...(row().kind === "task" ? [] : [{ key: "l" as const, words: said("log"), run: log }]),
        ...moves(),
        ...off.acts(),
        { key: "e", words: row().kind === "task" ? said("edit") : said("openAccount"), run: () => navigate(href()) },
      ]}
      below={
        <>
          {off.dialog}
          <Show when={moving()}>
            <AskDay title={said("moveDay")} onDay={(one) => void moveDue(session, row(), one)} onClose={() => setMoving(false)} />
          </Show>
        </>
      }
    >
      {off.words}
      <DueWords due={row().due} mine={zone} class={css.when ?? ""} lateClass={css.late ?? ""} />
    </Row>
  );
} // prettier-ignore

function StaleItem(props: { readonly item: ItemOf<"stale"> }): JSX.Element {
  const session = useSession();
  const off = usePutOff(() => props.item);
  const row = () => props.item.row;
  const log: Act = { key: "l", words: said("log"), run: () => session.showLog({ account: props.item.anchor }) };
  const [moving, setMoving] = createSignal(false);
  const opportunity = () => {
    const one = row();
    return "opportunity" in one ? one : undefined;
  };
  const idle = () => {
    const one = row();
    if ("opportunity" in one) return said("pastClose", one.days);
    return one.idleDays === null ? said("neverTouched") : said("noTouch", one.idleDays);
  };
  const name = () => {
    const one = row();
    return "opportunity" in one ? (one.opportunity.name ?? "") : (one.account.name ?? "");
  };
  const moveClose = async (to: string) => {
    const one = opportunity();
    if (one) await session.data.mutate("opportunity.edit@1", { id: one.opportunity.id, set: { closeDay: to } });
  };
  return (
    <Row
      short
      item={props.item}
      title={name()}
      account={opportunity() ? placeName(session, props.item.anchor) : said("noNextAction")}
      href={paths.account(props.item.anchor, opportunity() ? "opportunities" : undefined)}
      anchor={props.item.anchor}
      soft
      faded={off.until() !== null}
      primary={log}
      acts={[...(opportunity() ? [{ key: "e" as const, words: said("moveDay"), run: () => setMoving(true) }] : []), ...off.acts()]}
      below={
        <>
          {off.dialog}
          <Show when={moving()}>
            <AskDay title={said("moveDay")} onDay={(one) => void moveClose(one)} onClose={() => setMoving(false)} />
          </Show>
        </>
      }
    >
      {off.words}
      <span class={opportunity() ? css.late : css.when}>{idle()}</span>
    </Row>
  );
} // prettier-ignore

function Unfinished(props: { readonly item: ItemOf<"finish"> }): JSX.Element {
  const session = useSession();
  const off = usePutOff(() => props.item);
  const row = () => props.item.row;
  const what = () =>
    say("left", (row().left ?? []).map((one) => say(one === "next" ? "leftNext" : one === "outcome" ? "leftOutcome" : "leftNote")).join(", "));
  return (
    <Row
      item={props.item}
      title={[t(`kind.${row().activityKind ?? "other"}`), outcomeWords(row().outcome, row().activityKind)].filter(Boolean).join(" · ")}
      account={placeName(session, row().anchor)}
      href={paths.account(row().anchor)}
      anchor={row().anchor}
      mark={markOf(session.data, row().id)}
      faded={off.until() !== null}
      primary={{ key: "e", words: said("fillIn"), run: () => session.showLog({ account: row().anchor, activity: row().id }) }}
      acts={[{ key: "x", words: said("waveOff"), run: () => void waveOff(session, props.item) }, ...off.acts()]}
      below={off.dialog}
    >
      {off.words}
      <span class={css.when}>{what()}</span>
    </Row>
  );
} // prettier-ignore

/** A meeting ahead: when, with whom; what came of it is said when it is over. */
export function Meeting(props: { readonly row: ItemOf<"finish">["row"] }): JSX.Element {
  const session = useSession();
  const { zone } = session.data.me;
  const at = () => props.row.at ?? 0;
  const when = () => {
    const [on, today] = [dayIn(at(), zone), dayIn(now(), zone)];
    const time = clock(at(), locale(), zone);
    return on === today ? time : `${day(on, { locale: locale(), today })} ${time}`;
  };
  const fill = () => session.showLog({ account: props.row.anchor, activity: props.row.id });
  return (
    <Row
      short
      title={props.row.name ?? ""}
      account={placeName(session, props.row.anchor)}
      href={paths.account(props.row.anchor)}
      anchor={props.row.anchor}
      mark={markOf(session.data, props.row.id)}
      acts={[{ key: "e", words: said("edit"), run: fill }]}
    >
      <span class={css.kind}>{t(`kind.${props.row.activityKind ?? "other"}`)}</span>
      <span class={`${css.when} num`}>{when()}</span>
    </Row>
  );
}
