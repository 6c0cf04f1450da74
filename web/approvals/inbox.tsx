import { A } from "@solidjs/router";
import Check from "lucide-solid/icons/check";
import { createMemo, createSignal, For, Match, Show, Switch, type JSX } from "solid-js";
import { governanceKinds } from "../../shared/approvals/state.ts";
import { entityOfId, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Scalar } from "../../shared/approvals/bound.ts";
import { day, dayIn, instant, money, number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { onlineLends, onlineRecord } from "../accounts/online.ts";
import { paths } from "../paths.ts";
import { isPhone, now, useSession } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { markOf } from "../shell/marks.ts";
import { Chip, OnlineChip, Person } from "../ui/bits.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { Button } from "../ui/button.tsx";
import { Menu } from "../ui/menu.tsx";
import { toast } from "../ui/toast.tsx";
import { askedWords, kindWords } from "./ask.ts";
import { figureOf } from "./figures.ts";
import { Saying } from "./saying.tsx";
import { holdersFor, remindsAt, stateNow, valuesOf, type Approval, type Value } from "./model.ts";
import css from "./approvals.module.css";
import { a } from "./words.ts";

type Decision = "approve" | "refuse" | "return" | "pass_on" | "pass_back";

/** The record as a member may see it online: values that no device keeps. */
function useWhole(row: () => Approval) {
  const session = useSession();
  const online = onlineRecord<"approval">(() => ({
    plural: "approvals",
    id: row().id,
    link: session.data.source(row().id)?.link,
    enabled: !session.offline(),
  }));
  return (): Approval => (online.isSuccess ? { ...online.data, ...row() } : row());
}

/** One request that I decide: who asks, what for, the values that matter, why; and the answer in one tap. */
export function ToDecide(props: { readonly row: Approval }): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  const [saying, setSaying] = createSignal<"refuse" | "return" | null>(null);
  const whole = useWhole(() => props.row);
  const seen = () => Object.fromEntries(valuesOf(whole()).values.map(({ field, now: value }) => [field, value]));
  const account = data.record("account", () => props.row.anchor);
  const members = data.list("member", () => ({ sort: "name" }));
  const governs = () => governanceKinds.has(props.row.approvalKind ?? "") || props.row.approvalKind === "export";
  const others = () =>
    governs()
      ? []
      : holdersFor(
          data,
          members() as readonly Row[],
          props.row.approvalKind ?? "",
          entityOfId(props.row.about ?? "") ?? "",
          account(),
          null,
        ).filter((one) => !(props.row.parties ?? []).includes(one.id));

  const decide = async (decision: Decision, more: { readonly note?: string; readonly to?: string } = {}) => {
    const values = seen();
    const done = await data.mutate("approval.decide@1", {
      id: props.row.id,
      about: props.row.about,
      anchor: props.row.anchor,
      decision,
      ...more,
      ...(Object.keys(values).length > 0 ? { seen: values } : {}),
    });
    if (!done.ok) return toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
    setSaying(null);
    toast({ text: t(`approval.done.${decision}`) });
  };

  return (
    <li class={css.card} data-row data-approval={props.row.id}>
      <div class={css.what}>
        <A
          class={css.title}
          href={placeOf(props.row)}
          onKeyDown={(event) => {
            if (event.key.toLowerCase() !== "a" || event.metaKey || event.ctrlKey || event.altKey || event.isComposing)
              return;
            event.preventDefault();
            void decide("approve");
          }}
        >
          {props.row.name}
        </A>
        <Chip tone="info">{kindWords(props.row.approvalKind)}</Chip>
        <ChangeMark state={markOf(data, props.row.id)} />
        <span class={css.who}>
          <Person id={props.row.requester ?? ""} name={memberName(props.row.requester)} />
          <span class="num">{instant(props.row.createdAt, { locale: locale(), zone: data.me.zone, now: now() })}</span>
        </span>
      </div>
      <Show when={props.row.reason}>
        <p class={css.reason}>{props.row.reason}</p>
      </Show>
      <Show when={props.row.answer}>
        <p class={css.reason}>
          <span class={css.said}>{props.row.question}</span> {props.row.answer}
        </p>
      </Show>
      <Values row={whole()} />
      <Ends row={props.row} />
      <Show when={governs()}>
        <Lent row={props.row} />
      </Show>
      <Show
        when={saying()}
        fallback={
          <div class={css.acts}>
            <Button small look="primary" {...(isPhone() ? {} : { kbd: "A" })} onClick={() => void decide("approve")}>
              <Check size={14} />
              {t("approval.approve")}
            </Button>
            <Button small onClick={() => setSaying("refuse")}>
              {t("approval.refuse")}
            </Button>
            <Button small look="quiet" onClick={() => setSaying("return")}>
              {t("approval.return")}
            </Button>
            <Show when={others().length > 0}>
              <Menu
                triggerClass={css.pass}
                trigger={t("approval.passOn")}
                parts={[
                  {
                    value: null,
                    choices: others().map((one) => ({ id: one.id, text: memberName(one.id) })),
                    onChoose: (to) => void decide("pass_on", { to }),
                  },
                ]}
              />
            </Show>
            <Show when={(props.row.path ?? []).length > 0}>
              <Button small look="quiet" onClick={() => void decide("pass_back")}>
                {t("approval.passBack", memberName((props.row.path ?? []).at(-1)))}
              </Button>
            </Show>
          </div>
        }
      >
        {(what) => (
          <Saying
            label={t(what() === "refuse" ? "approval.whyRefused" : "approval.question")}
            act={t(what() === "refuse" ? "approval.refuse" : "approval.return")}
            onSay={(note) => void decide(what(), { note })}
            onCancel={() => setSaying(null)}
          />
        )}
      </Show>
    </li>
  );
}

/** What I asked for: whom, since when, what they said; and what I can do about it. */
export function Asked(props: { readonly row: Approval }): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  const [answering, setAnswering] = createSignal(false);
  const state = () => stateNow(props.row, now());
  const act = async (name: string, args: object, words: string) => {
    const done = await data.mutate(name, { id: props.row.id, ...args });
    if (!done.ok) return toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
    setAnswering(false);
    toast({ text: words });
  };
  return (
    <li class={css.card} data-row>
      <div class={css.what}>
        <A class={css.title} href={placeOf(props.row)}>
          {props.row.name}
        </A>
        <Switch fallback={<Chip>{t("approval.waits", askedWords(session, props.row))}</Chip>}>
          <Match when={state() === "returned"}>
            <Chip tone="warn">{t("approval.returned")}</Chip>
          </Match>
          <Match when={state() === "approved"}>
            <Chip tone="ok">{t("approval.approvedBy", memberName(props.row.decidedBy))}</Chip>
          </Match>
          <Match when={state() === "refused"}>
            <Chip tone="bad">{t("approval.refusedBy", memberName(props.row.decidedBy))}</Chip>
          </Match>
        </Switch>
        <ChangeMark state={markOf(data, props.row.id)} />
        <span class={`${css.who} num`}>
          {a("since", instant(props.row.createdAt, { locale: locale(), zone: data.me.zone, now: now() }))}
        </span>
      </div>
      <Show when={state() === "open" || state() === "returned"}>
        <Ends row={props.row} />
      </Show>
      <Show when={state() === "returned" && props.row.question}>
        <p class={css.reason}>{props.row.question}</p>
      </Show>
      <Show when={props.row.note}>
        <p class={css.reason}>{props.row.note}</p>
      </Show>
      <Show
        when={answering()}
        fallback={
          <div class={css.acts}>
            <Show when={state() === "returned"}>
              <Button small look="primary" onClick={() => setAnswering(true)}>
                {t("approval.answer")}
              </Button>
            </Show>
            <Show when={state() === "open" || state() === "returned"}>
              <Button small look="quiet" onClick={() => void act("approval.withdraw@1", {}, t("approval.withdrawn"))}>
                {t("approval.withdraw")}
              </Button>
            </Show>
          </div>
        }
      >
        <Saying
          label={t("approval.answer")}
          act={t("approval.answer")}
          onSay={(answer) => void act("approval.answer@1", { about: props.row.about, answer }, t("approval.answered"))}
          onCancel={() => setAnswering(false)}
        />
      </Show>
    </li>
  );
}

/** Where what it is about can be looked at. */
function placeOf(row: Approval): string {
  const about = row.about ?? "";
  if (entityOfId(about) === "account") return paths.account(about);
  return governanceKinds.has(row.approvalKind ?? "") || row.approvalKind === "export"
    ? paths.today
    : paths.account(row.anchor, "opportunities");
}

/** What would be lent, and until when. */
function Lent(props: { readonly row: Approval }): JSX.Element {
  const session = useSession();
  const online = onlineLends(() => ({ enabled: !session.offline() }));
  const lends = () => (online.isSuccess ? online.data.get(props.row.id) : undefined);
  const words = (groups: readonly string[]): string =>
    groups
      .filter((group) => group !== "identity")
      .map((group) => (t(`group.${group}` as "group.terms") as string | undefined) ?? group)
      .join(", ");
  return (
    <Show when={lends()}>
      {(what) => (
        <p class={css.reason}>
          {t(
            "approval.would",
            words(what().groups),
            instant(what().until, { locale: locale(), zone: session.data.me.zone, now: now() }),
          )}
        </p>
      )}
    </Show>
  );
}

/** How long it is still open; said louder once it reminds. */
function Ends(props: { readonly row: Approval }): JSX.Element {
  const { data } = useSession();
  const soon = () => (remindsAt(props.row) ?? Infinity) <= now();
  return (
    <Show when={props.row.expiresAt}>
      {(at) => (
        <p class={css.ends} classList={{ [css.soon ?? ""]: soon() }}>
          {a("ends", instant(at(), { locale: locale(), zone: data.me.zone, now: now() }))}
        </p>
      )}
    </Show>
  );
}

/** The values that the yes is bound to, old and new; first the number that is asked about beside the one from which it is asked. */
function Values(props: { readonly row: Approval }): JSX.Element {
  const held = () => valuesOf(props.row);
  const on = (): EntityName => entityOfId(props.row.about ?? "") ?? "account";
  const { data } = useSession();
  const currency = () => {
    const found = held().values.find(({ field }) => field === "currency");
    return typeof found?.now === "string" ? found.now : "USD";
  };
  const show = (field: string, value: Scalar): string => {
    if (value === null || value === "") return t("field.empty");
    if (field.endsWith("Minor")) return money(Number(value), currency(), locale());
    if (field.endsWith("Pct")) return `${number(Number(value), locale())} %`;
    if (field.endsWith("Day")) return day(String(value), { locale: locale(), today: dayIn(now(), data.me.zone) });
    return String(value);
  };
  const figure = createMemo(() => figureOf(props.row, held().values, data.asks));
  const shown = (): readonly Value[] =>
    held().values.filter(
      ({ field }) => field !== figure()?.field && (field !== "currency" || held().values.length === 1),
    );
  return (
    <>
      <Show when={figure()}>
        {(two) => (
          <dl class={css.figures}>
            <div>
              <dt>{fieldLabel(two().field)}</dt>
              <dd class="num">{show(two().field, two().now)}</dd>
            </div>
            <div>
              <dt>{a(two().from === "up" ? "limitUp" : "limitBelow")}</dt>
              <dd class="num">{show(two().field, two().limit)}</dd>
            </div>
          </dl>
        )}
      </Show>
      <Show when={shown().length > 0 || held().lacking}>
        <dl class={css.values} data-on={on()}>
          <For each={shown()}>
            {(value) => (
              <div class={css.value}>
                <dt>{fieldLabel(value.field)}</dt>
                <dd class="num">
                  <Show when={value.next !== undefined} fallback={show(value.field, value.now)}>
                    <s>{show(value.field, value.now)}</s> → <b>{show(value.field, value.next ?? null)}</b>
                  </Show>
                </dd>
              </div>
            )}
          </For>
          <Show when={held().lacking && shown().length === 0}>
            <OnlineChip group={t("group.terms")} />
          </Show>
        </dl>
      </Show>
    </>
  );
}
