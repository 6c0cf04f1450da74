import { Show, type JSX } from "solid-js";
import { daysBetween, dayIn, minuteIn } from "../../shared/kernel/clock.ts";
import { dueAt, dueDayIn, isLate, lateFrom, type Due } from "../../shared/tasks/due.ts";
import { clock, day } from "../i18n/format.ts";
import { locale } from "../i18n/i18n.ts";
import { now } from "../shell/context.ts";
import { cityOf, clockOf, isForeign, say } from "./words.ts";

/** When something is due, by my clock; its own beside it where that is another one. */
function dueWords(due: Due, mine: string): string {
  const today = dayIn(now(), mine);
  const at = dueAt(due, mine);
  const here = dueDayIn(due, mine);
  if (!here) return "";
  if (at === null) return day(here, { locale: locale(), today, zone: due.dueZone ?? null, mine });
  const text = `${day(here, { locale: locale(), today })} ${clock(at, locale(), mine)}`;
  return isForeign(due.dueZone, mine) ? `${text} (${clockOf(minuteIn(at, due.dueZone))} ${cityOf(due.dueZone)})` : text;
}
/** The same, in few words for a row; only what is late has colour. */
export function DueWords(props: { readonly due: Due; readonly mine: string; readonly class?: string; readonly lateClass: string }): JSX.Element {
  const late = () => isLate(props.due, props.mine, now());
  const daysLate = () => {
    const from = lateFrom(props.due, props.mine);
    return from === null ? 0 : daysBetween(dayIn(from - 1, props.mine), dayIn(now(), props.mine));
  };
  return (
    <Show when={props.due.dueDay}>
      <span class={`${late() ? props.lateClass : (props.class ?? "")} num`} title={dueWords(props.due, props.mine)}>
        {late() && daysLate() > 0 && daysLate() <= 60 ? say("overdue", daysLate()) : dueWords(props.due, props.mine)}
      </span>
    </Show>
  );
} // prettier-ignore
