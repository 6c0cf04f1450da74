import { A, useNavigate, useParams, useSearchParams } from "@solidjs/router";
import ChevronLeft from "lucide-solid/icons/chevron-left";
import { createMemo, createSignal, For, lazy, Match, Show, Suspense, Switch, type JSX } from "solid-js";
import { useCommands } from "../commands/registry.ts";
import { handoffWaits } from "../../shared/handoffs/ends.ts";
import { dayMs } from "../../shared/kernel/limits.ts";
import { t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { isPhone, now, useSession } from "../shell/context.ts";
import { PageBar } from "../shell/layout.tsx";
import { markOf } from "../shell/marks.ts";
import { Empty } from "../ui/bits.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { Nothing } from "../ui/nothing.tsx";
import { rowKeys, Split } from "../ui/split.tsx";
import split from "../ui/split.module.css";
import { seesAny, whyEmpty } from "../ui/why-empty.ts";
import { dueWords, Parties, State, type Handoff } from "./states.tsx";
import { h } from "./words.ts";

const HandoffDetail = lazy(async () => ({ default: (await import("./detail.tsx")).HandoffDetail }));
const Report = lazy(async () => ({ default: (await import("./report.tsx")).Report }));
const boxes = ["me", "from", "team"] as const;
type Box = (typeof boxes)[number];
const emptyOf = { me: "toMe", from: "fromMe", team: "ofTeam" } as const;
const shownAfterMs = 30 * dayMs; // as long as the giver reads on
const pageRows = 100;
const states = ["offered", "returned", "draft", "accepted", "done"];

/** What is handed to me, by me, and around me; and how handovers go. */
export default function Handoffs(): JSX.Element {
  const params = useParams<{ id?: string }>();
  const [search, setSearch] = useSearchParams<{ box?: string; view?: string }>();
  const { data } = useSession();
  const navigate = useNavigate();
  const box = (): Box => boxes.find((one) => one === search.box) ?? "me";
  const isReport = () => search.view === "report" && !params.id;
  const [limit, setLimit] = createSignal(pageRows);

  const recent = (row: Handoff, at: number) => !(row.state === "accepted" || row.state === "done") || (row.acceptedAt ?? 0) > at - shownAfterMs; // prettier-ignore
  const inBox = (one: Box, at: number) => (row: Handoff) => {
    const { me } = data;
    const mine = handoffWaits(row, me, at) || (row.toMember === me.member && (row.state === "accepted" || row.state === "done")); // prettier-ignore
    if (one === "me") return mine && recent(row, at);
    if (one === "from") return row.fromMember === me.member && recent(row, at);
    return !mine && row.fromMember !== me.member && row.state !== "draft" && recent(row, at);
  };
  const minute = createMemo(() => Math.floor(now() / 60_000) * 60_000);
  const rows = data.list("handoff", () => {
    const [one, at] = [box(), minute()];
    return {
      where: inBox(one, at),
      sort: [
        { key: `state`, of: (row: Handoff) => states.indexOf(row.state ?? "draft") },
        { key: "since", of: (row: Handoff) => row.acceptedAt ?? row.offeredAt ?? row.createdAt, down: true },
      ],
      limit: limit(),
    };
  });
  const total = data.count("handoff", () => ({ where: inBox(box(), minute()) }));
  const waiting = data.count("handoff", () => {
    const at = minute();
    return { where: (row) => handoffWaits(row, data.me, at) };
  });
  const accountName = (row: Handoff) => data.record("account", () => row.anchor)()?.name ?? "";
  const link = (id: string) => paths.handoff(id) + (location.search || "");

  let list: HTMLDivElement | undefined;
  rowKeys(
    () => list,
    (row) => {
      if (!isPhone() && params.id) navigate(row.getAttribute("href") ?? "", { replace: true, scroll: false });
    },
  );
  useCommands({
    "row.close": () => (params.id ? navigate(paths.handoffs + (location.search || "")) : false),
  });
  const showsList = () => !isPhone() || !params.id;

  return (
    <>
      <PageBar
        title={showsList() ? h("handoffs.title") : ""}
        start={
          <Show when={!showsList()}>
            <A class={split.back} href={paths.handoffs + (location.search || "")}>
              <ChevronLeft size={16} />
              {h("handoffs.title")}
            </A>
          </Show>
        }
      />
      <Show when={showsList()}>
        <div class={split.filters} role="group" aria-label={h("handoffs.boxes")}>
          <For each={boxes}>
            {(one) => (
              <button
                type="button"
                class={split.filter}
                aria-pressed={!isReport() && box() === one}
                onClick={() => {
                  setSearch({ box: one === "me" ? undefined : one, view: undefined, rows: undefined, kind: undefined, of: undefined }, { replace: true }); // prettier-ignore
                  if (isPhone() && params.id) navigate(paths.handoffs);
                }}
              >
                {h(`handoffs.box.${one}`)}
                <Show when={one === "me" && waiting() > 0}>
                  <span class="num">{waiting()}</span>
                </Show>
              </button>
            )}
          </For>
          <button
            type="button"
            class={split.filter}
            aria-pressed={isReport()}
            onClick={() => navigate(`${paths.handoffs}?view=report`)}
          >
            {h("handoffs.report")}
          </button>
          <Show when={!isReport()}>
            <p class={`${split.note} num`}>{h("handoffs.note", total())}</p>
          </Show>
        </div>
      </Show>
      <Show
        when={!isReport()}
        fallback={
          <Suspense fallback={<div aria-busy="true" />}>
            <Report />
          </Suspense>
        }
      >
        <Split>
          <Show when={showsList()}>
            <div class={split.list} ref={(element) => (list = element)}>
              <Show
                when={rows().length > 0}
                fallback={
                  <Nothing
                    list={emptyOf[box()]}
                    why={whyEmpty({ sees: seesAny(data, "handoff"), partial: !data.whole() })}
                  />
                }
              >
                <ul aria-label={h("handoffs.title")}>
                  <For each={rows()}>
                    {(row) => {
                      const due = () => dueWords(row, data.me.zone);
                      return (
                        <li>
                          <A
                            class={split.row}
                            data-row
                            href={link(row.id)}
                            aria-current={row.id === params.id ? "true" : undefined}
                            activeClass=""
                            inactiveClass=""
                            noScroll
                          >
                            {" "}
                            {/* prettier-ignore */}
                            <span class={split.top}>
                              <span class={`${split.name} clip`}>{row.name}</span>
                              <ChangeMark state={markOf(data, row.id)} />
                              <span class={`${split.end} num`} classList={{ [split.late ?? ""]: due().late }}>
                                {due().text}
                              </span>
                            </span>
                            <span class={split.below}>
                              <State row={row} />
                              <span class="clip">{accountName(row)}</span>
                              <span class={split.end}>
                                <Parties row={row} short={box() !== "team"} />
                              </span>
                            </span>
                          </A>
                        </li>
                      );
                    }}
                  </For>
                </ul>
                <Show when={total() > rows().length}>
                  <button type="button" class={split.more} onClick={() => setLimit((most) => most + pageRows)}>
                    {t("nav.more")}
                  </button>
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
                      <HandoffDetail id={id} />
                    </Suspense>
                  )}
                </Match>
                <Match when={!params.id && rows().length > 0}>
                  <Empty>{h("handoffs.pick")}</Empty>
                </Match>
              </Switch>
            </div>
          </Show>
        </Split>
      </Show>
    </>
  );
}
