import { For, Show, type JSX } from "solid-js";
import type { Waiting } from "../data/shelf.ts";
import { bytes as sizeWords } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { useSession } from "../shell/context.ts";
import css from "../shell/outbox.module.css";
import { Button } from "../ui/button.tsx";
import { filesOf } from "./queue.ts";
import { save } from "./save.ts";
import { f } from "./words.ts";

/** Files that wait on this device, also those whose account its member does not see any more. */
export default function WaitingFiles(): JSX.Element {
  const queue = filesOf(useSession().data);
  return (
    <>
      <div class={css.head}>
        <h3 class={css.title}>{f("waitingTitle")}</h3>
      </div>
      <ul class={css.lines} tabindex="0" aria-label={f("waitingTitle")}>
        <For each={queue.waiting()}>
          {(entry) => (
            <li class={css.line}>
              <div class={css.about}>
                <span class={`${css.name} clip`}>{entry.name}</span>
                <span class="meta num">{sizeWords(entry.bytes, locale())}</span>
              </div>
              <div class={css.end}>
                <span class="meta">
                  <StateWords entry={entry} part={queue.part(entry.id)} />
                </span>
                <Show when={entry.failed}>
                  <WaitingActs entry={entry} />
                </Show>
              </div>
            </li>
          )}
        </For>
      </ul>
    </>
  );
}

export function StateWords(props: { readonly entry: Waiting; readonly part: number | undefined }): JSX.Element {
  return (
    <Show
      when={props.entry.failed}
      fallback={
        <Show when={props.part !== undefined} fallback={f("waits")}>
          {f("sending", Math.round((props.part ?? 0) * 100))}
        </Show>
      }
    >
      {(why) => f(`failed.${why()}`)}
    </Show>
  );
}

/** What can be done with one that did not go: the bytes are its member's, and are not lost with the place for them. */
export function WaitingActs(props: { readonly entry: Waiting }): JSX.Element {
  const { data } = useSession();
  const queue = filesOf(data);
  /** What was announced and never sent would stand there for others for good: its record goes as well. */
  const discard = async () => {
    const { id } = props.entry;
    const announced = data.source(id)?.replica.record(id) !== undefined;
    await queue.remove(id);
    if (announced) await data.mutate("file.delete@1", { id });
  };
  const copy = async () => {
    const held = await queue.bytes(props.entry.id);
    if (held) save(held, props.entry);
  };
  return (
    <span class={css.tools}>
      <Button small look="quiet" onClick={() => void queue.retry(props.entry)}>
        {t("act.retry")}
      </Button>
      <Show when={props.entry.failed !== "damaged"}>
        <Button small look="quiet" onClick={() => void copy()}>
          {f("download")}
        </Button>
      </Show>
      <Button small look="quiet" onClick={() => void discard()}>
        {f("discard")}
      </Button>
    </span>
  );
}
