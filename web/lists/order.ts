import { kindOf, type Listed } from "../../shared/lists/query.ts";
import { entity, type Row } from "../../shared/records/entities.ts";
import type { Look, SortKey } from "../data/types.ts";
import { fold } from "../i18n/format.ts";
import { displayName } from "../i18n/person.ts";
import type { Column, ListKind } from "./kind.ts";
import { readerOf } from "./match.ts";

/** Sorted for people: by the language's own order, choices in theirs, references by name; empty ones last. */
function sortKey(kind: ListKind, field: string): Omit<SortKey, "down"> {
  const column = kind.columns.find((one) => one.field === field);
  if (column?.sort) return column.sort;
  const { entity: name } = kind;
  const read = readerOf(name, field);
  switch (kindOf(name, field)) {
    case "ref": {
      const ref = refField(name, field);
      return { key: `${name} ${field}'s name`, of: (row, look) => nameIn(look, read(row as Row, look)), refs: [ref] };
    }
    case "choice": {
      const values = entity(name).fields[field]?.values ?? [];
      return {
        key: `${name} ${field}`,
        of: (row) => {
          const at = values.indexOf(String((row as Row)[field] ?? ""));
          return at < 0 ? null : at;
        },
      };
    }
    default:
      return { key: field, of: (row, look) => read(row as Row, look) as string };
  }
}
/** The field whose record a derived one looks at. */
const refField = (name: Listed, field: string): string =>
  field === "accountOwner" || field === "accountTeam" ? "anchor" : Object.hasOwn(entity(name).fields, field) ? field : "anchor"; // prettier-ignore

const isPlain = (kind: ListKind, field: string): boolean => {
  const column = kind.columns.find((one) => one.field === field);
  const of = kindOf(kind.entity, field);
  return !column?.sort && of !== "ref" && of !== "choice" && of !== "quiet";
};
export const isSortable = (kind: ListKind, field: string): boolean => {
  const of = kindOf(kind.entity, field);
  return of !== null && of !== "quiet";
};

/** The order of a list. A group's rows stand together also where two groups have one name. */
export function orderOf(kind: ListKind, sort: string, group: string | undefined): string | readonly SortKey[] {
  const down = sort.startsWith("-");
  const asked = down ? sort.slice(1) : sort;
  const field = isSortable(kind, asked) ? asked : "name";
  if (group === undefined) return isPlain(kind, field) ? `${down ? "-" : ""}${field}` : [{ ...sortKey(kind, field), down }]; // prettier-ignore
  const read = readerOf(kind.entity, group);
  const same: SortKey = { key: `${group} itself`, of: (row, look) => String(read(row as Row, look) ?? "") };
  return [sortKey(kind, group), same, { ...sortKey(kind, field), down }];
}
function nameIn(look: Look, id: unknown): string | null {
  const row = typeof id === "string" && id !== "" ? look(id) : undefined;
  return row ? displayName({ name: String(row["name"] ?? "") }) : null;
}

/** By which field the edge sorts, and whether it is what was asked for. */
export function onlineSort(kind: ListKind, sort: string): string {
  const down = sort.startsWith("-") ? "-" : "";
  const column = kind.columns.find((one) => one.field === sort.slice(down.length));
  return column?.online ? down + column.online : "name";
}
export const canSortOnline = (column: Column): boolean => column.online !== undefined;

/** Every typed word must be somewhere in the row or in the name of a record that it points at, accents and case aside. */
export function finder(kind: ListKind, text: string): (row: Row, look: Look) => boolean {
  const words = fold(text).split(/\s+/).filter(Boolean);
  const { texts, refs } = kind.find;
  return (row, look) => {
    if (words.length === 0) return true;
    const own = folded(row, () =>
      texts
        .map((key) => row[key])
        .filter(Boolean)
        .join("  "),
    );
    if (words.every((word) => own.includes(word))) return true;
    const names = refs.map((key) => {
      const id = row[key];
      const other = typeof id === "string" ? look(id) : undefined;
      return other ? folded(other, () => String(other["name"] ?? "")) : "";
    });
    return words.every((word) => own.includes(word) || names.some((name) => name.includes(word)));
  };
}
/** Folding costs more than looking; a row that is typed at again and again is folded once, and forgotten with the row. */
const memo = new WeakMap<object, string>();
function folded(row: object, text: () => string): string {
  const known = memo.get(row);
  if (known !== undefined) return known;
  const made = fold(text());
  memo.set(row, made);
  return made;
}
