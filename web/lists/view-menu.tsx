import { createSignal, For, Show, type JSX } from "solid-js";
import { isKeepable, viewFields } from "../../shared/lists/parts.ts";
import type { Row } from "../../shared/records/entities.ts";
import { t } from "../i18n/i18n.ts";
import { useSession } from "../shell/context.ts";
import { fetchWords } from "../shell/words-later.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import css from "./filter-editor.module.css";
import type { ListKind } from "./kind.ts";
import { say } from "./phrases.ts";
import type { ListState, View } from "./state.ts";
import { isMine } from "./views.ts";
import { sentence } from "./words.ts";

interface Props {
  readonly kind: ListKind;
  readonly state: ListState;
}

/** Saves what is shown: over its view, or as a new one of one's own or of a team. */
export function SaveView(props: Props & { readonly onClose: () => void }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const [name, setName] = createSignal(untitled());
  const [team, setTeam] = createSignal("");
  const [said, tell] = createSignal<string>();
  function untitled(): string {
    return sentence(session, props.kind.entity, props.state.query().where).slice(0, 60);
  }
  const save = async (): Promise<void> => {
    const title = name().trim();
    if (title === "") return void tell(say("view.nameless"));
    const id = data.newId("view");
    const fields = { name: title, of: props.kind.entity, team: team() || null, ...viewFields(props.kind.entity, props.state.query()) };
    const done = await data.mutate("view.create@1", { id, anchor: id, fields });
    if (!done.ok) return void tell((await fetchWords()).refusalWords(session, done));
    toast({ text: say("view.saved", title), undo: () => void data.mutate("view.delete@1", { id }) });
    props.onClose();
    props.state.go(id);
  };
  return (
    <Dialog open onClose={props.onClose} title={say("view.save")}>
      <form
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label class={css.labelled}>
          <span>{say("view.name")}</span>
          <input class={css.input} data-autofocus ref={(element) => queueMicrotask(() => element.select())} value={name()} maxLength={200} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <TeamChoice value={team()} onChoose={setTeam} />
        <Show when={!isKeepable(props.kind.entity, props.state.query())}>
          <p class={css.said}>{say("view.unkeepable")}</p>
        </Show>
        <Show when={said()}>{(words) => <p class={css.wrong} role="alert">{words()}</p>}</Show>
        <div class={css.acts}>
          <Button look="primary" type="submit">{say("view.save")}</Button>
        </div>
      </form>
    </Dialog>
  );
} // prettier-ignore

function TeamChoice(props: { readonly value: string; readonly onChoose: (team: string) => void }): JSX.Element {
  const { data } = useSession();
  const teams = data.me.teams.map((id) => ({ id, row: data.record("team", () => id) }));
  return (
    <Show when={teams.length > 0}>
      <label class={css.labelled}>
        <span>{say("view.whose")}</span>
        <select class={css.input} value={props.value} onChange={(event) => props.onChoose(event.currentTarget.value)}>
          <option value="">{say("view.onlyMe")}</option>
          <For each={teams}>
            {({ id, row }) => <option value={id}>{say("view.alsoTeam", row()?.name ?? "")}</option>}
          </For>
        </select>
      </label>
      <p class={css.said}>{say("view.parts")}</p>
    </Show>
  );
}

/** Name and team of a saved view, and its end. */
export function EditView(props: Props & { readonly view: View; readonly onClose: () => void }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const row = data.record("view", () => props.view.id);
  const [name, setName] = createSignal(props.view.name);
  const [team, setTeam] = createSignal(row()?.team ?? "");
  const [said, tell] = createSignal<string>();
  const may = (act: string): boolean => {
    const one = row();
    return one !== undefined && data.can(act, one as Row).allowed;
  };
  const save = async (): Promise<void> => {
    const { id } = props.view;
    const [title, old] = [name().trim(), row()];
    if (title === "" || !old) return void tell(say("view.nameless"));
    const acts: (readonly [string, object, object])[] = [];
    if (title !== old.name) acts.push(["view.edit@1", { id, set: { name: title } }, { id, set: { name: old.name } }]);
    if ((team() || null) !== (old.team ?? null))
      acts.push(["view.share@1", { id, team: team() || null }, { id, team: old.team ?? null }]);
    for (const [act, args] of acts) {
      const done = await data.mutate(act, args);
      if (!done.ok) return void tell((await fetchWords()).refusalWords(session, done));
    }
    if (acts.length > 0)
      toast({ text: say("view.saved", title), undo: () => acts.forEach(([act, , back]) => void data.mutate(act, back)) });
    props.onClose();
  };
  const remove = async (): Promise<void> => {
    const { id } = props.view;
    const done = await data.mutate("view.delete@1", { id });
    if (!done.ok) return void tell((await fetchWords()).refusalWords(session, done));
    toast({ text: say("view.deleted", props.view.name), undo: () => void data.mutate("view.restore@1", { id }) });
    props.onClose();
    props.state.go(undefined);
  };
  return (
    <Dialog open onClose={props.onClose} title={say("view.settings")}>
      <form
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <label class={css.labelled}>
          <span>{say("view.name")}</span>
          <input class={css.input} data-autofocus value={name()} maxLength={200} readOnly={!may("edit")} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <Show when={may("share")} fallback={<p class={css.said}>{say("view.of", session.memberName(row()?.owner) || "–")}</p>}>
          <TeamChoice value={team()} onChoose={setTeam} />
        </Show>
        <Show when={said()}>{(words) => <p class={css.wrong} role="alert">{words()}</p>}</Show>
        <div class={css.acts}>
          <Button look="quiet" disabledReason={may("delete") ? undefined : say("view.notYours")} onClick={() => void remove()}>{say("view.delete")}</Button>
          <Button look="primary" type="submit" disabledReason={may("edit") ? undefined : say("view.notYours")}>{t("act.done")}</Button>
        </div>
      </form>
    </Dialog>
  );
} // prettier-ignore

/** Writes what is shown into its view. */
export async function overwrite({ data }: ReturnType<typeof useSession>, props: Props): Promise<string | undefined> {
  const view = props.state.view();
  const before = data.record("view", () => view.id)();
  if (!before || !isMine(before, data.me.member)) return undefined;
  const fields = viewFields(props.kind.entity, props.state.query());
  const back = Object.fromEntries(Object.keys(fields).map((key) => [key, (before as Row)[key] ?? null]));
  const done = await data.mutate("view.edit@1", { id: view.id, set: fields });
  if (!done.ok) return done.code;
  toast({
    text: say("view.saved", view.name),
    undo: () => void data.mutate("view.edit@1", { id: view.id, set: back }),
  });
  props.state.set({ f: undefined, sort: undefined, group: undefined, cols: undefined });
  return undefined;
}
