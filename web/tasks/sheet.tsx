import { A } from "@solidjs/router";
import Trash from "lucide-solid/icons/trash";
import X from "lucide-solid/icons/x";
import { createMemo, createSignal, For, Index, Show, type JSX, type ParentProps } from "solid-js";
import { dayIn } from "../../shared/kernel/clock.ts";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import type { Fields } from "../../shared/records/mutation.ts";
import { isPersonal } from "../../shared/records/entities.ts";
import { checklistOf, itemsOf } from "../../shared/tasks/checklist.ts";
import { editing } from "../accounts/edit.ts";
import { AccountPick } from "../accounts/pick.tsx";
import { day } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { now, useSession } from "../shell/context.ts";
import { Button, buttonClass } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { toast } from "../ui/toast.tsx";
import { complete, taken } from "./act.ts";
import { DayChips } from "./days.tsx";
import { RepeatPicker } from "./repeat.tsx";
import css from "./tasks.module.css";
import { cityOf, clockOf, isForeign, minutesOf, remindWords, say } from "./words.ts";

type Task = RecordOf<"task">;
const reminders = [0, 10, 60, 1440, 2880] as const;
const priorities = ["high", "normal", "low"] as const;

/** One task beside the screen that it was opened from, all of it to be changed where it stands; or a new one. */
export function TaskSheet(props: {
  readonly id: string;
  /** Of a new one: the account that it is for, if any. */
  readonly account: string | undefined;
  readonly onClose: () => void;
}): JSX.Element {
  return (
    <Dialog open side title={props.id === "new" ? say("newTask") : say("task")} onClose={props.onClose}>
      <Show when={props.id !== "new"} fallback={<NewTask account={props.account} onDone={props.onClose} />}>
        <OneTask id={props.id} onClose={props.onClose} />
      </Show>
    </Dialog>
  );
}

function Line(props: ParentProps<{ readonly label: string }>): JSX.Element {
  return (
    <div class={css.line}>
      <span class={css.label}>{props.label}</span>
      <div class={css.value}>{props.children}</div>
    </div>
  );
}

/** Day, time, how it comes again and when it reminds: the same for a task that is there and for a new one. */
function When(props: { readonly task: Partial<Task>; readonly onSet: (set: Fields) => void }): JSX.Element {
  const { data } = useSession();
  const mine = data.me.zone;
  const today = createMemo(() => dayIn(now(), mine));
  const setDay = (dueDay: string | null) =>
    props.onSet(
      dueDay === null
        ? { dueDay, dueZone: null, dueMin: null, repeat: null, remindMin: null }
        : { dueDay, dueZone: props.task.dueZone ?? mine },
    );
  return (
    <>
      <Line label={say("due")}>
        <DayChips label={say("day")} value={props.task.dueDay ?? null} today={today()} onChange={setDay} />
        <Show when={props.task.dueDay}>
          <div class={css.wrap}>
            <input
              class={`${css.date} num`}
              type="time"
              aria-label={say("time")}
              value={typeof props.task.dueMin === "number" ? clockOf(props.task.dueMin) : ""}
              onChange={(event) => props.onSet({ dueMin: minutesOf(event.currentTarget.value) })}
            />
            <Show when={isForeign(props.task.dueZone, mine) && props.task.dueZone}>
              {(zone) => (
                <>
                  <span class={css.note}>{say("inZone", cityOf(zone()))}</span>
                  <button type="button" class={css.link} onClick={() => props.onSet({ dueZone: mine })}>
                    {say("useMine", cityOf(mine))}
                  </button>
                </>
              )}
            </Show>
          </div>
        </Show>
      </Line>
      <Line label={say("repeat")}>
        <RepeatPicker
          value={props.task.repeat}
          day={props.task.dueDay}
          onChange={(repeat) => props.onSet({ repeat })}
        />
      </Line>
      <Show when={props.task.dueDay}>
        <Line label={say("remind")}>
          <select
            class={css.input}
            aria-label={say("remind")}
            onChange={(event) => {
              const { value } = event.currentTarget;
              props.onSet({ remindMin: value === "" ? null : Number(value) });
            }}
          >
            <option value="" selected={typeof props.task.remindMin !== "number"}>
              {remindWords(null)}
            </option>
            <For each={[...new Set([...reminders, ...(typeof props.task.remindMin === "number" ? [props.task.remindMin] : [])])]}>
              {(minutes) => (
                <option value={minutes} selected={props.task.remindMin === minutes}>
                  {remindWords(minutes)}
                </option>
              )}
            </For>
          </select>
        </Line>
      </Show>
    </>
  );
} // prettier-ignore

function Priority(props: { readonly value: Task["priority"]; readonly onSet: (set: Fields) => void }): JSX.Element {
  return (
    <Line label={say("priority")}>
      <div class={css.chips} role="group" aria-label={say("priority")}>
        <For each={priorities}>
          {(one) => (
            <button
              type="button"
              class={css.chip}
              aria-pressed={(props.value ?? "normal") === one}
              onClick={() => props.onSet({ priority: one })}
            >
              {say(one)}
            </button>
          )}
        </For>
      </div>
    </Line>
  );
}

function OneTask(props: { readonly id: string; readonly onClose: () => void }): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  const task = data.record("task", () => props.id);
  const account = data.record("account", () => task()?.anchor);
  /** Where its words stand, if that is a note which this device has. */
  const note = data.record("section", () => task()?.about ?? undefined);
  const [adding, setAdding] = createSignal("");
  const members = data.list("member", () => ({ where: (row) => row.employment === "active", sort: "name" }));
  const edit = async (set: Fields) => void taken(await data.mutate("task.edit@1", { id: props.id, set }));
  const items = () => itemsOf(task()?.checklist);
  const saveItems = (next: readonly { text: string; done: boolean }[]) => edit({ checklist: checklistOf(next) });
  const addStep = () => {
    const text = adding().trim();
    if (!text) return;
    setAdding("");
    void saveItems([...items(), { text, done: false }]);
  };
  const give = async (to: string) => {
    const row = task();
    if (!row) return;
    const about = row.about ? { about: row.about } : {};
    taken(await data.mutate("task.assign@1", { id: row.id, account: row.anchor, from: row.owner ?? null, to, ...about }));
  };
  const remove = async () => {
    const id = props.id;
    if (!taken(await data.mutate("task.delete@1", { id }))) return;
    toast({ text: say("removed"), plain: true, undo: () => void data.mutate("task.restore@1", { id }) });
    props.onClose();
  };
  const doneDays = () =>
    (task()?.doneDays ?? [])
      .slice(-4)
      .reverse()
      .map((one) => day(one, { locale: locale(), today: dayIn(now(), data.me.zone) }))
      .join(", ");

  return (
    <Show when={task() !== undefined} fallback={<p>{say("gone")}</p>}>
      {((row: () => Task) => {
        const may = () => data.can("edit", row() as Row).allowed;
        const mayGive = () => data.can("reassign", row() as Row);
        return (
          <div class={css.sheet} data-task={row().id}>
            <Field
              look="title"
              label={say("what")}
              required
              {...editing(session, "task", row() as Row, "name")}
            />
            <Show when={!may()}>
              <p class={css.note}>{say("notYours")}</p>
            </Show>
            <div class={css.wrap}>
              <Button
                small
                look={row().done ? "plain" : "primary"}
                disabledReason={may() ? undefined : say("notYours")}
                onClick={() => {
                  if (row().done) void data.mutate("task.complete@1", { id: row().id, done: false }).then(taken);
                  else void complete(session, row());
                }}
              >
                {row().done ? say("reopen") : say("tick")}
              </Button>
              <Show when={doneDays()}>{(text) => <span class={css.note}>{say("doneBefore", text())}</span>}</Show>
            </div>
            <Line label={say("account")}>
              <Show when={account()} fallback={<span class={css.note}>{say("noAccount")}</span>}>
                {(one) => (
                  <A class={css.link} href={paths.account(one().id)}>
                    {one().name}
                  </A>
                )}
              </Show>
            <Show when={note()}>
                {(section) => (
                  <A
                    class={css.link}
                    href={paths.account(section().anchor, "notes", section().id)}
                  >
                    {section().title}
                  </A>
                )}
              </Show>
            </Line>
            <Show when={may()} fallback={<p class={css.note}>{memberName(row().owner)}</p>}>
              <When task={row()} onSet={(set) => void edit(set)} />
              <Priority value={row().priority ?? null} onSet={(set) => void edit(set)} />
            </Show>
            <Show when={!isPersonal(row().anchor)}>
              <Line label={say("owner")}>
                <Show
                  when={mayGive().allowed}
                  fallback={<span>{memberName(row().owner ?? account()?.owner)}</span>}
                >
                  <select class={css.input} aria-label={say("owner")} onChange={(event) => void give(event.currentTarget.value)}>
                    <For each={members()}>
                      {(member) => (
                        <option value={member.id} selected={member.id === (row().owner ?? account()?.owner)}>
                          {memberName(member.id)}
                        </option>
                      )}
                    </For>
                  </select>
                </Show>
              </Line>
            </Show>
            <Line label={say("steps")}>
              <ul class={css.steps}>
                <Index each={items()}>
                  {(item, at) => (
                    <li class={css.step} data-done={item().done ? "" : undefined}>
                      <input
                        class={css.box}
                        type="checkbox"
                        id={`step-${at}`}
                        checked={item().done}
                        aria-disabled={may() ? undefined : "true"}
                        onChange={(event) => {
                          const done = event.currentTarget.checked;
                          void data.mutate("task.check@1", { id: row().id, at, text: item().text, done }).then(taken);
                        }}
                      />
                      <label for={`step-${at}`}>{item().text}</label>
                      <Show when={may()}>
                        <button
                          type="button"
                          class={buttonClass({ look: "quiet", square: true, small: true })}
                          aria-label={say("removeStep", item().text)}
                          onClick={() => void saveItems(items().filter((_, index) => index !== at))}
                        >
                          <X size={14} />
                        </button>
                      </Show>
                    </li>
                  )}
                </Index>
              </ul>
              <Show when={may()}>
                <input
                  class={`${css.input} ${css.grow}`}
                  aria-label={say("addStep")}
                  placeholder={say("addStep")}
                  maxLength={500}
                  value={adding()}
                  onInput={(event) => setAdding(event.currentTarget.value)}
                  onKeyDown={(event) => {
                    if (event.key !== "Enter" || event.isComposing) return;
                    event.preventDefault();
                    addStep();
                  }}
                  onBlur={addStep}
                />
              </Show>
            </Line>
            <Field kind="long" label={say("notes")} {...editing(session, "task", row() as Row, "description")} />
            <Show when={data.can("delete", row() as Row).allowed}>
              <div class={css.acts}>
                <Button look="quiet" small onClick={() => void remove()}>
                  <Trash size={14} />
                  {say("remove")}
                </Button>
              </div>
            </Show>
          </div>
        );
      })(task as () => Task)}
    </Show>
  );
} // prettier-ignore

/** A new task: only what it is must be said. Without an account it is private. */
function NewTask(props: { readonly account: string | undefined; readonly onDone: () => void }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const mine = data.me.member;
  const [at, setAt] = createSignal(props.account);
  const [picking, setPicking] = createSignal(false);
  const account = data.record("account", at);
  const [draft, setDraft] = createSignal<Partial<Task>>({});
  const [name, setName] = createSignal("");
  const add = async () => {
    if (!name().trim()) return;
    const anchor = at() ?? mine;
    const id = data.newId("task", anchor);
    const place = at() ? { anchor, compartment: "core" } : { anchor, compartment: "private" };
    const own = account()?.owner === mine || !at() ? {} : { owner: mine };
    const fields = { name: name().trim(), ...(draft() as Fields), ...(at() ? { about: at() } : {}), ...own };
    if (!taken(await data.mutate("task.create@1", { id, ...place, fields }))) return;
    toast({ text: say("added"), undo: () => void data.mutate("task.delete@1", { id }) });
    props.onDone();
  };
  return (
    <form
      class={css.sheet}
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <input
        class={`${css.input} ${css.grow}`}
        data-autofocus
        aria-label={say("what")}
        placeholder={say("what")}
        maxLength={500}
        value={name()}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <Line label={say("account")}>
        <Show
          when={picking()}
          fallback={
            <button type="button" class={css.link} onClick={() => setPicking(true)}>
              {account()?.name ?? say("noAccount")}
            </button>
          }
        >
          <AccountPick
            none={say("noAccount")}
            onPick={(id) => {
              setAt(id);
              setPicking(false);
            }}
          />
        </Show>
      </Line>
      <When task={draft()} onSet={(set) => setDraft((old) => ({ ...old, ...(set as Partial<Task>) }))} />
      <Priority
        value={draft().priority ?? null}
        onSet={(set) => setDraft((old) => ({ ...old, ...(set as Partial<Task>) }))}
      />
      <div class={css.acts}>
        <Button look="primary" type="submit" disabledReason={name().trim() === "" ? say("what") : undefined}>
          {say("add")}
        </Button>
        <Button look="quiet" onClick={() => props.onDone()}>
          {t("act.cancel")}
        </Button>
      </div>
    </form>
  );
}
