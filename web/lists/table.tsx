import ArrowDown from "lucide-solid/icons/arrow-down";
import ArrowUp from "lucide-solid/icons/arrow-up";
import ChevronDown from "lucide-solid/icons/chevron-down";
import ChevronRight from "lucide-solid/icons/chevron-right";
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show, type JSX } from "solid-js";
import { held, useCommands } from "../commands/registry.ts";
import type { Row } from "../../shared/records/entities.ts";
import { number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { isPhone, useSession } from "../shell/context.ts";
import { markOf } from "../shell/marks.ts";
import { ChangeMark } from "../ui/mark.tsx";
import { toast, undoLast } from "../ui/toast.tsx";
import { saveScroll, savedScroll } from "../ui/scroll-memo.ts";
import type { Leave, Typing } from "./cell-work.tsx";
import { Cell, narrowest, template, type Shown } from "./columns.tsx";
import type { Desk } from "./desk.ts";
import { createFixedWindow } from "./fixed.ts";
import type { ListKind } from "./kind.ts";
import type { GroupRun, Lines } from "./lines.ts";
import type { Selection } from "./selection.ts";
import css from "./table.module.css";
import { pressed } from "./touch.ts";
import type { Area } from "./tsv.ts";

/** A list that is read by place, however long it is. */
export interface Rows {
  readonly length: () => number;
  readonly at: (place: number) => Row | undefined;
  readonly indexOf: (id: string) => number;
}
export interface TableProps {
  readonly kind: ListKind;
  readonly rows: Rows;
  readonly lines: Lines;
  readonly columns: readonly Shown[];
  readonly sort: string;
  readonly sortable: (column: Shown) => boolean;
  /** What is remembered for the way back is remembered under this name. */
  readonly memo: string;
  readonly peeking: boolean;
  readonly selection: Selection;
  /** A tap selects a row, and opens none. */
  readonly selecting: boolean;
  readonly desk: Desk;
  readonly shut: ReadonlySet<string>;
  readonly groupName: (key: string) => string;
  readonly onGroup: (key: string) => void;
  readonly onRoom: (width: number) => void;
  readonly onSort: (sort: string) => void;
  readonly onWidth: (field: string, width: number) => void;
  readonly onOpen: (row: Row) => void;
  readonly onPeek: (row: Row | undefined) => void;
  readonly onEnd: () => void;
}
/** The line one was on, for the way back. A group's head is `#` and its key. */
const lastLine = new Map<string, string>();
const headLine = 32;

/** The rows of a list in a window of the screen, with one line that keys act on. */
export function Table(props: TableProps): JSX.Element {
  const session = useSession();
  const { data } = session;
  let scroller: HTMLDivElement | null = null;
  // By id: rows that arrive or move must not put another one under the member's Enter.
  const [activeId, setActiveId] = createSignal<string | undefined>(lastLine.get(props.memo));
  const active = createMemo(() => {
    const id = activeId();
    if (id === undefined) return -1;
    return id.startsWith("#") ? props.lines.lineOfHead(id.slice(1)) : props.lines.lineOf(props.rows.indexOf(id));
  });
  const menuWidth = () => (props.kind.menuButtons ?? 1) * (isPhone() ? 36 : 28);
  /** Check boxes, menu, the gap that is left and the padding at both sides. */
  const sides = () => 24 + menuWidth() + 16 + 2 * 20;
  const rowHeight = createMemo(() => {
    isPhone();
    return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row")) || 36;
  });
  const headHeight = () => (isPhone() ? 0 : headLine);
  const keyOf = (index: number): string | number => {
    const line = props.lines.at(index);
    if (!line) return index;
    return "head" in line ? `#${line.head.key}` : (props.rows.at(line.place)?.id ?? index);
  };
  const shown = createFixedWindow(() => props.lines.count, rowHeight, headHeight, savedScroll(props.memo));
  createEffect(
    on(
      () => props.memo,
      (memo) => {
        setActiveId(lastLine.get(memo));
        if (scroller) scroller.scrollTop = savedScroll(memo);
      },
      { defer: true },
    ),
  );
  createEffect(() => {
    const last = shown.indexes().at(-1);
    if (last !== undefined && last >= props.lines.count - 20) props.onEnd();
  });

  const rowAt = (index: number): Row | undefined => {
    const line = props.lines.at(index);
    return line && "place" in line ? props.rows.at(line.place) : undefined;
  };
  const headAt = (index: number): GroupRun | undefined => {
    const line = props.lines.at(index);
    return line && "head" in line ? line.head : undefined;
  };
  const become = (id: string | undefined): void => {
    setActiveId(id);
    if (id === undefined) lastLine.delete(props.memo);
    else lastLine.set(props.memo, id);
  };
  const go = (to: number): void => {
    const index = Math.min(props.lines.count - 1, Math.max(0, to));
    become(String(keyOf(index)));
    const top = shown.scrollFor(index);
    if (top !== null && scroller) scroller.scrollTop = top;
    const row = rowAt(index);
    if (props.peeking && row) props.onPeek(row);
  };
  /** Ids from one row to another, in the order of the list. */
  const between = (from: string, to: string): string[] => {
    const [one, other] = [props.rows.indexOf(from), props.rows.indexOf(to)];
    if (other < 0) return [];
    const [first, last] = one < 0 ? [other, other] : [Math.min(one, other), Math.max(one, other)];
    return Array.from({ length: last - first + 1 }, (_, at) => props.rows.at(first + at)?.id ?? "").filter(Boolean);
  };
  const extendTo = (to: number): void => {
    const from = rowAt(active());
    if (from && !props.selection.has(from.id)) props.selection.toggle(from.id);
    go(to);
    const row = rowAt(active());
    if (row) props.selection.extend(row.id, between);
  };
  const all = (): void => {
    const ids = Array.from({ length: props.rows.length() }, (_, at) => props.rows.at(at)?.id ?? "");
    props.selection.set(ids.filter(Boolean));
  };
  const isAll = (): boolean => props.selection.ids().size > 0 && props.selection.ids().size >= props.rows.length();

  // --- cells: the right arrow leads into the row's, Esc out of them again
  const [field, setField] = createSignal<string>();
  /** The corner of the area that stays while the other one moves. */
  const [corner, setCorner] = createSignal<{ readonly id: string; readonly field: string }>();
  const [typing, setTyping] = createSignal<Typing>();
  const [work, setWork] = createSignal<typeof import("./cell-work.tsx")>();
  const fetchWork = (): Promise<unknown> => import("./cell-work.tsx").then(setWork);
  const placeOf = (column: string | undefined): number => props.columns.findIndex((one) => one.field === column);
  const cellPlace = createMemo(() => (isPhone() ? -1 : placeOf(field())));
  const area = createMemo((): Area | undefined => {
    const row = rowAt(active());
    if (cellPlace() < 0 || !row) return undefined;
    const from = corner() ?? { id: row.id, field: field() ?? "" };
    const [here, there, beside] = [props.rows.indexOf(row.id), props.rows.indexOf(from.id), placeOf(from.field)];
    const [row2, column2] = there < 0 || beside < 0 ? [here, cellPlace()] : [there, beside];
    return { top: Math.min(here, row2), bottom: Math.max(here, row2), left: Math.min(cellPlace(), column2), right: Math.max(cellPlace(), column2) };
  }); // prettier-ignore
  const isArea = createMemo(() => {
    const one = area();
    return one !== undefined && (one.top !== one.bottom || one.left !== one.right);
  });
  const isIn = (index: number, of: string): boolean => {
    const one = area();
    const line = props.lines.at(index);
    if (!one || !line || !("place" in line) || line.place < one.top || line.place > one.bottom) return false;
    const at = placeOf(of);
    return at >= one.left && at <= one.right;
  };
  const grid = () => ({ kind: props.kind, rows: props.rows, columns: props.columns, desk: props.desk });
  const showCell = (): void => scroller?.querySelector("[data-cell]")?.scrollIntoView({ block: "nearest", inline: "nearest" }); // prettier-ignore
  const enterCells = (): void => {
    setField(props.columns[0]?.field);
    showCell();
  };
  /** To another cell; `far`: the area grows to it. */
  const goCell = (down: number, across: number, far: boolean): void => {
    const row = rowAt(active());
    if (far && !corner() && row) setCorner({ id: row.id, field: field() ?? "" });
    if (!far) setCorner(undefined);
    setField(props.columns[Math.min(props.columns.length - 1, Math.max(0, cellPlace() + across))]?.field);
    if (down !== 0) go(active() + down);
    showCell();
  };
  const type = (over: boolean): boolean => {
    const row = rowAt(active());
    const of = field();
    const { whyFixed } = work() ?? {};
    if (!row || of === undefined || !whyFixed) return false;
    const why = whyFixed(session, props.kind, row, of);
    if (why) toast({ text: why, bad: true });
    else setTyping({ id: row.id, field: of, over });
    return why === undefined;
  };
  const leaveCell = (where: Leave): void => {
    const index = active();
    const next = where === "down" ? keyOf(Math.min(props.lines.count - 1, index + 1)) : where === "up" ? keyOf(Math.max(0, index - 1)) : undefined; // prettier-ignore
    setTyping(undefined);
    scroller?.focus({ preventScroll: true });
    // By id: what was just written may have moved the row that one was on.
    const id = String(next);
    if (next !== undefined) go(id.startsWith("#") ? props.lines.lineOfHead(id.slice(1)) : props.lines.lineOf(props.rows.indexOf(id)));
    else if (where === "left" || where === "right") goCell(0, where === "left" ? -1 : 1, false);
    showCell();
  };
  /** True: it was a key for a cell. */
  const cellKeys = (event: KeyboardEvent): boolean => {
    const last = props.columns.length - 1;
    const page = Math.max(1, Math.floor((scroller?.clientHeight ?? 400) / rowHeight()) - 2);
    const far = event.shiftKey;
    const one = area();
    const moves: Record<string, () => unknown> = {
      ArrowDown: () => goCell(1, 0, far),
      ArrowUp: () => goCell(-1, 0, far),
      ArrowRight: () => goCell(0, 1, far),
      ArrowLeft: () => goCell(0, -1, far),
      PageDown: () => goCell(page, 0, far),
      PageUp: () => goCell(-page, 0, far),
      Home: () => goCell(0, -last, far),
      End: () => goCell(0, last, far),
      Enter: () => type(false),
      F2: () => type(false),
      Escape: () => (corner() ? setCorner(undefined) : setField(undefined)),
      Delete: () => one && work()?.clearArea(session, grid(), one),
      Backspace: () => one && work()?.clearArea(session, grid(), one),
      // Past the last cell it leaves the table, as everywhere.
      ...((far ? cellPlace() > 0 : cellPlace() < last) ? { Tab: () => goCell(0, far ? -1 : 1, false) } : {}),
    };
    const move = moves[event.key];
    if (move) {
      event.preventDefault();
      event.stopPropagation();
      move();
      return true;
    }
    if ([...event.key].length !== 1 || event.key === " ") return false;
    // The key itself is typed by the browser, into the field that has the focus by then.
    event.stopPropagation();
    if (!type(true)) event.preventDefault();
    return true;
  };
  const toClipboard = (event: ClipboardEvent): void => {
    const copy = work();
    if (document.activeElement !== scroller || !copy || !event.clipboardData || !getSelection()?.isCollapsed) return;
    const one = area();
    const row = rowAt(active());
    const ids = props.selection.ids().size > 0 ? [...props.selection.ids()] : row ? [row.id] : [];
    if (!one && ids.length === 0) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", one ? copy.copyArea(session, grid(), one) : copy.copyRows(session, grid(), ids)); // prettier-ignore
  };
  const fromClipboard = (event: ClipboardEvent): void => {
    const paste = work();
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (document.activeElement !== scroller || !paste || isPhone() || text === "") return;
    event.preventDefault();
    const one = area();
    if (one) void paste.pasteText(session, grid(), one, text);
    else paste.sayNoCell();
  };

  const keys = (event: KeyboardEvent): void => {
    if (event.isComposing || event.target !== event.currentTarget) return;
    const row = rowAt(active());
    const head = headAt(active());
    const page = Math.max(1, Math.floor((scroller?.clientHeight ?? 400) / rowHeight()) - 2);
    if ((event.ctrlKey || event.metaKey) && event.key === "a") {
      event.preventDefault();
      return all();
    }
    // Among cells a Z is typed.
    if ((event.ctrlKey || event.metaKey) && event.key === "z") {
      event.preventDefault();
      return void undoLast();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (cellPlace() >= 0 && row && cellKeys(event)) return;
    const moves: Record<string, () => unknown> = {
      ArrowDown: () => (event.shiftKey ? extendTo(active() + 1) : go(active() + 1)),
      ArrowUp: () => (event.shiftKey ? extendTo(active() - 1) : go(active() - 1)),
      PageDown: () => go(active() + page),
      PageUp: () => go(active() - page),
      Home: () => go(0),
      End: () => go(props.lines.count - 1),
      Enter: () => (head ? props.onGroup(head.key) : row && props.onOpen(row)),
      " ": () => (head ? props.onGroup(head.key) : row && props.onPeek(props.peeking ? undefined : row)),
      ...(row && !isPhone() ? { ArrowRight: enterCells, F2: enterCells } : {}),
      ...(head ? { ArrowLeft: () => !props.shut.has(head.key) && props.onGroup(head.key), ArrowRight: () => props.shut.has(head.key) && props.onGroup(head.key) } : {}),
      Escape: () => (props.selection.ids().size > 0 && !props.peeking ? props.selection.clear() : props.onPeek(undefined)),
      x: () => row && props.selection.toggle(row.id),
    }; // prettier-ignore
    for (const [key, run] of Object.entries(props.kind.keys ?? {})) moves[key] ??= () => row && run(row);
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
  const by = (step: number, far: boolean) => () => {
    scroller?.focus({ preventScroll: true });
    if (far) extendTo(active() + step);
    else go(active() + step);
  };
  useCommands({
    "row.next": by(1, false),
    "row.previous": by(-1, false),
    "row.selectNext": by(1, true),
    "row.selectPrevious": by(-1, true),
    "row.open": held,
    "row.peek": held,
    "row.select": held,
    "row.selectAll": held,
    "row.cells": held,
    "row.pin": props.kind.keys?.["p"] && held,
    "row.remove": props.kind.keys?.["Delete"] && held,
  });
  onMount(() => {
    if (!isPhone()) void fetchWork(); // beside what is there already: the first key of a cell must not wait
    const watch = new ResizeObserver(([entry]) => {
      props.onRoom(Math.max(0, (entry?.contentRect.width ?? 0) - sides()));
      shown.seen(entry?.contentRect.height ?? 0);
    });
    if (scroller) {
      scroller.scrollTop = savedScroll(props.memo);
      watch.observe(scroller);
    }
    document.addEventListener("copy", toClipboard);
    document.addEventListener("paste", fromClipboard);
    // On the way back the line that one was on has the keys again, unless something else has them already.
    if (active() >= 0 && document.activeElement === document.body) scroller?.focus({ preventScroll: true });
    onCleanup(() => {
      watch.disconnect();
      document.removeEventListener("copy", toClipboard);
      document.removeEventListener("paste", fromClipboard);
    });
  });
  const rowId = (index: number) => `${props.kind.plural}-row-${index}`;
  const cellId = (index: number, of: string) => `${rowId(index)}-${of}`;
  const isCell = (index: number, of: string): boolean => cellPlace() >= 0 && field() === of && active() === index;
  const touch = pressed((id) => props.selection.toggle(id));
  /** A tap that selects, or a click on another cell while one is among cells; the name opens its record all the same. */
  const tapped = (row: Row, event: MouseEvent): boolean => {
    if (touch.wasLong()) return true;
    if (props.selecting) {
      props.selection.toggle(row.id);
      return true;
    }
    const line = (event.currentTarget as HTMLElement).closest('[role="row"]');
    const under = [...(line?.querySelectorAll<HTMLElement>("[data-field]") ?? [])].find((one) => {
      const { left, right } = one.getBoundingClientRect();
      return event.clientX >= left && event.clientX < right;
    });
    const of = under?.dataset["field"];
    if (cellPlace() < 0 || of === undefined || of === "name") return false;
    setCorner(undefined);
    setField(of);
    become(row.id);
    scroller?.focus({ preventScroll: true });
    return true;
  };
  const rendered = () => shown.indexes().includes(active());
  const wide = () => `${narrowest(props.columns) + sides()}px`;

  return (
    <div
      ref={(element) => (scroller = element)}
      class={css.table}
      style={{ "--cols": template(props.columns), "--wide": wide(), "--menu": `${menuWidth()}px` }}
      role="grid"
      tabindex="0"
      aria-label={props.kind.words.title()}
      aria-multiselectable="true"
      aria-rowcount={props.lines.count + 1}
      aria-colcount={props.columns.length + 2}
      aria-activedescendant={
        rendered() ? (cellPlace() >= 0 && rowAt(active()) ? cellId(active(), field() ?? "") : rowId(active())) : undefined
      }
      data-selecting={props.selecting ? "" : undefined}
      onKeyDown={keys}
      onScroll={(event) => {
        shown.scrolled(event.currentTarget.scrollTop);
        saveScroll(props.memo, event.currentTarget.scrollTop);
      }}
    >
      <Show when={!isPhone()}>
        <div role="rowgroup" class={css.headGroup}>
          <div role="row" aria-rowindex={1} class={`${css.cells} ${css.head}`}>
            <div role="columnheader" class={css.pick}>
              <input
                type="checkbox"
                class={css.check}
                tabindex="-1"
                aria-label={t("select.all")}
                checked={isAll()}
                ref={(box) => createEffect(() => (box.indeterminate = props.selection.ids().size > 0 && !isAll()))}
                onChange={() => (props.selection.ids().size > 0 ? props.selection.clear() : all())}
              />
            </div>
            <For each={props.columns}>
              {(column) => (
                <HeadCell
                  column={column}
                  sort={props.sort}
                  sortable={props.sortable(column)}
                  onSort={props.onSort}
                  onWidth={(width) => props.onWidth(column.field, width)}
                />
              )}
            </For>
            <div role="columnheader" class={css.menu}>
              <span class="sr">{t("keep.menu")}</span>
            </div>
          </div>
        </div>
      </Show>
      <div role="rowgroup" class={css.rows} style={{ height: `${shown.height()}px` }}>
        <For each={shown.indexes()}>
          {(index) => {
            // Not the row itself as the condition: Show would hold on to the first one while another is in its place.
            const row = () => rowAt(index) as Row;
            const at = () => ({ transform: `translateY(${index * rowHeight()}px)` });
            return (
              <Show
                when={rowAt(index) !== undefined}
                fallback={
                  <Show when={headAt(index)}>
                    {(head) => (
                      <div
                        role="row"
                        id={rowId(index)}
                        aria-rowindex={index + 2}
                        data-active={active() === index ? "" : undefined}
                        class={css.group}
                        style={at()}
                        onClick={() => {
                          become(`#${head().key}`);
                          props.onGroup(head().key);
                        }}
                      >
                        <div role="gridcell" class={css.groupCell} aria-expanded={!props.shut.has(head().key)}>
                          <Show when={props.shut.has(head().key)} fallback={<ChevronDown size={14} />}>
                            <ChevronRight size={14} />
                          </Show>
                          <strong class="clip">{props.groupName(head().key)}</strong>
                          <span class={`${css.groupCount} num`}>{number(head().to - head().from, locale())}</span>
                        </div>
                      </div>
                    )}
                  </Show>
                }
              >
                <div
                  role="row"
                  id={rowId(index)}
                  aria-rowindex={index + 2}
                  aria-selected={props.selection.has(row().id)}
                  data-active={active() === index ? "" : undefined}
                  class={`${css.cells} ${css.row}`}
                  style={at()}
                  {...touch.on(() => row().id)}
                  onMouseDown={(event) => {
                    if (event.shiftKey) return event.preventDefault(); // no text is marked meanwhile
                    become(row().id);
                  }}
                  onClick={(event) => {
                    if (!event.shiftKey) return;
                    props.selection.extend(activeId() ?? row().id, between);
                    props.selection.extend(row().id, between);
                    become(row().id);
                  }}
                >
                  <div role="gridcell" class={css.pick}>
                    <input
                      type="checkbox"
                      class={css.check}
                      tabindex="-1"
                      aria-label={t("select.one", props.kind.title(row()))}
                      checked={props.selection.has(row().id)}
                      onClick={(event) => {
                        event.stopPropagation();
                        if (!event.shiftKey) return props.selection.toggle(row().id);
                        props.selection.extend(row().id, between);
                        event.currentTarget.checked = true;
                      }}
                    />
                  </div>
                  <Show
                    when={!isPhone()}
                    fallback={
                      <div role="gridcell" class={css.phone}>
                        <Name kind={props.kind} row={row()} onTap={tapped} onOpen={props.onOpen} />
                        {props.kind.phone(rowProxy(row))}
                      </div>
                    }
                  >
                    <For each={props.columns}>
                      {(column) => (
                        <div
                          role="gridcell"
                          id={cellId(index, column.field)}
                          data-field={column.field}
                          data-cell={isCell(index, column.field) ? "" : undefined}
                          aria-selected={isArea() && isIn(index, column.field) ? "true" : undefined}
                          class={css.cell}
                          classList={{ [css.end ?? ""]: column.end, num: column.end }}
                        >
                          <Show
                            when={column.field === "name"}
                            fallback={<Cell kind={props.kind} column={column} row={row()} />}
                          >
                            <Name kind={props.kind} row={row()} onTap={tapped} onOpen={props.onOpen} />
                            <ChangeMark state={markOf(data, row().id)} />
                          </Show>
                          <Show when={typing()?.id === row().id && typing()?.field === column.field && typing()} keyed>
                            {(one) => {
                              const CellEditor = work()?.CellEditor;
                              return CellEditor && <CellEditor kind={props.kind} row={row()} typing={one} onLeave={leaveCell} />;
                            }}
                          </Show>
                        </div>
                      )}
                    </For>
                  </Show>
                  <div role="gridcell" class={css.menu}>
                    {props.kind.menu?.(rowProxy(row), css.more ?? "")}
                  </div>
                </div>
              </Show>
            );
          }}
        </For>
      </div>
    </div>
  );
} // prettier-ignore
/** Read when it is asked for: rows change under what shows them. */
const rowProxy = (row: () => Row): Row =>
  new Proxy({} as Row, { get: (_, key) => (row() as Row | undefined)?.[key as string] });

/** Covers the row, so that opening in a new tab works anywhere on it. */
function Name(props: {
  readonly kind: ListKind;
  readonly row: Row;
  /** True: the click was for something else. */
  readonly onTap: (row: Row, event: MouseEvent) => boolean;
  readonly onOpen: (row: Row) => void;
}): JSX.Element {
  return (
    <a
      class={css.link}
      href={props.kind.href(props.row)}
      tabindex="-1"
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey) return;
        event.preventDefault();
        if (!event.shiftKey && !props.onTap(props.row, event)) props.onOpen(props.row);
      }}
    >
      <span class="clip">{props.kind.title(props.row)}</span>
    </a>
  );
}

function HeadCell(props: {
  readonly column: Shown;
  readonly sort: string;
  readonly sortable: boolean;
  readonly onSort: (sort: string) => void;
  readonly onWidth: (width: number) => void;
}): JSX.Element {
  const up = () => props.sort === props.column.field;
  const down = () => props.sort === `-${props.column.field}`;
  let cell: HTMLDivElement | undefined;
  const [wide, setWide] = createSignal<number>();
  /** By mouse; the keyboard has its own way among the columns. */
  const drag = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    event.preventDefault();
    const handle = event.currentTarget;
    const [from, start] = [event.clientX, cell?.getBoundingClientRect().width ?? 0];
    handle.setPointerCapture(event.pointerId);
    const move = (next: PointerEvent): void => void setWide(Math.round(Math.max(48, Math.min(640, start + next.clientX - from)))); // prettier-ignore
    const end = (): void => {
      handle.removeEventListener("pointermove", move);
      const width = wide();
      setWide(undefined);
      if (width !== undefined) props.onWidth(width);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", end, { once: true });
  };
  return (
    <div
      ref={(element) => (cell = element)}
      role="columnheader"
      class={css.headCell}
      classList={{ [css.end ?? ""]: props.column.end }}
      aria-sort={up() ? "ascending" : down() ? "descending" : "none"}
    >
      <Show when={props.sortable} fallback={<span class={css.headText}>{props.column.label()}</span>}>
        <button
          type="button"
          class={css.sort}
          aria-label={t("list.sortBy", props.column.label())}
          onClick={() => props.onSort(up() ? `-${props.column.field}` : props.column.field)}
        >
          <span class="clip">{props.column.label()}</span>
          <Show when={up()}>
            <ArrowUp size={12} />
          </Show>
          <Show when={down()}>
            <ArrowDown size={12} />
          </Show>
        </button>
      </Show>
      <span class={css.grip} aria-hidden="true" onPointerDown={drag}>
        <Show when={wide()}>{(width) => <span class={`${css.width} num`}>{width()}</span>}</Show>
      </span>
    </div>
  );
}
