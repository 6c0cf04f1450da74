import { useQuery } from "@tanstack/solid-query";
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import type { Policy } from "../../shared/access/rules.ts";
import { got, queryClient } from "../accounts/online.ts";
import { http } from "../http.ts";
import { instant } from "../i18n/format.ts";
import { locale } from "../i18n/i18n.ts";
import { now, useSession } from "../shell/context.ts";
import { nameOf } from "../shell/name-of.ts";
import { Chip } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import split from "../ui/split.module.css";
import { toast } from "../ui/toast.tsx";
import table from "../handoffs/handoffs.module.css";
import css from "../audit/audit.module.css";
import { changesIn, ruleKinds, rulesOf, withRule, type RuleKind } from "./draft.ts";
import { mayGovern } from "./may.ts";
import type { Current } from "./page.tsx";
import { groupName, kindName, whyWords, x } from "./words.ts";

interface Version {
  readonly version: number;
  readonly author: string;
  readonly approver: string | null;
  readonly why: string;
  readonly at: number;
}
interface Problem {
  readonly path: string;
  readonly says: string;
}
interface Checked {
  readonly ok: boolean;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}
interface Preview {
  readonly widening: "same" | "narrower" | "wider" | "unknown";
  readonly members: readonly { readonly id: string; readonly name: string }[];
  readonly differences: {
    readonly summary: readonly { readonly kind: "gain" | "loss"; readonly entity: string; readonly group: string; readonly members: number; readonly records: number }[];
    readonly changes: readonly { readonly gained: readonly string[]; readonly lost: readonly string[] }[];
    readonly masks: readonly string[];
  };
  readonly counted: { readonly members: number; readonly records: number; readonly all: boolean };
} // prettier-ignore

const rulesShown = 30;

/** Rules one by one into a draft; what it would change, in numbers and examples; and versions to go back to. */
export function PolicyPart(props: { readonly current: Current }): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  const mayEdit = () => mayGovern(data, "edit_policy");
  const [draft, setDraft] = createSignal<Policy | null>(null);
  const [kind, setKind] = createSignal<RuleKind>("allow");
  const [find, setFind] = createSignal("");
  const [editing, edit] = createSignal<{ id: string | null; text: string } | null>(null);
  const [wrong, setWrong] = createSignal("");
  const [checked, setChecked] = createSignal<{ check: Checked; preview: Preview | null } | null>(null);
  const [busy, setBusy] = createSignal(false);
  const [why, setWhy] = createSignal("");
  const policy = () => draft() ?? props.current.policy;
  const changes = createMemo(() => (draft() ? changesIn(props.current.policy, policy()) : []));
  const rules = createMemo(() => {
    const words = find().trim().toLowerCase();
    return rulesOf(policy(), kind()).filter(({ id, why: reason, body }) => words === "" || `${id} ${reason} ${JSON.stringify(body)}`.toLowerCase().includes(words)); // prettier-ignore
  });
  const versions = useQuery(
    () => ({
      queryKey: ["policy", "versions"],
      queryFn: ({ signal }: { signal: AbortSignal }) => got<{ items: readonly Version[] }>("/api/policy/versions", signal), // prettier-ignore
    }),
    () => queryClient,
  );
  const at = (value: number) => instant(value, { locale: locale(), zone: data.me.zone, now: now() });
  const change = (next: Policy) => {
    setDraft(changesIn(props.current.policy, next).length > 0 ? next : null);
    setChecked(null);
    edit(null);
  };
  const keep = (): void => {
    const one = editing();
    if (!one) return;
    let body: unknown;
    try {
      body = JSON.parse(one.text);
    } catch {
      return void setWrong(x("policy.notJson"));
    }
    const reason = (body as { why?: unknown } | null)?.why;
    if (typeof reason !== "string" || reason.trim().length < 3) return void setWrong(x("policy.noWhy"));
    change(withRule(policy(), kind(), one.id, body));
  };
  const check = async (): Promise<void> => {
    setBusy(true);
    const body = { policy: policy() };
    const found = await http<Checked>("/api/policy/check", body);
    const compared = found.ok && found.value.ok ? await http<Preview>("/api/policy/diff", body) : null;
    setBusy(false);
    if (!found.ok) return toast({ text: x("access.failed") });
    setChecked({ check: found.value, preview: compared?.ok ? compared.value : null });
  };
  const said = async (answer: Awaited<ReturnType<typeof http<{ version?: number }>>>): Promise<void> => {
    if (!answer.ok) return toast({ text: answer.error.code === "version_conflict" ? x("policy.conflict") : x("policy.failed") }); // prettier-ignore
    setDraft(null);
    setChecked(null);
    setWhy("");
    // What is in force is here before it is said, so that the next draft begins from it.
    await queryClient.invalidateQueries({ queryKey: ["policy"] });
    toast({ text: answer.value.version === undefined ? x("policy.waits") : x("policy.published", answer.value.version) }); // prettier-ignore
  };
  const publish = async (): Promise<void> => {
    setBusy(true);
    await said(await http("/api/policy/publish", { policy: policy(), why: why().trim() }));
    setBusy(false);
  };
  const revert = async (version: number): Promise<void> => said(await http("/api/policy/revert", { version, why: `${x("policy.revert")}: ${x("access.version", version)}` })); // prettier-ignore
  const examples = createMemo(() => {
    const ids = checked()?.preview?.differences.changes.flatMap(({ gained, lost }) => [...gained, ...lost]) ?? [];
    return [...new Set(ids)].map((id) => nameOf(data, id)).filter(Boolean).slice(0, 5); // prettier-ignore
  });

  return (
    <>
      <section aria-label={x("policy.draft", changes().length)} class={css.answer} data-draft={changes().length}>
        <h2 class={css.head}>{changes().length > 0 ? x("policy.draft", changes().length) : x("policy.noDraft")}</h2>
        <Show when={changes().length > 0}>
          <p class={css.soft}>{changes().map(({ id }) => id).join(", ")}</p>
          <div class={css.acts}>
            <Button look={checked()?.preview ? "plain" : "primary"} aria-busy={busy()} onClick={() => void check()}>
              {busy() ? x("policy.checking") : x("policy.check")}
            </Button>
            <Button look="quiet" onClick={() => change(props.current.policy)}>
              {x("policy.drop")}
            </Button>
          </div>
        </Show>
        <div aria-live="polite">
          <Show when={checked()}>
            {(found) => (
              <>
                <Show when={!found().check.ok}>
                  <p class={css.bent}>{x("policy.wrong", found().check.problems.length)}</p>
                  <Problems items={found().check.problems} />
                </Show>
                <Show when={found().preview}>
                  {(preview) => (
                    <div data-preview={preview().widening}>
                      <p>
                        <strong>{x(`policy.verdict.${preview().widening}`)}</strong>
                      </p>
                      <ul>
                        <For each={preview().differences.summary}>
                          {(one) => <li>{x(one.kind === "gain" ? "policy.gains" : "policy.loses", one.members, one.records, groupName(one.group), kindName(one.entity))}</li>}
                        </For>
                        <For each={preview().differences.masks}>{(one) => <li>{one}</li>}</For>
                      </ul>
                      <Show when={preview().members.length > 0}>
                        <p class={css.soft}>{x("policy.for", preview().members.map(({ id, name }) => memberName(id) || name).slice(0, 12).join(", "))}</p>
                      </Show>
                      <Show when={examples().length > 0}>
                        <p class={css.soft}>{x("policy.examples", examples().join(", "))}</p>
                      </Show>
                      <p class={css.soft}>{x("policy.counted", preview().counted.members, preview().counted.records)}</p>
                    </div>
                  )}
                </Show>
                <Show when={found().check.ok && found().check.warnings.length > 0}>
                  <p class={css.soft}>{x("policy.warns")}</p>
                  <Problems items={found().check.warnings} />
                </Show>
                <Show when={found().preview && mayEdit()}>
                  <form
                    class={css.acts}
                    onSubmit={(event) => {
                      event.preventDefault();
                      if (why().trim().length > 2) void publish();
                    }}
                  >
                    <label class={css.why}>
                      <span class="sr">{x("policy.why")}</span>
                      <input class={css.input} maxlength={500} placeholder={x("policy.why")} value={why()} onInput={(event) => setWhy(event.currentTarget.value)} />
                    </label>
                    <Button look="primary" type="submit" aria-busy={busy()} disabledReason={why().trim().length > 2 ? undefined : x("policy.why")}>
                      {x("policy.publish")}
                    </Button>
                  </form>
                </Show>
              </>
            )}
          </Show>
        </div>
      </section>
      <h2 class={table.reportHead}>{x("policy.rules")}</h2>
      <div class={`${split.filters} ${css.flush}`} role="group" aria-label={x("policy.ruleKind")}>
        <For each={ruleKinds}>
          {(one) => (
            <button type="button" class={split.filter} aria-pressed={one === kind()} onClick={() => { edit(null); setKind(one); }}>
              {x(`policy.kind.${one}`)}
              <span class="num">{rulesOf(policy(), one).length}</span>
            </button>
          )}
        </For>
        <input class={css.find} type="search" placeholder={x("policy.find")} aria-label={x("policy.find")} value={find()} onInput={(event) => setFind(event.currentTarget.value)} />
      </div>
      <ul>
        <For each={rules().slice(0, find().trim() === "" ? rulesShown : rules().length)}>
          {(rule) => (
            <li class={css.line} data-rule={rule.id}>
              <span class={css.soft}>{rule.id}</span>
              <div class={css.said}>
                <p>
                  {whyWords(rule.why)} <Show when={changes().some(({ id }) => id === rule.id)}><Chip tone="info">±</Chip></Show>
                </p>
                <Show
                  when={editing()?.id === rule.id ? editing() : null}
                  fallback={
                    <Show when={mayEdit()}>
                      <p class={css.acts}>
                        <Button small look="quiet" onClick={() => { setWrong(""); edit({ id: rule.id, text: JSON.stringify(rule.body, null, 2) }); }}>
                          {x("policy.edit")}
                        </Button>
                        <Button small look="quiet" onClick={() => change(withRule(policy(), kind(), rule.id, null))}>
                          {x("policy.remove")}
                        </Button>
                      </p>
                    </Show>
                  }
                >
                  {(one) => (
                    <>
                      <textarea class={css.json} rows={14} spellcheck={false} aria-label={rule.id} value={one().text} onInput={(event) => edit({ ...one(), text: event.currentTarget.value })} />
                      <p class={css.bent} role="alert">
                        {wrong()}
                      </p>
                      <p class={css.acts}>
                        <Button small look="primary" onClick={keep}>
                          {x("policy.intoDraft")}
                        </Button>
                        <Button small onClick={() => { const text = one().text; edit({ id: null, text }); keep(); }}>
                          {x("policy.add")}
                        </Button>
                        <Button small look="quiet" onClick={() => edit(null)}>
                          {x("policy.cancel")}
                        </Button>
                      </p>
                    </>
                  )}
                </Show>
              </div>
            </li>
          )}
        </For>
      </ul>
      <h2 class={table.reportHead}>{x("policy.versions")}</h2>
      <ul>
        <For each={versions.data?.items ?? []}>
          {(one) => (
            <li class={css.line} data-version={one.version}>
              <span class={`${css.soft} num`}>{x("access.version", one.version)}</span>
              <div class={css.said}>
                <p>
                  {whyWords(one.why)} <Show when={one.version === props.current.version}><Chip tone="ok">{x("policy.current")}</Chip></Show>
                </p>
                <p class={css.soft}>
                  {[at(one.at), x("policy.by", memberName(one.author) || one.author), one.approver ? x("policy.approvedBy", memberName(one.approver) || one.approver) : ""].filter(Boolean).join(" · ")}
                </p>
                <Show when={one.version !== props.current.version && mayEdit()}>
                  <Button small look="quiet" onClick={() => void revert(one.version)}>
                    {x("policy.revert")}
                  </Button>
                </Show>
              </div>
            </li>
          )}
        </For>
      </ul>
    </>
  );
} // prettier-ignore

const Problems = (props: { readonly items: readonly Problem[] }): JSX.Element => (
  <ul>
    <For each={props.items}>
      {({ path, says }) => (
        <li>
          <span class={css.soft}>{path}</span> {says}
        </li>
      )}
    </For>
  </ul>
);
