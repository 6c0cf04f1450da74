/** The nodes that came with schema number 2: checklists, tables and mentions. */
import { callOrReturn, getExtensionField, Node } from "@tiptap/core";
import { TaskItem, TaskList } from "@tiptap/extension-list";
import { TableCell } from "@tiptap/extension-table/cell";
import { TableHeader } from "@tiptap/extension-table/header";
import type {} from "@tiptap/extension-table/table"; // names the field `tableRole`
import { TableRow } from "@tiptap/extension-table/row";
import { createSignal } from "solid-js";
import { isId } from "../../shared/kernel/id.ts";
import { t } from "../i18n/i18n.ts";
import { livesOf, type Known, type Live } from "./lives.ts";

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
/** The id of the record that stands for the item: only in this note, and only for one item of it (task-items.ts). */
const task = {
  default: null,
  keepOnSplit: false,
  parseHTML: ({ dataset }: HTMLElement) => (isId(dataset["task"] ?? "") ? dataset["task"] : null),
  renderHTML: ({ task: id }: Record<string, unknown>) => (typeof id === "string" ? { "data-task": id } : {}),
  validate: must(isIdOrNull),
};

/** An item of a checklist; with `task`, one that a task record stands for, which then says whether it is done. */
const CheckItem = TaskItem.extend({
  addAttributes: () => ({ checked, task }),
  addNodeView:
    () =>
    ({ node: first, getPos, editor }) => {
      const [node, setNode] = createSignal(first, { equals: false });
      const dom = document.createElement("li");
      const label = document.createElement("label");
      const box = document.createElement("input");
      const contentDOM = document.createElement("div");
      const facts = document.createElement("span");
      box.type = "checkbox";
      label.contentEditable = facts.contentEditable = "false";
      label.append(box);
      dom.append(label, contentDOM, facts);
      const lives = livesOf(editor);
      let known: Known | undefined;
      const draw = (): void => {
        const { attrs, firstChild } = node();
        const hasTask = attrs["task"] !== null;
        box.checked = hasTask ? known?.done === true : attrs["checked"] === true;
        box.disabled = !hasTask && !editor.isEditable;
        box.toggleAttribute("aria-disabled", false);
        if (hasTask && (!known || known.why)) box.setAttribute("aria-disabled", "true");
        box.setAttribute("aria-label", firstChild?.textContent || t("notes.checkItem"));
        dom.dataset["checked"] = String(box.checked);
        dom.toggleAttribute("data-task", hasTask);
      };
      const live: Live = { dom, node, at: getPos, facts, show: (next) => ((known = next), draw()) };
      box.addEventListener("mousedown", (event) => event.preventDefault()); // the caret stays where it is
      box.addEventListener("change", () => {
        const at = getPos();
        const ticked = box.checked;
        draw();
        if (node().attrs["task"] !== null) lives.tick(live, ticked);
        else if (at !== undefined && editor.isEditable)
          editor.view.dispatch(editor.state.tr.setNodeAttribute(at, "checked", ticked));
      });
      const isOutside = (target: globalThis.Node | null): boolean => !contentDOM.contains(target);
      lives.add(live);
      draw();
      return {
        dom,
        contentDOM,
        ignoreMutation: (change) => change.type !== "selection" && isOutside(change.target),
        stopEvent: ({ target }) => facts.contains(target as globalThis.Node),
        update: (next) => {
          if (next.type.name !== first.type.name) return false;
          if (next.attrs["task"] !== node().attrs["task"]) known = undefined;
          setNode(next);
          draw();
          return true;
        },
        destroy: () => lives.remove(live),
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
  /** Shows the name of today where that may be seen, and opens who or what it is (live.tsx). */
  addNodeView:
    () =>
    ({ node: first, getPos, editor }) => {
      const [node, setNode] = createSignal(first, { equals: false });
      const dom = document.createElement("span");
      const lives = livesOf(editor);
      const live: Live = { dom, node, at: getPos };
      const draw = ({ attrs }: typeof first): void => {
        dom.dataset["mention"] = attrs["kind"] === "record" ? "record" : "member";
        dom.textContent = `@${String(attrs["label"]).slice(0, labelMax)}`;
      };
      const open = (event: Event): void => {
        event.preventDefault();
        lives.watcher?.open(live);
      };
      dom.addEventListener("click", open);
      // In a text that is only read there is no caret that could stand on it.
      if (!editor.isEditable) {
        for (const [name, value] of [["role", "button"], ["tabindex", "0"], ["aria-haspopup", "dialog"]] as const) dom.setAttribute(name, value); // prettier-ignore
        dom.addEventListener("keydown", (event) => (event.key === "Enter" || event.key === " ") && open(event));
      }
      lives.add(live);
      draw(first);
      return {
        dom,
        update: (next) => {
          if (next.type.name !== first.type.name) return false;
          draw(next);
          setNode(next);
          return true;
        },
        destroy: () => lives.remove(live),
      };
    },
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
