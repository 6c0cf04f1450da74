import { reviewsEn } from "../i18n/en/reviews.ts";
import { partOf } from "../i18n/part.ts";
import { reviewsZh } from "../i18n/zh-CN/reviews.ts";

export const r = partOf(reviewsEn, reviewsZh);
