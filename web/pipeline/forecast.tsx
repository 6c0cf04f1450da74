import { A } from "@solidjs/router";
import { createMemo, For, Show, type JSX } from "solid-js";
import { forecastOf, type ForecastLine } from "../../shared/pipeline/forecast.ts";
import { number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { Dot } from "../ui/bits.tsx";
import { buttonClass } from "../ui/button.tsx";
import { Nothing } from "../ui/nothing.tsx";
import { seesAny, whyEmpty } from "../ui/why-empty.ts";
import { filterKeys, monthOf, none, type Search } from "./filter.ts";
import css from "./forecast.module.css";
import type { Rows } from "./rows.ts";
import { hueOfStage } from "./stage-menu.tsx";
import { atLeast, lacksWords, monthWords, p, totalsWords } from "./words.ts";

const ways = ["stage", "owner", "month"] as const;
type By = (typeof ways)[number];

/** What is likely to come in, over the rows that are shown, and what it leaves out. Each number opens its rows. */
export function ForecastView(props: {
  readonly of: Rows;
  readonly search: Search;
  readonly set: (change: { readonly [K in keyof Search]?: string | undefined }) => void;
}): JSX.Element {
  const session = useSession();
  const by = (): By => ways.find((one) => one === props.search.by) ?? "stage";
  const asTable = () => props.search.as === "table";
  const forecast = createMemo(() => {
    const way = by();
    const { stageOf, amount, ownerOf } = props.of;
    const key = way === "stage" ? (row: Parameters<typeof ownerOf>[0]) => row.stage ?? "" : way === "owner" ? ownerOf : monthOf; // prettier-ignore
    return forecastOf(props.of.rows(), { key, stageOf, amountOf: amount, today: props.of.today() });
  });
  const placeOf = (key: string): number => props.of.stages().findIndex(({ id }) => id === key);
  const lines = createMemo(() => {
    const way = by();
    const most = (line: ForecastLine): number => Math.max(0, ...line.weighted.values());
    return forecast().lines.toSorted((a, b) =>
      way === "stage"
        ? placeOf(a.key) - placeOf(b.key)
        : way === "month"
          ? (a.key || "9").localeCompare(b.key || "9")
          : most(b) - most(a) || b.sum.count - a.sum.count,
    );
  });
  const currencies = createMemo(() => [...forecast().all.sum.totals].sort(([, a], [, b]) => b - a).map(([currency]) => currency)); // prettier-ignore
  /** One scale for each currency: bars of two of them do not compare. */
  const most = createMemo(
    () => new Map(currencies().map((currency) => [currency, Math.max(1, ...forecast().lines.map(({ sum }) => sum.totals.get(currency) ?? 0))])), // prettier-ignore
  );
  const nameOf = (key: string): string => {
    if (by() === "stage") return props.of.stages()[placeOf(key)]?.name ?? p("noStage");
    if (by() === "owner") return session.memberName(key) || p("noOwner");
    return key === "" ? p("noMonth") : monthWords(key);
  };
  const hrefOf = (more: { readonly [K in keyof Search]?: string }): string => {
    const kept = ["pipeline", "from", ...filterKeys] as const;
    const params = new URLSearchParams({ view: "list", counted: "yes" });
    for (const key of kept) if (props.search[key] !== undefined && props.search[key] !== "") params.set(key, props.search[key] as string); // prettier-ignore
    for (const [key, value] of Object.entries(more)) if (value) params.set(key, value);
    return `${paths.pipeline}?${params}`;
  };
  const lineHref = (line: ForecastLine, more: { readonly amount?: string } = {}): string =>
    hrefOf({ [by()]: line.key || none, ...more });
  const all = () => forecast().all;
  const summary = () =>
    all().sum.totals.size > 0
      ? p(
          "summary",
          all().sum.count,
          atLeast(all().sum, all().weighted) || number(0, locale()),
          atLeast(all().sum, all().sum.totals),
        )
      : p("summaryNone", all().sum.count);

  return (
    <div class={css.page}>
      <div class={css.tools}>
        <div class={css.ways} role="group" aria-label={p("byLabel")}>
          <For each={ways}>
            {(way) => (
              <button
                type="button"
                class={css.way}
                aria-pressed={by() === way}
                onClick={() => props.set({ by: way === "stage" ? undefined : way })}
              >
                {p(`by.${way}`)}
              </button>
            )}
          </For>
        </div>
        <button
          type="button"
          class={buttonClass({ small: true })}
          onClick={() => props.set({ as: asTable() ? undefined : "table" })}
        >
          {asTable() ? p("asBars") : p("asTable")}
        </button>
      </div>
      <Show
        when={all().sum.count > 0}
        fallback={
          <Nothing
            list="forecast"
            why={whyEmpty({ sees: seesAny(session.data, "opportunity"), online: props.of.online(), partial: true })}
          />
        }
      >
        <p class={css.summary}>{summary()}</p>
        <Show when={all().sum.hidden > 0}>
          <p class={css.lacks}>
            <A href={hrefOf({ amount: "hidden" })}>{p("lacksHidden", all().sum.hidden)}</A>
          </p>
        </Show>
        <Show when={all().sum.away > 0}>
          <p class={css.lacks}>{p("lacksAway", all().sum.away)}</p>
        </Show>
        <Show when={all().unweighed > 0}>
          <p class={css.lacks}>{p("unweighed", all().unweighed)}</p>
        </Show>
        <Show
          when={asTable()}
          fallback={
            <ul class={css.bars}>
              <For each={lines()}>
                {(line) => (
                  <li class={css.bar}>
                    <A class={css.label} href={lineHref(line)} title={p("rowsOf", nameOf(line.key))}>
                      <Show when={by() === "stage"}>
                        <Dot color={hueOfStage(placeOf(line.key))} />
                      </Show>
                      <span class="clip">{nameOf(line.key)}</span>
                      <span class={`${css.count} num`}>{number(line.sum.count, locale())}</span>
                    </A>
                    <div class={css.lanes}>
                      <For each={currencies()}>
                        {(currency) => (
                          <Show when={line.sum.totals.get(currency)}>
                            {(total) => (
                              <Lane
                                total={total()}
                                weighted={line.weighted.get(currency) ?? 0}
                                most={most().get(currency) ?? 1}
                                words={`${totalsWords(new Map([[currency, line.weighted.get(currency) ?? 0]]))} / ${totalsWords(new Map([[currency, total()]]))}`}
                              />
                            )}
                          </Show>
                        )}
                      </For>
                      <Show when={lacksWords(line.sum)}>{(words) => <span class={css.lack}>{words()}</span>}</Show>
                    </div>
                  </li>
                )}
              </For>
            </ul>
          }
        >
          <div class={css.tableFrame} role="region" aria-label={p("forecast")} tabindex="0">
            <table class={css.table}>
              <thead>
                <tr>
                  <th scope="col">
                    {by() === "stage" ? t("opps.stage") : by() === "owner" ? p("owner") : p("closing")}
                  </th>
                  <th scope="col" class={css.right}>
                    {p("count")}
                  </th>
                  <For each={currencies()}>
                    {(currency) => (
                      <>
                        <th scope="col" class={css.right}>{`${p("sum")} ${currency}`}</th>
                        <th scope="col" class={css.right}>{`${p("weighted")} ${currency}`}</th>
                      </>
                    )}
                  </For>
                  <th scope="col">{p("amountHidden")}</th>
                </tr>
              </thead>
              <tbody>
                <For each={lines()}>
                  {(line) => (
                    <Numbers
                      line={line}
                      name={nameOf(line.key)}
                      currencies={currencies()}
                      href={lineHref(line)}
                      hidden={lineHref(line, { amount: "hidden" })}
                    />
                  )}
                </For>
              </tbody>
              <tfoot>
                <Numbers
                  line={all()}
                  name={p("all")}
                  currencies={currencies()}
                  href={hrefOf({})}
                  hidden={hrefOf({ amount: "hidden" })}
                />
              </tfoot>
            </table>
          </div>
        </Show>
        <p class={css.rule}>{p("forecastRule")}</p>
      </Show>
    </div>
  );
}

/** The sum, and in it what is likely: a bar in a bar, said in words beside it. */
function Lane(props: {
  readonly total: number;
  readonly weighted: number;
  readonly most: number;
  readonly words: string;
}): JSX.Element {
  const wide = (value: number): string => `${Math.max(0.5, (100 * Math.max(0, value)) / props.most)}%`;
  return (
    <span class={css.lane}>
      <svg class={css.drawn} aria-hidden="true">
        <rect class={css.whole} width={wide(props.total)} height="100%" rx="2" />
        <rect class={css.likely} width={wide(props.weighted)} height="100%" rx="2" />
      </svg>
      <span class={`${css.said} num`}>{props.words}</span>
    </span>
  );
}

function Numbers(props: {
  readonly line: ForecastLine;
  readonly name: string;
  readonly currencies: readonly string[];
  readonly href: string;
  readonly hidden: string;
}): JSX.Element {
  const link = (words: string, href = props.href) => (
    <Show when={words}>
      <A href={href} aria-label={`${words}: ${p("rowsOf", props.name)}`}>
        {words}
      </A>
    </Show>
  );
  const one = (totals: ReadonlyMap<string, number>, currency: string): string => {
    const value = totals.get(currency);
    return value === undefined ? "" : atLeast(props.line.sum, new Map([[currency, value]]));
  };
  return (
    <tr>
      <th scope="row">{props.name}</th>
      <td class={`${css.right} num`}>{link(number(props.line.sum.count, locale()))}</td>
      <For each={props.currencies}>
        {(currency) => (
          <>
            <td class={`${css.right} num`}>{link(one(props.line.sum.totals, currency))}</td>
            <td class={`${css.right} num`}>{link(one(props.line.weighted, currency))}</td>
          </>
        )}
      </For>
      <td>{link(lacksWords(props.line.sum), props.hidden)}</td>
    </tr>
  );
}
