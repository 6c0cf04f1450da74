import { createSignal, For, Show, type JSX } from "solid-js";
import type { Assigned } from "../../shared/leads/assigned.ts";
import { dayIn } from "../../shared/kernel/clock.ts";
import { limits } from "../../shared/kernel/limits.ts";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { emptyFields } from "../../shared/records/generic.ts";
import { t } from "../i18n/i18n.ts";
import { now, useSession } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import css from "../leads/leads.module.css";
import { r } from "./said.ts";

/**
 * Says to whom a rule belongs that it was wrong: a task of theirs, with the words, in the account's sales or beside its
 * notes, wherever its author may make one. Who may give the lead to somebody else does it at the same time.
 */
export function Wrong(props: {
  readonly lead: RecordOf<"lead">;
  readonly line: Assigned;
  readonly onClose: () => void;
}): JSX.Element {
  // prettier-ignore
  const { data, memberName } = useSession();
  const [words, setWords] = createSignal("");
  const [to, setTo] = createSignal("");
  const [said, setSaid] = createSignal<string>();
  const keeper = data.record("member", () => props.line.keeper ?? undefined);
  const members = data.list("member", () => ({ where: (row) => row.employment === "active", sort: "name" }));
  const fields = () => ({
    name: r("wrong.task", props.line.name).slice(0, limits.textMax),
    description: words().trim(),
    owner: props.line.keeper,
    about: props.lead.id,
    dueDay: dayIn(now(), data.me.zone),
    dueZone: data.me.zone,
  });
  const task = (compartment: string): Row =>
    ({
      ...emptyFields("task"), ...fields(), done: false, id: data.newId("task", props.lead.anchor), anchor: props.lead.anchor,
      compartment, createdAt: 0, createdBy: data.me.member,
    }) as Row; // prettier-ignore
  const place = () => ["sales", "core"].find((one) => data.can("create", task(one)).allowed);
  const mayGive = () => data.can("reassign", props.lead as Row).allowed;
  const shut = () => {
    if (keeper()?.employment !== "active") return r("wrong.gone");
    const answer = data.can("create", task("sales"));
    return place() === undefined ? (answer.why ?? whyWords("denied")) : undefined;
  };
  const send = async (): Promise<void> => {
    const compartment = place();
    if (!words().trim()) return void setSaid(r("wrong.first"));
    if (shut() || compartment === undefined) return void setSaid(shut());
    const { anchor, id } = props.lead;
    const told = await data.mutate("task.create@1", { id: data.newId("task", anchor), anchor, compartment, fields: fields() }); // prettier-ignore
    const given =
      told.ok && to() ? await data.mutate("lead.assign@1", { id, account: anchor, from: props.lead.owner ?? null, to: to() }) : told; // prettier-ignore
    if (!given.ok) return void setSaid(t("tray.notAccepted", given.detail ?? whyWords(given.code)));
    toast({ text: r("wrong.said", memberName(props.line.keeper)) });
    props.onClose();
  };
  return (
    <Dialog open onClose={props.onClose} title={r("wrong.title")}>
      <form
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <p class={css.note}>
          {keeper() ? r("wrong.why", memberName(props.line.keeper), props.line.name) : r("wrong.gone")}
        </p>
        <label class={css.field}>
          <span class={css.label}>{r("wrong.words")}</span>
          <textarea
            class={`${css.input} ${css.text}`}
            rows={3}
            maxLength={2_000}
            data-autofocus
            value={words()}
            onInput={(event) => {
              setWords(event.currentTarget.value);
              setSaid(undefined);
            }}
          />
        </label>
        <Show when={mayGive()}>
          <label class={css.field}>
            <span class={css.label}>{r("wrong.give")}</span>
            <select class={css.input} value={to()} onChange={(event) => setTo(event.currentTarget.value)}>
              <option value="">{r("wrong.leave")}</option>
              <For each={members().filter(({ id }) => id !== props.lead.owner)}>
                {(row) => <option value={row.id}>{row.name}</option>}
              </For>
            </select>
          </label>
        </Show>
        <Show when={said()}>
          <p class={css.wrong} role="alert">
            {said()}
          </p>
        </Show>
        <div class={css.acts}>
          <Button look="quiet" onClick={() => props.onClose()}>
            {t("act.cancel")}
          </Button>
          <Button look="primary" type="submit" disabledReason={shut()}>
            {r("wrong.send")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
