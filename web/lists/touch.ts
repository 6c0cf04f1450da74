/** A finger that stays on a row: what it does instead of opening. */
const longMs = 450;
const stillPx = 10; // a finger is never quite still

interface Handlers {
  readonly onPointerDown: (event: PointerEvent) => void;
  readonly onPointerMove: (event: PointerEvent) => void;
  readonly onPointerUp: () => void;
  readonly onPointerCancel: () => void;
  readonly onContextMenu: (event: Event) => void;
}
export function pressed(run: (id: string) => void): {
  readonly on: (id: () => string) => Handlers;
  /** Whether the click that comes now is the end of a long press. */
  readonly wasLong: () => boolean;
} {
  let timer = 0;
  let from = { x: 0, y: 0 };
  let touched = false;
  let long = false;
  const stop = (): void => window.clearTimeout(timer);
  return {
    on: (id) => ({
      onPointerDown: (event) => {
        stop();
        long = false;
        touched = event.pointerType === "touch";
        if (!touched) return;
        from = { x: event.clientX, y: event.clientY };
        timer = window.setTimeout(() => {
          long = true;
          run(id());
        }, longMs);
      },
      onPointerMove: (event) => {
        if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > stillPx) stop();
      },
      onPointerUp: stop,
      onPointerCancel: stop, // the page scrolls
      onContextMenu: (event) => touched && event.preventDefault(), // of the link
    }),
    wasLong: () => {
      const was = long;
      long = false;
      return was;
    },
  };
}
