import { createSignal, untrack } from "solid-js";
import { kindOf } from "../../shared/kernel/id.ts";

/** Records that this device opened lately: ids alone, so that no name stays outside the local copy. */
const key = "baton.recent";
const max = 14;
const accountsMax = 7;
function read(): readonly string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(value) ? value.filter((id): id is string => typeof id === "string").slice(0, max) : [];
  } catch {
    return []; // written by something else: start again
  }
}
const [recentRecords, set] = createSignal(read());
export { recentRecords };
/** The accounts among them. */
export const recent = (): readonly string[] =>
  recentRecords()
    .filter((id) => kindOf(id) === "acc")
    .slice(0, accountsMax);

export function remember(id: string): void {
  const next = [id, ...untrack(recentRecords).filter((one) => one !== id)].slice(0, max);
  set(next);
  localStorage.setItem(key, JSON.stringify(next));
}
/** Those that are not here any more leave the list. */
export function keepRecent(isHere: (id: string) => boolean): void {
  const next = untrack(recentRecords).filter(isHere);
  if (next.length === untrack(recentRecords).length) return;
  set(next);
  localStorage.setItem(key, JSON.stringify(next));
}
export function forgetRecent(): void {
  set([]);
  localStorage.removeItem(key);
}
