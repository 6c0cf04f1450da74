import { translator } from "@solid-primitives/i18n";
import { createSignal } from "solid-js";
import { en, type Dict } from "./en.ts";

export type Locale = "en" | "zh-CN";
export const locales: readonly { readonly id: Locale; readonly name: string }[] = [
  { id: "en", name: "English" },
  { id: "zh-CN", name: "简体中文" },
];

const stored = "baton.locale";
const trial = "baton.trial"; // "long" or "mirrored": trial.ts
const [dict, setDict] = createSignal<Dict>(en);
const [trying, setTrying] = createSignal<<D extends object>(words: D) => D>();
const [locale, setLocaleSignal] = createSignal<Locale>("en");

/** One page, one language: read anywhere, switches live. */
export const t = translator(dict);
export { locale, trying };

/** A base role or duty in words; one that no language names yet as it is written. */
export function roleName(id: string): string {
  const named = t(`role.${id}` as "role.seller") as string | undefined;
  return named ?? id.replaceAll("_", " ");
}

/** Chinese is fetched when first wanted; until then the words stay as they are. */
export async function setLocale(next: Locale): Promise<void> {
  const tried = localStorage.getItem(trial);
  const long = tried === null ? undefined : (await import("./trial.ts")).trialOf;
  const words = long ? long<Dict>(en) : next === "zh-CN" ? (await import("./zh-CN.ts")).zhCN : en;
  setTrying(() => long);
  if (tried === "mirrored") document.documentElement.dir = "rtl";
  setDict(() => words);
  setLocaleSignal(next);
  document.documentElement.lang = next;
}
/** A member's own choice, remembered by this device. */
export async function chooseLocale(next: Locale): Promise<void> {
  localStorage.setItem(stored, next);
  await setLocale(next);
}
/** What this device was told, else what the browser speaks. */
export function deviceLocale(): Locale {
  const told = localStorage.getItem(stored);
  if (told === "en" || told === "zh-CN") return told;
  return navigator.language.startsWith("zh") ? "zh-CN" : "en";
}
export const localeIsChosen = (): boolean => localStorage.getItem(stored) !== null;
