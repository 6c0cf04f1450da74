import { Extension, type Editor } from "@tiptap/core";
import { Plugin, PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";
import type { Doc, XmlFragment } from "yjs";
import { root } from "./schema.ts";

const key = new PluginKey<DecorationSet>("overlay");
/** Holds what is drawn over the text and is no part of it; it goes along with the text. */
export const Overlay = Extension.create({
  name: "overlay",
  addProseMirrorPlugins: () => [
    new Plugin<DecorationSet>({
      key,
      state: {
        init: () => DecorationSet.empty,
        apply: (tr, drawn) => (tr.getMeta(key) as DecorationSet | undefined) ?? drawn.map(tr.mapping, tr.doc),
      },
      props: { decorations: (state) => key.getState(state) },
    }),
  ],
});

/** A highlight, by positions of the editor; `comment` is found again in the page as `data-comment`. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly class: string;
  readonly comment: string;
}
/** An editor with the document whose text it shows, for what stands beside the text. */
export interface Shown {
  readonly editor: Editor;
  readonly doc: Doc;
  readonly text: XmlFragment;
  /** Draws these marks in place of those before. */
  draw(marks: readonly Mark[]): void;
}
export const shownOf = (editor: Editor, doc: Doc): Shown => ({
  editor,
  doc,
  text: doc.getXmlFragment(root),
  draw: (marks) => {
    const { state, view } = editor;
    const drawn = marks.map((mark) =>
      Decoration.inline(mark.from, mark.to, { nodeName: "mark", class: mark.class, "data-comment": mark.comment }),
    );
    view.dispatch(state.tr.setMeta(key, DecorationSet.create(state.doc, drawn)).setMeta("addToHistory", false));
  },
});
