import { lockEn } from "../i18n/en/lock.ts";
import { partOf } from "../i18n/part.ts";
import { lockZh } from "../i18n/zh-CN/lock.ts";

export const lockWords = partOf(lockEn, lockZh);
