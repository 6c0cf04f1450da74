import { A } from "@solidjs/router";
import { createMemo, For, Show, type JSX } from "solid-js";
import { useCommands } from "../commands/registry.ts";
import { entity, type EntityName, type Row } from "../../shared/records/entities.ts";
import { editing } from "../accounts/edit.ts";
import css from "../handoffs/handoffs.module.css";
import { fieldLabel } from "../i18n/labels.ts";
import { useSession } from "../shell/context.ts";
import { Empty } from "../ui/bits.tsx";
import { Button, buttonClass } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { nameOf, pathOf, says, type Those } from "./says.ts";
import { q } from "./words.ts";

/** One thing at a time: what is wrong, the field to put it right in, and on to the next. */
export function OneByOne(props: Those & { readonly at: number; readonly onStep: (at: number) => void }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const at = () => Math.min(Math.max(1, props.at), props.of.length);
  const one = createMemo(() => props.of[at() - 1]);
  const step = (by: number) => props.onStep(Math.min(Math.max(1, at() + by), props.of.length));
  /** Only what this device holds is written here; the rest on its page, which fetches it. */
  const held = () => {
    const id = one()?.id;
    return id ? data.record(one()?.entity as "account", () => id)() : undefined;
  };
  const free = () => {
    const found = one();
    return (found?.fields ?? []).filter((field) => found && !entity(found.entity).fields[field]?.act && !entity(found.entity).fields[field]?.of); // prettier-ignore
  };
  useCommands({
    "row.next": () => step(1),
    "row.previous": () => step(-1),
  });
  return (
    <Show when={one()} fallback={<Empty>{q("done")}</Empty>} keyed>
      {(found) => (
        <section class={css.bars} aria-label={q("oneByOne")} data-finding={found.id}>
          <h3>
            {nameOf(props.row(found.id))}{" "}
            <span class={css.soft}>{found.entity === "account" ? "" : nameOf(props.account(found.account))}</span>
          </h3>
          <p>{says(found)}</p>
          <Show when={held()} fallback={<p class={css.soft}>{q("openToFix")}</p>}>
            <For each={free()}>
              {(field) => {
                const type = entity(found.entity as EntityName).fields[field]?.type;
                return (
                  <Field
                    label={fieldLabel(field)}
                    kind={type === "day" ? "day" : "text"}
                    {...editing(session, found.entity, held() as Row, field)}
                  />
                );
              }}
            </For>
          </Show>
          <p class={css.tools}>
            <A class={buttonClass({ small: true })} href={pathOf(found)}>
              {q("open")}
            </A>
            <Button small look="quiet" onClick={() => step(-1)} aria-keyshortcuts="k">
              {q("back")}
            </Button>
            <Button small onClick={() => step(1)} aria-keyshortcuts="j">
              {q("next")}
            </Button>
            <span class={`${css.soft} num`}>{q("of", at(), props.of.length)}</span>
          </p>
        </section>
      )}
    </Show>
  );
}
