import { auditEn } from "../i18n/en/audit.ts";
import { partOf } from "../i18n/part.ts";
import { auditZh } from "../i18n/zh-CN/audit.ts";

export const a = partOf(auditEn, auditZh);
