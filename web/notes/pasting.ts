/** What is pasted becomes blocks of a note (SECTION-13). How, is fetched when the editor has settled, so that it is there without a network. */
import { Extension, type Editor } from "@tiptap/core";
import { DOMParser } from "@tiptap/pm/model";
import { Plugin } from "@tiptap/pm/state";
import type { EditorView } from "@tiptap/pm/view";
import { yUndoPluginKey } from "@tiptap/y-tiptap";
import type { UndoManager } from "yjs";

const settledMs = 3_000; // then nobody waits for the note any more
type Tools = typeof import("./pasted.ts");

/** Shift is held: plain words are meant. ProseMirror keeps that to itself. */
function isPlain(view: EditorView): boolean {
  const { input } = view as unknown as { readonly input: { readonly shiftKey: boolean; readonly lastKeyCode: number } };
  return input.shiftKey && input.lastKeyCode !== insertKey;
}
const insertKey = 45; // with Shift it pastes as it is

/** In which language an editor of code says that its text is; null: it was not copied from one. */
function modeOf(data: DataTransfer): string | null {
  const said = data.getData("vscode-editor-data");
  if (said === "") return null;
  try {
    const { mode } = JSON.parse(said) as { readonly mode?: unknown };
    return typeof mode === "string" ? mode : "";
  } catch {
    return "";
  }
}
/** Says nothing more of the clipboard: what was read from it is handed on beside it. */
const silent = (): ClipboardEvent => new Event("paste") as ClipboardEvent;

export const Pasting = Extension.create<object, { isUnder: boolean }>({
  name: "pasting",
  addStorage: () => ({ isUnder: false }),
  /** One undo takes all of it back, and nothing else. */
  onTransaction({ transaction }) {
    if (!transaction.docChanged || !this.storage.isUnder) return;
    this.storage.isUnder = false;
    undoEnds(this.editor);
  },
  addProseMirrorPlugins() {
    const { editor, storage } = this;
    let tools: Tools | null = null;
    let isRich = false;
    const fetchTools = (): Promise<void> =>
      import("./pasted.ts")
        .then(({ tidy, fromMarkdown }) => void (tools = { tidy, fromMarkdown }))
        .catch(() => undefined); // no network: as it is, but not lost
    /** Of the page's own parser, which makes nodes of the schema alone of what is left. */
    class Parser extends DOMParser {
      override parseSlice(dom: globalThis.Node, options?: Parameters<DOMParser["parseSlice"]>[1]) {
        if (dom instanceof HTMLElement && !dom.querySelector("[data-pm-slice]")) tools?.tidy(dom);
        return super.parseSlice(dom, options);
      }
    }
    return [
      new Plugin({
        view: () => {
          const soon = setTimeout(() => void fetchTools(), settledMs);
          return { destroy: () => clearTimeout(soon) };
        },
        props: {
          handleDOMEvents: {
            paste: (view, event) => {
              const { clipboardData: data } = event;
              if (!data || event.defaultPrevented || isPlain(view)) return false;
              if (view.state.selection.$from.parent.type.spec.code) return false; // there all is text
              const mode = modeOf(data);
              const isMarkdown = mode === "" || mode === "markdown";
              if (mode !== null && !isMarkdown) return false; // a block of code
              const html = mode === null ? data.getData("text/html") : ""; // colours of code are no formatting
              const text = data.getData("text/plain");
              if (html + text === "" || html.includes("data-pm-slice")) return false;
              event.preventDefault();
              const put = (): void => {
                if (view.isDestroyed) return;
                isRich = html === ""; // what is pasted as text counts as plain
                if (html === "") view.pasteText(text, silent());
                else view.pasteHTML(html, silent());
                isRich = false;
              };
              if (tools) put();
              else void fetchTools().then(put);
              return true;
            },
          },
          clipboardParser: new Parser(editor.schema, DOMParser.fromSchema(editor.schema).rules),
          // Null is "as it would be": a line a paragraph.
          clipboardTextParser: (text, _at, plain, view) =>
            ((plain && !isRich ? null : tools?.fromMarkdown(text, view.state.schema)) ?? null) as never,
          handlePaste: () => {
            undoEnds(editor);
            storage.isUnder = true;
            return false;
          },
        },
      }),
    ];
  },
});
function undoEnds(editor: Editor): void {
  (
    yUndoPluginKey.getState(editor.state) as { readonly undoManager: UndoManager } | undefined
  )?.undoManager.stopCapturing();
}
