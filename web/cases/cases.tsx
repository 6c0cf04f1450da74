import { A, useNavigate, useParams, useSearchParams } from "@solidjs/router";
import ChevronLeft from "lucide-solid/icons/chevron-left";
import Plus from "lucide-solid/icons/plus";
import X from "lucide-solid/icons/x";
import {
  createEffect,
  createMemo,
  createSignal,
  For,
  lazy,
  Match,
  on,
  Show,
  Suspense,
  Switch,
  type JSX,
} from "solid-js";
import { useCommands } from "../commands/registry.ts";
import { clocksOf, isLate, nextClock, severities } from "../../shared/cases/service.ts";
import type { Row } from "../../shared/records/entities.ts";
import { t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { isPhone, now, useSession } from "../shell/context.ts";
import { PageBar } from "../shell/layout.tsx";
import { firstRows, showsFirst } from "../shell/shows-first.ts";
import { markOf } from "../shell/marks.ts";
import { Which } from "../shell/which.tsx";
import { Bone, Chip, Empty } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { Nothing } from "../ui/nothing.tsx";
import { seesAny, whyEmpty } from "../ui/why-empty.ts";
import { FilterMenu, rowKeys, Split } from "../ui/split.tsx";
import split from "../ui/split.module.css";
import { clockWords, service } from "./around.ts";
import { Severity } from "./severity.tsx";
import {
  isFiltered,
  orderOf,
  passes,
  readFilter,
  stands,
  whose,
  type Around,
  type Case,
  type Search,
} from "./model.ts";
import { onlineCases } from "./online.ts";
import { c } from "./words.ts";

const CaseDetail = lazy(async () => ({ default: (await import("./detail.tsx")).CaseDetail }));
const NewCase = lazy(async () => ({ default: (await import("./new-case.tsx")).NewCase }));
const pageRows = 100;
const liveStatuses = "new,open,waiting";

/** Cases that wait for somebody, the first promise to break in front; beside them the one that is worked on. */
export default function Cases(): JSX.Element {
  const params = useParams<{ id?: string }>();
  const [search, setSearch] = useSearchParams<Search & { view?: string; new?: string }>();
  const session = useSession();
  const { data } = session;
  const navigate = useNavigate();
  const [limit, setLimit] = createSignal(pageRows);
  const [making, make] = createSignal(false);
  const terms = service();
  const filter = createMemo(() => readFilter(search));
  const online = () => search.view === "online" && !session.offline();
  const set = (change: Record<string, string | undefined>) => setSearch(change, { replace: true });

  const around = (accountOf: Around["accountOf"]): Around => ({ me: data.me, ...terms(), accountOf });
  /** Only what is late hangs on the time. */
  const at = createMemo(() => (filter().late ? now() : 0));
  const held = data.count("case", () => ({}));
  const query = createMemo(() => {
    const [asked, when, ways] = [filter(), at(), terms()];
    type Look = (id: string) => Row | undefined;
    const place = (look: Look) => (row: Case) => look(row.anchor) as ReturnType<Around["accountOf"]>;
    return {
      where: (row: Case, look: Look) => passes(row, asked, { me: data.me, ...ways, accountOf: place(look) }, when),
      sort: [{ key: `due ${ways.version}`, of: (row: Case, look: Look) => orderOf(row, ways.levelOf(place(look)(row)?.region)), refs: ["anchor"] }], // prettier-ignore
      refs: ["anchor"],
    };
  });
  const here = data.list("case", () => ({ ...query(), limit: limit() }));
  showsFirst(session, "case", () => [...here().slice(0, firstRows).flatMap(({ id, anchor }) => [id, anchor]), ...regions().map(({ id }) => id)]); // prettier-ignore
  const total = data.count("case", () => ({ where: query().where }));
  const remote = onlineCases(() => ({
    enabled: online(),
    statuses: filter().status === "done" ? "resolved,closed" : filter().status === "all" ? `${liveStatuses},resolved,closed` : (filter().status ?? liveStatuses), // prettier-ignore
  }));
  // Reading `data` before it is there would suspend the whole screen.
  const found = () => (remote.isSuccess ? remote.data : undefined);
  const fetched = createMemo(() => {
    const all = found();
    if (!all) return [];
    const ways = around((row) => all.accounts.get(row.anchor));
    const place = (row: Case) => ways.levelOf(ways.accountOf(row)?.region);
    return all.cases
      .filter((row) => passes(row, filter(), ways, at()))
      .map((row) => [orderOf(row, place(row)), row] as const)
      .sort(([a, one], [b, other]) => a - b || (one.id < other.id ? -1 : 1))
      .map(([, row]) => row);
  });
  const rows = (): readonly Case[] => (online() ? fetched().slice(0, limit()) : here());
  const count = () => (online() ? fetched().length : total());
  const arriving = () =>
    online() ? remote.isPending : data.sync().state === "first_sync" && held() === 0 && data.sync().records === 0;
  const accountOf = (row: Case) => data.record("account", () => row.anchor)() ?? found()?.accounts.get(row.anchor);
  const note = () =>
    online() ? (found()?.more ? c("noteMore", fetched().length) : c("noteOnline", fetched().length)) : c("noteDevice", total()); // prettier-ignore
  createEffect(on([filter, online], () => setLimit(pageRows), { defer: true }));

  const link = (id: string) => paths.case(id) + (location.search || "");
  let list: HTMLDivElement | undefined;
  rowKeys(
    () => list,
    (row) => {
      // What is on this device is looked at in passing; the rest is fetched when it is opened.
      if (!isPhone() && params.id && !online()) navigate(row.getAttribute("href") ?? "", { replace: true, scroll: false }); // prettier-ignore
    },
  );
  useCommands({
    "case.new": () => make(true),
    "row.close": () => (params.id ? navigate(paths.cases + (location.search || "")) : false),
  });
  // Asked for from elsewhere.
  createEffect(() => {
    if (search.new === undefined) return;
    set({ new: undefined });
    make(true);
  });

  const regions = data.list("region", () => ({ sort: "name" }));
  const picked = () => rows().find(({ id }) => id === params.id);
  const showsList = () => !isPhone() || !params.id;

  return (
    <>
      <PageBar
        title={showsList() ? c("title") : ""}
        count={showsList() ? count() : undefined}
        start={
          <Show when={!showsList()}>
            <A class={split.back} href={paths.cases + (location.search || "")}>
              <ChevronLeft size={16} />
              {c("title")}
            </A>
          </Show>
        }
      >
        <Show when={!isPhone()}>
          <Which here={held()} online={online()} onChoose={(all) => set({ view: all ? "online" : undefined })} />
          <Button look="primary" small kbd="C" onClick={() => make(true)}>
            {c("new")}
          </Button>
        </Show>
        <Show when={isPhone() && showsList()}>
          <Button look="primary" square aria-label={c("new")} onClick={() => make(true)}>
            <Plus size={18} />
          </Button>
        </Show>
      </PageBar>
      <Show when={showsList()}>
        <div class={split.filters} role="group" aria-label={c("filter")}>
          <Show when={isPhone()}>
            <Which here={held()} online={online()} onChoose={(all) => set({ view: all ? "online" : undefined })} />
          </Show>
          <FilterMenu
            label={c("status")}
            usual="live"
            value={filter().status ?? "live"}
            choices={(["live", ...stands] as const).map((id) => ({ id, text: c(`status.${id}`) }))}
            onChoose={(id) => set({ status: id === "live" ? undefined : id })}
          />
          <FilterMenu
            label={t("account.owner")}
            usual="all"
            value={filter().who ?? "all"}
            choices={(["all", ...whose] as const).map((id) => ({ id, text: c(`who.${id}`) }))}
            onChoose={(id) => set({ who: id === "all" ? undefined : id })}
          />
          <FilterMenu
            label={c("severity")}
            usual=""
            value={filter().severity ?? ""}
            choices={[
              { id: "", text: c("anySeverity") },
              ...severities.map((id) => ({ id, text: c("ofSeverity", t(`severity.${id}`)) })),
            ]}
            onChoose={(id) => set({ severity: id || undefined })}
          />
          <FilterMenu
            label={t("account.region")}
            usual=""
            value={filter().region ?? ""}
            choices={[
              { id: "", text: c("anyRegion") },
              ...regions().map((row) => ({ id: row.id, text: c("inRegion", row.name ?? "") })),
            ]}
            onChoose={(id) => set({ region: id || undefined })}
          />
          <button
            type="button"
            class={split.filter}
            aria-pressed={filter().late}
            onClick={() => set({ late: filter().late ? undefined : "1" })}
          >
            {c("onlyLate")}
            <Show when={filter().late}>
              <X size={12} />
            </Show>
          </button>
          <p class={`${split.note} num`} aria-live="polite">
            {arriving() ? "" : note()}
          </p>
        </div>
      </Show>
      <Split>
        <Show when={showsList()}>
          <div class={split.list} ref={(element) => (list = element)}>
            <Show when={!arriving()} fallback={<Waiting />}>
              <Show
                when={rows().length > 0}
                fallback={
                  <Nothing
                    list="cases"
                    why={whyEmpty({
                      sees: seesAny(data, "case"),
                      failed: online() && remote.isError,
                      filtered: isFiltered(filter()),
                      online: online(),
                      partial: true,
                    })}
                    online={online()}
                    onRetry={() => void remote.refetch()}
                    onClear={() => set({ who: undefined, status: undefined, severity: undefined, region: undefined, late: undefined })} // prettier-ignore
                    onOnline={session.offline() ? undefined : () => set({ view: "online" })}
                  />
                }
              >
                <ul aria-label={c("title")}>
                  <For each={rows()}>
                    {(row) => (
                      <li>
                        <CaseRow
                          row={row}
                          href={link(row.id)}
                          account={accountOf(row)}
                          terms={terms()}
                          current={row.id === params.id}
                        />
                      </li>
                    )}
                  </For>
                </ul>
                <Show when={count() > rows().length}>
                  <button type="button" class={split.more} onClick={() => setLimit((most) => most + pageRows)}>
                    {c("more")}
                  </button>
                </Show>
              </Show>
            </Show>
          </div>
        </Show>
        <Show when={!isPhone() || params.id}>
          <div class={split.detail}>
            <Switch>
              <Match when={params.id} keyed>
                {(id) => (
                  <Suspense>
                    <CaseDetail id={id} seen={picked()} account={picked() && accountOf(picked() as Case)} />
                  </Suspense>
                )}
              </Match>
              <Match when={!params.id && rows().length > 0}>
                <Empty>{c("pick")}</Empty>
              </Match>
            </Switch>
          </div>
        </Show>
      </Split>
      <Suspense>
        <Show when={making()}>
          <NewCase onClose={() => make(false)} />
        </Show>
      </Suspense>
    </>
  );
}

/** Who has it and what burns, in two lines. Only what is late or severe has colour. */
function CaseRow(props: {
  readonly row: Case;
  readonly href: string;
  readonly account: { readonly name?: string | null; readonly region?: string | null } | undefined;
  readonly terms: ReturnType<ReturnType<typeof service>>;
  readonly current: boolean;
}): JSX.Element {
  const session = useSession();
  const clocks = createMemo(() => clocksOf(props.row, props.terms.levelOf(props.account?.region), now()));
  const words = () => {
    const next = nextClock(clocks());
    if (next) return clockWords(next.clock);
    return props.row.status === "waiting" ? t("status.waiting") : clockWords(clocks().resolution);
  };
  const who = () => session.memberName(props.row.owner) || props.row.queue || "";
  return (
    <A
      class={split.row}
      data-row
      href={props.href}
      aria-current={props.current ? "true" : undefined}
      activeClass=""
      inactiveClass=""
      noScroll
    >
      {" "}
      {/* prettier-ignore */}
      <span class={split.top}>
        <span class={`${split.name} clip`}>{props.row.name}</span>
        <ChangeMark state={markOf(session.data, props.row.id)} />
        <span class={`${split.end} num`} classList={{ [split.late ?? ""]: isLate(clocks()) }}>
          {words()}
        </span>
      </span>
      <span class={split.below}>
        <Severity value={props.row.severity} />
        <span class="clip">{[props.account?.name, who()].filter(Boolean).join(" · ")}</span>
        <Show when={props.row.escalatedTo}>
          <span class={split.end}>
            <Chip tone="info">{c("escalate")}</Chip>
          </span>
        </Show>
      </span>
    </A>
  );
}
const Waiting = (): JSX.Element => (
  <div class={split.waiting} role="status" aria-busy="true" aria-label={t("list.fetching")}>
    <For each={[6, 5, 7, 4, 6]}>{(of) => <Bone of={of} />}</For>
  </div>
);
