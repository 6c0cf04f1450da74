import { createSignal, onCleanup, Show, untrack, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { Button } from "../ui/button.tsx";
import { holdPage } from "../ui/unsaved.ts";
import css from "./approvals.module.css";

/** A sentence and what to do with it. Enter sends, Esc leaves. */
export function Saying(props: {
  readonly label: string;
  readonly act: string;
  readonly onSay: (text: string) => void;
  readonly onCancel?: () => void;
  readonly start?: string;
}): JSX.Element {
  const [text, setText] = createSignal(props.start ?? "");
  onCleanup(holdPage(() => untrack(text).trim() !== (props.start ?? "").trim()));
  const say = () => text().trim() !== "" && props.onSay(text().trim());
  return (
    <form
      class={css.saying}
      onSubmit={(event) => {
        event.preventDefault();
        say();
      }}
    >
      <textarea
        class={css.text}
        aria-label={props.label}
        placeholder={props.label}
        maxLength={500}
        rows={2}
        data-autofocus
        value={text()}
        ref={(element) => queueMicrotask(() => element.focus())}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            say();
          }
          if (event.key === "Escape" && props.onCancel) {
            event.stopPropagation();
            props.onCancel();
          }
        }}
      />
      <div class={css.acts}>
        <Button small look="primary" type="submit" disabledReason={text().trim() === "" ? props.label : undefined}>
          {props.act}
        </Button>
        <Show when={props.onCancel}>
          <Button small look="quiet" onClick={() => props.onCancel?.()}>
            {t("act.cancel")}
          </Button>
        </Show>
      </div>
    </form>
  );
}
