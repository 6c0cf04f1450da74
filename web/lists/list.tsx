import { useNavigate } from "@solidjs/router";
import { createEffect, createMemo, createSignal, lazy, Show, Suspense, type JSX } from "solid-js";
import type { TwinEntity } from "../../shared/duplicates/rows.ts";
import type { Row } from "../../shared/records/entities.ts";
import { anyMerged, stands } from "../duplicates/standing.ts";
import { t } from "../i18n/i18n.ts";
import { isPhone, useSession } from "../shell/context.ts";
import { PageBar } from "../shell/layout.tsx";
import { firstRows, showsFirst } from "../shell/shows-first.ts";
import { Which } from "../shell/which.tsx";
import { Nothing } from "../ui/nothing.tsx";
import { seesAny, whyEmpty } from "../ui/why-empty.ts";
import { Chips, Find, PhoneTools, Tabs } from "./bar.tsx";
import { shownColumns } from "./columns.tsx";
import { Foot, Waiting } from "./foot.tsx";
import { shutFrom, shutText } from "./address.ts";
import { createDesk } from "./desk.ts";
import type { ListKind } from "./kind.ts";
import { groupedLines, plainLines, runsOf } from "./lines.ts";
import css from "./list.module.css";
import { conditions, matcher, readerOf } from "./match.ts";
import { canSortOnline, finder, isSortable, onlineSort, orderOf } from "./order.ts";
import { createSelection } from "./selection.ts";
import { createListState } from "./state.ts";
import { Table, type Rows } from "./table.tsx";
import { createViews } from "./views.ts";
import { isKnown } from "./known.ts";
import { valueText } from "./words.ts";

// Acts on many rows come with the first row that is selected.
const BulkBar = lazy(async () => ({ default: (await import("./bulk.tsx")).BulkBar }));

/** All records of this device, or all that the member may see: one table over two sources, and it says which. */
export function List(props: { readonly kind: ListKind }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const navigate = useNavigate();
  const { kind } = props;
  const state = createListState(kind, createViews(kind));
  const { online, query } = state;
  const sort = () => query().sort ?? "name";
  const group = () => {
    const by = query().group;
    return by !== undefined && !online() && kind.groups.includes(by) && isKnown(data, kind.entity, by, false) ? by : undefined;
  }; // prettier-ignore
  const selection = createSelection();
  const desk = createDesk();
  const [selecting, setSelecting] = createSignal(false);

  const held = data.count(kind.entity, () => ({}));
  const merged = kind.entity === "case" ? () => false : anyMerged(data, kind.entity as TwinEntity);
  const here = data.window(kind.entity, () => {
    const { applied } = state.filters();
    const { only } = state.view();
    const match = matcher(kind.entity, applied, state.looker());
    const find = finder(kind, state.text());
    const alone = merged();
    const filters = alone || state.text() !== "" || applied.length > 0 || only !== undefined;
    return {
      sort: orderOf(kind, sort(), group()) as string,
      refs: [...new Set([...kind.find.refs, ...match.refs, ...(alone ? ["mergedInto"] : [])])],
      ...(filters
        ? { where: (row, look) => (!alone || stands(row as Row, look)) && (only?.(row as Row) ?? true) && match.test(row as Row, look) && find(row as Row, look) }
        : {}),
    };
  }); // prettier-ignore
  showsFirst(session, kind.entity, () => (state.text() === "" ? here.slice(0, firstRows).flatMap(({ id, anchor }) => [id, anchor]) : null)); // prettier-ignore
  const asked = createMemo(() => conditions(kind.entity, state.filters().applied, state.looker()));
  const [source, setSource] = createSignal<typeof import("./online.ts")>();
  createEffect(() => online() && !source() && void import("./online.ts").then(setSource));
  const remote = createMemo(() =>
    online()
      ? source()?.onlineRows(kind.plural, () => ({
          q: state.text(),
          sort: onlineSort(kind, sort()),
          filters: asked().asked,
          enabled: online(),
        }))
      : undefined,
  );
  // Reading `data` before it is there would suspend the whole screen.
  const pages = () => {
    const from = remote();
    return from?.isSuccess ? from.data.pages : [];
  };
  const fetched = createMemo(() => pages().flatMap((page) => page.items));
  const rows: Rows = {
    length: () => (online() ? fetched().length : here.length()),
    at: (place) => (online() ? fetched()[place] : (here.at(place) as Row | undefined)),
    indexOf: (id) => (online() ? fetched().findIndex((row) => row.id === id) : here.indexOf(id)),
  };
  const arriving = () =>
    online() ? (remote()?.isPending ?? true) : !here.ready() || (data.sync().state === "first_sync" && held() === 0);

  const shut = createMemo(() => shutFrom(state.address.shut ?? ""));
  const lines = createMemo(() => {
    const by = group();
    if (by === undefined) return plainLines(rows.length());
    const read = readerOf(kind.entity, by);
    const keyAt = (place: number): string => {
      const row = rows.at(place);
      return row ? String(read(row, data.copy.record) ?? "") : "";
    };
    return groupedLines(runsOf(rows.length(), keyAt), shut());
  });
  const groupName = (key: string): string =>
    (key && valueText(session, kind.entity, group() ?? "", key)) || t("list.noGroup");
  const toggleGroup = (key: string): void => {
    const next = new Set(shut());
    if (!next.delete(key)) next.add(key);
    state.set({ shut: shutText(next) || undefined });
  };

  const [room, setRoom] = createSignal(0);
  const columns = createMemo(() =>
    shownColumns(kind, query().columns, (field) => isKnown(data, kind.entity, field, online()), room()),
  );
  /** What a filter took out of sight is not meant (LIST-7). */
  const chosen = createMemo(() => [...selection.ids()].filter((id) => rows.indexOf(id) >= 0));
  const isSelecting = () => isPhone() && (selecting() || chosen().length > 0);
  const open = (row: Row): void => {
    if (online()) kind.onOpen?.(row);
    navigate(kind.href(row));
  };
  const memo = () => {
    const { view, f, sort: by, group: within, part, q } = state.address;
    return [kind.plural, view, f, by, within, part, q].map((text) => text ?? "").join("|");
  };

  return (
    <>
      <PageBar title={kind.words.title()} count={rows.length()}>
        <Show when={!isPhone()}>
          <Which here={held()} online={online()} onChoose={(all) => state.set({ part: all ? "online" : undefined, peek: undefined })} />
          <Find value={state.text()} onInput={(q) => state.set({ q: q || undefined })} />
        </Show>
        {kind.create?.()}
      </PageBar>
      <Show when={isPhone()}>
        <PhoneTools kind={kind} state={state} selecting={isSelecting()} onSelect={() => setSelecting(true)} />
      </Show>
      {kind.above?.()}
      <Tabs kind={kind} state={state} grouped={group()} held={held()} />
      <Chips kind={kind} state={state} left={online() ? asked().left : []} />
      <div class={css.split} classList={{ [css.withPeek ?? ""]: state.address.peek !== undefined && !isPhone() }}>
        <Show when={!arriving()} fallback={<Waiting columns={columns()} />}>
          <Show
            when={rows.length() > 0}
            fallback={
              <Nothing
                list={kind.entity === "account" ? "accounts" : "contacts"}
                why={whyEmpty({
                  sees: seesAny(data, kind.entity),
                  failed: online() && (remote()?.isError ?? false),
                  filtered: state.text() !== "" || query().where.length > 0 || state.view().only !== undefined,
                  online: online(),
                  partial: true,
                })}
                online={online()}
                onRetry={() => void remote()?.refetch()}
                onClear={() => state.set({ q: undefined, view: undefined, f: undefined })}
                onOnline={session.offline() ? undefined : () => state.set({ part: "online" })}
              />
            }
          >
            <Table
              kind={kind}
              rows={rows}
              lines={lines()}
              columns={columns()}
              sort={sort()}
              sortable={(column) => isSortable(kind, column.field) && (!online() || canSortOnline(column))}
              memo={memo()}
              peeking={state.address.peek !== undefined}
              selection={selection}
              selecting={isSelecting()}
              desk={desk}
              shut={shut()}
              groupName={groupName}
              onGroup={toggleGroup}
              onRoom={setRoom}
              onSort={(next) => state.change({ sort: next })}
              onWidth={(field, width) =>
                state.change({ columns: columns().map((one) => ({ field: one.field, ...(one.field === field ? { width } : one.width === undefined ? {} : { width: one.width }) })) })
              }
              onOpen={open}
              onPeek={(row) => state.set({ peek: row?.id })}
              onEnd={() => {
                const from = remote();
                if (from?.hasNextPage && !from.isFetchingNextPage) void from.fetchNextPage();
              }}
            />
          </Show>
        </Show>
        <Show when={!isPhone() && state.address.peek}>
          {(id) => (
            <Suspense>
              {kind.peek(() => rows.at(rows.indexOf(id())), id, () => state.set({ peek: undefined }))}
            </Suspense>
          )}
        </Show>
      </div>
      <Suspense>
        <Show when={chosen().length > 0 || isSelecting() || desk.work() || desk.left().length > 0}>
          <BulkBar
            kind={kind}
            desk={desk}
            rows={rows}
            selection={selection}
            chosen={chosen()}
            onClear={() => {
              selection.clear();
              setSelecting(false);
              desk.setLeft([]);
            }}
          />
        </Show>
      </Suspense>
      <Foot
        kind={kind}
        columns={columns()}
        rows={rows}
        online={online()}
        arriving={arriving()}
        held={held()}
        filtered={state.text() !== "" || state.filters().applied.length > 0 || state.view().only !== undefined}
        more={remote()?.hasNextPage ?? false}
        away={pages().at(-1)?.away ?? []}
      />
    </>
  );
} // prettier-ignore
