/**
 * Dragging a card to a column with the mouse or a pen, by pointer events: the card that is dragged may leave the page
 * while a long column scrolls, the picture of it is ours, and nothing waits for the browser's own drag. Touch scrolls;
 * whoever touches has the sheet of stages. (decision 0026)
 */
export interface Drag {
  readonly id: string;
  /** Where its picture's upper left corner is. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** The column under the pointer. */
  readonly over: string | undefined;
}
const slack = 5;
/** So near an edge, what is under the pointer scrolls. */
const edge = 48;
const scrollStep = 14;

export function draggable(
  board: HTMLElement,
  on: { readonly onMove: (drag: Drag | undefined) => void; readonly onDrop: (id: string, stage: string) => void },
): () => void {
  let held: { id: string; from: { x: number; y: number }; at: DOMRect; pointer: number } | undefined;
  let last: Drag | undefined;
  let point = { x: 0, y: 0 };
  let frame = 0;

  const columnAt = (): HTMLElement | undefined =>
    document.elementFromPoint(point.x, point.y)?.closest<HTMLElement>("[data-stage]") ?? undefined;
  const end = (): void => {
    cancelAnimationFrame(frame);
    held = undefined;
    last = undefined;
    on.onMove(undefined);
  };
  const show = (): void => {
    if (!held) return;
    last = {
      id: held.id,
      x: held.at.left + point.x - held.from.x,
      y: held.at.top + point.y - held.from.y,
      width: held.at.width,
      over: columnAt()?.dataset["stage"],
    };
    on.onMove(last);
  };
  const nearness = (at: number, low: number, high: number): number =>
    at < low + edge ? -scrollStep : at > high - edge ? scrollStep : 0;
  const scroll = (): void => {
    if (!held) return;
    const frameOf = board.getBoundingClientRect();
    const sideways = nearness(point.x, frameOf.left, frameOf.right);
    const list = columnAt()?.querySelector<HTMLElement>("ul")?.parentElement;
    const listFrame = list?.getBoundingClientRect();
    const along = listFrame ? nearness(point.y, listFrame.top, listFrame.bottom) : 0;
    if (sideways !== 0) board.scrollLeft += sideways;
    if (along !== 0 && list) list.scrollTop += along;
    if (sideways !== 0 || along !== 0) show();
    frame = requestAnimationFrame(scroll);
  };

  const down = (event: PointerEvent): void => {
    const target = event.target as HTMLElement;
    const card = target.closest<HTMLElement>("[data-card]");
    const id = card?.dataset["card"];
    if (event.button !== 0 || event.pointerType === "touch" || !card || !id || target.closest("button")) return;
    held = { id, from: { x: event.clientX, y: event.clientY }, at: card.getBoundingClientRect(), pointer: event.pointerId }; // prettier-ignore
  };
  const move = (event: PointerEvent): void => {
    if (!held || event.pointerId !== held.pointer) return;
    point = { x: event.clientX, y: event.clientY };
    if (!last) {
      if (Math.hypot(point.x - held.from.x, point.y - held.from.y) < slack) return;
      frame = requestAnimationFrame(scroll);
    }
    event.preventDefault();
    show();
  };
  const up = (event: PointerEvent): void => {
    if (!held || event.pointerId !== held.pointer) return;
    const dropped = last;
    end();
    if (!dropped) return;
    // The click that follows is the end of the drag, not a wish to open what lies there.
    const swallow = (click: Event): void => {
      click.preventDefault();
      click.stopPropagation();
    };
    addEventListener("click", swallow, { capture: true, once: true });
    setTimeout(() => removeEventListener("click", swallow, { capture: true }));
    if (dropped.over !== undefined) on.onDrop(dropped.id, dropped.over);
  };
  const key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !last) return;
    event.preventDefault();
    event.stopPropagation();
    end();
  };
  const native = (event: Event): void => event.preventDefault();

  board.addEventListener("pointerdown", down);
  board.addEventListener("dragstart", native);
  addEventListener("pointermove", move);
  addEventListener("pointerup", up);
  addEventListener("pointercancel", end);
  addEventListener("blur", end);
  addEventListener("keydown", key, { capture: true });
  return () => {
    board.removeEventListener("pointerdown", down);
    board.removeEventListener("dragstart", native);
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", up);
    removeEventListener("pointercancel", end);
    removeEventListener("blur", end);
    removeEventListener("keydown", key, { capture: true });
    cancelAnimationFrame(frame);
  };
}
