import { createSignal, Show, type JSX } from "solid-js";
import { w } from "../commands/words.ts";
import { AskColleague } from "../duplicates/ask.tsx";
import { nearby } from "../duplicates/near.ts";
import { Offer } from "../duplicates/offer.tsx";
import { t } from "../i18n/i18n.ts";
import leads from "../leads/leads.module.css";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { fetchWords } from "../shell/words-later.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";

/** An account of one's own: its name, and what comes next. Works without a network. */
export function NewAccount(props: {
  readonly onClose: () => void;
  readonly onMade: (id: string) => void;
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  const [name, setName] = createSignal("");
  const [next, setNext] = createSignal("");
  const [wrong, setWrong] = createSignal<string>();
  const like = nearby("account", () => (name().trim() ? { name: name() } : undefined));
  const save = async () => {
    const called = name().trim();
    if (!called) return void setWrong(w("needsName"));
    const id = data.newId("account");
    const nextAction = next().trim();
    const fields = { name: called, owner: data.me.member, ...(nextAction ? { nextAction } : {}) };
    const done = await data.mutate("account.create@1", { id, anchor: id, fields });
    if (!done.ok) return void setWrong((await fetchWords()).refusalWords(session, done));
    toast({ text: w("made", called), undo: () => void data.mutate("account.delete@1", { id }) });
    props.onMade(id);
  };
  return (
    <Dialog open onClose={props.onClose} title={w("newAccount")}>
      <form
        class={leads.form}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label class={leads.field}>
          <span class={leads.label}>{w("accountName")}</span>
          <input
            class={leads.input}
            data-autofocus
            maxLength={200}
            value={name()}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <Offer
          found={like().map(({ row, ...near }) => ({
            ...near,
            name: row.name ?? "",
            where: row.city,
            path: paths.account(row.id),
          }))}
          onOpen={() => props.onClose()}
        />
        <AskColleague said={{ entity: "account", name: name() }} />
        <label class={leads.field}>
          <span class={leads.label}>{w("nextAction")}</span>
          <input
            class={leads.input}
            maxLength={200}
            value={next()}
            onInput={(event) => setNext(event.currentTarget.value)}
          />
        </label>
        <Show when={wrong()}>
          <p class={leads.wrong} role="alert">
            {wrong()}
          </p>
        </Show>
        <div class={leads.acts}>
          <Button look="quiet" onClick={() => props.onClose()}>
            {t("act.cancel")}
          </Button>
          <Button look="primary" type="submit">
            {w("make")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
