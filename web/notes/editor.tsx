import { Editor } from "@tiptap/core";
import Collaboration from "@tiptap/extension-collaboration";
import CollaborationCaret from "@tiptap/extension-collaboration-caret";
import Bold from "lucide-solid/icons/bold";
import Heading2 from "lucide-solid/icons/heading-2";
import Italic from "lucide-solid/icons/italic";
import List from "lucide-solid/icons/list";
import ListChecks from "lucide-solid/icons/list-checks";
import ListOrdered from "lucide-solid/icons/list-ordered";
import Plus from "lucide-solid/icons/plus";
import Quote from "lucide-solid/icons/quote";
import { createSignal, For, lazy, onCleanup, onMount, Show, Suspense, type JSX } from "solid-js";
import { Dynamic } from "solid-js/web";
import type { OpenSection } from "../data/rooms.ts";
import { locale, t } from "../i18n/i18n.ts";
import { hueOf } from "../i18n/person.ts";
import { Button } from "../ui/button.tsx";
import { createAsked } from "./asked.ts";
import css from "./editor.module.css";
import { livesOf } from "./lives.ts";
import { Mirror, othersIn } from "./mirror.ts";
import { Overlay, shownOf, type Shown } from "./overlay.ts";
import { Pasting } from "./pasting.ts";
import { bringsIn, isFromRoom, schemaNeededBy } from "./raise.ts";
import { Opaque, readable, richText, root } from "./schema.ts";
import { TaskItems } from "./task-items.ts";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** What is shown until the document is drawn. As data: Tiptap would parse its default, a text, as HTML. */
const blank = { type: "doc", content: [{ type: "paragraph" }] };

/** The caret of a colleague, with the name on it. Built from the room's stamp, not from what the colleague says. */
function caret(user: Record<string, unknown>): HTMLElement {
  const line = document.createElement("span");
  line.className = `${css.caret} ${css[`p${hueOf(text(user["member"]))}`]}`;
  const label = document.createElement("span");
  label.className = css.caretLabel ?? "";
  label.textContent = text(user["name"]);
  line.append(label);
  return line;
}
const selection = (user: Record<string, unknown>) => ({
  nodeName: "span",
  class: `${css.picked} ${css[`p${hueOf(text(user["member"]))}`]}`,
});

const attributes = () => ({
  class: css.text ?? "",
  role: "textbox",
  "aria-multiline": "true",
  "aria-label": t("notes.editor"),
  lang: locale(),
});

/** Where the member wants to write, kept from one editor of a note to the next: none is in the way of typing. */
export interface Caret {
  wanted: boolean;
  at: number;
}

export type OnShown = (shown: Shown | undefined) => void;

/** The text as it is, for who may read it only, or whose app is older than what is in it. Never bound to the document. */
export function Reader(props: {
  readonly section: OpenSection;
  readonly schema: number;
  readonly caret: Caret;
  readonly onShown?: OnShown | undefined;
}): JSX.Element {
  let host: HTMLDivElement | undefined;
  onMount(() => {
    const { doc } = props.section;
    const editor = new Editor({
      element: host ?? null,
      extensions: [...richText(props.schema), Opaque(() => t("notes.newerBlock"), css.opaque ?? ""), Overlay],
      editable: false,
      injectCSS: false,
      content: readable(doc, props.schema),
      editorProps: {
        attributes: { ...attributes(), "aria-label": t("notes.reader"), "aria-readonly": "true" },
        handleClick: (_view, at) => {
          Object.assign(props.caret, { wanted: true, at });
          return false;
        },
      },
    });
    let frame = 0;
    const draw = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => editor.commands.setContent(readable(doc, props.schema)));
    };
    doc.on("update", draw);
    props.onShown?.(shownOf(editor, doc));
    onCleanup(() => {
      props.onShown?.(undefined);
      cancelAnimationFrame(frame);
      doc.off("update", draw);
      editor.destroy();
    });
  });
  return <div class={css.paper} ref={(element) => (host = element)} />;
}

const tools = [
  { name: "bold", icon: Bold, words: "notes.bold", run: (editor: Editor) => editor.chain().focus().toggleBold().run() },
  {
    name: "italic",
    icon: Italic,
    words: "notes.italic",
    run: (editor: Editor) => editor.chain().focus().toggleItalic().run(),
  },
  {
    name: "heading",
    icon: Heading2,
    words: "notes.heading",
    run: (editor: Editor) => editor.chain().focus().toggleHeading({ level: 2 }).run(),
  },
  {
    name: "bulletList",
    icon: List,
    words: "notes.bullets",
    run: (editor: Editor) => editor.chain().focus().toggleBulletList().run(),
  },
  {
    name: "orderedList",
    icon: ListOrdered,
    words: "notes.numbers",
    run: (editor: Editor) => editor.chain().focus().toggleOrderedList().run(),
  },
  {
    name: "taskList",
    icon: ListChecks,
    words: "notes.checklist",
    run: (editor: Editor) => editor.chain().focus().toggleTaskList().run(),
  },
  {
    name: "blockquote",
    icon: Quote,
    words: "notes.quote",
    run: (editor: Editor) => editor.chain().focus().toggleBlockquote().run(),
  },
] as const;

const CaretMenu = lazy(() => import("./menus.tsx"));
const TableMenu = lazy(() => import("./tables.tsx"));

/** Opens the menu where the caret is, for who has no slash at hand. */
function insert(editor: Editor): void {
  const { $from } = editor.state.selection;
  const before = $from.parent.textBetween(0, $from.parentOffset, undefined, " ");
  editor
    .chain()
    .focus()
    .insertContent(before === "" || /\s$/.test(before) ? "/" : " /")
    .run();
}
/** The co-edited text. */
export function Writer(props: {
  readonly section: OpenSection;
  readonly place: { readonly id: string; readonly account: string };
  readonly schema: number;
  readonly caret: Caret;
  readonly member: string;
  readonly name: string;
  readonly onShown?: OnShown | undefined;
}): JSX.Element {
  let host: HTMLDivElement | undefined;
  const [editor, setEditor] = createSignal<Editor>();
  const [marks, setMarks] = createSignal<readonly string[]>([]);
  const [empty, setEmpty] = createSignal(false);
  const menu = createAsked();
  let hasTables = false;
  let menuKeys: ((event: KeyboardEvent) => boolean) | null = null;
  onMount(() => {
    const mirror = new Mirror(props.section.doc);
    const made = new Editor({
      element: host ?? null,
      injectCSS: false,
      content: blank,
      extensions: [
        ...richText(props.schema),
        Overlay,
        TaskItems,
        Pasting,
        Collaboration.configure({ document: mirror.doc, field: root }),
        CollaborationCaret.configure({
          provider: { awareness: othersIn(props.section.awareness, mirror) },
          user: { member: props.member, name: props.name },
          render: caret,
          selectionRender: selection,
        }),
      ],
      editorProps: {
        attributes: attributes(),
        handleKeyDown: (_view, event) => menuKeys?.(event) || livesOf(made).keys(made, event),
        handleDOMEvents: {
          blur: () => menu.close(),
          compositionstart: () => mirror.compositionStart(),
          compositionend: () => mirror.compositionEnd(),
        },
      },
      onTransaction: ({ editor: now, transaction }) => {
        setMarks([...tools.map(({ name }) => name), "table"].filter((name) => now.isActive(name)));
        menu.look(now.state, transaction);
        setEmpty(now.isEmpty);
      },
    });
    made.on("beforeTransaction", ({ transaction }) => {
      if (!hasTables && bringsIn(transaction, ({ type }) => type.name === "table")) {
        hasTables = true;
        void import("./tables.tsx").then(({ writeInTables }) => writeInTables(made));
      }
      if (transaction.docChanged && !isFromRoom(transaction)) props.section.raise(schemaNeededBy(transaction));
    });
    livesOf(made).note = { id: props.place.id, text: mirror.doc.getXmlFragment(root) };
    setEmpty(made.isEmpty);
    setEditor(made);
    props.onShown?.(shownOf(made, mirror.doc));
    const place = props.caret;
    if (place.wanted) requestAnimationFrame(() => made.commands.focus(Math.min(place.at, made.state.doc.content.size)));
    onCleanup(() => {
      props.onShown?.(undefined);
      Object.assign(place, { wanted: made.isFocused, at: made.state.selection.head });
      made.destroy();
      mirror.destroy();
    });
  });
  return (
    <>
      <div class={css.tools} role="toolbar" aria-label={t("notes.tools")}>
        <For each={tools}>
          {(tool) => (
            <Button
              look="quiet"
              square
              small
              aria-label={t(tool.words)}
              aria-pressed={marks().includes(tool.name)}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => {
                const now = editor();
                if (now) tool.run(now);
              }}
            >
              <Dynamic component={tool.icon} size={15} />
            </Button>
          )}
        </For>
        <Button
          look="quiet"
          square
          small
          aria-label={t("notes.insert")}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => {
            const now = editor();
            if (now) insert(now);
          }}
        >
          <Plus size={15} />
        </Button>
        <Suspense>
          <Show when={marks().includes("table") && editor()}>{(now) => <TableMenu editor={now()} />}</Show>
        </Suspense>
      </div>
      <div class={css.paper}>
        {/* A place of its own: what Solid changes beside it would empty it. */}
        <div ref={(element) => (host = element)} />
        <Show when={menu.asked()?.sign} keyed>
          <Suspense>
            <Show when={menu.asked()}>
              {(asked) => (
                <CaretMenu
                  editor={editor() as Editor}
                  asked={asked()}
                  section={props.place}
                  onKeys={(keys) => (menuKeys = keys)}
                  onLeave={() => menu.leave()}
                />
              )}
            </Show>
          </Suspense>
        </Show>
        <Show when={empty()}>
          <p class={css.placeholder} aria-hidden="true">
            {t("notes.placeholder")}
          </p>
        </Show>
      </div>
    </>
  );
}
