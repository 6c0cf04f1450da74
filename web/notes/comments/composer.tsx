import { createSignal, onCleanup, Show, type JSX } from "solid-js";
import { limits } from "../../../shared/kernel/limits.ts";
import { Button } from "../../ui/button.tsx";
import { holdPage } from "../../ui/unsaved.ts";
import css from "./comments.module.css";
import { say } from "./words.ts";

/** Words that are not sent yet, by what they are for: closing the panel loses none. */
const unsent = new Map<string, string>();

/** A field for one comment. Sent by its button or Ctrl or Cmd and Enter; what was not accepted stays in it. */
export function Composer(props: {
  readonly of: string;
  readonly label: string;
  readonly send: string;
  readonly text?: string;
  readonly isNew?: boolean;
  readonly focus?: boolean;
  readonly onSend: (body: string) => Promise<boolean>;
  readonly onCancel: (() => void) | undefined;
}): JSX.Element {
  const first = props.text ?? "";
  const key = props.of;
  const [text, setText] = createSignal(unsent.get(key) ?? first);
  const type = (value: string): void => {
    setText(value);
    if (value === first) unsent.delete(key);
    else unsent.set(key, value);
  };
  onCleanup(holdPage(() => text() !== first));
  let busy = false;
  const send = async (): Promise<void> => {
    const body = text().trim();
    if (body === "" || busy) return;
    busy = true;
    if (await props.onSend(body)) {
      unsent.delete(key);
      setText(first);
    }
    busy = false;
  };
  const cancel = (): void => {
    unsent.delete(key);
    setText(first);
    props.onCancel?.();
  };
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        class={css.input}
        rows={props.isNew && !props.onCancel && text() === "" ? 1 : 2}
        maxLength={limits.commentMax}
        aria-label={props.label}
        placeholder={props.label}
        data-new={props.isNew ? "" : undefined}
        value={text()}
        ref={(element) => {
          if (props.focus) requestAnimationFrame(() => element.focus());
        }}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
            event.preventDefault();
            void send();
          }
        }}
      />
      <Show when={text().trim() !== "" || props.onCancel}>
        <div class={css.acts}>
          <Show when={props.onCancel}>
            <Button look="quiet" small onClick={cancel}>
              {say("cancel")}
            </Button>
          </Show>
          <Button look="primary" small type="submit">
            {props.send}
          </Button>
        </div>
      </Show>
    </form>
  );
}
