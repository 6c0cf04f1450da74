import { Show, type JSX, type ParentProps } from "solid-js";
import css from "./settings.module.css";

/** One matter of the settings, under its heading. */
export function Part(props: ParentProps<{ readonly title: string; readonly why?: string }>): JSX.Element {
  return (
    <section class={css.part}>
      <h2 class={css.title}>{props.title}</h2>
      <Show when={props.why}>
        <p class={css.why}>{props.why}</p>
      </Show>
      {props.children}
    </section>
  );
}
