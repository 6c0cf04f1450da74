import { A } from "@solidjs/router";
import { For, Show, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { markOf } from "../shell/marks.ts";
import { ChangeMark } from "../ui/mark.tsx";
import { Nothing } from "../ui/nothing.tsx";
import { seesAny, whyEmpty } from "../ui/why-empty.ts";
import split from "../ui/split.module.css";
import css from "./handoffs.module.css";
import { dueWords, Parties, State, type Handoff } from "./states.tsx";
import { h } from "./words.ts";

/** Handoffs of one account, each a line that leads to its page. `open`: only what waits for somebody, and nothing where nothing does. */
export default function AccountHandoffs(props: { readonly account: string; readonly open?: boolean }): JSX.Element {
  const { data } = useSession();
  const rows = data.list("handoff", () => {
    const { open } = props;
    const mine = (row: Handoff) => row.fromMember === data.me.member;
    const waits = (row: Handoff) => row.state === "offered" || ((row.state === "draft" || row.state === "returned") && mine(row)); // prettier-ignore
    return {
      anchor: props.account,
      where: (row) => (open ? waits(row) : row.state !== "draft" || mine(row)),
      sort: [{ key: "since", of: (row: Handoff) => row.acceptedAt ?? row.offeredAt ?? row.createdAt, down: true }],
      limit: 200,
    };
  });
  return (
    <Show when={rows().length > 0 || !props.open} fallback={null}>
      <Show
        when={rows().length > 0}
        fallback={
          <Nothing list="account.handoffs" why={whyEmpty({ sees: seesAny(data, "handoff"), partial: !data.whole() })} />
        }
      >
        <ul class={props.open ? css.strip : css.all} aria-label={t("tab.handoffs")}>
          <For each={rows()}>
            {(row) => (
              <li>
                <A class={css.stripRow} href={paths.handoff(row.id)} data-handoff={row.id}>
                  <State row={row} />
                  <span class={`${split.name} clip`}>{row.name}</span>
                  <ChangeMark state={markOf(data, row.id)} />
                  <span class={css.stripWho}>
                    <Parties row={row} />
                  </span>
                  <span class={`${split.end} num`} classList={{ [split.late ?? ""]: dueWords(row, data.me.zone).late }}>
                    {dueWords(row, data.me.zone).text}
                  </span>
                </A>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </Show>
  );
}
