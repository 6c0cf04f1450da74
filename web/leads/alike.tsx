import { createMemo, For, Show, type Accessor, type JSX } from "solid-js";
import { nearby, type Found } from "../duplicates/near.ts";
import { d } from "../duplicates/words.ts";
import css from "./leads.module.css";

export interface Asked {
  readonly name: string;
  readonly company: string;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
}
export interface Alike {
  readonly accounts: readonly Found<"account">[];
  readonly contacts: readonly Found<"contact">[];
}
/** Accounts and people of this device that are like what is asked for. `but`: the account that a lead lies under itself. */
export function alike(asked: Accessor<Asked>, but: Accessor<string | undefined>): Accessor<Alike> {
  const accounts = nearby("account", () => {
    const { company, phone } = asked();
    return company.trim() ? { name: company, phones: [phone] } : undefined;
  });
  const contacts = nearby("contact", () => {
    const { name, company, email, phone } = asked();
    return name.trim() || email || phone ? { name, company, emails: [email], phones: [phone] } : undefined;
  });
  return createMemo(() => ({ accounts: accounts().filter(({ id }) => id !== but()), contacts: contacts() }));
}

/** One line a likeness, with its reason, and a button that takes it. */
export function AlikeList(props: {
  readonly accounts: Alike["accounts"];
  readonly chosen?: string | undefined;
  readonly onChoose: (account: string | undefined) => void;
}): JSX.Element {
  return (
    <Show when={props.accounts.length > 0}>
      <div class={css.alike} role="group" aria-label={d("alike")}>
        <p class={css.label}>{d("alike")}</p>
        <For each={props.accounts}>
          {({ row, by }) => (
            <button
              type="button"
              class={css.like}
              aria-pressed={props.chosen === row.id}
              onClick={() => props.onChoose(props.chosen === row.id ? undefined : row.id)}
            >
              <span class="clip">{row.name}</span>
              <span class={css.reason}>
                {[row.city, ...by.slice(0, 3).map((one) => d(one))].filter(Boolean).join(" · ")}
              </span>
            </button>
          )}
        </For>
      </div>
    </Show>
  );
}
