import { A } from "@solidjs/router";
import { For, Show, type JSX } from "solid-js";
import type { Near } from "../../shared/duplicates/twins.ts";
import css from "../leads/leads.module.css";
import { d } from "./words.ts";

export interface Offered extends Near {
  readonly name: string;
  readonly where?: string | null | undefined;
  readonly path: string;
}
/** What is there already and like what is being made: to be opened instead, or passed over. */
export function Offer(props: { readonly found: readonly Offered[]; readonly onOpen?: () => void }): JSX.Element {
  return (
    <Show when={props.found.length > 0}>
      <div class={css.alike} role="group" aria-label={d("alikeOpen")}>
        <p class={css.label}>{d("alikeOpen")}</p>
        <For each={props.found}>
          {(one) => (
            <A class={css.like} href={one.path} onClick={() => props.onOpen?.()}>
              <span class="clip">{one.name}</span>
              <span class={css.reason}>
                {[one.where, ...one.by.slice(0, 3).map((reason) => d(reason))].filter(Boolean).join(" · ")}
              </span>
            </A>
          )}
        </For>
      </div>
    </Show>
  );
}
