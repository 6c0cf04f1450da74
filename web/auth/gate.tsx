import { For, type JSX, type ParentProps } from "solid-js";
import { chooseLocale, locale, locales, t } from "../i18n/i18n.ts";
import { Mark } from "../shell/mark.tsx";
import { ToastRegion } from "../ui/toast.tsx";
import css from "./auth.module.css";

/** The page before one is inside: what this is on the left, the way in on the right. */
export function Gate(props: ParentProps<{ readonly title: string; readonly why?: string | undefined }>): JSX.Element {
  return (
    <div class={css.gate}>
      <header class={css.intro}>
        <span class={css.brand}>
          <Mark />
          {t("app.name")}
        </span>
        <p class={css.line}>{t("app.tagline")}</p>
        <p class={css.why}>{props.why}</p>
        <nav class={css.tongues} aria-label={t("menu.language")}>
          <For each={locales}>
            {(one) => (
              <button
                type="button"
                class={css.tongue}
                lang={one.id}
                aria-pressed={locale() === one.id}
                onClick={() => void chooseLocale(one.id)}
              >
                {one.name}
              </button>
            )}
          </For>
        </nav>
      </header>
      <main class={css.way}>
        <h1 class={css.title}>{props.title}</h1>
        {props.children}
      </main>
      <ToastRegion />
    </div>
  );
}

/** A labelled input with its own sentence when something is wrong. */
export function Input(
  props: JSX.InputHTMLAttributes<HTMLInputElement> & {
    readonly label: string;
    readonly wrong?: string | undefined;
    readonly name: string;
  },
): JSX.Element {
  return (
    <label class={css.field}>
      <span class={css.label}>{props.label}</span>
      <input
        {...props}
        class={css.input}
        aria-invalid={props.wrong ? "true" : undefined}
        aria-describedby={props.wrong ? `${props.name}-wrong` : undefined}
        onKeyDown={(event) => {
          if (event.key === "Enter" && event.isComposing) event.preventDefault();
        }}
      />
      <span class={css.wrong} id={`${props.name}-wrong`} role="alert">
        {props.wrong}
      </span>
    </label>
  );
}
