import { A, useSearchParams } from "@solidjs/router";
import { useQuery } from "@tanstack/solid-query";
import { createMemo, createSignal, For, Show, type Accessor, type JSX } from "solid-js";
import { handoffReport, type HandoffRow } from "../../shared/handoffs/report.ts";
import { bind, got, queryClient } from "../accounts/online.ts";
import { choiceNames } from "../i18n/fields.ts";
import { day, dayIn, number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { pick } from "../i18n/labels.ts";
import { paths } from "../paths.ts";
import { now, useSession } from "../shell/context.ts";
import { Which } from "../shell/which.tsx";
import { Empty } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { Nothing } from "../ui/nothing.tsx";
import { FilterMenu } from "../ui/split.tsx";
import split from "../ui/split.module.css";
import { seesAny, whyEmpty } from "../ui/why-empty.ts";
import css from "./handoffs.module.css";
import { h } from "./words.ts";

const hourMs = 3_600_000;
const kinds = ["queue_to_queue", "sales_to_support", "sales_to_onboarding", "region_to_region", "lead_to_opportunity", "cover"] as const; // prettier-ignore
const pages = 50;
const shownRows = 100;
const shownGroups = 20;

/** How handovers go, over what one may see: numbers that open their rows. */
export function Report(): JSX.Element {
  const [search, setSearch] = useSearchParams<{ part?: string; kind?: string; rows?: string; of?: string }>();
  const session = useSession();
  const { data, memberName } = session;
  const online = () => search.part === "online" && !session.offline();
  const set = (change: Record<string, string | undefined>) => setSearch(change, { replace: true });
  const taken = (row: { readonly state?: string | null }) => row.state === "accepted" || row.state === "done";
  const here = data.list("handoff", () => ({ where: taken }));
  const remote = onlineHandoffs(online);
  const rows = createMemo<readonly HandoffRow[]>(() => {
    const all: readonly HandoffRow[] = online() ? (remote.isSuccess ? remote.data.rows : []) : here();
    return search.kind ? all.filter(({ handoffKind }) => handoffKind === search.kind) : all;
  });
  const members = data.list("member", () => ({}));
  const teams = data.list("team", () => ({}));
  const teamOf = createMemo(() => new Map(members().map(({ id, teams: own }) => [id, own?.[0] ?? null])));
  const report = createMemo(() => handoffReport(rows(), (member) => teamOf().get(member) ?? null));
  const names = createMemo(() => new Map(teams().map(({ id, name }) => [id, name ?? ""])));
  const groupName = (group: string) => names().get(group) ?? (memberName(group) || group || h("handoffs.nobody"));
  const hours = (ms: number | null) =>
    ms === null ? "–" : h("handoffs.hours", new Intl.NumberFormat(locale(), { maximumFractionDigits: 4 }).format(ms / hourMs)); // prettier-ignore
  const short = (ms: number | null) =>
    ms === null ? "–" : h("handoffs.hours", new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 }).format(ms / hourMs)); // prettier-ignore
  const [table, showTable] = createSignal(false);
  const shown = () =>
    report()
      .groups.filter(({ count }) => count > 0)
      .slice(0, shownGroups);
  const longest = () => Math.max(1, ...shown().map(({ median }) => median ?? 0));
  /** The rows behind a number. */
  const behind = createMemo(() => {
    const { handovers } = report();
    const { rows: which, of } = search;
    if (of !== undefined)
      return handovers.filter(({ row, to }) => (row.toQueue ? to : (teamOf().get(to) ?? to)) === of);
    if (which === "pingpong") return handovers.filter(({ pingPong }) => pingPong);
    if (which === "median") return handovers.toSorted((a, b) => b.lagMs - a.lagMs);
    return which ? handovers : [];
  });
  const figure = (rowsOf: string, value: string, words: string) => (
    <button
      type="button"
      class={css.figure}
      aria-pressed={search.rows === rowsOf && search.of === undefined}
      onClick={() => set({ rows: search.rows === rowsOf ? undefined : rowsOf, of: undefined })}
    >
      <strong class="num">{value}</strong>
      <span>{words}</span>
    </button>
  );

  return (
    <div class={css.report}>
      <div class={css.tools}>
        <Which here={here().length} online={online()} onChoose={(all) => set({ part: all ? "online" : undefined })} />
        <FilterMenu
          label={h("handoff.kind")}
          usual=""
          value={search.kind ?? ""}
          choices={[
            { id: "", text: h("handoffs.anyKind") },
            ...kinds.map((id) => ({ id, text: pick(choiceNames[id]) ?? id })),
          ]}
          onChoose={(id) => set({ kind: id || undefined, of: undefined })}
        />
        <p class={`${split.note} num`} aria-live="polite">
          {online() && remote.isPending
            ? t("list.fetching")
            : h(online() ? "handoffs.overOnline" : "handoffs.overHere", report().handovers.length)}
          {online() && remote.isSuccess && remote.data.more ? ` ${h("handoffs.overMore")}` : ""}
        </p>
      </div>
      <Show
        when={!(online() && remote.isError)}
        fallback={
          <Empty act={<Button onClick={() => void remote.refetch()}>{t("act.retry")}</Button>}>
            {t("list.failed")}
          </Empty>
        }
      >
        <Show
          when={report().handovers.length > 0}
          fallback={
            <Show when={!online() || remote.isSuccess} fallback={<div aria-busy="true" />}>
              <Nothing
                list="handovers"
                why={whyEmpty({
                  sees: seesAny(data, "handoff"),
                  filtered: Boolean(search.kind),
                  online: online(),
                  partial: true,
                })}
                online={online()}
                onClear={() => set({ kind: undefined, of: undefined })}
              />
            </Show>
          }
        >
          <div class={css.figures}>
            {figure("all", number(report().handovers.length, locale()), h("handoffs.handovers"))}
            {figure("records", number(report().records, locale()), h("handoffs.records"))}
            {figure("pingpong", number(report().pingPongs, locale()), h("handoffs.pingPongs"))}
            {figure("median", hours(report().lag.median), h("handoffs.median"))}
          </div>
          <p class={css.soft}>
            {h("handoffs.summary", hours(report().lag.mean), hours(report().lag.p90), String(report().most))}
          </p>
          <h2 class={css.reportHead}>
            {h("handoffs.byGroup")}{" "}
            <Button small look="quiet" aria-pressed={table()} onClick={() => showTable(!table())}>
              {h("handoffs.asTable")}
            </Button>
          </h2>
          <Show
            when={table()}
            fallback={
              <div class={css.bars}>
                <For each={shown()}>
                  {(group) => (
                    <button
                      type="button"
                      class={css.bar}
                      aria-pressed={search.of === group.group}
                      onClick={() => set({ of: search.of === group.group ? undefined : group.group, rows: "all" })}
                    >
                      <span class="clip">{groupName(group.group)}</span>
                      <span class={css.track}>
                        <span class={css.fill} style={{ width: `${((group.median ?? 0) / longest()) * 100}%` }} />
                      </span>
                      <span class={`${css.barEnd} num`}>{h("handoffs.barEnd", short(group.median), group.count)}</span>
                    </button>
                  )}
                </For>
              </div>
            }
          >
            <div class={css.scroll}>
              <table class={css.table}>
                <caption class="sr">{h("handoffs.byGroup")}</caption>
                <thead>
                  <tr>
                    <th scope="col">{h("handoffs.group")}</th>
                    <For each={["taken", "given", "median", "p90", "back"] as const}>
                      {(head) => (
                        <th scope="col" class={css.right}>
                          {h(`handoffs.col.${head}`)}
                        </th>
                      )}
                    </For>
                  </tr>
                </thead>
                <tbody>
                  <For each={report().groups}>
                    {(group) => (
                      <tr>
                        <th scope="row">{groupName(group.group)}</th>
                        <td class={`${css.right} num`}>{group.count}</td>
                        <td class={`${css.right} num`}>{group.given}</td>
                        <td class={`${css.right} num`}>{hours(group.median)}</td>
                        <td class={`${css.right} num`}>{hours(group.p90)}</td>
                        <td class={`${css.right} num`}>{group.pingPongs}</td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
            </div>
          </Show>
          <Show when={behind().length > 0}>
            <h2 class={css.reportHead}>{h("handoffs.rows", behind().length)}</h2>
            <div class={css.scroll}>
              <table class={css.table} data-rows={behind().length}>
                <tbody>
                  <For each={behind().slice(0, shownRows)}>
                    {(one) => (
                      <tr>
                        <th scope="row">
                          <A href={paths.handoff(one.row.id)}>{one.row.name ?? ""}</A>
                        </th>
                        <td>
                          {groupName(one.from)} → {groupName(one.to)}
                        </td>
                        <td class={`${css.right} num`}>{hours(one.lagMs)}</td>
                        <td class={`${css.right} num`}>
                          {day(dayIn(one.row.acceptedAt ?? 0, data.me.zone), {
                            locale: locale(),
                            today: dayIn(now(), data.me.zone),
                          })}
                        </td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
            </div>
            <Show when={behind().length > shownRows}>
              <p class={css.soft}>{h("handoffs.firstRows", shownRows)}</p>
            </Show>
          </Show>
        </Show>
      </Show>
    </div>
  );
}

/** All handoffs that were taken and that the member may see, of all cells. */
function onlineHandoffs(enabled: Accessor<boolean>) {
  const data = bind();
  const links = [...data.allSources()].map(({ link }) => link);
  return useQuery(
    () => ({
      queryKey: ["handoffs", "taken"],
      enabled: enabled(),
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const found: HandoffRow[] = [];
        let more = false;
        for (const link of links) {
          let cursor: string | null = null;
          for (let page = 0; page < pages && (page === 0 || cursor !== null); page += 1) {
            const params = new URLSearchParams({ limit: "200", "filter[state][in]": "accepted,done" });
            if (cursor) params.set("cursor", cursor);
            const answer: { items: readonly HandoffRow[]; nextCursor: string | null } = await got(`/api/handoffs?${params}`, signal, link); // prettier-ignore
            found.push(...answer.items);
            cursor = answer.nextCursor;
          }
          more ||= cursor !== null;
        }
        return { rows: found, more };
      },
    }),
    () => queryClient,
  );
}
