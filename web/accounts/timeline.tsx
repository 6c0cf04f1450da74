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
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { Dynamic } from "solid-js/web";
import { clock, day, dayIn, duration } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { isPhone, now, useSession } from "../shell/context.ts";
import { markOf } from "../shell/marks.ts";
import { Empty } from "../ui/bits.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { toast } from "../ui/toast.tsx";
import { LogForm } from "./log-form.tsx";
import css from "./timeline.module.css";
import { groups, timeline, type Entry } from "./timeline-model.ts";

const filters = ["all", "touches", "tasks", "comments"] as const;
type Filter = (typeof filters)[number];
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
  const { data } = useSession();
  const [filter, setFilter] = createSignal<Filter>("all");
  const [limit, setLimit] = createSignal(pageRows);
  const [writing, setWriting] = createSignal(false);

  const query = () => ({ anchor: props.account });
  const activities = data.list("activity", query);
  const tasks = data.list("task", query);
  const comments = data.list("comment", query);
  const entries = createMemo(() =>
    timeline({ activities: activities(), tasks: tasks(), comments: comments() }, filter()),
  );
  const shown = createMemo(() => groups(entries().slice(0, limit()), dayIn(now(), data.me.zone), data.me.zone));
  const heading = (key: string) =>
    key === "ahead" || key === "today" || key === "yesterday"
      ? t(key === "ahead" ? "timeline.upcoming" : `timeline.${key}`)
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
              {t("timeline.composer")}
            </button>
          }
        >
          <LogForm account={props.account} onDone={() => setWriting(false)} onCancel={() => setWriting(false)} />
        </Show>
      </Show>
      <div class={css.filters} role="group" aria-label={t("timeline.filter")}>
        <For each={filters}>
          {(one) => (
            <button type="button" class={css.filter} aria-pressed={filter() === one} onClick={() => setFilter(one)}>
              {t(`timeline.${one}`)}
            </button>
          )}
        </For>
      </div>
      <Show
        when={entries().length > 0}
        fallback={<Empty>{filter() === "all" ? t("timeline.empty") : t("timeline.emptyFiltered")}</Empty>}
      >
        <For each={shown()}>
          {(group) => (
            <section class={css.group}>
              <h2 class={css.heading}>{heading(group.key)}</h2>
              <ul>
                <For each={group.entries}>
                  {(entry) => <OneEntry entry={entry} near={group.key === "today" || group.key === "yesterday"} />}
                </For>
              </ul>
            </section>
          )}
        </For>
        <Show when={entries().length > limit()}>
          <button type="button" class={css.older} onClick={() => setLimit((now) => now + pageRows)}>
            {t("timeline.older")}
          </button>
        </Show>
      </Show>
    </div>
  );
}

function OneEntry(props: { readonly entry: Entry; readonly near: boolean }): JSX.Element {
  const { data, memberName } = useSession();
  const [open, setOpen] = createSignal(false);
  const zone = data.me.zone;
  const today = () => dayIn(now(), zone);
  const icon = () => {
    if (props.entry.kind === "comment") return MessageSquare;
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
    if (props.entry.kind === "comment") return t("timeline.comment");
    if (props.entry.kind === "task") return props.entry.done ? t("timeline.taskDone") : t("timeline.task");
    return t(`kind.${props.entry.activityKind ?? "other"}`);
  };
  const meta = () =>
    [
      what(),
      memberName(props.entry.who),
      props.entry.outcome,
      props.entry.minutes ? duration(props.entry.minutes, locale()) : "",
    ]
      .filter(Boolean)
      .join(" · ");
  const late = () =>
    props.entry.kind === "task" && !props.entry.done && props.entry.due !== undefined && props.entry.due < today();
  const tick = async () => {
    const done = await data.mutate("task.complete@1", { id: props.entry.id, done: true });
    if (done.ok)
      toast({
        text: t("today.completed"),
        undo: () => void data.mutate("task.complete@1", { id: props.entry.id, done: false }),
      });
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
        <button
          type="button"
          class={css.tick}
          aria-label={t("today.complete", props.entry.title)}
          onClick={() => void tick()}
        >
          <Check size={11} stroke-width={3} />
        </button>
      </Show>
      <div class={css.what}>
        <p class={css.title}>
          {props.entry.title}
          <ChangeMark state={markOf(data, props.entry.id)} />
        </p>
        <p class="meta">{meta()}</p>
        <Show when={props.entry.body}>
          {(body) => (
            <>
              <p class={css.body} classList={{ [css.clamped ?? ""]: !open() }}>
                {body()}
              </p>
              <Show when={body().length > 280 || body().split("\n").length > 4}>
                <button type="button" class={css.more} aria-expanded={open()} onClick={() => setOpen(!open())}>
                  {open() ? t("timeline.less") : t("timeline.more")}
                </button>
              </Show>
            </>
          )}
        </Show>
      </div>
    </li>
  );
}
