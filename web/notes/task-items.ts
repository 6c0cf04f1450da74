/** Items of a checklist that become tasks, and what keeps one item to one task (SECTION-11). */
import { Extension, type Editor } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { Plugin, type EditorState, type Transaction } from "@tiptap/pm/state";
import * as Y from "yjs";
import { cellOf, idBytes, makeId } from "../../shared/kernel/id.ts";
import { itemAround, livesOf } from "./lives.ts";
import { bringsIn, isFromRoom } from "./raise.ts";

interface Item {
  readonly pos: number;
  readonly node: Node;
}
/** The items of all checklists, in their order: the same in the editor and in the shared text. */
export function itemsIn(doc: Node): readonly Item[] {
  const items: Item[] = [];
  doc.descendants((node, pos) => {
    if (node.type.name === "taskItem") items.push({ pos, node });
    return !node.isTextblock;
  });
  return items;
}
const elementsIn = (within: Y.XmlFragment | Y.XmlElement): Y.XmlElement[] =>
  within.toArray().flatMap((child) => {
    if (!(child instanceof Y.XmlElement)) return [];
    return child.nodeName === "taskItem" ? [child, ...elementsIn(child)] : elementsIn(child);
  });

export const taskOf = (node: Node): string | null => {
  const task: unknown = node.attrs["task"];
  return typeof task === "string" ? task : null;
};

/** Follows from the note and from where its item came into it: for every device the same. */
export async function taskId(section: string, { client, clock }: Y.ID): Promise<string> {
  const text = new TextEncoder().encode(`${section} ${client}.${clock}`);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  return makeId(cellOf(section) ?? "", "tas", bytes.subarray(0, idBytes));
}

/** Makes the item that the caret is in one with a task; its record is made when there are words. */
export async function makeTask(editor: Editor): Promise<void> {
  const lives = livesOf(editor);
  const { note } = lives;
  const around = itemAround(editor.state);
  const place = itemsIn(editor.state.doc).findIndex(({ pos }) => pos === around?.pos);
  const element = note && elementsIn(note.text)[place];
  if (!note || !element?._item || !around || taskOf(around.node)) return;
  const id = await taskId(note.id, element._item.id);
  if (editor.isDestroyed) return;
  const now = itemsIn(editor.state.doc)[elementsIn(note.text).indexOf(element)];
  if (!now || taskOf(now.node)) return;
  lives.mine.add(id);
  editor.view.dispatch(editor.state.tr.setNodeAttribute(now.pos, "task", id));
}

/** An item that is copied is a plain one; what is moved keeps its task, and so does what stands where it stood. */
export const TaskItems = Extension.create({
  name: "taskItems",
  addKeyboardShortcuts() {
    return {
      /** After a task the next item is one, too. */
      Enter: () => {
        const { editor } = this;
        const { selection } = editor.state;
        const item = itemAround(editor.state);
        const isEnd = selection.empty && selection.$from.parentOffset === selection.$from.parent.content.size;
        if (!item || !taskOf(item.node) || !isEnd || selection.$from.parent.content.size === 0) return false;
        if (!editor.commands.splitListItem("taskItem")) return false;
        void makeTask(editor);
        return true;
      },
    };
  },
  addProseMirrorPlugins() {
    const { editor } = this;
    return [
      new Plugin({
        appendTransaction: (changes, before, after) => {
          if (!changes.some((change) => change.docChanged && !isFromRoom(change))) return null;
          if (!changes.some((change) => bringsIn(change, (node) => taskOf(node) !== null))) return null;
          return withoutCopies(changes, before, after, (id) => {
            const lives = livesOf(editor);
            return lives.mine.has(id) || lives.watcher?.isOurs(id) === true;
          });
        },
      }),
    ];
  },
});

function withoutCopies(
  changes: readonly Transaction[],
  before: EditorState,
  after: EditorState,
  isOurs: (id: string) => boolean,
): Transaction | null {
  const stays = new Map<string, number>();
  for (const { pos, node } of itemsIn(before.doc)) {
    const id = taskOf(node);
    let [at, gone] = [pos, false];
    for (const { mapping } of changes) {
      const moved = mapping.mapResult(at);
      [at, gone] = [moved.pos, gone || moved.deletedAfter];
    }
    const there = after.doc.nodeAt(at);
    if (id && !gone && there?.type.name === "taskItem" && taskOf(there) === id) stays.set(id, at);
  }
  const tr = after.tr;
  for (const { pos, node } of itemsIn(after.doc)) {
    const id = taskOf(node);
    if (!id || stays.get(id) === pos) continue;
    if (!stays.has(id) && isOurs(id)) stays.set(id, pos);
    else tr.setNodeAttribute(pos, "task", null);
  }
  return tr.docChanged ? tr : null;
}
