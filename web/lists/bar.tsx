import ArrowUpDown from "lucide-solid/icons/arrow-up-down";
import Columns3 from "lucide-solid/icons/columns-3";
import Ellipsis from "lucide-solid/icons/ellipsis";
import ListChecks from "lucide-solid/icons/list-checks";
import ListFilter from "lucide-solid/icons/list-filter";
import Lock from "lucide-solid/icons/lock";
import Rows3 from "lucide-solid/icons/rows-3";
import Search from "lucide-solid/icons/search";
import X from "lucide-solid/icons/x";
import { createSignal, For, lazy, Show, Suspense, type JSX } from "solid-js";
import { useCommands } from "../commands/registry.ts";
import type { Filter } from "../../shared/lists/query.ts";
import { t } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { isPhone, useSession } from "../shell/context.ts";
import { Which } from "../shell/which.tsx";
import { buttonClass } from "../ui/button.tsx";
import { Menu } from "../ui/menu.tsx";
import { columnOf } from "./columns.tsx";
import { say } from "./phrases.ts";
import type { ListKind } from "./kind.ts";
import css from "./list.module.css";
import { isSortable } from "./order.ts";
import type { ListState, View } from "./state.ts";
import type { SavedView } from "./views.ts";
import { isKnown } from "./known.ts";
import { filterText } from "./words.ts";

// What opens on demand comes on demand.
const FilterEditor = lazy(async () => ({ default: (await import("./filter-editor.tsx")).FilterEditor }));
const SaveView = lazy(async () => ({ default: (await import("./view-menu.tsx")).SaveView }));
const EditView = lazy(async () => ({ default: (await import("./view-menu.tsx")).EditView }));
const ColumnsEditor = lazy(async () => ({ default: (await import("./columns-editor.tsx")).ColumnsEditor }));

interface Part {
  readonly kind: ListKind;
  readonly state: ListState;
}

/** Finds in the list as one types; `/` leads here. */
export function Find(props: { readonly value: string; readonly onInput: (text: string) => void }): JSX.Element {
  let input: HTMLInputElement | undefined;
  useCommands({
    "list.find": () => {
      input?.focus();
      input?.select();
    },
  });
  return (
    <label class={css.find}>
      <Search size={14} />
      <span class="sr">{t("list.findLong")}</span>
      <input
        ref={(element) => (input = element)}
        type="search"
        value={props.value}
        placeholder={t("list.find")}
        maxLength={100}
        enterkeyhint="search"
        onInput={(event) => {
          if (!event.isComposing) props.onInput(event.currentTarget.value);
        }}
        onCompositionEnd={(event) => props.onInput(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || event.isComposing) return;
          props.onInput("");
          event.currentTarget.blur();
        }}
      />
      <Show when={!props.value && !isPhone()}>
        <kbd aria-hidden="true">/</kbd>
      </Show>
    </label>
  );
}

/** The views as tabs; at the end what shapes the list. */
export function Tabs(props: Part & { readonly grouped: string | undefined; readonly held: number }): JSX.Element {
  const session = useSession();
  const [saving, save] = createSignal(false);
  const [shaping, shapeView] = createSignal<View>();
  const [choosing, choose] = createSignal(false);
  const saved = () => props.state.view().saved as SavedView | undefined;
  const mayOverwrite = () => saved()?.owner === session.data.me.member;
  const [filtering, filter] = createSignal(false);
  useCommands({ "list.filter": () => void filter(true) });
  return (
    <div class={css.tabs}>
      <div class={css.strip}>
      <nav class={css.views} aria-label={t("view.label")}>
        <For each={props.state.views()}>
          {(view) => (
            <a
              class={css.view}
              href={props.state.href(view)}
              aria-current={props.state.view().id === view.id ? "page" : undefined}
            >
              {view.name}
              <Show when={view.team}>
                {(team) => <span class={css.viewTeam}>{team()}</span>}
              </Show>
            </a>
          )}
        </For>
      </nav>
      <Show when={isPhone()}>
        <Which
          here={props.held}
          online={props.state.online()}
          onChoose={(all) => props.state.set({ part: all ? "online" : undefined, peek: undefined })}
        />
      </Show>
      </div>
      <div class={css.shape}>
        <Show when={props.state.changed()}>
          <Show when={mayOverwrite()}>
            <button
              type="button"
              class={buttonClass({ look: "quiet", small: true })}
              onClick={() => void import("./view-menu.tsx").then(({ overwrite }) => overwrite(session, props))}
            >
              {say("view.update")}
            </button>
          </Show>
          <button
            type="button"
            class={buttonClass({ look: "quiet", small: true })}
            aria-haspopup="dialog"
            onClick={() => save(true)}
          >
            {say(saved() ? "view.saveAs" : "view.save")}
          </button>
        </Show>
        <Show when={saved()}>
          <button
            type="button"
            class={buttonClass({ look: "quiet", small: true, square: true })}
            aria-label={say("view.settings")}
            title={say("view.settings")}
            aria-haspopup="dialog"
            onClick={() => shapeView(props.state.view())}
          >
            <Ellipsis size={14} />
          </button>
        </Show>
        <button
          type="button"
          class={buttonClass({ look: "quiet", small: true })}
          aria-haspopup="dialog"
          title="F"
          aria-label={t("filter.add")}
          onClick={() => filter(true)}
        >
          <ListFilter size={14} />
          <Show when={!isPhone()}>{t("filter.add")}</Show>
        </button>
        <Show when={!isPhone()}>
          <Group kind={props.kind} state={props.state} grouped={props.grouped} />
          <button
            type="button"
            class={buttonClass({ look: "quiet", small: true, square: true })}
            aria-label={say("columns.title")}
            title={say("columns.title")}
            aria-haspopup="dialog"
            onClick={() => choose(true)}
          >
            <Columns3 size={14} />
          </button>
        </Show>
      </div>
      <Suspense>
        <Show when={filtering()}>
          <FilterEditor kind={props.kind} state={props.state} onClose={() => filter(false)} />
        </Show>
        <Show when={saving()}>
          <SaveView kind={props.kind} state={props.state} onClose={() => save(false)} />
        </Show>
        <Show when={shaping()}>
          {(view) => <EditView kind={props.kind} state={props.state} view={view()} onClose={() => shapeView(undefined)} />}
        </Show>
        <Show when={choosing()}>
          <ColumnsEditor kind={props.kind} state={props.state} onClose={() => choose(false)} />
        </Show>
      </Suspense>
    </div>
  );
} // prettier-ignore

function Group(props: Part & { readonly grouped: string | undefined }): JSX.Element {
  const { data } = useSession();
  const why = () => (props.state.online() ? t("group.online") : undefined);
  const choices = () => [
    { id: "", text: t("group.none") },
    ...props.kind.groups
      .filter((field) => isKnown(data, props.kind.entity, field, false))
      .map((field) => ({ id: field, text: fieldLabel(field), reason: why() })),
  ];
  return (
    <Menu
      label={props.grouped ? t("group.by", fieldLabel(props.grouped)) : t("group.title")}
      placement="bottom-end"
      triggerClass={buttonClass({ look: "quiet", small: true, square: !props.grouped })}
      trigger={
        <>
          <Rows3 size={14} />
          <Show when={props.grouped}>{(field) => fieldLabel(field())}</Show>
        </>
      }
      parts={[
        {
          label: t("group.title"),
          value: props.grouped ?? "",
          choices: choices(),
          onChoose: (id) => {
            props.state.change({ group: id || undefined });
            props.state.set({ shut: undefined });
          },
        },
      ]}
    />
  );
}

/** What the list is narrowed by, as a sentence of chips. */
export function Chips(props: Part & { readonly left: readonly Filter[] }): JSX.Element {
  const session = useSession();
  const [editing, edit] = createSignal<Filter>();
  const where = () => props.state.query().where;
  const drop = (gone: Filter) => props.state.change({ where: where().filter((one) => one !== gone) });
  const why = (filter: Filter): string | undefined =>
    props.left.includes(filter) ? t("filter.hereOnly") : props.state.filters().elsewhere.includes(filter) ? t("filter.onlineOnly") : undefined; // prettier-ignore
  return (
    <Show when={where().length > 0 || props.state.view().partly}>
      <div class={css.chips} role="group" aria-label={t("filter.label")}>
        <For each={where()}>
          {(filter) => (
            <Show
              when={!props.state.filters().hidden.includes(filter)}
              fallback={
                <span class={`${css.chip} ${css.apart}`}>
                  <Lock size={12} />
                  {t("filter.hidden")}
                </span>
              }
            >
              <span class={css.chip} classList={{ [css.apart ?? ""]: why(filter) !== undefined }}>
                <button type="button" class={css.chipText} title={why(filter)} aria-haspopup="dialog" onClick={() => edit(filter)}>
                  {filterText(session, props.kind.entity, filter)}
                  <Show when={why(filter)}>{(words) => <em class={css.why}>{words()}</em>}</Show>
                </button>
                <button
                  type="button"
                  class={css.chipDrop}
                  aria-label={t("filter.drop", filterText(session, props.kind.entity, filter))}
                  onClick={() => drop(filter)}
                >
                  <X size={12} />
                </button>
              </span>
            </Show>
          )}
        </For>
        <Show when={props.state.view().partly}>
          <span class={`${css.chip} ${css.apart}`}>
            <Lock size={12} />
            {t("filter.partly")}
          </span>
        </Show>
        <Suspense>
          <Show when={editing()}>
            {(filter) => (
              <FilterEditor kind={props.kind} state={props.state} filter={filter()} onClose={() => edit(undefined)} />
            )}
          </Show>
        </Suspense>
      </div>
    </Show>
  );
} // prettier-ignore

/** On a phone: finding, the order, and selecting. */
export function PhoneTools(props: Part & { readonly selecting: boolean; readonly onSelect: () => void }): JSX.Element {
  const sort = () => props.state.query().sort ?? "name";
  const choices = () =>
    [...new Set([...props.kind.start, ...props.kind.columns.map(({ field }) => field)])]
      .filter((field) => isSortable(props.kind, field))
      .flatMap((field) => {
        const column = columnOf(props.kind, field);
        return column ? [{ id: field, text: column.label() }] : [];
      });
  return (
    <>
      <div class={css.phoneTools}>
        <Find value={props.state.text()} onInput={(q) => props.state.set({ q: q || undefined })} />
        <Menu
          label={t("list.sort")}
          placement="bottom-end"
          triggerClass={buttonClass({ square: true })}
          trigger={<ArrowUpDown size={18} />}
          parts={[
            {
              label: t("list.sort"),
              value: sort(),
              choices: choices(),
              onChoose: (id) => props.state.change({ sort: id }),
            },
          ]}
        />
        <button
          type="button"
          class={buttonClass({ square: true })}
          aria-label={say("select.rows")}
          aria-pressed={props.selecting}
          onClick={() => props.onSelect()}
        >
          <ListChecks size={18} />
        </button>
      </div>
    </>
  );
}
