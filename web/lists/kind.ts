import type { JSX } from "solid-js";
import type { Listed, ListQuery } from "../../shared/lists/query.ts";
import type { Row } from "../../shared/records/entities.ts";
import type { SortKey } from "../data/types.ts";

/** What a column of a list is. What is not said comes from the field (`columns.tsx`). */
export interface Column {
  readonly field: string;
  readonly label: () => string;
  /** Narrowest width in pixels, and its share of what is left. */
  readonly min: number;
  readonly grow: number;
  /** What it is compared by; absent: by the field. */
  readonly sort?: Omit<SortKey, "down">;
  /** By which field the edge sorts it; absent: it can't. */
  readonly online?: string;
  readonly end?: boolean;
  /** How it looks; absent: as text. */
  readonly cell?: (row: Row) => JSX.Element;
}
/** A view that a list comes with. */
interface BuiltIn {
  readonly id: string;
  readonly name: () => string;
  readonly query: ListQuery;
  /** Also asked of the row: what is no condition, such as what this device keeps. */
  readonly only?: (row: Row) => boolean;
}
/** One kind of record as a list: the same list for accounts, contacts and others. */
export interface ListKind {
  readonly entity: Listed;
  /** The list's own address, and the records' route at the edge. */
  readonly path: string;
  readonly plural: string;
  readonly columns: readonly Column[];
  /** Columns that it starts with. */
  readonly start: readonly string[];
  readonly groups: readonly string[];
  readonly views: readonly BuiltIn[];
  /** Texts that typing finds, and fields whose records are found by their names. */
  readonly find: { readonly texts: readonly string[]; readonly refs: readonly string[] };
  readonly words: { readonly title: () => string };
  /** What a record is called. */
  readonly title: (row: Row) => string;
  readonly href: (row: Row) => string;
  /** Before a record is opened from what is online only. */
  readonly onOpen?: (row: Row) => void;
  /** What a line of a phone shows instead of columns. */
  readonly phone: (row: Row) => JSX.Element;
  readonly menu?: (row: Row, triggerClass: string) => JSX.Element;
  /** How many buttons stand there; one if not said. */
  readonly menuButtons?: number;
  readonly peek: (row: () => Row | undefined, id: () => string, onClose: () => void) => JSX.Element;
  /** Keys of its own, by what `KeyboardEvent.key` says. */
  readonly keys?: Readonly<Record<string, (row: Row) => void>>;
  /** A sentence above the list. */
  readonly above?: () => JSX.Element;
  /** The button of what is made here. */
  readonly create?: () => JSX.Element;
}
