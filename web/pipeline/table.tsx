import ArrowDown from "lucide-solid/icons/arrow-down";
import ArrowUp from "lucide-solid/icons/arrow-up";
import { createVirtualizer } from "@tanstack/solid-virtual";
import { createEffect, createMemo, createSignal, For, on, onMount, Show, type JSX } from "solid-js";
import { held, useCommands } from "../commands/registry.ts";
import { paceOf } from "../../shared/pipeline/pace.ts";
import { day } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { isPhone, useSession } from "../shell/context.ts";
import { markOf } from "../shell/marks.ts";
import { Person } from "../ui/bits.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { saveScroll, savedScroll } from "../ui/scroll-memo.ts";
import { AmountText } from "./amount.tsx";
import type { BoardHandle } from "./board.tsx";
import type { Opportunity } from "./filter.ts";
import type { Moving } from "./moving.tsx";
import type { Rows } from "./rows.ts";
import { StageMenu } from "./stage-menu.tsx";
import base from "./list.module.css";
import css from "./table.module.css";
import { p, paceWords, slipWords } from "./words.ts";

const columns = ["name", "account", "stage", "amount", "owner", "close", "pace"] as const;
type Column = (typeof columns)[number];
const sortOf: Partial<Record<Column, string>> = { name: "name", amount: "-amountMinor", close: "closeDay", pace: "stageSince" }; // prettier-ignore
const label = (column: Column): string => {
  if (column === "account") return p("account");
  if (column === "owner") return p("owner");
  if (column === "pace") return p("inStage");
  return t(`opps.${column}`);
};
const memo = "pipeline:list";

/** The same rows as the board, one below the other. */
export function Table(props: {
  readonly of: Rows;
  readonly moving: Moving;
  readonly peek: string | undefined;
  readonly onSort: (sort: string) => void;
  readonly onPeek: (id: string | undefined) => void;
  readonly onOpen: (row: Opportunity) => void;
  readonly handle: (handle: BoardHandle) => void;
}): JSX.Element {
  // Not a signal: a virtualizer with a signal for its scroll element renders no rows at all.
  let scroller: HTMLDivElement | null = null;
  const rows = () => props.of.rows();
  // By id: rows that arrive or move must not put another one under the member's Enter.
  const [activeId, setActiveId] = createSignal<string | undefined>(props.peek);
  const active = createMemo(() => rows().findIndex(({ id }) => id === activeId()));
  const rowHeight = createMemo(() => {
    isPhone();
    return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row")) || 36;
  });
  const headHeight = () => (isPhone() ? 0 : 32);
  const virtual = createVirtualizer({
    get count() {
      return rows().length;
    },
    getScrollElement: () => scroller,
    estimateSize: () => rowHeight(),
    get paddingStart() {
      return headHeight();
    },
    get scrollPaddingStart() {
      return headHeight();
    },
    overscan: 8,
    initialOffset: savedScroll(memo),
    getItemKey: (index) => rows()[index]?.id ?? index,
  });
  createEffect(on(rowHeight, () => virtual.measure(), { defer: true }));
  const go = (to: number) => {
    const index = Math.min(rows().length - 1, Math.max(0, to));
    setActiveId(rows()[index]?.id);
    virtual.scrollToIndex(index, { align: "auto" });
    const row = rows()[index];
    if (props.peek !== undefined && row) props.onPeek(row.id);
  };
  onMount(() =>
    props.handle({
      focus: (id) => {
        setActiveId(id);
        if (active() >= 0) virtual.scrollToIndex(active(), { align: "auto" });
        scroller?.focus({ preventScroll: true });
      },
    }),
  );
  const step = (row: Opportunity, by: number) => {
    const stages = props.of.stages();
    const to = stages[stages.findIndex(({ id }) => id === row.stage) + by];
    if (to) void props.moving.move(row, to.id);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.isComposing || event.target !== event.currentTarget || event.metaKey || event.ctrlKey) return;
    const row = rows()[active()];
    const page = Math.max(1, Math.floor((scroller?.clientHeight ?? 400) / rowHeight()) - 2);
    const shifted: Record<string, () => void> = {
      ArrowLeft: () => row && step(row, -1),
      ArrowRight: () => row && step(row, 1),
    };
    const plain: Record<string, () => void> = {
      ArrowDown: () => go(active() + 1),
      ArrowUp: () => go(active() - 1),
      PageDown: () => go(active() + page),
      PageUp: () => go(active() - page),
      Home: () => go(0),
      End: () => go(rows().length - 1),
      Enter: () => row && props.onOpen(row),
      " ": () => row && props.onPeek(props.peek === row.id ? undefined : row.id),
      Escape: () => props.onPeek(undefined),
      m: () => row && props.moving.choose(row),
    };
    const act = (event.shiftKey ? shifted : plain)[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
  const by = (count: number) => () => {
    scroller?.focus({ preventScroll: true });
    go(active() + count);
  };
  useCommands({
    "row.next": by(1),
    "row.previous": by(-1),
    "row.open": held,
    "row.peek": held,
    "stage.choose": held,
    "stage.back": held,
    "stage.on": held,
  });
  const rowId = (index: number) => `opportunity-row-${index}`;
  const rendered = () => virtual.getVirtualItems().some((item) => item.index === active());
  return (
    <div
      ref={(element) => (scroller = element)}
      class={base.table}
      role="grid"
      tabindex="0"
      aria-label={props.of.pipeline()?.name ?? p("title")}
      aria-rowcount={rows().length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={rendered() ? rowId(active()) : undefined}
      onKeyDown={keys}
      onScroll={(event) => saveScroll(memo, event.currentTarget.scrollTop)}
    >
      <Show when={!isPhone()}>
        <div role="rowgroup" class={base.headGroup}>
          <div role="row" aria-rowindex={1} class={`${css.cells} ${base.head}`}>
            <For each={columns}>
              {(column) => {
                const sort = sortOf[column];
                const on = () => sort !== undefined && props.of.sort() === sort;
                return (
                  <div
                    role="columnheader"
                    class={css[column]}
                    aria-sort={on() ? (sort?.startsWith("-") ? "descending" : "ascending") : "none"}
                  >
                    <Show when={sort} fallback={<span class={base.headText}>{label(column)}</span>}>
                      {(key) => (
                        <button
                          type="button"
                          class={base.sort}
                          aria-label={t("list.sortBy", label(column))}
                          onClick={() => props.onSort(key())}
                        >
                          {label(column)}
                          <Show when={on()}>
                            {key().startsWith("-") ? <ArrowDown size={12} /> : <ArrowUp size={12} />}
                          </Show>
                        </button>
                      )}
                    </Show>
                  </div>
                );
              }}
            </For>
          </div>
        </div>
      </Show>
      <div role="rowgroup" class={base.rows} style={{ height: `${virtual.getTotalSize() - headHeight()}px` }}>
        <For each={virtual.getVirtualItems()}>
          {(item) => {
            const row = () => rows()[item.index] as Opportunity;
            return (
              <Show when={rows()[item.index] !== undefined}>
                <div
                  role="row"
                  id={rowId(item.index)}
                  aria-rowindex={item.index + 2}
                  aria-selected={active() === item.index}
                  class={`${css.cells} ${base.row}`}
                  style={{ transform: `translateY(${item.start - headHeight()}px)` }}
                  onMouseDown={() => setActiveId(row().id)}
                >
                  <Cells row={row()} of={props.of} moving={props.moving} onPeek={props.onPeek} />
                </div>
              </Show>
            );
          }}
        </For>
      </div>
    </div>
  );
}

function Cells(props: {
  readonly row: Opportunity;
  readonly of: Rows;
  readonly moving: Moving;
  readonly onPeek: (id: string) => void;
}): JSX.Element {
  const session = useSession();
  const stage = () => props.of.stageOf(props.row);
  const pace = createMemo(() => paceOf(props.row, stage(), props.of.at(), props.of.today()));
  const owner = () => props.of.ownerOf(props.row);
  const ownerName = () => session.memberName(owner());
  return (
    <>
      <div role="gridcell" class={base.name}>
        <a
          class={base.link}
          href={paths.account(props.row.anchor, "opportunities", props.row.id)}
          tabindex="-1"
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            props.onPeek(props.row.id);
          }}
        >
          <span class="clip">{props.row.name}</span>
        </a>
        <ChangeMark state={markOf(session.data, props.row.id)} />
      </div>
      <div role="gridcell" class={`${css.account} clip`}>
        {props.of.accountName(props.row.anchor)}
      </div>
      <div role="gridcell" class={css.stage}>
        <StageMenu row={props.row} moving={props.moving} />
      </div>
      <div role="gridcell" class={`${css.amount} num`}>
        <AmountText row={props.row} online={props.of.onlineOf(props.row.id)} />
      </div>
      <div role="gridcell" class={`${base.owner} ${css.owner}`}>
        <Show when={ownerName()}>
          <Person id={owner()} name={ownerName()} />
        </Show>
      </div>
      <div role="gridcell" class={`${css.close} num`}>
        <Show when={props.row.closeDay}>
          {(close) => (
            <span
              classList={{ [base.late ?? ""]: pace().slipping !== null }}
              title={
                pace().slipping
                  ? slipWords(pace().slipping as NonNullable<ReturnType<typeof pace>["slipping"]>)
                  : undefined
              }
            >
              {day(close(), { locale: locale(), today: props.of.today() })}
            </span>
          )}
        </Show>
      </div>
      <div role="gridcell" class={`${css.pace} num`} title={paceWords(pace(), stage()?.name ?? "").join(". ")}>
        <Show when={pace().stuck} fallback={p("days", pace().days)}>
          {(stuck) => <span class={base.late}>{p("stuckShort", stuck().days, stuck().limit)}</span>}
        </Show>
      </div>
    </>
  );
}
