/** The nodes that came with schema number 2: checklists, tables and mentions. */
import { callOrReturn, getExtensionField, Node } from "@tiptap/core";
import { TaskItem, TaskList } from "@tiptap/extension-list";
import { TableCell } from "@tiptap/extension-table/cell";
import { TableHeader } from "@tiptap/extension-table/header";
import type {} from "@tiptap/extension-table/table"; // names the field `tableRole`
import { TableRow } from "@tiptap/extension-table/row";
import { isId } from "../../shared/kernel/id.ts";
import { t } from "../i18n/i18n.ts";

const labelMax = 120;
const spanMax = 100;

/** Values in a shared document are free on the wire: a node with a bad one is not bound to, and shown as unknown. */
function must(holds: (value: unknown) => boolean): (value: unknown) => void {
  return (value) => {
    if (!holds(value)) throw new RangeError("value out of bounds");
  };
}
const isSpan = (value: unknown): boolean =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= spanMax;
const isIdOrNull = (value: unknown): boolean => value === null || (typeof value === "string" && isId(value));
const isLabel = (value: unknown): boolean => typeof value === "string" && value.length <= labelMax;

const checked = {
  default: false,
  keepOnSplit: false,
  validate: "boolean",
  parseHTML: (element: HTMLElement) => ["", "true"].includes(element.dataset["checked"] ?? "false"),
  renderHTML: (attributes: Record<string, unknown>) => ({ "data-checked": String(attributes["checked"] === true) }),
};
/** The id of the record that the item became. A copy of the item is another item: it is not pasted. */
const task = {
  default: null,
  keepOnSplit: false,
  rendered: false,
  parseHTML: () => null,
  validate: must(isIdOrNull),
};

/** An item of a checklist; with `task`, one that a task record stands for. */
const CheckItem = TaskItem.extend({
  addAttributes: () => ({ checked, task }),
  addNodeView:
    () =>
    ({ node, getPos, editor }) => {
      const dom = document.createElement("li");
      const label = document.createElement("label");
      const box = document.createElement("input");
      const contentDOM = document.createElement("div");
      box.type = "checkbox";
      label.contentEditable = "false";
      label.append(box);
      dom.append(label, contentDOM);
      const draw = (now: typeof node): void => {
        box.checked = now.attrs["checked"] === true;
        box.disabled = !editor.isEditable;
        box.setAttribute("aria-label", now.firstChild?.textContent || t("notes.checkItem"));
        dom.dataset["checked"] = String(box.checked);
      };
      box.addEventListener("mousedown", (event) => event.preventDefault()); // the caret stays where it is
      box.addEventListener("change", () => {
        const at = getPos();
        if (at === undefined || !editor.isEditable) return draw(node);
        editor.view.dispatch(editor.state.tr.setNodeAttribute(at, "checked", box.checked));
      });
      draw(node);
      return {
        dom,
        contentDOM,
        update: (next) => {
          if (next.type.name !== node.type.name) return false;
          node = next;
          draw(next);
          return true;
        },
      };
    },
}).configure({ nested: true });

const span = (name: "colspan" | "rowspan") => ({
  default: 1,
  validate: must(isSpan),
  parseHTML: (element: HTMLElement) => {
    const count = Number(element.getAttribute(name));
    return isSpan(count) ? count : 1;
  },
});
const cell = () => ({
  colspan: span("colspan"),
  rowspan: span("rowspan"),
  colwidth: { default: null, rendered: false, parseHTML: () => null }, // the table commands ask for it; never stored
});

/** Its commands, and what keeps its rows even, come with the menu (`tables.ts`). */
const Table = Node.create({
  name: "table",
  group: "block",
  content: "tableRow+",
  tableRole: "table",
  isolating: true,
  extendNodeSchema: (extension) => ({
    tableRole: callOrReturn(getExtensionField(extension, "tableRole")) as string | undefined,
  }),
  parseHTML: () => [{ tag: "table" }],
  renderHTML: () => ["div", { "data-table": "" }, ["table", ["tbody", 0]]],
});

/** A member or a record, with the name that its author saw. */
const Mention = Node.create({
  name: "mention",
  group: "inline",
  inline: true,
  atom: true,
  addAttributes: () => ({
    kind: {
      default: "member",
      validate: must((value) => value === "member" || value === "record"),
      parseHTML: (element: HTMLElement) => (element.dataset["mention"] === "record" ? "record" : "member"),
    },
    id: {
      default: null,
      validate: must(isIdOrNull),
      parseHTML: (element: HTMLElement) => {
        const id = element.dataset["id"];
        return id !== undefined && isId(id) ? id : null;
      },
    },
    label: {
      default: "",
      validate: must(isLabel),
      parseHTML: (element: HTMLElement) => (element.textContent ?? "").replace(/^@/, "").slice(0, labelMax),
    },
  }),
  parseHTML: () => [{ tag: "span[data-mention]" }],
  renderHTML: ({ node: { attrs } }) => [
    "span",
    { "data-mention": attrs["kind"] === "record" ? "record" : "member", "data-id": String(attrs["id"] ?? "") },
    `@${String(attrs["label"]).slice(0, labelMax)}`,
  ],
  renderText: ({ node }) => `@${String(node.attrs["label"])}`,
});

export const secondNodes = [
  TaskList,
  CheckItem,
  Table,
  TableRow,
  TableCell.extend({ addAttributes: cell }),
  TableHeader.extend({ addAttributes: cell }),
  Mention,
];
