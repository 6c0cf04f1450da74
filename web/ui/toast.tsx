import { createSignal, For, onCleanup, Show, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import css from "./toast.module.css";

export interface Toast {
  readonly text: string;
  readonly bad?: boolean;
  readonly undo?: () => void;
  /** Names nothing that could be out of sight in a moment. */
  readonly plain?: true;
}
const lifeMs = 10_000;
const [toasts, setToasts] = createSignal<readonly Toast[]>([]);

/** Says what was done; an undo lives ten seconds, or until Z. Only the newest two stay. */
export function toast(next: Toast): void {
  setToasts((now) => [...now.slice(-1), next]);
}
const drop = (gone: Toast) => setToasts((now) => now.filter((one) => one !== gone));

/** They name records that may not be seen any more; whoever deleted one undoes it all the same. */
export const dropToasts = (): void => void setToasts((now) => now.filter(({ plain }) => plain));

/** Undoes the newest act that can be; false when there is none. */
export function undoLast(): boolean {
  const last = toasts().findLast((one) => one.undo);
  if (!last) return false;
  drop(last);
  last.undo?.();
  return true;
}

export function ToastRegion(): JSX.Element {
  return (
    <div class={css.region} role="status" aria-live="polite" data-kb-top-layer="">
      <For each={toasts()}>{(one) => <ToastCard toast={one} />}</For>
    </div>
  );
}

function ToastCard(props: { readonly toast: Toast }): JSX.Element {
  let timer = 0;
  const start = () => {
    timer = window.setTimeout(() => drop(props.toast), props.toast.undo || props.toast.bad ? lifeMs : lifeMs / 2);
  };
  const hold = () => window.clearTimeout(timer);
  start();
  onCleanup(hold);
  return (
    <div
      class={css.toast}
      classList={{ [css.bad ?? ""]: props.toast.bad ?? false }}
      onMouseEnter={hold}
      onMouseLeave={start}
      onFocusIn={hold}
      onFocusOut={start}
    >
      <span class={css.text}>{props.toast.text}</span>
      <Show when={props.toast.undo}>
        <button
          type="button"
          class={css.act}
          onClick={() => {
            drop(props.toast);
            props.toast.undo?.();
          }}
        >
          {t("act.undo")}
          <kbd aria-hidden="true">Z</kbd>
        </button>
      </Show>
    </div>
  );
}
