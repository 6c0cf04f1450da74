import { approvalsEn } from "../i18n/en/approvals.ts";
import { partOf } from "../i18n/part.ts";
import { approvalsZh } from "../i18n/zh-CN/approvals.ts";

/** Words of the cards of approvals; what the record's own screens say stands with the first texts. */
export const a = partOf(approvalsEn, approvalsZh);
