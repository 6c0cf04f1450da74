import { A, useLocation } from "@solidjs/router";
import Check from "lucide-solid/icons/check";
import CircleCheck from "lucide-solid/icons/circle-check";
import Circle from "lucide-solid/icons/circle";
import Handshake from "lucide-solid/icons/handshake";
import Mail from "lucide-solid/icons/mail";
import MapPin from "lucide-solid/icons/map-pin";
import MessageSquare from "lucide-solid/icons/message-square";
import Phone from "lucide-solid/icons/phone";
import StickyNote from "lucide-solid/icons/sticky-note";
import Users from "lucide-solid/icons/users";
import Workflow from "lucide-solid/icons/workflow";
import { createMemo, createResource, createSignal, For, lazy, Match, Show, Suspense, Switch, type JSX } from "solid-js";
import { Dynamic } from "solid-js/web";
import { under } from "../duplicates/standing.ts";
import { clock, day, dayIn, duration } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { isPhone, now, useSession } from "../shell/context.ts";
import { paths } from "../paths.ts";
import { markOf } from "../shell/marks.ts";
import { ChangeMark } from "../ui/mark.tsx";
import { Nothing } from "../ui/nothing.tsx";
import { seesAny, whyEmpty } from "../ui/why-empty.ts";
import { accountTrace } from "../trace/trace.ts";
import css from "./timeline.module.css";
import { filters, groups, timeline, type Entry, type Filter } from "./timeline-model.ts";
import { line, outcomeWords } from "./words.ts";

// What is pressed brings what it takes.
const LogForm = lazy(async () => ({ default: (await import("./log-form.tsx")).LogForm }));

const pageRows = 40;
const icons = {
  call: Phone,
  visit: MapPin,
  meeting: Users,
  email: Mail,
  letter: Mail,
  note: StickyNote,
  other: Handshake,
} as const;

/** What happened on the account, newest first, and what is due. */
export function Timeline(props: { readonly account: string }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const [filter, setFilter] = createSignal<Filter>("all");
  const [limit, setLimit] = createSignal(pageRows);
  const [writing, setWriting] = createSignal(false);

  const query = under(data, () => props.account);
  const activities = data.list("activity", query);
  const tasks = data.list("task", query);
  const comments = data.list("comment", query);
  const lines = accountTrace(() => props.account);
  // Where no rule did anything, nobody waits for the words.
  const [words] = createResource(
    () => lines().length > 0,
    () => import("../trace/lines.ts"),
  );
  const rules = createMemo(() => {
    const said = words.latest;
    return said ? lines().map((line) => ({ id: line.id, at: line.at, ...said.lineWords(session, line) })) : [];
  });
  // What the server alone knows comes after what is here.
  const [past, { refetch }] = createResource(
    () => !session.offline() && props.account,
    async (account) => (await import("./past.ts")).fetchPast(session, account, data.source(account)?.link),
  );
  const known = () => (past.state === "ready" ? past() : undefined);
  const entries = createMemo(() =>
    timeline(
      {
        activities: activities(), tasks: tasks(), comments: comments(), rules: rules(),
        wrote: known()?.wrote ?? [], around: known()?.around ?? [], zone: data.me.zone,
      },
      filter(),
    ),
  ); // prettier-ignore
  const shown = createMemo(() => groups(entries().slice(0, limit()), dayIn(now(), data.me.zone), data.me.zone));
  const isPast = () => filter() === "notes" || filter() === "access";
  const heading = (key: string) =>
    key === "ahead" || key === "today" || key === "yesterday"
      ? line(key === "ahead" ? "upcoming" : key)
      : new Intl.DateTimeFormat(locale(), { month: "long", year: "numeric", timeZone: "UTC" }).format(
          Date.parse(`${key}-01T00:00:00Z`),
        );

  return (
    <div class={css.timeline}>
      <Show when={!isPhone()}>
        <Show
          when={writing()}
          fallback={
            <button type="button" data-composer class={css.composer} onClick={() => setWriting(true)}>
              {line("composer")}
            </button>
          }
        >
          <Suspense>
            <LogForm account={props.account} onDone={() => setWriting(false)} onCancel={() => setWriting(false)} />
          </Suspense>
        </Show>
      </Show>
      <div class={css.filters} role="group" aria-label={line("filter")}>
        <For each={filters}>
          {(one) => (
            <button type="button" class={css.filter} aria-pressed={filter() === one} onClick={() => setFilter(one)}>
              {line(one)}
            </button>
          )}
        </For>
      </div>
      <Show
        when={entries().length > 0}
        fallback={
          <Nothing
            list="account.timeline"
            why={whyEmpty({
              sees: seesAny(data, "activity"),
              failed: isPast() && past.error !== undefined,
              filtered: filter() !== "all" && !(isPast() && session.offline()),
              partial: !data.whole() || (isPast() && session.offline()),
            })}
            onRetry={() => void refetch()}
            onClear={() => setFilter("all")}
          />
        }
      >
        <For each={shown()}>
          {(group) => (
            <section class={css.group}>
              <h2 class={css.heading}>{heading(group.key)}</h2>
              <ul>
                <For each={group.entries}>
                  {(entry) => (
                    <OneEntry
                      account={props.account}
                      entry={entry}
                      near={group.key === "today" || group.key === "yesterday"}
                    />
                  )}
                </For>
              </ul>
            </section>
          )}
        </For>
        <Show when={entries().length > limit()}>
          <button type="button" class={css.older} onClick={() => setLimit((now) => now + pageRows)}>
            {line("older")}
          </button>
        </Show>
      </Show>
    </div>
  );
}

function OneEntry(props: { readonly account: string; readonly entry: Entry; readonly near: boolean }): JSX.Element {
  const { data, memberName } = useSession();
  const location = useLocation();
  const [open, setOpen] = createSignal(false);
  const zone = data.me.zone;
  const today = () => dayIn(now(), zone);
  const icon = () => {
    if (props.entry.kind === "comment") return MessageSquare;
    if (props.entry.kind === "rule") return Workflow;
    if (props.entry.kind === "note") return StickyNote;
    if (props.entry.kind === "access") return Users;
    if (props.entry.kind === "task") return props.entry.done ? CircleCheck : Circle;
    return icons[props.entry.activityKind ?? "other"] ?? Handshake;
  };
  const when = () =>
    props.entry.kind === "task" && props.entry.due
      ? day(props.entry.due, { locale: locale(), today: today() })
      : props.near
        ? clock(props.entry.at, locale(), zone)
        : day(dayIn(props.entry.at, zone), { locale: locale(), today: today() });
  const what = () => {
    if (props.entry.kind === "comment") return line("comment");
    if (props.entry.kind === "rule" || props.entry.kind === "access") return "";
    if (props.entry.kind === "note") return line("wrote");
    if (props.entry.told) return t("timeline.saleslead");
    if (props.entry.kind === "task") return props.entry.done ? line("taskDone") : line("task");
    return t(`kind.${props.entry.activityKind ?? "other"}`);
  };
  const told = data.record("case", () => props.entry.told);
  const meta = () =>
    [
      what(),
      memberName(props.entry.who),
      outcomeWords(props.entry.outcome, props.entry.activityKind),
      props.entry.minutes ? duration(props.entry.minutes, locale()) : "",
    ]
      .filter(Boolean)
      .join(" · ");
  const late = () =>
    props.entry.kind === "task" && !props.entry.done && props.entry.due !== undefined && props.entry.due < today();
  const session = useSession();
  const tick = () => {
    const task = data.record("task", () => props.entry.id)();
    if (task) void import("../tasks/act.ts").then(({ complete }) => complete(session, task));
  };
  return (
    <li class={css.entry}>
      <span class={`${css.when} num`} classList={{ [css.late ?? ""]: late() }}>
        {when()}
      </span>
      <Show
        when={props.entry.kind === "task" && !props.entry.done}
        fallback={
          <span class={css.icon} aria-hidden="true">
            <Dynamic component={icon()} size={15} />
          </span>
        }
      >
        <button type="button" class={css.tick} aria-label={`${line("tick")}: ${props.entry.title}`} onClick={tick}>
          <Check size={11} stroke-width={3} />
        </button>
      </Show>
      <div class={css.what}>
        <p class={css.title}>
          <Switch fallback={props.entry.title}>
            <Match when={props.entry.kind === "task"}>
              <A class={css.open} href={location.pathname + paths.task(props.entry.id)} noScroll>
                {props.entry.title}
              </A>
            </Match>
            <Match when={props.entry.section}>
              {(section) => (
                <A class={css.open} href={paths.account(props.account, "notes", section())}>
                  {props.entry.title}
                </A>
              )}
            </Match>
          </Switch>
          <ChangeMark state={markOf(data, props.entry.id)} />
        </p>
        <Show when={meta() || props.entry.told}>
          <p class="meta">
            {meta()}
            <Show when={told()}>
              {(row) => (
                <>
                  {" · "}
                  <A class={css.more} href={paths.case(row().id)}>
                    {row().number}
                  </A>
                </>
              )}
            </Show>
          </p>
        </Show>
        <Show when={props.entry.body}>
          {(body) => (
            <>
              <p class={css.body} classList={{ [css.clamped ?? ""]: !open() }}>
                {body()}
              </p>
              <Show when={body().length > 280 || body().split("\n").length > 4}>
                <button type="button" class={css.more} aria-expanded={open()} onClick={() => setOpen(!open())}>
                  {open() ? line("less") : line("more")}
                </button>
              </Show>
            </>
          )}
        </Show>
      </div>
    </li>
  );
}
