import { settingsEn } from "../i18n/en/settings.ts";
import { partOf } from "../i18n/part.ts";
import { settingsZh } from "../i18n/zh-CN/settings.ts";

export const tell = partOf(settingsEn, settingsZh);
