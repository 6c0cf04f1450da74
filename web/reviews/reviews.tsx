import { useQuery } from "@tanstack/solid-query";
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { got, queryClient } from "../accounts/online.ts";
import { http } from "../http.ts";
import { instant } from "../i18n/format.ts";
import { locale, roleName, t } from "../i18n/i18n.ts";
import { mayGovern } from "../access/may.ts";
import { whyWords } from "../access/words.ts";
import { now, useSession } from "../shell/context.ts";
import { Chip, Empty } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";
import table from "../handoffs/handoffs.module.css";
import css from "../audit/audit.module.css";
import { r } from "./words.ts";

interface Line {
  readonly id: string;
  readonly member: string;
  readonly kind: "duty" | "grant";
  readonly what: string;
  readonly reason: string;
  readonly lastUse: number | null;
  readonly decision: "keep" | "remove" | "ended" | "escalated" | null;
  readonly why: string | null;
  readonly decidedBy: string | null;
}
interface Answer {
  readonly open: {
    readonly id: string;
    readonly scope: "all" | "sharp";
    readonly at: number;
    readonly due: number;
    readonly closedAt: number | null;
    readonly lines: readonly Line[];
  } | null;
}

/** What members hold, line by line: kept with a reason, or removed. */
export function Reviews(): JSX.Element {
  const { data, memberName } = useSession();
  const reviews = useQuery(
    () => ({
      queryKey: ["reviews"],
      queryFn: ({ signal }: { signal: AbortSignal }) => got<Answer>("/api/reviews", signal),
    }),
    () => queryClient,
  );
  const open = () => reviews.data?.open ?? null;
  const mayAnswer = () => mayGovern(data, "attest_access");
  const waits = (line: Line) => line.decision === null || line.decision === "escalated";
  const left = createMemo(() => (open()?.lines ?? []).filter(waits).length);
  const [at, choose] = createSignal<{ readonly id: string; readonly decision: "keep" | "remove" } | null>(null);
  const [why, setWhy] = createSignal("");
  const when = (value: number) => instant(value, { locale: locale(), zone: data.me.zone, now: now() });
  const begin = async (scope: "all" | "sharp"): Promise<void> => {
    const answer = await http("/api/reviews", { scope });
    if (!answer.ok) toast({ text: r("reviews.failed") });
    void reviews.refetch();
  };
  const save = async (): Promise<void> => {
    const one = at();
    if (!one) return;
    const answer = await http(`/api/reviews/items/${one.id}`, { decision: one.decision, why: why().trim() });
    toast({ text: answer.ok ? r("reviews.done") : r("reviews.failed") });
    choose(null);
    setWhy("");
    void reviews.refetch();
  };
  const starts = () => (
    <Show when={mayAnswer()}>
      <div class={css.acts}>
        <Button small onClick={() => void begin("all")}>
          {r("reviews.openAll")}
        </Button>
        <Button small onClick={() => void begin("sharp")}>
          {r("reviews.openSharp")}
        </Button>
      </div>
    </Show>
  );
  return (
    <Show
      when={!reviews.isError}
      fallback={<Empty act={<Button onClick={() => void reviews.refetch()}>{t("act.retry")}</Button>}>{r("reviews.failed")}</Empty>}
    >
      <Show
        when={open()}
        fallback={<Show when={!reviews.isPending} fallback={<div aria-busy="true" />}><Empty act={starts()}>{r("reviews.none")}</Empty></Show>}
      >
        {(review) => (
          <>
            <h2 class={table.reportHead}>
              {r(`reviews.scope.${review().scope}`)} <Show when={review().closedAt !== null}><Chip>{r("reviews.closed")}</Chip></Show>
            </h2>
            <p>{r("reviews.left", left())}</p>
            <p class={css.soft}>
              {r("reviews.since", when(review().at), when(review().due))}. {r("reviews.consequence")}
            </p>
            <Show when={review().closedAt !== null}>{starts()}</Show>
            <div class={table.scroll}>
              <table class={table.table} data-review={review().scope}>
                <thead>
                  <tr>
                    <For each={["who", "holds", "why", "use"] as const}>{(head) => <th scope="col">{r(`reviews.col.${head}`)}</th>}</For>
                    <th scope="col" />
                  </tr>
                </thead>
                <tbody>
                  <For each={review().lines}>
                    {(line) => (
                      <tr data-line={`${line.what} ${memberName(line.member)}`}>
                        <th scope="row">{memberName(line.member)}</th>
                        <td>{line.kind === "grant" ? r("reviews.grant") : roleName(line.what)}</td>
                        <td class={css.wrap}>{whyWords(line.reason)}</td>
                        <td class="num">{line.lastUse === null ? r("reviews.never") : when(line.lastUse)}</td>
                        <td class={css.wrap}>
                          <Show when={line.decision}>
                            {(decision) => (
                              <p>
                                <Chip tone={decision() === "escalated" ? "bad" : "plain"}>{r(`reviews.decision.${decision()}`)}</Chip>{" "}
                                <span class={css.soft}>{[memberName(line.decidedBy), line.why].filter(Boolean).join(": ")}</span>
                              </p>
                            )}
                          </Show>
                          <Show when={waits(line) && mayAnswer()}>
                            <Show
                              when={at()?.id === line.id}
                              fallback={
                                <span class={css.acts}>
                                  <For each={["keep", "remove"] as const}>
                                    {(decision) => (
                                      <Button small look="quiet" disabledReason={line.member === data.me.member ? r("reviews.own") : undefined} onClick={() => choose({ id: line.id, decision })}>
                                        {r(`reviews.${decision}`)}
                                      </Button>
                                    )}
                                  </For>
                                </span>
                              }
                            >
                              <form class={css.acts} onSubmit={(event) => { event.preventDefault(); if (why().trim().length > 2) void save(); }}>
                                <input class={css.find} aria-label={r("reviews.reason")} placeholder={r("reviews.reason")} maxlength={500} value={why()} onInput={(event) => setWhy(event.currentTarget.value)} />
                                <Button small look="primary" type="submit" disabledReason={why().trim().length > 2 ? undefined : r("reviews.reason")}>
                                  {r(`reviews.${at()?.decision ?? "keep"}`)}
                                </Button>
                              </form>
                            </Show>
                          </Show>
                        </td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
            </div>
          </>
        )}
      </Show>
    </Show>
  );
} // prettier-ignore
