import { limits } from "../../shared/kernel/limits.ts";

/** The first line names the activity; what follows is its body. */
export function splitNote(text: string): { readonly name: string; readonly body: string | null } {
  const trimmed = text.trim();
  const line = trimmed.split("\n", 1)[0]?.trim() ?? "";
  const fits = line.length <= limits.nameMax;
  const name = fits ? line : `${[...line].slice(0, 120).join("")}…`;
  const body = fits ? trimmed.slice(line.length).trim() : trimmed;
  return { name, body: body === "" ? null : body };
}
