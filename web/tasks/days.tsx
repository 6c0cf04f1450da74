import { createMemo, For, type JSX } from "solid-js";
import { addDays } from "../../shared/kernel/clock.ts";
import { t } from "../i18n/i18n.ts";
import css from "./tasks.module.css";

/** A day by one press, or any other day. */
export function DayChips(props: {
  readonly label: string;
  readonly value: string | null;
  readonly today: string;
  readonly onChange: (day: string | null) => void;
  /** Days that are over can't be chosen. */
  readonly ahead?: boolean;
}): JSX.Element {
  const days = createMemo(() => [
    { text: t("day.today"), value: props.today },
    { text: t("day.tomorrow"), value: addDays(props.today, 1) },
    { text: t("day.nextWeek"), value: addDays(props.today, 7) },
  ]);
  return (
    <div class={css.chips} role="group" aria-label={props.label}>
      <For each={days()}>
        {(one) => (
          <button
            type="button"
            class={css.chip}
            aria-pressed={props.value === one.value}
            onClick={() => props.onChange(one.value)}
          >
            {one.text}
          </button>
        )}
      </For>
      <input
        class={css.date}
        type="date"
        aria-label={props.label}
        min={props.ahead ? props.today : undefined}
        value={props.value ?? ""}
        onChange={(event) => props.onChange(event.currentTarget.value || null)}
      />
    </div>
  );
}
