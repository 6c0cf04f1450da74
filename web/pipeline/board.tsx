import { createVirtualizer } from "@tanstack/solid-virtual";
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show, untrack, type JSX } from "solid-js";
import { held, useCommands } from "../commands/registry.ts";
import { sumOf } from "../../shared/pipeline/sums.ts";
import { number } from "../i18n/format.ts";
import { locale } from "../i18n/i18n.ts";
import { isPhone } from "../shell/context.ts";
import { Dot } from "../ui/bits.tsx";
import { saveScroll, savedScroll } from "../ui/scroll-memo.ts";
import { toast } from "../ui/toast.tsx";
import css from "./board.module.css";
import { Card } from "./card.tsx";
import { draggable, type Drag } from "./drag.ts";
import { columnsOf, type Column as Rows, type Opportunity, type Stage } from "./filter.ts";
import type { Moving } from "./moving.tsx";
import type { Rows as PipelineRows } from "./rows.ts";
import { hueOfStage } from "./stage-menu.tsx";
import { firstWords, type Verdict } from "./verdict.ts";
import { p, sumWords } from "./words.ts";

export interface BoardHandle {
  /** Brings a card into view and the keyboard to it. */
  readonly focus: (id: string) => void;
}
interface ColumnHandle {
  readonly scrollTo: (place: number) => void;
  readonly firstShown: () => number;
}
const framesMax = 60;

/** A column a stage; on a phone one column, and the stages as tabs. */
export function Board(props: {
  readonly of: PipelineRows;
  readonly moving: Moving;
  readonly peek: string | undefined;
  /** The stage that a phone shows. */
  readonly tab: string | undefined;
  readonly onTab: (stage: string) => void;
  readonly onPeek: (id: string | undefined) => void;
  readonly handle: (handle: BoardHandle) => void;
}): JSX.Element {
  let board: HTMLDivElement | undefined;
  const columns = createMemo<readonly Rows[]>((before) => columnsOf(props.of.rows(), props.of.stages(), before), []);
  const handles = new Map<string, ColumnHandle>();
  const [active, setActive] = createSignal<string>();
  const keyOf = (column: Rows | undefined): string => column?.stage?.id ?? "";
  const placeOf = (id: string | undefined) => {
    for (const [at, column] of columns().entries()) {
      const place = column.rows.findIndex((row) => row.id === id);
      if (place >= 0) return { at, place, row: column.rows[place] as Opportunity };
    }
    return undefined;
  };

  // --- the keyboard

  const focus = (id: string) => {
    const found = untrack(() => placeOf(id));
    if (!found) return;
    setActive(id);
    const column = columns()[found.at];
    if (isPhone() && keyOf(column) !== shown()) props.onTab(keyOf(column));
    let frames = 0;
    const step = () => {
      const link = board?.querySelector<HTMLElement>(`[data-card="${CSS.escape(id)}"] a`);
      if (link) {
        link.focus({ preventScroll: true });
        link.closest("section")?.scrollIntoView({ block: "nearest", inline: "nearest" });
      } else if ((frames += 1) < framesMax) {
        handles.get(keyOf(column))?.scrollTo(found.place);
        requestAnimationFrame(step);
      }
    };
    handles.get(keyOf(column))?.scrollTo(found.place);
    step();
  };
  onMount(() => props.handle({ focus }));
  const go = (at: number, place: number) => {
    const rows = columns()[at]?.rows ?? [];
    const row = rows[Math.min(rows.length - 1, Math.max(0, place))];
    if (row) focus(row.id);
  };
  /** To the nearest column on that side that has a card. */
  const aside = (from: { at: number; place: number }, by: number) => {
    for (let at = from.at + by; at >= 0 && at < columns().length; at += by)
      if ((columns()[at]?.rows.length ?? 0) > 0) return go(at, from.place);
  };
  const step = (row: Opportunity, by: number) => {
    const stages = props.of.stages();
    const at = stages.findIndex(({ id }) => id === row.stage);
    const to = at < 0 ? undefined : stages[at + by];
    if (!to) return toast({ text: p("noStageFar") });
    const verdict = props.moving.verdict(row, to);
    if (verdict.state === "shut") return toast({ text: `${to.name ?? ""}: ${verdict.why}`, bad: true });
    void props.moving.move(row, to.id);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.isComposing || event.metaKey || event.ctrlKey || event.altKey) return;
    const id = (event.target as HTMLElement).closest<HTMLElement>("[data-card]")?.dataset["card"];
    const found = placeOf(id);
    if (!found) return;
    const { at, place, row } = found;
    const shifted: Record<string, () => void> = { ArrowLeft: () => step(row, -1), ArrowRight: () => step(row, 1) };
    const plain: Record<string, () => void> = {
      ArrowDown: () => go(at, place + 1),
      ArrowUp: () => go(at, place - 1),
      ArrowLeft: () => aside(found, -1),
      ArrowRight: () => aside(found, 1),
      Home: () => go(at, 0),
      End: () => go(at, Number.POSITIVE_INFINITY),
      j: () => go(at, place + 1),
      k: () => go(at, place - 1),
      m: () => props.moving.choose(row),
      " ": () => props.onPeek(props.peek === row.id ? undefined : row.id),
      Escape: () => props.onPeek(undefined),
    };
    const act = (event.shiftKey ? shifted : plain)[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const enter = () => {
    if (board?.contains(document.activeElement)) return;
    const at = columns().findIndex((column) => column.rows.length > 0);
    if (active() && placeOf(active())) focus(active() as string);
    else if (at >= 0) go(at, 0);
  };
  useCommands({
    "row.next": enter,
    "row.previous": enter,
    "row.open": held,
    "row.peek": held,
    "stage.choose": held,
    "stage.back": held,
    "stage.on": held,
  });

  // --- the mouse

  const [drag, setDrag] = createSignal<Drag>();
  const dragged = createMemo(() => placeOf(drag()?.id)?.row);
  const verdicts = createMemo(() => {
    const row = dragged();
    return new Map<string, Verdict>(row ? props.of.stages().map((stage) => [stage.id, props.moving.verdict(row, stage)]) : []); // prettier-ignore
  });
  onMount(() => {
    if (!board) return;
    const stop = draggable(board, {
      onMove: setDrag,
      onDrop: (id, stage) => {
        const row = placeOf(id)?.row;
        const to = props.of.stages().find((one) => one.id === stage);
        if (!row || !to || row.stage === to.id) return;
        const verdict = props.moving.verdict(row, to);
        setActive(row.id);
        if (verdict.state === "shut") toast({ text: `${to.name ?? ""}: ${verdict.why}`, bad: true });
        else void props.moving.move(row, to.id);
      },
    });
    onCleanup(stop);
  });

  const shown = () => props.tab ?? keyOf(columns().find((column) => column.rows.length > 0) ?? columns()[0]);
  /** By key, not by column: one whose rows are others keeps its place, its scrolling and the keyboard. */
  const visible = createMemo(() =>
    columns()
      .map(keyOf)
      .filter((key) => !isPhone() || key === shown()),
  );
  const columnOf = (key: string): Rows =>
    columns().find((column) => keyOf(column) === key) ?? { stage: undefined, rows: [] };
  return (
    <>
      <Show when={isPhone()}>
        <div class={css.tabs} role="group" aria-label={p("stageTabs")}>
          <For each={columns()}>
            {(column, at) => (
              <button
                type="button"
                class={css.tab}
                aria-pressed={keyOf(column) === shown()}
                onClick={() => props.onTab(keyOf(column))}
              >
                <Dot color={hueOfStage(at())} />
                {column.stage?.name ?? p("noStage")}
                <span class={`${css.count} num`}>{number(column.rows.length, locale())}</span>
              </button>
            )}
          </For>
        </div>
      </Show>
      <div
        ref={(element) => (board = element)}
        class={css.board}
        classList={{ [css.dragging ?? ""]: drag() !== undefined }}
        role="group"
        aria-label={p("boardLabel", props.of.pipeline()?.name ?? "")}
        aria-description={p("help")}
        onKeyDown={keys}
      >
        <For each={visible()}>
          {(key) => (
            <Column
              column={columnOf(key)}
              hue={hueOfStage(columns().findIndex((column) => keyOf(column) === key))}
              of={props.of}
              active={active()}
              peek={props.peek}
              verdict={drag() ? verdicts().get(key) : undefined}
              over={drag()?.over === key}
              dragging={drag()?.id}
              onActive={setActive}
              onOpen={(row) => props.onPeek(row.id)}
              onActs={(row) => props.moving.choose(row)}
              handle={(handle) => {
                handles.set(key, handle);
                onCleanup(() => handles.get(key) === handle && handles.delete(key));
              }}
            />
          )}
        </For>
        <Show when={drag() && dragged()}>
          <div
            class={css.ghost}
            style={{
              width: `${drag()?.width ?? 0}px`,
              transform: `translate(${drag()?.x ?? 0}px, ${drag()?.y ?? 0}px)`,
            }}
            aria-hidden="true"
          >
            <Card
              row={dragged() as Opportunity}
              of={props.of}
              tabStop={false}
              peeked={false}
              onOpen={() => undefined}
              onActs={() => undefined}
            />
          </div>
        </Show>
      </div>
    </>
  );
}

function Column(props: {
  readonly column: Rows;
  readonly hue: string;
  readonly of: PipelineRows;
  readonly active: string | undefined;
  readonly peek: string | undefined;
  readonly verdict: Verdict | undefined;
  readonly over: boolean;
  readonly dragging: string | undefined;
  readonly onActive: (id: string) => void;
  readonly onOpen: (row: Opportunity) => void;
  readonly onActs: (row: Opportunity) => void;
  readonly handle: (handle: ColumnHandle) => void;
}): JSX.Element {
  // Not a signal: a virtualizer with a signal for its scroll element renders no rows at all.
  let scroller: HTMLDivElement | null = null;
  const stage = (): Stage | undefined => props.column.stage;
  const rows = () => props.column.rows;
  const memo = () => `pipeline:${stage()?.id ?? ""}`;
  const gap = 8;
  const height = createMemo(() => {
    isPhone();
    return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--card")) || 104;
  });
  const virtual = createVirtualizer({
    get count() {
      return rows().length;
    },
    getScrollElement: () => scroller,
    estimateSize: () => height() + gap,
    overscan: 4,
    initialOffset: savedScroll(memo()),
    getItemKey: (index) => rows()[index]?.id ?? index,
  });
  createEffect(on(height, () => virtual.measure(), { defer: true }));
  const items = () => virtual.getVirtualItems();
  untrack(() =>
    props.handle({
      scrollTo: (place) => virtual.scrollToIndex(place, { align: "auto" }),
      firstShown: () => items()[0]?.index ?? 0,
    }),
  );
  /** One stop for the Tab key a column: the card one was on, else the first that is drawn. */
  const stop = createMemo(() => {
    const drawn = items().map(({ index }) => rows()[index]?.id);
    return drawn.includes(props.active) ? props.active : drawn[0];
  });
  const sum = createMemo(() => sumOf(rows(), props.of.amount));
  const name = () => stage()?.name ?? p("noStage");
  const first = () => (props.verdict ? firstWords(props.verdict) : undefined);
  const words = () => sumWords(sum());
  return (
    <section
      class={css.column}
      classList={{
        [css.allowed ?? ""]: props.verdict?.state === "open",
        [css.denied ?? ""]: props.verdict?.state === "ask" || props.verdict?.state === "shut",
        [css.over ?? ""]: props.over,
      }}
      data-stage={stage()?.id}
      aria-label={p("column", name(), rows().length)}
    >
      <header class={css.head}>
        <h2 class={css.title}>
          <Dot color={props.hue} />
          <span class="clip">{name()}</span>
          <span class={`${css.count} num`}>{number(rows().length, locale())}</span>
        </h2>
        <p class={`${css.sum} num clip`} title={words() ? p("sumLabel", words()) : undefined}>
          <Show when={first()} fallback={words()}>
            <span class={css.first}>{first()}</span>
          </Show>
        </p>
      </header>
      <div
        ref={(element) => (scroller = element)}
        class={css.scroll}
        onScroll={(event) => saveScroll(memo(), event.currentTarget.scrollTop)}
      >
        <ul class={css.cards} style={{ height: `${virtual.getTotalSize()}px` }}>
          <For each={items()}>
            {(item) => {
              // Not the row itself as the condition: Show would hold on to the first one while another is in its place.
              const row = () => rows()[item.index] as Opportunity;
              return (
                <Show when={rows()[item.index] !== undefined}>
                  <li
                    class={css.item}
                    classList={{ [css.lifted ?? ""]: props.dragging === row().id }}
                    style={{ transform: `translateY(${item.start}px)` }}
                    onFocusIn={() => props.onActive(row().id)}
                  >
                    <Card
                      row={row()}
                      of={props.of}
                      tabStop={stop() === row().id}
                      peeked={props.peek === row().id}
                      onOpen={() => props.onOpen(row())}
                      onActs={() => {
                        props.onActive(row().id);
                        props.onActs(row());
                      }}
                    />
                  </li>
                </Show>
              );
            }}
          </For>
        </ul>
      </div>
    </section>
  );
}
