import { For, Show, type JSX } from "solid-js";
import type { AttentionCard } from "../data/types.ts";
import type { Fields } from "../../shared/records/mutation.ts";
import { instant } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import { now, useSession } from "./context.ts";
import { idOf } from "./id-of.ts";
import { nameOf } from "./name-of.ts";
import { fieldLabel, whyWords } from "./sync-words.ts";
import css from "./tray.module.css";

const show = (value: unknown): string =>
  value === null || value === undefined || value === ""
    ? t("field.empty")
    : typeof value === "object"
      ? JSON.stringify(value)
      : String(value);

/** Refused and conflicting changes, each with the member's own words, until it is dealt with. */
export function Tray(props: { readonly open: boolean; readonly onClose: () => void }): JSX.Element {
  const { data } = useSession();
  return (
    <Dialog open={props.open} onClose={props.onClose} title={t("tray.title")} side>
      <Show when={data.attention().length > 0} fallback={<p>{t("tray.none")}</p>}>
        <ul class={css.cards}>
          <For each={data.attention()}>{(card) => <Card card={card} />}</For>
        </ul>
      </Show>
    </Dialog>
  );
}

function Card(props: { readonly card: AttentionCard }): JSX.Element {
  const { data } = useSession();
  const both = () => props.card.code === "version_conflict";
  const fields = () => Object.keys(props.card.mine).filter((field) => field !== "id");
  const copy = async () => {
    await navigator.clipboard.writeText(
      fields()
        .map((field) => `${fieldLabel(field)}: ${show(props.card.mine[field])}`)
        .join("\n"),
    );
    toast({ text: t("act.copied") });
  };
  return (
    <li class={css.card}>
      <div class={css.head}>
        <span class={css.name}>{nameOf(data, idOf(props.card.args))}</span>
        <span class="meta num">{instant(props.card.at, { locale: locale(), zone: data.me.zone, now: now() })}</span>
      </div>
      <p class={both() ? css.both : css.refused}>
        {both() ? t("tray.both") : t("tray.notAccepted", props.card.detail ?? whyWords(props.card.code))}
      </p>
      <table class={css.values}>
        <thead>
          <tr>
            <th scope="col">
              <span class="sr">{t("account.name")}</span>
            </th>
            <th scope="col">{t("tray.yours")}</th>
            <Show when={props.card.theirs}>
              <th scope="col">{t("tray.theirs")}</th>
            </Show>
          </tr>
        </thead>
        <tbody>
          <For each={fields()}>
            {(field) => (
              <tr>
                <th scope="row">{fieldLabel(field)}</th>
                <td>{show(props.card.mine[field])}</td>
                <Show when={props.card.theirs}>{(theirs: () => Fields) => <td>{show(theirs()[field])}</td>}</Show>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <div class={css.acts}>
        <Button small onClick={() => void data.retry(props.card)}>
          {both() ? t("tray.useMine") : t("tray.again")}
        </Button>
        <Button small onClick={() => void data.dismiss(props.card)}>
          {both() ? t("tray.keepTheirs") : t("tray.discard")}
        </Button>
        <Button small look="quiet" onClick={() => void copy()}>
          {t("act.copy")}
        </Button>
      </div>
    </li>
  );
}
