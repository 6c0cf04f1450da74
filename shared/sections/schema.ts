/**
 * The names that the rich text of a section may hold, by schema number. A number is never changed once it shipped:
 * an editor that does not know a node deletes it for everyone, so new names come only with a new number, and whoever
 * runs an older one reads only (docs/spec/rooms.md, SECTION-3).
 */
export interface SectionSchema {
  readonly nodes: ReadonlySet<string>;
  readonly marks: ReadonlySet<string>;
  /** Of all nodes together: the room checks names, the editor checks values when it renders. */
  readonly attributes: ReadonlySet<string>;
}

const first: SectionSchema = {
  nodes: new Set([
    "paragraph", "heading", "bulletList", "orderedList", "listItem", "blockquote", "horizontalRule", "hardBreak", "codeBlock",
  ]), // prettier-ignore
  marks: new Set(["bold", "italic", "strike", "code", "link", "underline"]),
  attributes: new Set(["level", "start", "type", "language"]),
};

const second: SectionSchema = {
  nodes: new Set([
    ...first.nodes, "taskList", "taskItem", "table", "tableRow", "tableCell", "tableHeader", "mention",
  ]), // prettier-ignore
  marks: first.marks,
  // `task`: id of the record that an item became. `kind` (member or record), `id` and `label` are a mention's.
  attributes: new Set([...first.attributes, "checked", "task", "colspan", "rowspan", "kind", "id", "label"]),
};

const schemas: readonly SectionSchema[] = [first, second];

/** Null for a number that this build does not know: nothing can be checked against it, so nothing is written. */
export const schemaOf = (number: number): SectionSchema | null => schemas[number - 1] ?? null;

/** Marks that may overlap themselves are stored as `name--hash`. */
export const markName = (key: string): string => key.replace(/--.*$/s, "");
