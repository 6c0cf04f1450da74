import { useNavigate } from "@solidjs/router";
import ArrowRight from "lucide-solid/icons/arrow-right";
import { createEffect, createMemo, createSignal, For, lazy, onCleanup, onMount, Show, Suspense, untrack, type JSX, type ParentProps } from "solid-js"; // prettier-ignore
import { held, useCommands } from "../commands/registry.ts";
import { dayIn } from "../../shared/kernel/clock.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { dropDraft, draftsHere } from "../accounts/drafts.ts";
import { longDay } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { noticesOf, settle, type Item } from "../notices/notices.ts";
import { paths } from "../paths.ts";
import { isPhone, now, useSession } from "../shell/context.ts";
import { PageBar } from "../shell/layout.tsx";
import { Bone, Empty } from "../ui/bits.tsx";
import { keepFocus, mainOf, rowsIn } from "./keep-focus.ts";
import { NotAccepted } from "./not-accepted.tsx";
import { ItemRow, Meeting, Row, runKey } from "./rows.tsx";
import css from "./today.module.css";
import { said } from "./words.ts";

const Asked = lazy(async () => ({ default: (await import("../approvals/inbox.tsx")).Asked }));
const FirstSteps = lazy(async () => ({ default: (await import("./first-steps.tsx")).FirstSteps }));

const firstRows = 8;
/** What stood on the screen this long was shown. */
const shownAfterMs = 2_000;

/** What asks for me today, and nothing else: no numbers to admire. Each row is complete in itself. */
export default function Today(): JSX.Element {
  const session = useSession();
  const { data } = session;
  const notices = noticesOf(session);
  const today = createMemo(() => dayIn(now(), data.me.zone));
  const navigate = useNavigate();

  const waiting = () => [...notices.of("asked"), ...notices.of("handed"), ...notices.of("mention")];
  const due = () => notices.of("due");
  const finish = () => notices.of("finish");
  const stale = () => notices.of("stale");
  const drafts = () => draftsHere(data).filter(({ account }) => data.record("account", () => account)() !== undefined);
  const rows = createMemo((): readonly Item[] => [...waiting(), ...due(), ...finish(), ...stale()]);
  const clear = () =>
    data.attention().length + rows().length + drafts().length + notices.asked().length + notices.meetings().length === 0;
  const noNext = createMemo(() => notices.accounts().filter((row) => !row.nextAction).length);
  const here = data.count("account", () => ({}));
  // What stands above the rows comes with them, or they would move under the eye.
  const [stepsCome, setStepsCome] = createSignal(false);
  void FirstSteps.preload().finally(() => setStepsCome(true));
  // Once it has been here, it stays while something is sorted anew.
  const arriving = createMemo<boolean>(
    (before) =>
      before &&
      ((data.sync().state === "first_sync" && data.sync().records === 0) || !data.settled() || !stepsCome()),
    true,
  );
  createEffect(() => {
    rows();
    if (arriving()) return;
    const timer = window.setTimeout(() => {
      if (document.visibilityState !== "visible") return;
      const drawn = new Set(rowsHere().map((row) => row.dataset["item"] ?? `asked ${row.dataset["approval"] ?? ""}`));
      settle(session, untrack(rows).filter(({ kind, about }) => drawn.has(`${kind} ${about}`)));
    }, shownAfterMs);
    onCleanup(() => window.clearTimeout(timer));
  });

  let list: HTMLDivElement | undefined;
  const rowsHere = () => rowsIn(list);
  const rowNow = () => document.activeElement?.closest<HTMLElement>("[data-row]");
  const step = (by: number) => {
    const all = rowsHere();
    const at = all.indexOf(rowNow() as HTMLElement);
    mainOf(all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))])?.focus();
  };
  const act = (key: "x" | "s" | "a" | "e") => () => {
    const row = rowNow();
    return Boolean(row && list?.contains(row) && runKey(row, key));
  };
  useCommands({
    "row.next": () => step(1),
    "row.previous": () => step(-1),
    "row.open": held,
    "today.done": act("x"),
    "today.later": act("s"),
    "today.approve": act("a"),
    "today.edit": act("e"),
  });
  onMount(() => {
    if (list) onCleanup(keepFocus(list));
  });

  return (
    <>
      <PageBar title={t("today.title")}>
        <span class={css.date}>{longDay(today(), locale(), false)}</span>
      </PageBar>
      <div class={css.scroll}>
        <div class={css.page} tabindex="-1" ref={(element) => (list = element)}>
          <Show when={!arriving()} fallback={<Waiting />}>
            <Suspense>
              <FirstSteps />
            </Suspense>
            <Show when={data.attention().length > 0}>
              <Section title={t("tray.today")} count={data.attention().length}>
                <NotAccepted />
              </Section>
            </Show>
            <Part title={said("waiting")} rows={waiting()} />
            <Show when={notices.asked().length > 0}>
              <Section title={said("asked")} count={notices.asked().length}>
                <For each={notices.asked()}>{(row) => <Asked row={row} />}</For>
              </Section>
            </Show>
            <Show when={notices.meetings().length > 0}>
              <Section title={said("meetings")} count={notices.meetings().length}>
                <Limited rows={notices.meetings()}>{(row) => <Meeting row={row()} />}</Limited>
              </Section>
            </Show>
            <Part title={said("due")} rows={due()} />
            <Show when={finish().length + drafts().length > 0}>
              <Section title={said("finish")} count={finish().length + drafts().length}>
                <For each={drafts()}>
                  {({ account, draft }) => (
                    <Row
                      title={data.record("account", () => account)()?.name ?? ""}
                      account={draft.text || draft.next || draft.why}
                      href={paths.account(account)}
                      anchor={account}
                      soft
                      primary={{ key: "e", words: said("goOn"), run: () => session.showLog({ account }) }}
                      acts={[{ key: "x", words: said("discard"), run: () => dropDraft(data, account) }]}
                    >
                      <span class={css.when}>{said("draft")}</span>
                    </Row>
                  )}
                </For>
                <Limited rows={finish()}>{(item) => <ItemRow item={item()} />}</Limited>
              </Section>
            </Show>
            <Part title={said("kind.moved")} rows={notices.of("moved")} />
            <Part title={said("stale")} rows={stale()} />
            <Show when={clear()}>
              <Empty
                big
                title={said("clear")}
                act={
                  <Show when={noNext() > 0 || notices.accounts().length === 0}>
                    <button
                      type="button"
                      class={css.show}
                      onClick={() => navigate(noNext() > 0 ? paths.accountsView("no-next") : paths.accountsOnline)}
                    >
                      {noNext() > 0 ? said("showThem") : t("accounts.seeOnline")}
                      <ArrowRight size={14} />
                    </button>
                  </Show>
                }
              >
                {noNext() > 0 ? said("noNext", noNext()) : ""}
              </Empty>
            </Show>
            <Show when={data.whole()}>
            <p class={css.here}>
              {t("which.todayHere", here())}{" "}
              <Show when={notices.putOff() > 0}>
                {said("putOffCount", notices.putOff())}{" "}
                <button
                  type="button"
                  class={css.inline}
                  onClick={() => notices.setShowPutOff(!notices.showPutOff())}
                >
                  {said(notices.showPutOff() ? "hidePutOff" : "showPutOff")}
                </button>
              </Show>
              <Show when={notices.turnedOff() > 0}>
                {said("turnedOff", notices.turnedOff())}{" "}
                <button type="button" class={css.inline} onClick={() => navigate(paths.settings)}>
                  {t("settings.title")}
                </button>
              </Show>
              <Show when={!isPhone() && rows().length > 0}>
                <span class={css.keys}>{said("keys")}</span>
              </Show>
            </p>
            </Show>
          </Show>
        </div>
      </div>
    </>
  );
} // prettier-ignore

function Part(props: { readonly title: string; readonly rows: readonly Item[] }): JSX.Element {
  return (
    <Show when={props.rows.length > 0}>
      <Section title={props.title} count={props.rows.length}>
        <Limited rows={props.rows}>{(item) => <ItemRow item={item()} />}</Limited>
      </Section>
    </Show>
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
function Limited<T extends { readonly about?: string | null; readonly id?: string }>(props: {
  readonly rows: readonly T[];
  readonly children: (row: () => T) => JSX.Element;
}): JSX.Element {
  const [all, setAll] = createSignal(false);
  const most = () => (all() ? limits.noticesOpenMax * 4 : firstRows);
  // By what they are about: a row that is worked out anew is the same row, with what is being said in it.
  const keys = createMemo(() => props.rows.slice(0, most()).map(keyOfRow));
  const byKey = createMemo(() => new Map(props.rows.map((row) => [keyOfRow(row), row])));
  return (
    <>
      <For each={keys()}>
        {(key) => {
          const row = createMemo<T | undefined>((before) => byKey().get(key) ?? before);
          return <Show when={row()}>{(present) => props.children(present)}</Show>;
        }}
      </For>
      <Show when={!all() && props.rows.length > firstRows}>
        <li>
          <button type="button" class={css.more} onClick={() => setAll(true)}>
            {said("more", props.rows.length - firstRows)}
          </button>
        </li>
      </Show>
    </>
  );
}
const keyOfRow = (row: object): string => {
  const { kind, about, id } = row as { readonly kind?: string; readonly about?: string; readonly id?: string };
  return kind === undefined ? (id ?? "") : `${kind} ${about}`;
};

const Waiting = (): JSX.Element => (
  <div role="status" aria-busy="true" aria-label={t("sync.firstLong")}>
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
