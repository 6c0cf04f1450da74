import { useQuery } from "@tanstack/solid-query";
import ChevronDown from "lucide-solid/icons/chevron-down";
import { createEffect, createMemo, createSignal, For, onCleanup, Show, untrack, type JSX } from "solid-js";
import { entityOfId, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Value } from "../../shared/records/field.ts";
import { lookedAt, noted, putLooked, type Looked as Known } from "../data/looked.ts";
import type { CellLink } from "../data/wire.ts";
import { instant } from "../i18n/format.ts";
import { locale } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { titleOf } from "../search/text.ts";
import { now, useSession } from "../shell/context.ts";
import { wordsNow } from "../shell/words-later.ts";
import { joinPage } from "./editors.ts";
import { hereWords, movedKey, onEditing, setEditors, showMoved } from "./here.ts";
import css from "./looked.module.css";
import { k } from "./looked-words.ts";
import { bind, got, queryClient } from "./online.ts";

const inLine = 3; // the rest is one click away
const lookedAfterMs = 15_000; // whoever is here that long has seen it, also if the page is never left properly
const fresh = ["activity", "task", "comment", "section", "contact", "opportunity", "case", "handoff"] as const;
type Fresh = (typeof fresh)[number];

interface Said {
  readonly record: string;
  readonly field: string;
  readonly before: Value | null;
  readonly at: number;
  readonly by: string;
}

hereWords.edits = (names) => k("edits", names);
hereWords.changed = () => k("changed");

/** Made out here, so that a question that is kept for a while keeps nothing of the page (SYNC-E3). */
const asking =
  (account: string, since: number, link: CellLink | undefined) =>
  async ({ signal }: { signal: AbortSignal }) =>
    (await got<{ readonly items: readonly Said[] }>(`/api/accounts/${account}/changes?since=${since}`, signal, link))
      .items;

/** What others did here since this member looked, in a line that opens (LOOK-2); and who edits what now (ROOM-24). */
export function Looked(props: { readonly account: string }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const account = untrack(() => props.account); // the page is another one for another account
  const source = data.source(account);
  const edgeNow = () => Math.floor(source?.clock.now() || Date.now());
  const isHere = () => data.copy.record(account) !== undefined;
  const first = source && lookedAt(source.replica, account);
  const [known, setKnown] = createSignal<Known | undefined>(first);
  const [opened, open] = createSignal(false);
  const [copy, moveCopy] = createSignal(0);

  /** As of now there is nothing to be told; what stands on the page stays. */
  const save = (): void => {
    if (isHere()) void source?.write([putLooked(account, { at: edgeNow(), moved: {} })]).catch((error: unknown) => console.error(error)); // prettier-ignore
  };
  const seen = (): void => {
    setKnown({ at: edgeNow(), moved: {} });
    save();
  };
  if (!first) seen();
  const timer = setTimeout(save, lookedAfterMs);
  onCleanup(() => {
    clearTimeout(timer);
    save();
  });
  onCleanup(
    data.onChange((changes) => {
      const next = source && noted(source.replica, changes, (id) => (id === account ? untrack(known) : undefined), edgeNow()).get(account); // prettier-ignore
      if (next) setKnown(next);
      moveCopy((n) => n + 1);
    }),
  );

  const lists = Object.fromEntries(
    fresh.map((kind) => [kind, data.list(kind as EntityName, () => ({ anchor: account, sort: "-createdAt", limit: 50 }))]),
  ) as unknown as { readonly [K in Fresh]: () => readonly Row[] }; // prettier-ignore
  const fields = createMemo(() => {
    copy();
    return Object.entries(known()?.moved ?? {}).flatMap(([record, moved]) => {
      const name = entityOfId(record);
      const row = data.copy.record(record);
      // A field that is hidden by now has no name here.
      return name && row
        ? Object.keys(moved)
            .filter((field) => Object.hasOwn(row, field))
            .map((field) => ({ record, field, name, row }))
        : [];
    });
  });
  const made = createMemo(() => {
    copy();
    const since = known()?.at;
    const me = data.me.member;
    if (since === undefined) return [];
    return fresh.flatMap((kind) =>
      lists[kind]()
        .filter((row) => row.createdAt > since && row.createdBy !== me)
        .map((row) => ({ kind, row })),
    );
  });
  const count = () => fields().length + made().length;

  createEffect(() => showMoved(new Set(fields().map(({ record, field }) => movedKey(record, field)))));
  onCleanup(() => showMoved(new Set()));
  const page = joinPage(data, account);
  onEditing({ account, run: page.say });
  onCleanup(() => {
    onEditing(undefined);
    page.leave();
    setEditors(undefined);
  });

  bind();
  const remote = useQuery(
    () => ({
      queryKey: ["changes", account, known()?.at ?? 0, fields().length],
      enabled: fields().length > 0 && !session.offline() && source !== undefined,
      queryFn: asking(account, known()?.at ?? 0, source?.link),
    }),
    () => queryClient,
  );
  /** The last that did it, and what was there when one looked. */
  const told = (record: string, field: string) => {
    const all = remote.isSuccess ? remote.data.filter((one) => one.record === record && one.field === field) : [];
    const [last] = all;
    return last && { by: session.memberName(last.by), before: all.at(-1)?.before ?? null };
  };
  const sentence = ({ record, field, name, row }: ReturnType<typeof fields>[number]): string => {
    const label = name === "account" ? fieldLabel(field) : k("of", fieldLabel(field), titleOf(name, row));
    const value = wordsNow()?.valueWords(session, name, field, row[field] as Value, row) ?? "";
    const words = k("to", label, value.length > 60 ? `${value.slice(0, 59)}…` : value);
    const by = told(record, field)?.by;
    return by ? k("by", words, by) : words;
  };
  const numbers = (): readonly string[] =>
    fresh.flatMap((kind) => {
      const n = made().filter((one) => one.kind === kind).length;
      return n > 0 ? [k(kind, n)] : [];
    });
  const inShort = () => {
    const all = [...fields().map(sentence), ...numbers()];
    const more = all.length - inLine;
    return [...all.slice(0, inLine), ...(more > 0 ? [k("more", more)] : [])].join(" · ");
  };
  const when = (at: number) => instant(at, { locale: locale(), zone: data.me.zone, now: now() });

  return (
    <Show when={count() > 0}>
      <section class={css.looked} aria-label={k("title")}>
        <button type="button" class={css.line} aria-expanded={opened()} onClick={() => open(!opened())}>
          <span class={css.dot} aria-hidden="true" />
          <span class={css.words}>
            <span class={css.since}>{k("since", count(), when(known()?.at ?? 0))}</span> {opened() ? "" : inShort()}
          </span>
          <ChevronDown size={14} />
        </button>
        <Show when={opened()}>
          <ul class={css.list}>
            <For each={fields()}>
              {(one) => (
                <li>
                  {sentence(one)}
                  <Show when={told(one.record, one.field)}>
                    {(last) => (
                      <span class={css.was}>
                        {k("from", wordsNow()?.valueWords(session, one.name, one.field, last().before as Value, one.row) ?? "")}
                      </span>
                    )}
                  </Show>
                </li>
              )}
            </For>
            <For each={made()}>
              {({ kind, row }) => (
                <li>
                  {k("by", k("made", k(`kind.${kind}`), titleOf(kind, row)), session.memberName(row.createdBy))}
                  <span class={css.was}>{when(row.createdAt)}</span>
                </li>
              )}
            </For>
          </ul>
          <Show when={session.offline() && fields().length > 0}>
            <p class="meta">{k("noWho")}</p>
          </Show>
          <button type="button" class={css.seen} onClick={seen}>
            {k("seen")}
          </button>
        </Show>
      </section>
    </Show>
  );
} // prettier-ignore
