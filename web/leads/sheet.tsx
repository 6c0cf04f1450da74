import { A } from "@solidjs/router";
import { createSignal, For, lazy, Match, Show, Suspense, Switch, type JSX } from "solid-js";
import { isOpenLead, lostReasons } from "../../shared/leads/lead.ts";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { AssignedLine } from "../assignment/line.tsx";
import { HiddenField } from "../approvals/request.tsx";
import { t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { Chip, Person } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Menu } from "../ui/menu.tsx";
import { toast } from "../ui/toast.tsx";
import css from "./leads.module.css";
import { l } from "./words.ts";

const Files = lazy(() => import("../files/files.tsx"));
const Convert = lazy(async () => ({ default: (await import("./convert.tsx")).Convert }));

type Lead = RecordOf<"lead"> & Row;
const shown = ["company", "country", "industry", "email", "phone", "leadSource", "need", "timeline"] as const;
const nameOf = { company: "organisation", country: "country", industry: "industry", email: "email", phone: "phone", leadSource: "source", need: "need", timeline: "timeline" } as const; // prettier-ignore

/** One lead: what is known, and the acts that move it on. */
export function Sheet(props: { readonly lead: Lead; readonly onClose: () => void }): JSX.Element {
  const { data, memberName } = useSession();
  const [converting, setConverting] = createSignal(false);
  const [parting, setParting] = createSignal(false);
  const [reason, setReason] = createSignal<string>("");
  const [words, setWords] = createSignal("");
  const account = data.record("account", () => props.lead.anchor);
  const members = data.list("member", () => ({ where: (row) => row.employment === "active", sort: "name" }));
  const may = (action: string) => data.can(action, props.lead);
  const why = (action: string): string | undefined => {
    const answer = may(action);
    return answer.allowed ? undefined : (answer.why ?? whyWords("denied"));
  };
  const act = async (name: string, args: object, said: string, undo?: () => unknown): Promise<boolean> => {
    const done = await data.mutate(name, { id: props.lead.id, ...args });
    if (done.ok) toast({ text: said, ...(undo ? { undo: () => void undo() } : {}) });
    else toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
    return done.ok;
  };
  const lacking = () =>
    (["need", "timeline"] as const).filter((key) => props.lead[key] === null || props.lead[key] === "");
  const qualify = (to: "working" | "qualified") =>
    act("lead.qualify@1", { to }, l(`done.${to}`), () =>
      props.lead.status === to ? data.mutate("lead.qualify@1", { id: props.lead.id, to: "working" }) : undefined,
    );
  const part = async () => {
    if (!reason()) return;
    const args = { reason: reason(), ...(words().trim() ? { words: words().trim() } : {}) };
    const ok = await act("lead.disqualify@1", args, l("done.disqualified"), () =>
      data.mutate("lead.reopen@1", { id: props.lead.id }),
    );
    if (ok) setParting(false);
  };
  const give = (to: string) => {
    const from = props.lead.owner ?? null;
    void act("lead.assign@1", { account: props.lead.anchor, from, to }, l("done.given", memberName(to)), () =>
      from
        ? data.mutate("lead.assign@1", {
            id: props.lead.id,
            account: props.lead.anchor,
            from: props.lead.owner ?? null,
            to: from,
          })
        : undefined,
    );
  };
  const edit = (key: string) => {
    if (!data.can("edit", props.lead, key).allowed) return undefined;
    return async (value: string | null) => {
      const done = await data.mutate("lead.edit@1", { id: props.lead.id, set: { [key]: value } });
      return done.ok ? undefined : (done.detail ?? whyWords(done.code));
    };
  };

  return (
    <Dialog open side onClose={props.onClose} title={props.lead.name ?? l("lead")}>
      <div class={css.sheet}>
        <p class={css.head}>
          <Chip
            tone={
              props.lead.status === "qualified" || props.lead.status === "converted"
                ? "ok"
                : props.lead.status === "disqualified"
                  ? "warn"
                  : "plain"
            }
          >
            {l(`status.${props.lead.status ?? "new"}`)}
          </Chip>
          <Show when={account()}>
            {(row) => (
              <A class={css.link} href={paths.account(row().id)}>
                {row().name}
              </A>
            )}
          </Show>
          <Menu
            label={`${t("account.owner")}: ${memberName(props.lead.owner)}`}
            triggerClass={css.owner}
            trigger={<Person id={props.lead.owner ?? ""} name={memberName(props.lead.owner) || l("nobody")} />}
            parts={[
              {
                label: l("give"),
                value: props.lead.owner ?? null,
                choices: members().map((row) => ({
                  id: row.id,
                  text: row.name ?? "",
                  reason: row.id === props.lead.owner ? undefined : why("reassign"),
                })),
                onChoose: give,
              },
            ]}
          />
        </p>
        <AssignedLine lead={props.lead} />
        <div class={css.fields}>
          <For each={shown}>
            {(key) => (
              <Show
                when={props.lead[key] !== undefined}
                fallback={
                  <p class={css.hidden}>
                    <span class={css.label}>{l(nameOf[key])}</span>
                    <HiddenField
                      group={t(key === "email" || key === "phone" ? "group.personal" : "group.qualification")}
                      entity="lead"
                      id={props.lead.id}
                      field={key}
                    />
                  </p>
                }
              >
                <Field
                  label={l(nameOf[key])}
                  value={props.lead[key] ?? null}
                  onCommit={edit(key)}
                  mark={data
                    .pendingFields(() => props.lead.id)()
                    .get(key)}
                />
              </Show>
            )}
          </For>
        </div>
        <Switch>
          <Match when={parting()}>
            <form
              class={css.form}
              onSubmit={(event) => {
                event.preventDefault();
                void part();
              }}
            >
              <label class={css.field}>
                <span class={css.label}>{l("why")}</span>
                <select
                  class={css.input}
                  required
                  value={reason()}
                  onChange={(event) => setReason(event.currentTarget.value)}
                >
                  <option value="">–</option>
                  <For each={lostReasons}>{(one) => <option value={one}>{l(`lost.${one}`)}</option>}</For>
                </select>
              </label>
              <label class={css.field}>
                <span class={css.label}>{l("words")}</span>
                <input
                  class={css.input}
                  maxLength={500}
                  value={words()}
                  onInput={(event) => setWords(event.currentTarget.value)}
                />
              </label>
              <div class={css.acts}>
                <Button look="quiet" onClick={() => setParting(false)}>
                  {t("act.cancel")}
                </Button>
                <Button look="primary" type="submit">
                  {l("disqualify")}
                </Button>
              </div>
            </form>
          </Match>
          <Match when={isOpenLead(props.lead.status)}>
            <Show when={props.lead.status !== "qualified" && lacking().length > 0}>
              <p class={css.note}>
                {l(
                  "lacks",
                  lacking()
                    .map((key) => l(`${key}`))
                    .join(", "),
                )}
              </p>
            </Show>
            <div class={css.acts}>
              <Button look="quiet" disabledReason={why("disqualify")} onClick={() => setParting(true)}>
                {l("disqualify")}
              </Button>
              <Show when={props.lead.status === "new"}>
                <Button disabledReason={why("qualify")} onClick={() => void qualify("working")}>
                  {l("start")}
                </Button>
              </Show>
              <Show
                when={props.lead.status === "qualified"}
                fallback={
                  <Button
                    look="primary"
                    disabledReason={
                      why("qualify") ??
                      (lacking().length > 0
                        ? l(
                            "lacks",
                            lacking()
                              .map((key) => l(`${key}`))
                              .join(", "),
                          )
                        : undefined)
                    }
                    onClick={() => void qualify("qualified")}
                  >
                    {l("qualify")}
                  </Button>
                }
              >
                <Button look="primary" disabledReason={why("qualify")} onClick={() => setConverting(true)}>
                  {l("convert")}
                </Button>
              </Show>
            </div>
          </Match>
          <Match when={props.lead.status === "disqualified"}>
            <p class={css.note}>
              {[props.lead.lostReason ? l(`lost.${props.lead.lostReason}`) : "", props.lead.outcomeReason]
                .filter(Boolean)
                .join(" · ")}
            </p>
            <div class={css.acts}>
              <Button disabledReason={why("qualify")} onClick={() => void act("lead.reopen@1", {}, l("done.working"))}>
                {l("reopen")}
              </Button>
            </div>
          </Match>
          <Match when={props.lead.status === "converted" && props.lead.becameAccount}>
            {(became) => (
              <p class={css.note}>
                <A
                  class={css.link}
                  href={paths.account(became(), props.lead.becameOpportunity ? "opportunities" : undefined)}
                >
                  {l("openBecame")}
                </A>
              </p>
            )}
          </Match>
        </Switch>
        <Suspense>
          <Files subject={props.lead} />
        </Suspense>
      </div>
      <Show when={converting()}>
        <Suspense>
          <Convert lead={props.lead} onClose={() => setConverting(false)} />
        </Suspense>
      </Show>
    </Dialog>
  );
}
