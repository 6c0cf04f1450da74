import { entity, type Row } from "../records/entities.ts";
import type { Group } from "../records/groups.ts";
import type { Fields } from "../records/mutation.ts";
import { groupOf, isSound, listLimits, type Filter, type Layout, type Listed, type ListQuery } from "./query.ts";

/**
 * What a view is narrowed by is kept in parts, each in the field group of the fields that it names: who may not see a
 * field gets neither the condition nor its value, whoever shares the view (LIST-6, LEAK-50).
 */
export const viewParts: readonly string[] = Object.keys(entity("view").fields).filter((key) => key.startsWith("where"));
const partBy = new Map<Group, string>([
  ["shared", "where"],
  ...viewParts.map((part) => [entity("view").fields[part]?.group ?? "identity", part] as const),
]);
/** The part in which a condition on a field stands; undefined: it is kept in none. */
export const partOf = (name: Listed, field: string): string | undefined => partBy.get(groupOf(name, field));

/** The fields of a view that keep a query; every part is said, so that one that is empty now is emptied. */
export function viewFields(name: Listed, { where, columns, sort, group }: ListQuery): Fields {
  const layout: Layout = { ...(columns ? { columns } : {}), ...(sort ? { sort } : {}), ...(group ? { group } : {}) };
  const parts = Object.fromEntries(
    viewParts.map((part) => {
      const own = where.filter(({ field }) => partOf(name, field) === part);
      return [part, own.length > 0 ? JSON.stringify(own) : null];
    }),
  );
  return { layout: Object.keys(layout).length > 0 ? JSON.stringify(layout) : null, ...parts };
}
/** Whether all of a query can be kept: some fields belong to no part. */
export const isKeepable = (name: Listed, { where }: ListQuery): boolean =>
  where.every(({ field }) => partOf(name, field) !== undefined);

/**
 * The query of a view as far as its reader has it. `partly`: some part is hidden, whether or not there is anything in it.
 * What this version can't read or judge is left out.
 */
export function queryOfView(name: Listed, row: Row): { readonly query: ListQuery; readonly partly: boolean } {
  const { columns, sort, group } = (jsonOf(row["layout"]) ?? {}) as Record<string, unknown>;
  const where = viewParts.flatMap((part) => {
    const list = jsonOf(row[part]);
    return Array.isArray(list) ? list.filter((one) => isFilter(one) && isSound(name, one)) : [];
  }) as Filter[];
  const layout: Layout = {
    ...(Array.isArray(columns) && columns.every(isColumn) ? { columns } : {}),
    ...(typeof sort === "string" ? { sort } : {}),
    ...(typeof group === "string" ? { group } : {}),
  };
  return { query: { ...layout, where }, partly: viewParts.some((part) => row[part] === undefined) };
}
export function jsonOf(text: unknown): unknown {
  if (typeof text !== "string" || text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null; // of a version that wrote it otherwise
  }
}
const isFilter = (one: unknown): one is Filter => {
  const { field, op, values } = (one ?? {}) as Record<string, unknown>;
  const isText = (text: unknown): boolean => typeof text === "string";
  return isText(field) && isText(op) && Array.isArray(values) && values.every(isText);
};
function isColumn(one: unknown): one is { readonly field: string; readonly width?: number } {
  const { field, width } = (one ?? {}) as Record<string, unknown>;
  const fits = typeof width === "number" && width >= listLimits.widthMin && width <= listLimits.widthMax;
  return typeof field === "string" && (width === undefined || fits);
}
