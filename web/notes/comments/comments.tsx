import MessageSquare from "lucide-solid/icons/message-square";
import MessageSquarePlus from "lucide-solid/icons/message-square-plus";
import X from "lucide-solid/icons/x";
import { createEffect, createMemo, createSignal, For, on, onCleanup, Show, untrack, type JSX } from "solid-js";
import { Portal } from "solid-js/web";
import type { RecordOf, Row } from "../../../shared/records/entities.ts";
import { isPhone, useSession } from "../../shell/context.ts";
import { toast } from "../../ui/toast.tsx";
import { Button } from "../../ui/button.tsx";
import type { Mark, Shown } from "../overlay.ts";
import css from "./comments.module.css";
import { Composer } from "./composer.tsx";
import { findPlace, fromPositions, lineIn, lineOf, placeOf, toPositions, type Found, type Place, type Range } from "./place.ts"; // prettier-ignore
import { OneThread } from "./thread.tsx";
import { inOrder, threadsOf } from "./threads.ts";
import { say, sayOpen } from "./words.ts";

const settleMs = 200; // typing moves what is drawn by itself; it is looked up anew when there is a pause

/** Comments beside one section: highlights over its text, a panel with their threads, and the way to make one. */
export default function Comments(props: {
  readonly row: RecordOf<"section">;
  readonly shown: Shown | undefined;
}): JSX.Element {
  const { data } = useSession();
  const comments = data.list("section_comment", () => {
    const { id, anchor } = props.row;
    return { anchor, where: (row) => row.section === id, sort: "at" };
  });
  const threads = createMemo(() => threadsOf(comments()));
  const unresolved = createMemo(() => threads().filter(({ root }) => !root.resolvedAt));
  const [open, setOpen] = createSignal(false);
  const [filter, setFilter] = createSignal<"open" | "resolved">("open");
  const [current, setCurrent] = createSignal<string>();
  /** What a new comment would be about. */
  const [draft, setDraft] = createSignal<Place>();
  const [places, setPlaces] = createSignal<ReadonlyMap<string, Found>>(new Map());
  const [picked, setPicked] = createSignal<{ readonly x: number; readonly y: number }>();
  // The right goes by records that come and go: asked again with each change.
  const [moved, move] = createSignal(0);
  onCleanup(data.onChange(() => move((n) => n + 1)));
  const may = createMemo(() => moved() >= 0 && data.can("comment", props.row as Row).allowed);
  const listed = createMemo(() =>
    inOrder(
      threads().filter(({ root }) => Boolean(root.resolvedAt) === (filter() === "resolved")),
      places(),
    ),
  );

  // --- over the text
  const lines = ({ editor, text }: Shown) => ({
    shown: lineIn(editor.state.doc),
    line: lineOf(text, (node) => node in editor.schema.nodes),
  });
  let timer = 0;
  const later = (wait: number): void => {
    clearTimeout(timer);
    timer = window.setTimeout(draw, wait);
  };
  onCleanup(() => clearTimeout(timer));
  let isDrawn = false;
  function draw(): void {
    const at = untrack(() => props.shown);
    if (!at || at.editor.isDestroyed) return;
    if (at.editor.view.composing) return later(settleMs); // drawing beside a composition would end it
    const about = threads().filter(({ root }) => root.quote);
    const mine = draft();
    if (about.length === 0 && !mine && !isDrawn) return;
    isDrawn = about.length > 0 || mine !== undefined;
    const { shown, line } = lines(at);
    const find = (gen: number | null | undefined, start: string | null | undefined, end: string | null | undefined, quote: string): Found =>
      findPlace(shown, line, gen === (props.row.gen ?? 1) ? at.doc : null, { start, end, quote }); // prettier-ignore
    const found = new Map(
      about.map(({ root }) => [root.id, find(root.gen, root.rangeStart, root.rangeEnd, root.quote ?? "")] as const),
    );
    const drawn: Mark[] = [];
    const put = (range: Found | undefined, cls: string | undefined, id: string): void => {
      const positions = typeof range === "object" ? toPositions(shown, range) : null;
      if (positions) drawn.push({ ...positions, class: cls ?? "", comment: id });
    };
    for (const { root } of about)
      if (!root.resolvedAt || root.id === current())
        put(found.get(root.id), root.id === current() ? `${css.mark} ${css.current}` : css.mark, root.id);
    if (mine) put(find(props.row.gen ?? 1, mine.start, mine.end, mine.quote), `${css.mark} ${css.current}`, "");
    setPlaces(found);
    at.draw(drawn);
  }
  createEffect(on([() => props.shown, threads, draft, current], () => later(0)));
  createEffect(() => {
    const at = props.shown;
    if (!at) return;
    const { editor } = at;
    const moved = ({ transaction }: { readonly transaction: { readonly docChanged: boolean } }): void => {
      if (transaction.docChanged) later(editor.isEditable ? settleMs : 0);
    };
    const { dom } = editor.view;
    const clicked = (event: MouseEvent): void => {
      const id = event.target instanceof Element && event.target.closest("[data-comment]")?.getAttribute("data-comment");
      if (id && getSelection()?.isCollapsed !== false) show(id);
    }; // prettier-ignore
    editor.on("transaction", moved);
    dom.addEventListener("click", clicked);
    onCleanup(() => {
      editor.off("transaction", moved);
      dom.removeEventListener("click", clicked);
      setPicked(undefined);
    });
  });

  // --- what is selected in it, with the mouse, by touch or by keys, in a text that may be written or only read
  /** Of the selection's ends as the page has them: an editor that may not be written keeps none. */
  function selected(): Range | null {
    const at = props.shown;
    const now = getSelection();
    const dom = at?.editor.view.dom;
    if (!at || !dom || !now?.anchorNode || !now.focusNode || now.isCollapsed) return null;
    if (!dom.contains(now.anchorNode) || !dom.contains(now.focusNode)) return null;
    try {
      const ends = [at.editor.view.posAtDOM(now.anchorNode, now.anchorOffset), at.editor.view.posAtDOM(now.focusNode, now.focusOffset)]; // prettier-ignore
      return fromPositions(lineIn(at.editor.state.doc), Math.min(...ends), Math.max(...ends));
    } catch {
      return null; // not a place in the text
    }
  }
  let looking = 0;
  const look = (): void => {
    clearTimeout(looking);
    looking = window.setTimeout(() => {
      const rects = may() && selected() ? getSelection()?.getRangeAt(0).getClientRects() : undefined;
      const last = rects?.[rects.length - 1];
      setPicked(last && { x: last.right, y: last.bottom });
    }, settleMs);
  };
  const scrolled = (): void => {
    if (picked()) look();
  };
  const pressed = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || !event.altKey || event.code !== "KeyM" || event.isComposing) return;
    event.preventDefault();
    begin();
  };
  document.addEventListener("selectionchange", look);
  document.addEventListener("scroll", scrolled, true);
  document.addEventListener("keydown", pressed);
  onCleanup(() => {
    clearTimeout(looking);
    document.removeEventListener("selectionchange", look);
    document.removeEventListener("scroll", scrolled, true);
    document.removeEventListener("keydown", pressed);
  });

  // --- the panel
  let panel: HTMLElement | undefined;
  let opener: HTMLElement | undefined;
  /** It begins where the page's own columns do, below whatever bars there are now. */
  const [top, setTop] = createSignal(0);
  createEffect(() => {
    if (!open()) return;
    let column = opener?.parentElement;
    while (column && getComputedStyle(column).overflowY !== "auto") column = column.parentElement;
    if (!column) return;
    const measured = column;
    const measure = (): void => void setTop(measured.getBoundingClientRect().top);
    const watch = new ResizeObserver(measure);
    watch.observe(measured);
    onCleanup(() => watch.disconnect());
  });
  const focusIn = (selector: string): void => {
    requestAnimationFrame(() => panel?.querySelector<HTMLElement>(selector)?.focus());
  };
  function begin(): void {
    const at = props.shown;
    const range = selected();
    if (at && range && may()) {
      const { shown, line } = lines(at);
      setPicked(undefined);
      setCurrent(undefined);
      setFilter("open");
      setDraft(placeOf(shown, line, range));
      setOpen(true);
      focusIn("[data-new]");
      return;
    }
    // On a highlight: to its thread. Else there and back.
    const under = getSelection()?.anchorNode?.parentElement?.closest("[data-comment]")?.getAttribute("data-comment");
    if (under) show(under);
    else if (open() && panel?.contains(document.activeElement)) close();
    else {
      setOpen(true);
      focusIn("[data-new], [data-close]");
    }
  }
  function show(id: string): void {
    const thread = threads().find(({ root }) => root.id === id);
    if (!thread) return;
    setFilter(thread.root.resolvedAt ? "resolved" : "open");
    setCurrent(id);
    setOpen(true);
    requestAnimationFrame(() => {
      const item = panel?.querySelector<HTMLElement>(`[data-thread="${id}"]`);
      item?.scrollIntoView({ block: "nearest" });
      item?.focus({ preventScroll: true });
    });
  }
  function close(): void {
    setDraft(undefined);
    setCurrent(undefined);
    setOpen(false);
    if (props.shown?.editor.isEditable && !isPhone()) props.shown.editor.commands.focus();
  }
  function jump(id: string): void {
    const found = places().get(id);
    const at = props.shown;
    if (!at || typeof found !== "object") return;
    setCurrent(id);
    if (isPhone()) setOpen(false); // the sheet lies over the text; a tap on the words brings it back
    const positions = toPositions(lineIn(at.editor.state.doc), found);
    if (positions && at.editor.isEditable && !isPhone()) at.editor.chain().setTextSelection(positions.from).focus().run();
    at.editor.view.dom.querySelector(`[data-comment="${id}"]`)?.scrollIntoView({ block: "center" });
  } // prettier-ignore
  async function add(body: string): Promise<boolean> {
    const { id: section, gen } = props.row;
    const id = data.newId("section_comment", section);
    const place = draft();
    const done = await data.mutate("section_comment.add@1", { id, section, gen: gen ?? 1, body, ...(place ? { place } : {}) }); // prettier-ignore
    if (!done.ok) {
      toast({ text: `${say("failed")}: ${done.detail ?? done.code}`, bad: true });
      return false;
    }
    setDraft(undefined);
    setCurrent(id);
    setFilter("open");
    return true;
  }

  return (
    <>
      <Button
        ref={(element: HTMLElement) => (opener = element)}
        look="quiet"
        small
        aria-label={sayOpen(unresolved().length)}
        aria-expanded={open()}
        title={`${say("comments")} (${/Mac|iPhone|iPad/.test(navigator.userAgent) ? say("keysMac") : say("keys")})`}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => (open() ? close() : setOpen(true))}
      >
        <MessageSquare size={15} />
        <span class="num">{unresolved().length}</span>
      </Button>
      <Show when={picked() && !open()}>
        <Portal>
          <div class={css.pick} style={{ "--x": `${picked()?.x ?? 0}px`, "--y": `${picked()?.y ?? 0}px` }}>
            <Button small onMouseDown={(event) => event.preventDefault()} onClick={begin}>
              <MessageSquarePlus size={15} />
              {say("comment")}
            </Button>
          </div>
        </Portal>
      </Show>
      <Show when={open()}>
        <Portal>
          <aside
            class={css.panel}
            aria-label={say("comments")}
            style={{ "--top": `${top()}px` }}
            ref={(element) => (panel = element)}
            onKeyDown={(event) => {
              if (event.key !== "Escape" || event.isComposing) return;
              event.stopPropagation();
              if (draft()) setDraft(undefined);
              else close();
            }}
          >
            <header class={css.head}>
              <h2 class={css.title}>{say("comments")}</h2>
              <div class={css.filter} role="group" aria-label={say("filter")}>
                <For each={["open", "resolved"] as const}>
                  {(name) => (
                    <Button
                      look="quiet"
                      small
                      aria-pressed={filter() === name}
                      onClick={() => {
                        setFilter(name);
                        setCurrent(undefined);
                      }}
                    >
                      {say(name)}
                      <span class={`${css.count} num`}>
                        {name === "open" ? unresolved().length : threads().length - unresolved().length}
                      </span>
                    </Button>
                  )}
                </For>
              </div>
              <Button look="quiet" square small aria-label={say("close")} title="Esc" data-close onClick={close}>
                <X size={16} />
              </Button>
            </header>
            <div class={css.scroll}>
              <Show when={may()} fallback={<p class={css.hint}>{say("denied")}</p>}>
                <Show when={filter() === "open"}>
                  <div class={css.new}>
                    <Show when={draft()} fallback={<p class={css.about}>{say("whole")}</p>}>
                      {(place) => <blockquote class={css.quoted}>{place().quote}</blockquote>}
                    </Show>
                    <Composer
                      of={`new ${props.row.id}`}
                      label={say("write")}
                      send={say("send")}
                      isNew
                      onSend={add}
                      onCancel={draft() ? () => setDraft(undefined) : undefined}
                    />
                  </div>
                </Show>
              </Show>
              <Show
                when={listed().length > 0}
                fallback={
                  <p class={css.hint}>
                    {threads().length > 0
                      ? say(filter() === "open" ? "noneOpen" : "noneResolved")
                      : may()
                        ? `${say("none")} ${say("noneHow")}`
                        : say("none")}
                  </p>
                }
              >
                <ul class={css.threads}>
                  <For each={listed().map(({ root }) => root.id)}>
                    {(id) => (
                      <Show when={threads().find(({ root }) => root.id === id)}>
                        {(thread) => (
                          <OneThread
                            thread={thread()}
                            section={props.row.id}
                            found={places().get(id)}
                            isCurrent={current() === id}
                            may={may()}
                            onPick={() => setCurrent(id)}
                            onJump={() => jump(id)}
                          />
                        )}
                      </Show>
                    )}
                  </For>
                </ul>
              </Show>
            </div>
          </aside>
        </Portal>
      </Show>
    </>
  );
}
