import { createSignal, createUniqueId, For, onCleanup, onMount, Show, untrack, type JSX } from "solid-js";
import { dayIn, minuteIn } from "../../shared/kernel/clock.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { kindOf, targetOf } from "../../shared/lists/query.ts";
import { entity, type Row } from "../../shared/records/entities.ts";
import { choiceNames } from "../i18n/fields.ts";
import { fold, minorDigits } from "../i18n/format.ts";
import { t } from "../i18n/i18n.ts";
import { fieldLabel, pick } from "../i18n/labels.ts";
import { displayName } from "../i18n/person.ts";
import { useSession, type Session } from "../shell/context.ts";
import { toast } from "../ui/toast.tsx";
import { holdPage } from "../ui/unsaved.ts";
import { closed, planChanges, runActs, wayOf, type Change, type Not, type Plan } from "./acts.ts";
import form from "./filter-editor.module.css";
import css from "./table.module.css";
import type { Shown } from "./columns.tsx";
import { createDesk, type Desk } from "./desk.ts";
import type { ListKind } from "./kind.ts";
import { readerOf } from "./match.ts";
import { aboutNot, b, cellsOf, hostOf, namesHere, perform, takeBack, whyNot } from "./perform.ts";
import type { Rows } from "./table.tsx";
import { asText, landing, parseTsv, plainText, tsvText, type Area } from "./tsv.ts";
import { readText, type Named } from "./values.ts";
import { valueText } from "./words.ts";

/** What acts on cells are done to. */
interface Grid {
  readonly kind: ListKind;
  readonly rows: Rows;
  readonly columns: readonly Shown[];
  readonly desk: Desk;
}

const named = (session: Session): Named =>
  namesHere(session, (row) => displayName({ name: String(row["name"] ?? "") }), fold);

/** A value so that it can be typed again: days and numbers as they are written anywhere. */
function typedText(session: Session, kind: ListKind, field: string, row: Row): string {
  const value = readerOf(kind.entity, field)(row, session.data.copy.record);
  if (value === undefined || value === null || value === "") return "";
  const { zone } = session.data.me;
  switch (kindOf(kind.entity, field)) {
    case "day":
    case "number":
      return String(value);
    case "money": {
      const currency = row["currency"];
      const digits = typeof currency === "string" && /^[A-Z]{3}$/.test(currency) ? minorDigits(currency) : 2;
      return String(Number(value) / 10 ** digits);
    }
    case "instant": {
      const minute = minuteIn(Number(value), zone);
      const [hour, rest] = [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0"));
      return `${dayIn(Number(value), zone)} ${hour}:${rest}`;
    }
    default:
      return field === "name" ? kind.title(row) : valueText(session, kind.entity, field, value, row);
  }
}
const isText = (kind: ListKind, field: string): boolean => kindOf(kind.entity, field) === "text";
function copied(session: Session, kind: ListKind, columns: readonly Shown[], row: Row): string[] {
  return columns.map(({ field }) => {
    const text = typedText(session, kind, field, row);
    return isText(kind, field) ? asText(text) : text;
  });
}

export function copyArea(session: Session, { kind, rows, columns }: Grid, area: Area): string {
  const some = columns.slice(area.left, area.right + 1);
  const places = Array.from({ length: area.bottom - area.top + 1 }, (_, at) => rows.at(area.top + at));
  const table = places.flatMap((row) => (row ? [copied(session, kind, some, row)] : []));
  toast({ text: b("copied", table.length * some.length) });
  return tsvText(table);
}
/** Whole rows as they are shown. */
export function copyRows(session: Session, { kind, rows, columns }: Grid, ids: readonly string[]): string {
  const places = ids.map((id) => rows.indexOf(id)).filter((place) => place >= 0);
  const table = places.toSorted((one, other) => one - other).flatMap((place) => {
    const row = rows.at(place);
    return row ? [copied(session, kind, columns, row)] : [];
  }); // prettier-ignore
  toast({ text: b("copied", table.length * columns.length) });
  return tsvText(table);
}

/** Texts onto cells: bad ones are told apart, good ones written, one Undo for all of it (LIST-8). */
export async function writeCells(
  session: Session,
  grid: Grid,
  cells: readonly { readonly row: number; readonly column: number; readonly text: string }[],
  said: { readonly did: (count: number) => string; readonly more?: readonly string[] },
): Promise<void> {
  if (cells.length > limits.pasteCellsMax) return toast({ text: b("mostCells", limits.pasteCellsMax), bad: true });
  const { kind } = grid;
  const names = named(session);
  const not: Not[] = [];
  const changes: Change[] = [];
  for (const { row: place, column, text } of cells) {
    const row = grid.rows.at(place);
    const field = grid.columns[column]?.field;
    if (!row || !field) continue;
    const read = wayOf(kind.entity, field) && readText(kind.entity, field, plainText(text), row, names);
    if (!read) {
      if (typedText(session, kind, field, row) !== plainText(text)) not.push({ row, field, why: { kind: "fixed" } });
    } else if (read.ok) changes.push({ row, field, value: read.value });
    else not.push({ row, field, why: { kind: "wrong", wrong: read.wrong, text } });
  }
  const plan = whole(planChanges(hostOf(session), kind.entity, changes));
  await perform(session, grid.desk, kind, { ...plan, not: [...not, ...plan.not] }, { ...said, did: (acts) => said.did(cellsOf(acts)) }); // prettier-ignore
}
function whole(steps: Generator<undefined, Plan>): Plan {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
export function pasteText(session: Session, grid: Grid, area: Area, text: string): Promise<void> {
  const { cells, lost } = landing(parseTsv(text), area, grid.rows.length(), grid.columns.length);
  const more = [
    ...(lost.rows > 0 ? [b("lostRows", lost.rows)] : []),
    ...(lost.columns > 0 ? [b("lostColumns", lost.columns)] : []),
  ];
  return writeCells(session, grid, cells, { did: (count) => b("pasted", count), more });
}
export function clearArea(session: Session, grid: Grid, area: Area): Promise<void> {
  const { cells } = landing([[""]], area, grid.rows.length(), grid.columns.length); // prettier-ignore
  return writeCells(session, grid, cells, { did: (count) => b("emptied", count) });
}
export const sayNoCell = (): void => toast({ text: b("toCells"), bad: true });

/** Why a cell can't be changed; undefined: it can, as far as this device knows. */
export function whyFixed(session: Session, kind: ListKind, row: Row, field: string): string | undefined {
  const why = closed(hostOf(session), kind.entity, session.data.copy.record(row.id), field);
  return why && `${aboutNot(kind, { row, field, why })}: ${whyNot(session, { row, field, why })}`;
}

/** A cell that is typed in. `over`: it begins with what is typed next, over what was there. */
export interface Typing {
  readonly id: string;
  readonly field: string;
  readonly over: boolean;
  /** As far as it is: the row may move, or be scrolled out of sight, meanwhile. */
  draft?: string;
}
export type Leave = "down" | "up" | "left" | "right" | "stay";
/** One cell while it is typed in. Enter and Tab take it and move on, Esc gives up, leaving takes it. */
export function CellEditor(props: {
  readonly kind: ListKind;
  readonly row: Row;
  readonly typing: Typing;
  readonly onLeave: (where: Leave) => void;
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  const { kind } = props;
  const typing = untrack(() => props.typing);
  const { id, field } = typing;
  const { entity: name } = kind;
  const row = (): Row => data.copy.record(id) ?? untrack(() => props.row);
  const target = targetOf(name, field);
  const about = entity(name).fields[field];
  const isLong = about?.type === "long";
  const isPick = target !== null || about?.type === "enum" || about?.type === "bool";
  const before = typedText(session, kind, field, row());
  const [said, setSaid] = createSignal<string>();
  const list = createUniqueId();
  let input: HTMLInputElement | HTMLTextAreaElement | undefined;
  let settled = false;

  /** Many are found by typing: the list behind the field is for few to look at. */
  const options = (): readonly string[] => {
    if (about?.type === "bool") return [t("value.yes"), t("value.no")];
    if (!target) return (about?.values ?? []).map((one) => pick(choiceNames[one]) ?? one);
    const names = [...data.copy.records(target)].flatMap((one) =>
      target !== "member" || one["employment"] === "active" ? [displayName({ name: String(one["name"] ?? "") })] : [],
    );
    return [...new Set(names)].sort((one, other) => one.localeCompare(other));
  };
  /** The beginning of one name is enough. */
  const completed = (text: string): string => {
    const all = isPick ? options() : [];
    if (all.some((one) => fold(one) === fold(text))) return text;
    const begun = all.filter((one) => fold(one).startsWith(fold(text)));
    return begun.length === 1 && text !== "" ? (begun[0] ?? text) : text;
  };
  const leave = (where: Leave): void => {
    settled = true;
    props.onLeave(where);
  };
  const take = (where: Leave): void => {
    if (settled || !input) return;
    const text = completed(input.value.trim());
    if (text === before || (isPick && text === "")) return leave(where);
    const read = readText(name, field, isLong ? input.value : text, row(), named(session));
    if (!read.ok) return void setSaid(b("wrong", text, b(`wrong.${read.wrong}`)));
    const plan = whole(planChanges(hostOf(session), name, [{ row: row(), field, value: read.value }]));
    const [not] = plan.not;
    if (not) return void setSaid(whyNot(session, not));
    leave(where);
    if (plan.acts.length === 0) return;
    const desk = createDesk(); // one cell is taken back at once: there is nothing to show of it
    void runActs(hostOf(session), plan.acts, () => true).then((ran) => {
      const [refused] = ran.not;
      if (refused) return toast({ text: `${aboutNot(kind, { ...refused, field })}: ${whyNot(session, refused)}`, bad: true });
      toast({ text: t("field.saved", fieldLabel(field)), undo: () => void takeBack(session, desk, kind, ran.done) });
    });
  };
  const keys = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.isComposing) return;
    const where = event.key === "Enter" ? (event.shiftKey ? "up" : "down") : event.key === "Tab" ? (event.shiftKey ? "left" : "right") : undefined; // prettier-ignore
    if (event.key === "Escape") leave("stay");
    else if (where === undefined || (isLong && event.key === "Enter" && (event.shiftKey || event.altKey))) return;
    else take(where);
    event.preventDefault();
  };
  const begin = typing.over || isPick ? "" : before;
  onCleanup(holdPage(() => !settled && input !== undefined && input.value !== begin));
  onMount(() => {
    if (!input) return;
    input.value = typing.draft ?? begin;
    input.focus({ preventScroll: true });
    if (!isLong && typing.draft === undefined) input.select();
  });
  const shared = () => ({
    class: form.input,
    maxLength: isLong ? limits.longTextMax : limits.textMax,
    "aria-label": b("edit", fieldLabel(field), kind.title(row())),
    "aria-invalid": said() ? ("true" as const) : undefined,
    onKeyDown: keys,
    // One that is only drawn elsewhere loses the focus too.
    onBlur: () => queueMicrotask(() => input?.isConnected && take("stay")),
    onInput: () => {
      if (input) typing.draft = input.value;
      setSaid(undefined);
    },
  });
  return (
    <span class={css.editor} onClick={(event) => event.stopPropagation()} onMouseDown={(event) => event.stopPropagation()}>
      <Show
        when={isLong}
        fallback={
          <input
            ref={(element) => (input = element)}
            type="text"
            autocomplete="off"
            placeholder={isPick ? before : undefined}
            list={isPick ? list : undefined}
            {...shared()}
          />
        }
      >
        <textarea ref={(element) => (input = element)} rows={4} {...shared()} />
      </Show>
      <Show when={isPick}>
        <datalist id={list}>
          <For each={options()}>{(one) => <option value={one} />}</For>
        </datalist>
      </Show>
      <Show when={said()}>
        <span class={css.wrong} role="alert">
          {said()}
        </span>
      </Show>
    </span>
  );
} // prettier-ignore
