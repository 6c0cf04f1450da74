import { For, Show, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { cardText } from "./card.tsx";
import { useSession } from "./context.ts";
import { copyText, lineText } from "./outbox.tsx";
import css from "./outbox.module.css";

const shownMax = 8;

/** Signing out takes the copy off this device: what is not sent is listed first, to be sent, copied, or left. */
export function SignOutDialog(props: { readonly onStay: () => void; readonly onLeave: () => void }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const texts = () => [
    ...data.outbox().map((line) => lineText(session, line)),
    ...data.attention().map((card) => cardText(session, card)),
    ...data.files(),
    ...(session.rooms.current?.unsent() ? [t("menu.signOutNotes")] : []),
  ];
  const stay = () => {
    data.syncNow();
    props.onStay();
  };
  return (
    <Dialog
      open
      onClose={props.onStay}
      title={t("menu.signOutTitle")}
      actions={
        <>
          <Button look="danger" onClick={() => props.onLeave()}>
            {t("menu.signOutForce")}
          </Button>
          <Button onClick={() => void copyText(texts().join("\n\n"))}>{t("sync.copyAll")}</Button>
          <Button look="primary" data-autofocus onClick={stay}>
            {t("menu.signOutStay")}
          </Button>
        </>
      }
    >
      <p>{t("menu.signOutBody", Math.max(1, texts().length))}</p>
      <h3 class={css.lost}>{t("menu.signOutLost")}</h3>
      <ul class={css.losses} tabindex="0" aria-label={t("menu.signOutLost")}>
        <For each={texts().slice(0, shownMax)}>{(text) => <li class={css.loss}>{text}</li>}</For>
      </ul>
      <Show when={texts().length > shownMax}>
        <p class="meta">{t("menu.signOutMore", texts().length - shownMax)}</p>
      </Show>
    </Dialog>
  );
}
