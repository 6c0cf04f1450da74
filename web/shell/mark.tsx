import type { JSX } from "solid-js";
import css from "./mark.module.css";

export const Mark = (): JSX.Element => (
  <svg class={css.mark} viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
    <path d="M5.2 15.4 12.4 4.9" stroke="currentColor" stroke-width="4.2" stroke-linecap="round" />
    <circle cx="15.1" cy="14.2" r="2.4" class={css.dot} />
  </svg>
);
