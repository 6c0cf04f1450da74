import Check from "lucide-solid/icons/check";
import ChevronRight from "lucide-solid/icons/chevron-right";
import { createEffect, createMemo, createSignal, createUniqueId, For, on, Show, type JSX } from "solid-js";
import { isClosing, reasonsFor } from "../../shared/pipeline/reasons.ts";
import { isMet, MissingList } from "../approvals/missing.tsx";
import { t } from "../i18n/i18n.ts";
import { Dot } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { useSession, type Session } from "../shell/context.ts";
import { d, dutyWords } from "./duty-words.ts";
import type { Opportunity, Stage } from "./filter.ts";
import { hueOfStage } from "./stage-menu.tsx";
import css from "./move-sheet.module.css";
import type { Asked } from "./moving.tsx";
import { firstWords, type Verdict, type Why } from "./verdict.ts";
import { codeWords, p } from "./words.ts";

/** Where an opportunity may go, and what is asked of it first: fill in, ask somebody, say why, or leave it. */
export function MoveSheet(props: {
  readonly row: Opportunity;
  readonly online: Opportunity | undefined;
  readonly asked: Asked;
  readonly stages: readonly Stage[];
  readonly verdict: (row: Opportunity, to: Stage) => Verdict;
  readonly onChoose: (to: string) => void;
  readonly onMove: (to: string, why: Why) => void;
  readonly onClose: () => void;
}): JSX.Element {
  const target = () => props.stages.find(({ id }) => id === props.asked.to);
  return (
    <Show
      when={target()}
      fallback={
        <Dialog open onClose={props.onClose} title={p("moveTitle", props.row.name ?? "")}>
          <Choices {...props} />
        </Dialog>
      }
    >
      {(to) => <Before {...props} to={to()} />}
    </Show>
  );
}

const ownerOf = ({ data }: Session, row: Opportunity): string | null =>
  row.owner ?? data.record("account", () => row.anchor)()?.owner ?? null;

function Choices(props: {
  readonly row: Opportunity;
  readonly stages: readonly Stage[];
  readonly verdict: (row: Opportunity, to: Stage) => Verdict;
  readonly onChoose: (to: string) => void;
}): JSX.Element {
  const session = useSession();
  let list: HTMLUListElement | undefined;
  const keys = (event: KeyboardEvent) => {
    const by = event.key === "ArrowDown" || event.key === "j" ? 1 : event.key === "ArrowUp" || event.key === "k" ? -1 : 0; // prettier-ignore
    if (by === 0 || event.isComposing) return;
    event.preventDefault();
    const all = [...(list?.querySelectorAll<HTMLElement>("button") ?? [])];
    all[Math.min(all.length - 1, Math.max(0, all.indexOf(document.activeElement as HTMLElement) + by))]?.focus();
  };
  return (
    <ul class={css.choices} ref={(element) => (list = element)} onKeyDown={keys}>
      <For each={props.stages}>
        {(stage, at) => {
          const verdict = createMemo(() => props.verdict(props.row, stage));
          const shut = () => verdict().state === "shut" || verdict().state === "here";
          const why = () => (verdict().state === "here" ? p("here") : firstWords(verdict()));
          const duties = () => (verdict().state === "here" || shut() ? "" : dutyWords(session, stage, ownerOf(session, props.row))); // prettier-ignore
          return (
            <li>
              <button
                type="button"
                class={css.choice}
                aria-disabled={shut() ? "true" : undefined}
                aria-current={verdict().state === "here" ? "step" : undefined}
                data-autofocus={verdict().state === "here" ? "" : undefined}
                onClick={() => !shut() && props.onChoose(stage.id)}
              >
                <Dot color={hueOfStage(at())} />
                <span class={css.choiceText}>
                  {stage.name}
                  <Show when={why()}>
                    <span class={css.choiceWhy}>{why()}</span>
                  </Show>
                  <Show when={duties()}>
                    <span class={css.choiceWhy}>{d("next", duties())}</span>
                  </Show>
                </span>
                <Show when={verdict().state === "here"}>
                  <Check size={16} />
                </Show>
                <Show when={verdict().state === "ask"}>
                  <ChevronRight size={16} />
                </Show>
              </button>
            </li>
          );
        }}
      </For>
    </ul>
  );
}

function Before(props: {
  readonly row: Opportunity;
  readonly online: Opportunity | undefined;
  readonly asked: Asked;
  readonly to: Stage;
  readonly verdict: (row: Opportunity, to: Stage) => Verdict;
  readonly onMove: (to: string, why: Why) => void;
  readonly onClose: () => void;
}): JSX.Element {
  const session = useSession();
  const name = createUniqueId();
  const [code, setCode] = createSignal<string>();
  const [words, setWords] = createSignal("");
  createEffect(on(() => props.to.id, () => setCode(undefined), { defer: true })); // prettier-ignore
  const codes = () => (isClosing(props.to.outcome) ? reasonsFor[props.to.outcome] : []);
  const verdict = createMemo(() => props.verdict(props.row, props.to));
  /** What this device can tell; else what the edge said, as far as nothing was done about it here. */
  const items = createMemo(() => {
    const now = verdict();
    if (now.state === "ask") return now.unmet;
    return (props.asked.unmet ?? []).filter((one) => one.field !== "outcomeCode" && !isMet(one, props.row, props.online)); // prettier-ignore
  });
  const lacks = () => codes().length > 0 && code() === undefined;
  const go = () =>
    props.onMove(props.to.id, { ...(lacks() || codes().length === 0 ? {} : { code: code() }), ...(words().trim() ? { words: words().trim() } : {}) }); // prettier-ignore
  const title = () =>
    isClosing(props.to.outcome)
      ? p(`close.${props.to.outcome}`, props.to.name ?? "")
      : p("before", props.to.name ?? "");
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={title()}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t("act.cancel")}</Button>
          <Button look="primary" disabledReason={lacks() ? p("whyFirst") : undefined} onClick={go}>
            {p("move", props.to.name ?? "")}
          </Button>
        </>
      }
    >
      <p class={css.what}>{props.row.name}</p>
      <Show when={dutyWords(session, props.to, ownerOf(session, props.row))}>
        {(said) => <p>{d("next", said())}</p>}
      </Show>
      <Show when={codes().length > 0}>
        <fieldset class={css.reasons}>
          <legend class={css.legend}>{p("why")}</legend>
          <For each={codes()}>
            {(one, at) => (
              <label class={css.reason}>
                <input
                  type="radio"
                  name={name}
                  value={one}
                  checked={code() === one}
                  data-autofocus={at() === 0 ? "" : undefined}
                  onChange={() => setCode(one)}
                />
                <span>{codeWords(one)}</span>
              </label>
            )}
          </For>
        </fieldset>
        <label class={css.words}>
          <span class={css.legend}>{p("whyWords")}</span>
          <textarea
            class={css.text}
            rows={2}
            maxLength={500}
            placeholder={p("whyPlaceholder")}
            value={words()}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </label>
      </Show>
      <MissingList row={props.row} online={props.online} unmet={items()} />
    </Dialog>
  );
}
