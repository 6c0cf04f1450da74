import type { Session } from "../shell/context.ts";
import type { Mention } from "./model.ts";

/** The answer to a comment: in the thread of a note, or beside what the comment is about. */
export function commentMutation({ data }: Session, { comment, about }: Mention, body: string): { readonly name: string; readonly args: object } {
  if (comment.id.includes("_sco_") && "parent" in comment)
    return {
      name: "section_comment.reply@1",
      args: { id: data.newId("section_comment", comment.section ?? comment.anchor), parent: about, section: comment.section, body },
    };
  const place = { anchor: comment.anchor, compartment: comment.compartment };
  const group = typeof (comment as { readonly group?: unknown }).group === "string" ? { group: (comment as { readonly group: string }).group } : {};
  return {
    name: "comment.add@1",
    args: { id: data.newId("comment", comment.anchor), ...place, about, body, ...group, letIn: [] },
  };
} // prettier-ignore
