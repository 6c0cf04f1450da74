/**
 * Blocks out of what other programs put on the clipboard: Word (desktop and web) and Google Docs as HTML, Markdown as
 * text. HTML is only put in order here; nodes of the schema, and nothing else, are made of it by the editor's parser.
 */
import { Fragment, Mark, Slice, type Node as Block, type Schema } from "@tiptap/pm/model";
import { Lexer, type Token, type Tokens } from "marked";
import { isSafeLink } from "./link.ts";

// --- HTML

export function tidy(dom: HTMLElement): void {
  const all = <T extends HTMLElement>(selector: string): T[] => [...dom.querySelectorAll<T>(selector)];
  const make = (name: string): HTMLElement => dom.ownerDocument.createElement(name);
  /** The same content under another name, with what is said of it. */
  const rename = (element: Element, name: string): HTMLElement => {
    const made = make(name);
    made.append(...element.childNodes);
    element.replaceWith(made);
    return made;
  };
  for (const one of all("script, style, meta, link, title, template, iframe, object, svg, math")) one.remove();
  // Office's own elements: what is in them stays, but for the space that keeps an empty paragraph open.
  for (const one of all("*").filter(({ localName }) => localName.includes(":"))) {
    if (blank(one)) one.remove();
    else one.replaceWith(...one.childNodes);
  }
  // Google Docs wraps everything in a bold that is none, and puts breaks between its blocks.
  for (const one of all('b[id^="docs-internal-guid"], div[id^="docs-internal-guid"]')) {
    for (const child of one.children) if (child.localName === "br") child.remove();
    one.replaceWith(...one.childNodes);
  }
  for (const link of all<HTMLAnchorElement>("a[href]")) {
    const href = link.getAttribute("href") ?? "";
    const target = /^https?:\/\/(www\.)?google\.[a-z.]+\/url\?/.test(href) ? new URL(href).searchParams.get("q") : null;
    if (target !== null) link.setAttribute("href", target);
    // Links are underlined by being links.
    for (const inside of link.querySelectorAll("u")) inside.replaceWith(...inside.childNodes);
    if (link.parentElement?.localName === "u" && link.parentElement.childNodes.length === 1) link.parentElement.replaceWith(link); // prettier-ignore
  }
  for (const one of all('[role="heading"]:not(h1, h2, h3)')) rename(one, `h${Math.min(3, Number(one.ariaLevel ?? one.getAttribute("aria-level")) || 2)}`); // prettier-ignore
  for (const one of all("h4, h5, h6")) rename(one, "h3");
  for (const one of all("p[class]")) {
    const [, name, level] = /^Mso(Title|Subtitle|Heading|IntenseQuote|Quote)(\d?)/.exec(one.className) ?? [];
    if (name === "Title") rename(one, "h1");
    else if (name === "Subtitle" || name === "Heading") rename(one, `h${Math.min(3, Number(level) || 2)}`);
    else if (name) {
      const quote = make("blockquote");
      one.replaceWith(quote);
      quote.append(one);
    }
  }
  listsOfWord(dom, make);
  listsOfWordOnline(dom, make);
  // The page's policy lets no style out of text work; what a script sets does, and the parser reads bold from it.
  for (const one of all("[style]")) {
    one.style.cssText = one.getAttribute("style") ?? "";
    if (one.closest("a[href]")) one.style.removeProperty("text-decoration");
  }
  // A list that stands in another one belongs to the item before it.
  for (const inner of all("ul > ul, ul > ol, ol > ul, ol > ol")) {
    const item = inner.previousElementSibling;
    if (item?.localName === "li") item.append(inner);
    else {
      const made = make("li");
      inner.replaceWith(made);
      made.append(inner);
    }
  }
  checks(all);
}
const blank = (element: Element): boolean => /^[\s\u00a0]*$/.test(element.textContent ?? "");

interface Line {
  readonly level: number;
  readonly ordered: boolean;
  readonly start: number;
  readonly content: readonly Node[];
}
/** Lines that only say how deep they are, as lists in lists. */
function nested(lines: readonly Line[], make: (name: string) => HTMLElement): HTMLElement[] {
  const tops: HTMLElement[] = [];
  const open: { readonly list: HTMLElement; readonly level: number }[] = [];
  for (const { level, ordered, start, content } of lines) {
    while ((open.at(-1)?.level ?? 0) > level) open.pop();
    const name = ordered ? "ol" : "ul";
    let top = open.at(-1);
    if (top && top.level === level && top.list.localName !== name) {
      open.pop();
      top = open.at(-1);
    }
    if (!top || top.level < level) {
      const list = make(name);
      if (ordered && start > 1) list.setAttribute("start", String(start));
      const under = top?.list.lastElementChild;
      if (under) under.append(list);
      else tops.push(list);
      top = { list, level };
      open.push(top);
    }
    const item = make("li");
    item.append(...content);
    top.list.append(item);
  }
  return tops;
}

/** Word writes a list as paragraphs, each with its level in a style and its sign in a span that is to be ignored. */
function listsOfWord(dom: HTMLElement, make: (name: string) => HTMLElement): void {
  const levelOf = (element: Element | null): number =>
    element?.localName === "p" || element?.localName.startsWith("h")
      ? Number(/mso-list:\s*\S+\s+level(\d)/.exec(element.getAttribute("style") ?? "")?.[1] ?? 0)
      : 0;
  for (const first of dom.querySelectorAll("p")) {
    if (levelOf(first) === 0 || !dom.contains(first)) continue;
    const place = make("div");
    first.before(place);
    const lines: Line[] = [];
    for (let one: Element | null = first; one && levelOf(one) > 0; one = place.nextElementSibling) {
      const sign = [...one.querySelectorAll("span")].find((span) => /mso-list:\s*Ignore/i.test(span.getAttribute("style") ?? "")); // prettier-ignore
      const said = (sign?.textContent ?? "").replaceAll("\u00a0", " ").trim();
      sign?.remove();
      const paragraph = make("p");
      paragraph.append(...one.childNodes);
      lines.push({
        level: levelOf(one),
        ordered: /^\(?([0-9]{1,4}|[a-z]{1,5})[.)]/i.test(said),
        start: Number.parseInt(said, 10) || 1,
        content: [paragraph],
      });
      one.remove();
    }
    place.replaceWith(...nested(lines, make));
  }
}

/** Word in the browser writes each item as a list of its own, with its level on it. */
function listsOfWordOnline(dom: HTMLElement, make: (name: string) => HTMLElement): void {
  const listIn = (element: Element | null): Element | null => {
    const list = element?.matches(".ListContainerWrapper") ? element.querySelector("ul, ol") : element;
    return list?.matches("ul, ol") && list.querySelector(":scope > li[data-aria-level]") ? list : null;
  };
  for (const first of dom.querySelectorAll(".ListContainerWrapper, ul, ol")) {
    if (!listIn(first) || !dom.contains(first) || first.parentElement?.closest(".ListContainerWrapper, ul, ol")) continue;
    const place = make("div");
    first.before(place);
    const lines: Line[] = [];
    for (let one: Element | null = first, list = listIn(one); one && list; one = place.nextElementSibling, list = listIn(one)) {
      for (const item of list.querySelectorAll(":scope > li"))
        lines.push({
          level: Number(item.getAttribute("data-aria-level")) || 1,
          ordered: list.localName === "ol",
          start: Number(list.getAttribute("start")) || 1,
          content: [...item.childNodes],
        });
      one.remove();
    }
    place.replaceWith(...nested(lines, make));
  } // prettier-ignore
}

/** Boxes to tick, of Google Docs (a role), GitHub and others (an input): items of a checklist. */
function checks(all: (selector: string) => HTMLElement[]): void {
  for (const item of all("li")) {
    const box = item.querySelector<HTMLInputElement>(":scope > input[type=checkbox], :scope > p:first-child > input[type=checkbox]"); // prettier-ignore
    if (!box && item.getAttribute("role") !== "checkbox") continue;
    item.dataset["type"] = "taskItem";
    item.dataset["checked"] = String(box ? box.hasAttribute("checked") : item.getAttribute("aria-checked") === "true");
    box?.remove();
    if (item.parentElement) item.parentElement.dataset["type"] = "taskList";
  }
  for (const list of all('[data-type="taskList"]'))
    for (const item of list.children) if (item instanceof HTMLElement) item.dataset["type"] = "taskItem";
}

// --- Markdown

const markedMax = 400_000; // characters; a longer text is pasted as it stands
/** Signs of Markdown: one of those that nobody writes by chance, or two lines of a kind. */
function looksMarked(text: string): boolean {
  if (text.length > markedMax) return false;
  if (/^ {0,3}(```|~~~)|^[ \t]*[-*+] \[[ xX]\] |^[ \t]*(\|[ \t]*)?:?-{3,}:?[ \t]*\|/m.test(text)) return true;
  if (/^#{1,6} \S.*(\n[ \t]*\n|\s*$)/.test(text)) return true;
  if (/\[[^\]\n]{1,200}\]\((https?:|mailto:)[^)\s]+\)|\*\*\S[^*\n]*\*\*|(^|\s)`[^`\n]+`/.test(text)) return true;
  return (text.match(/^[ \t]*([-*+]|\d{1,3}[.)]|>|#{1,6}) \S/gm) ?? []).length > 1;
}

/** Null where a text does not look like Markdown: then it is pasted as it stands. */
export function fromMarkdown(text: string, schema: Schema): Slice | null {
  if (!looksMarked(text)) return null;
  const blocks = new Blocks(schema).of(Lexer.lex(text, { gfm: true, breaks: true }));
  return blocks.length > 0 ? Slice.maxOpen(Fragment.from(blocks)) : null;
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  nbsp: "\u00a0",
  "#39": "'",
};
const plain = (text: string): string =>
  text.replaceAll(/&(#39|\w+);/g, (whole, name: string) => entities[name] ?? whole);
const untagged = (text: string): string => plain(text.replaceAll(/<[^>]*>/g, ""));

/** Nodes of the editor's schema out of Markdown's tokens. HTML in it is left out, but for its words. */
class Blocks {
  private readonly schema: Schema;
  constructor(schema: Schema) {
    this.schema = schema;
  }
  of(tokens: readonly Token[]): Block[] {
    return tokens.flatMap((token) => this.block(token as Tokens.Generic));
  }
  private node(name: string, content: readonly Block[], attrs: object | null = null): Block {
    const type = this.schema.nodes[name];
    if (!type) throw new RangeError(name);
    return type.createChecked(attrs as never, content);
  }
  private paragraph(content: readonly Block[]): Block {
    return this.node("paragraph", content);
  }
  private block(token: Tokens.Generic): Block[] {
    const inside = token.tokens ?? [];
    switch (token.type) {
      case "heading":
        return [this.node("heading", this.line(inside), { level: Math.min(3, Number(token["depth"])) })];
      case "paragraph":
      case "text":
        return [this.paragraph(token.tokens ? this.line(inside) : this.words(plain(String(token["text"])), Mark.none))];
      case "blockquote":
        return [this.node("blockquote", some(this.of(inside), () => this.paragraph([])))];
      case "code":
        return [this.node("codeBlock", this.words(String(token["text"]), Mark.none), { language: token["lang"] || null })];
      case "hr":
        return [this.node("horizontalRule", [])];
      case "list":
        return [this.list(token as Tokens.List)];
      case "table":
        return [this.table(token as Tokens.Table)];
      case "html": {
        const text = untagged(String(token["text"])).trim();
        return text === "" ? [] : [this.paragraph(this.words(text, Mark.none))];
      }
    }
    return [];
  } // prettier-ignore
  private list({ ordered, start, items }: Tokens.List): Block {
    const isChecks = items.some(({ task }) => task);
    const made = items.map(({ tokens, checked }) => {
      const blocks = this.of(tokens);
      if (blocks[0]?.type.name !== "paragraph") blocks.unshift(this.paragraph([]));
      return isChecks ? this.node("taskItem", blocks, { checked: checked === true }) : this.node("listItem", blocks);
    });
    if (isChecks) return this.node("taskList", made);
    return ordered ? this.node("orderedList", made, { start: Number(start) || 1 }) : this.node("bulletList", made);
  }
  private table({ header, rows }: Tokens.Table): Block {
    const row = (name: string, cells: readonly Tokens.TableCell[]): Block =>
      this.node("tableRow", cells.map(({ tokens }) => this.node(name, [this.paragraph(this.line(tokens))]))); // prettier-ignore
    return this.node("table", [row("tableHeader", header), ...rows.map((cells) => row("tableCell", cells))]);
  }

  private words(text: string, marks: readonly Mark[]): Block[] {
    return text === "" ? [] : [this.schema.text(text, marks)];
  }
  private line(tokens: readonly Token[], marks: readonly Mark[] = Mark.none): Block[] {
    const more = (name: string, attrs: object | null = null): readonly Mark[] =>
      this.schema.marks[name]?.create(attrs as never).addToSet(marks) ?? marks;
    return (tokens as readonly Tokens.Generic[]).flatMap((token): Block[] => {
      const inside = token.tokens ?? [];
      const text = plain(String(token["text"] ?? ""));
      switch (token.type) {
        case "strong":
          return this.line(inside, more("bold"));
        case "em":
          return this.line(inside, more("italic"));
        case "del":
          return this.line(inside, more("strike"));
        case "codespan":
          return this.words(String(token["text"]), more("code"));
        case "br":
          return [this.node("hardBreak", [])];
        case "link":
          return this.line(inside, isSafeLink(token["href"]) ? more("link", { href: token["href"] }) : marks);
        case "image":
          return this.words(text, isSafeLink(token["href"]) ? more("link", { href: token["href"] }) : marks);
        case "html":
          return /^<br\b/i.test(text) ? [this.node("hardBreak", [])] : [];
        case "checkbox":
          return [];
      }
      return inside.length > 0 ? this.line(inside, marks) : this.words(text, marks);
    });
  }
}
const some = <T>(all: readonly T[], none: () => T): readonly T[] => (all.length > 0 ? all : [none()]);
