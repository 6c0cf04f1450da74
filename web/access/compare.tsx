import { useSearchParams } from "@solidjs/router";
import { useQuery } from "@tanstack/solid-query";
import { createMemo, createResource, createSignal, For, Show, type JSX } from "solid-js";
import { got, queryClient } from "../accounts/online.ts";
import { http } from "../http.ts";
import { number } from "../i18n/format.ts";
import { locale, roleName, t } from "../i18n/i18n.ts";
import { useSession } from "../shell/context.ts";
import { Empty } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import table from "../handoffs/handoffs.module.css";
import css from "../audit/audit.module.css";
import { Sentences, type Said } from "./explain.tsx";
import { PickMember, PickRecord, type Picked } from "./pick.tsx";
import { groupName, kindName, x } from "./words.ts";

interface Person {
  readonly member: string;
  readonly name: string;
  readonly base: string;
  readonly duties: readonly string[];
  readonly teams: readonly string[];
  readonly regions: readonly string[];
}
interface Compared {
  readonly a: Person;
  readonly b: Person;
  readonly items: readonly { readonly entity: string; readonly group: string; readonly onlyA: number; readonly onlyB: number; readonly both: number }[]; // prettier-ignore
  readonly all: boolean;
}

/** Two people side by side: what each sees, in numbers; and of one record, why. */
export function Compare(): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  const [search, setSearch] = useSearchParams<{ a?: string; b?: string }>();
  const [record, setRecord] = createSignal<Picked | null>(null);
  const [differing, setDiffering] = createSignal(true);
  const both = () => (search.a && search.b ? { a: search.a, b: search.b } : null);
  const compared = useQuery(
    () => ({
      queryKey: ["access", "compare", search.a, search.b],
      enabled: both() !== null,
      queryFn: ({ signal }: { signal: AbortSignal }) => got<Compared>(`/api/access/compare?${new URLSearchParams(both() ?? {})}`, signal), // prettier-ignore
    }),
    () => queryClient,
  );
  const rows = createMemo(() => (compared.data?.items ?? []).filter(({ onlyA, onlyB }) => !differing() || onlyA + onlyB > 0)); // prettier-ignore
  const teams = data.list("team", () => ({}));
  const teamName = (id: string) => teams().find((one) => one.id === id)?.name ?? id;
  const [explained] = createResource(
    () => (both() && record() ? { ...both(), record: record() } : undefined),
    async ({ a, b, record: one }) =>
      Promise.all(
        [a, b].map(async (member) => {
          const query = new URLSearchParams({ action: "read", entity: one?.entity ?? "", id: one?.id ?? "", member: member ?? "" }); // prettier-ignore
          const answer = await http<Said>(`/api/access/explain?${query}`);
          return { who: memberName(member), said: answer.ok ? answer.value : null };
        }),
      ),
  );
  return (
    <>
      <div class={css.form}>
        <PickMember
          label={x("explain.who")}
          value={search.a ?? ""}
          but={search.b ?? ""}
          onPick={(id) => setSearch({ a: id || undefined }, { replace: true })}
        />
        <PickMember
          label={x("compare.with")}
          value={search.b ?? ""}
          but={search.a ?? ""}
          onPick={(id) => setSearch({ b: id || undefined }, { replace: true })}
        />
        <PickRecord picked={record()} onPick={setRecord} />
      </div>
      <Show when={both()} fallback={<Empty>{x("compare.pick")}</Empty>}>
        <For each={explained() ?? []}>
          {(one) => (
            <Show when={one.said}>
              {(said) => (
                <Sentences who={one.who} action={x("explain.action.read")} what={record()?.name ?? ""} said={said()} />
              )}
            </Show>
          )}
        </For>
        <Show
          when={!compared.isError}
          fallback={<Empty act={<Button onClick={() => void compared.refetch()}>{t("act.retry")}</Button>}>{x("access.failed")}</Empty>} // prettier-ignore
        >
          <Show when={compared.data} fallback={<div aria-busy="true" />}>
            {(now) => (
              <>
                <div class={table.scroll}>
                  <table class={table.table}>
                    <thead>
                      <tr>
                        <th scope="col" />
                        <th scope="col">{now().a.name}</th>
                        <th scope="col">{now().b.name}</th>
                      </tr>
                    </thead>
                    <tbody>
                      <tr>
                        <th scope="row">{x("compare.roles")}</th>
                        <For each={[now().a, now().b]}>
                          {(one) => <td>{[one.base, ...one.duties].map(roleName).join(", ")}</td>}
                        </For>
                      </tr>
                      <tr>
                        <th scope="row">{x("compare.teams")}</th>
                        <For each={[now().a, now().b]}>
                          {(one) => <td>{one.teams.map(teamName).join(", ") || "–"}</td>}
                        </For>
                      </tr>
                      <tr>
                        <th scope="row">{x("compare.regions")}</th>
                        <For each={[now().a, now().b]}>
                          {(one) => <td>{one.regions.map(session.regionName).join(", ") || "–"}</td>}
                        </For>
                      </tr>
                    </tbody>
                  </table>
                </div>
                <label class={css.acts}>
                  <input
                    type="checkbox"
                    checked={differing()}
                    onChange={(event) => setDiffering(event.currentTarget.checked)}
                  />{" "}
                  {x("compare.differ")}
                </label>
                <Show when={rows().length > 0} fallback={<p>{x("compare.same")}</p>}>
                  <div class={table.scroll}>
                    <table class={table.table} data-compared={rows().length}>
                      <thead>
                        <tr>
                          <th scope="col">{x("access.col.record")}</th>
                          <th scope="col">{x("compare.group")}</th>
                          <th scope="col" class={table.right}>
                            {x("compare.only", now().a.name)}
                          </th>
                          <th scope="col" class={table.right}>
                            {x("compare.only", now().b.name)}
                          </th>
                          <th scope="col" class={table.right}>
                            {x("compare.both")}
                          </th>
                        </tr>
                      </thead>
                      <tbody>
                        <For each={rows()}>
                          {(row) => (
                            <tr>
                              <th scope="row">{kindName(row.entity)}</th>
                              <td>{groupName(row.group)}</td>
                              <For each={[row.onlyA, row.onlyB, row.both]}>
                                {(n) => <td class={`${table.right} num`}>{number(n, locale())}</td>}
                              </For>
                            </tr>
                          )}
                        </For>
                      </tbody>
                    </table>
                  </div>
                </Show>
                <Show when={!now().all}>
                  <p class={css.soft}>{x("compare.part")}</p>
                </Show>
              </>
            )}
          </Show>
        </Show>
      </Show>
    </>
  );
}
