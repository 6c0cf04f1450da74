import { filesEn } from "../i18n/en/files.ts";
import { partOf } from "../i18n/part.ts";
import { filesZh } from "../i18n/zh-CN/files.ts";

export const f = partOf(filesEn, filesZh);
