import { A, useSearchParams } from "@solidjs/router";
import { useQuery } from "@tanstack/solid-query";
import { createSignal, For, Show, type JSX } from "solid-js";
import { isEventKind } from "../../shared/audit/kinds.ts";
import { got, queryClient } from "../accounts/online.ts";
import { a } from "../audit/words.ts";
import { http } from "../http.ts";
import { instant, number } from "../i18n/format.ts";
import { locale } from "../i18n/i18n.ts";
import { mayGovern } from "../access/may.ts";
import { PickMember } from "../access/pick.tsx";
import { kindName } from "../access/words.ts";
import { paths } from "../paths.ts";
import { now, useSession } from "../shell/context.ts";
import { Chip, Empty } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";
import table from "../handoffs/handoffs.module.css";
import css from "../audit/audit.module.css";
import { r } from "./words.ts";

interface Leaver {
  readonly member: string;
  readonly employment: string | null;
  readonly owned: { readonly accounts: number; readonly opportunities: number; readonly cases: number; readonly tasks: number };
  readonly trace: readonly { readonly kind: string; readonly what: string | null; readonly n: number; readonly times: number; readonly last: number }[];
} // prettier-ignore

/** The way out, in its order: the cut first, then what was theirs, then what they took along. */
export function Leavers(): JSX.Element {
  const { data } = useSession();
  const [search, setSearch] = useSearchParams<{ who?: string }>();
  const [why, setWhy] = createSignal("");
  const leaver = useQuery(
    () => ({
      queryKey: ["leavers", search.who],
      enabled: Boolean(search.who),
      queryFn: ({ signal }: { signal: AbortSignal }) => got<Leaver>(`/api/leavers/${search.who}`, signal),
    }),
    () => queryClient,
  );
  const when = (value: number) => instant(value, { locale: locale(), zone: data.me.zone, now: now() });
  const cut = async (): Promise<void> => {
    const answer = await http(`/api/leavers/${search.who}/cut`, { why: why().trim() });
    toast({ text: answer.ok ? r("leavers.done") : r("reviews.failed") });
    setWhy("");
    void leaver.refetch();
  };
  const reason = () =>
    search.who === data.me.member ? r("leavers.self") : why().trim().length > 2 ? undefined : r("leavers.reason");
  return (
    <>
      <div class={css.form}>
        <PickMember
          label={r("leavers.who")}
          value={search.who ?? ""}
          onPick={(id) => setSearch({ who: id || undefined }, { replace: true })}
        />
      </div>
      <Show when={search.who} fallback={<Empty>{r("leavers.pick")}</Empty>}>
        <Show
          when={leaver.data}
          fallback={
            <Show when={leaver.isError} fallback={<div aria-busy="true" />}>
              <Empty>{r("reviews.failed")}</Empty>
            </Show>
          }
        >
          {(one) => (
            <>
              <section data-leaver={one().employment ?? ""}>
                <h2 class={table.reportHead}>{r("leavers.cut")}</h2>
                <Show
                  when={one().employment !== "left"}
                  fallback={
                    <p>
                      <Chip tone="ok">{r("leavers.isCut")}</Chip>
                    </p>
                  }
                >
                  <p class={css.soft}>{r("leavers.cutWhy")}</p>
                  <Show when={mayGovern(data, "manage_member")}>
                    <form
                      class={css.acts}
                      onSubmit={(event) => {
                        event.preventDefault();
                        if (!reason()) void cut();
                      }}
                    >
                      <label class={css.why}>
                        <span class="sr">{r("leavers.reason")}</span>
                        <input
                          class={css.input}
                          maxlength={500}
                          placeholder={r("leavers.reason")}
                          value={why()}
                          onInput={(event) => setWhy(event.currentTarget.value)}
                        />
                      </label>
                      <Button look="danger" type="submit" disabledReason={reason()}>
                        {r("leavers.cutNow")}
                      </Button>
                    </form>
                  </Show>
                </Show>
              </section>
              <section>
                <h2 class={table.reportHead}>{r("leavers.handOver")}</h2>
                <p class="num">
                  {r(
                    "leavers.owned",
                    one().owned.accounts,
                    one().owned.opportunities,
                    one().owned.cases,
                    one().owned.tasks,
                  )}
                </p>
                <p class={css.soft}>
                  {r("leavers.handWhy")} <A href={paths.accounts}>{r("leavers.toAccounts")}</A>
                </p>
              </section>
              <section>
                <h2 class={table.reportHead}>{r("leavers.trace")}</h2>
                <Show when={one().trace.length > 0} fallback={<p class={css.soft}>{r("leavers.noTrace")}</p>}>
                  <div class={table.scroll}>
                    <table class={table.table}>
                      <tbody>
                        <For each={one().trace}>
                          {(row) => (
                            <tr>
                              <th scope="row">{isEventKind(row.kind) ? a(`audit.event.${row.kind}`) : row.kind}</th>
                              <td>{row.what === null ? "" : kindName(row.what)}</td>
                              <td class={`${table.right} num`}>
                                {row.kind === "denied" ? a("audit.tries", row.n) : a("audit.rows", row.n)}
                              </td>
                              <td class={`${table.right} num`}>{number(row.times, locale())}×</td>
                              <td class="num">{when(row.last)}</td>
                            </tr>
                          )}
                        </For>
                      </tbody>
                    </table>
                  </div>
                </Show>
                <Show when={mayGovern(data, "read_audit")}>
                  <A href={`${paths.access("audit")}?who=${one().member}`}>{r("leavers.all")}</A>
                </Show>
              </section>
            </>
          )}
        </Show>
      </Show>
    </>
  );
}
