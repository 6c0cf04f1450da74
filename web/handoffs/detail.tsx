import { A, useNavigate } from "@solidjs/router";
import Check from "lucide-solid/icons/check";
import { createEffect, createMemo, createSignal, For, lazy, Match, Show, Suspense, Switch, type JSX } from "solid-js";
import { useCommands } from "../commands/registry.ts";
import { businessBetween } from "../../shared/cases/calendar.ts";
import { briefOf } from "../../shared/handoffs/brief.ts";
import { handoffWaits, lateAt, offerEnds } from "../../shared/handoffs/ends.ts";
import type { Movable } from "../../shared/handoffs/movable.ts";
import { dayMs, limits } from "../../shared/kernel/limits.ts";
import type { Row } from "../../shared/records/entities.ts";
import { editing } from "../accounts/edit.ts";
import { businessWords, service } from "../cases/around.ts";
import { clock, day, dayIn } from "../i18n/format.ts";
import { choiceNames } from "../i18n/fields.ts";
import { locale, t } from "../i18n/i18n.ts";
import { pick } from "../i18n/labels.ts";
import { remember } from "../shell/recent.ts";
import { paths } from "../paths.ts";
import { isPhone, now, useSession } from "../shell/context.ts";
import { cardsOf, markOf } from "../shell/marks.ts";
import { nameOf } from "../shell/name-of.ts";
import { fetchWords } from "../shell/words-later.ts";
import { Bone } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { toast } from "../ui/toast.tsx";
import css from "./handoffs.module.css";
import { filesGoing, goingAlong, moving } from "./moves.ts";
import { Parties, State, type Handoff } from "./states.tsx";
import { h } from "./words.ts";

// One that this device does not hold is asked for over the network.
const Away = lazy(async () => ({ default: (await import("./away.tsx")).Away }));
// The editor is fetched when a brief is opened.
const Files = lazy(() => import("../files/files.tsx"));
const Outline = lazy(async () => ({ default: (await import("./outline.tsx")).Outline }));
const Note = lazy(async () => ({ default: (await import("../notes/notes.tsx")).Note }));
const kinds = ["lead_to_opportunity", "sales_to_onboarding", "sales_to_support", "region_to_region", "cover", "queue_to_queue"] as const; // prettier-ignore

export function HandoffDetail(props: { readonly id: string }): JSX.Element {
  const row = useSession().data.record("handoff", () => props.id);
  return (
    <Show
      when={row() !== undefined}
      fallback={
        <Suspense fallback={<div aria-busy="true" />}>
          <Away id={props.id} />
        </Suspense>
      }
    >
      <Present row={row() as Handoff} />
    </Show>
  );
}

function Present(props: { readonly row: Handoff }): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  const navigate = useNavigate();
  const { me } = data;
  const account = data.record("account", () => props.row.anchor);
  const isGiver = () => props.row.fromMember === me.member;
  const isDraft = () => props.row.state === "draft" || props.row.state === "returned";
  const isAccount = () => (props.row.about ?? props.row.anchor) === props.row.anchor;
  const about = () => props.row.about ?? props.row.anchor;
  const onMe = () => handoffWaits(props.row, me, now());
  const isReceiver = () => onMe() && (props.row.toTeam ? me.teams.includes(props.row.toTeam) : props.row.toMember === me.member); // prettier-ignore
  const silent = () => props.row.state === "offered" && offerEnds(props.row.offeredAt ?? 0) <= now();
  const mayReturn = () => (props.row.toTeam ? props.row.late === me.member && onMe() : isReceiver()) || (props.row.late === me.member && onMe()); // prettier-ignore
  /** Taken here, and the edge has not said yes yet. */
  const proposed = () => (props.row.state === "accepted" && data.pendingFields(() => props.row.id)().has("state") ? data.pendingFields(() => props.row.id)().get("state") : undefined); // prettier-ignore
  const [saying, setSaying] = createSignal(false);
  const [reason, setReason] = createSignal("");
  const parties = () => ({ id: props.row.id, account: props.row.anchor });
  const moves = moving(() => props.row);
  const today = createMemo(() => dayIn(now(), me.zone));
  const on_ = (at: number) => day(dayIn(at, me.zone), { locale: locale(), today: today() });

  const run = async (name: string, args: object, said: string, undo?: () => void): Promise<boolean> => {
    const done = await data.mutate(name, { ...parties(), ...args });
    if (done.ok) toast({ text: said, ...(undo ? { undo } : {}) });
    else toast({ text: (await fetchWords()).refusalWords(session, done), bad: true });
    return done.ok;
  };
  /** What is offered comes to the device after the handoff itself. */
  const notHere = () => (account() && aboutName() ? undefined : h("handoff.subjectAway"));
  const accept = async () => {
    const away = notHere();
    if (away) return toast({ text: away, bad: true });
    await run(
      "handoff.accept@1",
      {
        about: about(),
        from: props.row.fromMember,
        ...(props.row.toTeam ? { asked: props.row.toTeam } : {}),
        ...(props.row.moves?.length ? { moves: goingAlong(moves(), props.row.moves) } : {}),
      },
      session.offline() ? h("handoff.done.proposed") : h("handoff.done.accepted"),
    );
  };
  const giveBack = async () => {
    if (await run("handoff.return@1", { reason: reason().trim() }, h("handoff.done.returned"))) setSaying(false);
  };
  const discard = async () => {
    const { id, anchor } = props.row;
    const kept = () => void data.mutate("handoff.keep@1", { id, account: anchor });
    if (await run("handoff.discard@1", {}, h("handoff.done.discarded"), kept)) navigate(paths.handoffs + (location.search || "")); // prettier-ignore
  };
  createEffect(() => remember(props.row.id));
  useCommands({
    "handoff.accept": { run: () => isReceiver() && void accept(), when: isReceiver },
    "handoff.return": { run: () => mayReturn() && setSaying(true), when: mayReturn },
  });
  const hint = (kbd: string) => (isPhone() ? {} : { kbd });
  /** Taken at the same time as somebody else, who was first. */
  const lost = () => cardsOf(data, props.row.id).find((card) => card.name === "handoff.accept@1" && card.code === "version_conflict"); // prettier-ignore
  const edit = (field: string) => editing(session, "handoff", props.row as Row, field);
  const aboutName = () => (isAccount() ? account()?.name : nameOf(data, about())) ?? "";
  const aboutPath = () => (about().includes("_cas_") ? paths.case(about()) : paths.account(props.row.anchor, about().includes("_opp_") ? "opportunities" : undefined)); // prettier-ignore
  const senderDays = () => Math.min(...data.gives("handoff.accept").map(({ maxDays }) => maxDays ?? limits.senderKeepsDays), limits.senderKeepsDays); // prettier-ignore

  return (
    <article
      class={css.handoff}
      aria-label={`${h("handoff.title")}: ${props.row.name ?? ""}`}
      data-handoff={props.row.id}
    >
      <header class={css.head}>
        <p class={css.over}>
          <State row={props.row} />
          <A href={aboutPath()}>{aboutName()}</A>
          <Show when={!isAccount()}>
            <A href={paths.account(props.row.anchor)}>{account()?.name}</A>
          </Show>
          <ChangeMark state={markOf(data, props.row.id)} />
        </p>
        <h2 class="sr">{props.row.name}</h2>
        <Field look="title" label={h("handoff.name")} required {...edit("name")} />
        <p class={css.line}>
          <Parties row={props.row} />
        </p>
        <Wait row={props.row} region={account()?.region} />
      </header>
      <Show when={lost()}>
        {(card) => (
          <p class={css.lost} role="status">
            {h(
              "handoff.firstWas",
              memberName(String(card().theirs?.["toMember"] ?? "")) ||
                memberName(props.row.toMember) ||
                memberName(card().by) ||
                t("tray.somebody"),
            )}{" "}
            <Button small onClick={() => void data.dismiss(card())}>
              {t("tray.ok")}
            </Button>
          </p>
        )}
      </Show>
      <Show when={proposed()}>
        <p class={css.proposed} role="status">
          {h("handoff.proposed", memberName(props.row.fromMember))}
        </p>
      </Show>
      <Show when={props.row.state === "returned" && props.row.returnReason}>
        <p class={css.words}>
          <span class={css.label}>{h("handoff.reason")}</span> {props.row.returnReason}
        </p>
      </Show>
      <Switch>
        <Match when={isGiver() && (isDraft() || silent())}>
          <Offer
            row={props.row}
            about={about()}
            moves={moves()}
            onOffer={(args, name) =>
              void run("handoff.offer@1", { about: about(), ...args }, h("handoff.done.offered", name))
            }
            onDiscard={isDraft() ? () => void discard() : undefined}
          />
        </Match>
        <Match when={saying() && mayReturn()}>
          <form
            class={css.acts}
            onSubmit={(event) => {
              event.preventDefault();
              if (reason().trim()) void giveBack();
            }}
          >
            <input
              class={css.pick}
              aria-label={h("handoff.why")}
              placeholder={h("handoff.why")}
              maxLength={limits.textMax}
              required
              value={reason()}
              onInput={(event) => setReason(event.currentTarget.value)}
              onKeyDown={(event) => event.key === "Escape" && setSaying(false)}
              ref={(element) => queueMicrotask(() => element.focus())}
            />
            <Button look="primary" type="submit" disabledReason={reason().trim() ? undefined : h("handoff.why")}>
              {h("handoff.return")}
            </Button>
            <Button look="quiet" onClick={() => setSaying(false)}>
              {t("act.cancel")}
            </Button>
          </form>
        </Match>
        <Match when={onMe()}>
          <div class={css.acts}>
            <Show when={isReceiver()}>
              <Button look="primary" {...hint("A")} disabledReason={notHere()} onClick={() => void accept()}>
                <Check size={16} />
                {h("handoff.accept")}
              </Button>
            </Show>
            <Button
              {...hint("R")}
              disabledReason={mayReturn() ? undefined : h("handoff.stewardReturns")}
              onClick={() => setSaying(true)}
            >
              {h("handoff.return")}
            </Button>
          </div>
          <Show when={!isReceiver()}>
            <p class={css.soft}>{h("handoff.lateWhy", memberName(props.row.toMember) || (props.row.toQueue ?? ""))}</p>
          </Show>
        </Match>
        <Match when={isGiver() && props.row.state === "offered"}>
          <div class={css.acts}>
            <Button onClick={() => void run("handoff.withdraw@1", {}, h("handoff.done.withdrawn"))}>
              {h("handoff.withdraw")}
            </Button>
          </div>
        </Match>
        <Match when={props.row.state === "accepted" && props.row.toMember === me.member && !proposed()}>
          <div class={css.acts}>
            <Button onClick={() => void run("handoff.finish@1", {}, h("handoff.done.finished"))}>
              <Check size={16} />
              {h("handoff.finish")}
            </Button>
          </div>
        </Match>
      </Switch>
      <Show when={props.row.state === "offered" && !isGiver()}>
        <Preview row={props.row} moves={moves()} chosen={props.row.moves ?? []} name={aboutName()} />
      </Show>
      <Show
        when={
          (props.row.state === "accepted" || props.row.state === "done") && props.row.acceptedAt && props.row.fromMember
        }
      >
        <p class={css.soft}>
          {h(
            isGiver() ? "handoff.iReadUntil" : "handoff.theyReadUntil",
            on_((props.row.acceptedAt ?? 0) + senderDays() * dayMs),
            memberName(props.row.fromMember),
          )}
        </p>
      </Show>
      <div class={css.facts}>
        <Field
          label={h("handoff.kind")}
          choices={kinds.map((id) => ({ id, text: pick(choiceNames[id]) ?? id }))}
          show={props.row.handoffKind ? (pick(choiceNames[props.row.handoffKind]) ?? props.row.handoffKind) : undefined}
          {...edit("handoffKind")}
        />
        <Field label={t("account.next")} {...edit("nextAction")} />
        <Show when={props.row.nextAction}>
          <Field
            label={t("account.nextDay")}
            kind="day"
            show={
              props.row.nextActionDay ? (
                <span class="num">
                  {day(props.row.nextActionDay, {
                    locale: locale(),
                    today: today(),
                    zone: props.row.nextActionZone ?? null,
                    mine: me.zone,
                  })}
                </span>
              ) : undefined
            }
            {...edit("nextActionDay")}
          />
        </Show>
        <Show when={props.row.promised !== undefined}>
          <Field label={h("handoff.promised")} kind="long" {...edit("promised")} />
          <Field label={h("handoff.risks")} kind="long" {...edit("risks")} />
        </Show>
      </div>
      <Checklist row={props.row} />
      <Suspense>
        <Files subject={props.row as Row} />
      </Suspense>
      <Brief row={props.row} mine={isGiver() && isDraft()} />
    </article>
  );
}

/** How long it waits, by the hours of the account's region, and what silence leads to. */
function Wait(props: { readonly row: Handoff; readonly region: string | null | undefined }): JSX.Element {
  const { data, memberName } = useSession();
  const terms = service();
  const words = () => {
    const { state, offeredAt, late } = props.row;
    if (state !== "offered" || typeof offeredAt !== "number") return "";
    const { zone } = data.me;
    const when = (at: number) => `${day(dayIn(at, zone), { locale: locale(), today: dayIn(now(), zone) })} ${clock(at, locale(), zone)}`; // prettier-ignore
    const waited = businessBetween(terms().levelOf(props.region).calendar, offeredAt, now());
    const who = memberName(late);
    const end = offerEnds(offeredAt);
    if (end <= now()) return h("handoff.unanswered");
    return [
      h("handoff.waits", businessWords(waited)),
      who ? (lateAt(offeredAt) <= now() ? h("handoff.lateTold", who) : h("handoff.lateAt", when(lateAt(offeredAt)), who)) : "",
      h("handoff.ends", when(end)),
    ].filter(Boolean).join(" · "); // prettier-ignore
  };
  return (
    <Show when={words()}>
      <p class={`${css.soft} num`}>{words()}</p>
    </Show>
  );
}

/** Whom it goes to and what goes with it: said before it is offered. */
function Offer(props: {
  readonly row: Handoff;
  readonly about: string;
  readonly moves: ReturnType<ReturnType<typeof moving>>;
  readonly onOffer: (args: object, name: string) => void;
  readonly onDiscard: (() => void) | undefined;
}): JSX.Element {
  const { data, memberName } = useSession();
  const members = data.list("member", () => ({ where: (row) => row.employment === "active" && row.id !== data.me.member, sort: "name" })); // prettier-ignore
  const queues = data.list("queue", () => ({ sort: "name" }));
  const [to, setTo] = createSignal(props.row.toMember ?? "");
  const [left, setLeft] = createSignal<ReadonlySet<string>>(new Set());
  const chosen = () =>
    props.moves.filter(({ kind, own }) => own.length > 0 && !left().has(kind)).map(({ kind }) => kind);
  const offer = () => {
    const queue = queues().find(({ id }) => id === to());
    const late = queue ? queue.steward : members().find(({ id }) => id === to())?.manager;
    props.onOffer(
      { to: to(), ...(queue?.team ? { team: queue.team } : {}), ...(late ? { late } : {}), ...(chosen().length > 0 ? { moves: chosen() } : {}) }, // prettier-ignore
      queue ? h("handoff.queue", queue.name ?? "") : memberName(to()),
    );
  };
  const toggle = (kind: Movable) =>
    setLeft((now) => {
      const next = new Set(now);
      if (!next.delete(kind)) next.add(kind);
      return next;
    });
  return (
    <>
      <div class={css.acts}>
        <select
          class={css.pick}
          aria-label={h("handoff.receiver")}
          value={to()}
          onChange={(event) => setTo(event.currentTarget.value)}
        >
          <option value="">{h("handoff.receiver")}</option>
          <optgroup label={h("handoff.people")}>
            <For each={members()}>{(member) => <option value={member.id}>{memberName(member.id)}</option>}</For>
          </optgroup>
          <Show when={queues().length > 0}>
            <optgroup label={h("handoff.queues")}>
              <For each={queues()}>{(queue) => <option value={queue.id}>{queue.name}</option>}</For>
            </optgroup>
          </Show>
        </select>
        <Button look="primary" disabledReason={to() === "" ? h("handoff.pick") : undefined} onClick={offer}>
          {h("handoff.offer")}
        </Button>
        <Show when={props.onDiscard}>
          {(drop) => (
            <Button look="quiet" onClick={() => drop()()}>
              {h("handoff.discard")}
            </Button>
          )}
        </Show>
      </div>
      <Preview row={props.row} moves={props.moves} chosen={chosen()} onToggle={toggle} name="" />
    </>
  );
}

/** What changes hands with the acceptance, by kind and number; with boxes, what the giver leaves out. */
function Preview(props: {
  readonly row: Handoff;
  readonly moves: ReturnType<ReturnType<typeof moving>>;
  readonly chosen: readonly string[];
  readonly onToggle?: (kind: Movable) => void;
  readonly name: string;
}): JSX.Element {
  const isAccount = () => (props.row.about ?? props.row.anchor) === props.row.anchor;
  const files = filesGoing(() => props.row);
  const some = () => props.moves.filter(({ follows, own, stays }) => follows.length + own.length + stays > 0);
  const words = (one: ReturnType<typeof some>[number]) => {
    const goes = one.follows.length + (props.chosen.includes(one.kind) ? one.own.length : 0);
    const stays = one.stays + (props.chosen.includes(one.kind) ? 0 : one.own.length);
    return [h(`handoff.move.${one.kind}`, goes), stays > 0 ? h("handoff.stays", stays) : ""]
      .filter(Boolean)
      .join(" · ");
  };
  return (
    <section class={css.preview} aria-label={h("handoff.preview")}>
      <h3 class={css.previewHead}>
        {props.name && !props.onToggle ? h("handoff.becomesMine", props.name) : h("handoff.preview")}
      </h3>
      <ul>
        <Show when={isAccount()}>
          <li>{h("handoff.move.account")}</li>
        </Show>
        <For each={some()}>
          {(one) => (
            <li class="num">
              <Show when={props.onToggle && one.own.length > 0} fallback={words(one)}>
                <label class={css.choice}>
                  <input
                    type="checkbox"
                    checked={props.chosen.includes(one.kind)}
                    onChange={() => props.onToggle?.(one.kind)}
                  />
                  {words(one)}
                </label>
              </Show>
            </li>
          )}
        </For>
        <Show when={files() > 0}>
          <li class="num">{h("handoff.move.file", files())}</li>
        </Show>
      </ul>
      <p class={css.soft}>{h("handoff.previewNote")}</p>
    </section>
  );
}

/** What has to be done for it: tasks about the handoff, which go along. */
function Checklist(props: { readonly row: Handoff }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const tasks = data.list("task", () => ({ anchor: props.row.anchor, where: (one) => one.about === props.row.id, sort: "createdAt" })); // prettier-ignore
  const [text, setText] = createSignal("");
  const may = () => data.can("create", { id: data.newId("task", props.row.anchor), anchor: props.row.anchor, compartment: "handoff", createdAt: 0, createdBy: data.me.member, owner: null } as unknown as Row); // prettier-ignore
  const open = () => props.row.state !== "done";
  const add = async () => {
    const name = text().trim();
    if (!name) return;
    const done = await data.mutate("task.create@1", {
      id: data.newId("task", props.row.anchor),
      anchor: props.row.anchor,
      compartment: "handoff",
      fields: { name, about: props.row.id },
    });
    if (done.ok) setText("");
    else toast({ text: (await fetchWords()).refusalWords(session, done), bad: true });
  };
  const left = () => tasks().filter(({ done }) => done !== true).length;
  return (
    <Show when={tasks().length > 0 || (open() && may().allowed)}>
      <section class={css.checklist}>
        <h3 class={css.previewHead}>
          {h("handoff.checklist")}
          <Show when={tasks().length > 0}>
            <span class="num"> {h("handoff.checked", tasks().length - left(), tasks().length)}</span>
          </Show>
        </h3>
        <ul>
          <For each={tasks()}>
            {(task) => (
              <li>
                <label class={css.choice}>
                  <input
                    type="checkbox"
                    checked={task.done === true}
                    disabled={!data.can("edit", task as Row).allowed}
                    onChange={(event) =>
                      void data.mutate("task.complete@1", { id: task.id, done: event.currentTarget.checked })
                    }
                  />
                  <span classList={{ [css.ticked ?? ""]: task.done === true }}>{task.name}</span>
                  <ChangeMark state={markOf(data, task.id)} />
                </label>
              </li>
            )}
          </For>
        </ul>
        <Show when={open() && may().allowed}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              void add();
            }}
          >
            <input
              class={css.add}
              aria-label={h("handoff.addStep")}
              placeholder={h("handoff.addStep")}
              maxLength={limits.textMax}
              value={text()}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </form>
        </Show>
      </section>
    </Show>
  );
}

function Brief(props: { readonly row: Handoff; readonly mine: boolean }): JSX.Element {
  const session = useSession();
  const brief = session.data.record("section", () => briefOf(props.row.id));
  return (
    <section class={css.brief} aria-label={h("handoff.brief")}>
      <h3 class={css.previewHead}>{h("handoff.brief")}</h3>
      <Show
        when={brief()}
        fallback={
          <p class={css.soft}>
            {props.mine ? h("handoff.briefLater") : h(session.offline() ? "handoff.briefOffline" : "handoff.noBrief")}
          </p>
        }
      >
        {(section) => (
          <Suspense fallback={<Bone of={5} />}>
            <Note row={section()} above={(open) => <Outline section={open} />} />
          </Suspense>
        )}
      </Show>
    </section>
  );
}
