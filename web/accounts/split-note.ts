import { limits } from "../../shared/kernel/limits.ts";

/** The first line names the activity; what follows is its body. */
export function splitNote(text: string): { readonly name: string; readonly body: string | null } {
  const trimmed = text.trim();
  const line = trimmed.split("\n", 1)[0]?.trim() ?? "";
  const name = line.length <= limits.nameMax ? line : `${[...line].slice(0, 120).join("")}…`;
  return { name, body: trimmed === name ? null : trimmed };
}
