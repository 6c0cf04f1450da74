import type { Editor } from "@tiptap/core";
import { Plugin, type PluginKey } from "@tiptap/pm/state";
import { Decoration, DecorationSet } from "@tiptap/pm/view";

type Attributes = Readonly<Record<string, string>>;

/** Blocks of text of what an editor shows, in their order: the same as `textBlocks` finds in the document. */
export function placesIn(editor: Editor): readonly { readonly pos: number; readonly size: number }[] {
  const all: { pos: number; size: number }[] = [];
  editor.state.doc.descendants((node, pos) => void (node.isTextblock && all.push({ pos, size: node.nodeSize })));
  return all;
}

/** Draws these attributes on the blocks at these places; they go along with the text until they are drawn anew. */
export function drawOn(editor: Editor, key: PluginKey<DecorationSet>, on: ReadonlyMap<number, Attributes>): void {
  if (editor.isDestroyed) return;
  if (!key.get(editor.state)) editor.registerPlugin(plugin(key));
  const drawn = placesIn(editor).flatMap(({ pos, size }, place) => {
    const attributes = on.get(place);
    return attributes ? [Decoration.node(pos, pos + size, attributes)] : [];
  });
  editor.view.dispatch(editor.state.tr.setMeta(key, DecorationSet.create(editor.state.doc, drawn)));
}

const plugin = (key: PluginKey<DecorationSet>): Plugin<DecorationSet> =>
  new Plugin<DecorationSet>({
    key,
    state: {
      init: () => DecorationSet.empty,
      apply: (tr, drawn) => (tr.getMeta(key) as DecorationSet | undefined) ?? drawn.map(tr.mapping, tr.doc),
    },
    props: { decorations: (state) => key.getState(state) },
  });
