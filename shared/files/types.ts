import { limits } from "../kernel/limits.ts";

/** What may be kept as a file, in one place: by its media type, with the endings that its name may have. */
export interface FileType {
  readonly look: "picture" | "page" | "table" | "slides" | "mail";
  readonly endings: readonly [string, ...string[]];
}
const open = "application/vnd.oasis.opendocument.";
const office = "application/vnd.openxmlformats-officedocument.";
/** Nothing that a browser would run, and nothing that hides what is in it: no HTML, SVG, script, macro or archive. */
export const fileTypes: Readonly<Record<string, FileType>> = {
  "application/pdf": { look: "page", endings: ["pdf"] },
  "image/jpeg": { look: "picture", endings: ["jpg", "jpeg"] },
  "image/png": { look: "picture", endings: ["png"] },
  "image/webp": { look: "picture", endings: ["webp"] },
  "image/gif": { look: "picture", endings: ["gif"] },
  "text/plain": { look: "page", endings: ["txt"] },
  "text/markdown": { look: "page", endings: ["md"] },
  "text/csv": { look: "table", endings: ["csv"] },
  "application/msword": { look: "page", endings: ["doc"] },
  "application/vnd.ms-excel": { look: "table", endings: ["xls"] },
  "application/vnd.ms-powerpoint": { look: "slides", endings: ["ppt"] },
  [`${office}wordprocessingml.document`]: { look: "page", endings: ["docx"] },
  [`${office}spreadsheetml.sheet`]: { look: "table", endings: ["xlsx"] },
  [`${office}presentationml.presentation`]: { look: "slides", endings: ["pptx"] },
  [`${open}text`]: { look: "page", endings: ["odt"] },
  [`${open}spreadsheet`]: { look: "table", endings: ["ods"] },
  [`${open}presentation`]: { look: "slides", endings: ["odp"] },
  "message/rfc822": { look: "mail", endings: ["eml"] },
  "application/vnd.ms-outlook": { look: "mail", endings: ["msg"] },
};

const endingOf = (name: string): string => /\.([^.\s]{1,10})$/.exec(name)?.[1]?.toLowerCase() ?? "";

/** By its ending, which is what people go by; without a known one by what the browser says. Null: it is not kept. */
export function fileTypeOf(name: string, said: string): string | null {
  const ending = endingOf(name);
  const byEnding = Object.keys(fileTypes).find((type) => fileTypes[type]?.endings.includes(ending));
  const type = said.split(";")[0]?.trim().toLowerCase() ?? "";
  return byEnding ?? (Object.hasOwn(fileTypes, type) ? type : null);
}

/** What no name of a file may hold: controls, halves of characters, what turns the writing direction, what a disk reads. */
const unsafe = /[\p{Cc}\p{Cs}\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff<>:"|?*]/gu;

/**
 * The name as it may lie on a disk: no folders, nothing hidden in it, and the ending of what the file is, so that nobody
 * saves as a program what was kept as a picture.
 */
export function cleanFileName(name: string, type: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  const bare = last
    .replaceAll(unsafe, "")
    .replaceAll(/\s+/gu, " ")
    .replaceAll(/^[. ]+|[. ]+$/gu, "");
  const endings: readonly string[] = fileTypes[type]?.endings ?? [];
  const ending = endingOf(bare);
  const isRight = endings.includes(ending);
  const stem = isRight ? bare.slice(0, -ending.length - 1) : bare;
  const end = isRight ? `.${ending}` : endings[0] ? `.${endings[0]}` : "";
  const cut = stem.slice(0, limits.nameMax - end.length).replaceAll(/\p{Cs}/gu, ""); // a character that was cut in half goes
  return (cut.replaceAll(/[. ]+$/gu, "") || "file") + end;
}
