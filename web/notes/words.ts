import { versionsEn } from "../i18n/en/versions.ts";
import { partOf } from "../i18n/part.ts";
import { versionsZh } from "../i18n/zh-CN/versions.ts";

export const vw = partOf(versionsEn, versionsZh);
