import type { Editor } from "@tiptap/core";
import { createEffect, createMemo, createSignal, createUniqueId, For, on, onCleanup, Show, type JSX } from "solid-js";
import { Portal } from "solid-js/web";
import { t } from "../i18n/i18n.ts";
import { useSession } from "../shell/context.ts";
import type { Asked } from "./asked.ts";
import { blocks, found } from "./blocks.ts";
import css from "./menus.module.css";
import { createNaming } from "./naming.ts";
import { whyNoTask } from "./task-rights.ts";

interface Option {
  readonly id: string;
  readonly part: string;
  readonly name: string;
  readonly note?: string;
  /** Why it can't be chosen: it is there and says so. */
  readonly why?: string | undefined;
  readonly choose: () => void;
}
interface MenuProps {
  readonly editor: Editor;
  readonly asked: Asked;
  readonly section: { readonly id: string; readonly account: string };
  /** Keys go here first while it is open; null: it is closed. */
  readonly onKeys: (keys: ((event: KeyboardEvent) => boolean) | null) => void;
  readonly onLeave: () => void;
}

/** What opens at the caret, for one sign: blocks and templates after a slash, people and records after an at sign. */
export default function CaretMenu(props: MenuProps): JSX.Element {
  const from = () => props.editor.chain().focus().deleteRange({ from: props.asked.from, to: props.asked.to });
  const options = props.asked.sign === "/" ? slash(props, from) : names(props, from);
  return (
    <Show when={options().length > 0}>
      <List {...props} options={options()} />
    </Show>
  );
}

type From = () => ReturnType<Editor["chain"]>;
function slash(props: MenuProps, from: From): () => readonly Option[] {
  const nameOf = (id: string): string => t(`block.${id}` as "block.heading");
  const { data } = useSession();
  const noTask = createMemo(() => whyNoTask(data, data.copy.record(props.section.id)));
  return createMemo(() =>
    found(blocks(), props.asked.words, ({ id, also }) => `${nameOf(id)} ${also}`).map(({ id, part, put, after }) => ({
      id,
      part: t(`block.${part}`),
      name: nameOf(id),
      why: id === "task" ? noTask() : undefined,
      choose: () => {
        put(from()).run();
        after?.(props.editor);
      },
    })),
  );
}
function names(props: MenuProps, from: From): () => readonly Option[] {
  const naming = createNaming(useSession().data, props.section);
  return createMemo(() =>
    naming(props.asked.words).map(({ kind, id, label, note, unsure }) => {
      const mention = { type: "mention", attrs: { kind, id, label } };
      return {
        id,
        part: unsure ? t("mention.known") : t(`mention.${kind}`),
        name: label,
        ...(note === undefined ? {} : { note }),
        choose: () => void from().insertContent([mention, { type: "text", text: " " }]).run(), // prettier-ignore
      };
    }),
  );
}

function List(props: MenuProps & { readonly options: readonly Option[] }): JSX.Element {
  const id = createUniqueId();
  const [active, setActive] = createSignal(0);
  createEffect(on(() => [props.asked.words, props.options.length], () => setActive(0), { defer: true })); // prettier-ignore
  const optionId = (at: number): string => `${id}-${at}`;
  const parts = createMemo(() => [...new Set(props.options.map(({ part }) => part))]);
  let list: HTMLDivElement | undefined;

  const choose = (at: number): void => {
    const option = props.options[at];
    if (option?.why !== undefined) return;
    props.onLeave();
    option?.choose();
  };
  const go = (to: number): true => {
    setActive((to + props.options.length) % props.options.length);
    document.getElementById(optionId(active()))?.scrollIntoView({ block: "nearest" });
    return true;
  };
  props.onKeys((event) => {
    // Enter, arrows and Escape belong to the input method while it composes.
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return false;
    switch (event.key) {
      case "ArrowDown":
        return go(active() + 1);
      case "ArrowUp":
        return go(active() - 1);
      case "Enter":
      case "Tab":
        if (event.shiftKey) return false;
        choose(active());
        return true;
      case "Escape":
        event.stopPropagation();
        props.onLeave();
        return true;
    }
    return false;
  });
  onCleanup(() => props.onKeys(null));

  // The text is a combobox while its list is open: what is read out is the option, the caret stays where it is.
  const text = props.editor.view.dom;
  createEffect(() => {
    text.setAttribute("aria-activedescendant", optionId(active()));
  });
  const open = { role: "combobox", "aria-expanded": "true", "aria-haspopup": "listbox", "aria-controls": id, "aria-autocomplete": "list" }; // prettier-ignore
  for (const [name, value] of Object.entries(open)) text.setAttribute(name, value);
  text.removeAttribute("aria-multiline");
  onCleanup(() => {
    for (const name of [...Object.keys(open), "aria-activedescendant"]) text.removeAttribute(name);
    text.setAttribute("role", "textbox");
    text.setAttribute("aria-multiline", "true");
  });

  const place = (): void => {
    if (!list || props.editor.isDestroyed) return;
    const caret = props.editor.view.coordsAtPos(props.asked.from);
    const view = window.visualViewport;
    const [top, height] = [view?.offsetTop ?? 0, view?.height ?? window.innerHeight];
    const below = top + height - caret.bottom;
    const isBelow = below >= Math.min(list.scrollHeight, 240) || below >= caret.top - top;
    const room = (isBelow ? below : caret.top - top) - 16;
    list.style.setProperty("max-height", `${Math.max(96, Math.min(320, room))}px`);
    const left = Math.min(caret.left, document.documentElement.clientWidth - list.offsetWidth - 8);
    list.style.setProperty("left", `${Math.max(8, left)}px`);
    list.style.setProperty("top", `${isBelow ? caret.bottom + 4 : caret.top - 4 - list.offsetHeight}px`);
  };
  createEffect(on(() => [props.asked, props.options], () => queueMicrotask(place))); // prettier-ignore
  for (const target of [window, window.visualViewport ?? window]) {
    target.addEventListener("scroll", place, { capture: true, passive: true });
    target.addEventListener("resize", place);
    onCleanup(() => {
      target.removeEventListener("scroll", place, { capture: true });
      target.removeEventListener("resize", place);
    });
  }

  return (
    <Portal mount={document.getElementById("main") ?? document.body}>
      <div
        id={id}
        ref={(element) => (list = element)}
        class={css.menu}
        role="listbox"
        aria-label={props.asked.sign === "/" ? t("block.menu") : t("mention.menu")}
        onMouseDown={(event) => event.preventDefault()} // the caret stays in the text
      >
        <For each={parts()}>
          {(part) => (
            <div role="group" aria-label={part}>
              <p class={`${css.part} meta`} aria-hidden="true">
                {part}
              </p>
              <For each={props.options.filter((option) => option.part === part)}>
                {(option) => {
                  const at = () => props.options.indexOf(option);
                  return (
                    <div
                      id={optionId(at())}
                      role="option"
                      class={css.option}
                      aria-selected={at() === active()}
                      aria-disabled={option.why === undefined ? undefined : "true"}
                      onPointerMove={() => setActive(at())}
                      onClick={() => choose(at())}
                    >
                      <div class={option.why === undefined ? "clip" : css.shut}>
                        {option.name}
                        <Show when={option.why}>{(why) => <p class="meta">{why()}</p>}</Show>
                      </div>
                      <Show when={option.note}>
                        <span class={`${css.note} meta clip`}>{option.note}</span>
                      </Show>
                    </div>
                  );
                }}
              </For>
            </div>
          )}
        </For>
      </div>
    </Portal>
  );
}
