import { createMemo, For, Show, type Accessor, type JSX } from "solid-js";
import { likenesses, type Likeness } from "../../shared/leads/duplicates.ts";
import type { RecordOf } from "../../shared/records/entities.ts";
import { useSession } from "../shell/context.ts";
import css from "./leads.module.css";
import { l } from "./words.ts";

export interface Asked {
  readonly name: string;
  readonly company: string;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
}
export interface Alike {
  readonly accounts: readonly (Likeness & { readonly row: RecordOf<"account"> })[];
  readonly contacts: readonly (Likeness & { readonly row: RecordOf<"contact"> })[];
}
/** Accounts and people of this device that are like what is asked for. `but`: the account that a lead lies under itself. */
export function alike(asked: Accessor<Asked>, but: Accessor<string | undefined>): Accessor<Alike> {
  const { data } = useSession();
  const accounts = data.list("account", () => ({}));
  const contacts = data.list("contact", () => ({}));
  const known = <R extends { readonly id: string }>(rows: readonly R[]) => new Map(rows.map((row) => [row.id, row]));
  const accountsById = createMemo(() => known(accounts()));
  const contactsById = createMemo(() => known(contacts()));
  const found = <R,>(all: readonly Likeness[], rows: ReadonlyMap<string, R>) =>
    all.flatMap((one) => {
      const row = rows.get(one.id);
      return row ? [{ ...one, row }] : [];
    });
  return createMemo(() => {
    const { name, company, email, phone } = asked();
    const others = accounts().filter((row) => row.id !== but());
    return {
      accounts: company.trim() ? found(likenesses({ name: company, phone }, others), accountsById()) : [],
      contacts: found(likenesses({ name, email, phone }, contacts()), contactsById()),
    };
  });
}

/** One line a likeness, with its reason, and a button that takes it. */
export function AlikeList(props: {
  readonly accounts: Alike["accounts"];
  readonly chosen?: string | undefined;
  readonly onChoose: (account: string | undefined) => void;
}): JSX.Element {
  return (
    <Show when={props.accounts.length > 0}>
      <div class={css.alike} role="group" aria-label={l("alike")}>
        <p class={css.label}>{l("alike")}</p>
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
                {[row.city, ...by.map((one) => l(`same.${one}`))].filter(Boolean).join(" · ")}
              </span>
            </button>
          )}
        </For>
      </div>
    </Show>
  );
}
