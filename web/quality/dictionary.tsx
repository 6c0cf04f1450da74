import { For, Show, type JSX } from "solid-js";
import { dictionaryOf } from "../../shared/quality/dictionary.ts";
import { measured } from "../../shared/quality/standards.ts";
import css from "../handoffs/handoffs.module.css";
import { choiceNames, kindNames } from "../i18n/fields.ts";
import { fieldLabel, pick } from "../i18n/labels.ts";
import { useSession } from "../shell/context.ts";
import split from "../ui/split.module.css";
import { q } from "./words.ts";

/** Every field that one sees somewhere: what kind of value it holds, whether it is asked for, and where it may stay. */
export function Dictionary(props: {
  readonly kind: string | undefined;
  readonly onKind: (kind: string | undefined) => void;
}): JSX.Element {
  const { data } = useSession();
  const name = () => measured.find((one) => one === props.kind) ?? "account";
  const entries = () => dictionaryOf(name(), data.sees(name()));
  const asked = (one: ReturnType<typeof entries>[number]) => (one.atOnce ? q("dict.atOnce") : one.required ? q("dict.later") : ""); // prettier-ignore
  return (
    <>
      <div class={split.filters} role="group" aria-label={q("kinds")}>
        <For each={measured}>
          {(one) => (
            <button
              type="button"
              class={split.filter}
              aria-pressed={name() === one}
              onClick={() => props.onKind(one === "account" ? undefined : one)}
            >
              {pick(kindNames[one]) ?? one}
            </button>
          )}
        </For>
      </div>
      <div class={css.scroll} role="region" aria-label={q("dict.title")} tabindex="0">
        <table class={css.table} data-rows={entries().length}>
          <caption class="sr">{q("dict.title")}</caption>
          <thead>
            <tr>
              <For each={["field", "dict.holds", "dict.asked", "dict.changed", "dict.stays"] as const}>
                {(head) => <th scope="col">{q(head)}</th>}
              </For>
            </tr>
          </thead>
          <tbody>
            <For each={entries()}>
              {(one) => (
                <tr>
                  <th scope="row">{fieldLabel(one.field)}</th>
                  <td>
                    {q(`type.${one.type}`)}
                    <Show when={one.choices.length > 0}>
                      <span class={css.soft}>
                        {" "}
                        {one.choices.map((choice) => pick(choiceNames[`${one.field}.${choice}`] ?? choiceNames[choice]) ?? choice).join(" · ")}
                      </span>
                    </Show>
                  </td>
                  <td>{asked(one)}</td>
                  <td>{q(one.byAct ? "dict.byAct" : "dict.byEdit")}</td>
                  <td>{q(one.onDevice ? "dict.device" : "dict.online")}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
    </>
  );
} // prettier-ignore
