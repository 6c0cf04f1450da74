import { A, useNavigate } from "@solidjs/router";
import {
  createEffect,
  createMemo,
  createSignal,
  For,
  lazy,
  Match,
  on,
  onCleanup,
  onMount,
  Show,
  Suspense,
  Switch,
  type JSX,
} from "solid-js";
import { useCommands } from "../commands/registry.ts";
import { answersFor } from "../../shared/cases/answers.ts";
import { clocksOf, severities, type Clock } from "../../shared/cases/service.ts";
import { isOpen } from "../../shared/cases/waits.ts";
import type { Row } from "../../shared/records/entities.ts";
import { bandOf } from "../../shared/records/masked.ts";
import { editing } from "../accounts/edit.ts";
import { onlineRecord } from "../accounts/online.ts";
import { amountBand, clock, day, dayIn, instant, money } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { startHandoff } from "../handoffs/start.ts";
import { remember } from "../shell/recent.ts";
import { paths } from "../paths.ts";
import { isPhone, now, useSession } from "../shell/context.ts";
import { cardsOf, markOf } from "../shell/marks.ts";
import { whyWords } from "../shell/sync-words.ts";
import { fetchWords } from "../shell/words-later.ts";
import { Bone, Chip, Empty, Health, Person } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { toast } from "../ui/toast.tsx";
import splitCss from "../ui/split.module.css";
import { lineWords } from "../trace/lines.ts";
import { accountTrace } from "../trace/trace.ts";
import { clockWords, service } from "./around.ts";
import css from "./cases.module.css";
import { Severity } from "./severity.tsx";
import type { Case } from "./model.ts";
import { c } from "./words.ts";

const Files = lazy(() => import("../files/files.tsx"));
const Steps = lazy(async () => ({ default: (await import("./steps.tsx")).Steps }));
export type Step = "give" | "open" | "waiting" | "resolve" | "escalate" | "tell";
type Account = { readonly name?: string | null; readonly region?: string | null; readonly owner?: string | null; readonly health?: string | null } | undefined; // prettier-ignore
const patienceMs = 8_000;

/** One case and all that is done to it. `seen`: as the server's list has it, until it is on this device. */
export function CaseDetail(props: {
  readonly id: string;
  readonly seen: Case | undefined;
  readonly account: Account;
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  const local = data.record("case", () => props.id);
  const known = createMemo(() => local() !== undefined || props.seen !== undefined);
  const asked = onlineRecord<"case">(() => ({
    plural: "cases",
    id: props.id,
    link: data.source(props.id)?.link,
    enabled: !known() && !session.offline(),
  }));
  const row = () => local() ?? props.seen ?? (asked.isSuccess ? asked.data : undefined);
  const [patient, setPatient] = createSignal(true);
  onMount(() => {
    const timer = setTimeout(() => setPatient(false), patienceMs);
    onCleanup(() => clearTimeout(timer));
  });
  // Opened, its account is followed, and with it the case comes to this device.
  createEffect(on(() => row()?.anchor, (anchor) => anchor && data.open(anchor))); // prettier-ignore
  const place = data.record("account", () => row()?.anchor);

  return (
    <Show
      when={row() !== undefined}
      fallback={
        <Switch fallback={<Empty>{c("gone")}</Empty>}>
          <Match when={session.offline()}>
            <Empty>{c("notHere")}</Empty>
          </Match>
          <Match when={patient() && !asked.isError}>
            <div class={splitCss.waiting} role="status" aria-busy="true" aria-label={t("account.opening")}>
              <For each={[5, 3, 6]}>{(of) => <Bone of={of} />}</For>
            </div>
          </Match>
        </Switch>
      }
    >
      <Present row={row() as Case} isHere={local() !== undefined} account={place() ?? props.account} />
    </Show>
  );
}

function Present(props: { readonly row: Case; readonly isHere: boolean; readonly account: Account }): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  const navigate = useNavigate();
  const terms = service();
  const level = () => terms().levelOf(props.account?.region);
  const clocks = createMemo(() => clocksOf(props.row, level(), now()));
  const queue = () => terms().queueOf(props.row.queue);
  const answers = () => answersFor(props.row, queue(), props.account?.owner);
  const [step, setStep] = createSignal<Step>();
  const open = () => isOpen(props.row.status);
  const today = () => dayIn(now(), data.me.zone);

  /** Why an act can't be done now; undefined: it can. */
  const why = (action: string): string | undefined => {
    if (!props.isHere) return c("toDevice");
    const may = data.can(action, props.row as Row);
    return may.allowed ? undefined : (may.why ?? whyWords("denied"));
  };
  const run = async (name: string, args: object, said: string, undo?: () => void): Promise<void> => {
    const done = await data.mutate(name, { id: props.row.id, ...args });
    if (done.ok) toast({ text: said, ...(undo ? { undo } : {}) });
    else toast({ text: (await fetchWords()).refusalWords(session, done), bad: true });
  };
  const assign = (to: string | null) => {
    const from = props.row.owner ?? null;
    const parties = { account: props.row.anchor };
    const said = to === data.me.member ? c("taken") : to ? c("given", memberName(to)) : c("queued");
    const back = from !== null || props.row.queue ? () => void data.mutate("case.assign@1", { id: props.row.id, ...parties, from: to, to: from }) : undefined; // prettier-ignore
    return run("case.assign@1", { ...parties, from, to }, said, back);
  };
  const reopen = () => run("case.reopen@1", {}, c("reopened"));
  const close = () => run("case.resolve@1", { status: "closed" }, t("status.closed"));
  const deescalate = () => run("case.deescalate@1", {}, c("deescalated"));
  const handOver = async () => {
    const { anchor, id, name } = props.row;
    const made = await startHandoff(session, { anchor, about: id, name: name ?? "" });
    if (made) navigate(`${paths.handoff(made)}?box=from`);
  };
  const begin = (next: Step, action: string) => {
    const reason = why(action);
    if (reason) return toast({ text: reason, bad: true });
    setStep(next);
  };
  const mayBegin = (action: string) => () => open() && why(action) === undefined;
  createEffect(() => remember(props.row.id));
  useCommands({
    "case.resolve": { run: () => open() && begin("resolve", "resolve"), when: mayBegin("resolve") },
    "case.reassign": { run: () => open() && begin("give", "reassign"), when: mayBegin("reassign") },
    "case.escalate": {
      run: () => open() && !props.row.escalatedTo && begin("escalate", "escalate"),
      when: () => mayBegin("escalate")() && !props.row.escalatedTo,
    },
  });

  const hint = (kbd: string) => (isPhone() ? {} : { kbd });
  /** Taken at the same time as somebody else, who was first. */
  const lost = () => cardsOf(data, props.row.id).find((card) => card.name === "case.assign@1" && card.code === "version_conflict"); // prettier-ignore
  const isFree = () => !props.row.owner;
  const edit = (field: string) => (props.isHere ? editing(session, "case", props.row as Row, field) : { value: (props.row as Row)[field] as string | null, mark: undefined, trouble: undefined, onCommit: undefined }); // prettier-ignore
  const seen = (field: keyof Case) => props.row[field] !== undefined;

  return (
    <article class={css.case} aria-label={props.row.name ?? ""}>
      <header class={css.head}>
        <p class={css.over}>
          <span class="num">{props.row.number}</span>
          <A href={paths.account(props.row.anchor, "cases")}>{props.account?.name}</A>
          <Show when={props.account?.health && props.account.health !== "good"}>
            <Health value={props.account?.health} />
          </Show>
          <Band account={props.row.anchor} />
        </p>
        <h2 class="sr">{props.row.name}</h2>
        <Field look="title" label={c("name")} required {...edit("name")} />
        <p class={css.line}>
          <span>{t(`status.${props.row.status ?? "new"}`)}</span>
          <Severity value={props.row.severity} />
          <Show when={props.row.owner} fallback={<span>{whoAnswers()}</span>}>
            {(owner) => <Person id={owner()} name={memberName(owner())} />}
          </Show>
          <Show when={props.row.escalatedTo}>
            {(to) => <Chip tone="info">{c("escalatedTo", memberName(to()))}</Chip>}
          </Show>
          <ChangeMark state={markOf(data, props.row.id)} />
        </p>
      </header>
      <Show when={lost()}>
        {(card) => (
          <p class={css.lost} role="status">
            {c(
              "firstWas",
              memberName(String(card().theirs?.["owner"] ?? props.row.owner ?? "")) ||
                memberName(card().by) ||
                t("tray.somebody"),
            )}{" "}
            <Button small onClick={() => void data.dismiss(card())}>
              {t("tray.ok")}
            </Button>
          </p>
        )}
      </Show>
      <div class={css.acts} role="group" aria-label={t("act.change")}>
        <Show
          when={open()}
          fallback={
            <>
              <Button look="primary" disabledReason={why("reopen")} onClick={() => void reopen()}>
                {c("reopen")}
              </Button>
              <Show when={props.row.status === "resolved"}>
                <Button disabledReason={why("resolve")} onClick={() => void close()}>
                  {c("close")}
                </Button>
              </Show>
            </>
          }
        >
          <Show when={isFree()}>
            <Button look="primary" disabledReason={why("reassign")} onClick={() => void assign(data.me.member)}>
              {c("take")}
            </Button>
          </Show>
          <Show
            when={props.row.status === "open"}
            fallback={
              <Button disabledReason={why("resolve")} onClick={() => setStep("open")}>
                {props.row.status === "waiting" ? c("goOn") : c("start")}
              </Button>
            }
          >
            <Button disabledReason={why("resolve")} onClick={() => setStep("waiting")}>
              {c("wait")}
            </Button>
          </Show>
          <Button
            look={isFree() ? "plain" : "primary"}
            {...hint("X")}
            disabledReason={why("resolve")}
            onClick={() => setStep("resolve")}
          >
            {c("resolve")}
          </Button>
          <Button {...hint("O")} disabledReason={why("reassign")} onClick={() => setStep("give")}>
            {c("give")}
          </Button>
          <Show
            when={props.row.escalatedTo}
            fallback={
              <Button {...hint("E")} disabledReason={why("escalate")} onClick={() => setStep("escalate")}>
                {c("escalate")}
              </Button>
            }
          >
            <Button disabledReason={why("escalate")} onClick={() => void deescalate()}>
              {c("deescalate")}
            </Button>
          </Show>
          <Show when={(props.row.owner ?? props.account?.owner) === data.me.member}>
            <Button disabledReason={props.isHere ? undefined : c("toDevice")} onClick={() => void handOver()}>
              {t("handoff.start")}
            </Button>
          </Show>
          <Button disabledReason={why("comment")} onClick={() => setStep("tell")}>
            {c("tell")}
          </Button>
        </Show>
      </div>
      <dl class={css.clocks}>
        <OneClock label={c("answer")} clock={clocks().response} />
        <OneClock label={c("solve")} clock={clocks().resolution} />
      </dl>
      <p class={css.terms}>
        {c("terms", level().name || c("termsAny"))} · {c("hours")}
      </p>
      <div class={css.facts}>
        <Field label={t("account.next")} placeholder={c("noNext")} {...edit("nextAction")} />
        <Show when={props.row.nextAction}>
          <Field
            label={t("account.nextDay")}
            kind="day"
            show={props.row.nextActionDay ? <span class={`num ${open() && props.row.nextActionDay < today() ? splitCss.late : ""}`}>{day(props.row.nextActionDay, { locale: locale(), today: today(), zone: props.row.nextActionZone ?? null, mine: data.me.zone })}</span> : undefined} // prettier-ignore
            {...edit("nextActionDay")}
          />
        </Show>
        <Field
          label={c("severity")}
          choices={severities.map((id) => ({ id, text: t(`severity.${id}`) }))}
          show={props.row.severity ? <Severity value={props.row.severity} /> : undefined}
          {...edit("severity")}
        />
        <Field label={c("newQueue")} {...edit("queue")} />
        <Show when={seen("cause") && (!open() || props.row.cause || props.row.fix)}>
          <Field label={c("cause")} kind="long" {...edit("cause")} />
          <Field label={c("fix")} kind="long" {...edit("fix")} />
        </Show>
        <Show when={seen("internalNote")}>
          <Field label={t("account.internalNote")} kind="long" {...edit("internalNote")} />
        </Show>
        <Field
          label={c("opened")}
          value={String(props.row.openedAt ?? "")}
          show={
            <span class="num">
              {props.row.openedAt
                ? `${instant(props.row.openedAt, { locale: locale(), zone: data.me.zone, now: now() })}`
                : ""}
            </span>
          }
        />
      </div>
      <Show when={props.isHere}>
        <Suspense>
          <Files subject={props.row as Row} />
        </Suspense>
      </Show>
      <Past row={props.row} />
      <Suspense>
        <Show when={step()}>
          {(which) => (
            <Steps
              step={which()}
              row={props.row}
              account={props.account}
              onClose={() => setStep(undefined)}
              onAssign={(to) => void assign(to)}
            />
          )}
        </Show>
      </Suspense>
    </article>
  );

  function whoAnswers(): string {
    const who = memberName(answers());
    if (props.row.queue) return who ? c("steward", props.row.queue, who) : c("inQueue", props.row.queue);
    return who ? c("nobody", who) : t("account.noOwner");
  }
}

function OneClock(props: { readonly label: string; readonly clock: Clock }): JSX.Element {
  const { data } = useSession();
  const late = () => props.clock.missedAt !== null;
  const due = () => {
    const { dueAt, state } = props.clock;
    if (dueAt === null || state === "met" || state === "missed") return "";
    const { zone } = data.me;
    return c("dueAt", `${day(dayIn(dueAt, zone), { locale: locale(), today: dayIn(now(), zone) })} ${clock(dueAt, locale(), zone)}`); // prettier-ignore
  };
  return (
    <div class={css.clock}>
      <dt>{props.label}</dt>
      <dd class="num" classList={{ [splitCss.late ?? ""]: late() }}>
        {clockWords(props.clock)}
        <Show when={due()}>{(words) => <span class={css.due}>{words()}</span>}</Show>
      </dd>
    </div>
  );
}

/** How large the customer is, by its largest open opportunity: an amount or its band, and nothing where one may see neither. */
function Band(props: { readonly account: string }): JSX.Element {
  const { data } = useSession();
  const stages = data.list("stage", () => ({}));
  const rows = data.list("opportunity", () => {
    const over = new Set(stages().flatMap(({ id, outcome }) => (outcome === "open" ? [] : [id])));
    return { anchor: props.account, where: (row) => !over.has(row.stage ?? "") };
  });
  const words = createMemo(() => {
    let largest: { readonly from: number; readonly words: string } | undefined;
    for (const row of rows()) {
      const band = bandOf(row as Row, "amountMinor");
      const own = typeof row.amountMinor === "number" ? { from: row.amountMinor, words: money(row.amountMinor, row.currency ?? "USD", locale()) } : undefined; // prettier-ignore
      const found = own ?? (band ? { from: band.from ?? 0, words: amountBand(band, locale()) } : undefined);
      if (found && found.words && (!largest || found.from > largest.from)) largest = found;
    }
    return largest?.words;
  });
  return (
    <Show when={words()}>
      {(said) => (
        <span class="num" title={c("valueWhy")}>
          {c("value")} {said()}
        </span>
      )}
    </Show>
  );
}

/** What rules did because of this case, and what sales was told. */
function Past(props: { readonly row: Case }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const lines = accountTrace(() => props.row.anchor);
  const told = data.list("activity", () => ({ anchor: props.row.anchor, where: (row) => row.about === props.row.id, sort: "-at" })); // prettier-ignore
  const all = createMemo(() =>
    [
      ...lines()
        .filter(({ cause }) => cause === props.row.id)
        .map((line) => ({ id: line.id, at: line.at, ...lineWords(session, line) })),
      ...told().map((row) => ({
        id: row.id,
        at: row.at ?? row.createdAt,
        text: row.name ?? "",
        rule: [row.customShared?.["told"] ? t("timeline.saleslead") : t(`kind.${row.activityKind ?? "other"}`), session.memberName(row.createdBy)].filter(Boolean).join(" · "), // prettier-ignore
      })),
    ].sort((a, b) => b.at - a.at),
  );
  return (
    <Show when={all().length > 0}>
      <section class={css.past}>
        <h3 class={css.pastHead}>{c("past")}</h3>
        <ul>
          <For each={all().slice(0, 30)}>
            {(line) => (
              <li class={css.pastLine}>
                <span class={`${css.when} num`}>
                  {instant(line.at, { locale: locale(), zone: data.me.zone, now: now() })}
                </span>
                <span>
                  {line.text}
                  <span class={css.rule}>{line.rule}</span>
                </span>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
