import type { heededEn } from "../en/heeded.ts";
import type { Words } from "../part.ts";

export const heededZh: Words<typeof heededEn> = {
  title: "这里的通知处理情况",
  why: (from, until) => `统计同意计入的成员，${from} 至 ${until}。按五取整；收到某类通知的人少于五位时不列出。`,
  few: "同意计入或收到通知的成员太少，无法给出不涉及个人的数字。",
  offline: "联网后显示。",
  kind: "类型",
  shown: "已显示",
  acted: "已处理",
  putOff: "已推迟",
  ignored: "被忽略",
};
