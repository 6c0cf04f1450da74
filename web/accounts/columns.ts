import type { RecordOf } from "../../shared/records/entities.ts";
import type { ListQuery, Look, SortKey } from "../data/types.ts";
import { fold } from "../i18n/format.ts";
import { displayName } from "../i18n/person.ts";

export type Account = RecordOf<"account">;
export const columns = ["name", "owner", "region", "health", "nextAction", "country", "type"] as const;
export type Column = (typeof columns)[number];

/** What a column is compared by. Health goes from worst to best, next actions by their day, people by their names. */
const keys: { readonly [C in Column]?: Omit<SortKey<"account">, "down"> } = {
  owner: { key: "owner's name", of: (row, look) => nameIn(look, row.owner), refs: ["owner"] },
  region: { key: "region's name", of: (row, look) => nameIn(look, row.region), refs: ["region"] },
  health: { key: "health", of: ({ health }) => (health ? ["at_risk", "watch", "good"].indexOf(health) : null) },
  nextAction: { key: "next", of: (row) => (row.nextAction ? (row.nextActionDay ?? "9") : null) },
};
/** Sorted for people: by the language's own order, empty ones last whichever the direction. */
export function order(sort: string): NonNullable<ListQuery<"account">["sort"]> {
  const down = sort.startsWith("-");
  const column = columns.find((one) => one === (down ? sort.slice(1) : sort)) ?? "name";
  const key = keys[column];
  return key ? [{ ...key, down }] : `${down ? "-" : ""}${column}`;
}
function nameIn(look: Look, id: string | null | undefined): string {
  const row = id ? look(id) : undefined;
  return row ? displayName({ name: String(row["name"] ?? "") }) : "";
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

/** What `finder` looks at: the names that are not in the row itself. */
export const finderRefs = ["owner", "region"] as const;
/** Every typed word must be somewhere in the row, accents and case aside. */
export function finder(text: string): (row: Account, look: Look) => boolean {
  const words = fold(text).split(/\s+/).filter(Boolean);
  return (row, look) => {
    if (words.length === 0) return true;
    const own = folded(row, () =>
      [row.name, row.city, row.country, row.type, row.nextAction].filter(Boolean).join("  "),
    );
    const names = [row.owner, row.region].map((id) => {
      const other = id ? look(id) : undefined;
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
