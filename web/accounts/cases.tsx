import { A } from "@solidjs/router";
import { For, Show, type JSX } from "solid-js";
import { instant } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { now, useSession } from "../shell/context.ts";
import { markOf } from "../shell/marks.ts";
import { Chip, Person } from "../ui/bits.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { accountList } from "./part.tsx";
import css from "./records.module.css";
import { c } from "../cases/words.ts";

/** Cases of one account, the newest first. Only what is severe has colour. */
export function Cases(props: { readonly account: string }): JSX.Element {
  const { data, memberName } = useSession();
  const { rows, frame } = accountList("case", "cases", () => props.account, "-openedAt");
  return (
    <>
      {frame(() => (
        <table class={css.table}>
          <thead>
            <tr>
              <th scope="col">{c("name")}</th>
              <th scope="col">{c("status")}</th>
              <th scope="col">{c("severity")}</th>
              <th scope="col" class={css.right}>
                {c("opened")}
              </th>
              <th scope="col" class={css.wide}>
                {t("account.owner")}
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={rows()}>
              {(row) => (
                <tr>
                  <th scope="row" class={css.name}>
                    <A href={paths.case(row.id)}>{row.name}</A>
                    <Show when={row.number && !row.name?.includes(row.number)}>
                      <span class={`${css.number} num`}>{row.number}</span>
                    </Show>
                    <ChangeMark state={markOf(data, row.id)} />
                  </th>
                  <td>{row.status ? t(`status.${row.status}`) : ""}</td>
                  <td>
                    <Show
                      when={row.severity === "critical" || row.severity === "high"}
                      fallback={row.severity ? t(`severity.${row.severity}`) : ""}
                    >
                      <Chip tone={row.severity === "critical" ? "bad" : "warn"}>
                        {t(`severity.${row.severity ?? "high"}`)}
                      </Chip>
                    </Show>
                  </td>
                  <td class={`${css.right} num`}>
                    {row.openedAt ? instant(row.openedAt, { locale: locale(), zone: data.me.zone, now: now() }) : ""}
                  </td>
                  <td class={css.wide}>
                    <Show when={memberName(row.owner)}>{(name) => <Person id={row.owner ?? ""} name={name()} />}</Show>
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      ))}
    </>
  );
}
