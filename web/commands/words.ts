import { commandsEn } from "../i18n/en/commands.ts";
import { partOf } from "../i18n/part.ts";
import { commandsZh } from "../i18n/zh-CN/commands.ts";
import type { CommandId } from "./table.ts";

export const w = partOf(commandsEn, commandsZh);
/** What a command is called in both languages, and what else: found by whichever somebody types. */
export const alsoOf = (id: CommandId): string =>
  [commandsEn, commandsZh].flatMap((words) => [words[id], also(words, id)]).join(" ");
const also = (words: { readonly also: string }, id: CommandId): string =>
  words.also
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith(`${id} `))
    .map((line) => line.slice(id.length))
    .join(" ");
