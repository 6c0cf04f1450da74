import CircleAlert from "lucide-solid/icons/circle-alert";
import Cloud from "lucide-solid/icons/cloud";
import CloudCheck from "lucide-solid/icons/cloud-check";
import CloudOff from "lucide-solid/icons/cloud-off";
import RefreshCw from "lucide-solid/icons/refresh-cw";
import { createEffect, createMemo, createSignal, For, onCleanup, Show, type JSX } from "solid-js";
import { Dynamic } from "solid-js/web";
import type { OutboxLine, SyncState } from "../data/types.ts";
import { instant } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { buttonClass } from "../ui/button.tsx";
import { Popover } from "../ui/menu.tsx";
import { now } from "./clock.ts";
import css from "./sync-chip.module.css";
import { fieldLabel, syncWords } from "./sync-words.ts";

interface Props {
  readonly sync: SyncState;
  readonly outbox: readonly OutboxLine[];
  readonly zone: string;
  readonly nameOf: (id: string) => string;
  readonly onSync: () => void;
  readonly onTray: () => void;
  readonly bare?: boolean;
}
const sayEveryMs = 5_000;

/** What happened to my changes, in words: sent, saved here, or needing me. */
export function SyncChip(props: Props): JSX.Element {
  const words = createMemo(() => syncWords(props.sync));
  const icon = () => {
    if (words().tone === "bad") return CircleAlert;
    if (props.sync.state === "offline") return CloudOff;
    return words().tone === "ok" ? CloudCheck : Cloud;
  };
  return (
    <>
      <Popover
        label={`${t("sync.title")}: ${words().short}. ${words().long}`}
        title={t("sync.title")}
        placement="top-start"
        triggerClass={`${css.chip} ${css[words().tone]} ${props.bare ? css.bare : ""}`}
        trigger={
          <>
            <Dynamic component={icon()} size={15} />
            <Show when={!props.bare}>
              <span class={css.short}>{words().short}</span>
            </Show>
          </>
        }
      >
        <p class={css.long}>{words().long}</p>
        <p class="meta">
          <Show when={props.sync.at}>
            {(at) => (
              <span class="num">
                {t("sync.updated", instant(at(), { locale: locale(), zone: props.zone, now: now() }))} ·{" "}
              </span>
            )}
          </Show>
          <span class="num">{t("sync.records", props.sync.records)}</span>
        </p>
        <Show when={props.outbox.length > 0}>
          <h3 class={css.head}>{t("sync.outbox")}</h3>
          <ul class={css.lines}>
            <For each={props.outbox.slice(-6).toReversed()}>
              {(line) => (
                <For each={line.changes}>
                  {(change) => <OutboxChange line={line} change={change} nameOf={props.nameOf} />}
                </For>
              )}
            </For>
          </ul>
        </Show>
        <div class={css.acts}>
          <Show when={props.sync.attention > 0}>
            <button type="button" class={buttonClass({ look: "primary", small: true })} onClick={() => props.onTray()}>
              {t("sync.openTray")}
            </button>
          </Show>
          <button type="button" class={buttonClass({ small: true })} onClick={() => props.onSync()}>
            <RefreshCw size={14} />
            {t("sync.now")}
          </button>
        </div>
      </Popover>
      <Announce text={words().long} />
    </>
  );
}

function OutboxChange(props: {
  readonly line: OutboxLine;
  readonly change: OutboxLine["changes"][number];
  readonly nameOf: (id: string) => string;
}): JSX.Element {
  const fields = () => Object.keys(props.change.after).filter((field) => field !== "id");
  return (
    <li class={css.line}>
      <span class="clip">{props.nameOf(props.change.id)}</span>
      <span class="meta clip">{fields().slice(0, 3).map(fieldLabel).join(", ")}</span>
    </li>
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
