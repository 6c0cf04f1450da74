import { A } from "@solidjs/router";
import { createEffect, createMemo, createSignal, For, on, onCleanup, Show, type JSX } from "solid-js";
import { useCommands } from "../commands/registry.ts";
import { areApart, inSameHands, isTakable, survivor } from "../../shared/duplicates/mutations.ts";
import { kindOfTwins, twinEntities, twinOf, type TwinEntity } from "../../shared/duplicates/rows.ts";
import { lookForTwins, type Twin } from "../../shared/duplicates/twins.ts";
import { cellOf } from "../../shared/kernel/id.ts";
import { entity, type RecordOf, type Row } from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";
import { browserJobs } from "../data/jobs.ts";
import { d } from "../duplicates/words.ts";
import { act, undoMerge } from "../duplicates/merged.tsx";
import css from "../handoffs/handoffs.module.css";
import { number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { Empty } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";
import split from "../ui/split.module.css";
import { q } from "./words.ts";

type Rows = { readonly [E in TwinEntity]: readonly RecordOf<E>[] };
interface Pair {
  readonly twin: Twin;
  readonly stays: Row;
  readonly goes: Row;
}

/** Pairs that may be one, the likeliest first, side by side: merged field by field, or told apart. */
export function Twins(props: {
  readonly rows: Rows;
  readonly kind: string | undefined;
  readonly onKind: (kind: string | undefined) => void;
}): JSX.Element {
  const session = useSession();
  const name = (): TwinEntity => twinEntities.find((one) => one === props.kind) ?? "account";
  const jobs = browserJobs();
  const [found, setFound] = createSignal<readonly Twin[]>();
  const rows = createMemo(() => (props.rows[name()] as readonly Row[]).filter((row) => !row["mergedInto"]));
  const byId = createMemo(() => new Map(rows().map((row) => [row.id, row])));
  const accounts = createMemo(() => new Map((props.rows.account as readonly Row[]).map((row) => [row.id, row])));
  const account = (id: string): Row | undefined =>
    accounts().get(id) ?? (session.data.record("account", () => id)() as Row | undefined);
  createEffect(
    on([name, () => rows().length], ([kind]) => {
      setFound(undefined);
      const twins = rows().map((row) => twinOf(kind, row as RecordOf<TwinEntity>, String(accounts().get(row.anchor)?.["name"] ?? "") || null)); // prettier-ignore
      const steps = (function* () {
        const result = yield* lookForTwins(twins, [], kindOfTwins(kind));
        setFound(result);
      })();
      onCleanup(jobs.run(steps, () => undefined));
    }),
  );
  const [passed, pass] = createSignal<ReadonlySet<string>>(new Set());
  const key = (pair: Pick<Twin, "a" | "b">) => `${pair.a} ${pair.b}`;
  const pairs = createMemo((): readonly Pair[] =>
    (found() ?? []).flatMap((twin) => {
      const [one, other] = [byId().get(twin.a), byId().get(twin.b)];
      if (!one || !other || cellOf(one.id) !== cellOf(other.id) || areApart(one, other)) return [];
      const [stays, goes] = survivor(one, other);
      return [{ twin, stays, goes }];
    }),
  );
  const left = createMemo(() => pairs().filter(({ twin }) => !passed().has(key(twin))));
  const first = createMemo(() => left()[0]);
  const skip = (pair: Pair) => pass((old) => new Set([...old, key(pair.twin)]));

  return (
    <>
      <div class={split.filters} role="group" aria-label={q("kinds")}>
        <For each={twinEntities}>
          {(one) => (
            <button
              type="button"
              class={split.filter}
              aria-pressed={name() === one}
              onClick={() => props.onKind(one === "account" ? undefined : one)}
            >
              {q(`kind.${one}`)}
            </button>
          )}
        </For>
        <p class={`${split.note} num`} role="status">
          {found() ? q("things", left().length, number(left().length, locale())) : q("looking")}
        </p>
      </div>
      <Show when={found()} fallback={<div aria-busy="true" />}>
        <Show when={first()} fallback={<Empty>{q(pairs().length > 0 ? "done" : "none")}</Empty>} keyed>
          {(pair) => <Side name={name()} pair={pair} account={account} onPass={() => skip(pair)} />}
        </Show>
      </Show>
    </>
  );
}

const shown = (row: Row, key: string): string => {
  const value = row[key];
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

/** The two side by side: what agrees is said once, of what differs one is chosen. */
function Side(props: {
  readonly name: TwinEntity;
  readonly pair: Pair;
  readonly account: (id: string) => Row | undefined;
  readonly onPass: () => void;
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  const { stays, goes, twin } = props.pair;
  const fields = Object.keys(entity(props.name).fields as Readonly<Record<string, Field>>).filter(
    (key) => isTakable(props.name, key) && goes[key] !== undefined && stays[key] !== undefined && (shown(stays, key) !== "" || shown(goes, key) !== ""), // prettier-ignore
  );
  const differing = fields.filter((key) => shown(stays, key) !== shown(goes, key));
  const same = inSameHands(stays, goes, props.account);
  // What the one that stays lacks is taken, unless somebody says otherwise.
  const [take, setTake] = createSignal<ReadonlySet<string>>(
    new Set(same ? differing.filter((key) => shown(stays, key) === "" && shown(goes, key) !== "") : []),
  );
  const choose = (key: string, taken: boolean) =>
    setTake((old) => new Set(taken ? [...old, key] : [...old].filter((one) => one !== key)));
  const may = () => [stays, goes].every((row) => data.can("merge", row).allowed);
  const [wrong, setWrong] = createSignal<string>();
  const said = async (done: { readonly ok: boolean; readonly code?: string }, words: string, undo: () => void) => {
    if (!done.ok) return void setWrong(done.code === "version_conflict" ? q("another") : t("list.failed"));
    toast({ text: words, undo });
    props.onPass();
  };
  const merge = async () => {
    if (!may()) return;
    const under = stays.anchor === goes.anchor ? [] : [stays.anchor, goes.anchor];
    const args = { id: stays.id, other: goes.id, take: [...take()], ...(under.length > 0 ? { under } : {}) };
    const done = await act(session, `${props.name}.merge@1`, "merge", args, [stays, goes]);
    await said(done, q("merged", shown(stays, "name")), () => void undoMerge(session, goes.id));
  };
  const apart = async () => {
    if (!may()) return;
    const args = { id: stays.id, other: goes.id };
    const done = await act(session, `${props.name}.keep_apart@1`, "apart", args, [stays, goes]);
    await said(done, q("saidApart"), () => void act(session, `${props.name}.keep_apart@1`, "apart", { ...args, apart: false }, [stays, goes])); // prettier-ignore
  };
  useCommands({
    "twins.merge": () => void merge(),
    "twins.apart": () => void apart(),
    "row.next": () => props.onPass(),
  });
  const path = (row: Row): string =>
    props.name === "account"
      ? paths.account(row.id)
      : props.name === "contact"
        ? paths.contact(row.id)
        : `${paths.leads}?lead=${row.id}`;
  const where = (row: Row): string =>
    props.name === "account" ? "" : String(props.account(row.anchor)?.["name"] ?? "");
  const cell = (key: string, row: Row, taken: boolean) => (
    <Show when={differing.includes(key) && same && may()} fallback={shown(row, key)}>
      <label class={css.choice}>
        <input
          type="radio"
          name={key}
          checked={take().has(key) === taken}
          onChange={() => choose(key, taken)}
          aria-label={q("pick", fieldLabel(key), shown(row, key) || "–")}
        />
        {shown(row, key) || "–"}
      </label>
    </Show>
  );

  return (
    <section aria-label={q("mergeTitle", shown(stays, "name"))} data-pair={`${stays.id} ${goes.id}`}>
      <h2 class={css.reportHead}>
        {q(twin.sure ? "sure" : "maybe")} <span class={css.soft}>{twin.by.map((reason) => d(reason)).join(" · ")}</span>
      </h2>
      <div class={css.scroll}>
        <table class={css.table}>
          <thead>
            <tr>
              <th scope="col">{q("field")}</th>
              <For
                each={
                  [
                    [stays, q("stays")],
                    [goes, q("goes")],
                  ] as const
                }
              >
                {([row, words]) => (
                  <th scope="col">
                    {words} <A href={path(row)}>{shown(row, "name")}</A> {where(row)}
                  </th>
                )}
              </For>
            </tr>
          </thead>
          <tbody>
            <For each={fields}>
              {(key) => (
                <tr>
                  <th scope="row">{fieldLabel(key)}</th>
                  <td>{cell(key, stays, false)}</td>
                  <td>{cell(key, goes, true)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
      <Show when={!same}>
        <p class={css.soft}>{q("otherHands")}</p>
      </Show>
      <Show when={wrong()}>
        <p role="alert">{wrong()}</p>
      </Show>
      <p class={css.tools}>
        <Button
          look="primary"
          kbd="M"
          disabledReason={may() ? undefined : q("mayNotMerge")}
          onClick={() => void merge()}
        >
          {q("merge")}
        </Button>
        <Button kbd="K" disabledReason={may() ? undefined : q("mayNotMerge")} onClick={() => void apart()}>
          {q("apart")}
        </Button>
        <Button look="quiet" onClick={() => props.onPass()}>
          {q("next")}
        </Button>
      </p>
    </section>
  );
}
