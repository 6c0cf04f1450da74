import { Show, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import css from "./mark.module.css";

export type MarkState = "saved" | "sending" | "waiting" | "refused" | "both";
const words = {
  saved: "chip.pending",
  sending: "sync.sending",
  waiting: "chip.waiting",
  refused: "chip.refused",
  both: "tray.both",
} as const;

/** What became of a change: a hollow dot is saved here, one that turns is being sent for more than two seconds. */
export function ChangeMark(props: { readonly state: MarkState | undefined }): JSX.Element {
  return (
    <Show when={props.state}>
      {(state) => (
        <span
          class={`${css.mark} ${css[state()]}`}
          role="img"
          aria-label={t(words[state()])}
          title={t(words[state()])}
        />
      )}
    </Show>
  );
}
