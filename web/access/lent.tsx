import { useQuery } from "@tanstack/solid-query";
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { got, queryClient } from "../accounts/online.ts";
import { http } from "../http.ts";
import { instant } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { now, useSession } from "../shell/context.ts";
import { Chip, Empty } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";
import table from "../handoffs/handoffs.module.css";
import css from "../audit/audit.module.css";
import { mayGovern } from "./may.ts";
import { groupName, kindName, x } from "./words.ts";

interface Grant {
  readonly id: string;
  readonly member: string;
  readonly kind: "grant" | "break_glass";
  readonly body: { readonly entities: readonly string[] | "*"; readonly groups: readonly string[] };
  readonly requestedBy: string;
  readonly approver: string | null;
  readonly reason: string;
  readonly until: number;
  readonly endedAt: number | null;
  readonly renewals: number;
  readonly reviewBy: number | null;
}
interface Cover {
  readonly id: string;
  readonly of: string;
  readonly member: string;
  readonly until: number;
  readonly endedAt: number | null;
  readonly approver: string | null;
  readonly reason: string;
}
interface Row {
  readonly id: string;
  readonly who: string;
  readonly what: string;
  readonly why: string;
  readonly by: string;
  readonly until: number;
  readonly endedAt: number | null;
  readonly more: string;
  readonly end?: string;
  readonly review?: { readonly path: string; readonly own: boolean };
}

/** What is lent apart from roles: grants, covers, broken glass; each ends by the clock, or here. */
export function Lent(): JSX.Element {
  const { data, memberName } = useSession();
  const list = <T,>(path: string) =>
    useQuery(
      () => ({
        queryKey: ["lent", path],
        queryFn: ({ signal }: { signal: AbortSignal }) => got<{ items: readonly T[] }>(path, signal),
      }),
      () => queryClient,
    );
  const grants = list<Grant>("/api/grants");
  const covers = list<Cover>("/api/covers");
  const [over, showOver] = createSignal(false);
  const at = (value: number) => instant(value, { locale: locale(), zone: data.me.zone, now: now() });
  const isLive = (row: { until: number; endedAt: number | null }) => row.endedAt === null && row.until > now();
  const rowOf = (one: Grant): Row => ({
    id: one.id, who: one.member, why: one.reason, by: one.approver ?? "", until: one.until, endedAt: one.endedAt,
    what: `${one.body.entities === "*" ? "*" : one.body.entities.map(kindName).join(", ")}: ${one.body.groups.map(groupName).join(", ")}`,
    more: one.kind === "grant" ? (one.renewals > 0 ? x("lent.renewed", one.renewals) : "") : one.reviewBy ? x("lent.reviewBy", at(one.reviewBy)) : "",
    ...(one.kind === "grant" ? { end: `/api/grants/${one.id}/end` } : {}),
    ...(one.kind === "break_glass" && one.reviewBy ? { review: { path: `/api/break-glass/${one.id}/review`, own: one.member === data.me.member } } : {}),
  }); // prettier-ignore
  const parts = createMemo(() => [
    { id: "grants" as const, rows: (grants.data?.items ?? []).filter(({ kind }) => kind === "grant").map(rowOf) },
    { id: "covers" as const, rows: (covers.data?.items ?? []).map((one): Row => ({ id: one.id, who: one.member, what: x("lent.for", memberName(one.of)), why: one.reason, by: one.approver ?? "", until: one.until, endedAt: one.endedAt, more: "", end: `/api/covers/${one.id}/end` })) }, // prettier-ignore
    { id: "glass" as const, rows: (grants.data?.items ?? []).filter(({ kind }) => kind === "break_glass").map(rowOf) },
  ]);
  const done = async (path: string, words: string): Promise<void> => {
    const answer = await http<null>(path, {});
    toast({ text: answer.ok ? words : x("access.failed") });
    void queryClient.invalidateQueries({ queryKey: ["lent"] });
  };
  return (
    <Show
      when={!grants.isError && !covers.isError}
      fallback={
        <Empty act={<Button onClick={() => void queryClient.invalidateQueries({ queryKey: ["lent"] })}>{t("act.retry")}</Button>}>
          {x("access.failed")}
        </Empty>
      }
    >
      <label class={css.acts}>
        <input type="checkbox" checked={over()} onChange={(event) => showOver(event.currentTarget.checked)} /> {x("lent.showOver")}
      </label>
      <For each={parts()}>
        {(part) => {
          const rows = () => part.rows.filter((row) => over() || isLive(row) || row.review);
          return (
            <section aria-label={x(`lent.${part.id}`)}>
              <h2 class={table.reportHead}>{x(`lent.${part.id}`)}</h2>
              <Show when={rows().length > 0} fallback={<p class={css.soft}>{x("lent.none")}</p>}>
                <div class={table.scroll}>
                  <table class={table.table}>
                    <thead>
                      <tr>
                        <For each={["who", "what", "until", "why", "by"] as const}>{(head) => <th scope="col">{x(`lent.col.${head}`)}</th>}</For>
                        <th scope="col" />
                      </tr>
                    </thead>
                    <tbody>
                      <For each={rows()}>
                        {(row) => (
                          <tr>
                            <th scope="row">{memberName(row.who)}</th>
                            <td class={css.wrap}>{row.what}</td>
                            <td class="num">
                              {at(row.endedAt ?? row.until)} <Chip tone={isLive(row) ? "info" : "plain"}>{x(isLive(row) ? "lent.live" : "lent.over")}</Chip>
                            </td>
                            <td class={css.wrap}>
                              {row.why} <span class={css.soft}>{row.more}</span>
                            </td>
                            <td>{memberName(row.by) || "–"}</td>
                            <td>
                              <Show when={row.end && isLive(row) && mayGovern(data, "manage_member")}>
                                <Button small onClick={() => void done(row.end ?? "", x("lent.ended"))}>
                                  {x("lent.end")}
                                </Button>
                              </Show>
                              <Show when={row.review}>
                                {(review) => (
                                  <Button small disabledReason={review().own ? x("lent.ownReview") : undefined} onClick={() => void done(review().path, x("lent.reviewed"))}>
                                    {x("lent.review")}
                                  </Button>
                                )}
                              </Show>
                            </td>
                          </tr>
                        )}
                      </For>
                    </tbody>
                  </table>
                </div>
              </Show>
            </section>
          );
        }}
      </For>
    </Show>
  );
} // prettier-ignore
