import { qualityEn } from "../i18n/en/quality.ts";
import { partOf } from "../i18n/part.ts";
import { qualityZh } from "../i18n/zh-CN/quality.ts";

export const q = partOf(qualityEn, qualityZh);
