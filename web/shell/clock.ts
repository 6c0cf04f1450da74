import { createRoot, createSignal } from "solid-js";

/** The time, for words like "today" and "late"; one clock for all screens. */
export const now = createRoot(() => {
  const [value, set] = createSignal(Date.now());
  setInterval(() => set(Date.now()), 15_000);
  return value;
});
