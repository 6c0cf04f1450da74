import { For, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { useSession } from "../shell/context.ts";
import { isBoth } from "../shell/sync-words.ts";
import { aboutWords, actWords, whyInAll, said } from "../shell/words.ts";
import { ChangeMark } from "../ui/mark.tsx";
import css from "./today.module.css";

/** What was refused, until it is dealt with: a line for each act, which opens where it is dealt with. */
export function NotAccepted(): JSX.Element {
  const session = useSession();
  return (
    <For each={session.data.attention()}>
      {(card) => (
        <li class={css.item} data-row>
          <div class={css.row}>
            <span class={css.noTick} />
            <button type="button" class={css.link} data-main onClick={() => session.showTray(true)}>
              <span class={`${css.title} clip`}>
                {[
                  aboutWords(session, card),
                  said(card)
                    .map(([field]) => fieldLabel(field))
                    .slice(0, 2)
                    .join(", "),
                ]
                  .filter(Boolean)
                  .join(" · ") || actWords(card)}
              </span>
              <span class={`${css.account} ${css.soft} clip`}>
                {isBoth(card) ? t("tray.both") : whyInAll(session, card)}
              </span>
            </button>
            <span class={css.end}>
              <ChangeMark state={isBoth(card) ? "both" : "refused"} />
              {t("tray.open")}
            </span>
          </div>
        </li>
      )}
    </For>
  );
}
