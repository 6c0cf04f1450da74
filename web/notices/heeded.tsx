import { useQuery } from "@tanstack/solid-query";
import { For, Show, type JSX } from "solid-js";
import type { Heeded } from "../../shared/notices/heeded.ts";
import { got, queryClient } from "../accounts/online.ts";
import { day, dayIn, number } from "../i18n/format.ts";
import { heededEn } from "../i18n/en/heeded.ts";
import { locale, t } from "../i18n/i18n.ts";
import { partOf } from "../i18n/part.ts";
import { heededZh } from "../i18n/zh-CN/heeded.ts";
import { now, useSession } from "../shell/context.ts";
import { said } from "../today/words.ts";
import { Button } from "../ui/button.tsx";
import css from "./notices.module.css";

const h = partOf(heededEn, heededZh);
const parts = ["shown", "acted", "putOff", "ignored"] as const;

/** For who looks after members: how notices of each kind are heeded, by nobody in particular (NOTICE-9). */
export default function HeededNotices(): JSX.Element {
  const session = useSession();
  const { data } = session;
  const remote = useQuery(
    () => ({
      queryKey: ["notices", "heeded"],
      enabled: !session.offline(),
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        got<{ from: number; until: number; items: readonly Heeded[] }>("/api/notices/heeded", signal, data.source(data.me.member)?.link),
    }),
    () => queryClient,
  ); // prettier-ignore
  const answer = () => (remote.isSuccess ? remote.data : undefined);
  const on = (at: number) => day(dayIn(at, "UTC"), { locale: locale(), today: dayIn(now(), "UTC") });
  return (
    <section class={css.heeded} aria-label={h("title")}>
      <strong>{h("title")}</strong>
      <Show
        when={answer()}
        fallback={
          <p class={css.note}>
            <Show when={remote.isError} fallback={session.offline() ? h("offline") : t("list.fetching")}>
              {t("list.failed")}{" "}
              <Button small look="quiet" onClick={() => void remote.refetch()}>
                {t("act.retry")}
              </Button>
            </Show>
          </p>
        }
      >
        {(found) => (
          <>
            <p class={css.note}>{h("why", on(found().from), on(found().until - 1))}</p>
            <Show when={found().items.length > 0} fallback={<p class={css.note}>{h("few")}</p>}>
              <table class={css.counts}>
                <thead>
                  <tr>
                    <th scope="col">{h("kind")}</th>
                    <For each={parts}>{(part) => <th scope="col">{h(part)}</th>}</For>
                  </tr>
                </thead>
                <tbody>
                  <For each={found().items}>
                    {(line) => (
                      <tr>
                        <th scope="row">{said(`kind.${line.kind}`)}</th>
                        <For each={parts}>{(part) => <td class="num">{number(line[part], locale())}</td>}</For>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
            </Show>
          </>
        )}
      </Show>
    </section>
  );
}
