import type { Row } from "../records/entities.ts";

interface Asked {
  readonly holds: string;
  readonly reach: string;
}
const list = (value: Row[string]): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

/**
 * Who can be asked: in office, with the role, where the record is, and nobody whom it is for. A proposal for the screen
 * and for HTTP; when somebody decides, the policy says whether they may.
 */
export function holdersOf(
  members: Iterable<Row>,
  asked: Asked,
  place: { readonly team: string | null; readonly region: string | null },
  parties: readonly string[],
): Row[] {
  const inReach = (member: Row): boolean =>
    asked.reach === "region"
      ? place.region !== null && list(member["regions"]).includes(place.region)
      : asked.reach === "team"
        ? place.team !== null && list(member["teams"]).includes(place.team)
        : true;
  return [...members].filter(
    (member) =>
      member["employment"] === "active" &&
      (member["base"] === asked.holds || list(member["duties"]).includes(asked.holds)) &&
      inReach(member) &&
      !parties.includes(member.id),
  );
}
