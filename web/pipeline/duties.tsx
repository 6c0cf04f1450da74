import Pencil from "lucide-solid/icons/pencil";
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import type { Node } from "../../shared/access/condition.ts";
import { dutiesOf, hasDuties, keptDuties, parts, type Duties } from "../../shared/pipeline/duties.ts";
import type { Action } from "../../shared/kernel/actions.ts";
import type { EntityName, Row } from "../../shared/records/entities.ts";
import { roleName, t } from "../i18n/i18n.ts";
import { kindNames } from "../i18n/fields.ts";
import { pick } from "../i18n/labels.ts";
import { useSession } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { Button, buttonClass } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import css from "./duties.module.css";
import { d } from "./duty-words.ts";
import type { Stage } from "./filter.ts";

/** Who does, decides, is asked and is told in each stage of a pipeline; below it who answers for what, by one's own rules. */
export function DutiesDialog(props: {
  readonly pipeline: string;
  readonly stages: readonly Stage[];
  readonly onClose: () => void;
}): JSX.Element {
  const { data } = useSession();
  const [changing, change] = createSignal<Stage>();
  const why = createMemo(() => {
    const [stage] = props.stages;
    const may = stage && data.can("edit", stage as Stage & Row, "duties");
    return !may || may.allowed ? undefined : (may.why ?? whyWords("denied"));
  });
  const said = () => props.stages.some((stage) => hasDuties(dutiesOf(stage.duties)));
  const names = (roles: readonly string[]): string => roles.map(roleName).join(", ") || d("nobody");
  return (
    <Dialog open wide onClose={props.onClose} title={d("title", props.pipeline)}>
      <div class={css.all}>
        <Show when={!said()}>
          <p class={css.note}>{d("none")}</p>
        </Show>
        <table class={css.table}>
          <thead>
            <tr>
              <th scope="col">{d("stage")}</th>
              <For each={parts}>{(part) => <th scope="col">{d(`part.${part}`)}</th>}</For>
              <Show when={why() === undefined}>
                <th>
                  <span class="sr">{t("act.change")}</span>
                </th>
              </Show>
            </tr>
          </thead>
          <tbody>
            <For each={props.stages}>
              {(stage) => (
                <tr>
                  <th scope="row">{stage.name}</th>
                  <For each={parts}>
                    {(part) => <td data-label={d(`part.${part}`)}>{names(dutiesOf(stage.duties)[part])}</td>}
                  </For>
                  <Show when={why() === undefined}>
                    <td class={css.act}>
                      <button
                        type="button"
                        class={buttonClass({ look: "quiet", small: true, square: true })}
                        aria-label={d("edit", stage.name ?? "")}
                        onClick={() => change(stage)}
                      >
                        <Pencil size={14} />
                      </button>
                    </td>
                  </Show>
                </tr>
              )}
            </For>
          </tbody>
        </table>
        <Show when={why() !== undefined}>
          <p class={css.note}>{d("mayNot")}</p>
        </Show>
        <Answers />
      </div>
      <Show when={changing()}>{(stage) => <Change stage={stage()} onClose={() => change(undefined)} />}</Show>
    </Dialog>
  );
}

function Change(props: { readonly stage: Stage; readonly onClose: () => void }): JSX.Element {
  const { data } = useSession();
  const [duties, set] = createSignal<Duties>(dutiesOf(props.stage.duties));
  const members = data.list("member", () => ({ where: (row) => row.employment === "active" }));
  /** Roles that somebody here has, and those that stand there already. */
  const roles = createMemo(() =>
    [...new Set([...members().flatMap((row) => [row.base ?? "", ...(row.duties ?? [])]), ...parts.flatMap((part) => duties()[part])])].filter(Boolean).toSorted((a, b) => (roleName(a) < roleName(b) ? -1 : 1)),
  ); // prettier-ignore
  const keep = async (): Promise<void> => {
    const before = props.stage.duties ?? null;
    const edit = (kept: typeof before) => data.mutate("stage.edit@1", { id: props.stage.id, set: { duties: kept } });
    const done = await edit(keptDuties(duties()));
    if (!done.ok) return toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
    toast({ text: d("kept", props.stage.name ?? ""), undo: () => void edit(before) });
    props.onClose();
  };
  return (
    <Dialog open onClose={props.onClose} title={d("editing", props.stage.name ?? "")}>
      <form
        class={css.all}
        onSubmit={(event) => {
          event.preventDefault();
          void keep();
        }}
      >
        <For each={parts}>
          {(part) => (
            <fieldset class={css.part}>
              <legend class={css.label}>{d(`part.${part}`)}</legend>
              <For each={roles()}>
                {(role) => (
                  <label class={css.role}>
                    <input
                      type="checkbox"
                      checked={duties()[part].includes(role)}
                      onChange={(event) => {
                        const others = duties()[part].filter((one) => one !== role);
                        set({ ...duties(), [part]: event.currentTarget.checked ? [...others, role] : others });
                      }}
                    />
                    {roleName(role)}
                  </label>
                )}
              </For>
            </fieldset>
          )}
        </For>
        <div class={css.end}>
          <Button look="quiet" onClick={() => props.onClose()}>
            {t("act.cancel")}
          </Button>
          <Button look="primary" type="submit">
            {d("keep")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const asks = [
  ["ask.notes", "write", ["section"]],
  ["ask.follow", "create", ["task"]],
  ["ask.give", "reassign", ["account", "opportunity", "lead", "case", "task"]],
  ["ask.handoff", "hand_off", ["handoff"]],
] as const satisfies readonly (readonly [string, Action, readonly EntityName[]])[];

/** Ownership in words, what the policy in force lets its reader do is worked out of its rules, not written by hand. */
function Answers(): JSX.Element {
  const { data } = useSession();
  const days = () => data.gives("handoff.accept").find(({ maxDays }) => maxDays !== undefined)?.maxDays;
  const grounds = (action: Action, entities: readonly EntityName[]) =>
    data.rules().filter((rule) => rule.actions.includes(action) && rule.entity.some((name) => (entities as readonly string[]).includes(name))); // prettier-ignore
  const kindsOf = (of: readonly EntityName[], entities: readonly EntityName[]): string =>
    entities.length === 1 ? "" : `${of.filter((name) => entities.includes(name)).map((name) => pick(kindNames[name]) ?? name).join(", ")} · `; // prettier-ignore
  return (
    <section>
      <h3 class={css.heading}>{d("answers")}</h3>
      <p class={css.note}>{d("answersWhy")}</p>
      <dl class={css.answers}>
        <dt>{d("ask.own")}</dt>
        <dd>{d("own.text")}</dd>
        <For each={asks}>
          {([title, action, entities]) => (
            <>
              <dt>{d(title)}</dt>
              <dd>
                <For each={grounds(action, entities)} fallback={d("never")}>
                  {(rule) => <p>{d("line", `${kindsOf(rule.entity, entities)}${reachWords(rule.when)}`, rule.why)}</p>}
                </For>
              </dd>
            </>
          )}
        </For>
        <dt>{d("ask.after")}</dt>
        <dd>{days() === undefined ? d("after.plain") : d("after.text", days() ?? 0)}</dd>
      </dl>
    </section>
  );
}
/** Where a rule reaches, as far as words go; what else it asks for it says itself. */
function reachWords(when: Node): string {
  const reaches = new Set<string>();
  const look = (node: Node): void => {
    if (typeof node === "boolean") return void (node && reaches.add("all"));
    if ("any" in node) return node.any.forEach(look);
    if ("all" in node) return node.all.forEach(look);
    if ("reach" in node && !("not" in node)) reaches.add(node.reach);
  };
  look(when);
  const known = ["all", "own", "team", "region", "account_team", "participant"] as const;
  const said = known.filter((reach) => reaches.has(reach)).map((reach) => d(`reach.${reach}`));
  return said.join(d("or")) || d("reach.when");
}
