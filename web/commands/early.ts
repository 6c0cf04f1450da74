/** Letters that were pressed before the table of keys had come: kept for it, so that no key is lost on a slow line. */
const keptMs = 10_000;
const most = 3;
const early: KeyboardEvent[] = [];

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("input,textarea,select"));
function keep(event: KeyboardEvent): void {
  const plain = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!plain || event.repeat || event.isComposing || event.defaultPrevented || isTyping(event.target)) return;
  early.push(event);
  if (early.length > most) early.shift();
}
addEventListener("keydown", keep);

/** The table is here: what was pressed lately is pressed again. */
export function replayEarly(): void {
  removeEventListener("keydown", keep);
  const now = performance.now();
  for (const event of early.splice(0)) {
    const { key, code, shiftKey, target, timeStamp } = event;
    if (now - timeStamp > keptMs || !(target instanceof Element) || !target.isConnected) continue;
    target.dispatchEvent(new KeyboardEvent("keydown", { key, code, shiftKey, bubbles: true, cancelable: true }));
  }
}
