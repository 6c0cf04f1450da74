import { A } from "@solidjs/router";
import { For, lazy, Show, Suspense, type JSX } from "solid-js";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { editing } from "../accounts/edit.ts";
import css from "../accounts/picture.module.css";
import { t } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { Field } from "../ui/field.tsx";
import { Ways } from "./ways.tsx";
import { displayName } from "../i18n/person.ts";

const Files = lazy(() => import("../files/files.tsx"));
export type Contact = RecordOf<"contact">;
const facts = ["title", "department", "email", "phone"] as const;

/** What is known of a person, edited where it stands. */
export function PersonFacts(props: { readonly person: Contact }): JSX.Element {
  const session = useSession();
  const account = session.data.record("account", () => props.person.anchor);
  const edit = (field: string) => editing(session, "contact", props.person as Row, field);
  return (
    <section class={css.part} aria-label={t("contact.facts")}>
      <div class={css.facts}>
        <Field
          label={fieldLabel("anchor")}
          value={account()?.name}
          show={
            <Show when={account()} fallback={t("value.elsewhere")}>
              {(row) => <A href={paths.account(row().id)}>{row().name}</A>}
            </Show>
          }
        />
        <For each={facts}>{(field) => <Field label={fieldLabel(field)} {...edit(field)} />}</For>
        <Field label={fieldLabel("description")} kind="long" {...edit("description")} />
      </div>
      <p class={css.links}>
        <Ways class={css.go} name={displayName(props.person)} email={props.person.email} phone={props.person.phone} />
      </p>
      <Show when={session.data.record("contact", () => props.person.id)() !== undefined}>
        <Suspense>
          <Files subject={props.person as Row} />
        </Suspense>
      </Show>
    </section>
  );
}
