import Lock from "lucide-solid/icons/lock";
import CloudOff from "lucide-solid/icons/cloud-off";
import { Match, Show, Switch, type JSX } from "solid-js";
import { amountOf } from "../../shared/pipeline/sums.ts";
import type { Row } from "../../shared/records/entities.ts";
import { bandOf } from "../../shared/records/masked.ts";
import { HiddenField } from "../approvals/request.tsx";
import { amountBand, money, number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { OnlineChip } from "../ui/bits.tsx";
import css from "./amount.module.css";
import type { Opportunity } from "./filter.ts";

interface AmountProps {
  readonly row: Opportunity;
  /** The record as the server shows it, if it was asked. */
  readonly online: Opportunity | undefined;
}
const known = (props: AmountProps) => {
  const amount = amountOf(props.row, props.online);
  return typeof amount === "object" ? amount : undefined;
};
export const moneyWords = ({ minor, currency }: { readonly minor: number; readonly currency: string }): string =>
  currency === "" ? number(minor / 100, locale()) : money(minor, currency, locale());
const bandWords = (props: AmountProps): string | undefined => {
  const ends = bandOf((props.online ?? props.row) as Row, "amountMinor");
  return ends ? amountBand(ends, locale()) : undefined;
};

/** Present but empty says nothing; hidden says so, or in which band it lies; what may not stay on a device says that. */
export function Amount(props: AmountProps): JSX.Element {
  const amount = () => amountOf(props.row, props.online);
  return (
    <Switch fallback={known(props) ? moneyWords(known(props) as { minor: number; currency: string }) : ""}>
      <Match when={amount() === "hidden"}>
        <HiddenField
          group={t("group.terms")}
          entity="opportunity"
          id={props.row.id}
          field="amountMinor"
          shown={bandWords(props)}
        />
      </Match>
      <Match when={amount() === "away"}>
        <OnlineChip group={t("group.terms")} shown={bandWords(props)} />
      </Match>
    </Switch>
  );
}

/** The same in a long list: in words alone, without what opens. */
export function AmountText(props: AmountProps): JSX.Element {
  const amount = () => amountOf(props.row, props.online);
  return (
    <Show
      when={amount() === "hidden" || amount() === "away"}
      fallback={known(props) ? moneyWords(known(props) as { minor: number; currency: string }) : ""}
    >
      <span class={css.shut} title={t(amount() === "hidden" ? "chip.hiddenWhy" : "chip.onlineWhy", t("group.terms"))}>
        <Show when={amount() === "hidden"} fallback={<CloudOff size={12} />}>
          <Lock size={12} />
        </Show>
        {bandWords(props) ?? t(amount() === "hidden" ? "chip.hidden" : "chip.online")}
      </span>
    </Show>
  );
}
