import type { Op } from "../../shared/lists/query.ts";
import { locale } from "../i18n/i18n.ts";

/**
 * Conditions as parts of a sentence, in both languages: fetched with the lists that say them, not with the first paint.
 * `touched`: *last*, of being in touch.
 */
type Said = Op | "touched";
type Phrase = (field: string, value: string, n: number) => string;
const days = (n: number): string => `${n.toLocaleString("en")} ${n === 1 ? "day" : "days"}`;

const sentences: Readonly<Record<Said, readonly [en: Phrase, zh: Phrase]>> = {
  is: [(field, value) => `${field} is ${value}`, (field, value) => `${field}为 ${value}`],
  not: [(field, value) => `${field} is not ${value}`, (field, value) => `${field}不为 ${value}`],
  has: [(field, value) => `${field} contains “${value}”`, (field, value) => `${field}包含“${value}”`],
  lacks: [(field, value) => `${field} does not contain “${value}”`, (field, value) => `${field}不包含“${value}”`],
  gt: [(field, value) => `${field} is over ${value}`, (field, value) => `${field}大于 ${value}`],
  lt: [(field, value) => `${field} is under ${value}`, (field, value) => `${field}小于 ${value}`],
  before: [(field, value) => `${field} is before ${value}`, (field, value) => `${field}早于 ${value}`],
  after: [(field, value) => `${field} is after ${value}`, (field, value) => `${field}晚于 ${value}`],
  next: [(field, _, n) => `${field} is in the next ${days(n)}`, (field, _, n) => `${field}在未来 ${n} 天内`],
  last: [(field, _, n) => `${field} was in the last ${days(n)}`, (field, _, n) => `${field}在过去 ${n} 天内`],
  over: [(field) => `${field} is past`, (field) => `${field}已过期`],
  empty: [(field) => `${field} is empty`, (field) => `${field}为空`],
  filled: [(field) => `${field} is filled in`, (field) => `${field}已填写`],
  quiet: [(_field, _, n) => `no touch in ${days(n)}`, (_field, _, n) => `${n} 天内没有联系`],
  touched: [(_field, _, n) => `touched in the last ${days(n)}`, (_field, _, n) => `过去 ${n} 天内有联系`],
};
const names: Readonly<Record<Said, readonly [en: string, zh: string]>> = {
  is: ["is", "为"],
  not: ["is not", "不为"],
  has: ["contains", "包含"],
  lacks: ["does not contain", "不包含"],
  gt: ["is over", "大于"],
  lt: ["is under", "小于"],
  before: ["is before", "早于"],
  after: ["is after", "晚于"],
  next: ["is in the next", "在未来"],
  last: ["was in the last", "在过去"],
  over: ["is past", "已过期"],
  empty: ["is empty", "为空"],
  filled: ["is filled in", "已填写"],
  quiet: ["none in", "没有，时间为"],
  touched: ["in the last", "有，在过去"],
};
const language = (): 0 | 1 => (locale() === "zh-CN" ? 1 : 0);
export const opName = (op: Said): string => names[op][language()];
export const phrase = (op: Said, field: string, value: string, n: number): string =>
  sentences[op][language()](field, value, n);

/** Words of the parts that shape a list, for the same reason. */
const shaping = {
  "view.save": ["Save view", "保存视图"],
  "view.saveAs": ["Save as new", "另存为新视图"],
  "view.update": ["Save", "保存"],
  "view.saved": [(name: string) => `View “${name}” saved`, (name: string) => `视图“${name}”已保存`],
  "view.deleted": [(name: string) => `View “${name}” deleted`, (name: string) => `视图“${name}”已删除`],
  "view.delete": ["Delete view", "删除视图"],
  "view.settings": ["View settings", "视图设置"],
  "view.name": ["Name", "名称"],
  "view.nameless": ["A view needs a name.", "视图需要名称。"],
  "view.whose": ["For", "适用于"],
  "view.onlyMe": ["Me alone", "仅自己"],
  "view.alsoTeam": [(team: string) => `Me and ${team}`, (team: string) => `自己和${team}`],
  "view.parts": [
    "Each member of the team sees it over what they may see themselves, and without filters on fields that they do not see.",
    "团队成员各自只会看到自己有权查看的内容；对其隐藏的字段，相关筛选不会应用。",
  ],
  "view.of": [(who: string) => `Made by ${who}`, (who: string) => `由 ${who} 创建`],
  "view.notYours": ["Whoever made it changes it; so does the manager of its team.", "只有创建者和团队主管可以更改。"],
  "view.unkeepable": ["One of these filters can't be kept in a view.", "其中一个筛选条件无法保存在视图中。"],
  "person.new": ["New person", "新建联系人"],
  "select.rows": ["Select rows", "选择行"],
  "columns.title": ["Columns", "列"],
  "columns.more": ["More", "更多"],
  "columns.reset": ["As they were", "恢复原样"],
  "columns.narrower": [(name: string) => `${name}: narrower`, (name: string) => `${name}：变窄`],
  "columns.wider": [(name: string) => `${name}: wider`, (name: string) => `${name}：变宽`],
  "columns.up": [(name: string) => `${name}: further left`, (name: string) => `${name}：左移`],
  "columns.down": [(name: string) => `${name}: further right`, (name: string) => `${name}：右移`],
} as const;
type Shaping = keyof typeof shaping;
/** As `t` of the dictionary says its own. */
export function say(key: Shaping, value = ""): string {
  const words = shaping[key][language()];
  return typeof words === "string" ? words : words(value);
}
