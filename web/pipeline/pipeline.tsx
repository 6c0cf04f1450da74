import { useNavigate, useSearchParams } from "@solidjs/router";
import ArrowUpDown from "lucide-solid/icons/arrow-up-down";
import ChartBar from "lucide-solid/icons/chart-no-axes-column";
import ChevronDown from "lucide-solid/icons/chevron-down";
import List from "lucide-solid/icons/list";
import SquareKanban from "lucide-solid/icons/square-kanban";
import X from "lucide-solid/icons/x";
import { createMemo, createSignal, For, lazy, Match, Show, Suspense, Switch, type JSX } from "solid-js";
import { sumOf } from "../../shared/pipeline/sums.ts";
import { t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { isPhone, useSession } from "../shell/context.ts";
import { PageBar } from "../shell/layout.tsx";
import { Which } from "../shell/which.tsx";
import { Bone, Empty } from "../ui/bits.tsx";
import { Button, buttonClass } from "../ui/button.tsx";
import { Menu } from "../ui/menu.tsx";
import { Nothing } from "../ui/nothing.tsx";
import { seesAny, whyEmpty } from "../ui/why-empty.ts";
import type { BoardHandle } from "./board.tsx";
import { filterKeys, monthOf, none, type Opportunity, type Search } from "./filter.ts";
import { createMoving } from "./moving.tsx";
import base from "./list.module.css";
import which from "../shell/which.module.css";
import css from "./pipeline.module.css";
import { pipelineRows, sorts, type Rows } from "./rows.ts";
import { monthWords, p, sumWords } from "./words.ts";

// The board comes beside the screen, the other views when they are wanted.
const board = import("./board.tsx");
const Board = lazy(async () => ({ default: (await board).Board }));
const Table = lazy(async () => ({ default: (await import("./table.tsx")).Table }));
const Forecast = lazy(async () => ({ default: (await import("./forecast.tsx")).ForecastView }));
const Duties = lazy(async () => ({ default: (await import("./duties.tsx")).DutiesDialog }));
const Peek = lazy(async () => ({ default: (await import("./peek.tsx")).Peek }));

const views = [
  ["board", SquareKanban],
  ["list", List],
  ["forecast", ChartBar],
] as const;

/** One pipeline as a board, a list or a forecast: the same rows, and everything that was chosen is in the address. */
export default function PipelineScreen(): JSX.Element {
  const session = useSession();
  const { data } = session;
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams<Search & Record<string, string>>();
  const search = params as Search;
  const set = (change: { readonly [K in keyof Search]?: string | undefined }) => setParams(change, { replace: true });
  const of = pipelineRows(search);
  let shown: BoardHandle | undefined;
  const moving = createMoving({
    online: of.onlineOf,
    onMoved: (id) => shown?.focus(id),
    onClosed: (id) => requestAnimationFrame(() => shown?.focus(id)),
  });
  const view = () => views.find(([id]) => id === search.view)?.[0] ?? "board";
  const open = (row: Opportunity) => {
    if (of.online()) data.open(row.anchor);
    navigate(paths.account(row.anchor, "opportunities", row.id));
  };
  const sum = createMemo(() => sumOf(of.rows(), of.amount));
  const note = () => {
    const n = of.rows().length;
    if (of.away().length > 0) return t("which.away", of.away().map((cell) => cell.toUpperCase()).join(", ")); // prettier-ignore
    if (of.online()) return of.more() ? p("noteOnlineMax", n) : p("noteOnline", n);
    return of.filtered() ? p("noteHereOf", n, of.held()) : p("noteHere", of.held());
  };
  const [duties, showDuties] = createSignal(false);
  const peeked = () => of.rows().find(({ id }) => id === search.peek);
  const clear = () => set(Object.fromEntries(filterKeys.map((key) => [key, undefined])));
  const choose = (online: boolean) => set({ from: online ? "online" : undefined, peek: undefined });

  return (
    <>
      <PageBar
        title={p("title")}
        count={isPhone() ? undefined : of.rows().length}
        after={
          <Show when={of.pipelines().length > 1}>
            <Menu
              label={`${p("which")}: ${of.pipeline()?.name ?? ""}`}
              triggerClass={buttonClass({ look: "quiet", small: true })}
              trigger={
                <>
                  <span class="clip">{of.pipeline()?.name}</span>
                  <ChevronDown size={14} />
                </>
              }
              parts={[
                {
                  value: of.pipeline()?.id,
                  choices: of.pipelines().map(({ id, name }) => ({ id, text: name ?? "" })),
                  onChoose: (id) => set({ pipeline: id === of.pipelines()[0]?.id ? undefined : id, stage: undefined, peek: undefined }), // prettier-ignore
                },
              ]}
            />
          </Show>
        }
      >
        <Show when={!isPhone()}>
          <Which here={of.held()} online={of.online()} onChoose={choose} />
        </Show>
        <div class={which.which} role="group" aria-label={p("view")}>
          <For each={views}>
            {([id, Icon]) => (
              <button
                type="button"
                class={which.part}
                aria-pressed={view() === id}
                aria-label={p(id)}
                onClick={() => set({ view: id === "board" ? undefined : id })}
              >
                <Icon size={16} />
                <Show when={!isPhone()}>
                  <span>{p(id)}</span>
                </Show>
              </button>
            )}
          </For>
        </div>
      </PageBar>
      <div class={`${base.filters} ${css.filters}`}>
        <Show when={isPhone()}>
          <Which here={of.held()} online={of.online()} onChoose={choose} />
        </Show>
        <Filters of={of} search={search} set={set} board={view() === "board"} />
        <Button small look="quiet" onClick={() => showDuties(true)}>
          {p("duties")}
        </Button>
        <p class={`${base.note} num`} classList={{ [base.lacks ?? ""]: of.away().length > 0 }} aria-live="polite">
          <Show when={!of.arriving()}>
            <Show when={view() !== "forecast" && sumWords(sum())}>
              {(words) => <span class={css.sum}>{words()}</span>}
            </Show>
            {note()}
          </Show>
        </p>
      </div>
      <Show when={duties() && of.pipeline()}>
        {(pipeline) => (
          <Suspense>
            <Duties
              pipeline={pipeline().name ?? ""}
              stages={moving.stagesOf(pipeline().id)}
              onClose={() => showDuties(false)}
            />
          </Suspense>
        )}
      </Show>
      <div class={base.split} classList={{ [base.withPeek ?? ""]: search.peek !== undefined && !isPhone() }}>
        <Switch>
          <Match when={of.failed()}>
            <Empty act={<Button onClick={() => of.retry()}>{t("act.retry")}</Button>}>{p("failed")}</Empty>
          </Match>
          <Match when={of.arriving()}>
            <Waiting />
          </Match>
          <Match when={of.pipeline() === undefined}>
            <Empty>{p("noPipeline")}</Empty>
          </Match>
          <Match when={of.rows().length === 0}>
            <Nothing
              list="pipeline"
              why={whyEmpty({
                sees: seesAny(session.data, "opportunity"),
                filtered: of.filtered(),
                online: of.online(),
                partial: true,
              })}
              online={of.online()}
              onClear={clear}
              onOnline={session.offline() || of.online() ? undefined : () => set({ from: "online" })}
            />
          </Match>
          <Match when={view() === "board"}>
            <div class={css.fill}>
              <Suspense fallback={<Waiting />}>
                <Board
                  of={of}
                  moving={moving}
                  peek={search.peek}
                  tab={search.stage}
                  onTab={(stage) => set({ stage: stage || undefined })}
                  onPeek={(id) => set({ peek: id })}
                  handle={(handle) => (shown = handle)}
                />
              </Suspense>
            </div>
          </Match>
          <Match when={view() === "list"}>
            <Suspense fallback={<Waiting />}>
              <Table
                of={of}
                moving={moving}
                peek={search.peek}
                onSort={(sort) => set({ sort: sort === "closeDay" ? undefined : sort })}
                onPeek={(id) => set({ peek: id })}
                onOpen={open}
                handle={(handle) => (shown = handle)}
              />
            </Suspense>
          </Match>
          <Match when={view() === "forecast"}>
            <Suspense fallback={<Waiting />}>
              <Forecast of={of} search={search} set={set} />
            </Suspense>
          </Match>
        </Switch>
        <Show when={search.peek}>
          {(id) => (
            <Suspense>
              <Peek
                id={id()}
                row={peeked()}
                online={of.onlineOf(id())}
                moving={moving}
                accountName={of.accountName}
                onOpen={() => {
                  const row = peeked();
                  if (of.online() && row) data.open(row.anchor);
                }}
                onClose={() => {
                  set({ peek: undefined });
                  shown?.focus(id());
                }}
              />
            </Suspense>
          )}
        </Show>
      </div>
      {moving.sheet()}
    </>
  );
}

/** What is shown, as words that are pressed or chosen; everything stands in the address. */
function Filters(props: {
  readonly of: Rows;
  readonly search: Search;
  readonly set: (change: { readonly [K in keyof Search]?: string | undefined }) => void;
  readonly board: boolean;
}): JSX.Element {
  const session = useSession();
  const pressed = (key: "who" | "only", value: string, words: string) => (
    <button
      type="button"
      class={base.filter}
      aria-pressed={props.search[key] === value}
      onClick={() => props.set({ [key]: props.search[key] === value ? undefined : value })}
    >
      {words}
      <Show when={props.search[key] === value}>
        <X size={12} />
      </Show>
    </button>
  );
  const chosen = (
    key: "owner" | "month" | "stage",
    any: string,
    label: string,
    choices: () => readonly { readonly id: string; readonly text: string }[],
  ) => {
    const value = () => props.search[key];
    const all = () => [{ id: "", text: any }, ...choices()];
    return (
      <Menu
        label={`${label}: ${all().find(({ id }) => id === (value() ?? ""))?.text ?? value()}`}
        triggerClass={`${base.filter} ${value() === undefined ? "" : css.on}`}
        trigger={
          <>
            {value() === undefined ? label : (all().find(({ id }) => id === value())?.text ?? label)}
            <ChevronDown size={12} />
          </>
        }
        parts={[{ value: value() ?? "", choices: all(), onChoose: (id) => props.set({ [key]: id || undefined }) }]}
      />
    );
  };
  const named = (values: Iterable<string>, name: (value: string) => string, empty: string) =>
    [...new Set(values)]
      .map((id) => (id === "" ? { id: none, text: empty } : { id, text: name(id) }))
      .filter(({ text }) => text !== "");
  const chosenNow = (key: "owner" | "month"): string[] => {
    const value = props.search[key];
    return value === undefined || value === none ? [] : [value];
  };
  // Of the rows that are there now, and the one that is chosen: nobody is offered a filter that finds nothing.
  const owners = createMemo(() => named([...props.of.rows().map(props.of.ownerOf), ...chosenNow("owner")], session.memberName, p("noOwner")).sort((a, b) => a.text.localeCompare(b.text))); // prettier-ignore
  const months = createMemo(() => named([...props.of.rows().map(monthOf), ...chosenNow("month")].sort(), monthWords, p("noMonth"))); // prettier-ignore
  const gone = (key: "counted" | "amount", words: string) => (
    <Show when={props.search[key] !== undefined}>
      <button type="button" class={base.filter} aria-pressed="true" onClick={() => props.set({ [key]: undefined })}>
        {words}
        <X size={12} />
      </button>
    </Show>
  );
  return (
    <>
      {pressed("who", "mine", p("mine"))}
      {pressed("who", "team", p("team"))}
      {pressed("only", "stuck", p("stuck"))}
      {pressed("only", "slipping", p("slipping"))}
      {chosen("owner", p("anyOwner"), p("owner"), owners)}
      {chosen("month", p("anyMonth"), p("closing"), months)}
      <Show when={!props.board}>
        {chosen("stage", p("anyStage"), t("opps.stage"), () =>
          props.of.stages().map(({ id, name }) => ({ id, text: name ?? "" })),
        )}
      </Show>
      {gone("counted", p("counted"))}
      {gone("amount", p("amountHidden"))}
      <Show when={props.search.view !== "forecast"}>
        <Menu
          label={`${p("sortBy")}: ${p(`sort.${props.of.sort() as (typeof sorts)[number]}`)}`}
          triggerClass={css.sort}
          trigger={
            <>
              <ArrowUpDown size={14} />
              {p(`sort.${props.of.sort() as (typeof sorts)[number]}`)}
            </>
          }
          parts={[
            {
              value: props.of.sort(),
              choices: sorts.map((id) => ({ id, text: p(`sort.${id}`) })),
              onChoose: (sort) => props.set({ sort: sort === "closeDay" ? undefined : sort }),
            },
          ]}
        />
      </Show>
    </>
  );
}

const Waiting = (): JSX.Element => (
  <div class={css.bones} role="status" aria-busy="true" aria-label={p("loading")}>
    <For each={[6, 5, 7, 4, 6]}>
      {(of) => (
        <div class={css.boneColumn}>
          <Bone of={of} />
          <Bone of={of - 2} />
          <Bone of={of - 1} />
        </div>
      )}
    </For>
  </div>
);
