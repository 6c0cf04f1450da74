import { A } from "@solidjs/router";
import X from "lucide-solid/icons/x";
import { Show, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { Button, buttonClass } from "../ui/button.tsx";
import type { Account } from "./columns.ts";
import css from "./peek.module.css";
import { People, SharedPicture } from "./picture.tsx";

/** A look at one account beside the list, without leaving it. */
export function Peek(props: {
  readonly id: string;
  readonly row: Account | undefined;
  readonly onClose: () => void;
}): JSX.Element {
  const { data } = useSession();
  const local = data.record("account", () => props.id);
  const account = () => local() ?? props.row;
  return (
    <Show when={account()}>
      {(row) => (
        <aside class={css.peek} aria-label={t("accounts.peek")}>
          <header class={css.head}>
            <h2 class={`${css.name} clip`}>{row().name}</h2>
            <A class={buttonClass({ small: true })} href={paths.account(props.id)} onClick={() => data.open(props.id)}>
              {t("act.open")}
            </A>
            <Button look="quiet" square small aria-label={t("act.close")} title="Esc" onClick={() => props.onClose()}>
              <X size={16} />
            </Button>
          </header>
          <div class={css.scroll}>
            <SharedPicture account={row()} />
            <People account={props.id} />
          </div>
        </aside>
      )}
    </Show>
  );
}
