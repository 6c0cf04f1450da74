import { useInfiniteQuery } from "@tanstack/solid-query";
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { entities, entity, type EntityName } from "../../shared/records/entities.ts";
import { got, queryClient } from "../accounts/online.ts";
import { http } from "../http.ts";
import { t } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { now, useSession } from "../shell/context.ts";
import { valueWords } from "../shell/words.ts";
import { Empty } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import split from "../ui/split.module.css";
import { toast } from "../ui/toast.tsx";
import table from "../handoffs/handoffs.module.css";
import css from "../audit/audit.module.css";
import { PickMember } from "./pick.tsx";
import { kindName, x } from "./words.ts";

interface Look {
  readonly member: string;
  readonly name: string;
  readonly until: number;
}
interface Page {
  readonly items: readonly (Readonly<Record<string, unknown>> & { readonly id: string })[];
  readonly nextCursor: string | null;
  readonly more: number;
}
const kinds = ["account", "contact", "lead", "opportunity", "case", "task", "handoff", "activity"] as const;
const fieldsShown = 8;

/** What somebody else sees, of what one sees oneself: computed at the edge, read only, announced. */
export function ViewAs(): JSX.Element {
  const { memberName, data } = useSession();
  const [who, setWho] = createSignal("");
  const [why, setWhy] = createSignal("");
  const [look, setLook] = createSignal<Look | null>(null);
  const live = () => {
    const one = look();
    return one && one.until > now() ? one : null;
  };
  const begin = async (): Promise<void> => {
    const answer = await http<Look>("/api/access/view-as", { member: who(), why: why().trim() });
    if (answer.ok) setLook(answer.value);
    else toast({ text: x("view.failed") });
  };
  const minutes = () => x("view.minutes", Math.max(1, Math.ceil(((live()?.until ?? 0) - now()) / 60_000)));
  return (
    <Show
      when={live()}
      fallback={
        <form
          class={css.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (who() && why().trim().length > 2) void begin();
          }}
        >
          <PickMember label={x("explain.who")} value={who()} but={data.me.member} onPick={setWho} />
          <label class={css.pick}>
            <span class={css.soft}>{x("view.why")}</span>
            <input class={css.input} maxlength={500} value={why()} onInput={(event) => setWhy(event.currentTarget.value)} />
          </label>
          <Button look="primary" type="submit" disabledReason={who() && why().trim().length > 2 ? undefined : x("view.why")}>
            {x("view.begin")}
          </Button>
          <Show when={who()}>
            <p class={css.soft}>
              {x("view.told", memberName(who()))} {x("view.hiddenToo")}
            </p>
          </Show>
        </form>
      }
    >
      {(one) => (
        <>
          <p class={css.alarms} role="status">
            {x("view.banner", one().name, minutes())}{" "}
            <Button small onClick={() => setLook(null)}>
              {x("view.end")}
            </Button>
          </p>
          <Seen look={one()} />
        </>
      )}
    </Show>
  );
} // prettier-ignore

function Seen(props: { readonly look: Look }): JSX.Element {
  const session = useSession();
  const [kind, setKind] = createSignal<EntityName>("account");
  const pages = useInfiniteQuery(
    () => ({
      queryKey: ["view-as", props.look.member, props.look.until, kind()],
      refetchInterval: false as const,
      initialPageParam: "",
      queryFn: ({ pageParam, signal }: { pageParam: string; signal: AbortSignal }) =>
        got<Page>(`/api/access/view-as/${props.look.member}/${entity(kind()).plural}${pageParam ? `?cursor=${encodeURIComponent(pageParam)}` : ""}`, signal), // prettier-ignore
      getNextPageParam: (last: Page) => last.nextCursor ?? undefined,
    }),
    () => queryClient,
  );
  const rows = createMemo(() => (pages.isSuccess ? pages.data.pages.flatMap(({ items }) => items) : []));
  const more = () => Math.max(0, ...(pages.isSuccess ? pages.data.pages.map((page) => page.more) : []));
  const columns = createMemo(() => {
    const declared = Object.keys(entities[kind()].fields);
    return declared.filter((field) => rows().some((row) => row[field] !== null && row[field] !== undefined && row[field] !== "")).slice(0, fieldsShown); // prettier-ignore
  });
  const value = (row: Page["items"][number], field: string) => (row[field] === null || row[field] === undefined ? "" : valueWords(session, kind(), field, row[field] as Parameters<typeof valueWords>[3], row)); // prettier-ignore
  return (
    <>
      <div class={`${split.filters} ${css.flush}`} role="group" aria-label={x("access.col.record")}>
        <For each={kinds}>
          {(one) => (
            <button type="button" class={split.filter} aria-pressed={one === kind()} onClick={() => setKind(one)}>
              {kindName(one)}
            </button>
          )}
        </For>
      </div>
      <Show
        when={!pages.isError}
        fallback={
          <Empty act={<Button onClick={() => void pages.refetch()}>{t("act.retry")}</Button>}>
            {x("access.failed")}
          </Empty>
        }
      >
        <Show
          when={rows().length > 0}
          fallback={
            <Show when={!pages.isPending} fallback={<div aria-busy="true" />}>
              <Empty>{x("view.empty")}</Empty>
            </Show>
          }
        >
          <Show when={more() > 0}>
            <p class={css.soft}>{x("view.more", more(), props.look.name)}</p>
          </Show>
          <div class={table.scroll}>
            <table class={table.table} data-seen={rows().length}>
              <thead>
                <tr>
                  <For each={columns()}>{(field) => <th scope="col">{fieldLabel(field)}</th>}</For>
                </tr>
              </thead>
              <tbody>
                <For each={rows()}>
                  {(row) => (
                    <tr>
                      <For each={columns()}>{(field) => <td class="clip">{value(row, field)}</td>}</For>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          </div>
        </Show>
        <Show when={pages.hasNextPage}>
          <button type="button" class={split.more} onClick={() => void pages.fetchNextPage()}>
            {t("nav.more")}
          </button>
        </Show>
      </Show>
    </>
  );
}
