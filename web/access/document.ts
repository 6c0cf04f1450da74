import { roleTable, type Right } from "../../shared/access/readable.ts";
import type { Policy } from "../../shared/access/rules.ts";
import { roleName } from "../i18n/i18n.ts";
import { groupName, kindName, reachName, whyWords, x } from "./words.ts";

export const reachWords = ({ reaches }: Right): string => (reaches.length > 0 ? reaches.map(reachName).join(", ") : x("access.reach.none")); // prettier-ignore
export const groupWords = ({ groups }: Right): string => groups.map(groupName).join(", ");

/** The permission document of one version: roles, what each gives and why, in the language of the page. Markdown. */
export function permissionDocument(policy: Policy, held: Readonly<Record<string, number>>): string {
  const cell = (right: Right | undefined): string => (right ? `${reachWords(right)}: ${groupWords(right)}` : "–");
  const safe = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
  const whys = (rights: readonly Right[]): string => [...new Set(rights.flatMap(({ rules }) => rules.map(({ why }) => whyWords(why))))].join(" "); // prettier-ignore
  const lines = [
    `# ${x("access.document")}`,
    "",
    `${x("access.version", policy.version)} · ${policy.effectiveAt.slice(0, 10)} · ${safe(policy.why)}`,
  ];
  for (const [name, role] of Object.entries(policy.roles)) {
    lines.push("", `## ${roleName(name)} (${x(`access.${role.kind}`)})`, "", `${whyWords(role.why)} ${x("access.held", held[name] ?? 0)}; ${x("access.reviewBy", role.review)}.`, ""); // prettier-ignore
    lines.push(`| ${["record", "see", "change", "approve"].map((one) => x(`access.col.${one as "see"}`)).join(" | ")} | ${x("access.why")} |`, "|---|---|---|---|---|"); // prettier-ignore
    for (const { entity, rights } of roleTable(policy, name))
      lines.push(`| ${kindName(entity)} | ${cell(rights.see)} | ${cell(rights.change)} | ${cell(rights.approve)} | ${safe(whys(Object.values(rights)))} |`); // prettier-ignore
  }
  lines.push("", `## ${x("policy.kind.forbid")}`, "", ...policy.forbid.map(({ id, why }) => `- \`${id}\`: ${whyWords(why)}`)); // prettier-ignore
  lines.push("", `## ${x("policy.kind.stages")}`, "", ...(policy.stages ?? []).map(({ id, roles, why }) => `- \`${id}\` (${roles.map(roleName).join(", ")}): ${whyWords(why)}`)); // prettier-ignore
  lines.push("", `## ${x("policy.kind.approvals")}`, "", ...(policy.approvals ?? []).map(({ kind, asked, why }) => `- ${kind.replaceAll("_", " ")} (${roleName(asked.holds)}): ${whyWords(why)}`)); // prettier-ignore
  lines.push("", `## ${x("policy.kind.shares")}`, "", ...(policy.shares ?? []).map(({ id, on, why }) => `- \`${id}\` (${on}): ${whyWords(why)}`), ""); // prettier-ignore
  return lines.join("\n");
}
/** A text as a file of this device. */
export function saveText(text: string, name: string, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
