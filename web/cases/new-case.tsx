import { useNavigate } from "@solidjs/router";
import { createMemo, createSignal, For, mapArray, Show, type JSX } from "solid-js";
import { caseNumber } from "../../shared/cases/number.ts";
import { severities } from "../../shared/cases/service.ts";
import { limits } from "../../shared/kernel/limits.ts";
import type { RecordOf } from "../../shared/records/entities.ts";
import { fold } from "../i18n/format.ts";
import { t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { recent } from "../shell/recent.ts";
import { fetchWords } from "../shell/words-later.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import css from "./cases.module.css";
import { c } from "./words.ts";

/** A case of an account on this device: what is wrong, how bad it is, who sees to it. Works without a network. */
export function NewCase(props: { readonly account?: string; readonly onClose: () => void }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const navigate = useNavigate();
  const [account, setAccount] = createSignal(props.account);
  const [name, setName] = createSignal("");
  const [severity, setSeverity] = createSignal<(typeof severities)[number]>("moderate");
  const [queue, setQueue] = createSignal("");
  const [wrong, setWrong] = createSignal<string>();
  const place = data.record("account", account);
  const queues = data.list("queue", () => ({ where: (row) => row.intake !== true, sort: "name" }));
  const lacks = () => (account() && name().trim() ? undefined : account() ? c("newWhat") : t("timeline.forWhich"));

  const send = async () => {
    const anchor = account();
    if (!anchor || lacks()) return;
    const id = data.newId("case", anchor);
    const owner = queue() ? {} : { owner: data.me.member };
    const done = await data.mutate("case.create@1", {
      id,
      anchor,
      fields: { number: caseNumber(id), name: name().trim(), severity: severity(), queue: queue() || null, ...owner },
    });
    if (!done.ok) return void setWrong((await fetchWords()).refusalWords(session, done));
    toast({ text: c("made"), undo: () => void data.mutate("case.delete@1", { id }) });
    props.onClose();
    navigate(paths.case(id));
  };
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={c("new")}
      actions={
        <>
          <Button look="quiet" onClick={() => props.onClose()}>
            {t("act.cancel")}
          </Button>
          <Button look="primary" type="submit" form="new-case" disabledReason={lacks()}>
            {c("new")}
          </Button>
        </>
      }
    >
      <form
        id="new-case"
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Show when={place()} fallback={<PickAccount onChoose={setAccount} />}>
          {(row) => (
            <p class={css.for}>
              <strong class="clip">{row().name}</strong>
              <Button small look="quiet" onClick={() => setAccount(undefined)}>
                {t("act.change")}
              </Button>
            </p>
          )}
        </Show>
        <label class={css.label}>
          {c("newWhat")}
          <input
            class={css.input}
            maxLength={limits.textMax}
            value={name()}
            onInput={(event) => setName(event.currentTarget.value)}
            {...(props.account ? { "data-autofocus": true } : {})}
          />
        </label>
        <div class={css.days} role="group" aria-label={c("severity")}>
          <For each={severities}>
            {(one) => (
              <button type="button" class={css.pill} aria-pressed={severity() === one} onClick={() => setSeverity(one)}>
                {t(`severity.${one}`)}
              </button>
            )}
          </For>
        </div>
        <label class={css.label}>
          {c("newQueue")}
          <select class={css.input} value={queue()} onChange={(event) => setQueue(event.currentTarget.value)}>
            <option value="">{c("newNoQueue")}</option>
            <For each={queues()}>{(row) => <option value={row.name ?? ""}>{row.name}</option>}</For>
          </select>
        </label>
        <Show when={wrong()}>
          <p class={css.wrong} role="alert">
            {wrong()}
          </p>
        </Show>
      </form>
    </Dialog>
  );
}

/** Those opened lately stand first. */
function PickAccount(props: { readonly onChoose: (id: string) => void }): JSX.Element {
  const { data } = useSession();
  const [text, setText] = createSignal("");
  const passing = (row: RecordOf<"account">, word: string) => fold(row.name ?? "").includes(word);
  const others = data.list("account", () => {
    const word = fold(text());
    return { sort: "name", limit: 12, where: (row) => passing(row, word) };
  });
  const lately = mapArray(recent, (id) => data.record("account", () => id));
  const found = createMemo(() => {
    const word = fold(text());
    const first = lately().flatMap((row) => row() ?? []).filter((row) => passing(row, word)); // prettier-ignore
    const ids = new Set(first.map(({ id }) => id));
    return [...first, ...others().filter(({ id }) => !ids.has(id))].slice(0, 5);
  });
  return (
    <div>
      <input
        class={css.input}
        type="search"
        data-autofocus
        aria-label={t("timeline.forWhich")}
        placeholder={t("timeline.forWhich")}
        value={text()}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          const [first] = found();
          if (event.key !== "Enter" || event.isComposing || !first) return;
          event.preventDefault();
          props.onChoose(first.id);
        }}
      />
      <ul>
        <For each={found()}>
          {(row) => (
            <li>
              <button type="button" class={css.option} onClick={() => props.onChoose(row.id)}>
                <span class="clip">{row.name}</span>
                <span class={css.soft}>{row.city ?? ""}</span>
              </button>
            </li>
          )}
        </For>
      </ul>
    </div>
  );
}
