/**
 * What shows more than the document says of it: an item that a task stands for, and a mention. Here is what the editor
 * needs of them; what a record says is drawn by `live.tsx`, which is fetched with the first of them.
 */
import type { Editor } from "@tiptap/core";
import type { Node } from "@tiptap/pm/model";
import { NodeSelection, type EditorState } from "@tiptap/pm/state";
import { createSignal, type Accessor } from "solid-js";
import type { XmlFragment } from "yjs";

export interface Live {
  readonly dom: HTMLElement;
  readonly node: Accessor<Node>;
  readonly at: () => number | undefined;
  /** Of an item: where what its task says stands. */
  readonly facts?: HTMLElement;
  /** Of an item with a task: what its record says; undefined until that is known. `why`: it can't be ticked here. */
  show?: (known: Known | undefined) => void;
}
export interface Known {
  readonly done: boolean;
  readonly why?: string | undefined;
}
interface Watcher {
  readonly open: (live: Live) => void;
  readonly tick: (live: Live, done: boolean) => void;
  /** Whether an id is that of a task of this note, so that its item may be moved with it. */
  readonly isOurs: (task: string) => boolean;
}

class Lives {
  readonly all: Accessor<readonly Live[]>;
  private readonly set: (next: readonly Live[]) => void;
  /** Tasks whose items were written in this editor: its member's to make. */
  readonly mine = new Set<string>();
  /** The note and its text, where it may be written. */
  note: { readonly id: string; readonly text: XmlFragment } | null = null;
  watcher: Watcher | null = null;

  constructor() {
    const [all, set] = createSignal<readonly Live[]>([]);
    this.all = all;
    this.set = (next) => void set(() => next);
  }
  add(live: Live): void {
    this.set([...this.all(), live]);
  }
  remove(live: Live): void {
    this.set(this.all().filter((one) => one !== live));
  }
  tick(live: Live, done: boolean): void {
    this.watcher?.tick(live, done);
  }
  /** Ctrl+Enter ticks the item that the caret is in, Alt+Enter opens its task; Enter opens the mention that is picked. */
  keys(editor: Editor, event: KeyboardEvent): boolean {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey) return false;
    const { selection } = editor.state;
    const opens = selection instanceof NodeSelection && selection.node.type.name === "mention";
    const at = opens ? selection.from : (itemAround(editor.state)?.pos ?? -1);
    const live = this.all().find((one) => one.at() === at);
    const hasTask = typeof live?.node().attrs["task"] === "string";
    if (!live || (opens ? event.ctrlKey || event.metaKey : !(event.altKey || event.ctrlKey || event.metaKey)))
      return false;
    if (opens || (event.altKey && hasTask)) this.watcher?.open(live);
    else if (event.altKey) return false;
    else live.dom.querySelector<HTMLInputElement>("input")?.click();
    return true;
  }
}
const held = new WeakMap<Editor, Lives>();
export function livesOf(editor: Editor): Lives {
  const lives = held.get(editor) ?? new Lives();
  held.set(editor, lives);
  return lives;
}

/** The item of a checklist that the caret is in, the innermost. */
export function itemAround({
  selection: { $from },
}: EditorState): { readonly pos: number; readonly node: Node } | null {
  for (let depth = $from.depth; depth > 0; depth -= 1)
    if ($from.node(depth).type.name === "taskItem") return { pos: $from.before(depth), node: $from.node(depth) };
  return null;
}
