import { useNavigate } from "@solidjs/router";
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import { alike, AlikeList } from "./alike.tsx";
import { Text } from "./text.tsx";
import css from "./leads.module.css";
import { l } from "./words.ts";

type Lead = RecordOf<"lead"> & Row;

/** What a lead becomes, seen before it is done: in which account, who, and which opportunity. One mutation. */
export function Convert(props: { readonly lead: Lead; readonly onClose: () => void }): JSX.Element {
  const { data } = useSession();
  const navigate = useNavigate();
  const own = data.record("account", () => props.lead.anchor);
  const like = alike(
    () => ({ name: props.lead.name ?? "", company: props.lead.company ?? own()?.name ?? "", email: props.lead.email, phone: props.lead.phone }),
    () => props.lead.anchor,
  ); // prettier-ignore
  const [into, setInto] = createSignal<string>();
  const target = () => like().accounts.find(({ id }) => id === into())?.row ?? own();
  /** Somebody of that account who is this person already. */
  const known = () => like().contacts.find(({ row }) => row.anchor === target()?.id);
  const [withOpportunity, setWith] = createSignal(true);
  const [name, setName] = createSignal(
    `${props.lead.company ?? props.lead.name ?? ""}: ${props.lead.need ?? ""}`.replace(/: $/, ""),
  );
  const pipelines = data.list("pipeline", () => ({ sort: "order" }));
  const stages = data.list("stage", () => ({ where: (row) => row.outcome === "open", sort: "order" }));
  const [chosen, choose] = createSignal<string>();
  const pipeline = () => chosen() ?? pipelines()[0]?.id;
  const stage = createMemo(() => stages().find((row) => row.pipeline === pipeline()));
  const [wrong, setWrong] = createSignal<string>();
  const may = () => {
    const row = {
      id: "new",
      anchor: target()?.id ?? "",
      compartment: "sales",
      owner: data.me.member,
      createdAt: 0,
      createdBy: "",
    };
    return data.can("create", { ...row, id: data.newId("opportunity", target()?.id) } as Row);
  };

  const convert = async () => {
    const account = target();
    const [first, inStage] = [pipeline(), stage()];
    if (!account) return;
    if (withOpportunity() && (!first || !inStage || !name().trim())) return void setWrong(l("needed"));
    const person = known();
    const done = await data.mutate("lead.convert@1", {
      id: props.lead.id,
      account: props.lead.anchor,
      into: account.id,
      contact: person ? { id: person.id } : { id: data.newId("contact", account.id), name: props.lead.name },
      ...(withOpportunity() && first && inStage
        ? {
            opportunity: {
              id: data.newId("opportunity", account.id),
              name: name().trim(),
              pipeline: first,
              stage: inStage.id,
            },
          }
        : {}),
    });
    if (!done.ok) return void setWrong(t("tray.notAccepted", done.detail ?? whyWords(done.code)));
    toast({ text: l("done.converted") });
    navigate(paths.account(account.id, withOpportunity() ? "opportunities" : undefined));
  };

  return (
    <Dialog open onClose={props.onClose} title={l("convertTitle", props.lead.name ?? "")}>
      <form
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void convert();
        }}
      >
        <p class={css.becomes}>
          <span class={css.label}>{l("account")}</span> {target()?.name}
        </p>
        <AlikeList accounts={like().accounts} chosen={into()} onChoose={setInto} />
        <p class={css.becomes}>
          <span class={css.label}>{l("contact")}</span>{" "}
          {known() ? l("knownHere", known()?.row.name ?? "") : l("madeNew", props.lead.name ?? "")}
        </p>
        <label class={css.check}>
          <input
            type="checkbox"
            checked={withOpportunity()}
            onChange={(event) => setWith(event.currentTarget.checked)}
          />
          {l("withOpportunity")}
        </label>
        <Show when={withOpportunity()}>
          <Text label={t("opps.name")} value={name()} onInput={setName} required first />
          <Show when={pipelines().length > 1}>
            <label class={css.field}>
              <span class={css.label}>{l("pipeline")}</span>
              <select
                class={css.input}
                value={pipeline() ?? ""}
                onChange={(event) => choose(event.currentTarget.value)}
              >
                <For each={pipelines()}>{(row) => <option value={row.id}>{row.name}</option>}</For>
              </select>
            </label>
          </Show>
          <p class={css.note}>{l("firstStage", stage()?.name ?? "–")}</p>
        </Show>
        <Show when={wrong()}>
          <p class={css.wrong} role="alert">
            {wrong()}
          </p>
        </Show>
        <div class={css.acts}>
          <Button look="quiet" onClick={() => props.onClose()}>
            {t("act.cancel")}
          </Button>
          <Button
            look="primary"
            type="submit"
            disabledReason={withOpportunity() && !may().allowed ? (may().why ?? whyWords("denied")) : undefined}
          >
            {l("convert")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
