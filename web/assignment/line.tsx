import { A } from "@solidjs/router";
import Split from "lucide-solid/icons/split";
import { createSignal, lazy, Show, Suspense, type JSX } from "solid-js";
import { assignedOf } from "../../shared/leads/assigned.ts";
import type { RecordOf } from "../../shared/records/entities.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { markOf } from "../shell/marks.ts";
import css from "../leads/leads.module.css";
import { lineText, r } from "./said.ts";

const Wrong = lazy(async () => ({ default: (await import("./wrong.tsx")).Wrong }));

/** Why a lead is whose it is, as far as a rule did it; or that one will, as soon as the lead is sent. */
export function AssignedLine(props: { readonly lead: RecordOf<"lead"> }): JSX.Element {
  const session = useSession();
  const [saying, say] = createSignal(false);
  const line = () => assignedOf(props.lead.assigned);
  const soon = () => !line() && props.lead.owner === null && markOf(session.data, props.lead.id) !== undefined;
  return (
    <>
      <Show when={soon()}>
        <p class={css.line}>
          <Split size={15} aria-hidden="true" />
          <span>{r("line.soon")}</span>
        </p>
      </Show>
      <Show when={line()}>
        {(said) => (
          <div class={css.line}>
            <Split size={15} aria-hidden="true" />
            <span>
              {lineText(session, said()).text}
              <span class={css.lineActs}>
                <Show when={said().rule}>
                  {(rule) => (
                    <A class={css.link} href={`${paths.leads}/rules?rule=${rule()}`}>
                      {r("line.open")}
                    </A>
                  )}
                </Show>
                <Show when={said().kind === "rule"}>
                  <button type="button" class={css.link} aria-haspopup="dialog" onClick={() => say(true)}>
                    {r("wrong")}
                  </button>
                </Show>
              </span>
            </span>
          </div>
        )}
      </Show>
      <Show when={saying() && line()}>
        {(said) => (
          <Suspense>
            <Wrong lead={props.lead} line={said()} onClose={() => say(false)} />
          </Suspense>
        )}
      </Show>
    </>
  );
}
