import UserPen from "lucide-solid/icons/user-pen";
import Trash from "lucide-solid/icons/trash";
import Pencil from "lucide-solid/icons/pencil";
import X from "lucide-solid/icons/x";
import { createEffect, createMemo, createSignal, For, Match, on, onCleanup, Show, Switch, type JSX } from "solid-js";
import { useCommands } from "../commands/registry.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { fieldsOf, kindOf, targetOf } from "../../shared/lists/query.ts";
import { entity, type Row } from "../../shared/records/entities.ts";
import { choiceNames } from "../i18n/fields.ts";
import { fold } from "../i18n/format.ts";
import { t } from "../i18n/i18n.ts";
import { fieldLabel, pick } from "../i18n/labels.ts";
import { displayName } from "../i18n/person.ts";
import { isPhone, useSession } from "../shell/context.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import { planChanges, planDeletes, slowly, wayOf, type Change, type Not, type Plan } from "./acts.ts";
import type { Desk } from "./desk.ts";
import form from "./filter-editor.module.css";
import type { ListKind } from "./kind.ts";
import { isKnown } from "./known.ts";
import css from "./list.module.css";
import { aboutNot, b, hostOf, perform, rowsOf, whyNot } from "./perform.ts";
import type { Selection } from "./selection.ts";
import type { Rows } from "./table.tsx";
import { readText } from "./values.ts";

export interface BarProps {
  readonly kind: ListKind;
  readonly desk: Desk;
  readonly rows: Rows;
  readonly selection: Selection;
  /** Selected rows that the list shows. */
  readonly chosen: readonly string[];
  readonly onClear: () => void;
}
type Open = { readonly field?: string } | "delete" | "left";

/** What may be done to the rows that are selected, how far it is, and what of it was not done. */
export function BulkBar(props: BarProps): JSX.Element {
  const session = useSession();
  const { data } = session;
  const [open, setOpen] = createSignal<Open>();
  const { entity: name } = props.kind;
  const rows = (): Row[] => props.chosen.flatMap((id) => props.rows.at(props.rows.indexOf(id)) ?? []);
  const begin = (what: Open): void => {
    if (props.desk.work()) return toast({ text: b("busy"), bad: true });
    if (what !== "left" && props.chosen.length > limits.bulkRowsMax) return toast({ text: b("most", limits.bulkRowsMax), bad: true });
    setOpen(what);
  };
  /** Where deleting one takes a second person, a list does not offer to delete many. */
  const mayDelete = !data.asks.some(({ kind, on: of }) => kind === "delete_protected" && of === name);
  const mayGive = wayOf(name, "owner") !== undefined && isKnown(data, name, "owner", false);
  const key = (what: Open) => () => (props.chosen.length > 0 ? begin(what) : false);
  const some = () => props.chosen.length > 0;
  useCommands({
    "row.change": { run: key({}), when: some },
    "row.give": mayGive ? { run: key({ field: "owner" }), when: some } : undefined,
  });
  const hint = (key: string) => (isPhone() ? {} : { kbd: key });
  return (
    <div class={`${css.foot} ${css.bulk}`} role="group" aria-label={b("bar")}>
      <Show
        when={props.desk.work()}
        fallback={
          <>
            <span class={`${css.note} num`} role="status">
              {props.chosen.length > 0 ? b("selected", props.chosen.length) : isPhone() && props.desk.left().length === 0 ? b("selecting") : ""}
            </span>
            <Show when={props.desk.left().length > 0}>
              <Button look="quiet" small class={css.lacks} onClick={() => begin("left")}>
                {b("left", props.desk.left().length)}
              </Button>
            </Show>
            <Show when={props.chosen.length < props.rows.length() && (props.chosen.length > 0 || isPhone())}>
              <Button
                look="quiet"
                small
                onClick={() => {
                  const ids = Array.from({ length: props.rows.length() }, (_, at) => props.rows.at(at)?.id ?? "");
                  props.selection.set(ids.filter(Boolean));
                }}
              >
                {b("all", props.rows.length())}
              </Button>
            </Show>
            <Show when={props.chosen.length > 0}>
              <Button small {...hint("E")} aria-label={b("change")} aria-haspopup="dialog" onClick={() => begin({})}>
                <Show when={!isPhone()}><Pencil size={14} /></Show>
                {b(isPhone() ? "changeShort" : "change")}
              </Button>
              <Show when={mayGive}>
                <Button small {...hint("O")} aria-label={b("give")} aria-haspopup="dialog" onClick={() => begin({ field: "owner" })}>
                  <Show when={!isPhone()}><UserPen size={14} /></Show>
                  {b(isPhone() ? "giveShort" : "give")}
                </Button>
              </Show>
              <Show when={mayDelete}>
                <Button small aria-label={b("remove")} aria-haspopup="dialog" onClick={() => begin("delete")}>
                  <Trash size={14} />
                  <Show when={!isPhone()}>{b("remove")}</Show>
                </Button>
              </Show>
            </Show>
            <Button look="quiet" small square aria-label={b("clear")} title="Esc" onClick={() => props.onClear()}>
              <X size={16} />
            </Button>
          </>
        }
      >
        {(work) => (
          <>
            <span class="num">
              {work().back ? `${b("takingBack")} ` : ""}
              {b("working", work().done, work().all)}
            </span>
            <progress class={form.input} max={work().all} value={work().done} aria-label={b("working", work().done, work().all)} />
            <Button small onClick={() => work().stop()}>
              {b("stop")}
            </Button>
          </>
        )}
      </Show>
      <Switch>
        <Match when={open() === "left"}>
          <Dialog open onClose={() => setOpen(undefined)} title={b("leftTitle")}>
            <NotList kind={props.kind} not={props.desk.left()} />
          </Dialog>
        </Match>
        <Match when={open() === "delete"}>
          <DeleteMany {...props} of={rows()} onClose={() => setOpen(undefined)} />
        </Match>
        <Match when={open() as { readonly field?: string } | undefined}>
          {(what) => <ChangeMany {...props} of={rows()} field={what().field} onClose={() => setOpen(undefined)} />}
        </Match>
      </Switch>
    </div>
  );
} // prettier-ignore

interface ManyProps extends BarProps {
  /** The rows as they were when it was opened. */
  readonly of: readonly Row[];
  readonly onClose: () => void;
}

/** A plan that is made anew whenever what it is made of moves. */
function createPlan(begin: () => Generator<undefined, Plan> | undefined): () => Plan | "looking" | undefined {
  const [plan, setPlan] = createSignal<Plan | "looking">();
  let turn = 0;
  createEffect(
    on(begin, (steps) => {
      const mine = (turn += 1);
      setPlan(steps && "looking");
      if (!steps) return;
      // What is typed fast is looked at when it rests.
      setTimeout(() => {
        if (mine !== turn) return;
        void slowly(steps, () => mine === turn).then((made) => made && mine === turn && setPlan(made));
      }, 80);
    }),
  );
  onCleanup(() => (turn += 1));
  return plan;
}
const made = (plan: Plan | "looking" | undefined): Plan | undefined => (plan === "looking" ? undefined : plan);

/** One field of all of them: on how many it may be done is said before it is done. */
function ChangeMany(props: ManyProps & { readonly field: string | undefined }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const { entity: name } = props.kind;
  const rows = props.of;
  const [field, setField] = createSignal(props.field ?? "");
  const [text, setText] = createSignal("");
  const [emptied, setEmptied] = createSignal(false);
  const fields = fieldsOf(name).filter((one) => wayOf(name, one) && isKnown(data, name, one, false));
  const first = fields.filter((one) => props.kind.start.includes(one));
  const about = () => entity(name).fields[field()];
  const target = () => (field() ? targetOf(name, field()) : null);
  const values = createMemo((): Change[] | { readonly not: Not[] } | undefined => {
    const of = field();
    if (!of || (text() === "" && !emptied())) return undefined;
    const not: Not[] = [];
    const changes = rows.flatMap((row): Change[] => {
      if (target() && !emptied()) return [{ row, field: of, value: text() }];
      const read = readText(name, of, emptied() ? "" : text(), row, () => []);
      if (read.ok) return [{ row, field: of, value: read.value }];
      not.push({ row, why: { kind: "wrong", wrong: read.wrong, text: text() } });
      return [];
    });
    return changes.length > 0 ? changes : { not };
  });
  const plan = createPlan(() => {
    const changes = values();
    return Array.isArray(changes) ? planChanges(hostOf(session), name, changes) : undefined;
  });
  const bad = (): Not | undefined => {
    const all = values();
    return all && "not" in all ? all.not[0] : undefined;
  };
  const count = () => rowsOf(made(plan())?.acts ?? []);
  const save = (): void => {
    const ready = made(plan());
    if (!ready || ready.acts.length === 0) return;
    props.onClose();
    void perform(session, props.desk, props.kind, ready, { did: (acts) => b("changed", rowsOf(acts)) });
  };
  return (
    <Dialog open onClose={props.onClose} title={b(props.field === "owner" ? "give" : "change")}>
      <form
        class={form.form}
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <Show when={props.field === undefined}>
          <label class={form.labelled}>
            <span>{b("field")}</span>
            <select
              class={form.input}
              data-autofocus
              value={field()}
              onChange={(event) => {
                setField(event.currentTarget.value);
                setText("");
                setEmptied(false);
              }}
            >
              <option value="">{b("choose")}</option>
              <For each={[...first, ...fields.filter((one) => !first.includes(one))]}>
                {(one) => <option value={one}>{fieldLabel(one)}</option>}
              </For>
            </select>
          </label>
        </Show>
        <Show when={field()} keyed>
          {(of) => (
            <>
              <Switch fallback={<TypedValue of={of} kind={props.kind} off={emptied()} value={text()} onInput={setText} />}>
                <Match when={about()?.type === "enum" || about()?.type === "bool"}>
                  <label class={form.labelled}>
                    <span>{b("to")}</span>
                    <select class={form.input} value={text()} disabled={emptied()} onChange={(event) => setText(event.currentTarget.value)}>
                      <option value="">{b("choose")}</option>
                      <For each={about()?.type === "bool" ? ["yes", "no"] : (about()?.values ?? [])}>
                        {(one) => <option value={one}>{about()?.type === "bool" ? t(one === "yes" ? "value.yes" : "value.no") : (pick(choiceNames[one]) ?? one.replaceAll("_", " "))}</option>}
                      </For>
                    </select>
                  </label>
                </Match>
                <Match when={target()}>
                  {(to) => <OneOf to={to()} value={text()} onChoose={setText} />}
                </Match>
              </Switch>
              <Show when={!about()?.required && of !== "owner"}>
                <label class={form.check}>
                  <input type="checkbox" checked={emptied()} onChange={(event) => setEmptied(event.currentTarget.checked)} />
                  {b("empty")}
                </label>
              </Show>
            </>
          )}
        </Show>
        <Show when={bad()}>
          {(one) => <p class={form.wrong} role="alert">{whyNot(session, one())}</p>}
        </Show>
        <Planned kind={props.kind} plan={plan()} said={b("will", count())} />
        <Show when={wayOf(name, field()) === "reassign" && rows.length > limits.reassignPerDayAlone}>
          <p class={form.said}>{b("many", limits.reassignPerDayAlone)}</p>
        </Show>
        <Acts plan={plan()} words={b(emptied() ? "doEmpty" : "do", count())} onClose={props.onClose} />
      </form>
    </Dialog>
  );
} // prettier-ignore

function TypedValue(props: {
  readonly of: string;
  readonly kind: ListKind;
  readonly off: boolean;
  readonly value: string;
  readonly onInput: (text: string) => void;
}): JSX.Element {
  const kind = () => kindOf(props.kind.entity, props.of);
  const isLong = () => entity(props.kind.entity).fields[props.of]?.type === "long";
  const isNumber = () => kind() === "number" || kind() === "money";
  return (
    <label class={form.labelled}>
      <span>{b("to")}</span>
      <Show
        when={!isLong()}
        fallback={
          <textarea class={form.input} disabled={props.off} value={props.value} onInput={(event) => props.onInput(event.currentTarget.value)} />
        }
      >
        <input
          class={form.input}
          type={kind() === "day" ? "date" : "text"}
          inputmode={isNumber() ? "decimal" : undefined}
          maxLength={limits.textMax}
          disabled={props.off}
          value={props.value}
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      </Show>
    </label>
  );
} // prettier-ignore

const shownMost = 60;
/** A record of this device, by name. Who has left is not offered. */
function OneOf(props: {
  readonly to: Parameters<ReturnType<typeof useSession>["data"]["copy"]["records"]>[0];
  readonly value: string;
  readonly onChoose: (id: string) => void;
}): JSX.Element {
  const { data } = useSession();
  const [text, setText] = createSignal("");
  const list = data.list(props.to, () => ({ sort: "name" })) as unknown as () => readonly Row[];
  const all = createMemo(() =>
    list()
      .filter((row) => props.to !== "member" || row["employment"] === "active")
      .map((row) => ({ id: row.id, label: displayName({ name: String(row["name"] ?? "") }) })),
  );
  const found = createMemo(() => all().filter(({ label, id }) => id === props.value || fold(label).includes(fold(text()))).slice(0, shownMost));
  return (
    <div class={form.some}>
      <input
        class={form.input}
        type="search"
        data-autofocus
        aria-label={b("find")}
        placeholder={b("find")}
        value={text()}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          const [only] = found();
          if (event.key !== "Enter" || event.isComposing || props.value !== "" || !only) return;
          event.preventDefault();
          props.onChoose(only.id);
        }}
      />
      <ul class={form.list} role="radiogroup" aria-label={b("to")}>
        <For each={found()}>
          {({ id, label }) => (
            <li>
              <label class={form.check}>
                <input type="radio" name="to" checked={props.value === id} onChange={() => props.onChoose(id)} />
                <span class="clip">{label}</span>
              </label>
            </li>
          )}
        </For>
      </ul>
    </div>
  );
} // prettier-ignore

function DeleteMany(props: ManyProps): JSX.Element {
  const session = useSession();
  const rows = props.of;
  const plan = createPlan(() => planDeletes(hostOf(session), props.kind.entity, rows));
  const count = () => made(plan())?.acts.length ?? 0;
  const save = (): void => {
    const ready = made(plan());
    if (!ready || ready.acts.length === 0) return;
    props.onClose();
    void perform(session, props.desk, props.kind, ready, { did: (acts) => b("deleted", rowsOf(acts)) });
  };
  return (
    <Dialog open onClose={props.onClose} title={b("remove")}>
      <form
        class={form.form}
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <p>{b("confirmDelete")}</p>
        <Planned kind={props.kind} plan={plan()} said={b("willDelete", count())} />
        <Acts plan={plan()} words={b("doDelete", count())} onClose={props.onClose} danger />
      </form>
    </Dialog>
  );
}

function Acts(props: {
  readonly plan: Plan | "looking" | undefined;
  readonly words: string;
  readonly danger?: boolean;
  readonly onClose: () => void;
}): JSX.Element {
  const none = () => (made(props.plan)?.acts.length ?? 0) === 0;
  return (
    <div class={form.acts}>
      <Button look="quiet" onClick={() => props.onClose()}>
        {t("act.cancel")}
      </Button>
      <Button
        look={props.danger ? "danger" : "primary"}
        type="submit"
        disabledReason={none() ? (props.plan === "looking" ? b("looking") : b("noneFits")) : undefined}
      >
        {props.words}
      </Button>
    </div>
  );
}
function Planned(props: { readonly kind: ListKind; readonly plan: Plan | "looking" | undefined; readonly said: string }): JSX.Element {
  return (
    <div class={form.form} aria-live="polite">
      <Show when={made(props.plan)} fallback={<p class={form.said}>{props.plan === "looking" ? b("looking") : ""}</p>}>
        {(plan) => (
          <>
            <p class="num">
              {[props.said, ...(plan().same > 0 ? [b("same", plan().same)] : [])].join(" · ")}
            </p>
            <Show when={plan().not.length > 0}>
              <p class={form.wrong}>{b("wont", plan().not.length)}</p>
              <NotList kind={props.kind} not={plan().not} />
            </Show>
          </>
        )}
      </Show>
    </div>
  );
} // prettier-ignore
const namedMost = 50;
function NotList(props: { readonly kind: ListKind; readonly not: readonly Not[] }): JSX.Element {
  const session = useSession();
  return (
    <ul class={form.list}>
      <For each={props.not.slice(0, namedMost)}>
        {(one) => (
          <li>
            <p>{aboutNot(props.kind, one)}</p>
            <p class={form.said}>{whyNot(session, one)}</p>
          </li>
        )}
      </For>
      <Show when={props.not.length > namedMost}>
        <li>{b("more", props.not.length - namedMost)}</li>
      </Show>
    </ul>
  );
}
