/** What opens on an item's task and on a mention: a small card beside it. */
import { A } from "@solidjs/router";
import { createMemo, For, Match, Show, Switch, type JSX } from "solid-js";
import { entityOfId, type EntityName, type RecordOf, type Row } from "../../shared/records/entities.ts";
import { choiceNames, kindNames } from "../i18n/fields.ts";
import { addDays, day, dayIn } from "../i18n/format.ts";
import { fieldLabel, pick } from "../i18n/labels.ts";
import { locale, roleName, t } from "../i18n/i18n.ts";
import { displayName } from "../i18n/person.ts";
import { paths } from "../paths.ts";
import { now, useSession } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { Button, buttonClass } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { RealCard } from "../ui/popover-real.tsx";
import { toast } from "../ui/toast.tsx";
import css from "./live.module.css";

type Task = RecordOf<"task">;
interface CardProps {
  readonly anchor: HTMLElement;
  readonly title: string;
  readonly of: "task" | "mention";
  readonly id: string;
  readonly task: Task | undefined;
  readonly account: string;
  /** The note is not for everyone on the account. */
  readonly narrow: boolean;
  readonly onClose: () => void;
  /** Where the note may be written: an item becomes a plain one, and a task again. */
  readonly onPlain?: (done: boolean) => void;
  readonly onTask?: (id: string) => void;
}

export default function Card(props: CardProps): JSX.Element {
  return (
    <RealCard anchor={props.anchor} title={props.title} onClose={props.onClose}>
      <Switch>
        <Match when={props.task}>{(task) => <TaskCard {...props} task={task()} />}</Match>
        <Match when={props.of === "task"}>
          <p>{t("task.absent")}</p>
          <Show when={props.onPlain}>
            {(plain) => (
              <div class={css.acts}>
                <Button
                  small
                  data-autofocus
                  onClick={() => {
                    plain()(false);
                    props.onClose();
                  }}
                >
                  {t("task.plain")}
                </Button>
              </div>
            )}
          </Show>
        </Match>
        <Match when={entityOfId(props.id) === "member"}>
          <MemberCard id={props.id} />
        </Match>
        <Match when={true}>
          <RecordCard id={props.id} onGo={props.onClose} />
        </Match>
      </Switch>
    </RealCard>
  );
}

function TaskCard(props: CardProps & { readonly task: Task }): JSX.Element {
  const { data, memberName } = useSession();
  const row = (): Row => props.task as Row;
  const today = createMemo(() => dayIn(now(), data.me.zone));
  const account = data.record("account", () => props.account);
  const crew = data.list("account_team", () => ({ anchor: props.account }));
  const members = data.list("member", () => ({ where: (one) => one.employment === "active", sort: "name" }));
  const keyOwner = () => account()?.owner ?? "";
  const owner = () => props.task.owner ?? keyOwner();
  const near = createMemo(
    () => new Set([keyOwner(), owner(), data.me.member, ...crew().map(({ member }) => member ?? "")]),
  );
  /** Whoever may be given it: of a narrow note only who works on the account, for others would not see it. */
  const choices = createMemo(() => {
    const all = members().map((one) => ({ id: one.id, text: displayName(one) }));
    const far = props.narrow ? [] : all.filter(({ id }) => !near().has(id));
    return [...all.filter(({ id }) => near().has(id)), ...far];
  });
  const said = async (name: string, args: object): Promise<boolean> => {
    const done = await data.mutate(name, args);
    if (!done.ok) toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
    return done.ok;
  };
  const whyNot = (action: string): string | undefined => {
    const may = data.can(action, row());
    return may.allowed ? undefined : (may.why ?? whyWords("denied"));
  };
  const give = async (to: string | null): Promise<undefined> => {
    const args = { id: props.task.id, account: props.account, from: props.task.owner ?? null, to };
    if (to !== null && to !== owner()) await said("task.assign@1", args);
  };
  const due = async (value: string | null): Promise<undefined> => {
    await said("task.edit@1", {
      id: props.task.id,
      set: { dueDay: value, dueZone: value === null ? null : data.me.zone },
    });
  };
  const days = () => [
    { text: t("day.today"), value: today() },
    { text: t("day.tomorrow"), value: addDays(today(), 1) },
    { text: t("day.nextWeek"), value: addDays(today(), 7) },
  ];
  const remove = async (): Promise<void> => {
    const { id } = props.task;
    const { onPlain, onTask } = props;
    const done = props.task.done === true;
    props.onClose();
    if (!(await said("task.delete@1", { id }))) return;
    onPlain?.(done);
    toast({
      text: t("task.deleted"),
      plain: true,
      undo: () => {
        void said("task.restore@1", { id });
        onTask?.(id);
      },
    });
  };
  return (
    <>
      <Field
        label={t("account.owner")}
        value={owner()}
        show={memberName(owner()) || t("account.noOwner")}
        choices={choices()}
        onCommit={whyNot("reassign") === undefined ? give : undefined}
      />
      <Field
        label={fieldLabel("dueDay")}
        kind="day"
        value={props.task.dueDay}
        show={
          <Show when={props.task.dueDay}>
            {(value) =>
              day(value(), { locale: locale(), today: today(), zone: props.task.dueZone ?? null, mine: data.me.zone })
            }
          </Show>
        }
        onCommit={whyNot("edit") === undefined ? due : undefined}
      />
      <Show when={whyNot("edit") === undefined} fallback={<p class="meta">{whyNot("edit")}</p>}>
        <div class={css.acts} role="group" aria-label={fieldLabel("dueDay")}>
          <For each={days()}>
            {(one, at) => (
              <Button
                small
                data-autofocus={at() === 0 ? "" : undefined}
                aria-pressed={props.task.dueDay === one.value}
                onClick={() => void due(props.task.dueDay === one.value ? null : one.value)}
              >
                {one.text}
              </Button>
            )}
          </For>
        </div>
      </Show>
      <div class={css.acts}>
        <Button small look="quiet" disabledReason={whyNot("delete")} onClick={() => void remove()}>
          {t("task.delete")}
        </Button>
      </div>
    </>
  );
}

/** Who somebody is, as far as this device knows. */
function MemberCard(props: { readonly id: string }): JSX.Element {
  const { data } = useSession();
  const row = data.record("member", () => props.id);
  const teams = data.list("team", () => ({ sort: "name" }));
  const names = (ids: unknown): string =>
    teams()
      .filter(({ id }) => Array.isArray(ids) && ids.includes(id))
      .map(({ name }) => name)
      .join(", ");
  return (
    <Show when={row()} fallback={<p>{t("mention.unknownMember")}</p>}>
      {(member) => (
        <>
          <Show when={member().base}>{(base) => <Field label={fieldLabel("base")} value={roleName(base())} />}</Show>
          <Show when={(member().duties ?? []).map((duty) => roleName(String(duty))).join(", ")}>
            {(duties) => <Field label={fieldLabel("duties")} value={duties()} />}
          </Show>
          <Show when={names(member().teams)}>{(all) => <Field label={fieldLabel("teams")} value={all()} />}</Show>
          <Show when={member().employment === "left"}>
            <p class="meta">{t("mention.left")}</p>
          </Show>
        </>
      )}
    </Show>
  );
}
/** Fields that say at a glance how it stands. */
const glance: Partial<Record<EntityName, readonly string[]>> = {
  account: ["owner", "health", "nextAction"],
  opportunity: ["stage", "closeDay", "owner"],
  contact: ["title", "role"],
  case: ["status", "severity", "nextAction"],
  task: ["owner", "dueDay"],
  lead: ["status", "owner"],
};
const addressOf = (entity: EntityName, row: Row): string => {
  switch (entity) {
    case "account":
      return paths.account(row.id);
    case "opportunity":
      return paths.account(row.anchor, "opportunities");
    case "case":
      return paths.case(row.id);
    case "section":
      return paths.account(row.anchor, "notes", row.id);
    default:
      return paths.account(row.anchor);
  }
};

function RecordCard(props: { readonly id: string; readonly onGo: () => void }): JSX.Element {
  const { data, memberName } = useSession();
  const entity = entityOfId(props.id);
  const row = createMemo(() => (entity ? (data.record(entity, () => props.id)() as Row | undefined) : undefined));
  const account = data.record("account", () => row()?.anchor);
  const words = (field: string, value: unknown): string => {
    if (value === null || value === undefined || value === "") return "";
    if (field === "owner") return memberName(String(value));
    if (field === "stage") return data.record("stage", () => String(value))()?.name ?? "";
    if (field.endsWith("Day")) return day(String(value), { locale: locale(), today: dayIn(now(), data.me.zone) });
    return pick(choiceNames[String(value)]) ?? String(value);
  };
  const lines = createMemo(() =>
    (glance[entity ?? "file"] ?? [])
      .map((field) => ({ field, words: words(field, row()?.[field]) }))
      .filter((line) => line.words !== ""),
  );
  return (
    <Show when={row()} fallback={<p>{t("mention.unknownRecord")}</p>}>
      {(there) => (
        <>
          <p class="meta">
            {[pick(kindNames[entity ?? ""]), entity === "account" ? "" : account()?.name].filter(Boolean).join(" · ")}
          </p>
          <For each={lines()}>{(line) => <Field label={fieldLabel(line.field)} value={line.words} />}</For>
          <div class={css.acts}>
            <A
              class={buttonClass({ small: true })}
              href={addressOf(entity ?? "account", there())}
              data-autofocus
              onClick={() => {
                data.open(there().anchor);
                props.onGo();
              }}
            >
              {t("act.open")}
            </A>
          </div>
        </>
      )}
    </Show>
  );
}
