import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { addDays, dayIn } from "../i18n/format.ts";
import { t } from "../i18n/i18n.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { now, useSession } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";
import { holdPage } from "../ui/unsaved.ts";
import css from "./log-form.module.css";
import { splitNote } from "./split-note.ts";

const activityKinds = ["call", "visit", "meeting", "email", "note"] as const;
type ActivityKind = (typeof activityKinds)[number];

interface Draft {
  readonly kind: ActivityKind;
  readonly text: string;
  readonly next: string;
  readonly nextDay: string;
}
const blank: Draft = { kind: "call", text: "", next: "", nextDay: "" };
/** Unfinished words of this visit to the app, by account: going elsewhere and back loses nothing. */
const drafts = new Map<string, Draft>();
holdPage(() => [...drafts.values()].some(({ text, next }) => (text + next).trim() !== ""));

export function focusComposer(): void {
  document.querySelector<HTMLElement>("[data-composer]")?.click();
  document.querySelector<HTMLElement>("[data-composer-text]")?.focus();
}

/** Logs what happened and what comes next; saved on this device at once. */
export function LogForm(props: {
  readonly account: string;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}): JSX.Element {
  const { data } = useSession();
  const [draft, setDraft] = createSignal<Draft>(drafts.get(props.account) ?? blank);
  const [wrong, setWrong] = createSignal<string>();
  const today = createMemo(() => dayIn(now(), data.me.zone));
  const change = (part: Partial<Draft>) =>
    drafts.set(
      props.account,
      setDraft((old) => ({ ...old, ...part })),
    );

  const save = async () => {
    const { kind, text, next, nextDay } = draft();
    if (text.trim() === "") return void setWrong(t("field.invalid"));
    const id = data.newId("activity", props.account);
    const done = await data.mutate("activity.create@1", {
      id,
      anchor: props.account,
      compartment: "core",
      fields: { ...splitNote(text), activityKind: kind, about: props.account, owner: data.me.member },
    });
    if (!done.ok) return void setWrong(t("tray.notAccepted", done.detail ?? whyWords(done.code)));
    if (next.trim()) {
      const set = {
        nextAction: next.trim(),
        nextActionDay: nextDay || null,
        nextActionZone: nextDay ? data.me.zone : null,
      };
      await data.mutate("account.edit@1", { id: props.account, set });
    }
    drafts.delete(props.account);
    toast({ text: t("timeline.logged"), undo: () => void data.mutate("activity.delete@1", { id }) });
    props.onDone();
  };
  const days = () => [
    { text: t("day.today"), value: today() },
    { text: t("day.tomorrow"), value: addDays(today(), 1) },
    { text: t("day.nextWeek"), value: addDays(today(), 7) },
  ];

  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.isComposing) return;
        if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
          event.preventDefault();
          void save();
        } else if (event.key === "Escape") {
          event.stopPropagation();
          props.onCancel();
        }
      }}
    >
      <div class={css.kinds} role="radiogroup" aria-label={t("timeline.kind")}>
        <For each={activityKinds}>
          {(kind) => (
            <label class={css.kind}>
              <input
                class="sr"
                type="radio"
                name="kind"
                value={kind}
                checked={draft().kind === kind}
                onChange={() => change({ kind })}
              />
              {t(`kind.${kind}`)}
            </label>
          )}
        </For>
      </div>
      <textarea
        data-composer-text
        data-autofocus
        class={css.text}
        rows={3}
        aria-label={t("timeline.what")}
        placeholder={t("timeline.what")}
        maxLength={limits.longTextMax}
        value={draft().text}
        aria-invalid={wrong() ? "true" : undefined}
        onInput={(event) => {
          setWrong(undefined);
          change({ text: event.currentTarget.value });
        }}
      />
      <div class={css.next}>
        <input
          class={css.nextText}
          aria-label={t("timeline.next")}
          placeholder={t("timeline.next")}
          maxLength={limits.textMax}
          value={draft().next}
          onInput={(event) =>
            change({ next: event.currentTarget.value, nextDay: draft().nextDay || addDays(today(), 7) })
          }
        />
        <Show when={draft().next.trim()}>
          <div class={css.days} role="group" aria-label={t("account.nextDay")}>
            <For each={days()}>
              {(one) => (
                <button
                  type="button"
                  class={css.kind}
                  aria-pressed={draft().nextDay === one.value}
                  onClick={() => change({ nextDay: one.value })}
                >
                  {one.text}
                </button>
              )}
            </For>
            <input
              class={css.date}
              type="date"
              aria-label={t("account.nextDay")}
              min={today()}
              value={draft().nextDay}
              onInput={(event) => change({ nextDay: event.currentTarget.value })}
            />
          </div>
        </Show>
      </div>
      <Show when={wrong()}>
        <p class={css.wrong} role="alert">
          {wrong()}
        </p>
      </Show>
      <div class={css.acts}>
        <Button look="quiet" onClick={() => props.onCancel()}>
          {t("act.cancel")}
        </Button>
        <Button look="primary" type="submit">
          {t("account.log")}
        </Button>
      </div>
    </form>
  );
}
