import { createUniqueId, type JSX } from "solid-js";
import { limits } from "../../shared/kernel/limits.ts";
import css from "./leads.module.css";

/** A labelled line of text. */
export function Text(props: {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly type?: string;
  readonly required?: boolean;
  readonly first?: boolean;
}): JSX.Element {
  const id = createUniqueId();
  return (
    <div class={css.field}>
      <label class={css.label} for={id}>
        {props.label}
      </label>
      <input
        id={id}
        class={css.input}
        type={props.type ?? "text"}
        required={props.required ?? false}
        maxLength={limits.textMax}
        autocomplete="off"
        data-autofocus={props.first ? "" : undefined}
        value={props.value}
        onInput={(event) => props.onInput(event.currentTarget.value)}
      />
    </div>
  );
}
