import { A, useNavigate, useParams, useSearchParams } from "@solidjs/router";
import { createMemo, For, lazy, Match, Show, Suspense, Switch, type JSX } from "solid-js";
import { piles, tallied, type Finding } from "../../shared/quality/findings.ts";
import { dayMs } from "../../shared/kernel/limits.ts";
import type { Row } from "../../shared/records/entities.ts";
import css from "../handoffs/handoffs.module.css";
import { number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { now, useSession } from "../shell/context.ts";
import { PageBar } from "../shell/layout.tsx";
import { Which } from "../shell/which.tsx";
import { Bone, Empty } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { FilterMenu } from "../ui/split.tsx";
import split from "../ui/split.module.css";
import { qualityRows } from "./rows.ts";
import { nameOf, pathOf, says, type Those } from "./says.ts";
import { q } from "./words.ts";

const OneByOne = lazy(async () => ({ default: (await import("./one-by-one.tsx")).OneByOne }));
const Dictionary = lazy(async () => ({ default: (await import("./dictionary.tsx")).Dictionary }));
const Twins = lazy(async () => ({ default: (await import("./twins.tsx")).Twins }));
const shownRows = 200;
const shownGroups = 12;
const joinedLatelyMs = 90 * dayMs;

/** What could be put right in what one may see: piles of things, each with its remedy, put right one by one. */
export default function Quality(): JSX.Element {
  const params = useParams<{ pile?: string }>();
  const [search, setSearch] = useSearchParams<{ part?: string; at?: string; by?: string; group?: string; made?: string; kind?: string }>(); // prettier-ignore
  const session = useSession();
  const { data } = session;
  const navigate = useNavigate();
  const online = () => search.part === "online" && !session.offline();
  const set = (change: Record<string, string | undefined>) => setSearch(change, { replace: true });
  const all = qualityRows(online);
  const pile = () => [...piles, "twins" as const, "standards" as const].find((one) => one === params.pile);

  const account = (id: string): Row | undefined => all.row(id) ?? (data.record("account", () => id)() as Row | undefined);
  const by = () => (search.by === "region" ? "region" : "team");
  const groupOf = ({ account: id }: Pick<Finding, "account">): string | null => {
    const value = account(id)?.[by()];
    return typeof value === "string" ? value : null;
  };
  const fresh = createMemo(() => new Set(all.members().flatMap((row) => (now() - row.createdAt < joinedLatelyMs ? [row.id] : [])))); // prettier-ignore
  const chosen = createMemo(() =>
    all.findings().filter((one) => search.made !== "new" || fresh().has(one.maker)),
  );
  const inGroup = createMemo(() => chosen().filter((one) => search.group === undefined || (groupOf(one) ?? "") === search.group)); // prettier-ignore
  const counts = createMemo(() => Map.groupBy(inGroup(), (one) => one.pile));
  const those = createMemo(() => {
    const which = pile();
    return which && which !== "twins" && which !== "standards" ? (counts().get(which) ?? []) : inGroup();
  });
  const groups = createMemo(() => tallied(pile() && pile() !== "twins" && pile() !== "standards" ? chosen().filter((one) => one.pile === pile()) : chosen(), groupOf)); // prettier-ignore
  const teams = data.list("team", () => ({}));
  const regions = data.list("region", () => ({}));
  const names = createMemo(() => new Map([...teams(), ...regions()].map((row) => [row.id, row.name ?? ""])));
  const most = () => Math.max(1, ...groups().map(({ count }) => count));
  const to = (one: string | undefined) => `${paths.quality(one)}${location.search}`;
  const figure = (one: (typeof piles)[number]) => (
    <button
      type="button"
      class={css.figure}
      aria-pressed={pile() === one}
      onClick={() => navigate(to(pile() === one ? undefined : one), { scroll: false })}
    >
      <strong class="num">{number(counts().get(one)?.length ?? 0, locale())}</strong>
      <span>{q(`pile.${one}`)}</span>
    </button>
  );

  return (
    <>
      <PageBar title={q("title")} />
      <div class={css.report}>
        <div class={css.tools}>
          <Which
            here={all.here()}
            online={online()}
            onChoose={(wide) => set({ part: wide ? "online" : undefined, at: undefined })}
          />
          <FilterMenu
            label={q("makers")}
            usual=""
            value={search.made ?? ""}
            choices={[
              { id: "", text: q("anyMaker") },
              { id: "new", text: q("newMakers") },
            ]}
            onChoose={(id) => set({ made: id || undefined, at: undefined })}
          />
          <p class={`${split.note} num`} role="status">
            {all.waiting() ? q("fetching") : q("things", inGroup().length, number(inGroup().length, locale()))}
            {all.more() ? ` ${q("more")}` : ""}
          </p>
        </div>
        <Switch>
          <Match when={all.failed()}>
            <Empty act={<Button onClick={() => all.again()}>{t("act.retry")}</Button>}>{t("list.failed")}</Empty>
          </Match>
          <Match when={all.waiting()}>
            <div aria-busy="true">
              <Bone of={4} />
              <Bone of={6} />
              <Bone of={5} />
            </div>
          </Match>
          <Match when={!all.waiting()}>
            <div class={css.figures} role="group" aria-label={q("piles")}>
              <For each={piles}>{figure}</For>
              <button
                type="button"
                class={css.figure}
                aria-pressed={pile() === "twins"}
                onClick={() => navigate(to(pile() === "twins" ? undefined : "twins"), { scroll: false })}
              >
                <strong>≈</strong>
                <span>{q("pile.twins")}</span>
              </button>
              <button
                type="button"
                class={css.figure}
                aria-pressed={pile() === "standards"}
                onClick={() => navigate(to(pile() === "standards" ? undefined : "standards"), { scroll: false })}
              >
                <strong>§</strong>
                <span>{q("pile.standards")}</span>
              </button>
            </div>
            <Show when={pile()}>{(one) => <p class={css.soft}>{q(`remedy.${one()}`)}</p>}</Show>
            <Show when={online() && pile() === "stale"}>
              <p class={css.soft}>{q("untouchedHere")}</p>
            </Show>
            <Suspense fallback={<div aria-busy="true" />}>
              <Show when={pile() !== "standards"} fallback={<Dictionary kind={search.kind} onKind={(kind) => set({ kind })} />}>
<Show
                when={pile() === "twins"}
                fallback={
                  <Show
                    when={those().length > 0}
                    fallback={<Empty>{q(all.findings().length > 0 ? "none" : "noneAtAll")}</Empty>}
                  >
                    <h2 class={css.reportHead}>
                      {q(by() === "team" ? "byTeam" : "byRegion")}{" "}
                      <Button
                        small
                        look="quiet"
                        onClick={() => set({ by: by() === "team" ? "region" : undefined, group: undefined })}
                      >
                        {q(by() === "team" ? "byRegion" : "byTeam")}
                      </Button>
                    </h2>
                    <div class={css.bars}>
                      <For each={groups().slice(0, shownGroups)}>
                        {({ group, count }) => (
                          <button
                            type="button"
                            class={css.bar}
                            aria-pressed={search.group === (group ?? "")}
                            onClick={() => set({ group: search.group === (group ?? "") ? undefined : (group ?? ""), at: undefined })} // prettier-ignore
                          >
                            <span class="clip">{(group && names().get(group)) || q("noGroup")}</span>
                            <span class={css.track}>
                              <span class={css.fill} style={{ width: `${(count / most()) * 100}%` }} />
                            </span>
                            <span class={`${css.barEnd} num`}>{number(count, locale())}</span>
                          </button>
                        )}
                      </For>
                    </div>
                    <h2 class={css.reportHead}>
                      {pile() ? q(`pile.${pile() ?? "missing"}`) : q("all")}{" "}
                      <Button
                        small
                        look={search.at === undefined ? "primary" : "quiet"}
                        onClick={() => set({ at: search.at === undefined ? "1" : undefined })}
                      >
                        {q(search.at === undefined ? "oneByOne" : "list")}
                      </Button>
                    </h2>
                    <Show
                      when={search.at !== undefined}
                      fallback={<Findings of={those().slice(0, shownRows)} row={all.row} account={account} />}
                    >
                      <OneByOne of={those()} at={Number(search.at) || 1} row={all.row} account={account} onStep={(at) => set({ at: String(at) })} />
                    </Show>
                  </Show>
                }
              >
                <Twins rows={all.rows()} kind={search.kind} onKind={(kind) => set({ kind })} />
              </Show>
</Show>
            </Suspense>
          </Match>
        </Switch>
      </div>
    </>
  );
} // prettier-ignore

function Findings(props: Those): JSX.Element {
  return (
    <div class={css.scroll}>
      <table class={css.table} data-rows={props.of.length}>
        <tbody>
          <For each={props.of}>
            {(one) => (
              <tr>
                <th scope="row">
                  <A href={pathOf(one)}>{nameOf(props.row(one.id))}</A>
                </th>
                <td>{says(one)}</td>
                <td>{one.entity === "account" ? "" : nameOf(props.account(one.account))}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </div>
  );
}
