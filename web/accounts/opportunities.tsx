import { A } from "@solidjs/router";
import { For, lazy, Show, Suspense, type JSX } from "solid-js";
import type { RecordOf } from "../../shared/records/entities.ts";
import { day, dayIn } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { Amount } from "../pipeline/amount.tsx";
import { createMoving } from "../pipeline/moving.tsx";
import { StageMenu } from "../pipeline/stage-menu.tsx";
import { now, useSession } from "../shell/context.ts";
import { markOf } from "../shell/marks.ts";
import { Person } from "../ui/bits.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { accountList } from "./part.tsx";
import css from "./records.module.css";

// What stands below a row comes when one is opened.
const Facts = lazy(async () => ({ default: (await import("../pipeline/peek.tsx")).Facts }));

type Opportunity = RecordOf<"opportunity">;

/** Opportunities of one account, each with its stage. */
export function Opportunities(props: { readonly account: string; readonly part: string | undefined }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const { rows, fetched, frame } = accountList("opportunity", "opportunities", () => props.account, "closeDay");
  const closes = (row: Opportunity, zone: { readonly zone?: string | null; readonly mine?: string }): string =>
    row.closeDay ? day(row.closeDay, { locale: locale(), today: dayIn(now(), data.me.zone), ...zone }) : "";
  const moving = createMoving({ online: (id) => fetched()?.get(id) });
  const isOpen = (id: string) => props.part === id;
  return (
    <>
      {frame(() => (
        <table class={css.table}>
          <thead>
            <tr>
              <th scope="col">{t("opps.name")}</th>
              <th scope="col">{t("opps.stage")}</th>
              <th scope="col" class={css.right}>
                {t("opps.amount")}
              </th>
              <th scope="col" class={css.right}>
                {t("opps.close")}
              </th>
              <th scope="col" class={css.wide}>
                {t("account.owner")}
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={rows()}>
              {(row) => (
                <>
                  <tr>
                    <th scope="row" class={css.name}>
                      <A
                        class={css.open}
                        href={paths.account(props.account, "opportunities", isOpen(row.id) ? undefined : row.id)}
                        aria-expanded={isOpen(row.id)}
                        replace
                        noScroll
                      >
                        {row.name}
                      </A>
                      <ChangeMark state={markOf(data, row.id)} />
                    </th>
                    <td>
                      <StageMenu row={row} moving={moving} />
                    </td>
                    <td class={`${css.right} num`}>
                      <Amount row={row} online={fetched()?.get(row.id)} />
                    </td>
                    <td
                      class={`${css.right} num`}
                      title={closes(row, { zone: row.closeZone ?? null, mine: data.me.zone })}
                    >
                      {closes(row, {})}
                    </td>
                    <td class={css.wide}>
                      <Show when={session.memberName(row.owner)}>
                        {(name) => <Person id={row.owner ?? ""} name={name()} />}
                      </Show>
                    </td>
                  </tr>
                  <Show when={isOpen(row.id)}>
                    <tr class={css.opened}>
                      <td colspan="5">
                        <Suspense>
                          <Facts row={row} online={fetched()?.get(row.id)} moving={moving} />
                        </Suspense>
                      </td>
                    </tr>
                  </Show>
                </>
              )}
            </For>
          </tbody>
        </table>
      ))}
      {moving.sheet()}
    </>
  );
}
