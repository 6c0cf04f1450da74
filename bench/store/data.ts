/** The rows of the measurements, from a fixed seed, and what a right answer is: everything filtered, sorted and cut anew. */
import type { Row } from "../../shared/records/entities.ts";
import { seeded } from "../lib/measure.ts";

export interface Opportunity extends Row {
  readonly name: string;
  readonly stage: string;
  readonly amountMinor: number;
}
export interface Ask {
  readonly stage: string | null;
  readonly by: "amountMinor" | "name";
  readonly down: boolean;
}
export const shownRows = 50;
const rowsPerKey = 20;
const stages = 6;
const stageOf = (number: number): string => id("stg", number % stages);
export const id = (kind: string, number: number): string => `local_${kind}_${String(number).padStart(20, "0")}`;

const latin = [
  "Müller", "Acme", "Nord", "Söhne", "Delta", "Maschinen", "Werke", "Zürich", "Alpha", "Stahl", "Beta", "Garcia", "José", "Logistics",
  "Group", "Holding", "Renewal", "Pilot", "Fleet", "Ångström", "Øst", "Élan", "Systems", "Partners", "Energie", "Frères", "Novák", "Phase",
]; // prettier-ignore
const han = [..."北京上海深圳广州工业集团科技有限公司物流能源续约合同机械钢铁电子一二三四"];

export function makeOpportunities(count: number, seed = 7): Opportunity[] {
  const random = seeded(seed);
  return Array.from({ length: count }, (_, number): Opportunity => {
    const chinese = random.chance(0.1);
    const words = Array.from({ length: 2 + random.int(2) }, () => random.pick(latin)).join(" ");
    const name = chinese ? Array.from({ length: 6 }, () => random.pick(han)).join("") : words;
    const account = Math.floor(number / rowsPerKey);
    return {
      id: id("opp", number),
      anchor: id("acc", account),
      compartment: "sales",
      createdAt: 1_700_000_000_000 + number,
      createdBy: id("mem", random.int(40)),
      name: `${name} ${number}`, // no two are alike, so that every order is the only one
      stage: stageOf(random.int(stages)),
      amountMinor: random.int(1_000_000) * 1_000_000 + number,
      currency: "EUR",
      closeDay: `2027-0${1 + random.int(9)}-1${random.int(9)}`,
      owner: id("mem", random.int(40)),
      nextAction: random.pick(["Call", "Send the offer", "Visit", "Wait for legal"]),
    };
  });
}

export type CompareText = (a: string, b: string) => number;
export const asPeople: CompareText = new Intl.Collator("en", { numeric: true }).compare;
/** How stores without a language order text. */
export const asBytes: CompareText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

export function answer(rows: Iterable<Opportunity>, { stage, by, down }: Ask, compareText: CompareText): string[] {
  const compare = (a: Opportunity, b: Opportunity): number =>
    by === "name" ? compareText(a.name, b.name) : a.amountMinor - b.amountMinor;
  return [...rows]
    .filter((row) => stage === null || row.stage === stage)
    .sort((a, b) => (down ? compare(b, a) : compare(a, b)))
    .slice(0, shownRows)
    .map((row) => row.id);
}
