/**
 * A version drawn for reading: the elements that the editor's own schema makes of it, without an editor. What came is an
 * `ins`, what went a `del`; these, and what is formatted anew, say so to who can't see it.
 */
import type { JSONContent } from "@tiptap/core";
import { DOMSerializer, type DOMOutputSpec, type Schema } from "@tiptap/pm/model";
import type { Change, Piece } from "./difference.ts";
import css from "./editor.module.css";

export interface Words extends Readonly<Record<Exclude<Change, "same">, string>> {
  readonly ticked: string;
  readonly unticked: string;
  readonly task: string;
  readonly item: string;
  readonly newer: string;
}
export interface Drawn {
  readonly content: DocumentFragment;
  /** Where something changed; what changed side by side is one. */
  readonly stops: readonly HTMLElement[];
  readonly changes: ReadonlySet<Change>;
}

export function draw(pieces: readonly Piece[], schema: Schema, words: Words): Drawn {
  const drawing = new Drawing(schema, words);
  const content = document.createDocumentFragment();
  drawing.blocks(pieces, content);
  return { content, stops: drawing.stops, changes: drawing.changes };
}

type Place = DocumentFragment | HTMLElement;
const elementOf = (spec: DOMOutputSpec): { readonly dom: HTMLElement; readonly inside: HTMLElement } => {
  const { dom, contentDOM = dom } = DOMSerializer.renderSpec(document, spec);
  return { dom: dom as HTMLElement, inside: contentDOM as HTMLElement };
};

class Drawing {
  readonly stops: HTMLElement[] = [];
  readonly changes = new Set<Change>();
  private readonly schema: Schema;
  private readonly words: Words;
  constructor(schema: Schema, words: Words) {
    this.schema = schema;
    this.words = words;
  }

  /** `within` is what became of the block that these lie in, where that is the same for all of it. */
  blocks(pieces: readonly Piece[], place: Place, within: Change = "same"): void {
    let before: Change = "same";
    for (const piece of pieces) {
      const { dom, inside } = this.element(piece.node);
      const { change } = piece;
      const isWhole = change === "added" || change === "removed";
      if (isWhole && within === "same" && (before === "same" || before === "restyled")) this.stop(dom);
      if (change === "restyled") {
        this.stop(dom);
        this.say(dom, change, this.restyled(piece.node));
      }
      before = change;
      if (isWhole) dom.dataset["change"] = change;
      const isLine = this.schema.nodes[piece.node.type ?? ""]?.isTextblock === true;
      if (isLine) this.line(piece.content, inside, isWhole);
      else this.blocks(piece.content, inside, isWhole ? change : within);
      // A block without words of its own is marked as a whole.
      if (isWhole && inside.textContent === "" && (isLine || piece.content.length === 0)) {
        const mark = this.mark(change);
        mark.append(dom);
        place.append(mark);
      } else place.append(dom);
    }
  }

  private line(pieces: readonly Piece[], place: HTMLElement, isWhole: boolean): void {
    let into: Place = place;
    let before: Change = "same";
    for (const { node, change } of pieces) {
      if (change !== before) {
        into = change === "same" ? place : this.mark(change);
        if (into !== place) {
          place.append(into);
          if (before === "same" && !isWhole) this.stop(into as HTMLElement);
        }
        before = change;
      }
      into.append(this.inline(node));
    }
  }
  private inline(node: JSONContent): globalThis.Node {
    const made = this.schema.nodeFromJSON(node);
    const at = made.isText ? document.createTextNode(made.text ?? "") : this.element(node).dom;
    return made.marks.reduceRight<globalThis.Node>((child, mark) => {
      const spec = mark.type.spec.toDOM?.(mark, true);
      if (!spec) return child;
      const { dom, inside } = elementOf(spec);
      inside.append(child);
      return dom;
    }, at);
  }
  private element({ type = "", attrs = {} }: JSONContent): { readonly dom: HTMLElement; readonly inside: HTMLElement } {
    const node = this.schema.nodes[type]?.create(attrs);
    const spec = node?.type.spec.toDOM?.(node);
    if (!node || !spec) throw new RangeError(type);
    const made = elementOf(spec);
    if (type === "taskItem") this.item(made.dom, node.attrs);
    if (type === "opaque") Object.assign(made.dom, { className: css.opaque, textContent: this.words.newer });
    if (type === "table") made.dom.tabIndex = 0; // it may be wider than the page
    return made;
  }
  /** Whether a task is done its record says, and no version: it has no box. */
  private item(dom: HTMLElement, attrs: Readonly<Record<string, unknown>>): void {
    const label = dom.querySelector("label");
    const box = dom.querySelector("input");
    if (attrs["task"] !== null) {
      label?.remove();
      delete dom.dataset["checked"];
      const said = document.createElement("span");
      said.className = "meta";
      said.textContent = this.words.task;
      dom.append(said);
    } else if (box) {
      box.checked = attrs["checked"] === true;
      box.disabled = true;
      box.setAttribute("aria-label", this.words.item);
    }
  }
  private restyled({ type, attrs }: JSONContent): string {
    if (type !== "taskItem" || attrs?.["task"]) return this.words.restyled;
    return attrs?.["checked"] === true ? this.words.ticked : this.words.unticked;
  }

  private mark(change: Change): HTMLElement {
    const dom = document.createElement(change === "added" ? "ins" : change === "removed" ? "del" : "span");
    if (change !== "same") this.say(dom, change, this.words[change]);
    return dom;
  }
  private say(dom: HTMLElement, change: Change, words: string): void {
    this.changes.add(change);
    dom.dataset["change"] = change;
    dom.dataset["said"] = words;
    if (change === "restyled") dom.title = words;
  }
  private stop(dom: HTMLElement): void {
    dom.tabIndex = -1;
    this.stops.push(dom);
  }
}
