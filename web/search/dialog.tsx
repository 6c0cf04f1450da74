import { useNavigate } from "@solidjs/router";
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show, type JSX } from "solid-js";
import { browserJobs } from "../data/jobs.ts";
import { number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { paths, type AccountTab } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { Dialog } from "../ui/dialog.tsx";
import css from "./dialog.module.css";
import { onlineNotes } from "./online.ts";
import { Search, type Result } from "./search.ts";
import { searched, titleOf, type Searched } from "./text.ts";
import { makeThread } from "./thread.ts";

const perKind = 6;
const onlineAfterMs = 300; // not for every letter
const onlineCharsMin = 2;
const tabs: { readonly [K in Searched]?: AccountTab } = {
  opportunity: "opportunities",
  case: "cases",
  section: "notes",
  activity: "timeline",
  task: "timeline",
  comment: "timeline",
};

/** Finds anything that this device holds, with or without a network; with one, notes by what their text says. */
export function SearchDialog(props: { readonly onClose: () => void }): JSX.Element {
  return (
    <Dialog open onClose={props.onClose} title={t("search.title")}>
      <Inside onClose={props.onClose} />
    </Dialog>
  );
}

/** One index a session: closing the dialog lets it rest, opening it again is at once. */
const indexes = new WeakMap<object, Search>();
function searchOf(session: ReturnType<typeof useSession>): Search {
  let search = indexes.get(session);
  if (!search) {
    const made = new Search(session.data.copy, browserJobs(), makeThread);
    session.data.onEnd(() => made.close());
    indexes.set(session, (search = made));
  }
  return search;
}

function Inside(props: { readonly onClose: () => void }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const navigate = useNavigate();
  const search = searchOf(session);
  const [text, setText] = createSignal("");
  const [results, setResults] = createSignal<readonly Result[] | null>(null);
  const [reading, setReading] = createSignal(false);
  const [active, setActive] = createSignal(0);

  onMount(() => {
    search.onState = () => setReading(search.reading);
    search.open();
    setReading(search.reading);
  });
  onCleanup(() => {
    search.onState = () => undefined;
    search.rest();
  });
  const look = (query: string): void => {
    if (query.trim() === "") return void setResults(null);
    void search.find(query).then((found) => {
      if (query === text()) setResults(found);
    });
  };
  createEffect(on(text, look));
  const [asked, setAsked] = createSignal("");
  createEffect(() => {
    const words = session.offline() ? "" : text().trim();
    const isWhole = [...words].length >= onlineCharsMin;
    const timer = setTimeout(() => setAsked(isWhole ? words : ""), isWhole ? onlineAfterMs : 0);
    onCleanup(() => clearTimeout(timer));
  });
  const inNotes = onlineNotes(asked);
  // What was found is looked for again when something changes, so that nothing stays that is gone.
  onCleanup(data.copy.onChange(() => look(text())));
  onCleanup(data.copy.onForget(() => look(text())));

  const groups = createMemo(() => {
    const found = results() ?? [];
    const kinds = searched.map((kind) => ({
      label: t(`search.kind.${kind}`),
      found: found.filter((one) => one.kind === kind).slice(0, perKind),
    }));
    const here = new Set(kinds.flatMap((group) => group.found.map(({ row }) => row.id)));
    const more = asked() === text().trim() && inNotes.isSuccess ? inNotes.data : [];
    const elsewhere = { label: t("search.inNotes"), found: more.filter(({ row }) => !here.has(row.id)) };
    return [...kinds, elsewhere].filter((group) => group.found.length > 0);
  });
  const shown = createMemo(() => groups().flatMap((group) => group.found));
  createEffect(on(shown, () => setActive(0), { defer: true }));
  const accountName = (id: string) => data.record("account", () => id)()?.name ?? "";
  const open = (result: Result | undefined): void => {
    if (!result) return;
    props.onClose();
    const part = result.kind === "section" ? result.row.id : undefined;
    navigate(paths.account(result.row.anchor, tabs[result.kind], part));
  };
  const online = (): void => {
    props.onClose();
    navigate(`${paths.accountsOnline}&q=${encodeURIComponent(text())}`);
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const count = shown().length;
    if (event.key === "Enter") {
      event.preventDefault();
      open(shown()[active()]);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count > 0) {
      event.preventDefault();
      setActive((active() + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
      document.getElementById(optionId(active()))?.scrollIntoView({ block: "nearest" });
    }
  };
  const nothing = () => {
    if (asked() === "") return "search.none";
    return inNotes.isPending ? "search.looking" : inNotes.isError ? "search.notAsked" : "search.nowhere";
  };
  const optionId = (at: number): string => `found-${at}`;

  return (
    <div class={css.search}>
      <input
        class={css.input}
        type="search"
        data-autofocus
        role="combobox"
        aria-expanded={shown().length > 0}
        aria-controls="found"
        aria-autocomplete="list"
        aria-activedescendant={shown().length > 0 ? optionId(active()) : undefined}
        aria-label={t("search.title")}
        placeholder={t("search.hint")}
        maxLength={100}
        enterkeyhint="go"
        onInput={(event) => {
          if (!event.isComposing) setText(event.currentTarget.value);
        }}
        onCompositionEnd={(event) => setText(event.currentTarget.value)}
        onKeyDown={keys}
      />
      <div id="found" class={css.found} role="listbox" aria-label={t("search.found")}>
        <For each={groups()}>
          {(group) => (
            <div role="group" aria-label={group.label}>
              <p class={css.kind} aria-hidden="true">
                {group.label}
              </p>
              <For each={group.found}>
                {(result) => {
                  const at = () => shown().indexOf(result);
                  return (
                    <div
                      id={optionId(at())}
                      role="option"
                      class={css.option}
                      aria-selected={at() === active()}
                      onPointerMove={() => setActive(at())}
                      onClick={() => open(result)}
                    >
                      <span class={`${css.name} clip`}>{titleOf(result.kind, result.row)}</span>
                      <span class={`${css.where} clip`}>
                        {result.kind === "account" ? (result.row["city"] as string) : accountName(result.row.anchor)}
                      </span>
                      <Show when={result.excerpt}>
                        <span class={`${css.excerpt} clip`}>{result.excerpt}</span>
                      </Show>
                    </div>
                  );
                }}
              </For>
            </div>
          )}
        </For>
      </div>
      <p class={css.none} role="status">
        {results() !== null && shown().length === 0 && !reading() ? t(nothing()) : ""}
      </p>
      <div class={css.foot}>
        <span class="num">
          {reading() ? t("search.reading") : t("search.here", number(data.sync().records, locale()))}
        </span>
        <Show when={!session.offline() && text().trim() !== ""}>
          <button type="button" class={css.online} onClick={online}>
            {t("search.online")}
          </button>
        </Show>
      </div>
    </div>
  );
}
