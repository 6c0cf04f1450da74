import ChevronLeft from "lucide-solid/icons/chevron-left";
import { createMemo, createSignal, For, Match, Show, Switch, type JSX } from "solid-js";
import { fieldsOf, isSound, kindOf, me, mine, opsOf, targetOf, valuesOf, type Filter, type Kind, type Op } from "../../shared/lists/query.ts"; // prettier-ignore
import { entity, type EntityName, type Row } from "../../shared/records/entities.ts";
import { fold } from "../i18n/format.ts";
import { t } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { useSession } from "../shell/context.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import css from "./filter-editor.module.css";
import type { ListKind } from "./kind.ts";
import { opName } from "./phrases.ts";
import type { ListState } from "./state.ts";
import { isKnown } from "./known.ts";
import { filterText, givenText } from "./words.ts";

interface Props {
  readonly kind: ListKind;
  readonly state: ListState;
  /** Absent: a new one. */
  readonly filter?: Filter;
  readonly onClose: () => void;
}

/** One condition: of which field, how, and what. Fields that this member may not see are not offered. */
export function FilterEditor(props: Props): JSX.Element {
  const [field, choose] = createSignal(props.filter?.field);
  return (
    <Dialog open onClose={props.onClose} title={t("filter.add")}>
      <Show when={field()} keyed fallback={<Fields {...props} onChoose={choose} />}>
        {(name) => <Condition {...props} field={name} onBack={() => choose(undefined)} />}
      </Show>
    </Dialog>
  );
}

function Fields(props: Props & { readonly onChoose: (field: string) => void }): JSX.Element {
  const { data } = useSession();
  const [text, setText] = createSignal("");
  const all = createMemo(() =>
    fieldsOf(props.kind.entity)
      .filter((field) => isKnown(data, props.kind.entity, field, props.state.online()))
      .map((field) => ({ field, label: fieldLabel(field) })),
  );
  const found = () => all().filter(({ label }) => fold(label).includes(fold(text())));
  return (
    <div class={css.fields}>
      <input
        class={css.input}
        type="search"
        data-autofocus
        aria-label={t("filter.which")}
        placeholder={t("filter.which")}
        value={text()}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          const [first] = found();
          if (event.key !== "Enter" || event.isComposing || !first) return;
          event.preventDefault();
          props.onChoose(first.field);
        }}
      />
      <ul class={css.list}>
        <For each={found()}>
          {({ field, label }) => (
            <li>
              <button type="button" class={css.option} onClick={() => props.onChoose(field)}>
                {label}
              </button>
            </li>
          )}
        </For>
      </ul>
    </div>
  );
}

function Condition(props: Props & { readonly field: string; readonly onBack: () => void }): JSX.Element {
  const session = useSession();
  const { entity: name } = props.kind;
  const kind = (): Kind => kindOf(name, props.field) ?? "text";
  const offered = () => opsOf[kind()];
  const old = props.filter?.field === props.field ? props.filter : undefined;
  const [op, setOp] = createSignal<Op>(old?.op ?? offered()[0] ?? "is");
  const [values, setValues] = createSignal<readonly string[]>(old?.values ?? starts(op()));
  const filter = (): Filter => ({ field: props.field, op: op(), values: valuesOf(op(), kind()) === "none" ? [] : values() }); // prettier-ignore
  const sound = () => isSound(name, filter());
  const where = () => props.state.query().where;
  const save = (): void => {
    if (!sound()) return;
    const next = props.filter ? where().map((one) => (one === props.filter ? filter() : one)) : [...where(), filter()];
    props.state.change({ where: next });
    props.onClose();
  };
  const chooseOp = (next: Op): void => {
    const [was, is] = [shape(op(), kind()), shape(next, kind())];
    setOp(next);
    if (was !== is) setValues(starts(next));
  };
  return (
    <form
      class={css.form}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <button type="button" class={css.back} onClick={() => props.onBack()}>
        <ChevronLeft size={14} />
        {fieldLabel(props.field)}
      </button>
      <label class={css.row}>
        <span class="sr">{t("filter.how")}</span>
        <select class={css.input} value={op()} onChange={(event) => chooseOp(event.currentTarget.value as Op)}>
          <For each={offered()}>{(one) => <option value={one}>{opName(kind() === "quiet" && one === "last" ? "touched" : one)}</option>}</For>
        </select>
      </label>
      <Switch>
        <Match when={valuesOf(op(), kind()) === "some"}>
          <Some kind={props.kind} field={props.field} op={op()} values={values()} onValues={setValues} />
        </Match>
        <Match when={valuesOf(op(), kind()) === "one"}>
          <One kind={kind()} op={op()} field={props.field} value={values()[0] ?? ""} onValue={(value) => setValues(value === "" ? [] : [value])} />
        </Match>
      </Switch>
      <p class={css.said} aria-live="polite">
        {sound() ? filterText(session, name, filter()) : ""}
      </p>
      <div class={css.acts}>
        <Show when={props.filter}>
          <Button
            look="quiet"
            onClick={() => {
              props.state.change({ where: where().filter((one) => one !== props.filter) });
              props.onClose();
            }}
          >
            {t("filter.remove")}
          </Button>
        </Show>
        <Button look="primary" type="submit" disabledReason={sound() ? undefined : t("filter.incomplete")}>
          {t("filter.apply")}
        </Button>
      </div>
    </form>
  );
} // prettier-ignore

/** What an operator wants typed: days, a day, or whatever the field has. */
const shape = (op: Op, kind: Kind): string =>
  op === "next" || op === "last" || op === "quiet" ? "days" : `${valuesOf(op, kind)} ${kind}`;
function starts(op: Op): string[] {
  if (op === "quiet") return ["30"];
  return op === "next" || op === "last" ? ["7"] : [];
}

function One(props: {
  readonly kind: Kind;
  readonly op: Op;
  readonly field: string;
  readonly value: string;
  readonly onValue: (value: string) => void;
}): JSX.Element {
  const days = () => shape(props.op, props.kind) === "days";
  const isDayKind = () => !days() && (props.kind === "day" || props.kind === "instant");
  const isNumber = () => days() || props.kind === "number" || props.kind === "money";
  const shown = () => (props.kind === "money" && props.value !== "" ? String(Number(props.value) / 100) : props.value);
  return (
    <Show
      when={props.kind !== "flag"}
      fallback={
        <div class={css.few} role="radiogroup" aria-label={fieldLabel(props.field)}>
          <For each={["true", "false"]}>
            {(value) => (
              <label class={css.check}>
                <input type="radio" name="flag" checked={props.value === value} onChange={() => props.onValue(value)} />
                {t(value === "true" ? "value.yes" : "value.no")}
              </label>
            )}
          </For>
        </div>
      }
    >
      <label class={css.row}>
        <span class="sr">{t("filter.value")}</span>
        <input
          class={css.input}
          data-autofocus
          ref={(element) => queueMicrotask(() => element.focus())}
          type={isDayKind() ? "date" : "text"}
          inputmode={isNumber() ? "numeric" : undefined}
          maxLength={200}
          value={shown()}
          onInput={(event) => {
            const { value } = event.currentTarget;
            const plain = isNumber() ? value.replaceAll(/[\s,']/g, "") : value;
            props.onValue(props.kind === "money" && plain !== "" ? String(Math.round(Number(plain) * 100)) : plain);
          }}
        />
        <Show when={days()}>
          <span class={css.unit}>{t("filter.days")}</span>
        </Show>
      </label>
    </Show>
  );
}

const manyFrom = 9;
/** Any of some: of a closed list, or of records that this device holds. */
function Some(props: {
  readonly kind: ListKind;
  readonly field: string;
  readonly op: Op;
  readonly values: readonly string[];
  readonly onValues: (values: readonly string[]) => void;
}): JSX.Element {
  const session = useSession();
  const { entity: name } = props.kind;
  const [text, setText] = createSignal("");
  const target = targetOf(name, props.field);
  const filter = () => ({ field: props.field, op: props.op, values: [] });
  const special = target === "member" ? [me] : target === "team" ? [mine] : [];
  const records = target === null ? () => [] : recordsOf(session.data, target);
  const all = createMemo(() => {
    const ids = target === null ? (entity(name).fields[props.field]?.values ?? []) : records().map(({ id }) => id);
    return [...special, ...ids].map((value) => ({ value, label: givenText(session, name, filter(), value) }));
  });
  const many = () => all().length > manyFrom;
  // What is chosen stands first; of many no more than one can look at.
  const found = createMemo(() => {
    const word = fold(text());
    const chosen = new Set(props.values);
    const some = all().filter(({ value, label }) => chosen.has(value) || special.includes(value) || fold(label).includes(word));
    return some.slice(0, 60);
  });
  const toggle = (value: string): void =>
    props.onValues(props.values.includes(value) ? props.values.filter((one) => one !== value) : [...props.values, value]);
  return (
    <div class={css.some}>
      <Show when={many()}>
        <input
          class={css.input}
          type="search"
          ref={(element) => queueMicrotask(() => element.focus())}
          aria-label={t("list.find")}
          placeholder={t("list.find")}
          value={text()}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && !event.isComposing && event.preventDefault()}
        />
      </Show>
      <ul class={css.list}>
        <For each={found()}>
          {({ value, label }, at) => (
            <li>
              <label class={css.check}>
                <input
                  type="checkbox"
                  ref={(element) => at() === 0 && !many() && queueMicrotask(() => element.focus())}
                  checked={props.values.includes(value)}
                  onChange={() => toggle(value)}
                />
                <span class="clip">{label}</span>
              </label>
            </li>
          )}
        </For>
      </ul>
    </div>
  );
} // prettier-ignore

/** Records to choose from, by name. Who has left is not offered. */
function recordsOf(data: ReturnType<typeof useSession>["data"], of: EntityName): () => readonly Row[] {
  const list = data.list(of, () => ({ sort: "name" })) as unknown as () => readonly Row[];
  return () => list().filter((row) => of !== "member" || row["employment"] !== "left");
}
