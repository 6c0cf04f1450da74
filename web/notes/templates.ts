/** Headings and questions of the notes that people write most, in the language of who puts them in. */
import type { JSONContent } from "@tiptap/core";

type Part =
  | readonly [heading: string, kind: "text" | "list" | "checks", ...lines: string[]]
  | readonly [heading: string, kind: "table", columns: readonly string[]];
interface Template {
  readonly also: string;
  readonly en: () => JSONContent[];
  readonly "zh-CN": () => JSONContent[];
}

const words = (text: string): JSONContent =>
  text === "" ? { type: "paragraph" } : { type: "paragraph", content: [{ type: "text", text }] };
const cells = (type: string, texts: readonly string[]): JSONContent => ({
  type: "tableRow",
  content: texts.map((text) => ({ type, content: [words(text)] })),
});
function block(part: Part): JSONContent[] {
  const [heading, kind] = part;
  const head: JSONContent = { type: "heading", attrs: { level: 2 }, content: [{ type: "text", text: heading }] };
  if (kind === "table") {
    const columns = part[2] as readonly string[];
    const rows = [
      cells("tableHeader", columns),
      cells(
        "tableCell",
        columns.map(() => ""),
      ),
    ];
    return [head, { type: "table", content: rows }];
  }
  const lines = part.slice(2) as string[];
  const texts = lines.length > 0 ? lines : [""];
  if (kind === "text") return [head, ...texts.map(words)];
  const [list, item] = kind === "list" ? ["bulletList", "listItem"] : ["taskList", "taskItem"];
  return [head, { type: list, content: texts.map((text) => ({ type: item, content: [words(text)] })) }];
}
const made =
  (...parts: Part[]) =>
  (): JSONContent[] => [...parts.flatMap(block), { type: "paragraph" }];

export const templateNames = ["visit", "call", "kickoff", "handoff"] as const;
export const templates: { readonly [name in (typeof templateNames)[number]]: Template } = {
  visit: {
    also: "visit meeting 拜访 baifang bf",
    en: made(
      ["Who was there", "list"],
      ["What we saw and heard", "text"],
      ["What worries them", "list"],
      ["What we promised", "checks"],
      ["Next step", "text"],
    ),
    "zh-CN": made(
      ["参加人", "list"],
      ["所见所闻", "text"],
      ["客户的顾虑", "list"],
      ["我方承诺", "checks"],
      ["下一步", "text"],
    ),
  },
  call: {
    also: "call phone 通话 tonghua th 电话 dianhua dh",
    en: made(["Why we called", "text"], ["What they said", "list"], ["Agreed", "checks"], ["Next step", "text"]),
    "zh-CN": made(["通话目的", "text"], ["对方的话", "list"], ["约定事项", "checks"], ["下一步", "text"]),
  },
  kickoff: {
    also: "kick-off start project 启动 qidong qd",
    en: made(
      ["Goal, in the customer's words", "text"],
      ["Who does what", "table", ["Role", "Person", "Answers for"]],
      ["Dates", "table", ["Milestone", "Day", "Done when"]],
      ["Risks", "list"],
      ["First steps", "checks"],
    ),
    "zh-CN": made(
      ["目标（用客户的话）", "text"],
      ["分工", "table", ["角色", "人员", "负责内容"]],
      ["日期", "table", ["里程碑", "日期", "完成标准"]],
      ["风险", "list"],
      ["首批事项", "checks"],
    ),
  },
  handoff: {
    also: "handoff handover 交接 jiaojie jj",
    en: made(
      ["Why it changes hands", "text"],
      ["What was promised", "checks"],
      ["Open risks", "list"],
      ["People to know", "table", ["Name", "Role", "How to reach them"]],
      ["Next action and its day", "text"],
    ),
    "zh-CN": made(
      ["交接原因", "text"],
      ["已有承诺", "checks"],
      ["未了风险", "list"],
      ["关键联系人", "table", ["姓名", "角色", "联系方式"]],
      ["下一步与日期", "text"],
    ),
  },
};
