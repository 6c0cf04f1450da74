import { For, type JSX } from "solid-js";
import type { AttentionCard } from "../data/types.ts";
import { t } from "../i18n/i18n.ts";
import { useSession } from "../shell/context.ts";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";
import css from "./drafts.module.css";

/** Own words of a note that were not taken, to copy or to throw away. */
export default function Drafts(props: { readonly drafts: readonly AttentionCard[] }): JSX.Element {
  const { data } = useSession();
  const copy = async (text: string) => {
    await navigator.clipboard.writeText(text);
    toast({ text: t("act.copied") });
  };
  return (
    <For each={props.drafts}>
      {(card) => {
        const text = String(card.mine["text"] ?? "");
        return (
          <section class={css.draft} role="status" aria-label={t("notes.draft")}>
            <p>{card.code === "version_conflict" ? t("notes.draftReplaced") : t("notes.draftRefused")}</p>
            <p class={css.words}>{text}</p>
            <div class={css.acts}>
              <Button small onClick={() => void copy(text)}>
                {t("act.copy")}
              </Button>
              <Button small look="quiet" onClick={() => void data.dismiss(card)}>
                {t("tray.discard")}
              </Button>
            </div>
          </section>
        );
      }}
    </For>
  );
}
