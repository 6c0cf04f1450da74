import type { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";

/** Colleagues' words wait this long after the input method is done: it still changes the text for a moment. */
const settleMs = 60;
const fromRoom = Symbol("from the room");
const fromEditor = Symbol("from the editor");

/**
 * Who writes in the editors of a room's document. Not the document's own name: presence and the provider go by that,
 * and Yjs would rename a document that is brought words under its name.
 */
const authors = new WeakMap<Y.Doc, number>();
export function authorOf(room: Y.Doc): number {
  const author = authors.get(room) ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 1;
  authors.set(room, author);
  return author;
}

/**
 * The editor's own document, beside the room's. Everything passes at once in both directions, except that while
 * someone composes (Pinyin, Kana) what colleagues write waits here: applied in the middle of a composition it would
 * corrupt it.
 */
export class Mirror {
  readonly doc = new Y.Doc();
  private readonly room: Y.Doc;
  private waiting: Uint8Array[] = [];
  private readonly later = new Set<() => void>();
  private composing = false;
  private over = false; // a listener before this one may have closed the editor for this very update
  private timer = 0;

  constructor(room: Y.Doc) {
    this.room = room;
    Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(room), fromRoom);
    this.doc.clientID = authorOf(room);
    this.doc.on("update", this.toRoom);
    room.on("update", this.toEditor);
  }
  private readonly toRoom = (update: Uint8Array, origin: unknown): void => {
    if (origin !== fromRoom) Y.applyUpdate(this.room, update, fromEditor);
  };
  private readonly toEditor = (update: Uint8Array, origin: unknown): void => {
    if (origin === fromEditor || this.over) return;
    if (this.composing) this.waiting.push(update);
    else Y.applyUpdate(this.doc, update, fromRoom);
  };
  compositionStart(): void {
    clearTimeout(this.timer);
    this.composing = true;
  }
  compositionEnd(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.release(), settleMs) as unknown as number;
  }
  private release(): void {
    this.composing = false;
    const held = this.waiting;
    this.waiting = [];
    if (held.length > 0) Y.applyUpdate(this.doc, Y.mergeUpdates(held), fromRoom);
    const due = [...this.later];
    this.later.clear();
    for (const run of due) run();
  }
  /** At once, or once when the composition is over. */
  whenSettled(run: () => void): void {
    if (this.composing) this.later.add(run);
    else run();
  }
  destroy(): void {
    this.over = true;
    clearTimeout(this.timer);
    this.later.clear();
    this.room.off("update", this.toEditor);
    this.doc.destroy();
    this.doc.store.clients.clear();
  }
}

type Heard = (...args: never[]) => void;
/**
 * Presence as the carets need it: without this editor's own, which they would know by the author's name, and told of
 * a change only when nobody composes here: drawing a colleague's caret beside the composition would end it. What
 * stands in a caret is free on the wire, and one that is no place in a document would stop the editor: left out.
 */
export function othersIn(awareness: Awareness, mirror: Mirror): Awareness {
  const held = new Map<Heard, Heard>();
  const getStates = () =>
    new Map(
      [...awareness.getStates()]
        .filter(([client]) => client !== awareness.clientID)
        .map(([client, state]) => [client, isPlace(state["cursor"], mirror.doc) ? state : { ...state, cursor: null }]),
    );
  const on = (name: "change", heard: Heard) => {
    const later: Heard = name === "change" ? () => mirror.whenSettled(heard as () => void) : heard;
    held.set(heard, later);
    awareness.on(name, later);
  };
  const off = (name: "change", heard: Heard) => {
    awareness.off(name, held.get(heard) ?? heard);
    held.delete(heard);
  };
  return Object.create(awareness, {
    getStates: { value: getStates },
    on: { value: on },
    off: { value: off },
  }) as Awareness;
}
function isPlace(cursor: unknown, doc: Y.Doc): boolean {
  try {
    const { anchor, head } = cursor as { readonly anchor: unknown; readonly head: unknown };
    for (const end of [anchor, head])
      Y.createAbsolutePositionFromRelativePosition(Y.createRelativePositionFromJSON(end), doc);
    return true;
  } catch {
    return false;
  }
}
