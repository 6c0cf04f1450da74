import { todayEn } from "../i18n/en/today.ts";
import { partOf } from "../i18n/part.ts";
import { todayZh } from "../i18n/zh-CN/today.ts";

export const said = partOf(todayEn, todayZh);
