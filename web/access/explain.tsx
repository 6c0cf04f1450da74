import { createSignal, For, Show, type JSX } from "solid-js";
import { entity } from "../../shared/records/entities.ts";
import { http } from "../http.ts";
import { instant } from "../i18n/format.ts";
import { locale, roleName } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { now, useSession } from "../shell/context.ts";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";
import table from "../handoffs/handoffs.module.css";
import css from "../audit/audit.module.css";
import { PickMember, PickRecord, type Picked } from "./pick.tsx";
import { groupName, reachName, whyWords, x } from "./words.ts";

const actions = ["read", "edit", "comment", "reassign", "share", "delete", "export", "read_history"] as const;
type Act = (typeof actions)[number];

export interface Said {
  readonly allowed: boolean;
  readonly because: readonly string[];
  readonly wouldNeed: readonly string[];
  readonly askTo: readonly string[];
  readonly admin?: {
    readonly given: readonly {
      readonly kind: "rule" | "share" | "grant" | "break_glass" | "cover";
      readonly id: string;
      readonly why: string;
      readonly groups: readonly string[];
      readonly until: number | null;
    }[];
    readonly cut: readonly { readonly id: string; readonly why: string }[];
    readonly facts: Readonly<Record<string, string | readonly string[]>>;
    readonly wouldNeed: readonly (
      | { readonly kind: "role"; readonly role: string }
      | { readonly kind: "reach"; readonly reach: string }
    )[];
  };
}
interface Can {
  readonly items: readonly { readonly member: string; readonly name: string; readonly because: readonly string[]; readonly rule: string | null }[];
  readonly note: string;
} // prettier-ignore
type Answer =
  | { readonly kind: "said"; readonly who: string; readonly said: Said }
  | { readonly kind: "can"; readonly can: Can };

/** Why somebody may or may not, in sentences; and who may. */
export function Explain(): JSX.Element {
  const { data, memberName } = useSession();
  const [who, setWho] = createSignal(data.me.member);
  const [act, setAct] = createSignal<Act>("read");
  const [record, setRecord] = createSignal<Picked | null>(null);
  const [field, setField] = createSignal("");
  const [answer, setAnswer] = createSignal<Answer | null>(null);
  const [busy, setBusy] = createSignal(false);
  const fields = () => (record() ? Object.keys(entity(record()?.entity ?? "account").fields) : []);
  const subject = () => [field() && fieldLabel(field()), record()?.name].filter(Boolean).join(", ");
  const query = () => {
    const { entity: kind, id } = record() ?? { entity: "", id: "" };
    return new URLSearchParams({ action: act(), entity: kind, id, ...(field() ? { field: field() } : {}) });
  };
  const ask = async (everyone: boolean): Promise<void> => {
    setBusy(true);
    const [path, person] = [query(), who()];
    if (!everyone) path.set("member", person);
    const got = everyone
      ? await http<Can>(`/api/access/who-can?${path}`)
      : await http<Said>(`/api/access/explain?${path}`);
    setBusy(false);
    if (!got.ok) return toast({ text: x("access.failed") });
    setAnswer(everyone ? { kind: "can", can: got.value as Can } : { kind: "said", who: person, said: got.value as Said }); // prettier-ignore
  };
  const reason = () => (record() ? undefined : x("explain.pickHint"));
  const change = <T,>(set: (value: T) => unknown) => (value: T) => {
    setAnswer(null);
    set(value);
  };

  return (
    <>
      <form
        class={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (record()) void ask(false);
        }}
      >
        <PickMember label={x("explain.who")} value={who()} onPick={change(setWho)} />
        <label class={css.pick}>
          <span class={css.soft}>{x("explain.does")}</span>
          <select class={css.input} value={act()} onChange={(event) => change(setAct)(event.currentTarget.value as Act)}>
            <For each={actions}>{(one) => <option value={one}>{x(`explain.action.${one}`)}</option>}</For>
          </select>
        </label>
        <PickRecord picked={record()} onPick={change((one: Picked | null) => { setField(""); setRecord(one); })} />
        <Show when={record()}>
          <label class={css.pick}>
            <span class={css.soft}>{x("explain.field")}</span>
            <select class={css.input} value={field()} onChange={(event) => change(setField)(event.currentTarget.value)}>
              <option value="">{x("explain.anyField")}</option>
              <For each={fields()}>{(one) => <option value={one}>{fieldLabel(one)}</option>}</For>
            </select>
          </label>
        </Show>
        <div class={css.acts}>
          <Button look="primary" type="submit" aria-busy={busy()} disabledReason={reason()}>
            {x("explain.ask")}
          </Button>
          <Button aria-busy={busy()} disabledReason={reason()} onClick={() => void ask(true)}>
            {x("explain.everyone")}
          </Button>
        </div>
      </form>
      <div aria-live="polite">
        <Show when={answer()} keyed>
          {(now) =>
            now.kind === "said" ? (
              <Sentences who={memberName(now.who)} action={x(`explain.action.${act()}`)} what={subject()} said={now.said} />
            ) : (
              <WhoCan can={now.can} action={x(`explain.action.${act()}`)} what={subject()} />
            )
          }
        </Show>
      </div>
    </>
  );
} // prettier-ignore

/** One answer, first in the words that the member would read, then in those of who keeps the policy. */
export function Sentences(props: { readonly who: string; readonly action: string; readonly what: string; readonly said: Said }): JSX.Element {
  const session = useSession();
  const at = (value: number) => instant(value, { locale: locale(), zone: session.data.me.zone, now: now() });
  const admin = () => props.said.admin;
  const factWords = (name: string, value: string | readonly string[]) => {
    const one = (text: string) => (name === "base" || name === "duties" ? roleName(text) : session.regionName(text) || session.data.record("team", () => text)()?.name || text);
    return Array.isArray(value) ? value.map(one).join(", ") : one(String(value));
  };
  return (
    <section class={css.answer} data-explained={props.said.allowed ? "yes" : "no"}>
      <h2 class={css.head}>{x(props.said.allowed ? "explain.yes" : "explain.no", props.who, props.action, props.what)}</h2>
      <ul>
        <For each={props.said.because}>{(one) => <li>{whyWords(one)}</li>}</For>
      </ul>
      <Show when={(admin()?.given.length ?? 0) > 0}>
        <h3 class={css.soft}>{x("explain.by")}</h3>
        <ul>
          <For each={admin()?.given ?? []}>
            {(one) => (
              <li>
                {whyWords(one.why)} <span class={css.soft}>{[`${x(`explain.kind.${one.kind}`)} ${one.id}`, one.groups.map(groupName).join(", "), one.until === null ? "" : x("explain.until", at(one.until))].filter(Boolean).join(" · ")}</span>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <Show when={(admin()?.cut.length ?? 0) > 0}>
        <h3 class={css.soft}>{x("explain.cut")}</h3>
        <ul>
          <For each={admin()?.cut ?? []}>{({ id, why }) => <li>{whyWords(why)} <span class={css.soft}>{id}</span></li>}</For>
        </ul>
      </Show>
      <Show when={!props.said.allowed && ((admin()?.wouldNeed.length ?? 0) > 0 || props.said.wouldNeed.length > 0)}>
        <h3 class={css.soft}>{x("explain.needs")}</h3>
        <ul>
          <For each={admin() ? [...new Set(admin()?.wouldNeed.map((need) => (need.kind === "role" ? x("explain.need.role", roleName(need.role)) : x("explain.need.reach", reachName(need.reach)))))] : props.said.wouldNeed}>{(one) => <li>{whyWords(one)}</li>}</For>
        </ul>
      </Show>
      <Show when={props.said.askTo.length > 0}>
        <p class={css.soft}>
          {x("explain.askTo")}: {props.said.askTo.map(roleName).join(", ")}
        </p>
      </Show>
      <Show when={admin()}>
        {(one) => (
          <p class={css.soft}>
            {x("explain.facts")}: {Object.entries(one().facts).flatMap(([name, value]) => (name === "member" || name === "employment" || value.length === 0 ? [] : [factWords(name, value)])).join(" · ")}
          </p>
        )}
      </Show>
    </section>
  );
} // prettier-ignore

function WhoCan(props: { readonly can: Can; readonly action: string; readonly what: string }): JSX.Element {
  return (
    <section class={css.answer} data-who-can={props.can.items.length}>
      <h2 class={css.head}>
        {props.can.items.length > 0 ? x("explain.can", props.can.items.length, props.action, props.what) : x("explain.nobody", props.action, props.what)}
      </h2>
      <div class={table.scroll}>
        <table class={table.table}>
          <tbody>
            <For each={props.can.items}>
              {({ name, because, rule }) => (
                <tr>
                  <th scope="row">{name}</th>
                  <td class={css.wrap}>{because.map(whyWords).join(" ")}</td>
                  <td class={css.soft}>{rule}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
      <Show when={props.can.note}>
        <p class={css.soft}>{x("explain.part")}</p>
      </Show>
    </section>
  );
} // prettier-ignore
