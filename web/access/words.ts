import { zh } from "../../shared/access/templates.zh.ts";
import { accessEn } from "../i18n/en/access.ts";
import { kindNames } from "../i18n/fields.ts";
import { locale, t } from "../i18n/i18n.ts";
import { pick, type Words } from "../i18n/labels.ts";
import { partOf } from "../i18n/part.ts";
import { accessZh } from "../i18n/zh-CN/access.ts";

export const x = partOf(accessEn, accessZh);
/** Reasons of the shipped policy in the member's language; those of an organisation in its own. */
export const whyWords = (why: string): string => (locale() === "zh-CN" ? (zh[why] ?? why) : why);
export const kindName = (entity: string): string => pick(kindNames[entity]) ?? entity.replaceAll("_", " ");
const groups: Readonly<Record<string, Words>> = {
  identity: ["Name", "名称"],
  shared: ["Shared", "共享信息"],
  consent: ["Consent", "许可"],
  resolution: ["Resolution", "解决方案"],
  handoff: ["Handoff", "交接"],
  internal: ["Internal", "内部"],
  compensation: ["Compensation", "薪酬"],
  legal: ["Legal", "法务"],
  private: ["Private", "私人"],
  unclassified: ["Unclassified", "未分类"],
};
export const groupName = (group: string): string =>
  pick(groups[group]) ?? (t(`group.${group}` as "group.terms") as string | undefined) ?? group;
export const reachName = (reach: string): string => (x(`access.reach.${reach}` as "access.reach.own") as string | undefined) ?? reach; // prettier-ignore

/** What drifts, said by the edge in English: its sentences in Chinese. */
const drifts: readonly (readonly [RegExp, (...parts: string[]) => string])[] = [
  [/^This is a title\./, () => "这是头衔。角色应以担任者所做的事命名。"],
  [/^Its review was due on (.+)\.$/, (day) => `应在 ${day} 复核。`],
  [/^One member holds this duty/, () => "只有一人担任此职责：其不在时无人可做。"],
  [/^This gives nearly what (.+) gives/, (role) => `与 ${role} 的权限几乎相同：一个就够。`],
  [/^(\d+) members can change the policy/, (n) => `${n} 位成员可以更改策略：少数几位就够。`],
  [/^(\d+) members were each lent (.+) of (.+):/, (n, groups, of) => `${n} 位成员都被临时授予 ${of} 的 ${groups}：写成规则更合适。`],
  [/^This was renewed to its limit/, () => "已续期到上限：写成规则更合适。"],
  [/^Nothing that only this duty gives/, () => "只有此职责才有的操作，近期都没有做过。"],
]; // prettier-ignore
export function driftWords(says: string): string {
  if (locale() !== "zh-CN") return says;
  for (const [form, words] of drifts) {
    const found = form.exec(says);
    if (found) return words(...found.slice(1));
  }
  return says;
}
