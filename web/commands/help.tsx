import { For, Show, type JSX } from "solid-js";
import { Dialog } from "../ui/dialog.tsx";
import css from "./commands.module.css";
import { listed } from "./order.ts";
import type { Standing } from "./registry.ts";
import { Keys } from "./shown.tsx";
import { entryOf, parts } from "./table.ts";
import { w } from "./words.ts";

/** All keys of the place that one is on. */
export function Help(props: { readonly standing: readonly Standing[]; readonly onClose: () => void }): JSX.Element {
  const shown = () => listed(props.standing);
  return (
    <Dialog open wide onClose={props.onClose} title={w("help")}>
      <div class={css.help}>
        <For each={parts}>
          {(part) => (
            <Show when={shown().some((id) => entryOf(id).part === part)}>
              <section class={css.part}>
                <h3 class={css.head}>{w(`part.${part}`)}</h3>
                <dl class={css.list}>
                  <For each={shown().filter((id) => entryOf(id).part === part)}>
                    {(id) => (
                      <div class={css.line} data-command={id}>
                        <dt>{w(id)}</dt>
                        <dd>
                          <Keys of={entryOf(id).keys ?? ""} />
                        </dd>
                      </div>
                    )}
                  </For>
                </dl>
              </section>
            </Show>
          )}
        </For>
      </div>
      <p class="meta">{w("helpWhy")}</p>
    </Dialog>
  );
}
