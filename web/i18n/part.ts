import { translator, type BaseRecordDict, type Translator } from "@solid-primitives/i18n";
import { locale, trying } from "./i18n.ts";

/** Words of one screen in both languages: fetched with it, not with the first paint. */
export const partOf = <D extends BaseRecordDict>(en: D, zh: D): Translator<D> =>
  translator(() => trying()?.(en) ?? (locale() === "zh-CN" ? zh : en));
/** The same texts and functions with other words. */
export type Words<D> = { readonly [K in keyof D]: D[K] extends string ? string : D[K] };
