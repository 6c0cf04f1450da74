import { translator, type BaseRecordDict, type Translator } from "@solid-primitives/i18n";
import { locale, trying } from "./i18n.ts";

/** The dictionary of now out of two. */
export const dictOf = <D extends BaseRecordDict>(en: D, zh: D): D => trying()?.(en) ?? (locale() === "zh-CN" ? zh : en);
/** Words of one screen in both languages: fetched with it, not with the first paint. */
export const partOf = <D extends BaseRecordDict>(en: D, zh: D): Translator<D> => translator(() => dictOf(en, zh));
/** The same texts and functions with other words. */
export type Words<D> = { readonly [K in keyof D]: D[K] extends string ? string : D[K] };
