import { Show, type JSX } from "solid-js";
import { kindOf, targetOf, type ListColumn, type Listed } from "../../shared/lists/query.ts";
import type { Row } from "../../shared/records/entities.ts";
import { day, dayIn } from "../i18n/format.ts";
import { locale } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { now, useSession } from "../shell/context.ts";
import { Health, Person } from "../ui/bits.tsx";
import type { Column, ListKind } from "./kind.ts";
import css from "./table.module.css";
import { readerOf } from "./match.ts";
import { valueText } from "./words.ts";

/** A column of any field that lists know, as its type wants it. */
export function columnOf(kind: ListKind, field: string): Column | undefined {
  const own = kind.columns.find((one) => one.field === field);
  if (own) return own;
  const of = kindOf(kind.entity, field);
  if (!of || of === "quiet") return undefined;
  const wide = of === "text" ? 128 : 96;
  const base = { field, label: () => fieldLabel(field), min: wide, grow: of === "text" ? 2 : 1 };
  const plain = of !== "ref" && of !== "choice" && readsItself(kind.entity, field);
  return { ...base, ...(plain ? { online: field } : {}), ...(of === "number" || of === "money" ? { end: true } : {}) };
}
const readsItself = (name: Listed, field: string): boolean => kindOf(name, field) !== null && field !== "accountOwner" && field !== "accountTeam"; // prettier-ignore

/** A column on the screen, with the width that somebody gave it. */
export interface Shown extends Column {
  readonly width?: number | undefined;
}
/** Narrowest sum of the columns, with their gaps. */
const gap = 16;
export const narrowest = (columns: readonly Shown[]): number =>
  columns.reduce((sum, { min, width }) => sum + (width ?? min) + gap, 0);
/**
 * The columns of a query. Those that nobody chose give way from the last where there is no room; chosen ones stay, and the
 * table scrolls.
 */
export function shownColumns(
  kind: ListKind,
  chosen: readonly ListColumn[] | undefined,
  isKnown: (field: string) => boolean,
  room: number,
): readonly Shown[] {
  const wanted: readonly ListColumn[] = chosen && chosen.length > 0 ? chosen : kind.start.map((field) => ({ field }));
  const all = wanted.flatMap(({ field, width }) => (isKnown(field) ? (shown(kind, field, width) ?? []) : []));
  const name = shown(kind, "name");
  const named = name && !all.some(({ field }) => field === "name") ? [name, ...all] : all;
  if (chosen && chosen.length > 0) return named;
  let columns = named;
  while (columns.length > 2 && room > 0 && narrowest(columns) > room) columns = columns.slice(0, -1);
  return columns;
}
/** One object for a column as it is, so that its cells stay when others come and go. */
const made = new Map<string, Shown>();
function shown(kind: ListKind, field: string, width?: number): Shown | undefined {
  const key = `${kind.plural} ${field} ${width ?? ""}`;
  const known = made.get(key);
  if (known) return known;
  const column = columnOf(kind, field);
  if (!column) return undefined;
  const one: Shown = { ...column, width };
  made.set(key, one);
  return one;
}
/** Widths as the grid wants them: given ones stay, others share what is left. */
export const template = (columns: readonly Shown[]): string =>
  columns.map(({ min, grow, width }) => (width === undefined ? `minmax(${min}px, ${grow}fr)` : `${width}px`)).join(" ");

export function Cell(props: { readonly kind: ListKind; readonly column: Column; readonly row: Row }): JSX.Element {
  const session = useSession();
  // What it looks like hangs on the column; the row under it changes.
  if (props.column.cell) return props.column.cell(rowOf(props));
  const { entity } = props.kind;
  const { field } = props.column;
  const read = readerOf(entity, field);
  const value = () => read(props.row, session.data.copy.record);
  const text = () => valueText(session, entity, field, value(), props.row);
  if (targetOf(entity, field) === "member")
    return (
      <Show when={text()}>
        <Person id={String(value())} name={text()} />
      </Show>
    );
  if (field === "health") return <Health value={value() as string | null} />;
  return <span class="clip">{text()}</span>;
}
/** Read when it is asked for: the row that is there by then. */
function rowOf(props: { readonly row: Row }): Row {
  return new Proxy({} as Row, { get: (_, key) => props.row[key as string] });
}

/** A day, red when it is past. */
export function DueDay(props: { readonly value: string | null | undefined; readonly zone?: string | null | undefined }): JSX.Element {
  const session = useSession();
  const today = () => dayIn(now(), session.data.me.zone);
  const words = (value: string) => day(value, { locale: locale(), today: today() });
  return (
    <Show when={props.value}>
      {(value) => (
        <span
          class={`${css.day} num`}
          classList={{ [css.late ?? ""]: value() < today() }}
          title={day(value(), { locale: locale(), today: today(), zone: props.zone ?? null, mine: session.data.me.zone })}
        >
          {words(value())}
        </span>
      )}
    </Show>
  );
} // prettier-ignore
