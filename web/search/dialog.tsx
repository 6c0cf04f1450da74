import { useNavigate } from "@solidjs/router";
import { createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show, type JSX } from "solid-js";
import { entityOfId } from "../../shared/records/entities.ts";
import { ranked, runnable } from "../commands/order.ts";
import { standing, type Standing } from "../commands/registry.ts";
import { ariaKeys, Keys } from "../commands/shown.tsx";
import { entryOf, parts } from "../commands/table.ts";
import { alsoOf, w } from "../commands/words.ts";
import { browserJobs } from "../data/jobs.ts";
import { number } from "../i18n/format.ts";
import { locale } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { isPhone, useSession } from "../shell/context.ts";
import { recentRecords } from "../shell/recent.ts";
import { Dialog } from "../ui/dialog.tsx";
import css from "./dialog.module.css";
import { foundOnline } from "./online.ts";
import { placeOf } from "./places.ts";
import { Search, type Result } from "./search.ts";
import { isSearched, searched, titleOf } from "./text.ts";
import { makeThread } from "./thread.ts";
import { s } from "./words.ts";

const perKind = 6;
const commandsMax = 6;
const latelyMax = 5;
const onlineAfterMs = 300; // not for every letter
const onlineCharsMin = 2;

/** A line of the dialog: a record, or something to be done. */
type Line =
  | { readonly command: Standing }
  | { readonly result: Result }
  /** Goes on with these words in the list of accounts. */
  | { readonly beyond: string };
interface Group {
  readonly label: string;
  readonly lines: readonly Line[];
}

/** Finds anything that this device holds, with or without a network, and runs what may be done here (docs/spec/search.md). */
export function SearchDialog(props: { readonly onClose: () => void }): JSX.Element {
  // As it is when the dialog opens: under it nothing of the page changes by keys.
  const commands = runnable(standing());
  return (
    <Dialog open full onClose={props.onClose} title={s("title")}>
      <Inside commands={commands} onClose={props.onClose} />
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

function Inside(props: { readonly commands: readonly Standing[]; readonly onClose: () => void }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const navigate = useNavigate();
  const search = searchOf(session);
  const [text, setText] = createSignal("");
  const [results, setResults] = createSignal<readonly Result[] | null>(null);
  const [reading, setReading] = createSignal(false);
  const [active, setActive] = createSignal(0);
  const [changed, change] = createSignal(0);

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
  const remote = foundOnline(asked);
  // What was found is looked for again when something changes, so that nothing stays that is gone.
  const again = (): void => {
    look(text());
    change((n) => n + 1);
  };
  onCleanup(data.copy.onChange(again));
  onCleanup(data.copy.onForget(again));

  const lately = createMemo((): readonly Line[] => {
    changed();
    return recentRecords()
      .filter((id) => !location.pathname.includes(id)) // it is open
      .flatMap((id): Line[] => {
        const kind = entityOfId(id);
        const row = data.copy.record(id);
        return kind && row && isSearched(kind) ? [{ result: { kind, row, excerpt: "" } }] : [];
      })
      .slice(0, latelyMax);
  });
  const unasked = (): readonly Group[] => {
    const of = (part: (typeof parts)[number]): Group => ({
      label: w(`part.${part}`),
      lines: props.commands.filter(({ id }) => entryOf(id).part === part).map((command) => ({ command })),
    });
    return [of("page"), of("list"), { label: w("lately"), lines: lately() }, of("make"), of("go"), of("app")];
  };
  const foundGroups = (): readonly Group[] => {
    const found = results() ?? [];
    const matched = ranked(props.commands, ({ id }) => ({ name: w(id), also: alsoOf(id) }), text()).slice(0, commandsMax);
    const acts = (first: boolean): Group => ({
      label: w("commands"),
      lines: matched.filter((one) => one.first === first).map(({ of }) => ({ command: of })),
    });
    const kinds = searched.map((kind): Group => ({
      label: s(`kind.${kind}`),
      lines: found.filter((one) => one.kind === kind).slice(0, perKind).map((result) => ({ result })),
    }));
    const here = new Set(found.map(({ row }) => row.id));
    const more = asked() === text().trim() && remote.isSuccess ? remote.data : [];
    const away = (kind: "account" | "contact" | "section", label: string): Group => ({
      label,
      lines: more
        .filter((one) => one.kind === kind && !here.has(one.row.id) && (kind === "section" || !data.copy.record(one.row.id)))
        .map((result) => ({ result })),
    });
    const words = text().trim();
    return [
      acts(true),
      ...kinds,
      acts(false),
      away("account", s("online.account")),
      away("contact", s("online.contact")),
      away("section", s("inNotes")),
      { label: s("more"), lines: session.offline() || words === "" ? [] : [{ beyond: words }] },
    ];
  }; // prettier-ignore
  const groups = createMemo(() =>
    (text().trim() === "" ? unasked() : foundGroups()).filter(({ lines }) => lines.length > 0),
  );
  const shown = createMemo(() => groups().flatMap(({ lines }) => lines));
  // What comes from online moves nothing that one stands on.
  createEffect(on([text, results], () => setActive(0), { defer: true }));
  createEffect(() => active() >= shown().length && shown().length > 0 && setActive(shown().length - 1));
  const nameOf = (id: string): string => {
    const kind = entityOfId(id);
    const row = kind && data.copy.record(id);
    return row ? titleOf(kind, row) : "";
  };
  const choose = (line: Line | undefined): void => {
    if (!line) return;
    props.onClose();
    // When the dialog is gone: what runs may want the focus for itself.
    setTimeout(() => {
      if ("command" in line) line.command.run?.();
      else if ("beyond" in line) navigate(`${paths.accountsOnline}&q=${encodeURIComponent(line.beyond)}`);
      else {
        const { kind, row } = line.result;
        if (kind === "account" && !data.copy.record(row.id)) data.open(row.id);
        navigate(placeOf(kind, row));
      }
    });
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const count = shown().length;
    if (event.key === "Enter") {
      event.preventDefault();
      choose(shown()[active()]);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count > 0) {
      event.preventDefault();
      setActive((active() + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
      document.getElementById(optionId(active()))?.scrollIntoView({ block: "nearest" });
    }
  };
  const isNothing = () => shown().every((line) => "beyond" in line);
  const nothing = () => {
    if (asked() === "") return "none";
    return remote.isPending ? "looking" : remote.isError ? "notAsked" : "nowhere";
  };
  const optionId = (at: number): string => `found-${at}`;
  const where = (result: Result): string => {
    if (result.kind === "account") return String(result.row["city"] ?? "");
    if (result.kind === "member") return s("accountsOf");
    return result.row.anchor === result.row.id ? "" : nameOf(result.row.anchor);
  };

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
        aria-label={s("title")}
        placeholder={s("hint")}
        maxLength={100}
        enterkeyhint="go"
        onInput={(event) => {
          if (!event.isComposing) setText(event.currentTarget.value);
        }}
        onCompositionEnd={(event) => setText(event.currentTarget.value)}
        onKeyDown={keys}
      />
      <div id="found" class={css.found} role="listbox" aria-label={s("found")}>
        <For each={groups()}>
          {(group) => (
            <div role="group" aria-label={group.label}>
              <p class={css.kind} aria-hidden="true">
                {group.label}
              </p>
              <For each={group.lines}>
                {(line) => {
                  const at = () => shown().indexOf(line);
                  const keysOf = "command" in line ? entryOf(line.command.id).keys : undefined;
                  return (
                    <div
                      id={optionId(at())}
                      role="option"
                      class={css.option}
                      aria-selected={at() === active()}
                      aria-keyshortcuts={ariaKeys(keysOf)}
                      data-command={"command" in line ? line.command.id : "beyond" in line ? "beyond" : undefined}
                      onPointerMove={() => setActive(at())}
                      onClick={() => choose(line)}
                    >
                      {"command" in line ? (
                        <>
                          <span class={`${css.name} clip`}>{w(line.command.id)}</span>
                          <Show when={keysOf && !isPhone() ? keysOf : undefined} fallback={<Return on={at() === active()} />}>
                            {(those) => (
                              <span aria-hidden="true">
                                <Keys of={those()} />
                              </span>
                            )}
                          </Show>
                        </>
                      ) : "beyond" in line ? (
                        <>
                          <span class={`${css.name} clip`}>{s("online", line.beyond)}</span>
                          <Return on={at() === active()} />
                        </>
                      ) : (
                        <>
                          <span class={`${css.name} clip`}>{titleOf(line.result.kind, line.result.row)}</span>
                          <span class={css.end}>
                            <span class={`${css.where} clip`}>{where(line.result)}</span>
                            <Return on={at() === active()} />
                          </span>
                          <Show when={line.result.excerpt}>
                            <span class={`${css.excerpt} clip`}>{line.result.excerpt}</span>
                          </Show>
                        </>
                      )}
                    </div>
                  );
                }}
              </For>
            </div>
          )}
        </For>
      </div>
      <p class={css.none} role="status">
        {results() !== null && isNothing() && !reading() ? s(nothing()) : ""}
      </p>
      <div class={css.foot}>
        <span class="num">{reading() ? s("reading") : s("here", number(data.sync().records, locale()))}</span>
      </div>
    </div>
  );
} // prettier-ignore

/** The row that Enter opens says so. */
const Return = (props: { readonly on: boolean }): JSX.Element => (
  <Show when={props.on && !isPhone()}>
    <span aria-hidden="true">
      <Keys of="Enter" />
    </span>
  </Show>
);
