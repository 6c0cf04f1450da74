import { createEffect, createSignal, For, on, Show, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { useSession } from "./context.ts";
import { Card } from "./card.tsx";
import css from "./tray.module.css";

/** Refused and conflicting changes, one card for each act, with the member's own words until it is dealt with. */
export function Tray(props: { readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  const { data } = useSession();
  const [said, say] = createSignal("");
  let list: HTMLUListElement | undefined;
  let status: HTMLElement | undefined;
  // What is dealt with goes, and takes the focus with it: the next card has it, or what closes the panel.
  createEffect(
    on(
      () => data.attention().length,
      (count, before = 0) => {
        if (count >= before || document.activeElement !== document.body) return;
        const next = (count > 0 ? list : status?.closest("[role=dialog]"))?.querySelector<HTMLElement>("button");
        next?.focus();
      },
    ),
  );
  return (
    <Dialog open={props.open} onClose={props.onClose} title={t("tray.title")} side>
      <Show when={data.expired() > 0}>
        <div class={css.gone}>
          <p>{t("tray.expired", data.expired())}</p>
          <Button small look="quiet" onClick={() => data.dismissExpired()}>
            {t("tray.ok")}
          </Button>
        </div>
      </Show>
      <Show when={data.attention().length > 0} fallback={<p>{t("tray.none")}</p>}>
        <ul class={css.cards} ref={(element) => (list = element)}>
          <For each={data.attention()}>{(card) => <Card card={card} onDone={say} />}</For>
        </ul>
      </Show>
      <span class="sr" role="status" ref={(element) => (status = element)}>
        {said()}
      </span>
    </Dialog>
  );
}
