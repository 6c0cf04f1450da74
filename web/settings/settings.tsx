import { For, Show, type JSX, type ParentProps } from "solid-js";
import { lines, practise } from "../data/practice.ts";
import { chooseLocale, locale, locales, t } from "../i18n/i18n.ts";
import { PageBar } from "../shell/layout.tsx";
import { chooseTheme, theme, themes } from "../shell/theme.ts";
import { DeviceCopy } from "./device.tsx";
import { DeviceLock } from "./lock.tsx";
import { lastPractice, lineNow } from "./practice.tsx";
import css from "./settings.module.css";

/** What this device is told, what it keeps, and how it is rehearsed for the field. */
export default function Settings(): JSX.Element {
  return (
    <>
      <PageBar title={t("settings.title")} />
      <div class={css.page}>
        <Part title={t("settings.look")}>
          <Choice
            label={t("menu.language")}
            value={locale()}
            choices={locales.map(({ id, name }) => ({ id, text: name, lang: id }))}
            onChoose={(id) => void chooseLocale(id)}
          />
          <Choice
            label={t("menu.theme")}
            value={theme()}
            choices={themes.map((id) => ({ id, text: t(`menu.${id}`) }))}
            onChoose={chooseTheme}
          />
        </Part>
        <Part title={t("copy.title")} why={t("copy.why")}>
          <DeviceCopy />
        </Part>
        <Part title={t("lock.setting")} why={t("lock.settingWhy")}>
          <DeviceLock />
        </Part>
        <Part title={t("practice.title")} why={t("practice.why")}>
          <Choice
            label={t("practice.line")}
            value={lineNow()}
            choices={(["off", ...lines] as const).map((id) => ({
              id,
              text: t(`practice.${id}`),
              more: t(`practice.${id}Is`),
            }))}
            onChoose={practise}
          />
          <p class={css.told} role="status">
            {lastPractice()}
          </p>
        </Part>
      </div>
    </>
  );
}

function Part(props: ParentProps<{ readonly title: string; readonly why?: string }>): JSX.Element {
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

interface One<Id extends string> {
  readonly id: Id;
  readonly text: string;
  readonly more?: string;
  readonly lang?: string;
}
/** One of a few. With a sentence each they stand below each other, else side by side. */
function Choice<Id extends string>(props: {
  readonly label: string;
  readonly value: Id;
  readonly choices: readonly One<Id>[];
  readonly onChoose: (id: Id) => void;
}): JSX.Element {
  const isTall = () => props.choices.some((one) => one.more);
  return (
    <fieldset class={css.choice} classList={{ [css.tall ?? ""]: isTall() }}>
      <legend class={isTall() ? "sr" : css.label}>{props.label}</legend>
      <div class={isTall() ? css.rows : css.bar}>
        <For each={props.choices}>
          {(one) => (
            <label class={css.one} lang={one.lang}>
              <input
                type="radio"
                class={css.radio}
                name={props.label}
                checked={props.value === one.id}
                onChange={() => props.onChoose(one.id)}
              />
              <span>
                {one.text}
                <Show when={one.more}>
                  <span class={css.more}>{one.more}</span>
                </Show>
              </span>
            </label>
          )}
        </For>
      </div>
    </fieldset>
  );
}
