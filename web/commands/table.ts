/**
 * Every command and every key, once. What a name does is said by the screen that has it (`registry.ts`); keys are listened
 * for in `keys.tsx`; `?` and the palette read the same table. Rules: docs/spec/search.md.
 */
interface Entry {
  /** As tinykeys writes them; two with a space between them follow one another. */
  readonly keys?: string;
  readonly part: Part;
  /** Moves about in a page: a key, and no line in the palette. */
  readonly move?: true;
  /** Works while something is typed, too. */
  readonly always?: true;
  /** A list answers by itself, for its row; here it is only listed. */
  readonly held?: true;
}
/** In the order in which help shows them. */
export const parts = ["page", "list", "make", "go", "app"] as const;
type Part = (typeof parts)[number];

export const table = {
  "account.log": { keys: "$mod+Enter", part: "page", always: true },
  "account.handOver": { part: "page" },
  "account.pin": { keys: "p", part: "page" },
  "account.timeline": { part: "page" },
  "account.notes": { part: "page" },
  "account.opportunities": { part: "page" },
  "account.cases": { part: "page" },
  "account.handoffs": { part: "page" },
  "account.files": { part: "page" },
  "case.resolve": { keys: "x", part: "page" },
  "case.reassign": { keys: "o", part: "page" },
  "case.escalate": { keys: "e", part: "page" },
  "handoff.accept": { keys: "a", part: "page" },
  "handoff.return": { keys: "r", part: "page" },
  "today.done": { keys: "x", part: "list", move: true },
  "today.later": { keys: "s", part: "list", move: true },
  "today.approve": { keys: "a", part: "list", move: true },
  "today.edit": { keys: "e", part: "list", move: true },
  "list.find": { keys: "/", part: "list", move: true },
  "list.filter": { keys: "f", part: "list" },
  "row.next": { keys: "j", part: "list", move: true },
  "row.previous": { keys: "k", part: "list", move: true },
  "row.down": { keys: "ArrowDown", part: "list", move: true },
  "row.up": { keys: "ArrowUp", part: "list", move: true },
  "row.open": { keys: "Enter", part: "list", held: true },
  "row.peek": { keys: "Space", part: "list", held: true },
  "row.select": { keys: "x", part: "list", held: true },
  "row.selectNext": { keys: "Shift+J", part: "list", move: true },
  "row.selectPrevious": { keys: "Shift+K", part: "list", move: true },
  "row.selectAll": { keys: "$mod+a", part: "list", held: true },
  "row.change": { keys: "e", part: "list" },
  "row.give": { keys: "o", part: "list" },
  "row.cells": { keys: "ArrowRight", part: "list", held: true },
  "row.pin": { keys: "p", part: "list", held: true },
  "row.remove": { keys: "Delete", part: "list", held: true },
  "row.close": { keys: "Escape", part: "list", move: true },
  "twins.merge": { keys: "m", part: "list" },
  "twins.apart": { keys: "k", part: "list" },
  "stage.choose": { keys: "m", part: "list", held: true },
  "stage.back": { keys: "Shift+ArrowLeft", part: "list", held: true },
  "stage.on": { keys: "Shift+ArrowRight", part: "list", held: true },
  "case.new": { keys: "c", part: "make" },
  "lead.new": { keys: "c", part: "make" },
  "person.new": { keys: "c", part: "make" },
  "task.new": { keys: "c", part: "make" },
  "visit.log": { keys: "l", part: "make" },
  "case.add": { part: "make" },
  "lead.add": { part: "make" },
  "account.add": { part: "make" },
  "go.today": { keys: "g t", part: "go" },
  "go.accounts": { keys: "g a", part: "go" },
  "go.contacts": { keys: "g e", part: "go" },
  "go.leads": { keys: "g l", part: "go" },
  "go.pipeline": { keys: "g p", part: "go" },
  "go.cases": { keys: "g c", part: "go" },
  "go.handoffs": { keys: "g h", part: "go" },
  "go.notices": { keys: "g n", part: "go" },
  "go.quality": { keys: "g q", part: "go" },
  "go.settings": { keys: "g s", part: "go" },
  "go.access": { keys: "g x", part: "go" },
  "go.audit": { keys: "g u", part: "go" },
  "app.palette": { keys: "$mod+k", part: "app", always: true, move: true },
  "app.find": { keys: "/", part: "app", move: true },
  "app.help": { keys: "[Shift]+?", part: "app" },
  "app.undo": { keys: "z", part: "app" },
  "app.sidebar": { keys: "[", part: "app" },
  "app.attention": { part: "app" },
  "app.sync": { part: "app" },
  "theme.system": { part: "app" },
  "theme.light": { part: "app" },
  "theme.dark": { part: "app" },
  "language.en": { part: "app" },
  "language.zh-CN": { part: "app" },
  "app.update": { part: "app" },
  "app.signOut": { part: "app" },
} as const satisfies { readonly [id: string]: Entry };
export type CommandId = keyof typeof table;
export const entryOf = (id: CommandId): Entry => table[id];
export const ids = Object.keys(table) as CommandId[];
/** Everywhere: of two with the same keys the page's own is meant. */
export const isGeneral = (id: CommandId): boolean => id === "task.new" || ["go", "app"].includes(table[id].part);
