import { Show, type JSX } from "solid-js";
import { clock, instant } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { now, useSession } from "./context.ts";

const staleMs = 24 * 3_600_000;

/** When this device last heard from the edge: the clock, and the day too if it was not today. */
function heard(): string {
  const { data } = useSession();
  const { at } = data.sync();
  if (at === null) return "";
  const short = instant(at, { locale: locale(), zone: data.me.zone, now: now() });
  const time = clock(at, locale(), data.me.zone);
  return short === time ? time : `${short} ${time}`;
}
/** Beside a screen's title while nothing new can come. */
export function AsOf(): JSX.Element {
  const session = useSession();
  return (
    <Show when={session.offline() && heard()}>{(when) => <span class="meta num">{t("stale.asOf", when())}</span>}</Show>
  );
}
/** In the banner once the copy is a day old. */
export function StaleNote(): JSX.Element {
  const { data } = useSession();
  const old = () => now() - (data.sync().at ?? Infinity) > staleMs;
  return <Show when={old() && heard()}>{(when) => <strong class="num">{t("sync.updated", when())}</strong>}</Show>;
}
