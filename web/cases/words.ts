import { casesEn } from "../i18n/en/cases.ts";
import { partOf } from "../i18n/part.ts";
import { casesZh } from "../i18n/zh-CN/cases.ts";

export const c = partOf(casesEn, casesZh);
