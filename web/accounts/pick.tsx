import { createMemo, createSignal, For, mapArray, Show, type JSX } from "solid-js";
import type { RecordOf } from "../../shared/records/entities.ts";
import { stands } from "../duplicates/standing.ts";
import { fold } from "../i18n/format.ts";
import { t } from "../i18n/i18n.ts";
import { useSession } from "../shell/context.ts";
import { recent } from "../shell/recent.ts";
import css from "./pick.module.css";

const suggestions = 6;

/** An account of this device: those opened lately first, then by name. `none`: what it is called to choose none. */
export function AccountPick(props: { readonly none?: string; readonly onPick: (account: string | undefined) => void }): JSX.Element {
  const { data } = useSession();
  const [text, setText] = createSignal("");
  const passing = (row: RecordOf<"account">, word: string) => fold(row.name ?? "").includes(word);
  const others = data.list("account", () => {
    const word = fold(text());
    return { sort: "name", limit: suggestions * 2, where: (row, look) => stands(row, look) && passing(row, word), refs: ["mergedInto"] };
  });
  const lately = mapArray(recent, (id) => data.record("account", () => id));
  const found = createMemo(() => {
    const word = fold(text());
    const first = lately()
      .flatMap((row) => row() ?? [])
      .filter((row) => passing(row, word));
    const ids = new Set(first.map((row) => row.id));
    return [...first, ...others().filter((row) => !ids.has(row.id))].slice(0, suggestions);
  });
  return (
    <div class={css.pick}>
      <input
        class={css.input}
        type="search"
        data-autofocus
        aria-label={t("timeline.forWhich")}
        placeholder={t("timeline.forWhich")}
        value={text()}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      <ul>
        <Show when={props.none}>
          <li>
            <button type="button" class={css.option} onClick={() => props.onPick(undefined)}>
              {props.none}
            </button>
          </li>
        </Show>
        <For each={found()}>
          {(row) => (
            <li>
              <button type="button" class={css.option} onClick={() => props.onPick(row.id)}>
                <span class="clip">{row.name}</span>
                <span class="meta">{row.city ?? ""}</span>
              </button>
            </li>
          )}
        </For>
      </ul>
    </div>
  );
} // prettier-ignore
