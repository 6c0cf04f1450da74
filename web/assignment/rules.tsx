import { A, useSearchParams } from "@solidjs/router";
import ArrowDown from "lucide-solid/icons/arrow-down";
import ArrowUp from "lucide-solid/icons/arrow-up";
import ChevronLeft from "lucide-solid/icons/chevron-left";
import Ellipsis from "lucide-solid/icons/ellipsis";
import { createEffect, createMemo, createSignal, For, lazy, on, onCleanup, Show, Suspense, type JSX } from "solid-js";
import { between } from "../../shared/assignment/order.ts";
import { inOrder, ruleOf, type AssignmentRule } from "../../shared/assignment/rules.ts";
import { cellOf, orgAnchor } from "../../shared/kernel/id.ts";
import { emptyFields } from "../../shared/records/generic.ts";
import type { Row } from "../../shared/records/entities.ts";
import { held, useCommands } from "../commands/registry.ts";
import { t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { draggable, type Drag } from "../pipeline/drag.ts";
import { isPhone, useSession } from "../shell/context.ts";
import { PageBar } from "../shell/layout.tsx";
import { markOf } from "../shell/marks.ts";
import { whyWords } from "../shell/sync-words.ts";
import { Bone, Chip, Empty } from "../ui/bits.tsx";
import { Button, buttonClass } from "../ui/button.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { Menu } from "../ui/menu.tsx";
import { toast } from "../ui/toast.tsx";
import css from "../leads/leads.module.css";
import type { Draft } from "./editor.tsx";
import { r, ruleText } from "./words.ts";

const RuleEditor = lazy(async () => ({ default: (await import("./editor.tsx")).RuleEditor }));
const Trial = lazy(async () => ({ default: (await import("./trial.tsx")).Trial }));

/** The rules that give new leads to somebody, in the order in which they are asked. All read them; who spreads leads keeps them. */
export function Rules(): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  const [search, setSearch] = useSearchParams<{ rule?: string; new?: string }>();
  const [trying, tryOut] = createSignal<AssignmentRule>();
  const [drag, setDrag] = createSignal<Drag>();
  const kept = data.list("lead_rule", () => ({}));
  const rules = createMemo(() => inOrder(kept().map((row) => ruleOf(row as Row))));
  const queues = data.list("queue", () => ({ sort: "name" }));
  const intake = createMemo(() => queues().toSorted((a, b) => (a.id < b.id ? -1 : 1)).find((row) => row.intake === true)); // prettier-ignore
  const anchor = orgAnchor(cellOf(data.me.member) ?? data.me.cell);
  const arriving = () => rules().length === 0 && !data.settled();

  const recordOf = (rule: AssignmentRule): Row | undefined =>
    kept().find(({ id }) => id === rule.id) as Row | undefined;
  const blank = (): Row =>
    ({ ...emptyFields("lead_rule"), id: data.newId("lead_rule", anchor), anchor, compartment: "core", createdAt: 0, createdBy: data.me.member }) as Row; // prettier-ignore
  const reason = (may: { readonly allowed: boolean; readonly why?: string }) =>
    may.allowed ? undefined : (may.why ?? whyWords("denied"));
  const mayMake = createMemo(() => reason(data.can("create", blank())));
  const mayKeep = (rule: AssignmentRule, act: "edit" | "delete") => {
    const row = recordOf(rule);
    return row ? reason(data.can(act, row)) : whyWords("missing");
  };
  const opened = createMemo(() => rules().find(({ id }) => id === search.rule));
  const indexOf = (rule: AssignmentRule): number => rules().findIndex(({ id }) => id === rule.id);

  /** Says what was done, or why it was not. */
  const act = async (name: string, args: object, said: string, undo?: () => unknown): Promise<string | undefined> => {
    const done = await data.mutate(name, args);
    if (done.ok) toast({ text: said, ...(undo ? { undo: () => void undo() } : {}) });
    else toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
    return done.ok ? undefined : (done.detail ?? whyWords(done.code));
  };
  const set = (rule: AssignmentRule, fields: object) => data.mutate("lead_rule.edit@1", { id: rule.id, set: fields });

  let list: HTMLOListElement | undefined;
  const focusOn = (id: string): void =>
    queueMicrotask(() => list?.querySelector<HTMLElement>(`[data-rule="${id}"]`)?.focus());
  /** To the place at which another one stands now. */
  const put = async (rule: AssignmentRule, at: number): Promise<void> => {
    const others = rules().filter(({ id }) => id !== rule.id);
    const to = Math.min(others.length, Math.max(0, at));
    if (to === indexOf(rule)) return;
    const shut = mayKeep(rule, "edit");
    if (shut !== undefined) return toast({ text: shut, bad: true });
    const order = between(others[to - 1]?.order || null, others[to]?.order || null);
    await act("lead_rule.edit@1", { id: rule.id, set: { order } }, r("moved", rule.name, to + 1), () =>
      set(rule, { order: rule.order }),
    );
    focusOn(rule.id);
  };
  const keep = async (rule: AssignmentRule | undefined, draft: Draft): Promise<string | undefined> => {
    const fields = {
      name: draft.name,
      where: draft.where.length > 0 ? JSON.stringify(draft.where) : null,
      toMember: draft.target?.kind === "member" ? draft.target.id : null,
      toTeam: draft.target?.kind === "team" ? draft.target.id : null,
      toQueue: draft.target?.kind === "queue" ? draft.target.id : null,
    };
    const id = rule?.id ?? data.newId("lead_rule", anchor);
    const wrong = rule
      ? await act("lead_rule.edit@1", { id, set: fields }, r("kept", draft.name))
      : await act("lead_rule.create@1", { id, anchor, fields: { ...fields, order: between(rules().at(-1)?.order || null, null) } }, r("kept", draft.name), () => data.mutate("lead_rule.delete@1", { id })); // prettier-ignore
    if (wrong !== undefined) return wrong;
    setSearch({ rule: undefined, new: undefined });
    focusOn(id);
    return undefined;
  };
  const pause = (rule: AssignmentRule) =>
    act("lead_rule.edit@1", { id: rule.id, set: { paused: !rule.paused } }, r(rule.paused ? "isResumed" : "isPaused", rule.name), () => set(rule, { paused: rule.paused })); // prettier-ignore
  const remove = (rule: AssignmentRule) =>
    act("lead_rule.delete@1", { id: rule.id }, r("deleted", rule.name), () =>
      data.mutate("lead_rule.restore@1", { id: rule.id }),
    );
  const rest = async (id: string): Promise<void> => {
    for (const row of queues())
      if ((row.intake === true) !== (row.id === id)) {
        const done = await data.mutate("queue.edit@1", { id: row.id, set: { intake: row.id === id ? true : null } });
        if (!done.ok) return toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
      }
  };
  const mayRest = () => {
    const [row] = queues();
    return row ? reason(data.can("edit", row as Row)) : undefined;
  };

  const step = (by: number): void => {
    const all = [...(list?.querySelectorAll<HTMLElement>("[data-rule]") ?? [])];
    all[Math.min(all.length - 1, Math.max(0, all.indexOf(document.activeElement as HTMLElement) + by))]?.focus();
  };
  useCommands({ "row.next": () => step(1), "row.previous": () => step(-1), "row.open": held });
  const mount = (element: HTMLOListElement): void => {
    list = element;
    const drop = (id: string, over: string): void => {
      const rule = rules().find((one) => one.id === id);
      if (rule)
        void put(
          rule,
          rules().findIndex((one) => one.id === over),
        );
    };
    onCleanup(draggable(element, { onMove: setDrag, onDrop: drop }));
  };
  createEffect(on(() => search.rule, (id) => id && focusOn(id))); // prettier-ignore

  return (
    <>
      <PageBar
        title={r("title")}
        start={
          <A
            class={buttonClass({ look: "quiet", square: true, small: true })}
            href={paths.leads}
            aria-label={t("nav.leads")}
          >
            <ChevronLeft size={16} />
          </A>
        }
      >
        <Button look="primary" disabledReason={mayMake()} onClick={() => setSearch({ new: "1" })}>
          {r("new")}
        </Button>
      </PageBar>
      <div class={`${css.page} ${css.inset}`}>
        <p class={css.intro}>
          {r("intro")} {mayMake() !== undefined ? r("mayNot") : isPhone() ? "" : r("keys")}
        </p>
        <Show
          when={rules().length > 0}
          fallback={
            <Show
              when={!arriving()}
              fallback={
                <p class={css.bones} aria-busy="true">
                  <Bone of={6} />
                  <Bone of={5} />
                </p>
              }
            >
              <Empty
                act={
                  <Show when={mayMake() === undefined}>
                    <Button onClick={() => setSearch({ new: "1" })}>{r("new")}</Button>
                  </Show>
                }
              >
                {r("none")}
              </Empty>
            </Show>
          }
        >
          <ol class={css.rules} aria-label={r("list")} ref={mount}>
            <For each={rules().map(({ id }) => id)}>
              {(id, at) => (
                <Show when={rules().find((one) => one.id === id)}>
                  {(rule) => (
                    <li
                      class={css.rule}
                      classList={{ [css.over ?? ""]: drag()?.over === id && drag()?.id !== id, [css.held ?? ""]: drag()?.id === id }} // prettier-ignore
                      data-card={mayKeep(rule(), "edit") === undefined ? id : undefined}
                      data-stage={id}
                    >
                      <span class={`${css.at} num`} aria-hidden="true">
                        {at() + 1}
                      </span>
                      <div
                        class={css.what}
                        data-rule={id}
                        role="button"
                        tabindex="0"
                        aria-haspopup="dialog"
                        aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown"
                        onClick={() => setSearch({ rule: id })}
                        onKeyDown={(event) => {
                          const by = event.key === "ArrowUp" ? -1 : event.key === "ArrowDown" ? 1 : 0;
                          if (event.key === "Enter" || event.key === " ") setSearch({ rule: id });
                          else if (by !== 0 && event.altKey) void put(rule(), at() + by);
                          else if (by !== 0) step(by);
                          else return;
                          event.preventDefault();
                        }}
                      >
                        <span class={css.name}>
                          {rule().name} <ChangeMark state={markOf(data, id)} />
                          <Show when={rule().paused}>
                            <Chip>{r("paused")}</Chip>
                          </Show>
                        </span>
                        <span class={css.sentence}>{ruleText(session, rule())}</span>
                        <Show when={memberName(rule().keeper)}>
                          {(keeper) => <span class={css.reason}>{r("keptBy", keeper())}</span>}
                        </Show>
                      </div>
                      <span class={css.tools}>
                        <Show when={mayKeep(rule(), "edit") === undefined}>
                          <Small
                            label={r("up", rule().name)}
                            off={at() === 0}
                            onClick={() => void put(rule(), at() - 1)}
                          >
                            <ArrowUp size={14} />
                          </Small>
                          <Small
                            label={r("down", rule().name)}
                            off={at() === rules().length - 1}
                            onClick={() => void put(rule(), at() + 1)}
                          >
                            <ArrowDown size={14} />
                          </Small>
                        </Show>
                        <Menu
                          label={r("more", rule().name)}
                          triggerClass={buttonClass({ look: "quiet", small: true, square: true })}
                          trigger={<Ellipsis size={16} />}
                          placement="bottom-end"
                          parts={[
                            { words: r("try"), onSelect: () => tryOut(rule()) },
                            ...(mayKeep(rule(), "edit") === undefined
                              ? [
                                  { words: r("edit"), onSelect: () => setSearch({ rule: id }) },
                                  { words: r(rule().paused ? "resume" : "pause"), onSelect: () => void pause(rule()) },
                                ]
                              : []),
                            ...(mayKeep(rule(), "delete") === undefined
                              ? [{ words: r("delete"), onSelect: () => void remove(rule()) }]
                              : []),
                          ]}
                        />
                      </span>
                    </li>
                  )}
                </Show>
              )}
            </For>
          </ol>
        </Show>
        <section class={css.rest} aria-label={r("rest")}>
          <span class={css.name}>{r("rest")}</span>
          <label class={css.wait}>
            <span>{r("restWaits")}</span>
            <select
              class={css.input}
              disabled={mayRest() !== undefined}
              value={intake()?.id ?? ""}
              onChange={(event) => void rest(event.currentTarget.value)}
            >
              <option value="">{r("restNone")}</option>
              <For each={queues()}>
                {(row) => (
                  <option value={row.id} selected={row.id === intake()?.id}>
                    {row.name}
                  </option>
                )}
              </For>
            </select>
          </label>
          <Show when={intake()}>
            {(row) => (
              <span class={css.reason}>
                {memberName(row().steward) ? r("restWith", memberName(row().steward)) : r("restNobody")}
              </span>
            )}
          </Show>
          <Show when={mayRest() !== undefined}>
            <span class={css.reason}>{r("restMayNot")}</span>
          </Show>
        </section>
      </div>
      <Suspense>
        <Show when={search.new === "1" && mayMake() === undefined}>
          <RuleEditor
            rule={undefined}
            before={rules()}
            onKeep={(draft) => keep(undefined, draft)}
            onClose={() => setSearch({ new: undefined })}
          />
        </Show>
        <Show when={opened() && mayKeep(opened() as AssignmentRule, "edit") === undefined && search.rule} keyed>
          <RuleEditor
            rule={opened()}
            before={rules().slice(0, Math.max(0, rules().findIndex(({ id }) => id === search.rule)))} // prettier-ignore
            onKeep={(draft) => keep(opened(), draft)}
            onClose={() => setSearch({ rule: undefined })}
          />
        </Show>
        <Show when={trying()}>
          {(rule) => (
            <Trial rule={rule()} before={rules().slice(0, indexOf(rule()))} onClose={() => tryOut(undefined)} />
          )}
        </Show>
      </Suspense>
    </>
  );
}

const Small = (props: {
  readonly label: string;
  readonly off?: boolean;
  readonly onClick: () => void;
  readonly children: JSX.Element;
}): JSX.Element => (
  <button
    type="button"
    class={buttonClass({ look: "quiet", small: true, square: true })}
    aria-label={props.label}
    title={props.label}
    aria-disabled={props.off ? "true" : undefined}
    onClick={() => !props.off && props.onClick()}
  >
    {props.children}
  </button>
);
