/** Where an account belongs: its region from country and state, its team from region and owner, its owner at cut-over. */
import { memberSource } from "./people.ts";

export type Region = "americas" | "europe" | "apac";

const regionOfCountry: Readonly<Record<string, Region>> = {
  ...of("americas", "USA Canada Mexico Brazil Argentina Venezuela"),
  ...of(
    "europe",
    "Germany NL UK Sweden France Spain Switzerland Austria Italy Portugal Ireland Belgium Norway Denmark Finland Poland",
  ),
  ...of("apac", "Japan Singapore"),
};
/** The org's accounts say "USA" even where the state is plainly elsewhere: these states decide before the country does. */
const regionOfState: Readonly<Record<string, Region>> = {
  ...list("europe", [
    "Île-de-France", "Rhône-Alpes", "Bretagne", "Provence-Alpes-Côte d'Azur", "Languedoc-Roussillon", "Pays de la Loire",
    "Lisboa", "Porto", "Setúbal", "Évora", "Viseu", "Beja", "Viana do Castelo", "Ilha da Madeira", "Ilha de São Jorge",
    "Västernorrland", "Östergötland", "Örebro", "Dalarna", "Kronoberg", "Region Hovedstaden", "Hessen", "Castilla - Leon",
    "Provincie Utrecht", "Provincie Zeeland",
  ]),
  ...list("apac", ["Terengganu", "Putrajaya", "Sarawak"]),
}; // prettier-ignore

export function regionOf(country: unknown, state: unknown): Region {
  return regionOfState[String(state)] ?? regionOfCountry[String(country)] ?? "americas";
}

const western = new Set([
  "CA",
  "NV",
  "Nevada",
  "Utah",
  "Texas",
  "NT",
  "Alberta",
  "Northwest Territories",
  "British Columbia",
  "Yukon",
  "WA",
  "OR",
  "ID",
  "WY",
  "MT",
  "NM",
  "AK",
]);
const eastern = new Set([
  "NY",
  "GA",
  "IL",
  "Virginia",
  "West Virginia",
  "Pennsylvania",
  "Michigan",
  "District of Columbia",
  "Ontario",
  "Quebec",
  "Québec",
  "Nova Scotia",
  "New Brunswick",
  "Prince Edward Island",
  "Newfoundland and Labrador",
  "NU",
  "Manitoba",
]);

/** Team of an account. In the Americas the state decides; without one, the last digit of the source's sum of letters. */
export function teamOf(region: Region, state: unknown, source: string): string {
  if (region !== "americas") return region;
  if (western.has(String(state))) return "west";
  if (eastern.has(String(state))) return "east";
  return [...source].reduce((sum, char) => sum + (char.codePointAt(0) ?? 0), 0) % 2 === 0 ? "west" : "east";
}

/**
 * Cut-over: whose accounts of the source are now worked by whom. The source's own owner stays on the account
 * (`sourceOwner`), and nothing but the account's owner is changed.
 */
const cutOver: readonly { readonly owner: string; readonly region: Region; readonly to: string }[] = [
  { owner: "salesforce:User:0058a00000LiM2BAAV", region: "americas", to: "ana" },
  { owner: "salesforce:User:0058a00000LvkJcAAJ", region: "americas", to: "ana" },
  { owner: "salesforce:User:0058a00000LvkJSAAZ", region: "americas", to: "ana" },
  { owner: "salesforce:User:0058a00000LiM2BAAV", region: "europe", to: "bo" },
  { owner: "salesforce:User:0058a00000LvkJSAAZ", region: "europe", to: "bo" },
  { owner: "salesforce:User:0058a00000LvkJmAAJ", region: "americas", to: "marcus" },
];
/** Companies that come without an owner go by region. */
const newcomers: Readonly<Record<Region, string>> = { americas: "ana", europe: "bo", apac: "marcus" };
const latin = new Set(["Mexico", "Brazil", "Argentina", "Venezuela"]);

export function ownerOf(sourceOwner: string | undefined, region: Region, country: unknown): string {
  if (sourceOwner === undefined) return memberSource(latin.has(String(country)) ? "marcus" : newcomers[region]);
  const moved = cutOver.find(({ owner, region: where }) => owner === sourceOwner && where === region);
  return moved ? memberSource(moved.to) : sourceOwner;
}

function of(region: Region, countries: string): Record<string, Region> {
  return list(region, countries.split(" "));
}
function list(region: Region, names: readonly string[]): Record<string, Region> {
  return Object.fromEntries(names.map((name) => [name, region]));
}
