import { lookedEn } from "../i18n/en/looked.ts";
import { partOf } from "../i18n/part.ts";
import { lookedZh } from "../i18n/zh-CN/looked.ts";

export const k = partOf(lookedEn, lookedZh);
