import { Show, splitProps, type JSX, type ParentProps } from "solid-js";
import { t } from "../i18n/i18n.ts";
import css from "./button.module.css";
import { Popover } from "./menu.tsx";

export type Look = "plain" | "primary" | "quiet" | "danger";
export type ButtonProps = ParentProps<
  Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, "disabled" | "style"> & {
    readonly look?: Look;
    readonly small?: boolean;
    readonly square?: boolean;
    readonly wide?: boolean;
    readonly kbd?: string;
    /** Why it can't be pressed now. The button stays focusable and answers with this sentence: never a dead control. */
    readonly disabledReason?: string | undefined;
  }
>;

/** Class of a button, for links and triggers that look like one. */
export function buttonClass(props: {
  look?: Look | undefined;
  small?: boolean | undefined;
  square?: boolean | undefined;
  wide?: boolean | undefined;
}): string {
  return [
    css.button,
    css[props.look ?? "plain"],
    props.small && css.small,
    props.square && css.square,
    props.wide && css.wide,
  ]
    .filter(Boolean)
    .join(" ");
}

export function Button(props: ButtonProps): JSX.Element {
  const [own, rest] = splitProps(props, [
    "look",
    "small",
    "square",
    "wide",
    "kbd",
    "disabledReason",
    "children",
    "class",
  ]);
  const name = () => [buttonClass(own), own.class].filter(Boolean).join(" ");
  const inside = () => (
    <>
      {own.children}
      <Show when={own.kbd}>
        <kbd class={css.kbd} aria-hidden="true">
          {own.kbd}
        </kbd>
      </Show>
    </>
  );
  return (
    <Show
      when={own.disabledReason}
      fallback={
        <button type="button" {...rest} class={name()}>
          {inside()}
        </button>
      }
    >
      {(reason) => (
        <Popover
          placement="bottom"
          disabled
          showTitle
          label={rest["aria-label"]}
          title={t("why.title")}
          triggerClass={name()}
          trigger={inside()}
        >
          <p class={css.why}>{reason()}</p>
        </Popover>
      )}
    </Show>
  );
}
