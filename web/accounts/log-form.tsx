import { createMemo, createSignal, For, onCleanup, Show, type JSX } from "solid-js";
import { addDays, dayIn, instantIn, minuteIn } from "../../shared/kernel/clock.ts";
import type { RecordOf } from "../../shared/records/entities.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { t } from "../i18n/i18n.ts";
import { isPhone, now, useSession } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { DayChips } from "../tasks/days.tsx";
import { clockOf, minutesOf, say } from "../tasks/words.ts";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";
import { holdPage } from "../ui/unsaved.ts";
import { dropDraft, isHeldInMemory, keepDraft, readDraft, type Draft } from "./drafts.ts";
import css from "./log-form.module.css";
import { splitNote } from "./split-note.ts";
import { line, outcomes, outcomeWords, type Outcome } from "./words.ts";

const kinds = ["call", "visit", "meeting", "email", "note"] as const;
const lengths = [15, 30, 60] as const;

const blank = (kind: Draft["kind"]): Draft => ({
  kind, outcome: null, text: "", next: "", nextDay: "", none: false, why: "", day: "", clock: "", minutes: null, contact: "",
}); // prettier-ignore

/** One that is there already, to be filled in. */
function begun(row: RecordOf<"activity">, zone: string): Draft {
  const kind = kinds.find((one) => one === row.activityKind) ?? "note";
  const at = row.at ?? row.createdAt;
  const named = row.left?.includes("note") ? "" : (row.name ?? "");
  return {
    ...blank(kind),
    outcome: outcomes.find((one) => one === row.outcome) ?? null,
    text: [named, row.body].filter(Boolean).join("\n"),
    day: dayIn(at, zone),
    clock: clockOf(minuteIn(at, zone)),
    minutes: row.durationMin ?? null,
    contact: row.about?.includes("_con_") ? row.about : "",
  };
}

/** What may be left out of an activity when it is logged, and is asked for later (TASK-7). */
type LeftOut = "note" | "next" | "outcome";

/** Logs what happened and what comes next; saved on this device at once. With `activity` it fills that one in. */
export function LogForm(props: {
  readonly account: string;
  readonly activity?: RecordOf<"activity"> | undefined;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}): JSX.Element {
  const { data } = useSession();
  const { zone } = data.me;
  const old = props.activity;
  const [draft, setDraft] = createSignal<Draft>(
    old ? begun(old, zone) : (readDraft(data, props.account) ?? blank(isPhone() ? "visit" : "call")),
  );
  const [wrong, setWrong] = createSignal<string>();
  const [more, setMore] = createSignal(draft().day !== "" || draft().minutes !== null || draft().contact !== "");
  const today = createMemo(() => dayIn(now(), zone));
  const account = data.record("account", () => props.account);
  const contacts = data.list("contact", () => ({ anchor: props.account, sort: "name" }));
  onCleanup(holdPage(() => isHeldInMemory(data)));
  const change = (part: Partial<Draft>) => {
    setWrong(undefined);
    const next = setDraft((before) => ({ ...before, ...part }));
    if (!old) keepDraft(data, props.account, next);
  };
  const at = (): number | null => {
    const { day, clock } = draft();
    if (!day && !clock) return null;
    return instantIn(day || today(), minutesOf(clock) ?? minuteIn(now(), zone), zone);
  };
  const isAhead = () => (at() ?? 0) > now();
  const wantsOutcome = () => draft().kind !== "note" && !isAhead();

  const leftOut = (): LeftOut[] => {
    const { kind, outcome, text, next, none } = draft();
    if (kind === "note") return [];
    if (isAhead()) return ["outcome"];
    const coming = account()?.nextAction && (account()?.nextActionDay ?? "9999") >= today();
    return [
      ...(outcome ? [] : (["outcome"] as const)),
      ...(text.trim() ? [] : (["note"] as const)),
      ...(next.trim() || none || coming ? [] : (["next"] as const)),
    ];
  };
  /** Words name it; without any, its kind does. */
  const fields = () => {
    const { kind, outcome, text, none, why, minutes, contact } = draft();
    const told = none && why.trim() ? [text.trim(), say("noNext", why.trim())].filter(Boolean).join("\n") : text;
    const { name, body } = told.trim() ? splitNote(told) : { name: t(`kind.${kind}`), body: null };
    return {
      name,
      body,
      activityKind: kind,
      outcome: kind === "note" ? null : outcome,
      durationMin: minutes,
      about: contact || (old?.about ?? props.account),
      left: leftOut(),
      ...(at() === null ? {} : { at: at() }),
    };
  };
  /** Pressed twice, it is logged once. */
  let saving = false;
  const save = async () => {
    if (saving) return;
    saving = true;
    await log().finally(() => (saving = false));
  };
  const log = async () => {
    const { outcome, text, next, nextDay } = draft();
    if (text.trim() === "" && !(wantsOutcome() && outcome) && !isAhead()) return void setWrong(say("needs"));
    const id = old?.id ?? data.newId("activity", props.account);
    const before = old && { id, set: { name: old.name ?? "", body: old.body ?? null, outcome: old.outcome ?? null, left: old.left ?? null } };
    const done = old
      ? await data.mutate("activity.edit@1", { id, set: fields() })
      : await data.mutate("activity.create@1", {
          id,
          anchor: props.account,
          compartment: "core",
          fields: { ...fields(), owner: data.me.member },
        });
    if (!done.ok) return void setWrong(t("tray.notAccepted", done.detail ?? whyWords(done.code)));
    const row = account();
    const nextBefore = { nextAction: row?.nextAction ?? null, nextActionDay: row?.nextActionDay ?? null, nextActionZone: row?.nextActionZone ?? null };
    const saved = say(isAhead() ? "planned" : isPhone() ? "savedPhone" : "saved");
    let text_ = saved;
    let moved = false;
    if (next.trim()) {
      const day = nextDay || addDays(today(), 2);
      const set = { nextAction: next.trim(), nextActionDay: day, nextActionZone: zone };
      const then = await data.mutate("account.edit@1", { id: props.account, set });
      moved = then.ok;
      if (!then.ok) text_ = say("notNext", then.detail ?? whyWords(then.code)); // the visit stays
    }
    if (!old) dropDraft(data, props.account);
    toast({
      text: text_,
      undo: () => {
        void (before ? data.mutate("activity.edit@1", before) : data.mutate("activity.delete@1", { id }));
        if (moved) void data.mutate("account.edit@1", { id: props.account, set: nextBefore });
      },
    });
    props.onDone();
  };
  const suggestions = () => [
    { text: say("nextCall"), part: { next: say("nextCallIs"), nextDay: addDays(today(), 2), none: false } },
    { text: say("nextQuote"), part: { next: say("nextQuoteIs"), nextDay: addDays(today(), 1), none: false } },
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
      <div class={css.kinds} role="radiogroup" aria-label={line("kind")}>
        <For each={kinds}>
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
      <Show when={wantsOutcome()}>
        <div class={css.outcomes} role="group" aria-label={say("outcome")}>
          <For each={outcomes}>
            {(outcome: Outcome) => (
              <button
                type="button"
                class={css.outcome}
                aria-pressed={draft().outcome === outcome}
                onClick={() => change({ outcome: draft().outcome === outcome ? null : outcome })}
              >
                {outcomeWords(outcome, draft().kind)}
              </button>
            )}
          </For>
        </div>
      </Show>
      <textarea
        data-composer-text
        ref={(element) => queueMicrotask(() => !isPhone() && element.focus())}
        data-autofocus={isPhone() ? undefined : ""}
        class={css.text}
        rows={isPhone() ? 2 : 3}
        aria-label={say("text")}
        placeholder={draft().kind === "email" ? say("subject") : say("text")}
        maxLength={limits.longTextMax}
        value={draft().text}
        aria-invalid={wrong() ? "true" : undefined}
        onInput={(event) => change({ text: event.currentTarget.value })}
      />
      <Show when={draft().kind !== "note" || draft().next || !isPhone()}>
        <div class={css.next}>
          <div class={css.days} role="group" aria-label={say("next")}>
            <For each={suggestions()}>
              {(one) => (
                <button
                  type="button"
                  class={css.kind}
                  aria-pressed={draft().next === one.part.next}
                  onClick={() => change(one.part)}
                >
                  {one.text}
                </button>
              )}
            </For>
            <button
              type="button"
              class={css.kind}
              aria-pressed={draft().none}
              onClick={() => change({ none: !draft().none, next: "", nextDay: "" })}
            >
              {say("nextNone")}
            </button>
          </div>
          <Show
            when={!draft().none}
            fallback={
              <input
                class={css.nextText}
                aria-label={say("whyNone")}
                placeholder={say("whyNone")}
                maxLength={limits.textMax}
                value={draft().why}
                onInput={(event) => change({ why: event.currentTarget.value })}
              />
            }
          >
            <input
              class={css.nextText}
              aria-label={say("next")}
              placeholder={say("next")}
              maxLength={limits.textMax}
              value={draft().next}
              onInput={(event) =>
                change({ next: event.currentTarget.value, nextDay: draft().nextDay || addDays(today(), 7) })
              }
            />
            <Show when={draft().next.trim()}>
              <DayChips
                label={t("account.nextDay")}
                value={draft().nextDay || null}
                today={today()}
                ahead
                onChange={(day) => change({ nextDay: day ?? "" })}
              />
            </Show>
          </Show>
        </div>
      </Show>
      <Show when={more()}>
        <div class={css.next}>
          <div class={css.days}>
            <span class={css.label}>{say("when")}</span>
            <input
              class={css.date}
              type="date"
              aria-label={say("when")}
              value={draft().day || today()}
              onChange={(event) => change({ day: event.currentTarget.value })}
            />
            <input
              class={css.date}
              type="time"
              aria-label={say("time")}
              value={draft().clock}
              onChange={(event) => change({ clock: event.currentTarget.value, day: draft().day || today() })}
            />
          </div>
          <Show when={draft().kind !== "email" && draft().kind !== "note"}>
            <div class={css.days} role="group" aria-label={say("minutes")}>
              <For each={lengths}>
                {(minutes) => (
                  <button
                    type="button"
                    class={css.kind}
                    aria-pressed={draft().minutes === minutes}
                    onClick={() => change({ minutes: draft().minutes === minutes ? null : minutes })}
                  >
                    {say("min", minutes)}
                  </button>
                )}
              </For>
            </div>
          </Show>
          <Show when={draft().kind !== "note" && contacts().length > 0}>
            <select
              class={css.date}
              aria-label={say("with")}
              onChange={(event) => change({ contact: event.currentTarget.value })}
            >
              <option value="" selected={draft().contact === ""}>
                {`${say("with")}: ${say("nobody")}`}
              </option>
              <For each={contacts()}>
                {(row) => (
                  <option value={row.id} selected={draft().contact === row.id}>
                    {row.name}
                  </option>
                )}
              </For>
            </select>
          </Show>
        </div>
      </Show>
      <Show when={wrong()}>
        <p class={css.wrong} role="alert">
          {wrong()}
        </p>
      </Show>
      <div class={css.acts}>
        <Button look="quiet" class={css.more ?? ""} aria-expanded={more()} onClick={() => setMore(!more())}>
          {say(more() ? "less" : "more")}
        </Button>
        <Show when={!isPhone()}>
          <Button look="quiet" onClick={() => props.onCancel()}>
            {t("act.cancel")}
          </Button>
        </Show>
        <Button look="primary" type="submit">
          {isAhead() ? say("plan") : isPhone() ? say("save") : t("account.log")}
        </Button>
      </div>
    </form>
  );
} // prettier-ignore
