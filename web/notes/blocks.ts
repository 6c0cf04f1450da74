/** What the slash menu offers: blocks, and templates for the notes that people write most. */
import type { Editor, JSONContent } from "@tiptap/core";
import { TextSelection } from "@tiptap/pm/state";
import { locale } from "../i18n/i18n.ts";
import { itemAround } from "./lives.ts";
import { makeTask } from "./task-items.ts";
import { templateNames, templates } from "./templates.ts";

type Chain = ReturnType<Editor["chain"]>;
export interface Block {
  readonly id: string;
  readonly part: "blocks" | "templates";
  /** Other words to find it by, in any language. */
  readonly also: string;
  /** Goes on from where the words that asked for it were. */
  readonly put: (chain: Chain) => Chain;
  /** What follows when it is in the text. */
  readonly after?: (editor: Editor) => void;
}

const cell = (type: string): JSONContent => ({ type, content: [{ type: "paragraph" }] });
const row = (type: string): JSONContent => ({ type: "tableRow", content: [cell(type), cell(type), cell(type)] });
const table: JSONContent = { type: "table", content: [row("tableHeader"), row("tableCell"), row("tableCell")] };

/** Something of several blocks in the place of an empty one, or after it; the caret goes to its first words. */
const putAll =
  (content: readonly JSONContent[]) =>
  (chain: Chain): Chain => {
    let from = 0;
    return chain
      .command(({ state }) => {
        from = state.selection.$from.before();
        return true;
      })
      .insertContent([...content])
      .command(({ tr }) => {
        tr.setSelection(TextSelection.near(tr.doc.resolve(Math.min(from + 1, tr.doc.content.size)), 1));
        return true;
      });
  };

/** An item of a checklist stays what it is, with its words. */
const asItem = (chain: Chain): Chain =>
  chain.command(({ state, commands }) => itemAround(state) !== null || commands.toggleTaskList());

export function blocks(): readonly Block[] {
  const plain: readonly Omit<Block, "part">[] = [
    { id: "heading", also: "heading title h2 标题 biaoti bt", put: (chain) => chain.setNode("heading", { level: 2 }) },
    { id: "subheading", also: "heading small h3 小标题 xiaobiaoti xbt", put: (chain) => chain.setNode("heading", { level: 3 }) },
    { id: "bullets", also: "list bullets ul 列表 liebiao lb", put: (chain) => chain.toggleBulletList() },
    { id: "numbers", also: "list numbered ol 编号 bianhao bh", put: (chain) => chain.toggleOrderedList() },
    { id: "checklist", also: "checklist todo 清单 qingdan qd", put: (chain) => chain.toggleTaskList() },
    { id: "task", also: "task todo 任务 renwu rw", put: asItem, after: (editor) => void makeTask(editor) },
    { id: "quote", also: "quote 引用 yinyong yy", put: (chain) => chain.toggleBlockquote() },
    { id: "code", also: "code 代码 daima dm", put: (chain) => chain.toggleCodeBlock() },
    { id: "divider", also: "divider line hr 分隔线 fengexian fgx", put: (chain) => chain.setHorizontalRule() },
    { id: "table", also: "table 表格 biaoge bg", put: putAll([table, { type: "paragraph" }]) },
  ]; // prettier-ignore
  return [
    ...plain.map((block) => ({ ...block, part: "blocks" as const })),
    ...templateNames.map((name) => ({
      id: name,
      part: "templates" as const,
      also: `template 模板 moban ${templates[name].also}`,
      put: putAll(templates[name][locale()]()),
    })),
  ];
}

/** Those whose words have what was typed, by the start of a word first. */
export function found<T>(all: readonly T[], typed: string, wordsOf: (one: T) => string): readonly T[] {
  const query = typed.toLocaleLowerCase();
  if (query === "") return all;
  const at = (one: T) => ` ${wordsOf(one).toLocaleLowerCase()}`;
  const starts = all.filter((one) => at(one).includes(` ${query}`));
  return [...starts, ...all.filter((one) => !starts.includes(one) && at(one).includes(query))];
}
