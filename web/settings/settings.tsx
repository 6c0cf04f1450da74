import { For, lazy, Show, Suspense, type JSX } from "solid-js";
import { lines, practise } from "../data/practice.ts";
import { chooseLocale, locale, locales, t } from "../i18n/i18n.ts";
import { isPhone } from "../shell/context.ts";
import { PageBar } from "../shell/layout.tsx";
import { chooseTheme, theme, themes } from "../shell/theme.ts";
import { DeviceCopy } from "./device.tsx";
import { Part } from "./part.tsx";
import { lastPractice, lineNow } from "./practice.tsx";
import css from "./settings.module.css";
import { tell } from "./words.ts";
import { lockWords } from "../lock/words.ts";

const DeviceLock = lazy(async () => ({ default: (await import("./lock.tsx")).DeviceLock }));
const GovernLinks = lazy(async () => ({ default: (await import("../access/links.tsx")).GovernLinks }));
const NoticeSettings = lazy(async () => ({ default: (await import("../notices/settings.tsx")).NoticeSettings }));

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
        <Show when={isPhone()}>
          <Suspense>
            <GovernLinks />
          </Suspense>
        </Show>
        {/* What comes later comes at once: by itself each would move what is below it. */}
        <Suspense>
          <NoticeSettings />
          <Part title={tell("copy.title")} why={tell("copy.why")}>
            <DeviceCopy />
          </Part>
          <Part title={lockWords("setting")} why={lockWords("settingWhy")}>
            <DeviceLock />
          </Part>
          <Part title={tell("practice.title")} why={tell("practice.why")}>
            <Choice
              label={tell("practice.line")}
              value={lineNow()}
              choices={(["off", ...lines] as const).map((id) => ({
                id,
                text: tell(`practice.${id}`),
                more: tell(`practice.${id}Is`),
              }))}
              onChoose={practise}
            />
            <p class={css.told} role="status">
              {lastPractice()}
            </p>
          </Part>
        </Suspense>
      </div>
    </>
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
