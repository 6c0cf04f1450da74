import { createSignal } from "solid-js";

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const stored = "baton.theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const isTheme = (text: string | null): text is Theme => (themes as readonly (string | null)[]).includes(text);
const told = localStorage.getItem(stored);
const [theme, set] = createSignal<Theme>(isTheme(told) ? told : "system");
export { theme };

function paint(): void {
  const dark = theme() === "dark" || (theme() === "system" && system.matches);
  document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  // The browser's own bars take the page's colour.
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", dark ? "#111316" : "#fbfaf8");
}
export function chooseTheme(next: Theme): void {
  localStorage.setItem(stored, next);
  set(next);
  paint();
}
system.addEventListener("change", paint);
paint();
