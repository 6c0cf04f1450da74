import { createMemo, createResource, For, Match, Show, Switch, type JSX } from "solid-js";
import { fits, type AssignmentRule } from "../../shared/assignment/rules.ts";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { http } from "../http.ts";
import { useSession } from "../shell/context.ts";
import { Bone, Empty } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { t } from "../i18n/i18n.ts";
import css from "../leads/leads.module.css";
import { r, targetText } from "./words.ts";

const newest = 50;
type Tried = Pick<AssignmentRule, "id" | "name" | "where" | "target">;

/** What a rule would do to the newest leads that its reader may see: online, else those of this device. Nothing is written. */
export function Trial(props: {
  readonly rule: Tried;
  readonly before: readonly AssignmentRule[];
  readonly onClose: () => void;
}): JSX.Element {
  // prettier-ignore
  const session = useSession();
  const { data } = session;
  const [online, { refetch }] = createResource(async () => {
    const answer = await http<{ items: readonly Row[] }>(`/api/leads?limit=${newest}&sort=-createdAt`);
    return answer.ok ? answer.value.items : answer.error.code === "unreachable" ? "offline" : "away";
  });
  const here = data.list("lead", () => ({ sort: "-createdAt", limit: newest }));
  const rows = createMemo((): readonly Row[] => {
    const got = online();
    return got === "offline" ? (here() as readonly (RecordOf<"lead"> & Row)[]) : Array.isArray(got) ? got : [];
  });
  const told = createMemo(() =>
    rows()
      .map((row) => {
        const earlier = props.before.find((rule) => rule.id !== props.rule.id && fits(rule, row));
        const own = fits(props.rule, row);
        return { row, own: own && !earlier, said: !own ? r("try.not") : earlier ? r("try.before", earlier.name) : r("try.fits", targetText(session, props.rule.target)) }; // prettier-ignore
      })
      .toSorted((a, b) => Number(b.own) - Number(a.own)),
  );
  return (
    <Dialog open onClose={props.onClose} title={r("try.title", props.rule.name)}>
      <Switch>
        <Match when={online.loading}>
          <p aria-busy="true">
            <Bone of={6} />
            <Bone of={4} />
          </p>
        </Match>
        <Match when={online() === "away"}>
          <Empty act={<Button onClick={() => void refetch()}>{t("act.retry")}</Button>}>{r("try.away")}</Empty>
        </Match>
        <Match when={rows().length === 0}>
          <Empty>{r("try.none")}</Empty>
        </Match>
        <Match when={true}>
          <p class={css.note}>{r(online() === "offline" ? "try.here" : "try.online", rows().length)}</p>
          <p role="status">{r("try.sum", told().filter(({ own }) => own).length, rows().length)}</p>
          <ul class={css.tried}>
            <For each={told()}>
              {({ row, own, said }) => (
                <li class={css.one} classList={{ [css.fit ?? ""]: own }}>
                  <span class="clip">
                    {String(row["name"] ?? "")}
                    <Show when={row["company"]}>
                      {(company) => <span class={css.reason}> {String(company())}</span>}
                    </Show>
                  </span>
                  <span class={css.reason}>{said}</span>
                </li>
              )}
            </For>
          </ul>
        </Match>
      </Switch>
    </Dialog>
  );
}
