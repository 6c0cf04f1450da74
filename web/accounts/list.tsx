import { useNavigate, useSearchParams } from "@solidjs/router";
import ArrowDown from "lucide-solid/icons/arrow-down";
import ArrowUp from "lucide-solid/icons/arrow-up";
import ArrowUpDown from "lucide-solid/icons/arrow-up-down";
import Search from "lucide-solid/icons/search";
import X from "lucide-solid/icons/x";
import { createVirtualizer } from "@tanstack/solid-virtual";
import {
  createEffect,
  createMemo,
  createSignal,
  For,
  lazy,
  Suspense,
  on,
  onCleanup,
  onMount,
  Show,
  type JSX,
} from "solid-js";
import { tinykeys } from "tinykeys";
import type { Row } from "../../shared/records/entities.ts";
import { day, dayIn } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { isPhone, now, quietly, useSession } from "../shell/context.ts";
import { PageBar } from "../shell/layout.tsx";
import { Which } from "../shell/which.tsx";
import { markOf } from "../shell/marks.ts";
import { Bone, Empty, Health, Person } from "../ui/bits.tsx";
import { ChangeMark, type MarkState } from "../ui/mark.tsx";
import { Button, buttonClass } from "../ui/button.tsx";
import { Menu } from "../ui/menu.tsx";
import { saveScroll, savedScroll } from "../ui/scroll-memo.ts";
import {
  columns,
  finder,
  finderRefs,
  onlineFilters,
  onlyFilters,
  order,
  passes,
  type Account,
  type Column,
} from "./columns.ts";
import css from "./list.module.css";
import { KeepMenu, removeHere, togglePin } from "./keep.tsx";
import { onlineAccounts } from "./online-list.ts";

const Peek = lazy(async () => ({ default: (await import("./peek.tsx")).Peek }));
/** Columns that the server can sort by; names of people and regions are not in its rows. */
const onlineSorts: readonly Column[] = ["name", "health", "nextAction", "country", "type"];
function onlineSort(sort: string): string {
  const column = sort.replace(/^-/, "");
  if (column === "nextAction") return sort.replace(column, "nextActionDay");
  return onlineSorts.some((one) => one === column) ? sort : "name";
}
const label = (column: Column): string => t(column === "nextAction" ? "account.next" : `account.${column}`);

/** A list that is read by place, however long it is. */
interface Rows {
  readonly length: () => number;
  readonly at: (place: number) => Account | undefined;
  readonly indexOf: (id: string) => number;
}
/** All accounts of this device, or all that the member may see: the same table over two sources, and it says which. */
export default function Accounts(): JSX.Element {
  const session = useSession();
  const { data } = session;
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams<{
    view?: string;
    sort?: string;
    q?: string;
    only?: string;
    peek?: string;
  }>();
  const online = () => search.view === "online" && !session.offline();
  const sort = () => search.sort ?? "name";
  const text = () => search.q ?? "";

  const isShown = (row: Account, only: string | undefined): boolean =>
    only === "kept" ? data.reason(row as Row) === "pinned" : passes(row, only, data.me.member);
  const held = data.count("account", () => ({}));
  const here = data.window("account", () => {
    const find = finder(text());
    const { only } = search;
    const filters = text() !== "" || only !== undefined;
    return {
      sort: order(sort()),
      refs: finderRefs,
      ...(filters ? { where: (row, look) => isShown(row, only) && find(row, look) } : {}),
    };
  });
  const remote = onlineAccounts(() => ({
    q: text(),
    sort: onlineSort(sort()),
    filters: onlineFilters(search.only, data.me.member),
    enabled: online(),
  }));
  // Reading `data` before it is there would suspend the whole screen.
  const fetched = createMemo(() => (remote.isSuccess ? remote.data.pages.flatMap((page) => page.items) : []));
  const rows: Rows = {
    length: () => (online() ? fetched().length : here.length()),
    at: (place) => (online() ? fetched()[place] : here.at(place)),
    indexOf: (id) => (online() ? fetched().findIndex((row) => row.id === id) : here.indexOf(id)),
  };
  const arriving = () =>
    online() ? remote.isPending : !here.ready() || (data.sync().state === "first_sync" && held() === 0);

  const set = (change: Record<string, string | undefined>) => setSearch(change, { replace: true });
  const choose = (all: boolean) => set({ view: all ? "online" : undefined, peek: undefined });
  const filtered = () => text() !== "" || search.only !== undefined;
  const away = () => (online() && remote.isSuccess ? (remote.data.pages.at(-1)?.away ?? []) : []);
  const note = () => {
    if (online() && away().length > 0)
      return t(
        "which.away",
        away()
          .map((cell) => cell.toUpperCase())
          .join(", "),
      );
    if (online())
      return remote.hasNextPage ? t("accounts.noteOnline", rows.length()) : t("accounts.noteOnlineAll", rows.length());
    return filtered() ? t("accounts.noteDeviceOf", rows.length(), held()) : t("accounts.noteDevice", held());
  };
  const open = (row: Account) => {
    if (online()) data.open(row.id);
    navigate(paths.account(row.id));
  };

  return (
    <>
      <PageBar title={t("accounts.title")} count={rows.length()}>
        <Show when={!isPhone()}>
          <Which here={held()} online={online()} onChoose={choose} />
          <Find value={text()} onInput={(q) => set({ q: q || undefined })} />
        </Show>
      </PageBar>
      <Show when={isPhone()}>
        <div class={css.phoneTools}>
          <Find value={text()} onInput={(q) => set({ q: q || undefined })} />
          <Menu
            label={t("accounts.sort")}
            placement="bottom-end"
            triggerClass={buttonClass({ square: true })}
            trigger={<ArrowUpDown size={18} />}
            parts={[
              {
                label: t("accounts.sort"),
                value: sort(),
                choices: columns.map((column) => ({ id: column, text: label(column) })),
                onChoose: (id) => set({ sort: id }),
              },
            ]}
          />
        </div>
      </Show>
      <Show when={!online() && data.sync().over}>
        {(over) => (
          <p class={`${css.over} num`} role="status">
            {t("accounts.over", over())}{" "}
            <button type="button" class={css.overAct} onClick={() => set({ only: "kept" })}>
              {t("accounts.showKept")}
            </button>
          </p>
        )}
      </Show>
      <div class={css.filters}>
        <Show when={isPhone()}>
          <Which here={held()} online={online()} onChoose={choose} />
        </Show>
        <For each={onlyFilters}>
          {(only) => (
            <button
              type="button"
              class={css.filter}
              aria-pressed={search.only === only}
              onClick={() => set({ only: search.only === only ? undefined : only })}
            >
              {t(`accounts.only.${only}`)}
              <Show when={search.only === only}>
                <X size={12} />
              </Show>
            </button>
          )}
        </For>
        <p class={`${css.note} num`} classList={{ [css.lacks ?? ""]: away().length > 0 }} aria-live="polite">
          {arriving() ? "" : note()}
        </p>
      </div>
      <div class={css.split} classList={{ [css.withPeek ?? ""]: search.peek !== undefined && !isPhone() }}>
        <Show when={!arriving()} fallback={<Waiting />}>
          <Show
            when={rows.length() > 0}
            fallback={
              <Nothing
                online={online()}
                failed={online() && remote.isError}
                filtered={filtered()}
                onRetry={() => void remote.refetch()}
                onClear={() => set({ q: undefined, only: undefined })}
                onOnline={session.offline() ? undefined : () => set({ view: "online" })}
              />
            }
          >
            <Table
              rows={rows}
              sort={sort()}
              sortable={online() ? onlineSorts : columns}
              memo={`accounts:${search.view ?? ""}`}
              peeking={search.peek !== undefined}
              onSort={(next) => set({ sort: next === "name" ? undefined : next })}
              onOpen={open}
              onPeek={(row) => set({ peek: row?.id })}
              onEnd={() => {
                if (online() && remote.hasNextPage && !remote.isFetchingNextPage) void remote.fetchNextPage();
              }}
            />
          </Show>
        </Show>
        <Show when={!isPhone() && search.peek}>
          {(id) => (
            <Suspense>
              <Peek id={id()} row={rows.at(rows.indexOf(id()))} onClose={() => set({ peek: undefined })} />
            </Suspense>
          )}
        </Show>
      </div>
    </>
  );
}

function Find(props: { readonly value: string; readonly onInput: (text: string) => void }): JSX.Element {
  let input: HTMLInputElement | undefined;
  onMount(() => {
    const off = tinykeys(window, {
      "/": quietly((event) => {
        event.preventDefault();
        input?.focus();
        input?.select();
      }),
    });
    onCleanup(off);
  });
  return (
    <label class={css.find}>
      <Search size={14} />
      <span class="sr">{t("accounts.findLong")}</span>
      <input
        ref={(element) => (input = element)}
        type="search"
        value={props.value}
        placeholder={t("accounts.find")}
        maxLength={100}
        enterkeyhint="search"
        onInput={(event) => {
          if (!event.isComposing) props.onInput(event.currentTarget.value);
        }}
        onCompositionEnd={(event) => props.onInput(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || event.isComposing) return;
          props.onInput("");
          event.currentTarget.blur();
        }}
      />
      <Show when={!props.value && !isPhone()}>
        <kbd aria-hidden="true">/</kbd>
      </Show>
    </label>
  );
}

function Table(props: {
  readonly rows: Rows;
  readonly sort: string;
  readonly sortable: readonly Column[];
  readonly memo: string;
  readonly peeking: boolean;
  readonly onSort: (sort: string) => void;
  readonly onOpen: (row: Account) => void;
  readonly onPeek: (row: Account | undefined) => void;
  readonly onEnd: () => void;
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  // Not a signal: a virtualizer with a signal for its scroll element renders no rows at all.
  let scroller: HTMLDivElement | null = null;
  // By id: rows that arrive or move must not put another one under the member's Enter.
  const [activeId, setActiveId] = createSignal<string>();
  const active = createMemo(() => {
    const id = activeId();
    return id === undefined ? -1 : props.rows.indexOf(id);
  });
  const rowHeight = createMemo(() => {
    isPhone();
    return Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--row")) || 36;
  });
  const headHeight = () => (isPhone() ? 0 : 32);
  const virtual = createVirtualizer({
    get count() {
      return props.rows.length();
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
    initialOffset: savedScroll(props.memo),
    getItemKey: (index) => props.rows.at(index)?.id ?? index,
  });
  createEffect(on(rowHeight, () => virtual.measure(), { defer: true }));
  createEffect(
    on(
      () => [props.sort, props.memo],
      () => {
        setActiveId(undefined);
        if (scroller) scroller.scrollTop = 0;
      },
      { defer: true },
    ),
  );
  createEffect(() => {
    const last = virtual.getVirtualItems().at(-1);
    if (last && last.index >= props.rows.length() - 20) props.onEnd();
  });

  const go = (to: number) => {
    const index = Math.min(props.rows.length() - 1, Math.max(0, to));
    setActiveId(props.rows.at(index)?.id);
    virtual.scrollToIndex(index, { align: "auto" });
    const row = props.rows.at(index);
    if (props.peeking && row) props.onPeek(row);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.isComposing || event.target !== event.currentTarget) return;
    const row = props.rows.at(active());
    const page = Math.max(1, Math.floor((scroller?.clientHeight ?? 400) / rowHeight()) - 2);
    const moves: Record<string, () => void> = {
      ArrowDown: () => go(active() + 1),
      ArrowUp: () => go(active() - 1),
      PageDown: () => go(active() + page),
      PageUp: () => go(active() - page),
      Home: () => go(0),
      End: () => go(props.rows.length() - 1),
      Enter: () => row && props.onOpen(row),
      " ": () => row && props.onPeek(props.peeking ? undefined : row),
      Escape: () => props.onPeek(undefined),
      p: () => row && togglePin(session, row),
      Delete: () => row && data.record("account", () => row.id)() && removeHere(session, row),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  };
  onMount(() => {
    const off = tinykeys(window, {
      j: quietly(() => {
        scroller?.focus({ preventScroll: true });
        go(active() + 1);
      }),
      k: quietly(() => {
        scroller?.focus({ preventScroll: true });
        go(active() - 1);
      }),
    });
    onCleanup(off);
  });
  const rowId = (index: number) => `account-row-${index}`;
  const rendered = () => virtual.getVirtualItems().some((item) => item.index === active());

  return (
    <div
      ref={(element) => (scroller = element)}
      class={css.table}
      role="grid"
      tabindex="0"
      aria-label={t("accounts.title")}
      aria-rowcount={props.rows.length() + 1}
      aria-colcount={columns.length + 1}
      aria-activedescendant={rendered() ? rowId(active()) : undefined}
      onKeyDown={keys}
      onScroll={(event) => saveScroll(props.memo, event.currentTarget.scrollTop)}
    >
      <Show when={!isPhone()}>
        <div role="rowgroup" class={css.headGroup}>
          <div role="row" aria-rowindex={1} class={`${css.cells} ${css.head}`}>
            <For each={columns}>
              {(column) => (
                <HeadCell
                  column={column}
                  sort={props.sort}
                  sortable={props.sortable.includes(column)}
                  onSort={props.onSort}
                />
              )}
            </For>
            <div role="columnheader" class={css.keep}>
              <span class="sr">{t("keep.menu")}</span>
            </div>
          </div>
        </div>
      </Show>
      <div role="rowgroup" class={css.rows} style={{ height: `${virtual.getTotalSize() - headHeight()}px` }}>
        <For each={virtual.getVirtualItems()}>
          {(item) => {
            // Not the row itself as the condition: Show would hold on to the first one while another is in its place.
            const row = () => props.rows.at(item.index) as Account;
            return (
              <Show when={props.rows.at(item.index) !== undefined}>
                <div
                  role="row"
                  id={rowId(item.index)}
                  aria-rowindex={item.index + 2}
                  aria-selected={active() === item.index}
                  class={`${css.cells} ${css.row}`}
                  style={{ transform: `translateY(${item.start - headHeight()}px)` }}
                  onMouseDown={() => setActiveId(row().id)}
                >
                  <Cells row={row()} mark={markOf(data, row().id)} onOpen={props.onOpen} />
                </div>
              </Show>
            );
          }}
        </For>
      </div>
    </div>
  );
}

function HeadCell(props: {
  readonly column: Column;
  readonly sort: string;
  readonly sortable: boolean;
  readonly onSort: (sort: string) => void;
}): JSX.Element {
  const up = () => props.sort === props.column;
  const down = () => props.sort === `-${props.column}`;
  return (
    <div role="columnheader" class={css[props.column]} aria-sort={up() ? "ascending" : down() ? "descending" : "none"}>
      <Show when={props.sortable} fallback={<span class={css.headText}>{label(props.column)}</span>}>
        <button
          type="button"
          class={css.sort}
          aria-label={t("accounts.sortBy", label(props.column))}
          onClick={() => props.onSort(up() ? `-${props.column}` : props.column)}
        >
          {label(props.column)}
          <Show when={up()}>
            <ArrowUp size={12} />
          </Show>
          <Show when={down()}>
            <ArrowDown size={12} />
          </Show>
        </button>
      </Show>
    </div>
  );
}

function Cells(props: {
  readonly row: Account;
  readonly mark: MarkState | undefined;
  readonly onOpen: (row: Account) => void;
}): JSX.Element {
  const session = useSession();
  const today = () => dayIn(now(), session.data.me.zone);
  const due = () => props.row.nextActionDay;
  const owner = () => session.memberName(props.row.owner);
  return (
    <>
      <div role="gridcell" class={css.name}>
        {/* Covers the row, so that opening in a new tab works anywhere on it. */}
        <a
          class={css.link}
          href={paths.account(props.row.id)}
          tabindex="-1"
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            props.onOpen(props.row);
          }}
        >
          <span class="clip">{props.row.name}</span>
        </a>
        <ChangeMark state={props.mark} />
      </div>
      <div role="gridcell" class={css.owner}>
        <Show when={owner()}>
          <Person id={props.row.owner ?? ""} name={owner()} />
        </Show>
      </div>
      <div role="gridcell" class={`${css.region} clip`}>
        {session.regionName(props.row.region)}
      </div>
      <div role="gridcell" class={css.health}>
        <Health value={isPhone() && props.row.health === "good" ? null : props.row.health} />
      </div>
      <div role="gridcell" class={css.nextAction}>
        <span class="clip">{props.row.nextAction ?? ""}</span>
        <Show when={due()}>
          {(value) => (
            <span
              class={`${css.day} num`}
              classList={{ [css.late ?? ""]: value() < today() }}
              title={day(value(), {
                locale: locale(),
                today: today(),
                zone: props.row.nextActionZone ?? null,
                mine: session.data.me.zone,
              })}
            >
              {day(value(), { locale: locale(), today: today() })}
            </span>
          )}
        </Show>
      </div>
      <div role="gridcell" class={`${css.country} clip`}>
        {props.row.country ?? ""}
      </div>
      <div role="gridcell" class={`${css.type} clip`}>
        {props.row.type ?? ""}
      </div>
      <div role="gridcell" class={css.keep}>
        <KeepMenu
          account={props.row}
          triggerClass={`${css.more} ${session.data.choice(() => props.row.id)() === "pin" ? css.pinned : ""}`}
        />
      </div>
    </>
  );
}

function Nothing(props: {
  readonly online: boolean;
  readonly failed: boolean;
  readonly filtered: boolean;
  readonly onRetry: () => void;
  readonly onClear: () => void;
  readonly onOnline: (() => void) | undefined;
}): JSX.Element {
  const onlineButton = () => (
    <Show when={!props.online && props.onOnline}>
      {(go) => <Button onClick={() => go()()}>{t("accounts.seeOnline")}</Button>}
    </Show>
  );
  return (
    <Show
      when={!props.failed}
      fallback={
        <Empty act={<Button onClick={() => props.onRetry()}>{t("act.retry")}</Button>}>{t("accounts.failed")}</Empty>
      }
    >
      <Show
        when={props.filtered}
        fallback={<Empty act={onlineButton()}>{props.online ? t("accounts.noneOnline") : t("accounts.none")}</Empty>}
      >
        <Empty
          act={
            <div class={css.acts}>
              <Button onClick={() => props.onClear()}>{t("accounts.clear")}</Button>
              {onlineButton()}
            </div>
          }
        >
          {t("accounts.noMatch")} {props.online ? "" : t("accounts.notHere")}
        </Empty>
      </Show>
    </Show>
  );
}

const Waiting = (): JSX.Element => (
  <div class={css.table} aria-busy="true" aria-label={t("accounts.fetching")}>
    <For each={[5, 4, 6, 3, 5, 4, 6, 5, 3, 4]}>
      {(of) => (
        <div class={`${css.cells} ${css.bones}`}>
          <For each={columns}>
            {(column) => (
              <span class={css[column]}>
                <Bone of={of} />
              </span>
            )}
          </For>
        </div>
      )}
    </For>
  </div>
);
