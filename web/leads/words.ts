import { leadsEn } from "../i18n/en/leads.ts";
import { partOf } from "../i18n/part.ts";
import { leadsZh } from "../i18n/zh-CN/leads.ts";

export const l = partOf(leadsEn, leadsZh);
