import { A, useParams } from "@solidjs/router";
import ChevronLeft from "lucide-solid/icons/chevron-left";
import { createEffect, createSignal, lazy, on, onCleanup, Show, Suspense, type JSX } from "solid-js";
import type { Row } from "../../shared/records/entities.ts";
import css from "../accounts/account.module.css";
import { editing } from "../accounts/edit.ts";
import { onlineRecord } from "../accounts/online.ts";
import { t } from "../i18n/i18n.ts";
import { displayName } from "../i18n/person.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { remember } from "../shell/recent.ts";
import { PageBar } from "../shell/layout.tsx";
import { Bone, Empty } from "../ui/bits.tsx";
import { Field } from "../ui/field.tsx";
import { PersonFacts, type Contact } from "./person.tsx";

const Merged = lazy(async () => ({ default: (await import("../duplicates/merged.tsx")).Merged }));
/** A person that one may see comes within this time; after it, missing and forbidden read the same. */
const patienceMs = 8_000;

export default function ContactPage(): JSX.Element {
  const params = useParams<{ id: string }>();
  const session = useSession();
  const { data } = session;
  const here = data.record("contact", () => params.id);
  const online = onlineRecord<"contact">(() => ({
    plural: "contacts",
    id: params.id,
    link: data.source(params.id)?.link,
    enabled: here() === undefined && !session.offline(),
  }));
  const person = (): Contact | undefined => here() ?? (online.isSuccess ? online.data : undefined);
  const [patient, setPatient] = createSignal(true);
  createEffect(
    on(
      () => params.id,
      () => {
        setPatient(true);
        const timer = setTimeout(() => setPatient(false), patienceMs);
        onCleanup(() => clearTimeout(timer));
      },
    ),
  );
  createEffect(() => {
    const row = person();
    if (here()) remember(params.id);
    document.title = row ? `${displayName(row)} · Baton` : "Baton";
    onCleanup(() => (document.title = "Baton"));
  });
  return (
    <>
      <PageBar
        start={
          <A class={css.back} href={paths.contacts}>
            <ChevronLeft size={16} />
            {t("contacts.title")}
          </A>
        }
      />
      <Show
        when={person() !== undefined}
        fallback={
          <Show
            when={patient() && !online.isError && !session.offline()}
            fallback={
              <Empty big title={t(session.offline() ? "contact.notHere" : "account.gone")}>
                {t(session.offline() ? "account.notHereWhy" : "account.goneWhy")}
              </Empty>
            }
          >
            <div class={css.waiting} role="status" aria-busy="true" aria-label={t("contact.opening")}>
              <Bone of={3} />
              <Bone of={5} />
            </div>
          </Show>
        }
      >
        <div class={css.main}>
          <header class={css.header}>
            <h1 class="sr">{displayName(person() as Contact)}</h1>
            <div class={css.name}>
              <Field
                look="title"
                label={t("account.name")}
                required
                maxLength={200}
                {...editing(session, "contact", person() as Row, "name")}
              />
            </div>
            <Suspense>
              <Merged row={person() as Row} />
            </Suspense>
          </header>
          <PersonFacts person={person() as Contact} />
        </div>
      </Show>
    </>
  );
}
