/** The demo's regions, teams and twelve named members as rows to import. No file access: the Worker uses it too. */
import type { ImportRow } from "../shared/exchange/import-plan.ts";
import people from "./members.json" with { type: "json" };

export const demoMembers = people.members;
/** Who loads the demo: data steward and policy admin. */
export const loader = "greta";
/** The other policy admin, who agrees to what is loaded that gives anybody rights. */
export const seconder = "omar";

export const memberSource = (handle: string): string => `demo:member:${handle}`;
export const managerOf = (handle: string): string | undefined =>
  people.members.find((member) => member.handle === handle)?.manager;
export const teamSource = (key: string): string => `demo:team:${key}`;
export const regionSource = (key: string): string => `demo:region:${key}`;

export function peopleRows(): ImportRow[] {
  return [
    ...people.regions.map(({ key, name, zone }): ImportRow => ({
      entity: "region",
      source: regionSource(key),
      fields: { name, zone },
    })),
    ...people.teams.map(({ key, name }): ImportRow => ({ entity: "team", source: teamSource(key), fields: { name } })),
    ...people.members.map(({ teams, regions, manager, ...member }): ImportRow => ({
      entity: "member",
      source: memberSource(member.handle),
      fields: { ...member, email: `${member.handle}@baton.example`, employment: "active" },
      refs: {
        teams: teams.map(teamSource),
        regions: regions.map(regionSource),
        ...(manager === undefined ? {} : { manager: memberSource(manager) }),
      },
    })),
  ];
}
