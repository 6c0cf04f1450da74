import X from "lucide-solid/icons/x";
import { createMemo, createSignal, For, Index, Match, Show, Switch, type JSX } from "solid-js";
import {
  isJudged,
  ruledFields,
  ruleLimits,
  takesSome,
  type AssignmentRule,
  type Target,
} from "../../shared/assignment/rules.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { kindOf, opsOf, valuesOf, type Filter, type Kind, type Op } from "../../shared/lists/query.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { opName } from "../lists/phrases.ts";
import { useSession } from "../shell/context.ts";
import { Button, buttonClass } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import css from "../leads/leads.module.css";
import { Trial } from "./trial.tsx";
import { conditionText, r, ruleText } from "./words.ts";

export interface Draft {
  readonly name: string;
  readonly where: readonly Filter[];
  readonly target: Target | null;
}
const kindOfField = (field: string): Kind => kindOf("lead", field) ?? "text";
const wanted = (filter: Filter): "none" | "one" | "some" =>
  takesSome(filter) ? "some" : valuesOf(filter.op, kindOfField(filter.field));
const offered = ruledFields.filter((field) => field !== "name");

/** One rule: its name, what it asks for, and to whom it gives. What it says is read below, and tried, before it counts. */
export function RuleEditor(props: {
  readonly rule: AssignmentRule | undefined;
  readonly before: readonly AssignmentRule[];
  readonly onKeep: (draft: Draft) => Promise<string | undefined>;
  readonly onClose: () => void;
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  const [name, setName] = createSignal(props.rule?.name ?? "");
  const [where, setWhere] = createSignal<readonly Filter[]>(
    props.rule ? (props.rule.where ?? []) : [{ field: "country", op: "is", values: [] }],
  );
  const [kind, setKind] = createSignal<Target["kind"]>(props.rule?.target?.kind ?? "member");
  const [to, setTo] = createSignal(props.rule?.target?.id ?? "");
  const [said, setSaid] = createSignal<string>();
  const [trying, tryIt] = createSignal(false);
  const members = data.list("member", () => ({ where: (row) => row.employment === "active", sort: "name" }));
  const teams = data.list("team", () => ({ sort: "name" }));
  const queues = data.list("queue", () => ({ sort: "name" }));
  const choices = (): readonly { readonly id: string; readonly name?: string | null }[] =>
    ({ member: members, team: teams, queue: queues })[kind()]();
  const target = (): Target | null => (to() ? { kind: kind(), id: to() } : null);
  const lacks = createMemo(() =>
    !name().trim() ? r("edit.name.first") : !where().every(isJudged) ? r("edit.where.first") : target() === null ? r("edit.to.first") : undefined,
  ); // prettier-ignore
  const change = (at: number, part: Partial<Filter>): void => {
    setWhere(where().map((one, index) => (index === at ? { ...one, ...part } : one)));
    setSaid(undefined);
  };
  const keep = async (): Promise<void> => {
    if (lacks()) return void setSaid(lacks());
    setSaid(await props.onKeep({ name: name().trim(), where: where(), target: target() }));
  };
  return (
    <Dialog open wide onClose={props.onClose} title={props.rule ? r("edit.title", props.rule.name) : r("new")}>
      <form
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void keep();
        }}
      >
        <label class={css.field}>
          <span class={css.label}>{r("edit.name")}</span>
          <input
            class={css.input}
            data-autofocus
            autocomplete="off"
            maxLength={limits.nameMax}
            value={name()}
            onInput={(event) => {
              setName(event.currentTarget.value);
              setSaid(undefined);
            }}
          />
        </label>
        <fieldset class={css.group}>
          <legend class={css.label}>{r("edit.if")}</legend>
          <Index each={where()} fallback={<p class={css.note}>{r("edit.any")}</p>}>
            {(filter, at) => (
              <Condition
                filter={filter()}
                onChange={(part) => change(at, part)}
                onRemove={() => setWhere(where().filter((_one, index) => index !== at))}
              />
            )}
          </Index>
          <Show when={where().length < ruleLimits.conditionsMax}>
            <Button
              small
              look="quiet"
              onClick={() => setWhere([...where(), { field: "leadSource", op: "is", values: [] }])}
            >
              {r("edit.add")}
            </Button>
          </Show>
        </fieldset>
        <fieldset class={css.group}>
          <legend class={css.label}>{r("edit.to")}</legend>
          <div class={css.kinds}>
            <For each={["member", "team", "queue"] as const}>
              {(one) => (
                <label class={css.kind}>
                  <input
                    type="radio"
                    name="target"
                    checked={kind() === one}
                    onChange={() => {
                      setKind(one);
                      setTo("");
                    }}
                  />
                  {r(`edit.${one}`)}
                </label>
              )}
            </For>
          </div>
          <select
            class={css.input}
            aria-label={r(`edit.${kind()}`)}
            value={to()}
            onChange={(event) => {
              setTo(event.currentTarget.value);
              setSaid(undefined);
            }}
          >
            <option value="">{r("edit.choose")}</option>
            <For each={choices()}>
              {(row) => (
                <option value={row.id} selected={row.id === to()}>
                  {row.name}
                </option>
              )}
            </For>
          </select>
        </fieldset>
        <p class={css.read} aria-live="polite">
          {lacks() === undefined ? ruleText(session, { where: where(), target: target() }) : ""}
        </p>
        <Show when={said()}>
          <p class={css.wrong} role="alert">
            {said()}
          </p>
        </Show>
        <div class={css.acts}>
          <Button disabledReason={lacks()} onClick={() => tryIt(true)}>
            {r("try")}
          </Button>
          <Button look="primary" type="submit">
            {r("edit.save")}
          </Button>
        </div>
      </form>
      <Show when={trying() && lacks() === undefined}>
        <Trial
          rule={{ id: props.rule?.id ?? "", name: name().trim(), where: where(), target: target() }}
          before={props.before}
          onClose={() => tryIt(false)}
        />
      </Show>
    </Dialog>
  );
}

function Condition(props: {
  readonly filter: Filter;
  readonly onChange: (part: Partial<Filter>) => void;
  readonly onRemove: () => void;
}): JSX.Element {
  const session = useSession();
  const ops = () => opsOf[kindOfField(props.filter.field)];
  const regions = session.data.list("region", () => ({ sort: "name" }));
  return (
    <div class={css.condition}>
      <select
        class={css.input}
        aria-label={r("edit.field")}
        value={props.filter.field}
        onChange={(event) => {
          const field = event.currentTarget.value;
          props.onChange({ field, op: kindOfField(field) === "number" ? "gt" : "is", values: [] });
        }}
      >
        <For each={offered}>{(field) => <option value={field}>{fieldLabel(field)}</option>}</For>
      </select>
      <select
        class={css.input}
        aria-label={r("edit.how")}
        value={props.filter.op}
        onChange={(event) => {
          const op = event.currentTarget.value as Op;
          props.onChange({ op, ...(wanted({ ...props.filter, op }) === "none" ? { values: [] } : {}) });
        }}
      >
        <For each={ops()}>
          {(op) => (
            <option value={op} selected={op === props.filter.op}>
              {opName(op)}
            </option>
          )}
        </For>
      </select>
      <Switch>
        <Match when={kindOfField(props.filter.field) === "ref" && wanted(props.filter) === "some"}>
          <div class={css.some} role="group" aria-label={r("edit.value")}>
            <For each={regions()}>
              {(row) => (
                <label class={css.kind}>
                  <input
                    type="checkbox"
                    checked={props.filter.values.includes(row.id)}
                    onChange={(event) => {
                      const others = props.filter.values.filter((one) => one !== row.id);
                      props.onChange({ values: event.currentTarget.checked ? [...others, row.id] : others });
                    }}
                  />
                  {row.name}
                </label>
              )}
            </For>
          </div>
        </Match>
        <Match when={wanted(props.filter) !== "none"}>
          <Values filter={props.filter} onValues={(values) => props.onChange({ values })} />
        </Match>
      </Switch>
      <button
        type="button"
        class={buttonClass({ look: "quiet", small: true, square: true })}
        aria-label={r("edit.remove", isJudged(props.filter) ? conditionText(session, props.filter) : fieldLabel(props.filter.field))} // prettier-ignore
        onClick={() => props.onRemove()}
      >
        <X size={14} />
      </button>
    </div>
  );
}
/** What was typed stays as it was typed; the condition has what it means. */
function Values(props: { readonly filter: Filter; readonly onValues: (values: readonly string[]) => void }): JSX.Element {
  const some = () => wanted(props.filter) === "some";
  const [typed, setTyped] = createSignal(props.filter.values.join(", "));
  const isNumber = () => kindOfField(props.filter.field) === "number";
  return (
    <input
      class={css.input}
      aria-label={r("edit.value")}
      placeholder={some() ? r("edit.values") : undefined}
      inputmode={isNumber() ? "numeric" : undefined}
      autocomplete="off"
      value={typed()}
      onInput={(event) => {
        const text = setTyped(event.currentTarget.value);
        const parts = isNumber() ? [text.replaceAll(/[\s,']/g, "")] : some() ? text.split(/[,，、;；]/) : [text];
        props.onValues(parts.map((one) => one.trim().slice(0, ruleLimits.valueMax)).filter((one) => one !== ""));
      }}
    />
  );
} // prettier-ignore
