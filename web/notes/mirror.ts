import * as Y from "yjs";

/** Colleagues' words wait this long after the input method is done: it still changes the text for a moment. */
const settleMs = 60;
const fromRoom = Symbol("from the room");
const fromEditor = Symbol("from the editor");

/**
 * The editor's own document, beside the room's. Everything passes at once in both directions, except that while
 * someone composes (Pinyin, Kana) what colleagues write waits here: applied in the middle of a composition it would
 * corrupt it.
 */
export class Mirror {
  readonly doc = new Y.Doc();
  private readonly room: Y.Doc;
  private waiting: Uint8Array[] = [];
  private composing = false;
  private timer = 0;

  constructor(room: Y.Doc) {
    this.room = room;
    // The same author in both: only this one writes, so no clock is used twice, and carets name the same places.
    this.doc.clientID = room.clientID;
    Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(room), fromRoom);
    this.doc.on("update", this.toRoom);
    room.on("update", this.toEditor);
  }
  private readonly toRoom = (update: Uint8Array, origin: unknown): void => {
    if (origin !== fromRoom) Y.applyUpdate(this.room, update, fromEditor);
  };
  private readonly toEditor = (update: Uint8Array, origin: unknown): void => {
    if (origin === fromEditor) return;
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
  }
  destroy(): void {
    clearTimeout(this.timer);
    this.room.off("update", this.toEditor);
    this.doc.destroy();
  }
}
