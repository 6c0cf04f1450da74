import {
  createMemo,
  createSignal,
  createUniqueId,
  For,
  Match,
  Show,
  Switch,
  type JSX,
  type ParentProps,
} from "solid-js";
import { dayMs, limits } from "../../shared/kernel/limits.ts";
import { addDays, day, dayIn, fold } from "../i18n/format.ts";
import { locale, roleName, t } from "../i18n/i18n.ts";
import { now, useSession } from "../shell/context.ts";
import { fetchWords } from "../shell/words-later.ts";
import { Avatar } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import css from "./cases.module.css";
import type { Step } from "./detail.tsx";
import type { Case } from "./model.ts";
import { c } from "./words.ts";

interface StepProps {
  readonly row: Case;
  readonly account: { readonly name?: string | null } | undefined;
  readonly onClose: () => void;
}

/** What has to be said before a case goes on. Each is a sheet; the mutation behind it asks for the same. */
export function Steps(
  props: StepProps & { readonly step: Step; readonly onAssign: (to: string | null) => void },
): JSX.Element {
  return (
    <Switch>
      <Match when={props.step === "give"}>
        <Give {...props} />
      </Match>
      <Match when={props.step === "open" || props.step === "waiting" ? props.step : undefined} keyed>
        {(to) => <Move {...props} to={to} />}
      </Match>
      <Match when={props.step === "resolve"}>
        <Resolve {...props} />
      </Match>
      <Match when={props.step === "escalate"}>
        <Escalate {...props} />
      </Match>
      <Match when={props.step === "tell"}>
        <Tell {...props} />
      </Match>
    </Switch>
  );
}

function doing(props: StepProps) {
  const session = useSession();
  const [wrong, setWrong] = createSignal<string>();
  const run = async (name: string, args: object, said: string, undo?: () => void): Promise<void> => {
    const done = await session.data.mutate(name, { id: props.row.id, ...args });
    if (!done.ok) return void setWrong((await fetchWords()).refusalWords(session, done));
    toast({ text: said, ...(undo ? { undo } : {}) });
    props.onClose();
  };
  return { wrong, setWrong, run };
}

/** A sheet with a form in it: Enter in a line sends, and so does the button. */
function Sheet(
  props: ParentProps<{
    readonly title: string;
    readonly why?: string;
    readonly wrong: string | undefined;
    readonly act: string;
    readonly lacks: string | undefined;
    readonly onClose: () => void;
    readonly onSend: () => void;
  }>,
): JSX.Element {
  const id = createUniqueId();
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={props.title}
      actions={
        <>
          <Button look="quiet" onClick={() => props.onClose()}>
            {t("act.cancel")}
          </Button>
          <Button look="primary" type="submit" form={id} disabledReason={props.lacks}>
            {props.act}
          </Button>
        </>
      }
    >
      <form
        id={id}
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!props.lacks) props.onSend();
        }}
      >
        <Show when={props.why}>
          <p class={css.why}>{props.why}</p>
        </Show>
        {props.children}
        <Show when={props.wrong}>
          <p class={css.wrong} role="alert">
            {props.wrong}
          </p>
        </Show>
      </form>
    </Dialog>
  );
}

function Move(props: StepProps & { readonly to: "open" | "waiting" }): JSX.Element {
  const { data } = useSession();
  const { wrong, run } = doing(props);
  const today = createMemo(() => dayIn(now(), data.me.zone));
  const [action, setAction] = createSignal(props.row.nextAction ?? "");
  const [by, setBy] = createSignal(props.row.nextActionDay && props.row.nextActionDay >= today() ? props.row.nextActionDay : ""); // prettier-ignore
  const lacks = () => (action().trim() && by() ? undefined : c("moveLacks"));
  const send = () =>
    run(
      "case.move@1",
      { from: props.row.status ?? "new", to: props.to, nextAction: action().trim(), nextActionDay: by(), nextActionZone: data.me.zone }, // prettier-ignore
      c("moved"),
    );
  return (
    <Sheet
      title={c("moveTitle")}
      why={c("moveWhy")}
      wrong={wrong()}
      lacks={lacks()}
      act={c(props.to === "waiting" ? "wait" : props.row.status === "waiting" ? "goOn" : "start")}
      onClose={props.onClose}
      onSend={() => void send()}
    >
      {" "}
      {/* prettier-ignore */}
      <label class={css.label}>
        {t("account.next")}
        <input class={css.input} data-autofocus maxLength={limits.textMax} value={action()} onInput={(event) => setAction(event.currentTarget.value)} />
      </label>
      <Days value={by()} today={today()} onChoose={setBy} />
    </Sheet>
  );
}
export function Days(props: {
  readonly value: string;
  readonly today: string;
  readonly onChoose: (day: string) => void;
}): JSX.Element {
  const days = () => [
    { text: t("day.today"), value: props.today },
    { text: t("day.tomorrow"), value: addDays(props.today, 1) },
    { text: t("day.nextWeek"), value: addDays(props.today, 7) },
  ];
  return (
    <div class={css.days} role="group" aria-label={t("account.nextDay")}>
      <For each={days()}>
        {(one) => (
          <button
            type="button"
            class={css.pill}
            aria-pressed={props.value === one.value}
            onClick={() => props.onChoose(one.value)}
          >
            {one.text}
          </button>
        )}
      </For>
      <input
        class={css.date}
        type="date"
        aria-label={t("account.nextDay")}
        min={props.today}
        value={props.value}
        onInput={(event) => props.onChoose(event.currentTarget.value)}
      />
    </div>
  );
}

function Resolve(props: StepProps): JSX.Element {
  const { data } = useSession();
  const { wrong, run } = doing(props);
  const [cause, setCause] = createSignal(props.row.cause ?? "");
  const [fix, setFix] = createSignal(props.row.fix ?? "");
  const lacks = () => (cause().trim() && fix().trim() ? undefined : c("resolveLacks"));
  const send = () =>
    run("case.resolve@1", { cause: cause().trim(), fix: fix().trim() }, c("resolved"), () =>
      void data.mutate("case.reopen@1", { id: props.row.id }),
    ); // prettier-ignore
  return (
    <Sheet
      title={c("resolveTitle")}
      wrong={wrong()}
      lacks={lacks()}
      act={c("resolve")}
      onClose={props.onClose}
      onSend={() => void send()}
    >
      <label class={css.label}>
        {c("cause")}
        <textarea
          class={css.area}
          rows={2}
          data-autofocus
          maxLength={limits.longTextMax}
          value={cause()}
          onInput={(event) => setCause(event.currentTarget.value)}
        />
      </label>
      <label class={css.label}>
        {c("fix")}
        <textarea
          class={css.area}
          rows={3}
          maxLength={limits.longTextMax}
          value={fix()}
          onInput={(event) => setFix(event.currentTarget.value)}
        />
      </label>
    </Sheet>
  );
}

function Tell(props: StepProps): JSX.Element {
  const { data } = useSession();
  const { wrong, run } = doing(props);
  const [words, setWords] = createSignal("");
  const line = data.newId("activity", props.row.anchor);
  const send = () =>
    run("case.tell@1", { account: props.row.anchor, line, words: words().trim() }, c("told"), () =>
      void data.mutate("activity.delete@1", { id: line }),
    ); // prettier-ignore
  return (
    <Sheet
      title={c("tellTitle")}
      why={c("tellWhy")}
      wrong={wrong()}
      lacks={words().trim() ? undefined : c("tellTitle")}
      act={c("tell")}
      onClose={props.onClose}
      onSend={() => void send()}
    >
      <input
        class={css.input}
        data-autofocus
        aria-label={c("tellTitle")}
        placeholder={c("tellHint")}
        maxLength={limits.textMax}
        value={words()}
        onInput={(event) => setWords(event.currentTarget.value)}
      />
    </Sheet>
  );
}

/** Who is called in, what they would see, and until when: all of it before it is sent. */
function Escalate(props: StepProps): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  const { wrong, run } = doing(props);
  const [to, setTo] = createSignal("");
  const gifts = () => data.gives("case.escalate");
  const role = () => gifts().find(({ holds }) => holds !== undefined)?.holds;
  const leads = data.list("member", () => {
    const wanted = role();
    return {
      sort: "name",
      where: (row) => row.id !== data.me.member && row.employment === "active" && wanted !== undefined && (row.base === wanted || (row.duties ?? []).includes(wanted)), // prettier-ignore
    };
  });
  const until = () => {
    const days = Math.min(...gifts().map(({ maxDays }) => maxDays ?? limits.escalationShareDays), limits.escalationShareDays); // prettier-ignore
    return day(dayIn(now() + days * dayMs, data.me.zone), { locale: locale(), today: dayIn(now(), data.me.zone) });
  };
  const places = () => [...new Set(gifts().flatMap((gift) => gift.in ?? []))].filter((one) => one !== "private");
  const lacks = () => (leads().length === 0 ? c("escalateNobody") : to() ? undefined : c("escalatePick"));
  const send = () =>
    run("case.escalate@1", { to: to() }, c("escalated", memberName(to())), () =>
      void data.mutate("case.deescalate@1", { id: props.row.id }),
    ); // prettier-ignore
  return (
    <Sheet
      title={c("escalateTitle")}
      wrong={wrong()}
      lacks={lacks()}
      act={c("escalate")}
      onClose={props.onClose}
      onSend={() => void send()}
    >
      <div class={css.people} role="radiogroup" aria-label={c("escalateTitle")}>
        <For each={leads()} fallback={<p class={css.why}>{c("escalateNobody")}</p>}>
          {(row, index) => (
            <label class={css.person}>
              <input
                type="radio"
                name="lead"
                value={row.id}
                checked={to() === row.id}
                {...(index() === 0 ? { "data-autofocus": true } : {})}
                onChange={() => setTo(row.id)}
              />
              <Avatar id={row.id} name={memberName(row.id)} quiet />
              <span class="clip">{memberName(row.id)}</span>
              <span class={css.soft}>{(row.regions ?? []).map((region) => session.regionName(region)).join(", ")}</span>
            </label>
          )}
        </For>
      </div>
      <div class={css.gains} aria-live="polite">
        <p class={css.gainsHead}>{c("gains", memberName(to()) || roleName(role() ?? ""))}</p>
        <ul>
          <For each={places()}>
            {(place) => (
              <li>
                {place === "core" ? c("gains.core", props.account?.name ?? "") : c(`gains.${place as "service"}`)}
              </li>
            )}
          </For>
        </ul>
        <p>{c("gainsUntil", until())}</p>
        <Show when={session.offline()}>
          <p>{c("gainsOffline")}</p>
        </Show>
      </div>
    </Sheet>
  );
}

/** Somebody, or the queue: those of the queue's team and of my own stand first. */
function Give(props: StepProps & { readonly onAssign: (to: string | null) => void }): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  const [text, setText] = createSignal("");
  const queues = data.list("queue", () => ({ where: (row) => row.name === props.row.queue }));
  const members = data.list("member", () => ({ where: (row) => row.employment === "active", sort: "name" }));
  const shown = createMemo(() => {
    const near = new Set([queues()[0]?.team, ...data.me.teams].filter(Boolean));
    const rank = (row: { readonly id: string; readonly teams?: readonly string[] | null }) =>
      row.id === data.me.member ? 0 : (row.teams ?? []).some((team) => near.has(team)) ? 1 : 2;
    const word = fold(text());
    return members()
      .filter((row) => row.id !== props.row.owner && fold(memberName(row.id)).includes(word))
      .sort((a, b) => rank(a) - rank(b))
      .slice(0, 8);
  });
  const choose = (to: string | null) => {
    props.onAssign(to);
    props.onClose();
  };
  return (
    <Dialog open onClose={props.onClose} title={c("giveTitle")}>
      <div class={css.form}>
        <input
          class={css.input}
          type="search"
          data-autofocus
          aria-label={c("find")}
          placeholder={c("find")}
          value={text()}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            const [first] = shown();
            if (event.key !== "Enter" || event.isComposing || !first) return;
            event.preventDefault();
            choose(first.id);
          }}
        />
        <ul>
          <For each={shown()}>
            {(row) => (
              <li>
                <button type="button" class={css.option} onClick={() => choose(row.id)}>
                  <Avatar id={row.id} name={memberName(row.id)} quiet />
                  <span class="clip">
                    {row.id === data.me.member ? c("giveMe", memberName(row.id)) : memberName(row.id)}
                  </span>
                </button>
              </li>
            )}
          </For>
          <Show when={props.row.owner && props.row.queue}>
            {(queue) => (
              <li>
                <button type="button" class={css.option} onClick={() => choose(null)}>
                  {c("giveQueue", queue())}
                </button>
              </li>
            )}
          </Show>
        </ul>
      </div>
    </Dialog>
  );
}
