import { A } from "@solidjs/router";
import X from "lucide-solid/icons/x";
import { Show, type JSX } from "solid-js";
import css from "../accounts/peek.module.css";
import { t } from "../i18n/i18n.ts";
import { displayName } from "../i18n/person.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { Button, buttonClass } from "../ui/button.tsx";
import { PersonFacts, type Contact } from "./person.tsx";

/** A look at one person beside the list, without leaving it. */
export function Peek(props: {
  readonly id: string;
  readonly row: Contact | undefined;
  readonly onClose: () => void;
}): JSX.Element {
  const { data } = useSession();
  const local = data.record("contact", () => props.id);
  const person = () => local() ?? props.row;
  return (
    // Not the row itself as the condition: Show would hold on to the first one it saw (SYNC-E3).
    <Show when={person() !== undefined}>
      <aside class={css.peek} aria-label={t("accounts.peek")}>
        <header class={css.head}>
          <h2 class={`${css.name} clip`}>{displayName(person() as Contact)}</h2>
          <A class={buttonClass({ small: true })} href={paths.contact(props.id)}>
            {t("act.open")}
          </A>
          <Button look="quiet" square small aria-label={t("act.close")} title="Esc" onClick={() => props.onClose()}>
            <X size={16} />
          </Button>
        </header>
        <div class={css.scroll}>
          <PersonFacts person={person() as Contact} />
        </div>
      </aside>
    </Show>
  );
}
