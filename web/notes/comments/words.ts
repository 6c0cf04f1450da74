import { locale } from "../../i18n/i18n.ts";
import { pick, type Words } from "../../i18n/labels.ts";

const texts = {
  comments: ["Comments", "评论"],
  comment: ["Comment", "评论"],
  close: ["Close comments", "关闭评论"],
  open: ["Open", "未解决"],
  resolved: ["Resolved", "已解决"],
  filter: ["Which comments", "显示哪些评论"],
  none: ["No comments yet.", "还没有评论。"],
  noneHow: ["Select words in the text to comment on them.", "选中正文中的文字即可评论。"],
  noneOpen: ["Nothing is open here.", "没有未解决的评论。"],
  noneResolved: ["Nothing has been resolved here.", "没有已解决的评论。"],
  denied: ["You can read comments here, not write them.", "您可以阅读这里的评论，但不能发表。"],
  gone: ["The text has gone", "原文已不在"],
  unclear: ["This text is there more than once", "此段文字出现多次"],
  whole: ["On the whole note", "针对整篇笔记"],
  jump: ["Show in the text", "在正文中显示"],
  write: ["Write a comment", "写评论"],
  reply: ["Reply", "回复"],
  send: ["Comment", "发表"],
  cancel: ["Cancel", "取消"],
  save: ["Save", "保存"],
  edit: ["Edit", "编辑"],
  remove: ["Delete", "删除"],
  resolve: ["Resolve", "解决"],
  reopen: ["Reopen", "重新打开"],
  edited: ["edited", "已编辑"],
  removed: ["Taken back by its author", "作者已删除"],
  failed: ["Not accepted", "未被接受"],
  keys: ["Ctrl+Alt+M", "Ctrl+Alt+M"],
  keysMac: ["⌘⌥M", "⌘⌥M"],
} satisfies Record<string, Words>;

/** Texts of the comments, in the member's language: with the screen that shows them, not with the first paint. */
export const say = (text: keyof typeof texts): string => pick(texts[text]) ?? "";
export const sayOpen = (count: number): string =>
  locale() === "zh-CN" ? `评论，${count} 条未解决` : `Comments, ${count} open`;
export const sayThread = (name: string, quote: string | null | undefined): string =>
  locale() === "zh-CN"
    ? quote ? `${name} 对“${quote}”的评论` : `${name} 的评论`
    : quote ? `Comment of ${name} on “${quote}”` : `Comment of ${name}`; // prettier-ignore
export const sayResolvedBy = (name: string, when: string): string =>
  locale() === "zh-CN" ? `${name} 于 ${when} 解决` : `Resolved by ${name}, ${when}`;
