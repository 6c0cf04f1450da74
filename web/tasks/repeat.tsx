import { For, Show, type JSX } from "solid-js";
import { lastDayOf, weekdayOf } from "../../shared/kernel/clock.ts";
import { parseRepeat, repeatText, type Repeat } from "../../shared/tasks/repeat.ts";
import css from "./tasks.module.css";
import { repeatWords, say, weekdayName } from "./words.ts";

const kinds = ["day", "week", "month", "year"] as const;
const names = { day: "daily", week: "weekly", month: "monthly", year: "yearly" } as const;
const units = { day: "days", week: "weeks", month: "months", year: "years" } as const;

/** A rule of this kind as the due day suggests it. */
function begun(by: Repeat["by"], day: string, every: number): Repeat {
  const [month, on] = [Number(day.slice(5, 7)), Number(day.slice(8, 10))];
  if (by === "day") return { by, every };
  if (by === "week") return { by, every, days: [weekdayOf(day)] };
  return by === "month" ? { by, every, on } : { by, every, month, on };
}
const isLastDay = (day: string): boolean =>
  Number(day.slice(8, 10)) === lastDayOf(Number(day.slice(0, 4)), Number(day.slice(5, 7)));

/** How a task comes again. It goes by the due day, so without one there is nothing to repeat. */
export function RepeatPicker(props: {
  readonly value: string | null | undefined;
  readonly day: string | null | undefined;
  readonly onChange: (text: string | null) => void;
}): JSX.Element {
  const rule = () => parseRepeat(props.value);
  const set = (next: Repeat | null) => props.onChange(next && repeatText(next));
  const toggled = (days: readonly number[], day: number): readonly number[] => {
    const next = days.includes(day) ? days.filter((one) => one !== day) : [...days, day];
    return next.sort((a, b) => a - b);
  };
  return (
    <Show when={props.day} fallback={<p class={css.note}>{say("needsDay")}</p>}>
      {(day) => (
        <>
          <div class={css.wrap}>
            <select
              class={css.input}
              aria-label={say("repeat")}
              onChange={(event) => {
                const by = kinds.find((kind) => kind === event.currentTarget.value);
                set(by ? begun(by, day(), rule()?.every ?? 1) : null);
              }}
            >
              <option value="" selected={!rule()}>
                {say("never")}
              </option>
              <For each={kinds}>
                {(kind) => (
                  <option value={kind} selected={rule()?.by === kind}>
                    {say(names[kind])}
                  </option>
                )}
              </For>
            </select>
            <Show when={rule()}>
              {(one) => (
                <label class={css.wrap}>
                  {say("every")}
                  <input
                    class={`${css.input} ${css.number} num`}
                    type="number"
                    min="1"
                    max="99"
                    value={one().every}
                    onChange={(event) => {
                      const every = Math.round(Number(event.currentTarget.value));
                      if (every >= 1 && every <= 99) set({ ...one(), every });
                      else event.currentTarget.value = String(one().every);
                    }}
                  />
                  {say(units[one().by], one().every)}
                </label>
              )}
            </Show>
          </div>
          <Show when={weekly(rule())}>
            {(one) => (
              <div class={css.chips} role="group" aria-label={say("weekdays")}>
                <For each={[0, 1, 2, 3, 4, 5, 6]}>
                  {(weekday) => (
                    <button
                      type="button"
                      class={css.chip}
                      aria-label={weekdayName(weekday, "long")}
                      aria-pressed={one().days.includes(weekday)}
                      onClick={() => set({ ...one(), days: toggled(one().days, weekday) })}
                    >
                      {weekdayName(weekday)}
                    </button>
                  )}
                </For>
              </div>
            )}
          </Show>
          <Show when={monthly(rule())}>
            {(one) => (
              <div class={css.chips} role="group" aria-label={say("repeat")}>
                <button
                  type="button"
                  class={css.chip}
                  aria-pressed={one().on !== -1}
                  onClick={() => set({ ...one(), on: Number(day().slice(8, 10)) })}
                >
                  {say("monthDay", one().on === -1 ? Number(day().slice(8, 10)) : one().on)}
                </button>
                <Show when={isLastDay(day()) || one().on === -1}>
                  <button
                    type="button"
                    class={css.chip}
                    aria-pressed={one().on === -1}
                    onClick={() => set({ ...one(), on: -1 })}
                  >
                    {say("lastDay")}
                  </button>
                </Show>
              </div>
            )}
          </Show>
          <Show when={rule()}>{(one) => <p class={css.note}>{repeatWords(one())}</p>}</Show>
        </>
      )}
    </Show>
  );
}
const weekly = (rule: Repeat | null) => (rule?.by === "week" ? rule : undefined);
const monthly = (rule: Repeat | null) => (rule?.by === "month" ? rule : undefined);
