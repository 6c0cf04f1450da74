import { Show, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { nothingEn } from "../i18n/en/nothing.ts";
import { partOf } from "../i18n/part.ts";
import { nothingZh } from "../i18n/zh-CN/nothing.ts";
import { Empty } from "./bits.tsx";
import css from "./bits.module.css";
import { Button } from "./button.tsx";
import type { Why } from "./why-empty.ts";

const n = partOf(nothingEn, nothingZh);
type Key = keyof typeof nothingEn;
export type EmptyList = Key extends infer K ? (K extends `${infer List}.none` ? List : never) : never;
export const emptyLists = Object.keys(nothingEn).flatMap((key) =>
  key.endsWith(".none") ? [key.slice(0, -5) as EmptyList] : [],
);

export interface NothingProps {
  readonly list: EmptyList;
  readonly why: Why;
  readonly online?: boolean;
  readonly onRetry?: () => void;
  readonly onClear?: (() => void) | undefined;
  readonly onOnline?: (() => void) | undefined;
  /** Where there is none yet: how the first comes to be. */
  readonly make?: JSX.Element;
}
export function RealNothing(props: NothingProps): JSX.Element {
  const words = () => {
    const { list, why } = props;
    if (why === "failed") return t("list.failed");
    if (why === "denied") return n("denied", n(`${list}.things`));
    if (why === "filtered") return n(props.online ? "filtered" : "filteredHere");
    return n(`${list}.${why}`);
  };
  return (
    <Empty
      act={
        <div class={css.emptyActs} data-why={props.why}>
          <Show when={props.why === "failed" && props.onRetry}>
            {(again) => <Button onClick={() => again()()}>{t("act.retry")}</Button>}
          </Show>
          <Show when={props.why === "filtered" && props.onClear}>
            {(clear) => <Button onClick={() => clear()()}>{n("clear")}</Button>}
          </Show>
          <Show when={(props.why === "filtered" || props.why === "away") && !props.online && props.onOnline}>
            {(go) => <Button onClick={() => go()()}>{n("seeOnline")}</Button>}
          </Show>
          <Show when={props.why === "none" || props.why === "away"}>{props.make}</Show>
        </div>
      }
    >
      {words()}
    </Empty>
  );
}
