/** Whom and what a note can name: people who may read it, by the edge; records that this device holds. */
import { createEffect, createSignal, on, onCleanup } from "solid-js";
import { entityOfId, type EntityName, type RecordOf, type Row } from "../../shared/records/entities.ts";
import { http } from "../http.ts";
import { mayReachCell } from "../data/network.ts";
import type { LocalData } from "../data/store.ts";
import { kindNames } from "../i18n/fields.ts";
import { locale } from "../i18n/i18n.ts";
import { displayName } from "../i18n/person.ts";
import { titleOf } from "../search/text.ts";
import { found } from "./blocks.ts";

interface Named {
  readonly kind: "member" | "record";
  readonly id: string;
  readonly label: string;
  readonly note?: string;
  /** Whether they may read the note is not known here: the edge was not reached. */
  readonly unsure?: true;
}
/** Answers with what is known now, and again (it is a signal) when the edge has answered. */
type Naming = (words: string) => readonly Named[];

const each = 6;
const labelMax = 120;
const waitMs = 150;
const kinds = ["account", "contact", "opportunity", "case"] as const satisfies readonly EntityName[];

export function createNaming(data: LocalData, section: { readonly id: string; readonly account: string }): Naming {
  const [asked, ask] = createSignal<string | null>(null);
  const [people, setPeople] = createSignal<readonly Named[]>([]);
  const [words, setWords] = createSignal("");
  const [reached, setReached] = createSignal(mayReachCell() && data.sync().state !== "offline");
  createEffect(
    on(asked, (query) => {
      if (query === null) return;
      const gone = new AbortController();
      const timer = setTimeout(() => {
        const path = `/api/accounts/${section.account}/sections/${section.id}/readers?q=${encodeURIComponent(query)}`;
        const link = data.source(section.account)?.link;
        void http<{ items: { id: string; name: string }[] }>(path, undefined, gone.signal, link).then((answer) => {
          if (gone.signal.aborted) return;
          setWords(query);
          setReached(answer.ok || answer.error.status > 0);
          setPeople(answer.ok ? answer.value.items.map(({ id, name }) => ({ kind: "member", id, label: name })) : []);
        });
      }, waitMs);
      onCleanup(() => {
        clearTimeout(timer);
        gone.abort();
      });
    }),
  );
  return (typed) => {
    queueMicrotask(() => ask(typed));
    if (!reached()) return [...membersFor(data, typed), ...recordsFor(data, section.account, typed)];
    // Until the edge has answered for these words, those of the words before that still fit.
    const fit = words() === typed ? people() : found(people(), typed, ({ label }) => label);
    return [...fit.slice(0, each), ...recordsFor(data, section.account, typed)];
  };
}

/** Of those in office whom this device knows, for who is offline. */
function membersFor(data: LocalData, typed: string): Named[] {
  const all = [...data.copy.records("member")]
    .filter((row) => row["employment"] === "active")
    .map((row) => ({
      kind: "member" as const,
      id: row.id,
      label: displayName(row as RecordOf<"member">).slice(0, labelMax),
      unsure: true as const,
    }))
    .filter(({ label }) => label !== "")
    .sort((a, b) => a.label.localeCompare(b.label, locale()));
  return found(all, typed, ({ label }) => label).slice(0, each);
}

/** The account's own first, then of all that is here. */
function recordsFor(data: LocalData, account: string, typed: string): Named[] {
  const near: Row[] = [];
  const far: Row[] = [];
  const query = typed.toLocaleLowerCase();
  for (const kind of kinds) {
    for (const row of data.copy.records(kind)) {
      const isNear = row.anchor === account;
      if ((query === "" && !isNear) || near.length + far.length > 200) continue;
      if (titleOf(kind, row).toLocaleLowerCase().includes(query)) (isNear ? near : far).push(row);
    }
  }
  const kindOf = (row: Row) => kinds.find((kind) => entityOfId(row.id) === kind) ?? "account";
  return found([...near, ...far], typed, (row) => titleOf(kindOf(row), row))
    .slice(0, each)
    .map((row) => ({
      kind: "record",
      id: row.id,
      label: titleOf(kindOf(row), row).slice(0, labelMax),
      note: kindNames[kindOf(row)]?.[locale() === "zh-CN" ? 1 : 0] ?? "",
    }));
}
