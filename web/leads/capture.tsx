import { createSignal, For, Show, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { useSession } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import { alike, AlikeList } from "./alike.tsx";
import css from "./leads.module.css";
import { Text } from "./text.tsx";
import { l } from "./words.ts";

const sources = ["web", "referral", "event", "call", "partner", "other"] as const;
const blank = { name: "", company: "", country: "", employees: "", region: "", email: "", phone: "", need: "", source: "", goes: "me" }; // prettier-ignore
// Unfinished words of this visit to the app: closing by mistake loses nothing.
let draft = blank;

/** A person, their organisation, and where they came from. What is alike is shown while it is typed. */
export function Capture(props: { readonly onClose: () => void; readonly onDone: (lead: string) => void }): JSX.Element {
  const { data } = useSession();
  const [fields, setFields] = createSignal(draft);
  const [into, setInto] = createSignal<string>();
  const [wrong, setWrong] = createSignal<string>();
  const change = (part: Partial<typeof blank>) => {
    draft = setFields((old) => ({ ...old, ...part }));
    setWrong(undefined);
  };
  const like = alike(fields, () => undefined);
  const chosen = () => like().accounts.find(({ id }) => id === into())?.id;
  /** What is known of an account that is taken stands in the form, to be seen and changed: rules ask the lead alone. */
  const choose = (account: string | undefined): void => {
    setInto(account);
    const row = like().accounts.find(({ id }) => id === account)?.row;
    const { country, employees, region } = fields();
    if (row)
      change({
        country: country || (row.country ?? ""),
        employees: employees || String(row.employees ?? ""),
        region: region || (row.region ?? ""),
      });
  };
  const regions = data.list("region", () => ({ sort: "name" }));
  const people = () => like().contacts.slice(0, 2);

  const save = async () => {
    const { name, company, country, employees, region, email, phone, need, source, goes } = fields();
    if (!name.trim() || (!company.trim() && !chosen())) return void setWrong(l("needed"));
    const account = chosen() ?? data.newId("account");
    const lead = data.newId("lead", account);
    const size = Number(employees.replaceAll(/[\s,.']/g, ""));
    if (employees.trim() && !Number.isSafeInteger(size)) return void setWrong(l("wrongSize"));
    const given = {
      country,
      region,
      email,
      phone,
      need,
      ...(source ? { leadSource: l(`from.${source as "web"}`) } : {}),
    };
    const done = await data.mutate("lead.capture@1", {
      id: lead,
      account,
      ...(chosen() ? {} : { company: company.trim() }),
      fields: {
        name: name.trim(),
        ...(goes === "me" ? { owner: data.me.member } : {}),
        ...(employees.trim() ? { employees: size } : {}),
        ...Object.fromEntries(
          Object.entries(given).flatMap(([key, value]) => (value.trim() ? [[key, value.trim()]] : [])),
        ),
      },
    });
    if (!done.ok) return void setWrong(t("tray.notAccepted", done.detail ?? whyWords(done.code)));
    draft = blank;
    toast({
      text: l("captured"),
      undo: () =>
        void data.mutate("lead.delete@1", { id: lead }).then(() => {
          if (!chosen()) void data.mutate("account.delete@1", { id: account });
        }),
    });
    props.onDone(lead);
  };

  return (
    <Dialog open onClose={props.onClose} title={l("new")}>
      <form
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Text label={l("name")} value={fields().name} onInput={(name) => change({ name })} required first />
        <Text
          label={l("organisation")}
          value={fields().company}
          onInput={(company) => change({ company })}
          required={!chosen()}
        />
        <AlikeList accounts={like().accounts} chosen={chosen()} onChoose={choose} />
        <div class={css.two}>
          <Text label={l("country")} value={fields().country} onInput={(country) => change({ country })} />
          <Text label={l("employees")} value={fields().employees} onInput={(employees) => change({ employees })} />
        </div>
        <div class={css.two}>
          <Text label={l("email")} type="email" value={fields().email} onInput={(email) => change({ email })} />
          <Text label={l("phone")} type="tel" value={fields().phone} onInput={(phone) => change({ phone })} />
        </div>
        <Show when={people().length > 0}>
          <p class={css.note} role="status">
            {l(
              "known",
              people()
                .map(({ row }) => row.name ?? "")
                .join(", "),
            )}
          </p>
        </Show>
        <div class={css.two}>
          <label class={css.field}>
            <span class={css.label}>{l("source")}</span>
            <select
              class={css.input}
              value={fields().source}
              onChange={(event) => change({ source: event.currentTarget.value })}
            >
              <option value="">–</option>
              {sources.map((one) => (
                <option value={one}>{l(`from.${one}`)}</option>
              ))}
            </select>
          </label>
          <label class={css.field}>
            <span class={css.label}>{l("region")}</span>
            <select
              class={css.input}
              value={fields().region}
              onChange={(event) => change({ region: event.currentTarget.value })}
            >
              <option value="">–</option>
              <For each={regions()}>
                {(row) => (
                  <option value={row.id} selected={row.id === fields().region}>
                    {row.name}
                  </option>
                )}
              </For>
            </select>
          </label>
        </div>
        <Text label={l("need")} value={fields().need} onInput={(need) => change({ need })} />
        <label class={css.field}>
          <span class={css.label}>{l("goes")}</span>
          <select
            class={css.input}
            value={fields().goes}
            onChange={(event) => change({ goes: event.currentTarget.value })}
          >
            <option value="me">{l("goesMe")}</option>
            <option value="rules">{l("goesRules")}</option>
          </select>
        </label>
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
            {l("capture")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
