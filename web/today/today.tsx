import { A, useNavigate } from "@solidjs/router";
import ArrowRight from "lucide-solid/icons/arrow-right";
import Check from "lucide-solid/icons/check";
import { createMemo, createSignal, For, onCleanup, onMount, Show, untrack, type JSX, type ParentProps } from "solid-js";
import { tinykeys } from "tinykeys";
import type { RecordOf } from "../../shared/records/entities.ts";
import { addDays, day, dayIn, daysBetween, longDay } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { now, quietly, useSession } from "../shell/context.ts";
import { PageBar } from "../shell/layout.tsx";
import { markOf } from "../shell/marks.ts";
import { Bone, Chip, Empty } from "../ui/bits.tsx";
import { ChangeMark, type MarkState } from "../ui/mark.tsx";
import { NotAccepted } from "./not-accepted.tsx";
import { toast } from "../ui/toast.tsx";
import { whyWords } from "../shell/sync-words.ts";
import { Asked, approvalLists, ToDecide } from "../approvals/inbox.tsx";
import { staleOnes, touchedAt } from "./stale.ts";
import css from "./today.module.css";

const firstRows = 8;
const aheadDays = 7;

/** What asks for me today, and nothing else: no numbers to admire. */
export default function Today(): JSX.Element {
  const { data, memberName } = useSession();
  const me = data.me.member;
  const today = createMemo(() => dayIn(now(), data.me.zone));

  const mine = data.list("account", () => ({ where: (row) => row.owner === me, sort: "name" }));
  const handoffs = data.list("handoff", () => ({
    where: (row) => row.toMember === me && row.state === "offered",
    sort: "offeredAt",
  }));
  const due = data.list("task", () => {
    const last = addDays(today(), aheadDays);
    return {
      where: (row, look) =>
        row.done !== true && (row.dueDay ?? "9") <= last && (row.owner || look(row.anchor)?.["owner"]) === me, // without an owner: whose account it is
      refs: ["anchor"],
      sort: "dueDay",
    };
  });
  // By the day, not by the minute: a meeting later today is a touch when it is over, at the latest tomorrow.
  const touches = data.tally("activity", () => {
    today();
    const at = untrack(now);
    return { by: "anchor", latest: (row) => touchedAt(row, at) };
  });
  const stale = createMemo(() => staleOnes(mine(), (account) => touches(account).latest, today()));
  const noNext = createMemo(() => mine().filter((row) => !row.nextAction).length);
  const { deciding, asked } = approvalLists();
  const onMe = () => handoffs().length + deciding().length;
  const clear = () => data.attention().length + onMe() + asked().length + due().length + stale().length === 0;
  const here = data.count("account", () => ({}));
  // Once it has been here, it stays while something is sorted anew.
  const arriving = createMemo<boolean>(
    (before) => before && ((data.sync().state === "first_sync" && data.sync().records === 0) || !data.settled()),
    true,
  );

  const accountName = (id: string) => data.record("account", () => id)()?.name ?? "";
  const complete = async (task: RecordOf<"task">) => {
    const done = await data.mutate("task.complete@1", { id: task.id, done: true });
    if (!done.ok) return toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
    toast({
      text: t("today.completed"),
      undo: () => void data.mutate("task.complete@1", { id: task.id, done: false }),
    });
  };

  let list: HTMLDivElement | undefined;
  const navigate = useNavigate();
  onMount(() => {
    const rows = () => [...(list?.querySelectorAll<HTMLElement>("[data-row] a") ?? [])];
    const step = (by: number) => {
      const all = rows();
      const at = all.indexOf(document.activeElement as HTMLElement);
      all[Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
    };
    const off = tinykeys(window, {
      j: quietly(() => step(1)),
      k: quietly(() => step(-1)),
      x: quietly(() =>
        document.activeElement?.closest("[data-row]")?.querySelector<HTMLElement>("[data-tick]")?.click(),
      ),
    });
    onCleanup(off);
  });

  return (
    <>
      <PageBar title={t("today.title")}>
        <span class={css.date}>{longDay(today(), locale(), false)}</span>
      </PageBar>
      <div class={css.scroll}>
        <div class={css.page} ref={(element) => (list = element)}>
          <Show when={!arriving()} fallback={<Waiting />}>
            <Show when={data.attention().length > 0}>
              <Section title={t("tray.today")} count={data.attention().length}>
                <NotAccepted />
              </Section>
            </Show>
            <Show when={onMe() > 0}>
              <Section title={t("today.waiting")} count={onMe()}>
                <For each={deciding()}>{(row) => <ToDecide row={row} />}</For>
                <For each={handoffs()}>
                  {(row) => (
                    <Row href={paths.account(row.anchor)} title={row.name ?? ""} account={accountName(row.anchor)}>
                      <span class={css.when}>{row.fromMember ? t("today.from", memberName(row.fromMember)) : ""}</span>
                      <Chip tone="info">{t("today.handoff")}</Chip>
                    </Row>
                  )}
                </For>
              </Section>
            </Show>
            <Show when={asked().length > 0}>
              <Section title={t("today.asked")} count={asked().length}>
                <For each={asked()}>{(row) => <Asked row={row} />}</For>
              </Section>
            </Show>
            <Show when={due().length > 0}>
              <Section title={t("today.due")} count={due().length}>
                <Limited rows={due()}>
                  {(row) => (
                    <Row
                      href={paths.account(row.anchor)}
                      title={row.name ?? ""}
                      account={accountName(row.anchor)}
                      mark={markOf(data, row.id)}
                      onTick={() => void complete(row)}
                    >
                      <Due value={row.dueDay ?? null} zone={row.dueZone ?? null} today={today()} mine={data.me.zone} />
                    </Row>
                  )}
                </Limited>
              </Section>
            </Show>
            <Show when={stale().length > 0}>
              <Section title={t("today.stale")} count={stale().length}>
                <Limited rows={stale()}>
                  {(one) => (
                    <Row
                      href={paths.account(one.account.id)}
                      title={one.account.name ?? ""}
                      account={one.account.nextAction ?? t("today.noNextAction")}
                      soft
                    >
                      <Show
                        when={one.why === "no_touch"}
                        fallback={
                          <Due
                            value={one.account.nextActionDay ?? null}
                            zone={one.account.nextActionZone ?? null}
                            today={today()}
                            mine={data.me.zone}
                          />
                        }
                      >
                        <span class={css.when}>
                          {one.idleDays === null ? t("today.neverTouched") : t("today.noTouch", one.idleDays)}
                        </span>
                      </Show>
                    </Row>
                  )}
                </Limited>
              </Section>
            </Show>
            <Show when={clear()}>
              <Empty
                big
                title={t("today.clear")}
                act={
                  <Show when={noNext() > 0 || mine().length === 0}>
                    <button
                      type="button"
                      class={css.show}
                      onClick={() => navigate(noNext() > 0 ? paths.accountsOnly("no-next") : paths.accountsOnline)}
                    >
                      {noNext() > 0 ? t("today.showThem") : t("accounts.seeOnline")}
                      <ArrowRight size={14} />
                    </button>
                  </Show>
                }
              >
                {noNext() > 0 ? t("today.noNext", noNext()) : ""}
              </Empty>
            </Show>
            <p class={css.here}>{t("which.todayHere", here())}</p>
          </Show>
        </div>
      </div>
    </>
  );
}

function Section(props: ParentProps<{ readonly title: string; readonly count: number }>): JSX.Element {
  return (
    <section class={css.section}>
      <h2 class={css.head}>
        {props.title}
        <span class={`${css.count} num`}>{props.count}</span>
      </h2>
      <ul>{props.children}</ul>
    </section>
  );
}

/** A few rows first; the rest on demand. */
function Limited<T>(props: { readonly rows: readonly T[]; readonly children: (row: T) => JSX.Element }): JSX.Element {
  const [all, setAll] = createSignal(false);
  const shown = () => (all() ? props.rows.slice(0, 200) : props.rows.slice(0, firstRows));
  return (
    <>
      <For each={shown()}>{(row) => props.children(row)}</For>
      <Show when={!all() && props.rows.length > firstRows}>
        <li>
          <button type="button" class={css.more} onClick={() => setAll(true)}>
            {t("today.more", props.rows.length - firstRows)}
          </button>
        </li>
      </Show>
    </>
  );
}

function Row(
  props: ParentProps<{
    readonly href: string;
    readonly title: string;
    readonly account: string;
    readonly soft?: boolean;
    readonly mark?: MarkState | undefined;
    readonly onTick?: () => void;
  }>,
): JSX.Element {
  return (
    <li class={css.row} data-row>
      <Show when={props.onTick} fallback={<span class={css.noTick} />}>
        <button
          type="button"
          class={css.tick}
          data-tick
          aria-label={t("today.complete", props.title)}
          title="X"
          onClick={() => props.onTick?.()}
        >
          <Check size={12} stroke-width={3} />
        </button>
      </Show>
      <A class={css.link} href={props.href}>
        <span class={`${css.title} clip`}>{props.title}</span>
        <span class={`${css.account} ${props.soft ? css.soft : ""} clip`}>{props.account}</span>
      </A>
      <span class={css.end}>
        <ChangeMark state={props.mark} />
        {props.children}
      </span>
    </li>
  );
}

/** A due day; only a late one has colour. */
function Due(props: {
  readonly value: string | null;
  readonly zone: string | null;
  readonly today: string;
  readonly mine: string;
}): JSX.Element {
  return (
    <Show when={props.value}>
      {(value) => {
        const late = () => daysBetween(value(), props.today);
        return (
          <Show
            when={late() > 0}
            fallback={
              <span
                class={`${css.when} num`}
                title={day(value(), { locale: locale(), today: props.today, zone: props.zone, mine: props.mine })}
              >
                {day(value(), { locale: locale(), today: props.today })}
              </span>
            }
          >
            <Show
              when={late() <= 60}
              fallback={<span class={`${css.late} num`}>{day(value(), { locale: locale(), today: props.today })}</span>}
            >
              <span class={`${css.late} num`}>{t("today.overdue", late())}</span>
            </Show>
          </Show>
        );
      }}
    </Show>
  );
}

const Waiting = (): JSX.Element => (
  <div aria-busy="true" aria-label={t("sync.firstLong")}>
    <For each={[5, 4, 6, 3, 5]}>
      {(of) => (
        <div class={css.row}>
          <span class={css.noTick} />
          <Bone of={of} />
        </div>
      )}
    </For>
  </div>
);
