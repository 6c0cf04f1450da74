/**
 * A list's state in its address: which view, what differs from it, which part, what is peeked at and which groups are
 * shut. Short words, so that an address can be read, and nothing that can't be typed (LIST-2).
 */
import { isSound, listLimits, type Filter, type ListColumn, type Listed, type ListQuery, type Op } from "../../shared/lists/query.ts"; // prettier-ignore

/** `. , ; ~` part fields, values and conditions; in a value they are written as ~ with two hex digits. */
const escaped = (text: string): string =>
  text.replaceAll(/[~.,;]/g, (one) => `~${one.charCodeAt(0).toString(16).padStart(2, "0")}`);
const plain = (text: string): string =>
  text.replaceAll(/~([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

export const filtersText = (filters: readonly Filter[]): string =>
  filters.map(({ field, op, values }) => [field, op, values.map(escaped).join(",")].join(".").replace(/\.$/, "")).join(";"); // prettier-ignore
export function filtersFrom(name: Listed, text: string): Filter[] {
  return text
    .split(";")
    .filter(Boolean)
    .slice(0, listLimits.filters)
    .flatMap((part) => {
      const [field = "", op = "", values] = part.split(".");
      const filter = { field, op: op as Op, values: values ? values.split(",").map(plain).filter(Boolean) : [] };
      return isSound(name, filter) ? [filter] : [];
    });
}
export const columnsText = (columns: readonly ListColumn[]): string =>
  columns.map(({ field, width }) => (width === undefined ? field : `${field}:${width}`)).join(",");
export function columnsFrom(text: string): ListColumn[] {
  return text
    .split(",")
    .slice(0, listLimits.columns)
    .flatMap((part) => {
      const [field = "", wide = ""] = part.split(":");
      const width = Number(wide);
      if (!/^[A-Za-z]{1,40}$/.test(field)) return [];
      const fits = Number.isInteger(width) && width >= listLimits.widthMin && width <= listLimits.widthMax;
      return [fits ? { field, width } : { field }];
    });
}

/** Groups that are shut, by what their rows have in common; `-` has nothing. */
export const shutText = (keys: Iterable<string>): string => [...keys].map((key) => (key === "" ? none : escaped(key))).join(","); // prettier-ignore
export const shutFrom = (text: string): ReadonlySet<string> =>
  new Set(text.split(",").filter(Boolean).map((key) => (key === none ? "" : plain(key)))); // prettier-ignore

/** The parameters of an address that a list reads. */
export interface Address {
  readonly view?: string;
  readonly f?: string;
  readonly sort?: string;
  readonly group?: string;
  readonly cols?: string;
  readonly part?: string;
  readonly q?: string;
  readonly peek?: string;
  readonly shut?: string;
}
/** What an address says over the view that it names: what it does not say is as in the view. */
export function queryFrom(name: Listed, base: ListQuery, { f, sort, group, cols }: Address): ListQuery {
  return {
    columns: cols === undefined ? base.columns : columnsFrom(cols),
    sort: sort ?? base.sort,
    group: group === undefined ? base.group : group === none ? undefined : group,
    where: f === undefined ? base.where : filtersFrom(name, f === none ? "" : f),
  };
}
/** Said where something that the view has is taken away. */
export const none = "-";

type Said = Pick<Address, "f" | "sort" | "group" | "cols">;
/** What has to be said of a query over its view; what is as there is not said. */
export function saidOver(base: ListQuery, query: ListQuery): { readonly [K in keyof Said]-?: string | undefined } {
  const differs = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other);
  return {
    f: differs(query.where, base.where) ? filtersText(query.where) || none : undefined,
    sort: query.sort === base.sort ? undefined : query.sort,
    group: query.group === base.group ? undefined : (query.group ?? none),
    cols: query.columns && differs(query.columns, base.columns) ? columnsText(query.columns) : undefined,
  };
}
export const isChanged = ({ f, sort, group, cols }: Address): boolean => [f, sort, group, cols].some((one) => one !== undefined); // prettier-ignore
