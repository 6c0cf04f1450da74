import { createMemo, createSignal, Show, type JSX } from "solid-js";
import { fieldLabel } from "../i18n/labels.ts";
import { t } from "../i18n/i18n.ts";
import { AccountPick } from "../accounts/pick.tsx";
import { AskColleague } from "../duplicates/ask.tsx";
import { nearby } from "../duplicates/near.ts";
import { Offer } from "../duplicates/offer.tsx";
import css from "../leads/leads.module.css";
import { Text } from "../leads/text.tsx";
import { b } from "../lists/perform.ts";
import { say } from "../lists/phrases.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { fetchWords } from "../shell/words-later.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";

const blank = { name: "", title: "", email: "", phone: "" };
// Unfinished words of this visit to the app: closing by mistake loses nothing.
let draft: typeof blank & { readonly account?: string | undefined } = blank;

/** A person and the account that they belong to. */
export function NewPerson(props: { readonly onClose: () => void }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const [fields, setFields] = createSignal(draft);
  const [wrong, setWrong] = createSignal<string>();
  const change = (part: Partial<typeof draft>) => {
    draft = setFields((old) => ({ ...old, ...part }));
    setWrong(undefined);
  };
  const account = data.record("account", () => fields().account);
  const like = nearby("contact", () => {
    const { name, email, phone } = fields();
    const company = account()?.name;
    return name.trim() || email || phone ? { name, company, emails: [email], phones: [phone] } : undefined;
  });
  const accounts = data.list("account", () => ({}));
  const named = createMemo(() => new Map(accounts().map((row) => [row.id, row.name])));
  const save = async (): Promise<void> => {
    const { name, account: anchor, ...others } = fields();
    if (!name.trim() || !anchor) return void setWrong(b("neededPerson"));
    const id = data.newId("contact", anchor);
    const given = Object.entries(others).flatMap(([key, value]) => (value.trim() ? [[key, value.trim()]] : []));
    const done = await data.mutate("contact.create@1", {
      id,
      anchor,
      fields: { name: name.trim(), ...Object.fromEntries(given) },
    });
    if (!done.ok) return void setWrong((await fetchWords()).refusalWords(session, done));
    draft = blank;
    toast({ text: b("madePerson", name.trim()), undo: () => void data.mutate("contact.delete@1", { id }) });
    props.onClose();
  };
  return (
    <Dialog open onClose={props.onClose} title={say("person.new")}>
      <form
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Show when={account()} fallback={<AccountPick onPick={(id) => change({ account: id })} />}>
          {(row) => (
            <div class={css.field}>
              <span class={css.label}>{b("ofAccount")}</span>
              <span class={css.head}>
                <strong class="clip">{row().name}</strong>
                <Button look="quiet" small onClick={() => change({ account: undefined })}>
                  {t("act.change")}
                </Button>
              </span>
            </div>
          )}
        </Show>
        <Text label={fieldLabel("name")} value={fields().name} onInput={(name) => change({ name })} />
        <Text label={fieldLabel("title")} value={fields().title} onInput={(title) => change({ title })} />
        <div class={css.two}>
          <Text
            label={fieldLabel("email")}
            type="email"
            value={fields().email}
            onInput={(email) => change({ email })}
          />
          <Text label={fieldLabel("phone")} type="tel" value={fields().phone} onInput={(phone) => change({ phone })} />
        </div>
        <Offer
          found={like().map(({ row, ...near }) => ({
            ...near,
            name: row.name ?? "",
            where: named().get(row.anchor),
            path: paths.contact(row.id),
          }))}
          onOpen={() => props.onClose()}
        />
        <AskColleague said={{ entity: "contact", name: fields().name, email: fields().email, phone: fields().phone }} />
        <Show when={wrong()}>
          <p class={css.wrong} role="alert">
            {wrong()}
          </p>
        </Show>
        <div class={css.acts}>
          <Button look="quiet" onClick={() => props.onClose()}>
            {t("act.cancel")}
          </Button>
          <Button look="primary" type="submit">
            {b("keepPerson")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
