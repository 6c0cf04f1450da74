const rowOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>("[data-row]") : null;
/** What is focused of a row: where it leads, or the first thing to press. */
export const mainOf = (row: HTMLElement | undefined): HTMLElement | null | undefined =>
  row?.querySelector<HTMLElement>("[data-main]") ?? row?.querySelector<HTMLElement>("a, button");
export const rowsIn = (list: HTMLElement | undefined): HTMLElement[] => [
  ...(list?.querySelectorAll<HTMLElement>("[data-row]") ?? []),
];

/**
 * A row that an act takes away leaves its focus to the one in its place, and the last one to the list itself: a focus
 * that falls to the page takes Escape and all other keys of a panel with it. Answers how to stop.
 */
export function keepFocus(list: HTMLElement): () => void {
  let row: HTMLElement | null = null;
  let at = -1;
  const onFocus = ({ target }: FocusEvent): void => {
    row = rowOf(target);
    at = row ? rowsIn(list).indexOf(row) : -1;
  };
  const onMove = (): void => {
    if (!row) return;
    if (row.isConnected) {
      at = rowsIn(list).indexOf(row);
      return;
    }
    if (document.activeElement !== document.body) return;
    const all = rowsIn(list);
    (mainOf(all[Math.min(at, all.length - 1)]) ?? list).focus();
  };
  // A menu of the row goes a moment after it.
  const moved = new MutationObserver(() => {
    onMove();
    setTimeout(onMove);
  });
  moved.observe(list, { childList: true, subtree: true });
  list.addEventListener("focusin", onFocus);
  return () => {
    moved.disconnect();
    list.removeEventListener("focusin", onFocus);
  };
}
