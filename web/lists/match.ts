import { derived, kindOf, me, mine, type Derived, type Filter, type Listed } from "../../shared/lists/query.ts";
import type { Row } from "../../shared/records/entities.ts";
import type { Value } from "../../shared/records/field.ts";
import type { Look } from "../data/types.ts";
import { addDays, dayIn, fold } from "../i18n/format.ts";

/** Who looks, and when: what `me`, `mine` and "in the next week" mean. */
export interface Looker {
  readonly me: string;
  readonly teams: readonly string[];
  readonly today: string;
  readonly zone: string;
  /** Accounts with which somebody was in touch within so many days, as far as it is known here. */
  readonly touchedWithin: (days: number) => ReadonlySet<string>;
}
type Test = (row: Row, look: Look) => boolean;

/**
 * Conditions as a function of a row. A value that is hidden counts as empty, as it does at the edge: nothing can be
 * learned of it by asking (LEAK-4). `refs`: fields whose records are looked at.
 */
export function matcher(name: Listed, filters: readonly Filter[], looker: Looker): { test: Test; refs: string[] } {
  const tests = filters.map((filter) => testOf(name, filter, looker));
  const refs = filters.flatMap(({ field }) => {
    const via = derived[name][field]?.via;
    return via?.of === undefined ? [] : [via.field];
  });
  return { test: (row, look) => tests.every((test) => test(row, look)), refs: [...new Set(refs)] };
}

/** Reads what a condition is about. */
export function readerOf(name: Listed, field: string): (row: Row, look: Look) => Value | undefined {
  const other: Derived | undefined = derived[name][field];
  const { via } = other ?? {};
  if (!via) return (row) => row[field];
  const { field: by, of } = via;
  if (of === undefined) return (row) => row[by];
  return (row, look) => {
    const id = row[by];
    return typeof id === "string" ? look(id)?.[of] : undefined;
  };
}
const isEmpty = (value: Value | undefined): boolean => value === undefined || value === null || value === "";

function testOf(name: Listed, { field, op, values }: Filter, looker: Looker): Test {
  const read = readerOf(name, field);
  const kind = kindOf(name, field);
  if (op === "empty") return (row, look) => isEmpty(read(row, look));
  if (op === "filled") return (row, look) => !isEmpty(read(row, look));
  const [first = ""] = values;
  switch (kind) {
    case "text": {
      const wanted = fold(first);
      const text = (row: Row, look: Look): string => {
        const value = read(row, look);
        return typeof value === "string" ? fold(value) : "";
      };
      if (op === "has") return (row, look) => text(row, look).includes(wanted);
      if (op === "lacks") return (row, look) => !text(row, look).includes(wanted);
      return op === "is" ? (row, look) => text(row, look) === wanted : (row, look) => text(row, look) !== wanted;
    }
    case "choice":
    case "ref": {
      const wanted = new Set(values.flatMap((value) => (value === me ? looker.me : value === mine ? looker.teams : value)));
      const among: Test = (row, look) => {
        const value = read(row, look);
        return typeof value === "string" && wanted.has(value);
      };
      return op === "is" ? among : (row, look) => !among(row, look);
    }
    case "flag": {
      const wanted = first === "true";
      return (row, look) => (read(row, look) === true) === wanted;
    }
    case "number":
    case "money": {
      const wanted = Number(first);
      const compare = (passes: (value: number) => boolean): Test => (row, look) => {
        const value = read(row, look);
        return typeof value === "number" && passes(value);
      };
      return compare(op === "gt" ? (value) => value > wanted : op === "lt" ? (value) => value < wanted : (value) => value === wanted);
    }
    case "day": {
      const { from, to } = span(op, first, looker.today);
      return (row, look) => {
        const value = read(row, look);
        return typeof value === "string" && value !== "" && value >= from && value <= to;
      };
    }
    case "instant": {
      const { from, to } = span(op, first, looker.today);
      // Whole days of the member's own zone.
      const [begin, end] = [startOf(from, looker.zone), startOf(addDays(to, 1), looker.zone)];
      return (row, look) => {
        const value = read(row, look);
        return typeof value === "number" && value >= begin && value < end;
      };
    }
    case "quiet": {
      const touched = looker.touchedWithin(Number(first));
      return op === "quiet" ? (row) => !touched.has(row.id) : (row) => touched.has(row.id);
    }
    case null:
      return () => true;
  }
} // prettier-ignore

const [firstDay, lastDay] = ["0001-01-01", "9998-12-30"];
/** The days that a condition means, both ends within. */
export function span(op: Filter["op"], value: string, today: string): { readonly from: string; readonly to: string } {
  switch (op) {
    case "next":
      return { from: today, to: addDays(today, Number(value)) };
    case "last":
      return { from: addDays(today, -Number(value)), to: today };
    case "over":
      return { from: firstDay, to: addDays(today, -1) };
    case "before":
      return { from: firstDay, to: addDays(value, -1) };
    case "after":
      return { from: addDays(value, 1), to: lastDay };
    default:
      return { from: value, to: value };
  }
}
/** The first instant of a day in a zone. */
export function startOf(day: string, zone: string): number {
  if (day <= firstDay) return -Infinity;
  if (day >= lastDay) return Infinity;
  const noon = Date.parse(`${day}T00:00:00Z`);
  // Zones are at most 14 hours away: one of the half hours around midnight UTC is where the day begins.
  for (let at = noon - 14 * hour; at <= noon + 14 * hour; at += hour / 4) if (dayIn(at, zone) >= day) return at;
  return noon;
}
const hour = 3_600_000;

/** A condition as the door takes it: field, operator, value. */
export type Condition = readonly [field: string, op: string, value: string];
/**
 * The same conditions as they are asked of the edge. `left`: those that it can't be asked for, which the screen says and
 * does not apply (LIST-4).
 */
export function conditions(
  name: Listed,
  filters: readonly Filter[],
  looker: Looker,
): { readonly asked: readonly Condition[]; readonly left: readonly Filter[] } {
  const asked: Condition[] = [];
  const left: Filter[] = [];
  for (const filter of filters) {
    const some = asCondition(name, filter, looker);
    if (some && asked.length + some.length <= conditionsMax) asked.push(...some);
    else left.push(filter);
  }
  return { asked, left };
}
const conditionsMax = 10; // what the door takes, and how long a value may be
const valueMax = 500;

function asCondition(name: Listed, { field, op, values }: Filter, looker: Looker): Condition[] | null {
  const kind = kindOf(name, field);
  const via = derived[name][field]?.via;
  if (kind === "quiet" || via?.of !== undefined) return null;
  const [first = ""] = values;
  if (op === "empty") return [[field, "eq", ""]];
  if (op === "filled") return [[field, "ne", ""]];
  switch (kind) {
    case "text":
      return op === "has" ? [[field, "contains", first]] : op === "lacks" ? null : [[field, op === "is" ? "eq" : "ne", first]];
    case "choice":
    case "ref": {
      const wanted = values.flatMap((value) => (value === me ? looker.me : value === mine ? looker.teams : value));
      const all = wanted.join(",");
      if (op === "is") return wanted.length === 1 ? [[field, "eq", all]] : all.length > valueMax ? null : [[field, "in", all]];
      return wanted.map((value) => [field, "ne", value] as const);
    }
    case "flag":
      return first === "true" ? [[field, "eq", "true"]] : [[field, "ne", "true"]];
    case "number":
    case "money":
      return [[field, op === "gt" ? "gt" : op === "lt" ? "lt" : "eq", first]];
    case "day": {
      const { from, to } = span(op, first, looker.today);
      return [...(from > firstDay ? [[field, "gte", from] as const] : []), [field, "lte", to]];
    }
    case "instant": {
      const { from, to } = span(op, first, looker.today);
      const [begin, end] = [startOf(from, looker.zone), startOf(addDays(to, 1), looker.zone)];
      return [
        ...(begin > -Infinity ? [[field, "gte", String(begin)] as const] : []),
        ...(end < Infinity ? [[field, "lt", String(end)] as const] : []),
      ];
    }
    case null:
      return null;
  }
} // prettier-ignore
