import type { RecordOf } from "../../shared/records/entities.ts";
import { fold } from "../i18n/format.ts";

export type Account = RecordOf<"account">;
export const columns = ["name", "owner", "region", "health", "nextAction", "country", "type"] as const;
export type Column = (typeof columns)[number];

/** Names for the ids in a row. */
export interface Names {
  readonly memberName: (id: string | null | undefined) => string;
  readonly regionName: (id: string | null | undefined) => string;
}

/** What a column is compared by. Health goes from worst to best, next actions by their day. */
function keyOf(row: Account, column: Column, names: Names): string {
  switch (column) {
    case "owner":
      return names.memberName(row.owner);
    case "region":
      return names.regionName(row.region);
    case "health":
      return row.health === "at_risk" ? "0" : row.health === "watch" ? "1" : row.health === "good" ? "2" : "";
    case "nextAction":
      return row.nextAction ? (row.nextActionDay ?? "9") : "";
    default:
      return row[column] ?? "";
  }
}

/** Sorted for people: by the language's own order, empty ones last whichever the direction, ties by id. */
export function sorted(rows: readonly Account[], sort: string, names: Names, locale: string): readonly Account[] {
  const down = sort.startsWith("-");
  const column = columns.find((one) => one === (down ? sort.slice(1) : sort)) ?? "name";
  const collator = new Intl.Collator(locale, { numeric: true, sensitivity: "base" });
  return rows
    .map((row) => ({ row, key: keyOf(row, column, names) }))
    .sort((a, b) => {
      if (a.key === "" || b.key === "") return a.key === b.key ? (a.row.id < b.row.id ? -1 : 1) : a.key === "" ? 1 : -1;
      const order = collator.compare(a.key, b.key);
      return (down ? -order : order) || (a.row.id < b.row.id ? -1 : 1);
    })
    .map((one) => one.row);
}

export const onlyFilters = ["mine", "care", "no-next"] as const;

export function passes(row: Account, only: string | undefined, me: string): boolean {
  switch (only) {
    case "mine":
      return row.owner === me;
    case "care":
      return row.health === "watch" || row.health === "at_risk";
    case "no-next":
      return row.owner === me && !row.nextAction;
    default:
      return true;
  }
}

/** The same filters for the server's lists. */
export function onlineFilters(only: string | undefined, me: string): readonly (readonly [string, string, string])[] {
  switch (only) {
    case "mine":
      return [["owner", "eq", me]];
    case "care":
      return [["health", "in", "watch,at_risk"]];
    case "no-next":
      return [["owner", "eq", me], ["nextAction", "eq", ""]]; // prettier-ignore
    default:
      return [];
  }
}

/** Every typed word must be somewhere in the row, accents and case aside. */
export function finder(text: string, names: Names): (row: Account) => boolean {
  const words = fold(text).split(/\s+/).filter(Boolean);
  if (words.length === 0) return () => true;
  return (row) => {
    const hay = fold(
      [
        row.name,
        row.city,
        row.country,
        row.type,
        row.nextAction,
        names.memberName(row.owner),
        names.regionName(row.region),
      ]
        .filter(Boolean)
        .join("  "),
    );
    return words.every((word) => hay.includes(word));
  };
}
