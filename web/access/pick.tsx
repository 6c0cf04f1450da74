import { useQuery } from "@tanstack/solid-query";
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { entity, type EntityName } from "../../shared/records/entities.ts";
import { got, queryClient } from "../accounts/online.ts";
import { useSession } from "../shell/context.ts";
import css from "../audit/audit.module.css";
import { kindName, x } from "./words.ts";

/** One of the members, by name. */
export function PickMember(props: {
  readonly label: string;
  readonly value: string;
  readonly onPick: (id: string) => void;
  readonly but?: string;
}): JSX.Element {
  const { data, memberName } = useSession();
  const members = data.list("member", () => ({ sort: "name" }));
  const shown = createMemo(() => members().filter(({ id, base }) => id !== props.but && base));
  return (
    <label class={css.pick}>
      <span class={css.soft}>{props.label}</span>
      <select
        class={css.input}
        aria-label={props.label}
        value={props.value}
        onChange={(event) => props.onPick(event.currentTarget.value)}
      >
        <option value="">–</option>
        <For each={shown()}>
          {({ id }) => (
            <option value={id} selected={id === props.value}>
              {memberName(id)}
            </option>
          )}
        </For>
      </select>
    </label>
  );
}

export interface Picked {
  readonly entity: EntityName;
  readonly id: string;
  readonly name: string;
}
const kinds = ["account", "opportunity", "contact", "case"] as const;
/** A record that this member can open, found by its name online. */
export function PickRecord(props: { readonly picked: Picked | null; readonly onPick: (one: Picked | null) => void }): JSX.Element {
  const [text, setText] = createSignal("");
  const found = useQuery(
    () => ({
      queryKey: ["find", text()],
      enabled: text().trim().length > 1,
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const pages = await Promise.all(
          kinds.map(async (kind) => {
            const { items } = await got<{ items: readonly { id: string; name?: string | null }[] }>(`/api/${entity(kind).plural}?limit=5&q=${encodeURIComponent(text().trim())}`, signal);
            return items.map(({ id, name }): Picked => ({ entity: kind, id, name: name ?? "" }));
          }),
        );
        return pages.flat();
      },
    }),
    () => queryClient,
  );
  return (
    <div class={css.pick}>
      <label>
        <span class={css.soft}>{x("explain.what")}</span>
        <input
          class={css.input}
          placeholder={x("explain.pickRecord")}
          value={props.picked ? props.picked.name : text()}
          onInput={(event) => {
            props.onPick(null);
            setText(event.currentTarget.value);
          }}
        />
      </label>
      <Show when={!props.picked && text().trim().length > 1}>
        <ul class={css.found}>
          <For each={found.data ?? []} fallback={<li class={css.soft}>{found.isSuccess ? x("explain.none") : "…"}</li>}>
            {(one) => (
              <li>
                <button type="button" class={css.about} onClick={() => props.onPick(one)}>
                  {one.name} <span class={css.soft}>{kindName(one.entity)}</span>
                </button>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </div>
  );
} // prettier-ignore
