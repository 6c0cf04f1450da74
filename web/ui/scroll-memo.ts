/** Where a scrolled list was, by key, so that Back returns to the same place. The router restores only the window. */
const places = new Map<string, number>();

export const savedScroll = (key: string): number => places.get(key) ?? 0;
export function saveScroll(key: string, top: number): void {
  places.set(key, top);
}
