import { searchEn } from "../i18n/en/search.ts";
import { partOf } from "../i18n/part.ts";
import { searchZh } from "../i18n/zh-CN/search.ts";

export const s = partOf(searchEn, searchZh);
