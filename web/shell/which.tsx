import { Show, type JSX } from "solid-js";
import { number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { Button } from "../ui/button.tsx";
import { useSession } from "./context.ts";
import css from "./which.module.css";

/** Which part a list shows: what this device holds, or all that the member may see, which needs a network. */
export function Which(props: {
  /** What is on this device, before any filter. */
  readonly here: number;
  readonly online: boolean;
  readonly onChoose: (online: boolean) => void;
}): JSX.Element {
  const session = useSession();
  const all = () => (
    <>
      {t("which.all")}
      <span class={css.tag}>· {t("which.online")}</span>
    </>
  );
  return (
    <div class={css.which} role="group" aria-label={t("which.label")}>
      <button type="button" class={css.part} aria-pressed={!props.online} onClick={() => props.onChoose(false)}>
        {t("which.here")}
        <span class={`${css.tag} num`}>· {number(props.here, locale())}</span>
      </button>
      <Show
        when={session.offline()}
        fallback={
          <button type="button" class={css.part} aria-pressed={props.online} onClick={() => props.onChoose(true)}>
            {all()}
          </button>
        }
      >
        <Button look="quiet" small class={css.part} disabledReason={t("which.offline")}>
          {all()}
        </Button>
      </Show>
    </div>
  );
}
