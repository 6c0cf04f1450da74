import { createEffect, createMemo, createSignal, For, mapArray, on, Show, type JSX } from "solid-js";
import type { RecordOf } from "../../shared/records/entities.ts";
import { LogForm } from "../accounts/log-form.tsx";
import { fold } from "../i18n/format.ts";
import { t } from "../i18n/i18n.ts";
import { Dialog } from "../ui/dialog.tsx";
import { useSession } from "./context.ts";
import css from "./log-sheet.module.css";
import { recent } from "./recent.ts";

const suggestions = 6;

/** Log from anywhere: the account one looks at, or pick one of this device. Works without a network. */
export function LogSheet(props: {
  readonly open: boolean;
  readonly account: string | undefined;
  readonly onClose: () => void;
}): JSX.Element {
  return (
    <Dialog open={props.open} onClose={props.onClose} title={t("account.log")}>
      <Inside account={props.account} onClose={props.onClose} />
    </Dialog>
  );
}

function Inside(props: { readonly account: string | undefined; readonly onClose: () => void }): JSX.Element {
  const { data } = useSession();
  const [chosen, choose] = createSignal(props.account);
  const [text, setText] = createSignal("");
  createEffect(on(() => props.account, choose, { defer: true }));
  const passing = (row: RecordOf<"account">, word: string) => fold(row.name ?? "").includes(word);
  const others = data.list("account", () => {
    const word = fold(text());
    return { sort: "name", limit: suggestions * 2, where: (row) => passing(row, word) };
  });
  // Those opened lately stand first.
  const lately = mapArray(recent, (id) => data.record("account", () => id));
  const found = createMemo(() => {
    const word = fold(text());
    const first = lately()
      .flatMap((row) => row() ?? [])
      .filter((row) => passing(row, word));
    const ids = new Set(first.map((row) => row.id));
    return [...first, ...others().filter((row) => !ids.has(row.id))].slice(0, suggestions);
  });
  const account = data.record("account", chosen);
  return (
    <Show
      when={account()}
      keyed
      fallback={
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
            <For each={found()}>
              {(row) => (
                <li>
                  <button type="button" class={css.option} onClick={() => choose(row.id)}>
                    <span class="clip">{row.name}</span>
                    <span class="meta">{row.city ?? ""}</span>
                  </button>
                </li>
              )}
            </For>
          </ul>
        </div>
      }
    >
      {(row) => (
        <div class={css.form}>
          <p class={css.for}>
            <strong>{row.name}</strong>
            <button type="button" class={css.other} onClick={() => choose(undefined)}>
              {t("act.change")}
            </button>
          </p>
          <LogForm account={row.id} onDone={props.onClose} onCancel={props.onClose} />
        </div>
      )}
    </Show>
  );
}
