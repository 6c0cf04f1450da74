import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TwinRow } from "../shared/duplicates/score.ts";

/** People with known duplicates (tests/fixtures/febrl), as the product would have them. */
const kept = new Map<string, readonly TwinRow[]>();
export function febrl(set: "febrl-dataset1" | "febrl-dataset2"): readonly TwinRow[] {
  const known = kept.get(set);
  if (known) return known;
  const file = fileURLToPath(new URL(`fixtures/febrl/${set}.csv`, import.meta.url));
  const [, ...lines] = readFileSync(file, "utf8").trim().split("\n");
  const rows = lines.map((line) => {
    const [id = "", given, family, number, street, more, city, postcode, state, birthday] = line.split(",").map((cell) => cell.trim()); // prettier-ignore
    return { id, given, family, street: [number, street, more].filter(Boolean).join(" "), city, postcode, state, birthday }; // prettier-ignore
  });
  kept.set(set, rows);
  return rows;
}
/** Whose row it is. */
export const personOf = (id: string): string => id.split("-")[1] ?? "";
export function truePairs(rows: readonly TwinRow[]): number {
  const groups = Map.groupBy(rows, ({ id }) => personOf(id));
  return [...groups.values()].reduce((sum, { length }) => sum + (length * (length - 1)) / 2, 0);
}
/** As many as are asked for: the second set over and over, each time with other people's addresses and days. */
export function manyPeople(count: number): TwinRow[] {
  const rows = febrl("febrl-dataset2");
  return Array.from({ length: count }, (_, at) => {
    const [turn, place] = [Math.floor(at / rows.length), at % rows.length];
    const [own, other] = [rows[place], rows[(place + turn * 1237) % rows.length]];
    return { ...other, id: `${turn}-${own?.id ?? ""}`, given: own?.given, family: own?.family };
  });
}
