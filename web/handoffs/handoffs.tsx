import ArrowRight from "lucide-solid/icons/arrow-right";
import Check from "lucide-solid/icons/check";
import FileText from "lucide-solid/icons/file-text";
import { createMemo, createSignal, For, lazy, Match, Show, Suspense, Switch, type JSX } from "solid-js";
import { briefOf } from "../../shared/handoffs/brief.ts";
import { offerEnds } from "../../shared/handoffs/ends.ts";
import { dayMs } from "../../shared/kernel/limits.ts";
import type { RecordOf } from "../../shared/records/entities.ts";
import { day, dayIn } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { now, useSession } from "../shell/context.ts";
import { markOf } from "../shell/marks.ts";
import { whyWords } from "../shell/sync-words.ts";
import { Bone, Chip, Person, type Tone } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { toast } from "../ui/toast.tsx";
import css from "./handoffs.module.css";

// The editor is fetched when a brief is first opened.
const Outline = lazy(async () => ({ default: (await import("./outline.tsx")).Outline }));
const Note = lazy(async () => ({ default: (await import("../notes/notes.tsx")).Note }));

type Handoff = RecordOf<"handoff">;
const tones: Readonly<Record<string, Tone>> = { draft: "plain", offered: "info", accepted: "ok", returned: "warn" };
const shownAfterMs = 30 * dayMs; // as long as the giver reads on

/** What changes hands on an account: between whom, until when, the next step, and its brief. Nothing where nothing does. */
export default function Handoffs(props: { readonly account: string }): JSX.Element {
  const { data } = useSession();
  const rows = data.list("handoff", () => ({
    anchor: props.account,
    where: (row) =>
      row.state === "offered" ||
      (row.fromMember === data.me.member && (row.state === "draft" || row.state === "returned")) ||
      (row.state === "accepted" && (row.acceptedAt ?? 0) > now() - shownAfterMs),
    sort: "-offeredAt",
  }));
  // By id: what changes in a handoff must not shut its brief.
  const ids = createMemo(() => rows().map((row) => row.id));
  return (
    <For each={ids()}>
      {(id) => {
        const row = data.record("handoff", () => id);
        return <Show when={row()}>{(present) => <Card row={present()} />}</Show>;
      }}
    </For>
  );
}

function Card(props: { readonly row: Handoff }): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  const brief = data.record("section", () => briefOf(props.row.id));
  const isGiver = () => props.row.fromMember === data.me.member;
  const isReceiver = () => props.row.toMember === data.me.member;
  const isOpen = () => props.row.state === "draft" || props.row.state === "returned";
  const [reading, setReading] = createSignal(isGiver() && props.row.state === "draft");
  const [saying, setSaying] = createSignal(false);
  const [reason, setReason] = createSignal("");
  const [to, setTo] = createSignal("");
  const members = data.list("member", () => ({
    where: (row) => row.employment === "active" && row.id !== data.me.member,
    sort: "name",
  }));
  const parties = () => ({ id: props.row.id, account: props.row.anchor });
  const about = () => props.row.about ?? props.row.anchor;

  const act = async (name: string, args: object, said: string): Promise<void> => {
    const done = await data.mutate(name, { ...parties(), ...args });
    if (done.ok) toast({ text: said });
    else toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
  };
  const offer = () => act("handoff.offer@1", { about: about(), to: to() }, t("handoff.done.offered", memberName(to())));
  const accept = () =>
    act("handoff.accept@1", { about: about(), from: props.row.fromMember }, t("handoff.done.accepted"));
  const giveBack = async () => {
    await act("handoff.return@1", { reason: reason().trim() }, t("handoff.done.returned"));
    setSaying(false);
  };
  const today = createMemo(() => dayIn(now(), data.me.zone));
  const due = () => {
    const end = props.row.offeredAt && props.row.state === "offered" ? offerEnds(props.row.offeredAt) : null;
    if (end !== null && end <= now()) return t("handoff.unanswered");
    if (end !== null) return t("handoff.answerBy", day(dayIn(end, data.me.zone), { locale: locale(), today: today() }));
    return props.row.nextActionDay ? day(props.row.nextActionDay, { locale: locale(), today: today() }) : "";
  };
  const panel = () => `brief-${props.row.id}`;

  return (
    <article class={css.card} aria-label={`${t("handoff.title")}: ${props.row.name ?? ""}`} data-handoff={props.row.id}>
      <div class={css.what}>
        <Chip tone={tones[props.row.state ?? "draft"] ?? "plain"}>
          {t(`handoff.state.${props.row.state ?? "draft"}`)}
        </Chip>
        <h2 class={css.title}>{props.row.name}</h2>
        <ChangeMark state={markOf(data, props.row.id)} />
        <Show when={due()}>{(words) => <span class={`${css.due} num`}>{words()}</span>}</Show>
      </div>
      <p class={css.parties}>
        <Person id={props.row.fromMember ?? ""} name={memberName(props.row.fromMember)} />
        <Show when={props.row.toMember}>
          {(member) => (
            <>
              <ArrowRight size={14} aria-label={t("handoff.to")} />
              <Person id={member()} name={memberName(member())} />
            </>
          )}
        </Show>
      </p>
      <Show when={props.row.promised}>
        <p class={css.words}>
          <span class={css.label}>{t("handoff.promised")}</span> {props.row.promised}
        </p>
      </Show>
      <Show when={props.row.state === "returned" && props.row.returnReason}>
        <p class={css.words}>
          <span class={css.label}>{t("handoff.reason")}</span> {props.row.returnReason}
        </p>
      </Show>
      <div class={css.acts}>
        <Switch>
          <Match when={isGiver() && isOpen()}>
            <select
              class={css.pick}
              aria-label={t("handoff.receiver")}
              value={to()}
              onChange={(event) => setTo(event.currentTarget.value)}
            >
              <option value="">{t("handoff.receiver")}</option>
              <For each={members()}>{(member) => <option value={member.id}>{member.name}</option>}</For>
            </select>
            <Button
              small
              look="primary"
              disabledReason={to() === "" ? t("handoff.pick") : undefined}
              onClick={() => void offer()}
            >
              {t("handoff.offer")}
            </Button>
          </Match>
          <Match when={isGiver() && props.row.state === "offered"}>
            <Button small onClick={() => void act("handoff.withdraw@1", {}, t("handoff.done.withdrawn"))}>
              {t("handoff.withdraw")}
            </Button>
          </Match>
          <Match when={isReceiver() && props.row.state === "offered" && !saying()}>
            <Button small look="primary" onClick={() => void accept()}>
              <Check size={14} />
              {t("handoff.accept")}
            </Button>
            <Button small onClick={() => setSaying(true)}>
              {t("handoff.return")}
            </Button>
          </Match>
          <Match when={isReceiver() && props.row.state === "offered"}>
            <form
              class={css.saying}
              onSubmit={(event) => {
                event.preventDefault();
                if (reason().trim()) void giveBack();
              }}
            >
              <input
                class={css.pick}
                aria-label={t("handoff.why")}
                placeholder={t("handoff.why")}
                maxLength={500}
                required
                value={reason()}
                onInput={(event) => setReason(event.currentTarget.value)}
                ref={(element) => queueMicrotask(() => element.focus())}
              />
              <Button small look="primary" type="submit">
                {t("handoff.return")}
              </Button>
              <Button small look="quiet" type="button" onClick={() => setSaying(false)}>
                {t("act.cancel")}
              </Button>
            </form>
          </Match>
        </Switch>
        <Button
          small
          look="quiet"
          aria-expanded={reading()}
          aria-controls={panel()}
          class={css.open ?? ""}
          onClick={() => setReading(!reading())}
        >
          <FileText size={14} />
          {t("handoff.brief")}
        </Button>
      </div>
      <Show when={reading()}>
        <div id={panel()} class={css.brief}>
          <Show
            when={brief()}
            fallback={
              <p class={css.none}>
                {isGiver() && isOpen()
                  ? t("handoff.briefLater")
                  : t(session.offline() ? "handoff.briefOffline" : "handoff.noBrief")}
              </p>
            }
          >
            {(section) => (
              <Suspense fallback={<Bone of={5} />}>
                <Note row={section()} above={(open) => <Outline section={open} />} />
              </Suspense>
            )}
          </Show>
        </div>
      </Show>
    </article>
  );
}
