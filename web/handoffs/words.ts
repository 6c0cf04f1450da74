import { handoffsEn } from "../i18n/en/handoffs.ts";
import { partOf } from "../i18n/part.ts";
import { handoffsZh } from "../i18n/zh-CN/handoffs.ts";

export const h = partOf(handoffsEn, handoffsZh);
