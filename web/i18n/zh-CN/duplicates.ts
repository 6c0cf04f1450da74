import type { duplicatesEn } from "../en/duplicates.ts";
import type { Words } from "../part.ts";

export const duplicatesZh: Words<typeof duplicatesEn> = {
  alike: "可能是同一个，点选即可使用。",
  alikeOpen: "可能已经存在，可直接打开：",
  "same.email": "邮箱相同",
  "same.phone": "电话相同",
  "same.website": "网站相同",
  "same.name": "名称相同",
  "same.birthday": "生日相同",
  "same.address": "地址相同",
  "same.postcode": "邮编相同",
  "same.city": "城市相同",
  "same.organisation": "组织相同",
  "like.email": "邮箱相近",
  "like.phone": "电话相近",
  "like.website": "网站相近",
  "like.name": "名称相近",
  "like.birthday": "生日相近",
  "like.address": "地址相近",
  "like.postcode": "邮编相近",
  "like.city": "城市相近",
  "like.organisation": "组织相近",
};
