import { For, type JSX } from "solid-js";
import css from "./commands.module.css";
import { w } from "./words.ts";

const isMac = /Mac|iP/.test(navigator.platform);
const signs: { readonly [key: string]: string } = {
  $mod: isMac ? "⌘" : "Ctrl",
  Shift: "⇧",
  "[Shift]": "",
  Enter: "⏎",
  ArrowDown: "↓",
  ArrowUp: "↑",
  ArrowLeft: "←",
  ArrowRight: "→",
};
/** Keys as they stand on a keyboard, one by one. */
const keysShown = (keys: string): readonly string[] =>
  keys.split(" ").map((press) =>
    press
      .split(/(?<=\w|\])\+/)
      .map((part) => signs[part] ?? (part === "Space" ? w("space") : part === "Escape" ? "Esc" : part === "Delete" ? w("del") : part.toUpperCase()))
      .filter(Boolean)
      .join(isMac ? "" : " "),
  ); // prettier-ignore

export const Keys = (props: { readonly of: string }): JSX.Element => (
  <span class={css.keys}>
    <For each={keysShown(props.of)}>{(key) => <kbd class={css.key}>{key}</kbd>}</For>
  </span>
);
/** For `aria-keyshortcuts`. */
export const ariaKeys = (keys: string | undefined): string | undefined =>
  keys?.replaceAll("$mod", isMac ? "Meta" : "Control").replaceAll("[Shift]+", "");
