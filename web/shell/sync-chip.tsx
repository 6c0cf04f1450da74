import CircleAlert from "lucide-solid/icons/circle-alert";
import Cloud from "lucide-solid/icons/cloud";
import CloudCheck from "lucide-solid/icons/cloud-check";
import CloudOff from "lucide-solid/icons/cloud-off";
import { createEffect, createMemo, createSignal, onCleanup, Show, type JSX, type ParentProps } from "solid-js";
import { Dynamic } from "solid-js/web";
import type { SyncState } from "../data/types.ts";
import { instant } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { buttonClass } from "../ui/button.tsx";
import { Popover } from "../ui/menu.tsx";
import { now } from "./clock.ts";
import css from "./sync-chip.module.css";
import { syncWords } from "./sync-words.ts";
import { applyUpdate, lookForUpdate, updateReady } from "./update.ts";

type Props = ParentProps<{
  readonly sync: SyncState;
  /** How many cards are conflicts, not refusals. */
  readonly both: number;
  readonly zone: string;
  readonly bare?: boolean;
}>;
const sayEveryMs = 5_000;

/** What happened to my changes, in words: sent, saved here, or needing me. What opens from it are the children. */
export function SyncChip(props: Props): JSX.Element {
  const when = () =>
    props.sync.at === null ? "" : instant(props.sync.at, { locale: locale(), zone: props.zone, now: now() });
  const words = createMemo(() => syncWords(props.sync, when(), props.both));
  createEffect(() => {
    if (props.sync.state === "update_needed") lookForUpdate();
  });
  const icon = () => {
    if (words().tone === "bad" || words().tone === "both") return CircleAlert;
    if (props.sync.state === "offline") return CloudOff;
    return words().tone === "ok" ? CloudCheck : Cloud;
  };
  const label = () =>
    [`${t("sync.title")}: ${words().short}`, words().note, words().long === words().short ? "" : words().long]
      .filter(Boolean)
      .join(". ");
  return (
    <>
      <Popover
        label={label()}
        title={t("sync.title")}
        placement="top-start"
        triggerClass={`${css.chip} ${css[words().tone]} ${props.bare ? css.bare : ""}`}
        trigger={
          <>
            <Dynamic component={icon()} size={15} />
            <Show when={!props.bare}>
              <span class={css.words}>
                <span class={css.short}>{words().short}</span>
                {/* Without it the words that are seen run together, and are not in the name that is read out. */}{" "}
                <Show when={words().note}>
                  <span class={`${css.note} num`}>{words().note}</span>
                </Show>
              </span>
            </Show>
          </>
        }
      >
        <p class={css.long}>{words().long}</p>
        <p class="meta">
          <Show when={when()}>
            <span class="num">{t("sync.updated", when())} · </span>
          </Show>
          <span class="num">{t("sync.records", props.sync.records)}</span>
        </p>
        <Show when={props.sync.state === "update_needed" && updateReady()}>
          <button type="button" class={buttonClass({ look: "primary", small: true })} onClick={() => applyUpdate()}>
            {t("update.ready")}
          </button>
        </Show>
        {props.children}
      </Popover>
      <Announce text={words().long} />
    </>
  );
}

/** Said politely, and at most once in five seconds. */
function Announce(props: { readonly text: string }): JSX.Element {
  const [said, say] = createSignal("");
  let last = 0;
  createEffect(() => {
    const text = props.text;
    const timer = setTimeout(
      () => {
        last = Date.now();
        say(text);
      },
      Math.max(0, last + sayEveryMs - Date.now()),
    );
    onCleanup(() => clearTimeout(timer));
  });
  return (
    <span class="sr" role="status">
      {said()}
    </span>
  );
}
