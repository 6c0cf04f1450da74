import { duplicatesEn } from "../i18n/en/duplicates.ts";
import { partOf } from "../i18n/part.ts";
import { duplicatesZh } from "../i18n/zh-CN/duplicates.ts";

export const d = partOf(duplicatesEn, duplicatesZh);
